#include "mapping/config/node.h"

#include <algorithm>

namespace counterpart::config {
namespace {

constexpr std::size_t kShownMax = 60;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Skips digits; false if there was none.
bool skip_digits(std::string_view& text) {
  const std::size_t before = text.size();
  while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  return text.size() < before;
}

/// JSON's grammar: 007, +1, .5 and 0x10 are text, and stay as they were written.
bool is_json_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return false;
  if (!skip_digits(text)) return false;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    if (!skip_digits(text)) return false;
  }
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
    if (!skip_digits(text)) return false;
  }
  return text.empty();
}

Native plain_scalar(const std::string& text) {
  if (text == "true" || text == "True" || text == "TRUE") return Native(true);
  if (text == "false" || text == "False" || text == "FALSE") return Native(false);
  if (is_json_number(text)) return Native(Native::Number{text});
  return Native(text);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

bool Node::holds_unreadable() const {
  return unreadable || std::ranges::any_of(items, &Node::holds_unreadable) ||
         std::ranges::any_of(members, [](const Member& member) { return member.value.holds_unreadable(); });
}

Native Node::to_native() const {
  switch (kind) {
    case Kind::null:
      return Native();
    case Kind::scalar:
      return quoted ? Native(scalar) : plain_scalar(scalar);
    case Kind::list: {
      Native::Array array;
      for (const Node& item : items) array.push_back(item.to_native());
      return Native(std::move(array));
    }
    case Kind::map:
      break;
  }
  Native::Object object;
  for (const Member& member : members) object.emplace_back(member.key, member.value.to_native());
  return Native(std::move(object));
}

Place Node::place_in(std::size_t offset) const {
  if (!text_begins) return place;
  Place result = place;
  result.column += *text_begins;
  // Columns count characters, offsets bytes.
  for (std::size_t i = 0; i < std::min(offset, scalar.size()); ++i) {
    const bool continuation = (static_cast<unsigned char>(scalar[i]) & 0xC0U) == 0x80U;
    if (!continuation) ++result.column;
  }
  if (offset > scalar.size()) result.column += static_cast<int>(offset - scalar.size());
  return result;
}

std::string Node::shown() const {
  if (kind == Kind::null) return "nothing";
  if (kind == Kind::list) return "a list";
  if (kind == Kind::map) return "a map";
  if (interpolated) return "something else in what ${…} stands for";
  if (scalar.size() <= kShownMax) return "'" + scalar + "'";
  std::size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(scalar[end]) & 0xC0U) == 0x80U) --end;
  return "'" + scalar.substr(0, end) + "…'";
}

}  // namespace counterpart::config
