#pragma once

#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <rapidcheck/gtest.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/codecs/codec.h"
#include "mapping/values/json.h"

namespace counterpart::testing {

/// A codec, or a failure of the test.
inline CodecPtr codec(std::string_view specification, Side side, const TableLookup& tables) {
  auto made = make_codec(specification, side, tables);
  if (auto* error = std::get_if<CodecError>(&made)) {
    throw std::runtime_error(std::string(specification) + ": " + error->what);
  }
  return std::get<CodecPtr>(made);
}

/// One that needs no table. Made once: a property asks for it a hundred times, and ICU's take milliseconds.
inline CodecPtr codec(std::string_view specification, Side side = Side::left) {
  static std::map<std::pair<Side, std::string>, CodecPtr> made;
  CodecPtr& known = made[{side, std::string(specification)}];
  if (known == nullptr) known = codec(specification, side, {});
  return known;
}

/// What a specification is refused for, as "column: what"; "" where it is accepted.
inline std::string refusal(std::string_view specification, Side side = Side::left, const TableLookup& tables = {}) {
  const auto made = make_codec(specification, side, tables);
  const auto* error = std::get_if<CodecError>(&made);
  return error == nullptr ? "" : std::to_string(error->column) + ": " + error->what;
}

// Values as texts that tell the kind, so that comparisons explain themselves.

inline std::string show(const Value& value) {
  constexpr const char* kKinds[] = {"unknown",  "blank", "text ",  "number ", "boolean ", "date ",
                                    "instant ", "name ", "money ", "list ",   "address "};
  if (const auto* name = std::get_if<PersonName>(&value)) {
    const std::string title = name->title.empty() ? "" : name->title + "|";
    return "name [" + title + name->given + "|" + name->family + "]";
  }
  if (const auto* set = std::get_if<TextSet>(&value)) {
    std::string items;
    for (const std::string& item : set->items) items += "[" + item + "]";
    return "list " + items;
  }
  if (const auto* address = std::get_if<PostalAddress>(&value)) {
    return "address [" + address->street + "|" + address->postal_code + "|" + address->city + "|" +
           (address->region.empty() ? "" : address->region + "|") + address->country + "]";
  }
  if (is_blank(value) || is_unknown(value)) return kKinds[value.index()];
  return kKinds[value.index()] + describe(value);
}
inline std::string show(const Problem& problem) {
  return "problem: " + problem.what;
}
inline std::string show(const Native& native) {
  return print_json(native);
}
inline std::string show(const Parsed& parsed) {
  return std::visit([](const auto& it) { return show(it); }, parsed);
}
inline std::string show(const Printed& printed) {
  return std::visit([](const auto& it) { return show(it); }, printed);
}

inline std::string read(const CodecPtr& by, const Native& raw) {
  return show(by->parse(raw));
}
inline std::string written(const CodecPtr& by, const Value& value) {
  return show(by->print(value));
}

/// The spelling read, and printed again.
inline std::string respelled(const CodecPtr& by, const Native& raw) {
  const Parsed parsed = by->parse(raw);
  const auto* value = std::get_if<Value>(&parsed);
  return value == nullptr ? show(parsed) : written(by, *value);
}

inline Value value_of(const Parsed& parsed) {
  return std::get<Value>(parsed);
}
inline Native native_of(const Printed& printed) {
  return std::get<Native>(printed);
}
inline Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}
inline Native number(std::string text) {
  return Native(Native::Number{std::move(text)});
}

inline Instant instant(std::string_view iso) {
  return std::get<Instant>(value_of(codec("datetime")->parse(Native(iso))));
}
inline Date day(int year, unsigned month, unsigned of_month) {
  return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(of_month)};
}

// The laws of every codec.

