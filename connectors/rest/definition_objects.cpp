#include <algorithm>

#include "connectors/rest/definition_types.h"

namespace counterpart::rest {
namespace {

using config::maybe;
using config::Node;
using config::Problems;
using config::Table;

const std::vector<std::string> kCallKeys = {"request", "query", "headers", "body"};
constexpr std::int64_t kBatchMost = 10'000;
constexpr std::int64_t kLengthMost = 1'000'000'000;

config::Type<std::int64_t> batch_limit() {
  return config::integer(1, kBatchMost);
}

/// Whether one of the keys was written, rightly or not: what is wrong in it is named by itself.
bool has_any(const Node& node, const std::vector<std::string>& keys) {
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return node.find(key) != nullptr; });
}

/// A rule that the templates of a call use known names only.
template <class T>
void check_call(Table<T>& table, std::vector<std::string> names) {
  table.check([names = std::move(names)](const T&, const Node& node, Problems& problems) {
    check_names(node, kCallKeys, names, problems);
  });
}

Table<Read> read_table() {
  Table<ReadMany> many("many");
  add_call_keys(many, &ReadMany::call, true);
  many.required("select", &ReadMany::select, selection_type(), "Where the answer holds the list of records.")
      .optional("missing", &ReadMany::missing, maybe(selection_type()),
                "The list of ids that are not there. Without it, what the answer leaves out counts as not found.")
      .required("limit", &ReadMany::limit, batch_limit(), "Most ids a request.");
  check_call(many, {"ids"});
  Table<Read> table("read");
  add_call_keys(table, &Read::call, false);
  table.optional("select", &Read::select, path_type(), "Where the answer holds the record.")
      .optional("missing", &Read::missing, statuses_type(), "Statuses that mean that it is not there.")
      .optional("many", &Read::many, maybe(many.type()), "Several records by one request: `${ids}` is the list of ids.")
      .check([](const Read&, const Node& node, Problems& problems) {
        if (!has_any(node, {"request", "many"})) problems.add(node.place, "read needs a request, or many");
      });
  check_call(table, {"id"});
  return table;
}

Table<Paging> paging_table() {
  using Type = Paging::Type;
  constexpr std::int64_t kStartMost = 1;
  return Table<Paging>("page")
      .required(
          "type", &Paging::type,
          config::choice<Type>({{"none", Type::none},
                                {"page", Type::page},
                                {"offset", Type::offset},
                                {"cursor", Type::cursor},
                                {"last_id", Type::last_id},
                                {"link", Type::link},
                                {"link_header", Type::link_header}}),
          "By number `${page}`, `${offset}`, `${cursor}`, the last record's id as `${cursor}`, or the next page's "
          "URL: in the answer, or in its header `Link`. Links to other hosts are refused.")
      .optional("size", &Paging::size, batch_limit(), "Records a page, as `${size}`.")
      .optional("start", &Paging::start, config::integer(0, kStartMost), "page: the first page's number.")
      .optional("next", &Paging::next, maybe(path_type()),
                "cursor: where the answer holds the next one, which ends at null; link: the next page's URL.")
      .optional("pages", &Paging::pages, maybe(path_type()), "page: where the answer holds the last page's number.")
      .optional("total", &Paging::total, maybe(path_type()),
                "page, offset: where it holds the number of all records; also shows deletes that pull records onto "
                "pages already read.")
      .optional("more", &Paging::more, maybe(path_type()),
                "Where it holds true while there is another page. Without pages, total or more, numbered pages end "
                "with an empty one.")
      .check([](const Paging& page, const Node& node, Problems& problems) {
        if (page.next) return;
        if (page.type == Type::cursor) problems.add(node.place, "paging by cursor needs next:");
        if (page.type == Type::link) problems.add(node.place, "paging by link needs next:");
      });
}

Table<Changes> changes_table() {
  Table<Changes> table("changes");
  add_call_keys(table, &Changes::call, true);
  table.required("select", &Changes::select, selection_type(), "Where the answer holds the list of records.")
      .optional("since", &Changes::since, since_type(),
                "How `${since}` is spelled; it is null for a full listing, and then its parameter is left out.")
      .optional("sorted", &Changes::sorted, config::boolean(),
                "The whole list comes in the order of the time of change: then a listing that broke off goes on where "
                "it was.")
      .optional("full", &Changes::full, config::boolean(), "false: the list holds ids and times only.")
      .optional("missing", &Changes::missing, statuses_type(), "Statuses that mean that there are none.")
      .optional("page", &Changes::page, paging_table().type(),
                "How the next page is asked for. Without it there is one page.");
  check_call(table, {"since", "page", "offset", "cursor", "size"});
  return table;
}

