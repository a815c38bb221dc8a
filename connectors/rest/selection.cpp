#include "connectors/rest/selection.h"

namespace counterpart::rest {

Selection Selection::parse(std::string_view text) {
  constexpr std::string_view kEvery = "[*]";
  Selection selection;
  const std::size_t every = text.find(kEvery);
  if (every == std::string_view::npos) {
    selection.list_ = Path::parse(text);
    return selection;
  }
  Path::parse(text);  // so that a fault's column counts in the whole text
  if (every > 0) selection.list_ = Path::parse(text.substr(0, every));
  std::string_view inner = text.substr(every + kEvery.size());
  if (inner.starts_with('.')) inner.remove_prefix(1);
  if (!inner.empty()) selection.inner_ = Path::parse(inner);
  return selection;
}

std::optional<std::vector<const Native*>> Selection::find(const Native& root) const {
  const Native* list = list_.find(root);
  if (list == nullptr || !list->is_array()) return std::nullopt;
  std::vector<const Native*> found;
  for (const Native& element : list->array()) {
    const Native* value = inner_ ? inner_->find(element) : &element;
    if (value == nullptr) return std::nullopt;
    found.push_back(value);
  }
  return found;
}

std::optional<std::vector<const Native*>> Selection::find_or_one(const Native& root) const {
  const Native* lone = list_.find(root);
  if (lone == nullptr || !lone->is_object()) return find(root);
  const Native* value = inner_ ? inner_->find(*lone) : lone;
  if (value == nullptr) return std::nullopt;
  return std::vector<const Native*>{value};
}

}  // namespace counterpart::rest
