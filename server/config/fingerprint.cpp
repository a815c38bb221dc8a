#include <algorithm>
#include <set>
#include <string_view>

#include "connectors/webhook/digest.h"
#include "mapping/values/json.h"
#include "server/config/resolve.h"

namespace counterpart::drafts {
namespace {

/// Raised when the engine reads the same rules in another way.
constexpr int kMeaning = 1;
constexpr std::size_t kDigits = 16;

template <class E>
Native number_of(E value) {
  return Native::integer(static_cast<long long>(value));
}

Native text_of(const std::optional<Expression>& expression) {
  return expression ? Native(expression->text()) : Native();
}

template <class T>
Native written_text(const std::optional<T>& rule, std::string T::* text) {
  return rule ? Native((*rule).*text) : Native();
}

Native length_of(const std::optional<std::size_t>& length) {
  return length ? Native::integer(static_cast<long long>(*length)) : Native();
}

Native canonical(const ValueRules& rules) {
  Native::Array out{length_of(rules.min_length),
                    length_of(rules.max_length),
                    written_text(rules.characters, &AllowedCharacters::name),
                    written_text(rules.pattern, &RequiredPattern::text),
                    written_text(rules.min, &ValueBound::text),
                    written_text(rules.max, &ValueBound::text),
                    rules.required};
  for (const std::string& option : rules.options) out.emplace_back(option);
  return Native(std::move(out));
}

Native canonical_side(const FieldSide& side, const std::string& codec) {
  Native::Array paths;
  for (const Path& path : side.paths) paths.emplace_back(path.text());
  Native::Array out{Native(std::move(paths)), codec, text_of(side.clean)};
  if (side.validate) out.push_back(canonical(*side.validate));
  return Native(std::move(out));
}

Native canonical(const FieldRule& rule, const Both<std::string>& codec) {
  return Native(Native::Array{rule.name, canonical_side(rule.side.left, codec.left),
                              canonical_side(rule.side.right, codec.right), number_of(rule.direction),
                              number_of(rule.forbidden), number_of(rule.conflict), number_of(rule.initial),
                              rule.empty_never_overwrites});
}

Native sorted_members(const Native& values) {
  if (!values.is_object()) return values;
  Native::Object members = values.object();
  std::ranges::sort(members, {}, &Native::Member::first);
  return Native(std::move(members));
}

Native name_of_field(const RowsRule& rule, const std::optional<std::size_t>& field) {
  return field ? Native(rule.fields[*field].name) : Native();
}

Native canonical(const TotalsRule& totals, const RowsRule& rule, const Both<std::vector<std::string>>& codecs) {
  Native::Array out{name_of_field(rule, totals.quantity),
                    name_of_field(rule, totals.price),
                    name_of_field(rule, totals.discount),
                    name_of_field(rule, totals.tax),
                    number_of(totals.discount_is),
                    number_of(totals.round),
                    number_of(totals.digits)};
  for (const Side side : kSides) {
    Native::Array told;
    for (std::size_t i = 0; i < totals.told[side].size(); ++i) {
      const ToldSum& sum = totals.told[side][i];
      told.push_back(Native(Native::Array{number_of(sum.sum), canonical_side(sum.field, codecs[side][i])}));
    }
    out.emplace_back(std::move(told));
  }
  return Native(std::move(out));
}

Native canonical(const RowsRule& rule, const RowCodecs& codecs) {
  Native::Array out{"rows", rule.name};
  for (const Side side : kSides) {
    out.emplace_back(rule.side[side].path.text());
    out.emplace_back(rule.side[side].id);
    out.push_back(sorted_members(rule.side[side].on_create_set));
  }
  for (const Native& number : {number_of(rule.direction), number_of(rule.conflict), number_of(rule.initial)}) {
    out.push_back(number);
  }
  Native::Array key;
  for (const std::size_t field : rule.key) key.emplace_back(rule.fields[field].name);
  out.emplace_back(std::move(key));
  for (std::size_t i = 0; i < rule.fields.size(); ++i) out.push_back(canonical(rule.fields[i], codecs.fields[i]));
  if (rule.totals) out.push_back(canonical(*rule.totals, rule, codecs.sums));
  return Native(std::move(out));
}

Native canonical(const Becoming& becomes, Side side) {
  Native::Array out{"becomes", name_of(side), becomes.when.text()};
  for (const Heir& heir : becomes.heirs) {
    out.emplace_back(heir.mapping);
    out.emplace_back(heir.id.text());
  }
  return Native(std::move(out));
}

Native canonical(const ObjectMapping& mapping, const ObjectCodecs& codecs) {
  Native::Array out{mapping.name};
  for (const Side side : kSides) {
    out.emplace_back(mapping.object[side]);
    out.push_back(text_of(mapping.where[side]));
    out.push_back(sorted_members(mapping.on_create_set[side]));
    out.push_back(number_of(mapping.on_create[side]));
    out.push_back(number_of(mapping.on_delete[side]));
  }
  for (const Side side : kSides) {
    if (mapping.becomes[side]) out.push_back(canonical(*mapping.becomes[side], side));
    if (mapping.final_when[side])
      out.push_back(Native(Native::Array{"final", name_of(side), text_of(mapping.final_when[side])}));
  }
  Native::Array match;
  for (const MatchKey& key : mapping.match) {
    match.push_back(Native(Native::Array{number_of(key.kind), mapping.fields[key.field].name}));
  }
  out.emplace_back(std::move(match));
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) out.push_back(canonical(mapping.fields[i], codecs.fields[i]));
  for (std::size_t i = 0; i < mapping.rows.size(); ++i) out.push_back(canonical(mapping.rows[i], codecs.rows[i]));
  return Native(std::move(out));
}

using TableColumn = std::string std::pair<std::string, std::string>::*;

/// Of rows with the same spelling in that column, the first stands for all, so their order stays.
Native sorted_by(TableColumn column, const ValueTable& table) {
  auto rows = table.rows;
  std::ranges::stable_sort(rows, {}, column);
  Native::Array out;
  for (const auto& [left, right] : rows) out.push_back(Native(Native::Array{left, right}));
  return Native(std::move(out));
}

/// Whether one left spelling has several right ones, as in a file it may.
bool has_several_rights(const ValueTable& table) {
  std::set<std::string_view> lefts;
  for (const auto& [left, right] : table.rows) lefts.insert(left);
  return lefts.size() < table.rows.size();
}

Native canonical(const ValueTable& table) {
  Native by_right = sorted_by(&std::pair<std::string, std::string>::second, table);
  if (!has_several_rights(table)) return by_right;
  return Native(Native::Array{std::move(by_right), sorted_by(&std::pair<std::string, std::string>::first, table)});
}

}  // namespace

std::string fingerprint(const SyncConfiguration& sync, const std::vector<ObjectCodecs>& codecs,
                        const Tables& used_tables) {
  Native::Array out{number_of(kMeaning), sync.between.left, sync.between.right, number_of(sync.leading)};
  for (std::size_t i = 0; i < sync.mappings.size(); ++i) out.push_back(canonical(sync.mappings[i], codecs[i]));
  for (const auto& [name, table] : used_tables) out.push_back(Native(Native::Array{name, canonical(table)}));
  return hook::to_hex(hook::sha256(print_json(Native(std::move(out))))).substr(0, kDigits);
}

}  // namespace counterpart::drafts