Table<Find> find_table() {
  Table<Find> table("find");
  add_call_keys(table, &Find::call, true);
  table.required("select", &Find::select, selection_type(), "Where the answer holds the list of records.")
      .optional("missing", &Find::missing, statuses_type(), "Statuses that mean that there are none.")
      .optional("limit", &Find::limit, batch_limit(),
                "Most values a request: above 1 as the list `${values}`, else `${value}`.")
      .optional("page", &Find::page, paging_table().type(),
                "How the next page is asked for. Without it there is one page.")
      .optional("most", &Find::most, maybe(batch_limit()),
                "Records at which the system cuts its answer off: a search that may be cut off is not believed.");
  check_call(table, {"value", "values", "page", "offset", "cursor", "size"});
  return table;
}

Table<Batch> batch_table(const std::vector<std::string>& item_names) {
  Table<Batch> table("batch");
  add_call_keys(table, &Batch::call, true);
  table
      .required("item", &Batch::item, body_type(),
                "One element of `${items}`, from the same names as the single request.")
      .required("limit", &Batch::limit, batch_limit(), "Most items a request.")
      .required("results", &Batch::results, selection_type(), "The list of results in the answer, one an item.")
      .optional("match", &Batch::match,
                config::choice<Batch::Match>({{"index", Batch::Match::index}, {"id", Batch::Match::id}}),
                "How a result finds its item: by position, or by the id in it.")
      .optional("id", &Batch::id, path_type(), "match: id: the id in a result.")
      .optional("status", &Batch::status, maybe(path_type()),
                "The HTTP status of one result. Without it all that matches none of `errors` went well.")
      .optional("record", &Batch::record, maybe(path_type()), "The record in a result.")
      .check([item_names](const Batch&, const Node& node, Problems& problems) {
        check_names(node, {"item"}, item_names, problems);
      });
  check_call(table, {"items"});
  return table;
}

config::Type<Returns> returns_type() {
  return config::choice<Returns>({{"record", Returns::record}, {"id", Returns::id}, {"none", Returns::none}});
}

config::Type<Precondition> precondition_type() {
  return config::choice<Precondition>({{"none", Precondition::none}, {"revision", Precondition::revision}});
}

Table<Create> create_table() {
  Table<Create> table("create");
  add_call_keys(table, &Create::call, false);
  table
      .required("returns", &Create::returns, returns_type(),
                "What the answer holds: the record as it is now, its id, or nothing of use (then it is read again).")
      .optional("select", &Create::select, path_type(), "Where the answer holds the record.")
      .optional("id_path", &Create::id_path, maybe(path_type()),
                "Where the answer, or a batch's result, holds the new id.")
      .optional("id_header", &Create::id_header, config::text(),
                "A header with the new id, or with a URL that ends in it: `Location`.")
      .optional("batch", &Create::batch, maybe(batch_table({"fields", "stamp"}).type()), "Several by one request.")
      .check([](const Create& create, const Node& node, Problems& problems) {
        if (!has_any(node, {"request", "batch"})) problems.add(node.place, "create needs a request, or a batch");
        const bool tells_id = create.id_path || !create.id_header.empty();
        if (create.returns != Returns::record && !tells_id)
          problems.add(node.place, "nothing tells the new record's id", "add id_path: or id_header:");
        if (create.batch && create.batch->match == Batch::Match::id)
          problems.add(node.place, "created records have no id to be matched by", "write match: index");
        if (create.batch && create.returns == Returns::record && !create.batch->record)
          problems.add(node.place, "the batch does not say where its results hold the record", "add record:");
      });
  check_call(table, {"fields", "stamp"});
  return table;
}

/// What is declared as conditional must send the revision.
void check_precondition(Precondition precondition, const Node& node, Problems& problems) {
  if (precondition != Precondition::revision) return;
  const auto names_revision = [](const Node& part, const auto& self) -> bool {
    if (part.scalar.find("revision") != std::string::npos) return true;
    for (const auto& member : part.members)
      if (self(member.value, self)) return true;
    for (const Node& item : part.items)
      if (self(item, self)) return true;
    return false;
  };
  const auto check = [&](const Node& section, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      const Node* part = section.find(key);
      if (part != nullptr && names_revision(*part, names_revision)) return;
    }
    problems.add(section.place, "the request does not hold ${revision}, so it cannot be refused when that has moved",
                 "send it, such as headers: {If-Match: \"${revision}\"}, or write precondition: none");
  };
  if (node.find("request") != nullptr) check(node, {"query", "headers", "body"});
  if (const Node* batch = node.find("batch")) check(*batch, {"item"});
}

