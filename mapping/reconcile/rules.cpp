#include "mapping/reconcile/rules.h"

#include <algorithm>
#include <utility>

namespace counterpart {
namespace {

// Where a path leads: the value, nothing, or nowhere that the system told of.
struct Place {
  const Native* value = nullptr;
  bool known = true;

  bool is_null() const { return value == nullptr || value->is_null(); }
  Native copy() const { return value == nullptr ? Native{} : *value; }
};

Place look_up(const Path& path, const Native& fields, bool absent_is_blank) {
  if (const Native* value = path.find(fields)) return {value, true};
  const auto* top = path.steps().empty() ? nullptr : std::get_if<Path::Name>(&path.steps().front());
  const bool absent = top != nullptr && fields.member(top->name) == nullptr;
  return {nullptr, !absent || absent_is_blank};
}

std::optional<Native> raw_at(const FieldSide& side, const Native& fields, bool absent_is_blank) {
  if (side.paths.size() == 1) {
    const Place place = look_up(side.paths.front(), fields, absent_is_blank);
    return place.known ? std::optional(place.copy()) : std::nullopt;
  }
  Native::Array parts;
  parts.reserve(side.paths.size());
  bool blank = true;
  for (const Path& path : side.paths) {
    const Place place = look_up(path, fields, absent_is_blank);
    if (!place.known) return std::nullopt;
    blank = blank && place.is_null();
    parts.push_back(place.copy());
  }
  return blank ? Native{} : Native{std::move(parts)};
}

Native cleaned(const Expression& clean, const Native& raw) {
  if (raw.is_null()) return {};
  return clean.evaluate([&raw](std::string_view name) { return name == "value" ? &raw : nullptr; });
}

Native cleaned(const FieldSide& side, const Native& raw) {
  if (side.paths.size() == 1 || !raw.is_array()) return cleaned(*side.clean, raw);
  Native::Array parts;
  parts.reserve(raw.array().size());
  for (const Native& part : raw.array()) parts.push_back(cleaned(*side.clean, part));
  return parts;
}

bool nothing_there(const FieldSide& side, const Native& raw) {
  if (raw.is_null()) return true;
  const auto is_null = [](const Native& part) { return part.is_null(); };
  return side.paths.size() > 1 && raw.is_array() && std::all_of(raw.array().begin(), raw.array().end(), is_null);
}

Parsed parse_clean(const FieldSide& side, const Native& raw) {
  if (nothing_there(side, raw)) return Value{Blank{}};
  if (side.paths.size() > 1 && (!raw.is_array() || raw.array().size() != side.paths.size())) {
    return Problem{"the value kept for " + side.name + " has not one part for each of its paths",
                   "read the record again, or correct the paths in the mapping"};
  }
  return side.codec->parse(raw);
}

}  // namespace

Parsed parse_raw(const FieldSide& side, const Native& raw) {
  if (!side.clean || raw.is_null()) return parse_clean(side, raw);
  try {
    return parse_clean(side, cleaned(side, raw));
  } catch (const EvaluationError& error) {
    return Problem{side.name + " cannot be cleaned: " + error.what(),
                   "correct the value in the record, or the field's `clean` in the mapping"};
  }
}

Parsed read_field(const FieldSide& side, const Shown& record) {
  if (side.paths.size() == 1) {
    const Place place = look_up(side.paths.front(), *record.fields, record.absent_is_blank);
    if (!place.known) return Value{Unknown{}};
    return place.is_null() ? Parsed{Value{Blank{}}} : parse_raw(side, *place.value);
  }
  const std::optional<Native> raw = raw_of(side, record);
  return raw ? parse_raw(side, *raw) : Parsed{Value{Unknown{}}};
}

std::optional<Native> raw_of(const FieldSide& side, const Shown& record) {
  return raw_at(side, *record.fields, record.absent_is_blank);
}

Native raw_in(const FieldSide& side, const Native& fields) {
  return raw_at(side, fields, true).value_or(Native{});
}

bool holds_raw(const FieldSide& side, const Shown& record, const Native& raw) {
  const bool several = side.paths.size() > 1;
  if (several && !raw.is_null() && (!raw.is_array() || raw.array().size() != side.paths.size())) return false;
  for (std::size_t i = 0; i < side.paths.size(); ++i) {
    const Place place = look_up(side.paths[i], *record.fields, record.absent_is_blank);
    if (!place.known) return false;
    const Native* kept = raw.is_null() ? nullptr : several ? &raw.array()[i] : &raw;
    const bool same = kept == nullptr || kept->is_null() ? place.is_null() : place.value && *place.value == *kept;
    if (!same) return false;
  }
  return true;
}

bool holds_sent(const FieldSide& side, const Native& raw_sent, const Shown& held) {
  if (holds_raw(side, held, raw_sent)) return true;
  const Parsed sent = parse_raw(side, raw_sent);
  const Parsed now = read_field(side, held);
  const Value* wanted = std::get_if<Value>(&sent);
  const Value* found = std::get_if<Value>(&now);
  return wanted != nullptr && found != nullptr && !is_unknown(*found) && *found == narrowed(side, *wanted);
}

std::optional<Problem> write_field(const FieldSide& side, const Value& value, Native& fields) {
  Printed printed = side.codec->print(narrowed(side, value));
  if (auto* problem = std::get_if<Problem>(&printed)) return std::move(*problem);
  Native& native = std::get<Native>(printed);
  try {
    if (side.paths.size() == 1) {
      side.paths.front().set(fields, std::move(native));
      return std::nullopt;
    }
    for (std::size_t i = 0; i < side.paths.size(); ++i) {
      side.paths[i].set(fields, native.is_null() ? Native{} : std::move(native.array().at(i)));
    }
  } catch (const PathError&) {
    return Problem{"the record has no room for " + side.name + ": a step of the path meets a plain value",
                   "correct the path in the mapping; the record's own shape differs from it"};
  }
  return std::nullopt;
}

Value narrowed(const FieldSide& side, const Value& value) {
  return is_blank(value) || is_unknown(value) ? value : side.codec->narrow(value);
}

bool equal(const FieldRule& rule, const Value& left, const Value& right) {
  return left == right || narrowed(rule.side.right, left) == right || narrowed(rule.side.left, right) == left;
}

bool in_scope(const ObjectMapping& mapping, Side side, const Record& record) {
  const std::optional<Expression>& where = mapping.where[side];
  return !where || where->truth([&record](std::string_view name) { return record.fields.member(name); });
}

std::optional<std::vector<TurnedInto>> turned_into(const ObjectMapping& mapping, Side side, const Record& record) {
  const std::optional<Becoming>& becomes = mapping.becomes[side];
  if (!becomes) return std::nullopt;
  if (!becomes->when.truth([&record](std::string_view name) { return record.fields.member(name); }))
    return std::nullopt;
  std::vector<TurnedInto> heirs;
  for (const Heir& heir : becomes->heirs) {
    const Native* id = heir.id.find(record.fields);
    const bool told = id != nullptr && (id->is_text() || id->is_number()) && !id->plain().empty();
    if (told) heirs.push_back({heir.mapping, id->plain()});
  }
  return heirs;
}

bool is_final(const ObjectMapping& mapping, Side side, const Record& record) {
  const std::optional<Expression>& when = mapping.final_when[side];
  return when && when->truth([&record](std::string_view name) { return record.fields.member(name); });
}

}  // namespace counterpart
