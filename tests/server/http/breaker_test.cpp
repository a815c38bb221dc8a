// When a system is taken for down, and how it is tried again.

#include <gmock/gmock.h>
#include <string>
#include <vector>

#include "governor_support.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::GovernorTest;
using testing::Outcome;
using Kind = Outcome::Kind;

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

  for (int i = 0; i < 2; ++i) send(std::to_string(i));
  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
  clock_.pass(seconds(5));
  send("2");
  clock_.pass(seconds(5));

  EXPECT_EQ(system_->sent.size(), 3U);
  EXPECT_EQ(governor_->breaker() == BreakerState::open, GetParam().counts);
}

INSTANTIATE_TEST_SUITE_P(
    Governor, Failing,
    ::testing::Values(Failure{"no_answer", 0, false, true}, Failure{"s502", 502, false, true},
                      Failure{"s503", 503, false, true}, Failure{"s504", 504, false, true},
                      Failure{"s503_with_time", 503, true, false}, Failure{"s429", 429, false, false},
                      Failure{"s429_with_time", 429, true, false}, Failure{"s500", 500, false, true},
                      Failure{"s500_with_time", 500, true, false}, Failure{"s501", 501, false, false},
                      Failure{"s404", 404, false, false}, Failure{"s200", 200, false, false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(GovernorTest, OneRequestThatTheSystemChokesOnIsNoOutage) {
  GovernorSettings settings = unhurried();
  settings.breaker_failures = 3;
  govern(settings);
  system_->answer.status = 500;

  for (int i = 0; i < 10; ++i) {
    send("poison");
    send("other poison");
  }
  EXPECT_EQ(governor_->breaker(), BreakerState::closed);

  send("a third");
  EXPECT_EQ(governor_->breaker(), BreakerState::open);
}

TEST_F(GovernorTest, ASuccessForgetsWhatFailed) {
  GovernorSettings settings = unhurried();
  settings.breaker_failures = 2;
  govern(settings);
  const auto answer = [&](int status, const std::string& url) {
    system_->answer.status = status;
    send(url);
  };

  answer(500, "a");
  answer(200, "b");
  answer(500, "a");
  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
  answer(500, "c");

  EXPECT_EQ(governor_->breaker(), BreakerState::open);
}

TEST_F(GovernorTest, AProbeThatIsAnsweredWithAnErrorKeepsTheBreakerOpen) {
  GovernorSettings settings = unhurried();
  settings.breaker_failures = 2;
  govern(settings);
  system_->answer.status = 500;
  send("a");
  send("b");
  clock_.pass(seconds(5));

  send("a");
  EXPECT_EQ(governor_->breaker(), BreakerState::open);
  EXPECT_EQ(send("c")->retry_after, seconds(10));

  clock_.pass(seconds(10));
  system_->answer.status = 200;
  send("a");
  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
}

TEST_F(GovernorTest, OurOwnFaultsSayNothingOfTheSystem) {
  govern(unhurried());
  system_->fault = HttpError("the URL to call is malformed", false, HttpError::Cause::ours);

  for (int i = 0; i < 10; ++i) send();

  EXPECT_EQ(governor_->breaker(), BreakerState::closed);
  EXPECT_EQ(system_->sent.size(), 10U);
}

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

}  // namespace
}  // namespace counterpart::http
