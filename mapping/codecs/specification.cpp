#include "mapping/codecs/specification.h"

#include <algorithm>

namespace counterpart::codecs {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Specification specification() {
    skip_space();
    Specification result;
    result.column = at_;
    result.name = word("the name of a codec");
    skip_space();
    if (take('(')) result.arguments = arguments();
    skip_space();
    if (at_ < text_.size()) fail("nothing may follow the codec '" + result.name + "'");
    return result;
  }

 private:
  std::vector<Argument> arguments() {
    std::vector<Argument> result;
    skip_space();
    if (take(')')) return result;
    while (true) {
      result.push_back(argument());
      skip_space();
      if (take(')')) return result;
      if (!take(',')) fail("expected ',' or ')'");
    }
  }

  Argument argument() {
    skip_space();
    const std::size_t column = at_;
    if (at_quote()) return {quoted(), column};
    std::string text = word("an argument");
    if (text.ends_with('=') && at_quote()) text += quoted();
    return {std::move(text), column};
  }

  bool at_quote() const { return at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"'); }

  std::string quoted() {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    std::string result;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != quote) {
        result += c;
      } else if (!take(quote)) {
        return result;
      } else {
        result += quote;
      }
    }
    throw SpecificationError("this quote is not closed", start);
  }

  std::string word(std::string_view expected) {
    constexpr std::string_view kEnds = "(),'\" \t\r\n";
    const std::size_t end = std::min(text_.find_first_of(kEnds, at_), text_.size());
    if (end == at_) fail("expected " + std::string(expected));
    std::string result(text_.substr(at_, end - at_));
    at_ = end;
    return result;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void fail(const std::string& what) const { throw SpecificationError(what, at_); }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Specification parse_specification(std::string_view text) {
  return Reader(text).specification();
}

void limit_arguments(const Specification& specification, std::size_t most, std::string_view usage) {
  if (specification.arguments.size() <= most) return;
  throw SpecificationError("'" + specification.name + "' has too many arguments: write " + std::string(usage),
                           specification.arguments[most].column);
}

std::size_t word_of(const Argument& argument, std::span<const std::string_view> words) {
  const auto found = std::ranges::find(words, argument.text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string known;
  for (const std::string_view word : words) known += (known.empty() ? "" : ", ") + std::string(word);
  throw SpecificationError("'" + argument.text + "' is not known here: write one of " + known, argument.column);
}

}  // namespace counterpart::codecs
