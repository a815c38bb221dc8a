#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "connectors/ports/retry_after.h"
#include "server/http/client/client.h"
#include "server/http/client/purse.h"
#include "server/http/client/turnstile.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kBreakerWaitGrowth = 12;
constexpr microseconds kPauseUnsaid = seconds(1);          ///< a 429 that does not say for how long
constexpr microseconds kFarAway = std::chrono::hours(24);  ///< as good as no limit, and no overflow
constexpr microseconds kPauseJitterMost = seconds(1);
constexpr microseconds kAskAgain = milliseconds(250);  ///< while nobody can tell the shared pace
constexpr microseconds kOpenLeast = milliseconds(100);
constexpr int kPartsOfASecond = 4;  ///< asked for at once, at most

milliseconds in_ms(microseconds time) {
  return std::chrono::ceil<milliseconds>(time);
}

}  // namespace

class Governor::Impl {
 public:
  Impl(std::unique_ptr<HttpClient> client, GovernorSettings settings, Clock& clock, Random& random,
       std::function<void(BreakerState)>& on_breaker, std::unique_ptr<SharedPace> shared)
      : client_(std::move(client)),
        settings_(std::move(settings)),
        clock_(clock),
        random_(random),
        on_breaker_(on_breaker),
        purse_(static_cast<int>(std::min(settings_.burst, settings_.requests_per_second / kPartsOfASecond))),
        wait_(settings_.breaker_wait),
        shared_(std::move(shared)) {}

  awaitable<HttpResponse> send(HttpRequest request) {
    Turn turn(*this, request);
    check(turn);
    co_await await_turn(turn);
    request.gate = &turn;
    HttpResponse response;
    try {
      response = co_await client_->send(std::move(request));
    } catch (const HttpError& error) {
      if (error.cause() == HttpError::Cause::system) failed(turn);
      throw;
    }
    judge(response, turn);
    co_return response;
  }

  BreakerState breaker() const { return state_; }

  awaitable<void> look() {
    const std::uint64_t halts = halts_;
    const std::optional<PaceGrant> known = co_await shared_->ask(0);
    if (known && halts == halts_) learn(*known);
  }

 private:
  /// The one request that tries whether the system is back. One that ends without a verdict
  /// (cancelled) leaves the breaker open and ready for the next.
  class Probe {
   public:
    Probe() = default;
    explicit Probe(Impl& owner) : owner_(owner.self_), under_way_(true) {}
    Probe(Probe&& other) noexcept
        : owner_(std::move(other.owner_)), under_way_(std::exchange(other.under_way_, false)) {}
    Probe& operator=(Probe&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(under_way_, other.under_way_);
      return *this;
    }
    ~Probe() {
      const auto owner = owner_.lock();
      if (under_way_ && owner) (*owner)->give_probe_back();
    }
    explicit operator bool() const { return under_way_; }
    void end() { under_way_ = false; }

   private:
    std::weak_ptr<Impl*> owner_;  ///< a coroutine that never went on is destroyed late
    bool under_way_ = false;
  };

  /// One request's way past the Governor: up to its token, and once more right before it is sent.
  class Turn : public Gate {
   public:
    Turn(Impl& owner, const HttpRequest& request)
        : patience(request.timeout),
          send_by(request.send_by),
          fingerprint(std::hash<std::string>()(request.method + ' ' + request.url + ' ' + request.body)),
          owner_(owner) {}

    awaitable<bool> pass() override { return owner_.pass_again(*this); }

    std::optional<microseconds> time_left() const override {
      if (!send_by) return std::nullopt;
      return *send_by - owner_.clock_.uptime();
    }

    milliseconds patience;  ///< for a pause that the system asks for
    std::optional<SendBy> send_by;
    std::size_t fingerprint;  ///< the same for the same request
    Probe probe;
    std::uint64_t halts = 0;  ///< Impl::halts_ when it got its token

   private:
    Impl& owner_;
  };

