#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>

#include "server/pace_grant.h"

namespace counterpart::http {

/// The pace of one system as all daemons keep it together. For one thread.
class SharedPace {
 public:
  using microseconds = std::chrono::microseconds;

  virtual ~SharedPace() = default;

  /// At most so many; 0 only looks. nullopt: nobody can tell at the moment.
  virtual boost::asio::awaitable<std::optional<PaceGrant>> ask(int wanted) = 0;

  // What this daemon has found out, for the others; told in the background.
  virtual void paused(microseconds how_long) = 0;
  virtual void opened(microseconds how_long, microseconds wait) = 0;
  virtual void closed() = 0;
};

}  // namespace counterpart::http
