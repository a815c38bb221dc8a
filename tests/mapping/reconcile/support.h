#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "mapping/codecs/codec.h"
#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/rules.h"
#include "mapping/values/json.h"

namespace counterpart {

// How values show themselves when a test fails.
inline void PrintTo(const Native& value, std::ostream* out) {
  *out << print_json(value);
}
inline void PrintTo(FieldResult result, std::ostream* out) {
  *out << name_of(result);
}
inline void PrintTo(Side side, std::ostream* out) {
  *out << name_of(side);
}
inline std::string shown(const Value& value) {
  return is_blank(value) ? "(blank)" : describe(value);
}

}  // namespace counterpart

namespace counterpart::testing {

/// Any text but "" as it is.
class PlainText : public Codec {
 public:
  Parsed parse(const Native& raw) const override {
    if (!raw.is_text()) return Problem{"not a text", "send a text"};
    if (raw.text().starts_with("unreadable")) return Problem{"unreadable", "correct it"};
    return raw.text().empty() ? Value{Blank{}} : Value{raw.text()};
  }
  Printed print(const Value& value) const override {
    if (is_blank(value)) return Native{};
    const auto& text = std::get<std::string>(value);
    if (text.starts_with("unholdable")) return Problem{"unholdable", "shorten it"};
    return Native{text};
  }
};

/// Holds five characters. An edit there goes on with what was cut off; one that leaves the five as
/// they were changes nothing; without the richer value's beginning it is not decidable.
class FiveCharacters : public PlainText {
 public:
  static constexpr std::size_t kMost = 5;
  Value narrow(const Value& value) const override {
    return std::holds_alternative<std::string>(value) ? Value{std::get<std::string>(value).substr(0, kMost)} : value;
  }
  Printed print(const Value& value) const override { return PlainText::print(narrow(value)); }
  std::optional<Value> put(const Value& old, const Value& poor) const override {
    if (narrow(old) == poor) return old;
    if (std::get<std::string>(poor).size() == kMost) return std::nullopt;
    return poor;
  }
};

template <class C>
CodecPtr codec() {
  return std::make_shared<const C>();
}

/// One of the product's own codecs.
inline CodecPtr codec(std::string_view specification, Side side = Side::left) {
  auto made = make_codec(specification, side, [](std::string_view) { return nullptr; });
  if (const auto* error = std::get_if<CodecError>(&made)) throw std::invalid_argument(error->what);
  return std::get<CodecPtr>(std::move(made));
}

inline FieldSide side_of(const std::vector<std::string>& paths, CodecPtr codec) {
  FieldSide side;
  for (const std::string& path : paths) {
    side.paths.push_back(Path::parse(path));
    side.name += (side.name.empty() ? "" : " + ") + path;
  }
  side.codec = std::move(codec);
  return side;
}

/// A field of that name on both sides, plain text, both directions.
inline FieldRule text_field(const std::string& name) {
  FieldRule rule;
  rule.name = name;
  rule.side = {side_of({name}, codec<PlainText>()), side_of({name}, codec<PlainText>())};
  return rule;
}

inline ObjectMapping mapping_of(std::vector<FieldRule> fields) {
  ObjectMapping mapping;
  mapping.name = "contacts";
  mapping.object = {"contact", "person"};
  mapping.fields = std::move(fields);
  return mapping;
}

inline Native json(std::string_view text) {
  return parse_json(text);
}

inline Record record(std::string_view fields) {
  Record made;
  made.id = "1";
  made.fields = json(fields);
  return made;
}

/// Both sides of a link: what they hold, and what is remembered.
struct Pair {
  Record left;
  Record right;
  LinkState state;

  Both<const Record*> now() const { return {&left, &right}; }
  Record& operator[](Side side) { return side == Side::left ? left : right; }
};

/// A pair that agreed on these values, and holds them still.
inline Pair agreed(std::string_view left, std::string_view right) {
  Pair pair{record(left), record(right), {}};
  pair.state.base = {pair.left.fields, pair.right.fields};
  return pair;
}

/// The decision for a field by its place in the mapping, or nullptr.
inline const FieldDecision* decided(const Decision& decision, std::size_t field = 0) {
  for (const FieldDecision& one : decision.fields) {
    if (one.field == field) return &one;
  }
  return nullptr;
}

inline Value text(std::string value) {
  return Value{std::move(value)};
}

}  // namespace counterpart::testing
