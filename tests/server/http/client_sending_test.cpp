// What is sent over a kept connection, once more, or not at all.

#include <functional>
#include <gmock/gmock.h>
#include <optional>
#include <string>

#include "client_fixture.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using testing::ClientTest;
using ::testing::ElementsAre;
using testing::ok;
using testing::Outcome;
using testing::RawServer;
using Kind = Outcome::Kind;
using Then = RawServer::Then;

/// Lets requests pass as it is told, and counts them.
class TestGate : public Gate {
 public:
  asio::awaitable<bool> pass() override {
    ++passed;
    if (on_pass) on_pass();
    co_return passed <= waits;
  }
  std::optional<std::chrono::microseconds> time_left() const override { return left; }

  std::function<void()> on_pass;
  std::optional<std::chrono::microseconds> left;
  int waits = 0;  ///< so many times the request was held up
  int passed = 0;
};

TEST_F(ClientTest, AKeptConnectionThatThePeerClosedIsNotUsed) {
  RawServer server(io_, {{ok("a"), Then::close}, {ok("b")}});
  auto client = make();
  call(*client, get(server.url()));
  io_.poll();

  const auto outcome = call(*client, post(server.url()));

  EXPECT_EQ(outcome->response.body, "b") << *outcome;
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClientTest, AReadOnAKeptConnectionThatClosesIsRepeatedOnce) {
  RawServer server(io_, {{ok("a")}, {"", Then::close}, {ok("b")}});
  auto client = make();
  call(*client, get(server.url()));

  const auto outcome = call(*client, get(server.url()));

  EXPECT_EQ(outcome->response.body, "b") << *outcome;
  EXPECT_EQ(server.accepted(), 2);
  EXPECT_THAT(observed_, ElementsAre(200, 200));
}

TEST_F(ClientTest, AWriteOnAKeptConnectionThatClosesIsNotRepeated) {
  RawServer server(io_, {{ok("a")}, {"", Then::close}, {ok("b")}});
  auto client = make();
  call(*client, get(server.url()));

  const auto outcome = call(*client, post(server.url()));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_TRUE(outcome->maybe_sent);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ClientTest, AWriteOfWhichNothingWasSentIsRepeatedOnAFreshConnection) {
  RawServer server(io_, {{ok("a")}, {ok("b")}});
  auto client = make();
  call(*client, get(server.url()));
  TestGate gate;
  gate.on_pass = [&] {
    if (gate.passed == 1) server.reset_connections();
  };
  HttpRequest request = post(server.url());
  request.gate = &gate;

  const auto outcome = call(*client, request);

  EXPECT_EQ(outcome->response.body, "b") << *outcome;
  EXPECT_EQ(server.accepted(), 2);
  EXPECT_EQ(gate.passed, 2) << "it must be asked before each first byte";
}

TEST_F(ClientTest, ARepetitionWhoseTimeIsUpIsNotSent) {
  RawServer server(io_, {{ok("a")}, {ok("b")}});
  auto client = make();
  call(*client, get(server.url()));
  TestGate gate;
  gate.on_pass = [&] {
    if (gate.passed == 2) throw HttpError("late", false, HttpError::Cause::too_late);
    server.reset_connections();
  };
  HttpRequest request = post(server.url());
  request.gate = &gate;

  const auto outcome = call(*client, request);

  EXPECT_EQ(outcome->cause, HttpError::Cause::too_late) << *outcome;
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ClientTest, AfterAWaitTheConnectionIsLookedAtAgain) {
  RawServer server(io_, {{ok("a")}, {ok("b")}});
  auto client = make();
  call(*client, get(server.url()));
  TestGate gate;
  gate.waits = 1;
  gate.on_pass = [&] {
    if (gate.passed == 1) server.reset_connections();
  };
  HttpRequest request = post(server.url());
  request.gate = &gate;

  const auto outcome = call(*client, request);

  EXPECT_EQ(outcome->response.body, "b") << *outcome;
  EXPECT_EQ(gate.passed, 2);
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClientTest, WaitingForAConnectionEndsWithTheTimeToSend) {
  RawServer server(io_, {{"", Then::hang}});
  ClientSettings settings;
  settings.connections = 1;
  auto client = make(settings);
  const auto first = start(*client, get(server.url()));
  run_until_requests(server, 1);
  TestGate gate;
  gate.left = std::chrono::microseconds(0);
  HttpRequest request = post(server.url());
  request.gate = &gate;

  const auto late = call(*client, request);

  EXPECT_EQ(late->cause, HttpError::Cause::too_late) << *late;
  EXPECT_FALSE(late->maybe_sent);
  EXPECT_EQ(gate.passed, 0);
  server.release(ok("a"));
  testing::run_until_ended(io_, {first});
}

TEST_F(ClientTest, AReadIsNotRepeatedOnceAnAnswerHasBegun) {
  RawServer server(io_, {{ok("a")}, {"HTTP/1.1", Then::close}, {ok("b")}});
  auto client = make();
  call(*client, get(server.url()));

  const auto outcome = call(*client, get(server.url()));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_EQ(server.requests().size(), 2U);
}

}  // namespace
}  // namespace counterpart::http
