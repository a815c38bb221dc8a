#include "connectors/sandbox/query.h"

#include <algorithm>
#include <charconv>

#include "connectors/sandbox/refusal.h"

namespace counterpart::sandbox {

std::optional<std::string> decode(std::string_view text, bool plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += plus && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned byte = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const char* end = text.data() + i + 3;
    if (std::from_chars(text.data() + i + 1, end, byte, 16).ptr != end) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::optional<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0) {
      auto segment = decode(path.substr(0, slash), false);
      if (!segment) return std::nullopt;
      segments.push_back(std::move(*segment));
    }
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return segments;
}

Query::Query(std::string_view text) {
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto name = decode(part.substr(0, equals), true);
    auto value = decode(part.substr(std::min(equals + 1, part.size())), true);
    if (!name || !value) throw Refused(400, "the query is malformed");
    parameters_.emplace_back(std::move(*name), std::move(*value));
  }
}

const std::string* Query::find(std::string_view name) const {
  const auto found = std::ranges::find(parameters_, name, &std::pair<std::string, std::string>::first);
  return found == parameters_.end() ? nullptr : &found->second;
}

std::uint64_t Query::number(std::string_view name, std::uint64_t least, std::uint64_t most, std::uint64_t otherwise,
                            int status) const {
  const std::string* text = find(name);
  if (text == nullptr) return otherwise;
  const auto number = parse_digits(*text);
  const auto value = static_cast<std::uint64_t>(number.value_or(0));
  if (!number || value < least || value > most) {
    throw Refused(status, "must be a number from " + std::to_string(least) + " to " + std::to_string(most),
                  std::string(name));
  }
  return value;
}

std::optional<std::int64_t> parse_digits(std::string_view text) {
  std::int64_t number = 0;
  if (text.empty() || text.size() > 18 || text.front() == '-') return std::nullopt;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ptr != end) return std::nullopt;
  return number;
}

}  // namespace counterpart::sandbox
