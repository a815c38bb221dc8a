#include "mapping/round_trip/round_trip.h"

#include <algorithm>
#include <utility>

#include "mapping/codecs/single.h"
#include "mapping/round_trip/sample_values.h"
#include "mapping/values/json.h"

namespace counterpart {
namespace {

/// A spelling in a message: quoted, its parts joined with +, in one line, shortened where it is long.
std::string quoted(const Native& native) {
  if (native.is_null()) return "nothing";
  std::string text = native.is_array() ? "" : native.plain();
  if (native.is_array()) {
    for (const Native& part : native.array()) text += (text.empty() ? "" : " + ") + part.plain();
  }
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return codecs::shown(Native(std::move(text)));
}

Record record_with(const Native& fields) {
  Record record;
  record.fields = fields;
  record.absent_is_blank = true;
  return record;
}

Both<Value> sides(Side side, const Value& here, const Value& there) {
  return side == Side::left ? Both<Value>{here, there} : Both<Value>{there, here};
}

}  // namespace

std::string describe(const CounterExample& example) {
  const std::string from(name_of(example.from));
  const std::string to(name_of(other(example.from)));
  const std::string held = from + " " + quoted(example.held);
  if (!example.written) return held + " cannot be written on the " + to + ": " + example.why;
  const std::string written = held + " is written on the " + to + " as " + quoted(*example.written);
  if (example.back) return written + ", and comes back as " + quoted(*example.back);
  return written + ", and cannot come back: " + example.why;
}

void RoundTrip::try_generated(std::uint64_t seed) {
  const std::vector<Value> values = candidates(seed);
  for (const Side side : kSides) {
    carry(side, Native());
    try_named(side);
    try_all(side, values);
  }
  refute_kinds();
  const auto is_few = [&](Side side) { return !rule_.side[side].codec->values().empty(); };
  report_.proved = is_few(Side::left) && is_few(Side::right) && !report_.counter_example;
}

void RoundTrip::try_held(Side from, const Native& raw) {
  carry(from, raw);
}

/// What either side may hold: what is read on one is tried on both. What the codecs give comes first, for it explains
/// best what is wrong.
std::vector<Value> RoundTrip::candidates(std::uint64_t seed) const {
  std::vector<Value> values;
  for (const Side side : kSides) {
    const Codec& codec = *rule_.side[side].codec;
    std::ranges::move(codec.values(), std::back_inserter(values));
    for (const Native& sample : codec.samples()) append_read(sample, codec.arity(), values);
  }
  std::set<std::string_view> kinds;
  for (const Side side : kSides) {
    const std::string_view kind = rule_.side[side].codec->kind();
    if (kinds.insert(kind).second) std::ranges::move(sample_values(kind, seed), std::back_inserter(values));
  }
  return values;
}

/// What the sides read of a sample that is spelled in so many parts.
void RoundTrip::append_read(const Native& sample, std::size_t parts, std::vector<Value>& values) const {
  for (const Side side : kSides) {
    if (rule_.side[side].codec->arity() != parts) continue;
    Parsed read = parse_raw(rule_.side[side], sample);
    if (auto* value = std::get_if<Value>(&read)) values.push_back(std::move(*value));
  }
}

void RoundTrip::try_all(Side from, const std::vector<Value>& values) {
  for (const Side side : kSides) {
    const Codec& codec = *rule_.side[side].codec;
    if (codec.arity() != rule_.side[from].codec->arity()) continue;
    for (const Native& sample : codec.samples()) carry(from, sample);
  }
  for (const Value& value : values) {
    if (const auto raw = spelled(from, value)) carry(from, *raw);
  }
}

/// A value that the mapping names must have a spelling on the other side.
void RoundTrip::try_named(Side from) {
  const Codec& codec = *rule_.side[from].codec;
  if (!codec.names_values()) return;
  for (const Value& value : codec.values()) {
    const auto raw = spelled(from, value);
    if (!raw || carry(from, *raw) != Trial::not_held || report_.counter_example) continue;
    report_.counter_example = refusal_[from];
  }
}

/// Sides of different kinds never agree; nothing but blanks went across.
void RoundTrip::refute_kinds() {
  const std::string_view left = rule_.side.left.codec->kind();
  const std::string_view right = rule_.side.right.codec->kind();
  if (left.empty() || right.empty() || left == right || report_.counter_example) return;
  for (const Side side : kSides) {
    if (!report_.carried[side] && refusal_[side] && !report_.counter_example) report_.counter_example = refusal_[side];
  }
}

RoundTrip::Trial RoundTrip::carry(Side from, const Native& raw) {
  if (!seen_[from].insert(print_json(raw)).second) return Trial::no_value;
  const FieldSide& to = rule_.side[other(from)];
  const Parsed read = parse_raw(rule_.side[from], raw);
  const auto* value = std::get_if<Value>(&read);
  if (value == nullptr || !is_own(from, *value)) return Trial::no_value;
  Native fields{Native::Object{}};
  if (auto problem = write_field(to, *value, fields)) return refuse(from, raw, std::move(*problem));
  ++report_.tried;
  report_.carried[from] = report_.carried[from] || !is_blank(*value);
  auto example = fault(from, raw, *value, fields);
  if (!example) return Trial::came_back;
  if (!report_.counter_example) report_.counter_example = std::move(example);
  return Trial::refuted;
}

RoundTrip::Trial RoundTrip::refuse(Side from, const Native& raw, Problem problem) {
  ++report_.not_held;
  if (!refusal_[from]) refusal_[from] = CounterExample{from, raw, std::nullopt, std::nullopt, std::move(problem.what)};
  return Trial::not_held;
}

/// What is wrong with a value that the other side was given in `fields`.
std::optional<CounterExample> RoundTrip::fault(Side from, const Native& raw, const Value& value,
                                               const Native& fields) const {
  const FieldSide& to = rule_.side[other(from)];
  CounterExample example{from, raw, raw_in(to, fields), std::nullopt, ""};
  const Parsed read = read_field(to, record_with(fields));
  if (const auto* problem = std::get_if<Problem>(&read)) {
    example.why = problem->what;
    return example;
  }
  const Value& there = std::get<Value>(read);
  const Both<Value> both = sides(from, value, there);
  const bool same = equal(rule_, both.left, both.right);
  if (same && (is_blank(value) || is_blank(there))) return std::nullopt;
  // As the engine carries it: a side that shows less than the other holds puts its value into that.
  const auto back = is_blank(value) || is_blank(there) ? std::optional(there) : to.codec->put(value, there);
  if (same && back && narrowed(rule_.side[from], *back) == value) return std::nullopt;
  const std::string side(name_of(from));
  if (back) example.back = spelled(from, *back);
  if (!back) example.why = "what else the " + side + " holds is at stake";
  if (back && !example.back) example.why = "the " + side + " cannot hold what is read there";
  return example;
}

/// Whether a side can hold a value as it is.
bool RoundTrip::is_own(Side side, const Value& value) const {
  return narrowed(rule_.side[side], value) == value && spelled(side, value).has_value();
}

std::optional<Native> RoundTrip::spelled(Side side, const Value& value) const {
  Native fields{Native::Object{}};
  if (write_field(rule_.side[side], value, fields)) return std::nullopt;
  return raw_in(rule_.side[side], fields);
}

}  // namespace counterpart
