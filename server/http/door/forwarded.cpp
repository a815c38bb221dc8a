#include "server/http/door/forwarded.h"

#include <algorithm>
#include <ranges>
#include <string>
#include <string_view>

#include "connectors/ports/header_names.h"
#include "connectors/ports/header_values.h"

namespace counterpart::http {
namespace {

bool is_forwarded_for(std::string_view name) {
  return equal_names(name, "X-Forwarded-For");
}

/// Repeated headers are one list.
std::string listed(const HttpHeaders& headers) {
  std::string list;
  for (const auto& [name, value] : headers) {
    if (is_forwarded_for(name)) list.append(list.empty() ? "" : ",").append(value);
  }
  return list;
}

bool is_port(std::string_view text) {
  constexpr std::size_t kDigitsMost = 5;
  return !text.empty() && text.size() <= kDigitsMost && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Some proxies write the port as well: 192.0.2.1:4711, [2001:db8::1]:4711.
std::optional<IpAddress> read_hop(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && !(rest.starts_with(':') && is_port(rest.substr(1)))) return std::nullopt;
    const std::string_view inner = text.substr(1, end - 1);
    return inner.find(':') == std::string_view::npos ? std::nullopt : read_address(inner);
  }
  const std::size_t colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && colon == text.rfind(':');
  if (!has_port) return read_address(text);
  return is_port(text.substr(colon + 1)) ? read_address(text.substr(0, colon)) : std::nullopt;
}

}  // namespace

Forwarded forwarded_client(const HttpHeaders& headers, const std::vector<Network>& proxies) {
  Forwarded result;
  if (std::ranges::none_of(headers | std::views::keys, is_forwarded_for)) return result;
  const std::string list = listed(headers);
  std::string_view left = list;
  while (true) {
    const std::size_t comma = left.rfind(',');
    result.client = read_hop(without_blanks(comma == std::string_view::npos ? left : left.substr(comma + 1)));
    result.malformed = !result.client;
    if (result.malformed || comma == std::string_view::npos || !any_holds(proxies, *result.client)) return result;
    left = left.substr(0, comma);
  }
}

}  // namespace counterpart::http
