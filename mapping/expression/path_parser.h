#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/expression/path.h"

namespace counterpart {

/// True for characters that a path's name may hold without quotes: ASCII letters and digits, _ - $,
/// and every non-ASCII character.
bool is_name_character(char c);

/// Reads the steps of a path from the front of a text. Internal to path.cpp and the expression lexer.
class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text) {}

  /// Reads as far as the text is a path; throws PathError.
  void read();

  std::size_t end() const { return at_; }
  std::vector<Path::Step>& steps() { return steps_; }
  std::vector<std::size_t>& columns() { return columns_; }

 private:
  struct Text {
    std::string text;
    bool quoted;
  };

  void read_name();
  void read_bracket();
  Path::Index read_index();
  Path::Where read_conditions();
  Text read_condition_value();
  std::string read_quoted();
  std::string read_bare_name(std::string_view what);
  void add(Path::Step step, std::size_t column);
  void expect(char c, std::string_view what);
  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool at_quote() const { return peek() == '\'' || peek() == '"'; }
  void skip_spaces();

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Path::Step> steps_;
  std::vector<std::size_t> columns_;
};

}  // namespace counterpart
