#include "mapping/expression/lexer.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "mapping/expression/expression.h"
#include "mapping/expression/path_parser.h"

namespace counterpart {
namespace {

constexpr std::string_view kKeywords[] = {"and",  "or",    "not",  "in",   "if",    "else", "is",
                                          "true", "false", "none", "True", "False", "None"};

/// Longer ones first, so that <= is not read as < and =.
constexpr std::string_view kSymbols[] = {"==", "!=", "<=", ">=", "<", ">", "|", "~", "+",
                                         "-",  "*",  "/",  "(",  ")", "[", "]", ","};

/// What people write from habit, and what to write instead.
constexpr std::pair<std::string_view, std::string_view> kHints[] = {
    {"=", "compare with =="},
    {"&", "write `and`"},
    {"!", "write `not`"},
    {"%", "there is no % operator"},
    {"{", "objects are not part of expressions"},
    {"?", "write `x if condition else y`"},
    {".", "a path goes on only directly after a name or ]"},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> read() {
    for (skip_spaces(); at_ < text_.size(); skip_spaces()) tokens_.push_back(read_token());
    tokens_.push_back({Token::Kind::end, text_.size(), {}, {}});
    return std::move(tokens_);
  }

 private:
  Token read_token() {
    const char c = text_[at_];
    if (is_digit(c)) return read_number();
    if (c == '\'' || c == '"') return read_text();
    if (c != '-' && is_name_character(c)) return read_word();
    const std::string_view next = text_.substr(at_ + 1, 1);
    if (c == '.' && (next == "'" || next == "\"")) return read_path(at_, at_ + 1);
    return read_symbol();
  }

  Token read_number() {
    const std::size_t column = at_;
    skip_digits();
    if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
      ++at_;
      skip_digits();
    }
    if (at_ < text_.size() && text_[at_] != '-' && is_name_character(text_[at_])) {
      throw ExpressionError("a number ends here, and a name cannot begin with a digit", at_);
    }
    return {Token::Kind::number, column, std::string(text_.substr(column, at_ - column)), {}};
  }

  Token read_word() {
    const auto word_end =
        std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.end(), is_name_character);
    const std::string_view word = text_.substr(at_, static_cast<std::size_t>(word_end - text_.begin()) - at_);
    if (std::ranges::find(kKeywords, word) == std::end(kKeywords)) return read_path(at_, at_);
    at_ += word.size();
    return {Token::Kind::keyword, at_ - word.size(), std::string(word), {}};
  }

  Token read_path(std::size_t column, std::size_t begin) {
    try {
      Path path = Path::parse_prefix(text_.substr(begin));
      at_ = begin + path.text().size();
      return {Token::Kind::path, column, path.text(), path};
    } catch (const PathError& error) {
      throw ExpressionError(error.what(), begin + error.column());
    }
  }

  Token read_symbol() {
    const std::string_view rest = text_.substr(at_);
    const auto starts = [rest](std::string_view symbol) { return rest.starts_with(symbol); };
    const auto* const symbol = std::ranges::find_if(kSymbols, starts);
    if (symbol == std::end(kSymbols)) refuse_symbol(rest);
    at_ += symbol->size();
    return {Token::Kind::symbol, at_ - symbol->size(), std::string(*symbol), {}};
  }

  [[noreturn]] void refuse_symbol(std::string_view rest) const {
    std::string message = "'" + std::string(rest.substr(0, 1)) + "' has no meaning here";
    for (const auto& [symbol, hint] : kHints) {
      if (rest.starts_with(symbol)) message += ": " + std::string(hint);
    }
    throw ExpressionError(message, at_);
  }

  Token read_text() {
    const std::size_t column = at_;
    const char quote = text_[at_++];
    std::string content;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\') {
        read_escape(content);
      } else {
        content += text_[at_++];
      }
    }
    if (at_ == text_.size()) throw ExpressionError("the quote is not closed", column);
    ++at_;
    return {Token::Kind::text, column, std::move(content), {}};
  }

  void read_escape(std::string& content) {
    constexpr std::string_view kNames = "\\'\"nrt";
    constexpr std::string_view kMeanings = "\\'\"\n\r\t";
    const std::size_t column = at_++;
    const char name = at_ < text_.size() ? text_[at_] : '\0';
    if (const std::size_t known = kNames.find(name); known != std::string_view::npos) {
      content += kMeanings[known];
      ++at_;
    } else if (name == 'u') {
      ++at_;
      append_utf8(read_hex4(column), content);
    } else {
      throw ExpressionError(
          "no such escape: there are \\\\ \\' \\\" \\n \\r \\t and \\u with four hexadecimal digits; a "
          "pattern's backslash is written twice",
          column);
    }
  }

  char32_t read_hex4(std::size_t column) {
    std::uint32_t code = 0;
    const char* begin = text_.data() + at_;
    const char* end = text_.data() + std::min(at_ + 4, text_.size());
    const auto [stop, error] = std::from_chars(begin, end, code, 16);
    if (error != std::errc() || stop - begin != 4) throw ExpressionError("\\u needs four hexadecimal digits", column);
    if (code == 0 || (code >= 0xD800 && code <= 0xDFFF)) throw ExpressionError("\\u names no character", column);
    at_ += 4;
    return code;
  }

  static void append_utf8(char32_t code, std::string& out) {
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0U | code >> 6U);
      out += static_cast<char>(0x80U | (code & 0x3FU));
    } else {
      out += static_cast<char>(0xE0U | code >> 12U);
      out += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
      out += static_cast<char>(0x80U | (code & 0x3FU));
    }
  }

  void skip_digits() {
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  }

  void skip_spaces() {
    constexpr std::string_view kSpaces = " \t\r\n";
    at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> read_tokens(std::string_view text) {
  return Lexer(text).read();
}

}  // namespace counterpart
