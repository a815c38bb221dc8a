#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "server/http/door/door.h"
#include "server/observe/metrics.h"
#include "server/store/store.h"

namespace counterpart {

/// What an operator's probes ask.
///   GET /healthz   200 while the process answers
///   GET /readyz    200 while news can be accepted durably, else 503; JSON with each check
///   GET /metrics   Prometheus text
class Health {
 public:
  Health(store::Store& store, Metrics& metrics);

  /// Not ready any more, for good.
  void drain() { draining_ = true; }

  boost::asio::awaitable<http::ServerResponse> healthz();
  boost::asio::awaitable<http::ServerResponse> readyz();
  boost::asio::awaitable<http::ServerResponse> metrics();

 private:
  store::Store& store_;
  Metrics& metrics_;
  bool draining_ = false;
};

/// The answer to a path that nothing stands behind.
http::ServerResponse not_found();

}  // namespace counterpart
