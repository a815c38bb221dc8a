#include "mapping/expression/text_filters.h"

#include <cstdint>
#include <string>

#include "mapping/expression/characters.h"
#include "mapping/expression/expression.h"
#include "mapping/expression/number_filters.h"
#include "mapping/expression/semantics.h"

namespace counterpart::filters {
namespace {

bool begins_word_separator(std::string_view text) {
  constexpr std::string_view kOpening = "-({[<";
  return kOpening.find(text.front()) != std::string_view::npos || begins_with_space(text);
}

/// The bytes that a URL may hold as they are (RFC 3986, unreserved).
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

/// What a text lacks of a width.
std::string padding(std::string_view text, Arguments arguments, std::string_view what) {
  const std::size_t width = whole_number(*arguments[0], what);
  const std::string_view filler = text_of(*arguments[1], what);
  if (count_characters(filler) != 1) throw EvaluationError(std::string(what) + " needs one character to fill with");
  const std::size_t present = count_characters(text);
  const std::size_t missing = width > present ? width - present : 0;
  check_output(missing);
  check_output(missing * filler.size() + text.size());
  std::string result;
  for (std::size_t i = 0; i < missing; ++i) result += filler;
  return result;
}

}  // namespace

Native trim(const Native& input, Arguments) {
  return trimmed(text_of(input, "trim"));
}

Native lower(const Native& input, Arguments) {
  return lower_case(text_of(input, "lower"));
}

Native upper(const Native& input, Arguments) {
  return upper_case(text_of(input, "upper"));
}

Native capitalize(const Native& input, Arguments) {
  return capitalized(text_of(input, "capitalize"));
}

Native title(const Native& input, Arguments) {
  std::string_view text = text_of(input, "title");
  std::string result;
  while (!text.empty()) {
    std::size_t word = 0;
    while (word < text.size() && !begins_word_separator(text.substr(word))) {
      word += first_character_size(text.substr(word));
    }
    const std::size_t first = word == 0 ? 0 : first_character_size(text);
    result += upper_case(text.substr(0, first));
    result += lower_case(text.substr(first, word - first));
    text.remove_prefix(word);
    while (!text.empty() && begins_word_separator(text)) {
      const std::size_t size = first_character_size(text);
      result += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return result;
}

Native replace(const Native& input, Arguments arguments) {
  const std::string_view text = text_of(input, "replace");
  const std::string_view from = text_of(*arguments[0], "replace");
  const std::string_view to = text_of(*arguments[1], "replace");
  if (from.empty()) throw EvaluationError("replace needs a text to look for");
  std::size_t count = arguments.size() > 2 ? whole_number(*arguments[2], "replace") : text.size();

  std::string result;
  std::size_t copied = 0;
  for (; count > 0; --count) {
    const std::size_t found = find_text(text, from, copied);
    if (found == std::string_view::npos) break;
    check_output(result.size() + (found - copied) + to.size());
    result.append(text, copied, found - copied).append(to);
    copied = found + from.size();
  }
  return result.append(text, copied);
}

Native cut(const Native& input, Arguments arguments) {
  const std::string_view text = text_of(input, "cut");
  return text.substr(0, offset_of_character(text, whole_number(*arguments[0], "cut")));
}

Native truncate(const Native& input, Arguments arguments) {
  constexpr std::size_t kLength = 255;
  constexpr std::size_t kLeeway = 5;
  const std::string_view text = text_of(input, "truncate");
  const std::size_t length = arguments.empty() ? kLength : whole_number(*arguments[0], "truncate");
  const bool kills_words = arguments.size() > 1 && is_true(*arguments[1]);
  const std::string_view end = arguments.size() > 2 ? text_of(*arguments[2], "truncate") : "...";
  const std::size_t leeway = arguments.size() > 3 ? whole_number(*arguments[3], "truncate") : kLeeway;
  const std::size_t end_length = count_characters(end);
  if (length < end_length) throw EvaluationError("truncate needs a length of at least that of its end");
  const std::size_t present = count_characters(text);
  if (present <= length || present - length <= leeway) return text;
  std::string_view kept = text.substr(0, offset_of_character(text, length - end_length));
  if (!kills_words) kept = kept.substr(0, kept.rfind(' '));
  return std::string(kept).append(end);
}

Native padleft(const Native& input, Arguments arguments) {
  const std::string_view text = text_of(input, "padleft");
  return padding(text, arguments, "padleft").append(text);
}

Native padright(const Native& input, Arguments arguments) {
  const std::string_view text = text_of(input, "padright");
  return std::string(text).append(padding(text, arguments, "padright"));
}

Native startswith(const Native& input, Arguments arguments) {
  const std::string_view beginning = text_of(*arguments[0], "startswith");
  return !input.is_null() && !arguments[0]->is_null() && text_of(input, "startswith").starts_with(beginning);
}

Native endswith(const Native& input, Arguments arguments) {
  const std::string_view ending = text_of(*arguments[0], "endswith");
  return !input.is_null() && !arguments[0]->is_null() && text_of(input, "endswith").ends_with(ending);
}

Native urlencode(const Native& input, Arguments) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text_of(input, "urlencode")) {
    if (is_unreserved(c)) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += kHex[byte >> 4U];
      result += kHex[byte & 0xFU];
    }
  }
  return result;
}

Native base64(const Native& input, Arguments) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string_view text = text_of(input, "base64");
  std::string result;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::string_view group = text.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) result += i <= group.size() ? kDigits[bits >> (18U - 6U * i) & 0x3FU] : '=';
  }
  return result;
}

}  // namespace counterpart::filters
