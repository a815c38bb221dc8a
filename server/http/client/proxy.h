#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/ports/http_client.h"
#include "connectors/ports/secret.h"
#include "server/http/client/url.h"

namespace counterpart::http {

/// An HTTP proxy on the way to a system.
struct Proxy {
  Url url;               ///< http, without a path
  Secret authorization;  ///< the value of Proxy-Authorization; empty: none is sent

  /// "the proxy http://host:port", for messages: without user and password.
  std::string name() const;
};

/// "http://host:port" or "http://user:password@host:port", user and password percent-encoded. nullopt for all else.
std::optional<Proxy> parse_proxy(std::string_view text);

/// What a status says that a proxy answered in its own name, and what to do.
std::string meaning_of_refusal(int status);

/// How a proxy refused to pass a request on. `maybe_sent`: the system may have seen it all the same.
struct ProxyRefusal {
  std::string what;
  bool maybe_sent;
};

/// Whether an answer to a request in absolute form is the proxy's own: 407, or one that the proxy marked as such
/// (Proxy-Status with an error, X-Squid-Error). nullopt: the system's.
std::optional<ProxyRefusal> proxy_refusal(const HttpResponse& response);

}  // namespace counterpart::http
