// JSON from outside: what is taken is what was written, whole; what is refused is refused with a place.
#include "mapping/values/json.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "mapping/values/utf8.h"
#include "property.h"

namespace counterpart {
namespace {

using fuzz::require;

void check_text(const std::string& text) {
  require(text.find('\0') == std::string::npos, "no text holds U+0000");
  require(is_utf8(text), "every text is UTF-8");
}

/// Numbers join `numbers` in their order.
void check_tree(const Native& tree, std::size_t depth, std::vector<std::string>& numbers) {
  require(depth <= JsonLimits{}.depth, "no tree is deeper than its limit");
  if (tree.is_text()) check_text(tree.text());
  if (tree.is_number()) numbers.push_back(tree.number());
  if (tree.is_array())
    for (const Native& item : tree.array()) check_tree(item, depth + 1, numbers);
  if (!tree.is_object()) return;
  std::set<std::string> names;
  for (const auto& [name, value] : tree.object()) {
    check_text(name);
    require(names.insert(name).second, "no key is there twice");
    check_tree(value, depth + 1, numbers);
  }
}

/// The numbers of a JSON text, by a reader of its own: what stands outside quotes and begins like one.
std::vector<std::string> numbers_in(std::string_view text) {
  std::vector<std::string> numbers;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (quoted && text[at] == '\\') ++at;
    if (quoted || (text[at] != '-' && (text[at] < '0' || text[at] > '9'))) continue;
    const std::size_t end = std::min(text.find_first_not_of("+-.0123456789Ee", at), text.size());
    numbers.emplace_back(text.substr(at, end - at));
    at = end - 1;
  }
  return numbers;
}

void check_error(const JsonError& error, std::string_view text) {
  require(error.offset() <= text.size(), "the place of a mistake is in the text");
  const auto lines = std::ranges::count(text.substr(0, error.offset()), '\n');
  require(error.line() == static_cast<std::size_t>(lines) + 1, "line and offset are the same place");
  require(error.column() >= 1 && error.column() <= error.offset() + 1, "the column is in the line");
}

}  // namespace
}  // namespace counterpart

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterpart;
  const std::string_view text = fuzz::text_of(data, size);
  try {
    const Native tree = parse_json(text);
    std::vector<std::string> numbers;
    check_tree(tree, 0, numbers);
    fuzz::require(numbers == numbers_in(text), "numbers are kept as they are written");
    const std::string printed = print_json(tree);
    const Native again = parse_json(printed);
    fuzz::require(again == tree, "what is printed parses to the same");
    fuzz::require(print_json(again) == printed, "printing is stable");
  } catch (const JsonError& error) {
    check_error(error, text);
  }
  return 0;
}
