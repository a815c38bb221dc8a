#include <gmock/gmock.h>
#include <string>
#include <vector>

#include "connectors/ports/retry_after.h"
#include "governor_support.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using testing::FakeSystem;
using testing::GovernorTest;
using ::testing::HasSubstr;
using testing::kNow;
using testing::Outcome;
using Kind = Outcome::Kind;

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
      {"at most a day", {{"Retry-After", "86401"}}, seconds(86'400)},
      {"huge", {{"Retry-After", "99999999999999999999"}}, seconds(86'400)},
      {"negative", {{"Retry-After", "-5"}}, std::nullopt},
      {"fraction", {{"Retry-After", "1.5"}}, std::nullopt},
      {"words", {{"Retry-After", "later"}}, std::nullopt},
      {"empty", {{"Retry-After", ""}}, std::nullopt},
      {"date", {{"Retry-After", "Sat, 31 Jan 2026 12:00:30 GMT"}}, seconds(30)},
      {"past date", {{"Retry-After", "Sat, 31 Jan 2026 11:00:00 GMT"}}, seconds(0)},
      {"far date", {{"Retry-After", "Tue, 03 Feb 2026 12:00:00 GMT"}}, seconds(86'400)},
      {"broken date", {{"Retry-After", "Sat, 31 Feb 2026 12:00:30 GMT"}}, std::nullopt},
      {"by its own clock",
       {{"Date", "Sat, 31 Jan 2026 13:00:00 GMT"}, {"Retry-After", "Sat, 31 Jan 2026 13:00:10 GMT"}},
       seconds(10)},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(retry_after(test.headers, kNow), test.wait) << test.name;
  }
}

}  // namespace
}  // namespace counterpart::http
