#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cmath>
#include <gtest/gtest.h>
#include <list>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "client_support.h"
#include "server/http/client/client.h"

namespace counterpart::http::testing {

namespace asio = boost::asio;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr Instant kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + std::chrono::hours(12);

/// Time that passes only when a test says so.
class FakeClock : public Clock {
 public:
  explicit FakeClock(asio::io_context& io) : io_(io) {}

  Instant now() const override { return kNow + up_; }
  microseconds uptime() const override { return up_; }

  asio::awaitable<void> sleep(microseconds duration) override {
    Sleeper sleeper{up_ + duration, asio::steady_timer(io_, asio::steady_timer::time_point::max())};
    const auto place = sleepers_.insert(sleepers_.end(), &sleeper);
    const auto result = co_await sleeper.timer.async_wait(asio::as_tuple(asio::deferred));
    sleepers_.erase(place);
    if (!sleeper.over) throw boost::system::system_error(std::get<0>(result));
  }

  /// Lets time pass, from one awakening to the next, running all that can run at each.
  void pass(microseconds time) {
    const microseconds end = up_ + time;
    run();
    while (true) {
      const auto next = std::ranges::min_element(sleepers_, {}, [](const Sleeper* s) { return s->until; });
      if (next == sleepers_.end() || (*next)->until > end) break;
      up_ = std::max(up_, (*next)->until);
      (*next)->over = true;
      (*next)->timer.cancel();
      run();
    }
    up_ = end;
  }

  void run() {
    io_.restart();
    io_.poll();
  }

 private:
  struct Sleeper {
    microseconds until;
    asio::steady_timer timer;
    bool over = false;
  };
  asio::io_context& io_;
  microseconds up_{0};
  std::list<Sleeper*> sleepers_;
};

/// Always the same: 0, or the most there is.
class FixedRandom : public Random {
 public:
  std::uint64_t bits() override { return value; }
  std::uint64_t value = 0;
};

/// A system that answers as it is told, and notes when it was asked for what.
class FakeSystem : public HttpClient {
 public:
  struct Sent {
    milliseconds at;
    std::string url;
    bool operator==(const Sent&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const Sent& call) {
      return out << call.url << " at " << call.at.count() << " ms";
    }
  };

  explicit FakeSystem(FakeClock& clock) : clock_(clock) {}

  asio::awaitable<HttpResponse> send(HttpRequest request) override {
    if (connecting.count() > 0) co_await clock_.sleep(connecting);
    bool waited = true;
    while (waited) waited = co_await request.gate->pass();
    sent.push_back({std::chrono::duration_cast<milliseconds>(clock_.uptime()), request.url});
    if (takes.count() > 0) co_await clock_.sleep(takes);
    if (fault) throw HttpError(*fault);
    if (!reachable) throw HttpError("no answer", true);
    co_return answer;
  }

  HttpResponse answer{200, {}, ""};
  bool reachable = true;
  std::optional<HttpError> fault;  ///< thrown instead of an answer
  microseconds connecting{0};      ///< until the request could go
  microseconds takes{0};
  std::vector<Sent> sent;

 private:
  FakeClock& clock_;
};

/// The pace of a system with one daemon, kept as the database keeps it (server/store/sql/sharing.sql).
class LonePace : public SharedPace {
 public:
  LonePace(const FakeClock& clock, const GovernorSettings& settings)
      : clock_(clock), per_second_(settings.requests_per_second), burst_(settings.burst), tokens_(settings.burst) {}

  asio::awaitable<std::optional<PaceGrant>> ask(int wanted) override {
    const microseconds now = clock_.uptime();
    refill(now);
    PaceGrant grant;
    grant.paused_for = paused_until_ - now;
    grant.open = open_;
    if (paused_until_ > now) co_return grant;
    if (!open_) {
      grant.tokens = std::min(wanted, static_cast<int>(tokens_));
      tokens_ -= grant.tokens;
      grant.wait = microseconds(static_cast<std::int64_t>(std::ceil(std::max(0.0, 1 - tokens_) / per_second_ * 1e6)));
    } else if (wanted > 0 && std::max(open_until_, probe_until_) <= now) {
      grant.probe = true;
      grant.tokens = 1;
      probe_until_ = now + seconds(30);
    }
    grant.open_for = std::max(open_until_, probe_until_) - now;
    grant.open_wait = open_wait_;
    co_return grant;
  }
  void paused(microseconds how_long) override {
    paused_until_ = std::max(paused_until_, clock_.uptime() + how_long);
    tokens_ = 0;
    filled_ = paused_until_;
  }
  void opened(microseconds how_long, microseconds wait) override {
    open_ = true;
    open_until_ = clock_.uptime() + how_long;
    open_wait_ = wait;
    probe_until_ = microseconds(0);
  }
  void closed() override {
    open_ = false;
    tokens_ = 0;
    filled_ = clock_.uptime();
  }

 private:
  void refill(microseconds now) {
    if (now <= filled_) return;
    tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - filled_).count() * per_second_);
    filled_ = now;
  }

  const FakeClock& clock_;
  double per_second_, burst_, tokens_;
  microseconds filled_{0}, paused_until_{0}, open_until_{0}, open_wait_{0}, probe_until_{0};
  bool open_ = false;
};

class GovernorTest : public ::testing::Test {
 protected:
  void govern(GovernorSettings settings) {
    settings.system = "crm";
    auto system = std::make_unique<FakeSystem>(clock_);
    system_ = system.get();
    governor_ = std::make_unique<Governor>(std::move(system), settings, clock_, random_,
                                           std::make_unique<LonePace>(clock_, settings));
    governor_->on_breaker = [this](BreakerState state) { changes_.push_back(state); };
  }

  static GovernorSettings unhurried() {
    GovernorSettings settings;
    settings.requests_per_second = 1000;
    settings.burst = 1000;
    return settings;
  }

  std::shared_ptr<Outcome> send(const std::string& url = "x", milliseconds timeout = seconds(30)) {
    HttpRequest request;
    request.url = url;
    request.timeout = timeout;
    auto outcome = start(io_, *governor_, request);
    clock_.run();
    return outcome;
  }

  std::shared_ptr<Outcome> send_by(SendBy time, const std::string& url = "x") {
    HttpRequest request;
    request.url = url;
    request.send_by = time;
    auto outcome = start(io_, *governor_, request);
    clock_.run();
    return outcome;
  }

  static bool too_late(const Outcome& outcome) {
    return outcome.kind == Outcome::Kind::no_answer && outcome.cause == HttpError::Cause::too_late &&
           !outcome.maybe_sent;
  }

  void fail_times(int times) {
    system_->reachable = false;
    for (int i = 0; i < times; ++i) send();
    system_->reachable = true;
  }

  std::vector<long> times() const {
    std::vector<long> result;
    for (const auto& sent : system_->sent) result.push_back(sent.at.count());
    return result;
  }

  asio::io_context io_{1};
  FakeClock clock_{io_};
  FixedRandom random_;
  FakeSystem* system_ = nullptr;
  std::unique_ptr<Governor> governor_;
  std::vector<BreakerState> changes_;
};

}  // namespace counterpart::http::testing
