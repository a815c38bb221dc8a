#include "connectors/webhook/header.h"

#include <algorithm>

#include "connectors/ports/header_names.h"

namespace counterpart::hook {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

const std::string* only_header(const HttpHeaders& headers, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : headers) {
    if (!equal_names(key, name)) continue;
    if (found != nullptr) return nullptr;
    found = &value;
  }
  return found == nullptr || found->empty() ? nullptr : found;
}

std::optional<std::string_view> without_prefix(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

std::vector<std::string_view> parts_of(std::string_view header, std::string_view name) {
  std::vector<std::string_view> values;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    const std::string_view part = trimmed(header.substr(0, comma));
    header.remove_prefix(std::min(comma + 1, header.size()));
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name) values.push_back(part.substr(equals + 1));
  }
  return values;
}

}  // namespace counterpart::hook
