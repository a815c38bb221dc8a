#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace counterpart::http {

/// An absolute URL, taken apart.
struct Url {
  bool tls = false;
  std::string host;  ///< lower case, IPv6 without brackets
  std::uint16_t port = 0;
  std::string target;  ///< path and query, percent-encoded as it came; "/" if none

  /// "https://host:port", always with the port.
  std::string origin() const;

  /// "host:port", IPv6 in brackets.
  std::string host_and_port() const;

  /// For the Host header: without the port where it is the scheme's own.
  std::string authority() const;

  bool operator==(const Url&) const = default;
};

/// Strict: http or https, a host, no user, no fragment, nothing that would need encoding. nullopt else.
std::optional<Url> parse_url(std::string_view text);

}  // namespace counterpart::http
