#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <list>
#include <string>
#include <vector>

#include "client_support.h"
#include "server/http/client/client.h"
#include "server/http/client/retry_after.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Outcome;
using testing::start;
using Kind = Outcome::Kind;

constexpr Instant kNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + std::chrono::hours(12);

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
    friend std::ostream& operator<<(std::ostream& out, const Sent& sent) {
      return out << sent.url << " at " << sent.at.count() << " ms";
    }
  };

  explicit FakeSystem(FakeClock& clock) : clock_(clock) {}

  asio::awaitable<HttpResponse> send(HttpRequest request) override {
    if (connecting.count() > 0) co_await clock_.sleep(connecting);
    bool waited = true;
    while (waited) waited = co_await request.gate->pass();
    sent.push_back({std::chrono::duration_cast<milliseconds>(clock_.uptime()), request.url});
    if (takes.count() > 0) co_await clock_.sleep(takes);
    if (!reachable) throw HttpError("no answer", true);
    co_return answer;
  }

  HttpResponse answer{200, {}, ""};
  bool reachable = true;
  microseconds connecting{0};  ///< until the request could go
  microseconds takes{0};
  std::vector<Sent> sent;

 private:
  FakeClock& clock_;
};

class GovernorTest : public ::testing::Test {
 protected:
  void govern(GovernorSettings settings) {
    settings.system = "crm";
    auto system = std::make_unique<FakeSystem>(clock_);
    system_ = system.get();
    governor_ = std::make_unique<Governor>(std::move(system), settings, clock_, random_);
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
    return outcome.kind == Kind::no_answer && outcome.cause == HttpError::Cause::too_late && !outcome.maybe_sent;
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

TEST_F(GovernorTest, LetsABurstThroughAndThenKeepsThePace) {
  GovernorSettings settings;
  settings.requests_per_second = 10;
  settings.burst = 2;
  govern(settings);

  for (int i = 0; i < 5; ++i) send(std::to_string(i));
  EXPECT_EQ(system_->sent.size(), 2U);
  clock_.pass(seconds(10));

  EXPECT_THAT(times(), ElementsAre(0, 0, 100, 200, 300));
}

TEST_F(GovernorTest, SavesUpNoMoreThanTheBurst) {
  GovernorSettings settings;
  settings.requests_per_second = 10;
  settings.burst = 2;
  govern(settings);
  clock_.pass(seconds(60));

  for (int i = 0; i < 3; ++i) send();
  clock_.pass(seconds(1));

  EXPECT_THAT(times(), ElementsAre(60'000, 60'000, 60'100));
}

TEST_F(GovernorTest, ServesThoseWhoWaitInTheOrderTheyCame) {
  GovernorSettings settings;
  settings.requests_per_second = 10;
  settings.burst = 1;
  govern(settings);

  for (const char* url : {"a", "b", "c"}) send(url);
  clock_.pass(milliseconds(150));
  send("d");
  clock_.pass(seconds(1));

  std::string order;
  for (const auto& sent : system_->sent) order += sent.url;
  EXPECT_EQ(order, "abcd");
}

TEST_F(GovernorTest, WhoIsCancelledWhileWaitingTakesNoToken) {
  GovernorSettings settings;
  settings.requests_per_second = 10;
  settings.burst = 1;
  govern(settings);
  send("a");
  const auto head = send("b");
  const auto queued = send("c");
  send("d");

  head->cancel.emit(asio::cancellation_type::terminal);
  queued->cancel.emit(asio::cancellation_type::terminal);
  clock_.pass(seconds(1));

  EXPECT_EQ(head->kind, Kind::cancelled) << *head;
  EXPECT_EQ(queued->kind, Kind::cancelled) << *queued;
  EXPECT_THAT(system_->sent,
              ElementsAre(FakeSystem::Sent{milliseconds(0), "a"}, FakeSystem::Sent{milliseconds(100), "d"}));
}

TEST_F(GovernorTest, NothingIsSentInsideARetryAfterAndThenNoStampede) {
  GovernorSettings settings;
  settings.requests_per_second = 10;
  settings.burst = 50;
  govern(settings);
  system_->answer = {429, {{"Retry-After", "20"}}, ""};
  EXPECT_EQ(send()->response.status, 429);
  system_->answer = {200, {}, ""};

  clock_.pass(seconds(5));
  std::vector<std::shared_ptr<Outcome>> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(send());
  clock_.pass(milliseconds(14'999));
  EXPECT_EQ(system_->sent.size(), 1U);
  clock_.pass(seconds(10));

  EXPECT_THAT(times(), ElementsAre(0, 20'100, 20'200, 20'300, 20'400));
  for (const auto& outcome : waiting) EXPECT_EQ(outcome->kind, Kind::answered) << *outcome;
}

TEST_F(GovernorTest, ARetryAfterBeyondTheRequestsTimeIsSystemDownAtOnce) {
  govern(unhurried());
  system_->answer = {503, {{"Retry-After", "60"}}, ""};
  send();

  const auto outcome = send("x", seconds(30));

  EXPECT_EQ(outcome->kind, Kind::system_down) << *outcome;
  EXPECT_EQ(outcome->retry_after, seconds(60));
  EXPECT_THAT(outcome->error, HasSubstr("crm asked us to wait"));
  EXPECT_EQ(system_->sent.size(), 1U);
}

TEST_F(GovernorTest, ThoseWhoWaitAreToldOfARetryAfterThatIsTooLong) {
  GovernorSettings settings;
  settings.requests_per_second = 1;
  settings.burst = 1;
  govern(settings);
  system_->takes = milliseconds(10);
  system_->answer = {429, {{"Retry-After", "60"}}, ""};
  send();
  const auto head = send("head", seconds(30));
  const auto patient = send("patient", seconds(90));
  const auto impatient = send("impatient", seconds(30));

  clock_.pass(milliseconds(10));
  EXPECT_EQ(impatient->kind, Kind::system_down) << *impatient;
  EXPECT_EQ(patient->kind, Kind::waiting) << *patient;

  clock_.pass(seconds(1));
  EXPECT_EQ(head->kind, Kind::system_down) << "it held the turn when the news came: " << *head;
  system_->answer = {200, {}, ""};
  clock_.pass(seconds(90));
  EXPECT_EQ(patient->kind, Kind::answered) << *patient;
  EXPECT_EQ(system_->sent.back().at, milliseconds(61'010));
}

TEST_F(GovernorTest, A429WithoutATimePausesForASecond) {
  govern(unhurried());
  system_->answer = {429, {}, ""};
  send();
  send();

  clock_.pass(seconds(5));

  EXPECT_THAT(times(), ElementsAre(0, 1001));
}

TEST_F(GovernorTest, JitterOnlyLengthensAPause) {
  random_.value = 1'000'000;
  govern(unhurried());
  system_->answer = {429, {{"Retry-After", "20"}}, ""};
  send();
  send();

  clock_.pass(seconds(60));

  ASSERT_EQ(system_->sent.size(), 2U);
  EXPECT_GT(system_->sent[1].at, milliseconds(20'500));
  EXPECT_LE(system_->sent[1].at, milliseconds(21'001));
}

TEST_F(GovernorTest, ATokenThatComesTooLateIsNotWaitedForNorTaken) {
  GovernorSettings settings;
  settings.requests_per_second = 1;
  settings.burst = 1;
  govern(settings);
  send("a");

  const auto late = send_by(milliseconds(999), "late");
  const auto in_time = send_by(milliseconds(1000), "in time");
  clock_.pass(seconds(2));

  EXPECT_TRUE(too_late(*late)) << *late;
  EXPECT_EQ(in_time->kind, Kind::answered) << *in_time;
  EXPECT_THAT(times(), ElementsAre(0, 1000));
}

TEST_F(GovernorTest, WhoseTimeIsUpBehindOthersIsNotSent) {
  GovernorSettings settings;
  settings.requests_per_second = 1;
  settings.burst = 1;
  govern(settings);
  send("a");
  send("head");

  const auto late = send_by(milliseconds(1500), "late");
  clock_.pass(seconds(5));

  EXPECT_TRUE(too_late(*late)) << *late;
  EXPECT_THAT(times(), ElementsAre(0, 1000));
}

TEST_F(GovernorTest, TheLastLookAtTheTimeIsRightBeforeTheFirstByte) {
  govern(unhurried());
  system_->connecting = milliseconds(100);

  const auto in_time = send_by(milliseconds(100));
  const auto late = send_by(milliseconds(99));
  clock_.pass(seconds(1));

  EXPECT_EQ(in_time->kind, Kind::answered) << *in_time;
  EXPECT_TRUE(too_late(*late)) << *late;
  EXPECT_EQ(system_->sent.size(), 1U);
}

TEST_F(GovernorTest, WhatIsTooLateSaysNothingOfTheSystem) {
  govern(unhurried());
  system_->connecting = milliseconds(100);

  for (int i = 0; i < 10; ++i) send_by(milliseconds(99));
  clock_.pass(seconds(1));

  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
}

TEST_F(GovernorTest, WhoWaitsForAConnectionWhenAPauseBeginsTakesItsTurnAgain) {
  GovernorSettings settings;
  settings.requests_per_second = 10;
  settings.burst = 50;
  govern(settings);
  system_->connecting = milliseconds(100);
  system_->answer = {429, {{"Retry-After", "20"}}, ""};
  send("first");
  clock_.pass(milliseconds(50));
  const auto one = send("one");
  const auto two = send("two");
  clock_.pass(milliseconds(50));
  system_->answer = {200, {}, ""};

  clock_.pass(seconds(25));

  EXPECT_EQ(one->kind, Kind::answered) << *one;
  EXPECT_EQ(two->kind, Kind::answered) << *two;
  EXPECT_THAT(times(), ElementsAre(100, 20'200, 20'300));
}

TEST_F(GovernorTest, WhoWaitsForAConnectionWhenTheBreakerOpensIsNotSent) {
  govern(unhurried());
  system_->connecting = milliseconds(100);
  system_->reachable = false;
  for (int i = 0; i < 5; ++i) send();
  clock_.pass(milliseconds(50));
  const auto waiting = send();

  clock_.pass(seconds(1));

  EXPECT_EQ(waiting->kind, Kind::system_down) << *waiting;
  EXPECT_EQ(system_->sent.size(), 5U);
}

TEST_F(GovernorTest, AProbeWhoseTimeIsUpLeavesTheNextToTry) {
  govern(unhurried());
  fail_times(5);
  clock_.pass(seconds(5));
  system_->connecting = milliseconds(100);

  const auto late = send_by(milliseconds(5'050));
  clock_.pass(milliseconds(100));
  EXPECT_TRUE(too_late(*late)) << *late;
  const auto next = send();
  clock_.pass(milliseconds(100));

  EXPECT_EQ(next->kind, Kind::answered) << *next;
  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
}

struct Failure {
  const char* name;
  int status;  ///< 0: no answer
  bool retry_after;
  bool counts;
};

void PrintTo(const Failure& failure, std::ostream* out) {
  *out << failure.name;
}

class Failing : public GovernorTest, public ::testing::WithParamInterface<Failure> {};

TEST_P(Failing, OpensTheBreakerIfTheSystemIsDown) {
  GovernorSettings settings = unhurried();
  settings.breaker_failures = 3;
  govern(settings);
  system_->reachable = GetParam().status != 0;
  system_->answer.status = GetParam().status;
  if (GetParam().retry_after) system_->answer.headers = {{"Retry-After", "0"}};

  for (int i = 0; i < 2; ++i) send();
  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
  clock_.pass(seconds(5));
  send();
  clock_.pass(seconds(5));

  EXPECT_EQ(system_->sent.size(), 3U);
  EXPECT_EQ(governor_->breaker() == BreakerState::open, GetParam().counts);
}

INSTANTIATE_TEST_SUITE_P(Governor, Failing,
                         ::testing::Values(Failure{"no_answer", 0, false, true}, Failure{"s502", 502, false, true},
                                           Failure{"s503", 503, false, true}, Failure{"s504", 504, false, true},
                                           Failure{"s503_with_time", 503, true, false},
                                           Failure{"s429", 429, false, false},
                                           Failure{"s429_with_time", 429, true, false},
                                           Failure{"s500", 500, false, false}, Failure{"s404", 404, false, false},
                                           Failure{"s200", 200, false, false}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(GovernorTest, OnlyFailuresInARowCount) {
  GovernorSettings settings = unhurried();
  settings.breaker_failures = 3;
  govern(settings);

  for (int i = 0; i < 5; ++i) {
    fail_times(2);
    send();
  }

  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
}

TEST_F(GovernorTest, AnOpenBreakerSendsNothing) {
  govern(unhurried());
  fail_times(5);

  const auto outcome = send();

  EXPECT_EQ(outcome->kind, Kind::system_down) << *outcome;
  EXPECT_EQ(outcome->retry_after, seconds(5));
  EXPECT_EQ(system_->sent.size(), 5U);
  EXPECT_THAT(changes_, ElementsAre(BreakerState::open));
}

TEST_F(GovernorTest, ThoseWhoWaitLeaveWhenTheBreakerOpens) {
  GovernorSettings settings;
  settings.requests_per_second = 1;
  settings.burst = 5;
  govern(settings);
  system_->reachable = false;
  system_->takes = milliseconds(10);
  for (int i = 0; i < 5; ++i) send();
  const auto head = send();
  const auto queued = send();

  clock_.pass(milliseconds(10));
  EXPECT_EQ(queued->kind, Kind::system_down) << *queued;
  clock_.pass(seconds(1));
  EXPECT_EQ(head->kind, Kind::system_down) << *head;
  EXPECT_EQ(system_->sent.size(), 5U);
}

TEST_F(GovernorTest, OneProbeTriesAndASuccessCloses) {
  govern(unhurried());
  fail_times(5);
  clock_.pass(seconds(5));
  system_->takes = milliseconds(100);

  const auto probe = send();
  EXPECT_EQ(governor_->breaker(), BreakerState::half_open);
  const auto second = send();
  EXPECT_EQ(second->kind, Kind::system_down) << *second;
  EXPECT_EQ(system_->sent.size(), 6U);
  clock_.pass(milliseconds(100));

  EXPECT_EQ(probe->kind, Kind::answered) << *probe;
  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
  EXPECT_THAT(changes_, ElementsAre(BreakerState::open, BreakerState::closed));
  send();
  clock_.pass(seconds(1));
  EXPECT_EQ(system_->sent.size(), 7U);
}

TEST_F(GovernorTest, EachFailedProbeDoublesTheWaitUpToTwelveTimes) {
  GovernorSettings settings = unhurried();
  settings.breaker_wait = seconds(1);
  govern(settings);
  fail_times(5);
  system_->reachable = false;

  std::vector<long> waits;
  for (int i = 0; i < 6; ++i) {
    waits.push_back(send()->retry_after.count());
    clock_.pass(milliseconds(waits.back()));
    send();
  }

  EXPECT_THAT(waits, ElementsAre(1000, 2000, 4000, 8000, 12'000, 12'000));
  EXPECT_THAT(changes_, ElementsAre(BreakerState::open));
}

TEST_F(GovernorTest, AClosedBreakerStartsAgainWithTheFirstWait) {
  GovernorSettings settings = unhurried();
  settings.breaker_wait = seconds(1);
  govern(settings);
  fail_times(5);
  clock_.pass(seconds(1));
  fail_times(1);
  clock_.pass(seconds(2));
  EXPECT_EQ(send()->kind, Kind::answered);

  clock_.pass(seconds(1));
  fail_times(5);

  EXPECT_EQ(send()->retry_after, seconds(1));
}

TEST_F(GovernorTest, ACancelledProbeLeavesTheNextToTry) {
  govern(unhurried());
  fail_times(5);
  clock_.pass(seconds(5));
  system_->takes = seconds(10);
  const auto probe = send();
  ASSERT_EQ(governor_->breaker(), BreakerState::half_open);

  probe->cancel.emit(asio::cancellation_type::terminal);
  clock_.run();
  EXPECT_EQ(probe->kind, Kind::cancelled) << *probe;
  EXPECT_EQ(governor_->breaker(), BreakerState::open);

  const auto next = send();
  clock_.pass(seconds(10));
  EXPECT_EQ(next->kind, Kind::answered) << *next;
}

TEST_F(GovernorTest, AProbeThatIsAskedToWaitDoesNotDouble) {
  govern(unhurried());
  fail_times(5);
  clock_.pass(seconds(5));
  system_->answer = {503, {{"Retry-After", "2"}}, ""};

  send();

  EXPECT_EQ(governor_->breaker(), BreakerState::open);
  EXPECT_EQ(send()->retry_after, seconds(5));
}

TEST_F(GovernorTest, DaemonsThatFailedTogetherComeBackApart) {
  random_.value = 1'000'000;
  govern(unhurried());
  fail_times(5);

  const auto outcome = send();

  EXPECT_GT(outcome->retry_after, seconds(5));
  EXPECT_LE(outcome->retry_after, milliseconds(6'250));
}

TEST(RetryAfter, IsReadAsSecondsOrDate) {
  struct Case {
    const char* name;
    HttpHeaders headers;
    std::optional<seconds> wait;
  };
  const std::vector<Case> cases = {
      {"none", {}, std::nullopt},
      {"seconds", {{"retry-after", "120"}}, seconds(120)},
      {"zero", {{"Retry-After", "0"}}, seconds(0)},
      {"at most an hour", {{"Retry-After", "86400"}}, seconds(3600)},
      {"huge", {{"Retry-After", "99999999999999999999"}}, seconds(3600)},
      {"negative", {{"Retry-After", "-5"}}, std::nullopt},
      {"fraction", {{"Retry-After", "1.5"}}, std::nullopt},
      {"words", {{"Retry-After", "later"}}, std::nullopt},
      {"empty", {{"Retry-After", ""}}, std::nullopt},
      {"date", {{"Retry-After", "Sat, 31 Jan 2026 12:00:30 GMT"}}, seconds(30)},
      {"past date", {{"Retry-After", "Sat, 31 Jan 2026 11:00:00 GMT"}}, seconds(0)},
      {"far date", {{"Retry-After", "Sun, 01 Feb 2026 12:00:00 GMT"}}, seconds(3600)},
      {"broken date", {{"Retry-After", "Sat, 31 Feb 2026 12:00:30 GMT"}}, std::nullopt},
      {"by its own clock",
       {{"Date", "Sat, 31 Jan 2026 13:00:00 GMT"}, {"Retry-After", "Sat, 31 Jan 2026 13:00:10 GMT"}},
       seconds(10)},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(retry_after(HttpResponse{429, test.headers, ""}, kNow), test.wait) << test.name;
  }
}

}  // namespace
}  // namespace counterpart::http
