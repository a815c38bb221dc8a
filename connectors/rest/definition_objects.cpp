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
  many.required("select", &ReadMany::select, selection_type(), "the list of records in the answer")
      .optional("missing", &ReadMany::missing, maybe(selection_type()),
                "the list of ids that are not there; without it, what is not answered is gone")
      .required("limit", &ReadMany::limit, batch_limit(), "ids a request");
  check_call(many, {"ids"});
  Table<Read> table("read");
  add_call_keys(table, &Read::call, false);
  table.optional("select", &Read::select, path_type(), "the record in the answer")
      .optional("missing", &Read::missing, statuses_type(), "statuses that mean: not there")
      .optional("many", &Read::many, maybe(many.type()), "several records at once")
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
      .required("type", &Paging::type,
                config::choice<Type>({{"none", Type::none},
                                      {"page", Type::page},
                                      {"offset", Type::offset},
                                      {"cursor", Type::cursor},
                                      {"link_header", Type::link_header}}),
                "how the next page is asked for")
      .optional("size", &Paging::size, batch_limit(), "records a page, as ${size}")
      .optional("start", &Paging::start, config::integer(0, kStartMost), "the first page's number")
      .optional("next", &Paging::next, maybe(path_type()), "the next cursor in the answer")
      .optional("pages", &Paging::pages, maybe(path_type()), "the last page's number in the answer")
      .optional("total", &Paging::total, maybe(path_type()), "the number of all records in the answer")
      .optional("more", &Paging::more, maybe(path_type()), "true in the answer where there is another page")
      .check([](const Paging& page, const Node& node, Problems& problems) {
        if (page.type == Type::cursor && !page.next) problems.add(node.place, "paging by cursor needs next:");
      });
}

Table<Changes> changes_table() {
  Table<Changes> table("changes");
  add_call_keys(table, &Changes::call, true);
  table.required("select", &Changes::select, selection_type(), "the list of records in the answer")
      .optional("since", &Changes::since, since_type(), "how ${since} is spelled")
      .optional("sorted", &Changes::sorted, config::boolean(), "answers are in the order of (modified, id)")
      .optional("full", &Changes::full, config::boolean(), "the list holds whole records")
      .optional("missing", &Changes::missing, statuses_type(), "statuses that mean: none")
      .optional("page", &Changes::page, paging_table().type(), "how the next page is asked for");
  check_call(table, {"since", "page", "offset", "cursor", "size"});
  return table;
}

Table<Find> find_table() {
  Table<Find> table("find");
  add_call_keys(table, &Find::call, true);
  table.required("select", &Find::select, selection_type(), "the list of records in the answer")
      .optional("missing", &Find::missing, statuses_type(), "statuses that mean: none")
      .optional("limit", &Find::limit, batch_limit(), "values a request, as ${values}")
      .optional("page", &Find::page, paging_table().type(), "how the next page is asked for")
      .optional("most", &Find::most, maybe(batch_limit()), "records after which the system cuts its answer off");
  check_call(table, {"value", "values", "page", "offset", "cursor", "size"});
  return table;
}

Table<Batch> batch_table(const std::vector<std::string>& item_names) {
  Table<Batch> table("batch");
  add_call_keys(table, &Batch::call, true);
  table.required("item", &Batch::item, body_type(), "one element of ${items}")
      .required("limit", &Batch::limit, batch_limit(), "items a request")
      .required("results", &Batch::results, selection_type(), "the list of results in the answer")
      .optional("match", &Batch::match,
                config::choice<Batch::Match>({{"index", Batch::Match::index}, {"id", Batch::Match::id}}),
                "how a result finds its item")
      .optional("id", &Batch::id, path_type(), "the id in a result")
      .optional("status", &Batch::status, maybe(path_type()), "the status of one result")
      .optional("record", &Batch::record, maybe(path_type()), "the record in a result")
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
  table.required("returns", &Create::returns, returns_type(), "what the answer holds")
      .optional("select", &Create::select, path_type(), "the record in the answer")
      .optional("id_path", &Create::id_path, maybe(path_type()), "the new id in the answer, or in a batch's result")
      .optional("id_header", &Create::id_header, config::text(), "a header with the new id, or a URL that ends in it")
      .optional("batch", &Create::batch, maybe(batch_table({"fields", "stamp"}).type()), "several at once")
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
                "partial: what is not sent stays")
      .optional("nested", &Update::nested, config::choice<Nested>({{"merge", Nested::merge}, {"whole", Nested::whole}}),
                "whole: a nested object is replaced as one")
      .required("precondition", &Update::precondition, precondition_type(),
                "revision: refused when the record has moved since it was read")
      .optional("conflict", &Update::conflict, statuses_type(), "statuses of that refusal [412]")
      .required("returns", &Update::returns, returns_type(), "what the answer holds")
      .optional("select", &Update::select, path_type(), "the record in the answer")
      .optional("batch", &Update::batch, maybe(batch_table({"id", "revision", "changed", "fields"}).type()),
                "several at once")
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
                "revision: refused when the record has moved since it was read")
      .optional("conflict", &Remove::conflict, statuses_type(), "statuses of that refusal")
      .check([](const Remove& remove, const Node& node, Problems& problems) {
        check_precondition(remove.precondition, node, problems);
      });
  check_call(table, {"id", "revision"});
  return table;
}