  /// Waits for its token, and for the end of a pause, behind those who came before.
  awaitable<void> await_turn(Turn& turn) {
    using Timer = Turnstile::Timer;
    const auto left = turn.time_left();
    const bool soon = left && *left < kFarAway;
    const auto until = soon ? Timer::clock_type::now() + *left : Timer::time_point::max();
    std::function<void()> still_worth_it = [this, &turn] { check(turn); };
    const auto first = co_await turn_->enter(until, std::move(still_worth_it));
    if (!first) too_late();
    while (true) {
      check(turn);
      const std::optional<microseconds> wait = co_await take_token(turn);
      if (!wait) break;
      if (turn.send_by && clock_.uptime() + *wait > *turn.send_by) too_late();
      if (wait->count() > 0) co_await clock_.sleep(*wait);
    }
    turn.halts = halts_;
  }

  /// nullopt: it may go. Else how long to wait before the next try; 0: for nothing but another look.
  awaitable<std::optional<microseconds>> take_token(Turn& turn) {
    const microseconds now = clock_.uptime();
    if (paused_until_ > now) co_return paused_until_ - now;
    if (turn.probe) co_return std::nullopt;
    if (state_ == BreakerState::closed && purse_.take(now)) co_return std::nullopt;
    const std::uint64_t halts = halts_;
    const auto grant = co_await shared_->ask(purse_.want(static_cast<int>(turn_->waiting()) + 1));
    if (!grant) co_return kAskAgain;
    if (grant->probe && state_ != BreakerState::half_open) {
      wait_ = std::max<microseconds>(grant->open_wait, settings_.breaker_wait);
      state_ = BreakerState::half_open;
      turn.probe = Probe(*this);
      co_return std::nullopt;
    }
    if (halts != halts_) co_return microseconds(0);  // we know better by now
    learn(*grant);
    if (grant->open || grant->paused_for.count() > 0) co_return microseconds(0);
    purse_.fill(grant->tokens, clock_.uptime());
    if (purse_.take(clock_.uptime())) co_return std::nullopt;
    co_return std::max<microseconds>(grant->wait, milliseconds(1));
  }

  void give_probe_back() {
    state_ = BreakerState::open;
    shared_->opened(microseconds(0), wait_);
  }

  /// What other daemons have found out.
  void learn(const PaceGrant& known) {
    const microseconds now = clock_.uptime();
    if (now + known.paused_for > paused_until_ && known.paused_for.count() > 0) {
      paused_until_ = now + known.paused_for;
      halt();
    }
    if (state_ == BreakerState::half_open) return;  // what we try ourselves, we know better
    const bool was_open = state_ == BreakerState::open;
    if (known.open) {
      state_ = BreakerState::open;
      open_until_ = now + std::max(known.open_for, kOpenLeast);
      wait_ = std::max<microseconds>(known.open_wait, settings_.breaker_wait);
      if (!was_open) halt();
    } else if (was_open) {
      forget_failures();
    }
    if (was_open != known.open && on_breaker_) on_breaker_(state_);
  }

  /// Nobody's token is good any more; those who wait look whether waiting still makes sense.
  void halt() {
    ++halts_;
    purse_.empty();
    turn_->look_up();
  }

  void forget_failures() {
    failures_ = 0;
    choked_on_.clear();
    wait_ = settings_.breaker_wait;
    state_ = BreakerState::closed;
  }

  /// True after another wait: a pause or an outage began since the request got its token, while it waited for a
  /// connection.
  awaitable<bool> pass_again(Turn& turn) {
    check(turn);
    if (turn.halts == halts_) co_return false;
    co_await await_turn(turn);
    co_return true;
  }

  /// Throws where sending makes no sense: SystemDown for one that waits so long at most, or its time is up.
  void check(const Turn& turn) const {
    const microseconds now = clock_.uptime();
    if (!turn.probe) check_breaker(now);
    const microseconds pause = paused_until_ - now;
    const bool beyond = turn.send_by && pause > microseconds(0) && paused_until_ > *turn.send_by;
    if (pause > turn.patience || beyond) down("asked us to wait", pause);
    if (turn.send_by && now > *turn.send_by) too_late();
  }

