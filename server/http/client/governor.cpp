#include <algorithm>
#include <cmath>
#include <utility>

#include "server/http/client/client.h"
#include "server/http/client/retry_after.h"
#include "server/http/client/turnstile.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kBreakerWaitGrowth = 12;
constexpr microseconds kPauseUnsaid = seconds(1);  ///< a 429 that does not say for how long
constexpr microseconds kPauseJitterMost = seconds(1);

milliseconds in_ms(microseconds time) {
  return std::chrono::ceil<milliseconds>(time);
}

/// Tokens that come at a steady rate and are kept up to a number.
class TokenBucket {
 public:
  TokenBucket(double per_second, double burst)
      : per_second_(std::max(per_second, 0.001)), burst_(std::max(burst, 1.0)), tokens_(burst_) {}

  /// Time until there is a token; 0 now.
  microseconds wait(microseconds now) {
    refill(now);
    if (tokens_ >= 1) return microseconds(0);
    return microseconds(static_cast<std::int64_t>(std::ceil((1 - tokens_) / per_second_ * 1e6)));
  }

  void take() { tokens_ -= 1; }

  /// No tokens before then, and none saved up: those who waited come back one by one.
  void drain_until(microseconds then) {
    tokens_ = 0;
    filled_ = std::max(filled_, then);
  }

 private:
  void refill(microseconds now) {
    if (now <= filled_) return;
    tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - filled_).count() * per_second_);
    filled_ = now;
  }

  double per_second_;
  double burst_;
  double tokens_;
  microseconds filled_{0};
};

}  // namespace

class Governor::Impl {
 public:
  Impl(std::unique_ptr<HttpClient> client, GovernorSettings settings, Clock& clock, Random& random,
       std::function<void(BreakerState)>& on_breaker)
      : client_(std::move(client)),
        settings_(std::move(settings)),
        clock_(clock),
        random_(random),
        on_breaker_(on_breaker),
        bucket_(settings_.requests_per_second, settings_.burst),
        wait_(settings_.breaker_wait) {}

  awaitable<HttpResponse> send(HttpRequest request) {
    const milliseconds patience = request.timeout;
    check(patience);
    Probe probe = co_await await_turn(patience);
    HttpResponse response;
    try {
      response = co_await client_->send(std::move(request));
    } catch (const HttpError&) {
      failed(probe);
      throw;
    }
    judge(response, probe);
    co_return response;
  }

  BreakerState breaker() const { return state_; }

 private:
  /// The one request that tries whether the system is back. One that ends without a verdict
  /// (cancelled) leaves the breaker open and ready for the next.
  class Probe {
   public:
    Probe() = default;
    explicit Probe(Impl* owner) : owner_(owner) {}
    Probe(Probe&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Probe& operator=(Probe&&) = delete;
    ~Probe() {
      if (owner_ != nullptr) owner_->state_ = BreakerState::open;
    }
    explicit operator bool() const { return owner_ != nullptr; }
    void end() { owner_ = nullptr; }

   private:
    Impl* owner_ = nullptr;
  };

  /// Waits for its token, and for the end of a pause, behind those who came before.
  awaitable<Probe> await_turn(milliseconds patience) {
    std::function<void()> still_worth_it = [this, patience] { check(patience); };
    const auto turn = co_await turn_->enter(Turnstile::Timer::time_point::max(), std::move(still_worth_it));
    while (true) {
      check(patience);
      const microseconds now = clock_.uptime();
      const microseconds wait = std::max(paused_until_ - now, bucket_.wait(now));
      if (wait <= microseconds(0)) break;
      co_await clock_.sleep(wait);
    }
    bucket_.take();
    if (state_ != BreakerState::open) co_return Probe();
    state_ = BreakerState::half_open;
    co_return Probe(this);
  }

  /// Throws SystemDown where sending makes no sense for one who waits so long at most.
  void check(milliseconds patience) const {
    const microseconds now = clock_.uptime();
    if (state_ == BreakerState::half_open) down("is being tried after failures", wait_);
    if (state_ == BreakerState::open && now < open_until_) down("is taken for down after failures", open_until_ - now);
    if (paused_until_ - now > patience) down("asked us to wait", paused_until_ - now);
  }

  [[noreturn]] void down(const char* why, microseconds retry_after) const {
    const milliseconds wait = in_ms(retry_after);
    throw SystemDown(settings_.system + ' ' + why + ": next request in " + std::to_string(wait.count()) + " ms", wait);
  }

  void judge(const HttpResponse& response, Probe& probe) {
    const int status = response.status;
    const auto asked = retry_after(response, clock_.now());
    if (status == 429) {
      pause(asked ? microseconds(*asked) : kPauseUnsaid);
      succeeded(probe);
    } else if (status == 503 && asked) {
      pause(*asked);
      if (probe) open(probe);
    } else if (status >= 502 && status <= 504) {
      failed(probe);
    } else {
      succeeded(probe);
    }
  }

  void pause(microseconds time) {
    const microseconds until = clock_.uptime() + time + jitter(std::min(time / 10, kPauseJitterMost));
    paused_until_ = std::max(paused_until_, until);
    bucket_.drain_until(paused_until_);
    turn_->look_up();
  }

  void succeeded(Probe& probe) {
    if (state_ == BreakerState::closed) failures_ = 0;
    if (!probe) return;
    probe.end();
    failures_ = 0;
    wait_ = settings_.breaker_wait;
    bucket_.drain_until(clock_.uptime());
    state_ = BreakerState::closed;
    if (on_breaker_) on_breaker_(state_);
  }

  void failed(Probe& probe) {
    if (probe) {
      wait_ = std::min<microseconds>(wait_ * 2, settings_.breaker_wait * kBreakerWaitGrowth);
      open(probe);
    } else if (state_ == BreakerState::closed && ++failures_ >= settings_.breaker_failures) {
      open(probe);
      if (on_breaker_) on_breaker_(state_);
    }
  }

  void open(Probe& probe) {
    probe.end();
    state_ = BreakerState::open;
    open_until_ = clock_.uptime() + wait_ + jitter(wait_ / 4);
    turn_->look_up();
  }

  /// Daemons that failed together must not come back together.
  microseconds jitter(microseconds most) {
    return microseconds(random_.below(static_cast<std::uint64_t>(most.count()) + 1));
  }

  std::unique_ptr<HttpClient> client_;
  GovernorSettings settings_;
  Clock& clock_;
  Random& random_;
  std::function<void(BreakerState)>& on_breaker_;
  std::shared_ptr<Turnstile> turn_ = std::make_shared<Turnstile>(1);
  TokenBucket bucket_;
  microseconds paused_until_{0};
  microseconds open_until_{0};
  microseconds wait_;  ///< of the breaker, next time
  int failures_ = 0;
  BreakerState state_ = BreakerState::closed;
};

Governor::Governor(std::unique_ptr<HttpClient> client, GovernorSettings settings, Clock& clock, Random& random)
    : impl_(std::make_unique<Impl>(std::move(client), std::move(settings), clock, random, on_breaker)) {}

Governor::~Governor() = default;

awaitable<HttpResponse> Governor::send(HttpRequest request) {
  return impl_->send(std::move(request));
}

BreakerState Governor::breaker() const {
  return impl_->breaker();
}

}  // namespace counterpart::http
