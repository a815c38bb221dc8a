#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include "server/http/door/door.h"
#include "support.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using testing::Answer;
using testing::echo;
using ::testing::ElementsAre;
using testing::RawClient;
using testing::RunningDoor;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kAnyPort = "127.0.0.1:0";

std::vector<Network> networks(const std::vector<std::string>& texts) {
  std::vector<Network> result;
  for (const std::string& text : texts) result.push_back(read_network(text).value());
  return result;
}

std::string forwarded(const std::string& chain) {
  return "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + chain + "\r\n\r\n";
}

/// Answers with who asks.
Handler peer() {
  return [](ServerRequest request) -> asio::awaitable<ServerResponse> { co_return json_response(200, request.peer); };
}

void wait_for_connections(RunningDoor& door, std::ptrdiff_t count) {
  while (door.connections() != count) std::this_thread::yield();
}

class DoorAccessTest : public ::testing::Test {
 protected:
  DoorLimits limits_;
  DoorAccess access_;
};

TEST_F(DoorAccessTest, OneAddressHasNoMoreConnectionsThanItsShare) {
  limits_.connections_per_address = 2;
  limits_.slow_after = std::chrono::hours(1);
  RunningDoor door(echo(), limits_, "[::1]:0");
  RawClient first(door.address());
  auto second = std::make_unique<RawClient>(door.address());
  for (RawClient* client : {&first, second.get()}) {
    client->send(kGet);
    client->answer();
  }

  EXPECT_EQ(RawClient(door.address()).rest(), "");

  EXPECT_THAT(door.refused(), ElementsAre("address"));
  second.reset();
  wait_for_connections(door, 1);
  RawClient third(door.address());
  third.send(kGet);
  EXPECT_EQ(third.answer().status, 200);
}

TEST_F(DoorAccessTest, WhoKeepsItsConnectionsWithoutUsingThemMakesRoomForTheNext) {
  limits_.connections_per_address = 2;
  limits_.slow_after = std::chrono::milliseconds(0);
  RunningDoor door(echo(), limits_);
  RawClient slowest(door.address());
  wait_for_connections(door, 1);
  slowest.send("POST / HTTP/1.1\r\nHo");
  RawClient slow(door.address());
  wait_for_connections(door, 2);

  RawClient honest(door.address());
  honest.send(kGet);

  EXPECT_EQ(honest.answer().status, 200);
  EXPECT_EQ(slowest.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre("slow"));
  slow.send(kGet);
  EXPECT_EQ(slow.answer().status, 200) << "who came later stays";
}

TEST_F(DoorAccessTest, AFullDoorMakesRoomAsWell) {
  limits_.connections = 2;
  limits_.slow_after = std::chrono::milliseconds(0);
  RunningDoor door(echo(), limits_);
  RawClient slowest(door.address());
  wait_for_connections(door, 1);
  RawClient slow(door.address());
  wait_for_connections(door, 2);

  RawClient honest(door.address());
  honest.send(kGet);

  EXPECT_EQ(honest.answer().status, 200);
  EXPECT_EQ(slowest.rest(), "");
}

TEST_F(DoorAccessTest, AUnixSocketHasNoAddressToCount) {
  limits_.connections_per_address = 1;
  access_.allow = networks({"192.0.2.0/24"});
  const std::string path =
      std::filesystem::temp_directory_path() / ("counterpart-access-" + std::to_string(::getpid()) + ".sock");
  RunningDoor door(echo(), limits_, path, access_);
  RawClient first(door.address());
  RawClient second(door.address());

  for (RawClient* client : {&first, &second}) {
    client->send(kGet);
    EXPECT_EQ(client->answer().status, 200);
  }
}

TEST_F(DoorAccessTest, WhoIsNotAllowedIsNotHeard) {
  access_.allow = networks({"192.0.2.0/24", "::1"});
  RunningDoor door(echo(), limits_, kAnyPort, access_);
  RawClient client(door.address());

  client.send(kGet);

  EXPECT_EQ(client.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre("not_allowed"));
  EXPECT_EQ(door.connections(), 0);
}