Table<Describe> describe_table() {
  const auto field =
      Table<FieldDescription>("a field")
          .required("name", &FieldDescription::name, config::text(), "its name")
          .optional("type", &FieldDescription::type, config::text(), "its type, as the system calls it")
          .optional("required", &FieldDescription::required, config::boolean(), "must be filled")
          .optional("read_only", &FieldDescription::read_only, config::boolean(), "cannot be written")
          .optional("options", &FieldDescription::options, config::list_of(config::text()), "the values it takes");
  Table<Describe> table("describe");
  add_call_keys(table, &Describe::call, false);
  table.optional("select", &Describe::select, selection_type(), "the list of fields in the answer")
      .optional("name", &Describe::name, path_type(), "a field's name")
      .optional("type", &Describe::type, maybe(path_type()), "its type")
      .optional("required", &Describe::required, maybe(path_type()), "whether it must be filled")
      .optional("read_only", &Describe::read_only, maybe(path_type()), "whether it cannot be written")
      .optional("options", &Describe::options, maybe(path_type()), "its values, such as options[*].value")
      .optional("fields", &Describe::fields, config::list_of(field.type()), "fields declared here")
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
      .optional("stamp", &Object::stamp, config::text(), "path of a free field for our mark in records we create")
      .optional("search_lag", &Object::search_lag, config::duration(), "how long searches may miss what was written")
      .optional("unique_revision", &Object::unique_revision, config::boolean(), "no two writes share a revision")
      .optional("records", &Object::own_records, maybe(record_table().type()), "how this object's records look")
      .optional("read", &Object::read, maybe(read_table().type()), "reading by id")
      .optional("changes", &Object::changes, maybe(changes_table().type()), "listing what has changed")
      .optional("find", &Object::find, config::text_map_of(find_table().type()), "searching, by the field's path")
      .optional("create", &Object::create, maybe(create_table().type()), "creating")
      .optional("update", &Object::update, maybe(update_table().type()), "changing")
      .optional("remove", &Object::remove, maybe(remove_table().type()), "deleting")
      .optional("describe", &Object::describe, maybe(describe_table().type()), "the fields")
      .check([](const Object& object, const Node& node, Problems& problems) {
        if (!has_any(node, {"read"})) problems.add(node.place, "an object must be readable", "add read:");
        check_stamp(object, node, problems);
        check_find_paths(node, problems);
      });
}

Table<RecordShape> record_table() {
  return Table<RecordShape>("records")
      .optional("id", &RecordShape::id, path_type(), "the id")
      .optional("revision", &RecordShape::revision, maybe(path_type()), "the system's own version token")
      .optional("revision_header", &RecordShape::revision_header, config::text(),
                "a header with it, in answers of one record")
      .optional("fields", &RecordShape::fields, path_type(), "the object that holds the fields")
      .optional("modified", &RecordShape::modified, maybe(moment_type()), "last changed")
      .optional("created", &RecordShape::created, maybe(moment_type()), "created")
      .optional("modified_by", &RecordShape::modified_by, maybe(path_type()), "the last writer's id")
      .optional("created_by", &RecordShape::created_by, maybe(path_type()), "the creator's id")
      .optional("absent_is_blank", &RecordShape::absent_is_blank, config::boolean(),
                "blank fields are left out of answers");
}

}  // namespace counterpart::rest
