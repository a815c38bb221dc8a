#include "server/config/value_tables.h"

#include <functional>

#include "mapping/values/json.h"
#include "server/config/interpolation.h"

namespace counterpart::drafts {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kBytesMax = 4UL * 1024 * 1024;

/// The value of the only key, if it is this one: a table of more rows may well have one that is spelled so.
const Node* only(const Node& table, std::string_view key) {
  return table.members.size() == 1 && table.members.front().key == key ? &table.members.front().value : nullptr;
}

std::vector<TableRow> rows_written(const Node& table, Problems& problems) {
  std::vector<TableRow> rows;
  for (const Node::Member& member : table.members) {
    if (member.value.unreadable) continue;
    auto right = config::text().read(member.value, problems);
    if (right) rows.push_back({member.place, member.key, std::move(*right)});
  }
  return rows;
}

/// A variable's value is not shown: somebody may have named the wrong one.
void add_bad_variable(const Node& name, const std::string& why, Problems& problems) {
  problems.add(name.place, "the environment variable " + name.shown() + " holds no table: " + why,
               R"(set it to a JSON object of texts such as {"EUR": "€", "USD": "$"})");
}

std::vector<TableRow> rows_in(const Native& object, const Node& name, Problems& problems) {
  std::vector<TableRow> rows;
  if (!object.is_object()) {
    add_bad_variable(name, "it is JSON, but no object", problems);
    return rows;
  }
  for (std::size_t i = 0; i < object.object().size(); ++i) {
    const auto& [left, right] = object.object()[i];
    if (right.is_text() || right.is_number() || right.is_bool()) {
      rows.push_back({name.place, left, right.plain()});
    } else {
      add_bad_variable(name, "the value of its key no. " + std::to_string(i + 1) + " is no text", problems);
    }
  }
  return rows;
}

/// As `${env:NAME}` is looked up.
std::vector<TableRow> rows_of_variable(const Node& name, const fs::path& folder, Problems& problems) {
  if (name.kind != Node::Kind::scalar) {
    config::add_unexpected(name, "the name of an environment variable", problems);
    return {};
  }
  const auto text = interpolate_in(folder)("env", name.scalar);
  if (!text) {
    problems.add(name.place, "the environment variable " + name.shown() + " is not set",
                 "set it where counterpart is started; a table with one row `env` is written rows: { env: … }");
    return {};
  }
  try {
    return rows_in(parse_json(*text, {kBytesMax, kDepthMax}), name, problems);
  } catch (const JsonError& error) {
    add_bad_variable(name, error.what(), problems);
    return {};
  }
}

std::size_t fingerprint_of(const std::string& source, const std::vector<TableRow>& rows) {
  std::string all = source;
  for (const TableRow& row : rows) all += '\n' + row.left + '\0' + row.right;
  return std::hash<std::string>()(all);
}

/// Wherever they are.
std::vector<TableRow> rows_of(const std::string& name, const Node& table, const fs::path& folder,
                              WrittenPlaces& written, Problems& problems) {
  const Node* file = only(table, "file");
  const Node* variable = only(table, "env");
  if (file == nullptr && variable == nullptr) {
    const Node* rows = only(table, "rows");
    return rows_written(rows != nullptr && rows->kind == Node::Kind::map ? *rows : table, problems);
  }
  const Node& source = file != nullptr ? *file : *variable;
  if (source.unreadable) return {};
  auto rows = file != nullptr ? rows_of_file(source, folder, problems) : rows_of_variable(source, folder, problems);
  written["tables." + name + (file != nullptr ? ".file" : ".env")] = fingerprint_of(source.scalar, rows);
  return rows;
}

Native text_property(const char* key, const char* doc, Native schema) {
  schema.set("description", doc);
  return Native(Native::Object{{"type", "object"},
                               {"properties", Native(Native::Object{{key, std::move(schema)}})},
                               {"required", Native(Native::Array{key})},
                               {"additionalProperties", Native(false)}});
}

Native table_schema() {
  const Native rows = config::text_map_of(config::text()).schema();
  const Native text = config::text().schema();
  return Native(Native::Object{
      {"anyOf",
       Native(Native::Array{text_property("file", "A CSV file of two columns, beside the configuration.", text),
                            text_property("env", "An environment variable that holds a JSON object.", text),
                            text_property("rows", "From the left spelling to the right one.", rows), rows})}});
}

}  // namespace

config::Type<Node> value_table_type() {
  config::Type<Node> type = config::node();
  type.words = "a map";
  type.schema = table_schema;
  type.read = [words = type.words](const Node& table, Problems& problems) -> std::optional<Node> {
    if (table.kind == Node::Kind::map) return table;
    config::add_unexpected(table, words, problems);
    return std::nullopt;
  };
  return type;
}

Tables resolve_tables(const std::vector<std::pair<std::string, Node>>& tables, const fs::path& folder,
                      WrittenPlaces& written, Problems& problems) {
  Tables result;
  for (const auto& [name, table] : tables) {
    const std::size_t told_before = problems.size();
    const std::vector<TableRow> rows = rows_of(name, table, folder, written, problems);
    const bool silent = problems.size() == told_before && !table.holds_unreadable();
    if (rows.empty() && silent)
      problems.add(table.place, "the table '" + name + "' has no rows", "add some, or remove it");
    review_rows(name, rows, problems);
    ValueTable& made = result[name];
    for (const TableRow& row : rows) made.rows.emplace_back(row.left, row.right);
  }
  return result;
}

}  // namespace counterpart::drafts
