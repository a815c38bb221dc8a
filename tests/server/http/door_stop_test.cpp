// How a door ends: nobody who had come is left without an answer, and another door may go on in its place.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/http/door/door.h"
#include "support.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using testing::Answer;
using testing::echo;
using ::testing::HasSubstr;
using testing::RawClient;
using testing::RunningDoor;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A handler that answers when it is told to.
class Gate {
 public:
  Handler handler() {
    return [this](ServerRequest) { return pass(); };
  }
  void wait_for_request() { entered_.get_future().wait(); }
  void open() { timer_->cancel(); }

 private:
  asio::awaitable<ServerResponse> pass() {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
    timer_ = &timer;
    entered_.set_value();

    co_await timer.async_wait(asio::as_tuple(asio::deferred));
    co_return json_response(200, "{}");
  }

  std::promise<void> entered_;
  asio::steady_timer* timer_ = nullptr;
};

TEST(Door, StopClosesTheIdleAndAnswersTheBusy) {
  Gate gate;
  RunningDoor door(gate.handler());
  RawClient idle(door.address());
  RawClient busy(door.address());
  busy.send(kGet);
  gate.wait_for_request();
  EXPECT_EQ(door.busy(), 1U);

  door.stop();
  door.wait_for_end();

  EXPECT_EQ(idle.rest(), "");
  EXPECT_THROW(RawClient late(door.address()), std::runtime_error);
  while (door.busy() != 1) std::this_thread::yield();  // the idle one's end
  busy.send(kGet);                                     // pipelined behind: must not be served any more
  door.on_its_thread([&] { gate.open(); });
  const Answer answer = busy.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("\r\nConnection: close\r\n"));
  EXPECT_EQ(busy.rest(), "");
  EXPECT_EQ(door.busy(), 0U);
}

TEST(Door, AConnectionThatCameBeforeTheStopIsStillAnswered) {
  RunningDoor door(echo());
  RawClient client(door.address());
  while (door.connections() == 0) std::this_thread::yield();

  door.stop();
  door.wait_for_end();
  EXPECT_EQ(door.busy(), 1U) << "whoever stops the daemon waits for it";
  client.send(kGet);

  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("\r\nConnection: close\r\n"));
}

TEST(Door, AConnectionThatIsAcceptedAsTheStopComesIsStillAnswered) {
  RunningDoor door(echo());

  std::vector<std::unique_ptr<RawClient>> clients;
  door.stop_amid([&] {
    for (int i = 0; i < 2; ++i) clients.push_back(std::make_unique<RawClient>(door.address()));
  });

  for (const auto& client : clients) {
    client->send(kGet);
    EXPECT_EQ(client->answer().status, 200);
  }
}

TEST(Door, ARequestThatDoesNotComeIsNotWaitedForLong) {
  RunningDoor door(echo());
  RawClient silent(door.address());
  RawClient slow(door.address());
  slow.send("GET / HT");
  while (door.connections() < 2) std::this_thread::yield();

  door.stop();

  EXPECT_EQ(silent.rest(), "");
  EXPECT_THAT(slow.rest(), ::testing::AnyOf("", HasSubstr("408")));
  while (door.busy() > 0) std::this_thread::yield();
}

TEST(Door, AnotherDoorTakesItsSocketOverAndNobodyIsTurnedAway) {
  std::optional<RunningDoor> first(std::in_place, echo());
  const std::string address = first->address();
  Sockets kept = first->kept_socket();

  first->stop();
  first->wait_for_end();
  RawClient between(address);
  between.send(kGet);
  first.reset();
  DoorAccess access;
  access.inherited = kept.take("the door's");
  RunningDoor second(echo(), {}, address, access);

  EXPECT_EQ(between.answer().status, 200);
  EXPECT_EQ(second.address(), address);
}

TEST(Door, StopTwiceIsStopOnce) {
  RunningDoor door(echo());

  door.stop();
  door.stop();
  door.wait_for_end();

  EXPECT_EQ(door.busy(), 0U);
}

}  // namespace
}  // namespace counterpart::http
