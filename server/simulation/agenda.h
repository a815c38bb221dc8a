#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "connectors/ports/clock.h"

namespace counterpart::simulation {

using std::chrono::microseconds;

/// Virtual time: it stands still until the next thing is done, and is then what that was to be done at.
class Agenda {
 public:
  explicit Agenda(Instant start) : now_(start) {}

  Instant now() const { return now_; }

  /// To be done then, or now if that has passed; of things due together the one noted first.
  void at(Instant when, std::function<void()> what);
  void after(microseconds time, std::function<void()> what) { at(now_ + time, std::move(what)); }

  /// Does the next thing. False if there is none.
  bool step();

 private:
  Instant now_;
  std::uint64_t noted_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> due_;
};

/// Resumes the calling coroutine then; cancellable.
boost::asio::awaitable<void> wait_until(Agenda& agenda, Instant when);

/// Never resumes, until it is cancelled or destroyed.
boost::asio::awaitable<void> wait_for_ever();

/// A daemon's clocks on virtual time; its idea of the date is off by `skew`.
class VirtualClock : public Clock {
 public:
  VirtualClock(Agenda& agenda, microseconds skew) : agenda_(agenda), skew_(skew), started_(agenda.now()) {}

  Instant now() const override { return agenda_.now() + skew_; }
  microseconds uptime() const override { return agenda_.now() - started_ + kLongAgo; }
  boost::asio::awaitable<void> sleep(microseconds duration) override {
    return wait_until(agenda_, agenda_.now() + duration);
  }

 private:
  static constexpr microseconds kLongAgo = std::chrono::hours(1);

  Agenda& agenda_;
  microseconds skew_;
  Instant started_;
};

}  // namespace counterpart::simulation