TEST_F(DoorAccessTest, WhoIsAllowedIsAnswered) {
  access_.allow = networks({"192.0.2.0/24", "127.0.0.0/8"});
  RunningDoor door(peer(), limits_, kAnyPort, access_);
  RawClient client(door.address());

  client.send(forwarded("203.0.113.5"));  // from no proxy of ours: not looked at

  EXPECT_EQ(client.answer().body, "127.0.0.1");
}

class ProxiedDoor : public DoorAccessTest {
 protected:
  ProxiedDoor() {
    access_.allow = networks({"192.0.2.0/24"});
    access_.trusted_proxies = networks({"127.0.0.1", "10.0.0.0/8"});
  }
};

TEST_F(ProxiedDoor, AsksForWhomItNames) {
  RunningDoor door(peer(), limits_, kAnyPort, access_);
  RawClient proxy(door.address());

  for (const std::string chain : {"192.0.2.1", "203.0.113.5, 192.0.2.2", "192.0.2.3, 10.0.0.1"}) {
    proxy.send(forwarded(chain));
    const Answer answer = proxy.answer();
    EXPECT_EQ(answer.status, 200) << chain;
    EXPECT_THAT(chain, ::testing::HasSubstr(answer.body));
  }
}

/// The body is still to come, and is not waited for.
TEST_F(ProxiedDoor, WhomItMayNotAskForIsRefusedBeforeTheBody) {
  RunningDoor door(echo(), limits_, kAnyPort, access_);
  RawClient proxy(door.address());

  proxy.send("POST / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1, 203.0.113.5\r\nContent-Length: 10\r\n\r\n");

  EXPECT_EQ(proxy.answer().status, 403);
  EXPECT_EQ(proxy.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre("not_allowed"));
}

TEST_F(ProxiedDoor, ThatNamesNobodyAsksForItself) {
  RunningDoor door(echo(), limits_, kAnyPort, access_);
  RawClient proxy(door.address());

  proxy.send(kGet);

  EXPECT_EQ(proxy.answer().status, 403);
}

TEST_F(ProxiedDoor, ThatNamesNonsenseIsAnswered400) {
  RunningDoor door(echo(), limits_, kAnyPort, access_);
  RawClient proxy(door.address());

  proxy.send(forwarded("somebody"));

  EXPECT_EQ(proxy.answer().status, 400);
  EXPECT_EQ(proxy.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre("framing"));
}

/// Handlers that answer when they are told to.
class Waiting {
 public:
  Handler handler() {
    return [this](ServerRequest) { return wait(); };
  }
  void open() {
    for (asio::steady_timer* timer : timers_) timer->cancel();
    timers_.clear();
  }

 private:
  asio::awaitable<ServerResponse> wait() {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
    timers_.push_back(&timer);
    co_await timer.async_wait(asio::as_tuple(asio::deferred));
    co_return json_response(200, "{}");
  }

  std::vector<asio::steady_timer*> timers_;
};

TEST_F(ProxiedDoor, HasAShareForEachOfThoseItAsksFor) {
  limits_.connections_per_address = 1;
  limits_.slow_after = std::chrono::hours(1);
  Waiting waiting;
  RunningDoor door(waiting.handler(), limits_, kAnyPort, access_);
  RawClient first(door.address());
  first.send(forwarded("192.0.2.1"));
  while (door.busy() != 1) std::this_thread::yield();
  RawClient second(door.address());
  RawClient third(door.address());

  second.send(forwarded("192.0.2.1"));
  const Answer refused = second.answer();
  third.send(forwarded("192.0.2.2"));
  while (door.busy() != 2) std::this_thread::yield();

  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.has("\r\nRetry-After: ")) << refused.head;
  EXPECT_THAT(door.refused(), ElementsAre("address"));
  door.on_its_thread([&] { waiting.open(); });
  EXPECT_EQ(first.answer().status, 200);
  EXPECT_EQ(third.answer().status, 200);
  while (door.busy() != 0) std::this_thread::yield();
  first.send(forwarded("192.0.2.1"));  // what is answered counts no more
  while (door.busy() != 1) std::this_thread::yield();
  door.on_its_thread([&] { waiting.open(); });
  EXPECT_EQ(first.answer().status, 200);
}

}  // namespace
}  // namespace counterpart::http
