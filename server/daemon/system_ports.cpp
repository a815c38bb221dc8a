#include "server/daemon/system_ports.h"

#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <csignal>
#include <openssl/rand.h>
#include <stdexcept>
#include <time.h>
#include <unistd.h>

namespace counterpart {

namespace asio = boost::asio;

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::chrono::microseconds SystemClock::uptime() const {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds(time.tv_nsec));
}

asio::awaitable<void> SystemClock::sleep(std::chrono::microseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(asio::deferred);
}

std::uint64_t SystemRandom::bits() {
  if (left_ == 0) {
    auto* bytes = reinterpret_cast<unsigned char*>(block_.data());
    if (RAND_bytes(bytes, static_cast<int>(sizeof block_)) != 1) {
      throw std::runtime_error("OpenSSL has no random numbers: is the kernel's generator (getrandom) available?");
    }
    left_ = block_.size();
  }
  return block_[--left_];
}

void FaultAt::reach(std::string_view point) {
  if (point != point_ || ++reached_ != times_) return;
  if (what_ == What::crash) _exit(kCrashStatus);
  kill(getpid(), SIGSTOP);
}

std::unique_ptr<FaultPoints> make_fault_points(std::string_view crash_at, std::string_view stop_at) {
  if (crash_at.empty() && stop_at.empty()) return std::make_unique<NoFaultPoints>();
  const bool crash = !crash_at.empty();
  const std::string_view written = crash ? crash_at : stop_at;
  const std::size_t colon = written.rfind(':');
  std::uint64_t times = 0;
  if (colon != std::string_view::npos && colon > 0) {
    const char* end = written.data() + written.size();
    const auto [last, error] = std::from_chars(written.data() + colon + 1, end, times);
    if (error != std::errc() || last != end) times = 0;
  }
  if (times == 0 || (crash && !stop_at.empty())) {
    throw std::invalid_argument("COUNTERPART_" + std::string(crash ? "CRASH" : "STOP") + "_AT is '" +
                                std::string(written) +
                                "': expected point:k with k from 1, such as "
                                "commit.claim.before:3, and only one of COUNTERPART_CRASH_AT and COUNTERPART_STOP_AT");
  }
  const FaultAt::What what = crash ? FaultAt::What::crash : FaultAt::What::stop;
  return std::make_unique<FaultAt>(what, std::string(written.substr(0, colon)), times);
}

}  // namespace counterpart
