#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "connectors/ports/clock.h"
#include "server/http/door/door.h"
#include "server/observe/metrics.h"
#include "server/store/store.h"

namespace counterpart {

/// Whether webhooks are accepted, by the answers they got: the database may answer questions and yet store
/// nothing (a full disk, a standby).
class IntakeOutcome {
 public:
  /// A refusal counts so long: whoever asks before sending would never learn that all is well again.
  static constexpr std::chrono::seconds kRefusalCounts{10};

  /// A webhook was answered with this status.
  void answered(int status, std::chrono::microseconds now);
  /// True after a 503, until something is accepted or the refusal counts no more.
  bool refuses(std::chrono::microseconds now) const;

 private:
  std::optional<std::chrono::microseconds> refused_;
};

/// What an operator's probes ask.
///   GET /healthz   200 while the process answers
///   GET /readyz    200 while news can be accepted durably, else 503; JSON with each check:
///                  database ok|away, intake ok|refusing, draining
///   GET /metrics   Prometheus text
class Health {
 public:
  Health(store::Store& store, Metrics& metrics, Clock& clock);

  /// A webhook was answered with this status.
  void intake_answered(int status) { intake_.answered(status, clock_.uptime()); }

  /// Not ready any more, for good.
  void drain() { draining_ = true; }

  boost::asio::awaitable<http::ServerResponse> healthz();
  boost::asio::awaitable<http::ServerResponse> readyz();
  boost::asio::awaitable<http::ServerResponse> metrics();

 private:
  store::Store& store_;
  Metrics& metrics_;
  Clock& clock_;
  IntakeOutcome intake_;
  bool draining_ = false;
};

/// 405 with Allow, where the request is neither GET nor HEAD: what only tells is not changed.
std::optional<http::ServerResponse> refuse_to_change(const http::ServerRequest& request);

/// The answer to a path that nothing stands behind.
http::ServerResponse not_found();

}  // namespace counterpart
