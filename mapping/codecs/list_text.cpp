#include "mapping/codecs/list_text.h"

#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kListMarks = ";,|";

std::string without_spaces(std::string_view text) {
  return std::string(trimmed(text));
}

Native list_item(const Native& raw) {
  return raw.is_text() ? Native(to_nfc(trimmed(raw.text()))) : raw;
}

}  // namespace

ListSpelling::ListSpelling(const Argument& separator) : separator_(separator.text) {
  const std::string mark = without_spaces(separator.text);
  const bool only_spaces = separator.text.find_first_not_of(" ;,|") == std::string::npos;
  if (mark.size() != 1 || !only_spaces || kListMarks.find(mark) == std::string_view::npos) {
    throw SpecificationError("'" + separator.text + "' is no separator: write ';', ',' or '|', or '; ' with the space",
                             separator.column);
  }
  mark_ = mark[0];
}

bool ListSpelling::is_separator(const Argument& argument) {
  return argument.text.find_first_of(kListMarks) != std::string::npos;
}

std::optional<std::vector<Native>> ListSpelling::split(const Native& raw) const {
  std::vector<Native> items;
  if (separator_.empty()) {
    if (!raw.is_array()) return std::nullopt;
    for (const Native& item : raw.array()) {
      if (!is_blank_spelling(item)) items.push_back(list_item(item));
    }
    return items;
  }
  if (!raw.is_text()) return std::nullopt;
  std::string_view rest = raw.text();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(mark_), rest.size());
    const Native item(rest.substr(0, end));
    if (!is_blank_spelling(item)) items.push_back(list_item(item));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return items;
}

Printed ListSpelling::join(std::vector<Native> items) const {
  if (separator_.empty()) return Native(std::move(items));
  std::string text;
  for (const Native& item : items) {
    const std::string spelled = item.plain();
    if (!can_hold(spelled)) {
      return Problem{shown(item) + " cannot be one of several texts between '" + separator_ + "'",
                     "take the '" + std::string(1, mark_) + "' out of it in the record, or map it with a table"};
    }
    text += (text.empty() ? "" : separator_) + spelled;
  }
  return Native(std::move(text));
}

bool ListSpelling::can_hold(std::string_view item) const {
  const std::string_view inner = trimmed(item);
  if (inner.empty() || inner.size() < item.size()) return false;
  return separator_.empty() || item.find(mark_) == std::string_view::npos;
}

}  // namespace counterpart::codecs