Table<Update> update_table() {
  using Style = Update::Style;
  using Nested = Update::Nested;
  Table<Update> table("update");
  add_call_keys(table, &Update::call, false);
  table
      .optional("style", &Update::style, config::choice<Style>({{"partial", Style::partial}, {"full", Style::full}}),
                "partial: what is not sent stays, and only changed fields are sent; full: all fields are.")
      .optional("nested", &Update::nested, config::choice<Nested>({{"merge", Nested::merge}, {"whole", Nested::whole}}),
                "merge: of a nested object only changed members are sent; whole: all of it.")
      .required("precondition", &Update::precondition, precondition_type(),
                "revision: the request holds `${revision}`, and the system refuses where the record has moved since. "
                "none: it cannot.")
      .optional("conflict", &Update::conflict, statuses_type(),
                "Statuses of that refusal. 409 where the system says so: elsewhere it means a double key.")
      .required("returns", &Update::returns, returns_type(),
                "What the answer holds: the record as it is now, its id, or nothing of use (then it is read again).")
      .optional("select", &Update::select, path_type(), "Where the answer holds the record.")
      .optional("batch", &Update::batch, maybe(batch_table({"id", "revision", "changed", "fields"}).type()),
                "Several by one request.")
      .check([](const Update& update, const Node& node, Problems& problems) {
        if (!has_any(node, {"request", "batch"})) problems.add(node.place, "update needs a request, or a batch");
        check_precondition(update.precondition, node, problems);
        if (update.batch && update.returns == Returns::record && !update.batch->record)
          problems.add(node.place, "the batch does not say where its results hold the record", "add record:");
      });
  check_call(table, {"id", "revision", "changed", "fields"});
  return table;
}

Table<Remove> remove_table() {
  Table<Remove> table("remove");
  add_call_keys(table, &Remove::call, true);
  table
      .optional("precondition", &Remove::precondition, precondition_type(),
                "revision: the request holds `${revision}`, and the system refuses where the record has moved since. "
                "none: it cannot.")
      .optional("conflict", &Remove::conflict, statuses_type(), "Statuses of that refusal.")
      .check([](const Remove& remove, const Node& node, Problems& problems) {
        check_precondition(remove.precondition, node, problems);
      });
  check_call(table, {"id", "revision"});
  return table;
}

std::size_t length_from(std::int64_t number) {
  return static_cast<std::size_t>(number);
}

Table<Describe> describe_table() {
  const auto field =
      Table<FieldDescription>("a field")
          .required("name", &FieldDescription::name, config::text(), "Its name.")
          .optional("type", &FieldDescription::type, config::text(), "Its type, as the system calls it.")
          .optional("required", &FieldDescription::required, config::boolean(), "It must be filled.")
          .optional("read_only", &FieldDescription::read_only, config::boolean(), "It cannot be written.")
          .optional("options", &FieldDescription::options, config::list_of(config::text()), "The values it takes.")
          .optional("max_length", &FieldDescription::max_length,
                    maybe(config::read_as<std::size_t, std::int64_t>(config::integer(1, kLengthMost), length_from)),
                    "How many characters it holds.")
          .optional("custom", &FieldDescription::custom, config::boolean(), "It was added by the system's users.")
          .optional("label", &FieldDescription::label, config::text(), "Its name as people there see it.");
  Table<Describe> table("describe");
  add_call_keys(table, &Describe::call, false);
  table.optional("select", &Describe::select, selection_type(), "The list of fields in the answer.")
      .optional("name", &Describe::name, path_type(), "In a field: its name.")
      .optional("type", &Describe::type, maybe(path_type()), "In a field: its type.")
      .optional("required", &Describe::required, maybe(path_type()), "In a field: whether it must be filled.")
      .optional("read_only", &Describe::read_only, maybe(path_type()), "In a field: whether it cannot be written.")
      .optional("options", &Describe::options, maybe(path_type()),
                "In a field: its values, such as `options[*].value`.")
      .optional("max_length", &Describe::max_length, maybe(path_type()), "In a field: how many characters it holds.")
      .optional("custom", &Describe::custom, maybe(path_type()), "In a field: whether the system's users added it.")
      .optional("label", &Describe::label, maybe(path_type()), "In a field: its name as people there see it.")
      .optional("row_fields", &Describe::row_fields, maybe(path_type()),
                "In a field of child rows: the list of the fields of a row, each described as fields are.")
      .optional("users_add_fields", &Describe::users_add_fields, maybe(config::boolean()),
                "Whether the system's users can add fields of their own.")
      .optional("fields", &Describe::fields, config::list_of(field.type()), "Or the fields are declared here.")
      .check([](const Describe&, const Node& node, Problems& problems) {
        if (!has_any(node, {"request", "fields"})) problems.add(node.place, "describe needs a request, or fields");
      });
  check_call(table, {});
  return table;
}

