#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace counterpart {

/// A system's own data as it came or goes: a JSON-like tree. Numbers keep the text they were
/// written with, so that money and long ids stay exact; object members keep their order.
class Native {
 public:
  struct Number {
    std::string text;  ///< JSON's number grammar, e.g. "12345678901234567890.10"
    bool operator==(const Number&) const = default;
  };
  using Array = std::vector<Native>;
  using Member = std::pair<std::string, Native>;
  using Object = std::vector<Member>;

  Native() = default;  ///< null
  template <std::same_as<bool> Bool>
  Native(Bool value) : value_(value) {}  ///< a template, so that neither 5 nor a pointer becomes `true`
  Native(Number number) : value_(std::move(number)) {}
  Native(std::string text) : value_(std::move(text)) {}
  Native(std::string_view text) : value_(std::string(text)) {}
  Native(const char* text) : value_(std::string(text)) {}
  Native(Array array) : value_(std::move(array)) {}
  Native(Object object) : value_(std::move(object)) {}

  /// A number from an integer.
  static Native integer(long long value) { return Native(Number{std::to_string(value)}); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_number() const { return std::holds_alternative<Number>(value_); }
  bool is_text() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  /// The alternative asked for; the caller has checked the kind (throws std::bad_variant_access).
  bool boolean() const { return std::get<bool>(value_); }
  const std::string& number() const { return std::get<Number>(value_).text; }
  const std::string& text() const { return std::get<std::string>(value_); }
  const Array& array() const { return std::get<Array>(value_); }
  Array& array() { return std::get<Array>(value_); }
  const Object& object() const { return std::get<Object>(value_); }
  Object& object() { return std::get<Object>(value_); }

  /// The member of that name, or nullptr where this is no object or has none.
  const Native* member(std::string_view name) const;
  Native* member(std::string_view name);

  /// Sets or adds a member; a null becomes an object first. Gives the member.
  Native& set(std::string_view name, Native value);

  /// Removes a member; true if there was one.
  bool remove(std::string_view name);

  /// Text of a scalar for ids and messages: text as it is, numbers as written, true/false, "" for
  /// null; arrays and objects as JSON.
  std::string plain() const;

  /// Equal trees. Members are compared by name, not by order; numbers by their text.
  bool operator==(const Native& other) const;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

}  // namespace counterpart
