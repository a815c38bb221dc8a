#include "server/store/conninfo.h"

namespace counterpart::store {

namespace {

bool is_uri(std::string_view conninfo) {
  return conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://");
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

bool has_parameter(std::string_view conninfo, std::string_view key) {
  const std::string spelled = std::string(key) + "=";
  for (std::size_t at = conninfo.find(spelled); at != std::string_view::npos; at = conninfo.find(spelled, at + 1)) {
    if (at == 0) return true;
    const char before = conninfo[at - 1];
    if (before == '?' || before == '&' || before == ' ') return true;
  }
  return false;
}

}  // namespace

std::string quoted_for_conninfo(std::string_view value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string with_parameter(const std::string& conninfo, std::string_view key, std::string_view value) {
  if (has_parameter(conninfo, key)) return conninfo;
  if (!is_uri(conninfo)) return conninfo + " " + std::string(key) + "=" + quoted_for_conninfo(value);
  const char separator = conninfo.find('?') == std::string::npos ? '?' : '&';
  return conninfo + separator + std::string(key) + "=" + percent_encoded(value);
}

}  // namespace counterpart::store
