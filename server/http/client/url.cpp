#include "server/http/client/url.h"

#include <algorithm>
#include <charconv>

namespace counterpart::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::ranges::equal(text.substr(0, start.size()), start, [](char a, char b) { return lower(a) == b; });
}

bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == '-' || c == '_';
}

bool is_v6_char(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
}

bool is_target_char(char c) {
  return c > 0x20 && c < 0x7F && c != '#' && c != '\\';
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

/// Takes the host off the authority; the port, with its colon, is what is left.
std::optional<std::string> take_host(std::string_view& authority) {
  std::string_view host;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, end - 1);
    if (!std::ranges::all_of(host, is_v6_char)) return std::nullopt;
    authority.remove_prefix(end + 1);
  } else {
    host = authority.substr(0, authority.find(':'));
    if (!std::ranges::all_of(host, is_name_char)) return std::nullopt;
    authority.remove_prefix(host.size());
  }
  if (host.empty() || host.size() > 253) return std::nullopt;
  std::string name(host);
  std::ranges::transform(name, name.begin(), lower);
  return name;
}

std::optional<std::uint16_t> parse_port(std::string_view text, std::uint16_t otherwise) {
  if (text.empty()) return otherwise;
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data() + 1, end, port);
  if (text.front() != ':' || error != std::errc() || last != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::string Url::origin() const {
  return (tls ? "https://" : "http://") + host + ':' + std::to_string(port);
}

std::string Url::host_and_port() const {
  return bracketed(host) + ':' + std::to_string(port);
}

std::string Url::authority() const {
  return port == (tls ? kHttpsPort : kHttpPort) ? bracketed(host) : host_and_port();
}

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  if (starts_with(text, "https://")) {
    url.tls = true;
  } else if (!starts_with(text, "http://")) {
    return std::nullopt;
  }
  text.remove_prefix(url.tls ? 8 : 7);
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, end);
  const std::string_view target = text.substr(end);
  if (!std::ranges::all_of(target, is_target_char)) return std::nullopt;
  const auto host = take_host(authority);
  const auto port = parse_port(authority, url.tls ? kHttpsPort : kHttpPort);
  if (!host || !port) return std::nullopt;
  url.host = *host;
  url.port = *port;
  url.target = target.starts_with('/') ? std::string(target) : '/' + std::string(target);
  return url;
}

}  // namespace counterpart::http
