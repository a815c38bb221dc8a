#include <algorithm>

#include "server/config/tables.h"

namespace counterpart::drafts {
namespace {

using config::choice;
using config::list_of;
using config::maybe;
using config::Problems;
using config::scalar;
using config::Table;
using config::Type;

Table<Sides> sides_table(const std::string& title, const Type<Node>& item) {
  Table<Sides> table(title);
  table.optional("left", &Sides::left, maybe(item), "For the left side.")
      .optional("right", &Sides::right, maybe(item), "For the right side.");
  return table;
}

/// One text for both sides, or a map with one for each.
Type<Sides> both_or_each(const std::string& title) {
  const Table<Sides> table = sides_table(title, scalar());
  Type<Sides> type;
  type.words = "text, or {left: …, right: …}";
  type.inner = table.type().inner;
  type.schema = [table] {
    Native::Array kinds{scalar().schema(), table.schema()};
    return Native(Native::Object{{"anyOf", Native(std::move(kinds))}});
  };
  type.read = [table](const Node& node, Problems& problems) -> std::optional<Sides> {
    if (node.kind == Node::Kind::map) return table.read(node, problems);
    const std::optional<Node> text = scalar().read(node, problems);
    if (!text) return std::nullopt;
    Sides both;
    both.left = both.right = *text;
    return both;
  };
  return type;
}

Type<Direction> direction() {
  return choice<Direction>({{"both", Direction::both},
                            {"to_left", Direction::to_left},
                            {"to_right", Direction::to_right},
                            {"<->", Direction::both},
                            {"<-", Direction::to_left},
                            {"->", Direction::to_right}});
}

/// Of a row that one side removed and the other changed.
Type<Conflict> row_conflict() {
  return choice<Conflict>({{"leading", Conflict::leading},
                           {"left", Conflict::left},
                           {"right", Conflict::right},
                           {"latest", Conflict::latest},
                           {"manual", Conflict::manual},
                           {"keep_non_blank", Conflict::keep_non_blank}});
}

void check_against_direction(const Field& field, const Node& node, Problems& problems) {
  const Node* written = node.find("against_direction");
  if (written == nullptr || field.direction != Direction::both) return;
  problems.add(written->place, "against_direction means nothing where a field goes both ways",
               "remove it, or say direction: to_left or to_right");
}

void check_lossy(const Field& field, const Node& node, Problems& problems) {
  if (!field.lossy || field.direction == Direction::both) return;
  problems.add(node.find("lossy")->place, "lossy means nothing where a field goes one way: nothing comes back",
               "remove it, or let the field go both ways");
}

void check_example(const Field& field, const Node& node, Problems& problems) {
  if (field.example.left.has_value() == field.example.right.has_value()) return;
  const Side missing = field.example.left ? Side::right : Side::left;
  problems.add(node.find("example")->place, "the example shows one side only",
               "show the same value's spelling on the " + std::string(name_of(missing)) + " as well");
}

/// The rows themselves; those of a sheet stand in the tree by now.
Type<std::vector<Field>> fields_type() {
  Type<std::vector<Field>> type = list_of(config::placed(field_table().type()));
  type.words += "; or a CSV file with such rows, beside this one: companies.csv";
  type.schema = [rows = type.schema] {
    Native schema = rows();
    schema.set("type", Native(Native::Array{"array", "string"}));
    return schema;
  };
  return type;
}

Table<Both<OnCreate>> on_create_table() {
  const auto words = choice<OnCreate>({{"create", OnCreate::create}, {"ignore", OnCreate::ignore}});
  Table<Both<OnCreate>> table("on_create");
  table.optional("left", &Both<OnCreate>::left, words, "A record that is only on the right.")
      .optional("right", &Both<OnCreate>::right, words, "A record that is only on the left.");
  return table;
}

Type<OnDelete> on_delete() {
  Type<OnDelete> type = choice<OnDelete>({{"ignore", OnDelete::ignore}, {"park", OnDelete::park}});
  type.read = [read = type.read](const Node& node, Problems& problems) -> std::optional<OnDelete> {
    const bool planned = node.kind == Node::Kind::scalar && (node.scalar == "archive" || node.scalar == "delete");
    if (!planned) return read(node, problems);
    problems.add(node.place, "on_delete: " + node.scalar + " is not supported yet",
                 "write park (a person decides) or ignore");
    return std::nullopt;
  };
  return type;
}

Table<Into> into_table() {
  Table<Into> table("into");
  table.required("mapping", &Into::mapping, scalar(), "The object mapping that it takes part in.")
      .required("id", &Into::id, scalar(), "The path at which the record tells its id.");
  return table;
}

Table<Becomes> becomes_table() {
  Table<Becomes> table("becomes", "A record that turns into others of its system: a lead that is converted.");
  table.required("when", &Becomes::when, maybe(scalar()), "An expression over the record: it has turned into others.")
      .required("into", &Becomes::into, list_of(config::placed(into_table().type())), "What it turned into.");
  return table;
}

Table<Both<std::optional<Becomes>>> becomes_sides_table() {
  const auto one = maybe(config::placed(becomes_table().type()));
  Table<Both<std::optional<Becomes>>> table("becomes");
  table.optional("left", &Both<std::optional<Becomes>>::left, one, "A left record turns into left records.")
      .optional("right", &Both<std::optional<Becomes>>::right, one, "A right record turns into right records.");
  return table;
}

Table<OnDeletes> on_delete_table() {
  Table<OnDeletes> table("on_delete");
  table.optional("left", &OnDeletes::left, on_delete(), "The right record is gone.")
      .optional("right", &OnDeletes::right, on_delete(), "The left record is gone.");
  return table;
}

Type<Node> value_map() {
  Type<Node> type = config::node();
  type.words = "a map: path: value";
  type.schema = [] { return Native(Native::Object{{"type", "object"}}); };
  type.read = [](const Node& node, Problems& problems) -> std::optional<Node> {
    if (node.kind == Node::Kind::map) return node;
    config::add_unexpected(node, "a map (path: value)", problems);
    return std::nullopt;
  };
  return type;
}

Table<Between> between_table() {
  Table<Between> table("between", "The two systems.");
  table.required("left", &Between::left, scalar(), "A system's name.")
      .required("right", &Between::right, scalar(), "A system's name.");
  return table;
}

/// The same type; whether it was written without a mistake is kept.
Type<Object> judged(Type<Object> type) {
  type.read = [read = std::move(type.read)](const Node& node, Problems& problems) {
    const std::size_t told_before = problems.size();
    std::optional<Object> object = read(node, problems);
    if (object) object->whole = problems.size() == told_before && !node.holds_unreadable();
    return object;
  };
  return type;
}

template <class M>
void refuse_empty(const std::vector<M>& list, const char* key, const Node& node, Problems& problems) {
  const Node* written = node.find(key);
  if (written == nullptr || !list.empty() || written->kind != Node::Kind::list || !written->items.empty()) return;
  problems.add(written->place, std::string("the list '") + key + "' is empty", "nothing would be kept in step");
}

}  // namespace

Type<Conflict> conflict_type() {
  return choice<Conflict>({{"leading", Conflict::leading},
                           {"left", Conflict::left},
                           {"right", Conflict::right},
                           {"latest", Conflict::latest},
                           {"manual", Conflict::manual},
                           {"keep_non_blank", Conflict::keep_non_blank},
                           {"min", Conflict::min},
                           {"max", Conflict::max}});
}

Type<Initial> initial_type() {
  return choice<Initial>(
      {{"leading", Initial::leading}, {"left", Initial::left}, {"right", Initial::right}, {"manual", Initial::manual}});
}

Type<Forbidden> against_direction_type() {
  return choice<Forbidden>(
      {{"tolerate", Forbidden::tolerate}, {"restore", Forbidden::restore}, {"alert", Forbidden::alert}});
}

Table<Field> field_table() {
  Table<Field> table("a field", "One field of a record on either side.");
  table
      .required("left", &Field::left, config::one_or_list_of(scalar()),
                "The path in the left record: `address.city`, `addresses[0].city`, `phones[type=work].number`; a list "
                "for codecs with several.")
      .required("right", &Field::right, config::one_or_list_of(scalar()), "The path in the right record.")
      .optional("name", &Field::name, maybe(scalar()), "For match and messages; the left path if not given.")
      .optional("as", &Field::as, both_or_each("as"),
                "How the value is spelled, a codec: `text` where nothing is written, email, date('dd.MM.yyyy'), …")
      .optional("clean", &Field::clean, both_or_each("clean"), "Cleaning while reading a side: replace('#','') | trim")
      .optional("validate", &Field::validate, validate_type(),
                "What is asked of values before they are written, for both sides or each its own: "
                "`{ right: { max_length: 40, characters: latin } }`. A value that breaks it sets the record aside.")
      .optional("direction", &Field::direction, direction(), "Which way the field goes; <->, -> and <- say the same.")
      .optional(
          "against_direction", &Field::against_direction, against_direction_type(),
          "A change on the side that only receives: tolerate it until the next one comes, restore the value, or alert.")
      .optional("lossy", &Field::lossy, config::boolean(),
                "It is known that some values do not come back as they went, and may change so on the side where they "
                "were entered: `check` lets the field pass. It decides nothing else.")
      .optional("conflict", &Field::conflict, maybe(conflict_type()),
                "Who wins when both sides changed the field: a side, `latest` (by the records' times of change), "
                "`manual` (it "
                "is held for a person), `keep_non_blank`, `min`, `max`. `leading` where the sync names a leading side, "
                "else `manual`.")
      .optional("initial", &Field::initial, maybe(initial_type()),
                "Who wins when two records are linked for the first time and differ (blanks are filled). `leading` "
                "where the sync "
                "names a leading side, else `manual`.")
      .optional("empty_never_overwrites", &Field::empty_never_overwrites, config::boolean(),
                "A field that turned empty is not carried over.")
      .optional("note", &Field::note, maybe(scalar()), "A word for people; it decides nothing.")
      .optional(
          "example", &Field::example, sides_table("example", scalar()).type(),
          "How one value is spelled on either side, for `counterpart mapping test`: `{ left: 15 %, right: 0.15 }`; "
          "several stand one a line, several paths' parts are joined with ` + `. It decides nothing.")
      .check(check_against_direction)
      .check(check_lossy)
      .check(check_example);
  return table;
}

Table<Sum> sum_table() {
  Table<Sum> table("a sum of the document");
  table.optional("left", &Sum::left, maybe(scalar()), "The path in the left record.")
      .optional("right", &Sum::right, maybe(scalar()), "The path in the right record.")
      .optional("as", &Sum::as, both_or_each("as"), "How it is spelled: decimal where nothing is written.");
  return table;
}

Table<Totals> totals_table() {
  const auto sum = maybe(config::placed(sum_table().type()));
  Table<Totals> table(
      "totals",
      "How the rows add up, by the names of their fields. Each side's own sums must be those of its rows, "
      "and after a write both sides' rows must add up to the same; else the document is set aside, with "
      "the sums.");
  table.optional("quantity", &Totals::quantity, maybe(scalar()), "The quantity; a row counts once without it.")
      .required("price", &Totals::price, maybe(scalar()), "The net price of one.")
      .optional("discount", &Totals::discount, maybe(scalar()), "A discount in percent.")
      .optional("discount_amount", &Totals::discount_amount, maybe(scalar()), "A discount of the row as an amount.")
      .optional("tax", &Totals::tax, maybe(scalar()), "A tax rate in percent.")
      .optional("round", &Totals::round, choice<RoundAt>({{"row", RoundAt::row}, {"document", RoundAt::document}}),
                "Where amounts are rounded, half up: each row's, or their sum. Tax is rounded once a rate.")
      .optional("digits", &Totals::digits, config::integer(0, 4), "Of the currency's minor unit.")
      .optional("sum_net", &Totals::net, sum, "Where the documents themselves tell their net sum.")
      .optional("sum_discount", &Totals::discount_sum, sum, "So too the sum of the discounts.")
      .optional("sum_tax", &Totals::tax_sum, sum, "So too the tax.")
      .optional("sum_gross", &Totals::gross, sum, "So too the gross sum.");
  return table;
}

Table<ChildRows> rows_table() {
  Table<ChildRows> table("child rows", "Rows inside a record: the lines of a document, addresses, contact mechanisms.");
  table.required("left", &ChildRows::left, scalar(), "The path of the list of rows in the left record: `lines`.")
      .required("right", &ChildRows::right, scalar(), "The path of the list of rows in the right record.")
      .optional("name", &ChildRows::name, maybe(scalar()), "For messages and history; the left path if not given.")
      .optional(
          "id", &ChildRows::id, both_or_each("id"),
          "The member of a row that holds its own id; `id` where nothing is written. Rows are linked by their ids, "
          "never by their place.")
      .optional(
          "key", &ChildRows::key, list_of(scalar()),
          "Names of row fields (a product's number, a type) that pair rows when two records are linked first, and "
          "when a system gives its rows new ids; where they match one to one.")
      .optional(
          "direction", &ChildRows::direction, direction(),
          "To which side rows are added, and on which they are removed. Their fields have directions of their own.")
      .optional(
          "conflict", &ChildRows::conflict, maybe(row_conflict()),
          "A row that one side removed and the other changed: a side, `latest`, `keep_non_blank` (the row stays), "
          "or `manual` (it is held for a person), which it is where nothing is written.")
      .optional("initial", &ChildRows::initial, maybe(initial_type()),
                "Rows that only one side has when two records are linked first: the other side gets those of the side "
                "named, and its own are removed; `manual`: they are held for a person. An empty list is filled. "
                "`leading` where the sync names a leading side, else `manual`.")
      .optional("on_create_set", &ChildRows::on_create_set, sides_table("on_create_set", value_map()).type(),
                "Values put into rows that are added on a side.")
      .required("fields", &ChildRows::fields, list_of(config::placed(field_table().type())),
                "The fields of a row; their paths begin in it.")
      .optional("totals", &ChildRows::totals, maybe(config::placed(totals_table().type())),
                "How the rows add up, where they are the lines of a document.")
      .check([](const ChildRows& rows, const Node& node, Problems& problems) {
        refuse_empty(rows.fields, "fields", node, problems);
      });
  return table;
}

Table<Object> object_table() {
  Table<Object> table("an object mapping", "A kind of record on the left and its counterpart on the right.");
  table.optional("name", &Object::name, maybe(scalar()), "For messages and metrics; the left object if not given.")
      .required("left", &Object::left, config::text(), "The object in the left system.")
      .required("right", &Object::right, config::text(), "The object in the right system.")
      .optional(
          "where", &Object::where, both_or_each("where"),
          "An expression over the record, for both sides or each its own: only records for which it is true take part.")
      .optional(
          "final", &Object::final_when, both_or_each("final"),
          "An expression over the record, for both sides or each its own: a record for which it is true cannot be "
          "edited in its system any more (a posted invoice). A change that would be written there is set aside.")
      .optional("becomes", &Object::becomes, becomes_sides_table().type(),
                "When records turn into others (a lead that is converted): their counterpart goes over to what they "
                "became.")
      .optional(
          "match", &Object::match, list_of(scalar()),
          "Names of fields that tell who a record is, in order of trust; of the codecs email, vat_id and code. Without "
          "any, nothing is linked and all is created.")
      .optional("on_create", &Object::on_create, on_create_table().type(),
                "What becomes of a record without counterpart; the key is the side that is written to.")
      .optional("on_create_set", &Object::on_create_set, sides_table("on_create_set", value_map()).type(),
                "Values put into records that are created on a side: `{ right: { categories: [Contact] } }`.")
      .optional("on_delete", &Object::on_delete, on_delete_table().type(),
                "When a record's counterpart is gone: park (a person decides) or ignore (it simply stays); the key is "
                "the side that stays. Nothing is ever deleted.")
      .optional("duplicates", &Object::duplicates, choice<Duplicates>({{"hold", Duplicates::hold}}),
                "When several records match, they are held for a person.")
      .required("fields", &Object::fields, fields_type(), "The fields.")
      .optional("rows", &Object::rows, list_of(config::placed(rows_table().type())),
                "Child rows, merged row by row and field by field.")
      .check([](const Object& object, const Node& node, Problems& problems) {
        refuse_empty(object.fields, "fields", node, problems);
      });
  return table;
}

Table<Sync> sync_table() {
  Table<Sync> table("a sync", "Two systems and what is kept in step between them.");
  table.required("between", &Sync::between, config::placed(between_table().type()), "The two systems.")
      .optional("leading", &Sync::leading, maybe(choice<Side>({{"left", Side::left}, {"right", Side::right}})),
                "The side that wins a conflict, and whose value is taken at first, unless a field says otherwise.")
      .required("objects", &Sync::objects, list_of(judged(config::placed(object_table().type()))),
                "The object mappings.")
      .check([](const Sync& sync, const Node& node, Problems& problems) {
        refuse_empty(sync.objects, "objects", node, problems);
      });
  return table;
}

}  // namespace counterpart::drafts