  void check_breaker(microseconds now) const {
    if (state_ == BreakerState::half_open) down("is being tried after failures", wait_);
    if (state_ == BreakerState::open && now < open_until_) down("is taken for down after failures", open_until_ - now);
  }

  [[noreturn]] void too_late() const {
    throw HttpError(settings_.system + ": its time was up before its turn came", false, HttpError::Cause::too_late);
  }

  [[noreturn]] void down(const char* why, microseconds retry_after) const {
    const milliseconds wait = in_ms(retry_after);
    throw SystemDown(settings_.system + ' ' + why + ": next request in " + std::to_string(wait.count()) + " ms", wait);
  }

  void judge(const HttpResponse& response, Turn& turn) {
    const int status = response.status;
    const auto asked = retry_after(response.headers, clock_.now());
    if (status == 429) {
      pause(asked ? microseconds(*asked) : kPauseUnsaid);
      succeeded(turn.probe);
    } else if (status >= 500 && asked) {
      pause(*asked);
      if (turn.probe) open(turn.probe);
    } else if (status == 500 || (status >= 502 && status <= 504)) {
      failed_answering(turn);
    } else {
      succeeded(turn.probe);
    }
  }

  void pause(microseconds time) {
    const microseconds until = clock_.uptime() + time + jitter(std::min(time / 10, kPauseJitterMost));
    paused_until_ = std::max(paused_until_, until);
    halt();
    shared_->paused(until - clock_.uptime());
  }

  void succeeded(Probe& probe) {
    if (state_ == BreakerState::closed || probe) {
      failures_ = 0;
      choked_on_.clear();
    }
    if (!probe) return;
    probe.end();
    forget_failures();
    shared_->closed();
    if (on_breaker_) on_breaker_(state_);
  }

  /// An error of the server's. One request that it chokes on, however often it comes, is no outage; many
  /// different ones in a row are.
  void failed_answering(Turn& turn) {
    if (!turn.probe && !choked_on_.insert(turn.fingerprint).second) return;
    failed(turn);
  }

  void failed(Turn& turn) {
    if (turn.probe) {
      wait_ = std::min<microseconds>(wait_ * 2, settings_.breaker_wait * kBreakerWaitGrowth);
      open(turn.probe);
    } else if (state_ == BreakerState::closed && ++failures_ >= settings_.breaker_failures) {
      open(turn.probe);
      if (on_breaker_) on_breaker_(state_);
    }
  }

  void open(Probe& probe) {
    probe.end();
    state_ = BreakerState::open;
    const microseconds pause = wait_ + jitter(wait_ / 4);
    open_until_ = clock_.uptime() + pause;
    halt();
    shared_->opened(pause, wait_);
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
  Purse purse_;
  microseconds paused_until_{0};
  microseconds open_until_{0};
  microseconds wait_;  ///< of the breaker, next time
  int failures_ = 0;
  std::set<std::size_t> choked_on_;  ///< requests among these failures that were answered; as few as they
  std::uint64_t halts_ = 0;          ///< pauses and outages so far
  BreakerState state_ = BreakerState::closed;
  std::unique_ptr<SharedPace> shared_;
  std::shared_ptr<Impl*> self_ = std::make_shared<Impl*>(this);
};

Governor::Governor(std::unique_ptr<HttpClient> client, GovernorSettings settings, Clock& clock, Random& random,
                   std::unique_ptr<SharedPace> shared)
    : impl_(std::make_unique<Impl>(std::move(client), std::move(settings), clock, random, on_breaker,
                                   std::move(shared))) {}

Governor::~Governor() = default;

awaitable<HttpResponse> Governor::send(HttpRequest request) {
  return impl_->send(std::move(request));
}

awaitable<void> Governor::look() {
  return impl_->look();
}

BreakerState Governor::breaker() const {
  return impl_->breaker();
}

}  // namespace counterpart::http
