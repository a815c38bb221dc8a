#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "server/http/client/proxy.h"
#include "server/http/client/stream.h"
#include "server/http/client/url.h"

namespace counterpart::http {

/// Has a proxy, over a connection to it, open a tunnel to the target (CONNECT). What follows on the stream goes to
/// the target and comes from it. Throws HttpError, maybe_sent false, saying that it was the proxy and why not;
/// boost::system::system_error when cancelled.
boost::asio::awaitable<void> open_tunnel(std::shared_ptr<Stream> stream, Proxy proxy, Url target,
                                         Stream::Timer::time_point deadline);

}  // namespace counterpart::http
