#pragma once

#include <cstddef>
#include <string_view>

#include "mapping/values/decimal.h"
#include "mapping/values/native.h"

namespace counterpart {

/// What operators and filters mean; each throws EvaluationError, which names kinds but never values.

/// For messages: "a text", "nothing", ...
std::string_view kind_of(const Native& value);

/// Jinja's truth: null, false, 0, "", [] and {} are false.
bool is_true(const Native& value);

/// ==: numbers by value, everything else by kind and content.
bool is_equal(const Native& a, const Native& b);

/// <: two numbers or two texts (by code point).
bool is_less(const Native& a, const Native& b);

/// `needle in haystack`: a part of a text, an element of a list, a member's name of an object.
bool contains(const Native& haystack, const Native& needle);

/// The number to calculate with; `what` begins the message where it is none.
Decimal number_of(const Native& value, std::string_view what);

/// A Decimal as a value.
Native to_native(const Decimal& number);

/// The printed form of a value that is neither list nor object, without a copy; `what` begins the
/// message where it is one.
std::string_view text_of(const Native& value, std::string_view what);

/// Where `needle` first stands in `text` at or after `from`, or npos. Linear in the text, whatever the needle.
std::size_t find_text(std::string_view text, std::string_view needle, std::size_t from = 0);

/// Throws where a made text would be over the limit.
void check_output(std::size_t bytes);

}  // namespace counterpart
