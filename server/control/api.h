#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "server/http/door/door.h"
#include "server/store/store.h"
#include "server/topology/topology.h"

namespace counterpart {

/// What `status`, `parked` and `explain` ask the running daemon, over the Unix socket in its state
/// directory (whoever may open the socket may ask). JSON in and out; shapes stand with Store::status().
///   GET  /api/v1/status
///   GET  /api/v1/parked[?sync=NAME]      GET /api/v1/parked/{id}
///   POST /api/v1/parked/{id}/retry       POST /api/v1/parked/retry   (all)
///   POST /api/v1/schema/{system}/{object}/accept
///   GET  /api/v1/explain/{system}/{object}/{record id}
class Api {
 public:
  Api(Topology& topology, store::Store& store);

  boost::asio::awaitable<http::ServerResponse> answer(http::ServerRequest request);

 private:
  boost::asio::awaitable<http::ServerResponse> route(http::ServerRequest request);
  boost::asio::awaitable<http::ServerResponse> parked(std::vector<std::string> path, http::ServerRequest request);
  boost::asio::awaitable<http::ServerResponse> accept_schema(std::vector<std::string> path);
  boost::asio::awaitable<http::ServerResponse> explain(std::vector<std::string> path);

  Topology& topology_;
  store::Store& store_;
};

/// The control socket's path in a state directory.
std::string control_socket(const std::string& state_directory);

}  // namespace counterpart
