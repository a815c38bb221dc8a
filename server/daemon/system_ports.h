#pragma once

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "server/fault_points.h"

namespace counterpart {

/// The machine's clocks; sleeps on the io_context that runs the caller.
class SystemClock : public Clock {
 public:
  Instant now() const override;
  std::chrono::microseconds uptime() const override;
  boost::asio::awaitable<void> sleep(std::chrono::microseconds duration) override;
};

/// OpenSSL's generator (seeded by the kernel), drawn in blocks. For one thread.
/// bits() throws std::runtime_error where the machine has no randomness.
class SystemRandom : public Random {
 public:
  std::uint64_t bits() override;

 private:
  std::array<std::uint64_t, 64> block_{};
  std::size_t left_ = 0;
};

/// Ends the process without any clean-up, or stops it (SIGSTOP) as a suspended machine would, the k-th time the
/// point is reached. Any thread may reach it.
class FaultAt : public FaultPoints {
 public:
  enum class What { crash, stop };
  FaultAt(What what, std::string point, std::uint64_t times) : what_(what), point_(std::move(point)), times_(times) {}
  void reach(std::string_view point) override;

 private:
  What what_;
  std::string point_;
  std::uint64_t times_;
  std::atomic<std::uint64_t> reached_ = 0;
};

/// The exit status of a process ended by FaultAt: the one that SIGKILL gives in a shell.
inline constexpr int kCrashStatus = 137;

/// From COUNTERPART_CRASH_AT and COUNTERPART_STOP_AT, of which one at most is given: "" for none, else "point:k", such
/// as "commit.claim.before:3". Throws std::invalid_argument saying what is expected.
std::unique_ptr<FaultPoints> make_fault_points(std::string_view crash_at, std::string_view stop_at);

}  // namespace counterpart