/// What is printed of a value is read as what the side holds of it, and that is held as it is.
inline void holds(const CodecPtr& by, const Value& value) {
  const Value held = by->narrow(value);
  RC_ASSERT(show(by->narrow(held)) == show(held));
  const Printed printed = by->print(value);
  RC_ASSERT(std::holds_alternative<Native>(printed));
  RC_ASSERT(show(by->parse(native_of(printed))) == show(held));
  RC_ASSERT(show(by->parse(native_of(by->print(held)))) == show(held));
}

/// A spelling that is read, once printed, stays as it is.
inline void is_stable(const CodecPtr& by, const Native& raw) {
  const Parsed parsed = by->parse(raw);
  if (!std::holds_alternative<Value>(parsed)) return;
  const Printed printed = by->print(value_of(parsed));
  RC_ASSERT(std::holds_alternative<Native>(printed));
  RC_ASSERT(show(by->parse(native_of(printed))) == show(by->narrow(value_of(parsed))));
  RC_ASSERT(respelled(by, native_of(printed)) == show(printed));
}

/// An edit made on the narrowing side is there after it was put into the richer value, and none changes nothing.
inline void puts(const CodecPtr& by, const Value& old, const Value& edit) {
  const Value poor = by->narrow(edit);
  const auto rich = by->put(old, poor);
  RC_ASSERT(rich.has_value());
  RC_ASSERT(show(by->narrow(*rich)) == show(poor));
  const auto unedited = by->put(old, by->narrow(old));
  RC_ASSERT(unedited.has_value());
  RC_ASSERT(show(*unedited) == show(old));
}

// Generators.

/// Texts of up to `most` pieces, each one of `pieces`.
inline rc::Gen<std::string> text_of(std::vector<std::string> pieces, std::size_t most = 20) {
  const auto piece = rc::gen::elementOf(std::move(pieces));
  const auto join = [](const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += part;
    return text;
  };
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, most + 1), [=](std::size_t count) {
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(count, piece), join);
  });
}

/// Texts with umlauts, combining marks, other scripts, white space and punctuation.
inline rc::Gen<std::string> any_text(std::size_t most = 20) {
  return text_of(
      {"a",  "B", "z", "ß", "Ä", "e\u0301", "o\u0308", "\u0301",       "İ",     "ı", "中", "👍", " ", "\u00a0",
       "\t", "-", ".", ",", "@", "1",       "'",       "\u1100\u1161", "\u212b"},
      most);
}

inline rc::Gen<Decimal> any_decimal() {
  const auto digits = text_of({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, 30);
  return rc::gen::map(rc::gen::tuple(rc::gen::arbitrary<bool>(), digits, digits),
                      [](const std::tuple<bool, std::string, std::string>& parts) {
                        const auto& [negative, whole, fraction] = parts;
                        const std::size_t first = std::min(whole.find_first_not_of('0'), whole.size());
                        const std::string shown = first == whole.size() ? "0" : whole.substr(first);
                        return decimal((negative ? "-" : "") + shown + "." + fraction + "0");
                      });
}

inline rc::Gen<Date> any_date() {
  const auto first = std::chrono::sys_days(day(1, 1, 1)).time_since_epoch().count();
  const auto last = std::chrono::sys_days(day(9999, 12, 31)).time_since_epoch().count();
  return rc::gen::map(rc::gen::inRange(first, last + 1),
                      [](long days) { return Date(std::chrono::sys_days(std::chrono::days(days))); });
}

/// Instants of the years from 1900 on, where zones have whole minutes, many of them near a change of clocks.
inline rc::Gen<Instant> any_instant() {
  const auto microseconds = [](std::string_view iso) { return instant(iso).time_since_epoch().count(); };
  const auto far = rc::gen::inRange(microseconds("1900-01-01T00:00:00Z"), microseconds("9999-12-30T00:00:00Z"));
  const auto near = rc::gen::inRange(microseconds("2026-10-24T22:00:00Z"), microseconds("2026-10-25T04:00:00Z"));
  return rc::gen::map(rc::gen::oneOf(far, near),
                      [](std::int64_t count) { return Instant(std::chrono::microseconds(count)); });
}

}  // namespace counterpart::testing
