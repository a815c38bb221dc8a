#pragma once

#include <string>
#include <string_view>

#include "connectors/ports/http_client.h"
#include "server/http/client/proxy.h"
#include "server/http/client/url.h"

namespace counterpart::http {

/// Request line and headers up to the blank line. Host, Content-Length, Connection, Transfer-Encoding and
/// Proxy-Authorization are ours: a caller's own are left out. `proxy`, if any, is who gets it and passes it on (the
/// request line is then in absolute form). Throws HttpError, maybe_sent false, for what would not stay one request.
std::string request_head(const HttpRequest& request, const Url& url, const Proxy* proxy = nullptr);

/// "call.crm.read.before" for system crm, purpose "crm: read contacts", moment "before".
std::string fault_point(const std::string& system, std::string_view purpose, const char* moment);

}  // namespace counterpart::http