void check_stamp(const Object& object, const Node& node, Problems& problems) {
  if (object.stamp.empty()) return;
  for (const auto& [path, find] : object.find)
    if (path == object.stamp) return;
  problems.add(node.place, "the stamp '" + object.stamp + "' cannot be found", "declare it under find:, or no stamp");
}

void check_find_paths(const Node& node, Problems& problems) {
  const Node* find = node.find("find");
  if (find == nullptr) return;
  for (const auto& member : find->members) {
    try {
      Path::parse(member.key);
    } catch (const PathError& error) {
      problems.add(member.place, error.what());
    }
  }
}

}  // namespace

Table<Object> object_table() {
  return Table<Object>("an object")
      .optional("stamp", &Object::stamp, config::text(),
                "Path of a free text field for our mark in records that we create, declared under `find` too: a create "
                "without answer is found again by it. Without one by the match keys.")
      .optional("search_lag", &Object::search_lag, config::duration(),
                "How long listings and searches may miss what was just written.")
      .optional("unique_revision", &Object::unique_revision, config::boolean(),
                "No two writes ever share a revision (no times of whole seconds): our own writes are told by it.")
      .optional("records", &Object::own_records, maybe(record_table().type()), "How this object's records look.")
      .optional("read", &Object::read, maybe(read_table().type()), "Reading by id: `${id}`.")
      .optional("changes", &Object::changes, maybe(changes_table().type()),
                "Listing what has changed, children included. Without `${since}` every sweep reads all.")
      .optional("find", &Object::find, config::text_map_of(find_table().type(), "PATH"),
                "Searching, by the field's path as the mapping writes it: match keys must be here.")
      .optional("create", &Object::create, maybe(create_table().type()),
                "Creating, from `${fields}` (the whole body where none is given) and `${stamp}`.")
      .optional(
          "update", &Object::update, maybe(update_table().type()),
          "Changing: `${id}`, `${changed}` (the body of partial updates), `${fields}` (of full ones), `${revision}`.")
      .optional("remove", &Object::remove, maybe(remove_table().type()),
                "Deleting: `${id}`, `${revision}`. Nothing is deleted in this release.")
      .optional("describe", &Object::describe, maybe(describe_table().type()),
                "The fields, for `counterpart check`, for what is looked at before writing, and for changes of the "
                "schema. Without it check shows what a first page of records holds.")
      .check([](const Object& object, const Node& node, Problems& problems) {
        if (!has_any(node, {"read"})) problems.add(node.place, "an object must be readable", "add read:");
        check_stamp(object, node, problems);
        check_find_paths(node, problems);
      });
}

Table<RecordShape> record_table() {
  return Table<RecordShape>("records")
      .optional("id", &RecordShape::id, path_type(), "The id: text or a number.")
      .optional("revision", &RecordShape::revision, maybe(path_type()),
                "The system's own version of the record: any text or number that differs after each change.")
      .optional("revision_header", &RecordShape::revision_header, config::text(),
                "A header with it, in answers that hold one record: `ETag`. Records read by `many` have none then.")
      .optional("fields", &RecordShape::fields, path_type(),
                "The object that holds the fields; paths in mappings start there.")
      .optional("modified", &RecordShape::modified, maybe(moment_type()), "When it was last changed.")
      .optional("created", &RecordShape::created, maybe(moment_type()), "When it was created.")
      .optional("modified_by", &RecordShape::modified_by, maybe(path_type()), "The id of who changed it last.")
      .optional("created_by", &RecordShape::created_by, maybe(path_type()), "The id of who created it.")
      .optional("absent_is_blank", &RecordShape::absent_is_blank, config::boolean(),
                "Blank fields are left out of answers, so that a field that is not there is blank.");
}

}  // namespace counterpart::rest
