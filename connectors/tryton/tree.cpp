#include "connectors/tryton/tree.h"

#include <algorithm>

#include "connectors/tryton/spelling.h"

namespace counterpart::tryton {
namespace {

constexpr const char* kStamp = "_timestamp";
constexpr const char* kOwnRow = "p";

Native copy_of(const Native& row, std::string_view name) {
  const Native* value = row.member(name);
  return value != nullptr ? *value : Native();
}

std::string text_of(const Native& row, std::string_view name) {
  const Native* value = row.member(name);
  return value != nullptr ? value->plain() : "";
}

bool follows(const Field& field) {
  return field.spelling == Spelling::reference || field.spelling == Spelling::names ||
         field.spelling == Spelling::rates;
}

/// What a field is asked for by: "country.code".
std::string asked(const Field& field) {
  return follows(field) ? field.source + "." + field.lookup->field : field.source;
}

void ask_for_stamps(const std::string& prefix, Native::Array& fields) {
  for (const char* field : {kStamp, "create_uid", "write_uid"}) fields.emplace_back(prefix + field);
}

/// The names of the rows that a field leads to, sorted; nullopt where Tryton told none of them.
std::optional<Native> names_of(const Field& field, const Native& row) {
  const Native* rows = row.member(field.source + ".");
  if (rows == nullptr || !rows->is_array()) return std::nullopt;
  std::vector<std::string> names;
  for (const Native& each : rows->array()) names.push_back(text_of(each, field.lookup->field));
  std::sort(names.begin(), names.end());
  return Native(Native::Array(names.begin(), names.end()));
}

/// The rates of the taxes that a field leads to, in Tryton's order; nullopt where it told none of them.
std::optional<Native> rates_told(const Field& field, const Native& row) {
  const Native* taxes = row.member(field.source + ".");
  if (taxes == nullptr || !taxes->is_array()) return std::nullopt;
  std::vector<std::string> rates;
  for (const Native& tax : taxes->array()) {
    const Native* rate = tax.member(field.lookup->field);
    rates.push_back(is_blank(rate) ? kFixedTax : plain_decimal(*rate).plain());
  }
  return rates.empty() ? Native() : Native(joined_rates(rates));
}

std::optional<Native> value_of(const Field& field, const Native& row) {
  if (field.spelling == Spelling::names) return names_of(field, row);
  if (field.spelling == Spelling::reference) {
    const Native* other = row.member(field.source + ".");
    return other != nullptr ? copy_of(*other, field.lookup->field) : Native();
  }
  if (field.spelling == Spelling::rates) return rates_told(field, row);
  Native value = copy_of(row, field.source);
  if (value.is_null() && !field.instead.empty()) value = copy_of(row, field.instead);
  if (value.is_null()) return value;
  if (field.spelling == Spelling::decimal) return plain_decimal(value);
  if (field.spelling == Spelling::date) return plain_date(value);
  return value;
}

/// Of a row that was never written, the writer is who created it.
Part part_of(const Native& row, std::string name) {
  const std::string writer = text_of(row, "write_uid");
  return {std::move(name), text_of(row, kStamp), writer.empty() ? text_of(row, "create_uid") : writer};
}

bool is_ours(const ChildModel& model, const Native& row) {
  return model.only.empty() || text_of(row, "type") == model.only;
}

bool add_children(const Native& row, const ChildModel& model, Tree& tree) {
  const Native* rows = row.member(model.collection + ".");
  if (rows == nullptr || !rows->is_array()) return false;
  Native::Array children;
  for (const Native& each : rows->array()) {
    if (!is_ours(model, each)) continue;
    Native child;
    child.set("id", copy_of(each, "id"));
    for (const Field& field : model.fields) {
      auto value = value_of(field, each);
      if (!value) return false;
      child.set(field.name, std::move(*value));
    }
    tree.parts.push_back(part_of(each, model.mark + text_of(each, "id")));
    children.push_back(std::move(child));
  }
  tree.record.fields.set(model.collection, std::move(children));
  return true;
}

bool add_fields(const Native& row, const ObjectModel& model, Tree& tree) {
  const Native* base = model.base ? row.member(model.base->field + ".") : nullptr;
  if (model.base && base == nullptr) return false;
  for (const Field& field : model.fields) {
    auto value = value_of(field, field.shared ? *base : row);
    if (!value) return false;
    tree.record.fields.set(field.name, std::move(*value));
  }
  if (base != nullptr) tree.parts.push_back(part_of(*base, model.base->mark + text_of(*base, "id")));
  return true;
}

/// Revision, last change and its author: of the newest part.
void sum_up(Tree& tree) {
  Record& record = tree.record;
  for (const Part& part : tree.parts) {
    record.revision += (record.revision.empty() ? "" : ";") + part.name + ":" + part.stamp;
    const auto written = instant_of_stamp(part.stamp);
    if (!written || (record.modified && *written <= *record.modified)) continue;
    record.modified = written;
    record.modified_by = part.writer;
  }
}

}  // namespace

Stamps stamps_of(const std::string& revision) {
  Stamps stamps;
  for (std::size_t begin = 0; begin < revision.size();) {
    const std::size_t end = std::min(revision.find(';', begin), revision.size());
    const std::string part = revision.substr(begin, end - begin);
    const std::size_t colon = part.find(':');
    if (colon != std::string::npos) stamps[part.substr(0, colon)] = part.substr(colon + 1);
    begin = end + 1;
  }
  return stamps;
}

Native::Array asked_fields(const ObjectModel& model) {
  Native::Array fields = {"create_date"};
  ask_for_stamps("", fields);
  for (const Field& field : model.fields)
    fields.emplace_back(field.shared ? model.base->field + "." + asked(field) : asked(field));
  if (model.base) ask_for_stamps(model.base->field + ".", fields);
  for (const ChildModel& child : model.children) {
    const std::string prefix = child.collection + ".";
    for (const Field& field : child.fields) fields.emplace_back(prefix + asked(field));
    if (!child.only.empty()) fields.emplace_back(prefix + "type");
    ask_for_stamps(prefix, fields);
  }
  return fields;
}

std::optional<Tree> tree_of(const ObjectModel& model, const Native& row) {
  const Native* id = row.member("id");
  if (id == nullptr || !id->is_number()) return std::nullopt;
  Tree tree;
  tree.record.id = id->number();
  tree.record.created = instant_of(copy_of(row, "create_date"));
  tree.record.created_by = text_of(row, "create_uid");
  tree.parts.push_back(part_of(row, kOwnRow));
  if (!add_fields(row, model, tree)) return std::nullopt;
  for (const ChildModel& child : model.children)
    if (!add_children(row, child, tree)) return std::nullopt;
  sum_up(tree);
  return tree;
}

bool tells_fractions(const Tree& tree) {
  return std::any_of(tree.parts.begin(), tree.parts.end(), [](const Part& part) {
    const std::size_t dot = part.stamp.find('.');
    return dot != std::string::npos && part.stamp.find_first_not_of('0', dot + 1) != std::string::npos;
  });
}

bool only_by(const std::string& user, const Tree& tree, const Stamps& before, const std::vector<std::string>& deleted) {
  Stamps expected = before;
  for (const std::string& name : deleted) expected.erase(name);
  std::string stamp;
  for (const Part& part : tree.parts) {
    const auto known = expected.find(part.name);
    const bool untouched = known != expected.end() && known->second == part.stamp;
    if (known != expected.end()) expected.erase(known);
    if (untouched) continue;
    if (part.writer != user || (!stamp.empty() && part.stamp != stamp)) return false;
    stamp = part.stamp;
  }
  return expected.empty();
}

std::string resource(const ObjectModel& model, const std::string& part, const std::string& id) {
  const auto named = [&](const std::string& row, const std::string& mark) {
    return row + "," + part.substr(mark.size());
  };
  if (part == kOwnRow) return model.model + "," + id;
  if (model.base && part.starts_with(model.base->mark)) return named(model.base->model, model.base->mark);
  for (const ChildModel& child : model.children)
    if (part.starts_with(child.mark)) return named(child.model, child.mark);
  return model.model + "," + id;
}

}  // namespace counterpart::tryton
