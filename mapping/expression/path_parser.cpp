#include "mapping/expression/path_parser.h"

#include <algorithm>
#include <charconv>

#include "mapping/values/decimal.h"

namespace counterpart {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Native typed(const std::string& text, bool quoted) {
  if (quoted) return Native(text);
  if (text == "true" || text == "false") return Native(text == "true");
  const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
  const bool leading_zero = digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]);
  return !leading_zero && Decimal::parse(text) ? Native(Native::Number{text}) : Native(text);
}

}  // namespace

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

void PathParser::read() {
  if (peek() == '[') {
    read_bracket();
  } else {
    read_name();
  }
  while (!at_end()) {
    if (peek() == '[') {
      read_bracket();
    } else if (peek() == '.') {
      ++at_;
      read_name();
    } else {
      return;
    }
  }
}

void PathParser::read_name() {
  const std::size_t column = at_;
  std::string name = at_quote() ? read_quoted() : read_bare_name("a name");
  if (name.empty()) throw PathError("a name cannot be empty", column);
  add(Path::Name{std::move(name)}, column);
}

void PathParser::read_bracket() {
  const std::size_t column = at_++;
  skip_spaces();
  if (peek() == '*') {
    ++at_;
    expect(']', "] after [*");
    add(Path::Every{}, column);
    return;
  }
  if (peek() == '-') throw PathError("positions count from 0, and from the front only", at_);
  // Only digits up to the bracket are a position: a member's name may begin with a digit too.
  const std::size_t after = text_.find_first_not_of("0123456789 ", at_);
  if (is_digit(peek()) && after != std::string_view::npos && text_[after] == ']') {
    add(read_index(), column);
  } else {
    add(read_conditions(), column);
  }
}

Path::Index PathParser::read_index() {
  Path::Index index{};
  const char* begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), index.index);
  if (error != std::errc() || index.index > Path::kIndexMax) {
    throw PathError("a position is at most " + std::to_string(Path::kIndexMax), at_);
  }
  at_ += static_cast<std::size_t>(end - begin);
  expect(']', "] after the position");
  return index;
}

Path::Where PathParser::read_conditions() {
  Path::Where where;
  for (;;) {
    skip_spaces();
    const std::size_t column = at_;
    std::string key = at_quote() ? read_quoted() : read_bare_name("a position, * or name=value in [ ]");
    if (key.empty()) throw PathError("a name cannot be empty", column);
    expect('=', "= after the name in [ ], as in [type=email]");
    const Text value = read_condition_value();
    where.row.emplace_back(key, typed(value.text, value.quoted));
    where.conditions.emplace_back(std::move(key), value.text);
    if (peek() != ',') break;
    ++at_;
  }
  expect(']', "] or , after the condition");
  return where;
}

PathParser::Text PathParser::read_condition_value() {
  skip_spaces();
  if (at_quote()) {
    Text value{read_quoted(), true};
    skip_spaces();
    return value;
  }
  const std::size_t begin = at_;
  while (!at_end() && peek() != ',' && peek() != ']') {
    if (at_quote() || peek() == '[' || peek() == '=') {
      throw PathError(std::string("a value with ") + peek() + " needs quotes", at_);
    }
    ++at_;
  }
  std::string_view value = text_.substr(begin, at_ - begin);
  value = value.substr(0, value.find_last_not_of(' ') + 1);
  if (value.empty()) throw PathError("a value is missing after = (for the empty text write '')", begin);
  return {std::string(value), false};
}

std::string PathParser::read_quoted() {
  const std::size_t column = at_;
  const char quote = text_[at_++];
  std::string text;
  while (!at_end() && peek() != quote) {
    if (peek() == '\\') {
      ++at_;
      if (!at_quote() && peek() != '\\')
        throw PathError("a backslash stands only before a quote or a backslash", at_ - 1);
    }
    text += text_[at_++];
  }
  if (at_end()) throw PathError("the quote is not closed", column);
  ++at_;
  return text;
}

std::string PathParser::read_bare_name(std::string_view what) {
  const std::size_t begin = at_;
  while (!at_end() && is_name_character(peek())) ++at_;
  if (at_ == begin) throw PathError(std::string(what) + " is expected here; other names stand in quotes", at_);
  return std::string(text_.substr(begin, at_ - begin));
}

void PathParser::add(Path::Step step, std::size_t column) {
  if (steps_.size() == Path::kStepsMax) {
    throw PathError("a path has at most " + std::to_string(Path::kStepsMax) + " steps", column);
  }
  steps_.push_back(std::move(step));
  columns_.push_back(column);
}

void PathParser::expect(char c, std::string_view what) {
  skip_spaces();
  if (peek() != c) throw PathError(std::string(what) + " is expected here", at_);
  ++at_;
}

void PathParser::skip_spaces() {
  while (peek() == ' ') ++at_;
}

}  // namespace counterpart
