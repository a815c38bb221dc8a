#pragma once

#include <optional>
#include <vector>

#include "connectors/ports/http_client.h"
#include "server/http/door/network.h"

namespace counterpart::http {

/// For whom a trusted proxy asks.
struct Forwarded {
  bool malformed = false;           ///< the header cannot be believed, nor ignored
  std::optional<IpAddress> client;  ///< nullopt: nobody but the proxy itself
};

/// Reads X-Forwarded-For from its end, where the proxies wrote, up to the first address that is none of theirs; what
/// stands before it anybody may have written, and is not looked at. Where all are proxies, the first one asks.
Forwarded forwarded_client(const HttpHeaders& headers, const std::vector<Network>& proxies);

}  // namespace counterpart::http
