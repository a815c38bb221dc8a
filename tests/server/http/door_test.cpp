#include "server/http/door/door.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include "connectors/ports/percent.h"
#include "server/observe/log.h"
#include "support.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using testing::Answer;
using testing::echo;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using testing::RunningDoor;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(Door, AnswersARequestWithItsFramingHeaders) {
  RunningDoor door(echo());
  RawClient client(door.address());

  client.send("POST /a%20b?c=d HTTP/1.1\r\nHost: a\r\nX-Kind:  odd \r\nContent-Length: 5\r\n\r\nhello");

  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST /a%20b?c=d|hello");
  EXPECT_TRUE(answer.has("\r\nX-X-Kind: odd\r\n")) << answer.head;
  EXPECT_TRUE(answer.has("\r\nContent-Length: 21\r\n")) << answer.head;
  EXPECT_TRUE(answer.has("\r\nConnection: keep-alive\r\n")) << answer.head;
  EXPECT_TRUE(answer.has("\r\nServer: counterpart\r\n")) << answer.head;
  EXPECT_THAT(answer.head, ::testing::ContainsRegex("Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} "));
}

TEST(Door, TellsTheHandlerWhoAsks) {
  const Handler handler = [](ServerRequest request) -> asio::awaitable<ServerResponse> {
    co_return json_response(200, request.peer);
  };
  RunningDoor door(handler);
  RawClient client(door.address());

  client.send(kGet);

  const Answer answer = client.answer();
  EXPECT_EQ(answer.body, "127.0.0.1");
  EXPECT_TRUE(answer.has("\r\nContent-Type: application/json\r\n"));
}

TEST(Door, KeepsTheConnectionForTheNextRequest) {
  RunningDoor door(echo());
  RawClient client(door.address());

  for (const std::string body : {"one", "two", "three"}) {
    client.send(post(body));
    EXPECT_EQ(client.answer().body, "POST /p|" + body);
  }

  while (door.answered().size() < 3) std::this_thread::yield();
  EXPECT_THAT(door.answered(), ElementsAre(200, 200, 200));
}

TEST(Door, AnswersPipelinedRequestsInOrder) {
  RunningDoor door(echo());
  RawClient client(door.address());

  client.send(post("one") + "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n" +
              kGet + post("four").substr(0, 20));
  client.send(post("four").substr(20));

  EXPECT_EQ(client.answer().body, "POST /p|one");
  EXPECT_EQ(client.answer().body, "POST /p|two");
  EXPECT_EQ(client.answer().body, "GET /|");
  EXPECT_EQ(client.answer().body, "POST /p|four");
}

TEST(Door, ReadsARequestThatComesByteByByte) {
  RunningDoor door(echo());
  RawClient client(door.address());

  for (const char& byte : post("hello")) client.send({&byte, 1});

  EXPECT_EQ(client.answer().body, "POST /p|hello");
}

TEST(Door, ReadsALargeBodyWhole) {
  RunningDoor door(echo());
  RawClient client(door.address());
  std::string body(1024 * 1024, 'x');
  for (std::size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i % 26);

  client.send(post(body));

  EXPECT_EQ(client.answer().body, "POST /p|" + body);
}

struct Closing {
  const char* name;
  const char* head;
  bool keeps;
};

class ConnectionHeader : public ::testing::TestWithParam<Closing> {};

TEST_P(ConnectionHeader, DecidesWhetherItStaysOpen) {
  RunningDoor door(echo());
  RawClient client(door.address());

  client.send(GetParam().head);

  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.has("\r\nConnection: keep-alive\r\n"), GetParam().keeps);
  EXPECT_EQ(answer.has("\r\nConnection: close\r\n"), !GetParam().keeps);
  if (GetParam().keeps) {
    client.send(kGet);
    EXPECT_EQ(client.answer().status, 200);
  } else {
    EXPECT_EQ(client.rest(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Door, ConnectionHeader,
    ::testing::Values(Closing{"plain_11", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
                      Closing{"close_11", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
                      Closing{"plain_10", "GET / HTTP/1.0\r\n\r\n", false},
                      Closing{"keep_10", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Door, AnswersHeadWithoutTheBody) {
  RunningDoor door(echo());
  RawClient client(door.address());

  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  const Answer answer = client.answer_without_body();
  client.send(kGet);

  EXPECT_TRUE(answer.has("\r\nContent-Length: 8\r\n")) << answer.head;
  EXPECT_EQ(client.answer().body, "GET /|");
}

TEST(Door, AsksForABodyThatAwaitsIt) {
  RunningDoor door(echo());
  RawClient client(door.address());

  client.send("POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.answer_without_body().status, 100);

  client.send("hello");
  EXPECT_EQ(client.answer().body, "POST /p|hello");
}

TEST(Door, RefusesALargeBodyBeforeItIsSent) {
  RunningDoor door(echo());
  RawClient client(door.address());

  client.send("POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");

  EXPECT_EQ(client.answer().status, 413);
}

/// What a handler answers goes out as one response, whatever its headers hold.
TEST(Door, AHandlersHeadersCannotSplitTheResponse) {
  const Handler handler = [](ServerRequest) -> asio::awaitable<ServerResponse> {
    ServerResponse response;
    response.headers.emplace_back("X-Name", "a\r\nSet-Cookie: b");
    co_return response;
  };
  RunningDoor door(handler);
  RawClient client(door.address());

  client.send(kGet);

  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_FALSE(answer.has("Set-Cookie"));
}

TEST(Door, AHandlersOwnFramingHeadersAreLeftOut) {
  const Handler handler = [](ServerRequest) -> asio::awaitable<ServerResponse> {
    ServerResponse response;
    response.headers = {
        {"content-length", "99"}, {"Transfer-Encoding", "chunked"}, {"Connection", "close"}, {"X", "y"}};
    response.body = "abc";
    co_return response;
  };
  RunningDoor door(handler);
  RawClient client(door.address());

  client.send(kGet);

  const Answer answer = client.answer();
  EXPECT_EQ(answer.body, "abc");
  EXPECT_FALSE(answer.has("99"));
  EXPECT_FALSE(answer.has("chunked"));
  EXPECT_TRUE(answer.has("\r\nX: y\r\n"));
}

struct Trap {
  const char* name;
  std::string bytes;
  int status;
  const char* why = "framing";
};

void PrintTo(const Trap& trap, std::ostream* out) {
  *out << trap.name;
}

class HostileBytes : public ::testing::TestWithParam<Trap> {};

/// Boost.Beast before 1.92 accepts most of these. After the answer nothing more is read as a request,
/// so that no two readers can disagree on where one begins.
TEST_P(HostileBytes, AreRefusedAndTheConnectionCloses) {
  DoorLimits limits;
  limits.body_bytes = 1000;
  limits.header_bytes = 1000;
  RunningDoor door(echo(), limits);
  RawClient client(door.address());

  client.send(GetParam().bytes + kGet);

  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  EXPECT_TRUE(answer.has("\r\nConnection: close\r\n")) << answer.head;
  EXPECT_THAT(answer.body, HasSubstr(R"({"error":")"));
  EXPECT_EQ(client.rest(), "");
  EXPECT_THAT(door.answered(), ElementsAre()) << "a handler saw it";
  EXPECT_THAT(door.refused(), ElementsAre(GetParam().why));
  RawClient honest(door.address());
  honest.send(kGet);
  EXPECT_EQ(honest.answer().status, 200) << "others must not notice";
}

std::string chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

std::string with(const std::string& headers) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Door, HostileBytes,
    ::testing::Values(
        Trap{"te_other_than_chunked", with("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n", 400},
        Trap{"te_unknown", with("Transfer-Encoding: xchunked") + "0\r\n\r\n", 400},
        Trap{"te_with_length", with("Content-Length: 6\r\nTransfer-Encoding: chunked") + "0\r\n\r\nG", 400},
        Trap{"te_on_http_10", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Trap{"folded_header", with("X: a\r\n b"), 400},
        Trap{"folded_encoding", with("Transfer-Encoding:\r\n chunked") + "0\r\n\r\n", 400},
        Trap{"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
        Trap{"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Trap{"lengths_differ", with("Content-Length: 1\r\nContent-Length: 2") + "xx", 400},
        Trap{"lengths_alike", with("Content-Length: 1\r\nContent-Length: 1") + "x", 400},
        Trap{"length_list", with("Content-Length: 1, 1") + "x", 400},
        Trap{"length_not_a_number", with("Content-Length: 1x") + "x", 400},
        Trap{"trailers", chunked("1\r\nx\r\n0\r\nHost: b\r\n\r\n"), 400},
        Trap{"long_extension", chunked("1;" + std::string(20'000, 'e') + "\r\nx\r\n0\r\n\r\n"), 400},
        Trap{"chunk_too_long", chunked("1\r\nxx\r\n0\r\n\r\n"), 400},
        Trap{"chunk_size_wraps", chunked("FFFFFFFFFFFFFFFF0\r\n"), 413, "body"},
        Trap{"bare_lf", "GET / HTTP/1.1\nHost: a\n\n", 400}, Trap{"bare_cr", with("X: a\rb"), 400},
        Trap{"nul", with(std::string("X: a\0b", 6)), 400}, Trap{"control", with("X: a\x02"), 400},
        Trap{"tls_hello", std::string("\x16\x03\x01\x02\x00\x01\x00", 7), 400},
        Trap{"http_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        Trap{"absolute_target", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Trap{"absolute_target_of_another", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Trap{"authority_as_target", "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Trap{"user_in_host", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
        Trap{"empty_host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
        Trap{"large_body", with("Content-Length: 1001") + std::string(1001, 'x'), 413, "body"},
        Trap{"huge_body", with("Content-Length: 99999999999999999999"), 413, "body"},
        Trap{"large_chunked_body", chunked("3e9\r\n" + std::string(1001, 'x') + "\r\n0\r\n\r\n"), 413, "body"},
        Trap{"large_headers", with("X: " + std::string(1001, 'x')), 431, "headers"},
        Trap{"endless_headers", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x'), 431, "headers"},
        Trap{"unknown_expectation", with("Expect: more\r\nContent-Length: 0"), 417}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Door, TheClientReadsTheRefusalThoughItGoesOnSending) {
  DoorLimits limits;
  limits.body_bytes = 10;
  RunningDoor door(echo(), limits);
  RawClient client(door.address());

  const std::string piece(100'000, 'x');
  EXPECT_TRUE(client.send(with("Content-Length: 4000000")));
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(client.send(piece)) << "after " << i << " pieces";

  EXPECT_EQ(client.answer().status, 413);
}

struct Slow {
  const char* name;
  const char* bytes;
  int status;  ///< 0: closed without a word
};

class SlowClient : public ::testing::TestWithParam<Slow> {};

TEST_P(SlowClient, IsNotWaitedForBeyondItsTime) {
  DoorLimits limits;
  limits.header_timeout = milliseconds(20);
  limits.body_timeout = milliseconds(20);
  limits.idle_timeout = milliseconds(20);
  RunningDoor door(echo(), limits);
  RawClient client(door.address());

  client.send(GetParam().bytes);

  if (GetParam().status == 0) {
    EXPECT_EQ(client.rest(), "");
    EXPECT_THAT(door.refused(), ElementsAre());
  } else {
    EXPECT_EQ(client.answer().status, GetParam().status);
    EXPECT_EQ(client.rest(), "");
    EXPECT_THAT(door.refused(), ElementsAre("timeout"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Door, SlowClient,
    ::testing::Values(Slow{"nothing", "", 0}, Slow{"half_a_line", "GET /", 408},
                      Slow{"half_a_head", "GET / HTTP/1.1\r\nHost: a\r\n", 408},
                      Slow{"half_a_body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe", 408},
                      Slow{"half_a_chunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
                           408}),
    [](const auto& test) { return std::string(test.param.name); });

struct Trickle {
  const char* name;
  std::string bytes;
  std::size_t rate;
};

class BodyRate : public ::testing::TestWithParam<Trickle> {};

TEST_P(BodyRate, IsAskedForAfterTheGrace) {
  DoorLimits limits;
  limits.body_timeout = std::chrono::hours(1);
  limits.body_grace = milliseconds(1);
  limits.body_rate = GetParam().rate;
  RunningDoor door(echo(), limits);
  RawClient client(door.address());

  client.send(GetParam().bytes);

  EXPECT_EQ(client.answer().status, 408);
  EXPECT_EQ(client.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre("timeout"));
}

INSTANTIATE_TEST_SUITE_P(
    Door, BodyRate,
    ::testing::Values(Trickle{"sized", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe", 512},
                      Trickle{"nothing", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", 1},
                      Trickle{"chunked", chunked("5\r\nhe"), 512}),
    [](const auto& test) { return std::string(test.param.name); });

/// What has come earns time: these bytes hours at one a second; without a rate none has to be earned.
TEST(Door, ABodyAheadOfItsRateIsWaitedFor) {
  for (const std::size_t rate : {std::size_t{0}, std::size_t{1}}) {
    DoorLimits limits;
    limits.header_timeout = milliseconds(20);
    limits.body_timeout = std::chrono::hours(1);
    limits.body_grace = milliseconds(1);
    limits.body_rate = rate;
    RunningDoor door(echo(), limits);
    RawClient client(door.address());
    const std::string body(10'000, 'x');

    client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n" + body.substr(1));
    RawClient other(door.address());
    other.send("GET /");  // is left alone after its time: as much has passed for the body
    EXPECT_EQ(other.answer().status, 408);
    client.send("x");

    EXPECT_EQ(client.answer().body, "POST /p|" + body) << rate;
  }
}

TEST(Door, WhoReadsTooSlowlyIsLeft) {
  const Handler handler = [](ServerRequest) -> asio::awaitable<ServerResponse> {
    ServerResponse response;
    response.body.assign(64 * 1024 * 1024, 'x');
    co_return response;
  };
  DoorLimits limits;
  limits.write_timeout = milliseconds(20);
  RunningDoor door(handler, limits);
  RawClient client(door.address());

  client.send(kGet);
  while (door.answered().empty()) std::this_thread::yield();  // given up, with most of it unsent

  EXPECT_LT(client.rest().size(), 64U * 1024 * 1024);
}

TEST(Door, AClientThatLeavesInsideARequestIsForgotten) {
  RunningDoor door(echo());
  {
    RawClient client(door.address());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  }
  while (door.connections() != 0) std::this_thread::yield();

  EXPECT_THAT(door.answered(), ElementsAre());
  EXPECT_THAT(door.refused(), ElementsAre());
}

TEST(Door, OverTheLimitOfConnectionsSays503AndWhenToReturn) {
  DoorLimits limits;
  limits.connections = 2;
  limits.slow_after = std::chrono::hours(1);
  RunningDoor door(echo(), limits);
  RawClient first(door.address());
  RawClient second(door.address());
  for (RawClient* client : {&first, &second}) {
    client->send(kGet);
    client->answer();
  }

  RawClient third(door.address());
  third.send(kGet);

  const Answer answer = third.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.has("\r\nRetry-After: ")) << answer.head;
  EXPECT_EQ(third.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre("connections"));
  first.send(kGet);
  EXPECT_EQ(first.answer().status, 200);
}

TEST(Door, AConnectionThatEndsMakesRoom) {
  DoorLimits limits;
  limits.connections = 1;
  limits.slow_after = std::chrono::hours(1);
  RunningDoor door(echo(), limits);
  {
    RawClient first(door.address());
    first.send(kGet);
    first.answer();
  }
  while (door.connections() != 0) std::this_thread::yield();

  RawClient second(door.address());
  second.send(kGet);

  EXPECT_EQ(second.answer().status, 200);
}

TEST(Door, BodiesTogetherAreBounded) {
  DoorLimits limits;
  limits.bodies_bytes = 1000;
  RunningDoor door(echo(), limits);
  RawClient client(door.address());

  client.send(post(std::string(2000, 'x')));

  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.has("\r\nRetry-After: ")) << answer.head;
  for (int i = 0; i < 5; ++i) {
    RawClient next(door.address());
    next.send(post(std::string(900, 'x')));
    EXPECT_EQ(next.answer().status, 200) << "a body that has gone still counts";
  }
}

TEST(Door, AThrowingHandlerBecomes500WithoutAWordOfWhy) {
  std::ostringstream lines;
  log::set_up(log::Format::text, log::Level::debug, lines);
  const Handler handler = [](ServerRequest request) -> asio::awaitable<ServerResponse> {
    throw std::runtime_error("cannot read " + request.body);
    co_return ServerResponse{};
  };
  RunningDoor door(handler);
  RawClient client(door.address());

  client.send(post("anna@example.org"));

  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, R"({"error":"internal error"})");
  EXPECT_EQ(client.rest(), "");
  log::set_up(log::Format::text, log::Level::error);
  EXPECT_THAT(lines.str(), HasSubstr("request handler failed door=127.0.0.1:"));
  EXPECT_THAT(lines.str(), HasSubstr("error=std::runtime_error"));
  EXPECT_THAT(lines.str(), Not(HasSubstr("anna")));
}

TEST(PercentDecode, DecodesWhatIsWellFormed) {
  struct Case {
    const char* text;
    std::optional<std::string> decoded;
  };
  const std::vector<Case> cases = {{"", ""},
                                   {"abc", "abc"},
                                   {"a%20b", "a b"},
                                   {"%2f%2F", "//"},
                                   {"a+b", "a+b"},
                                   {"%C3%BC", "\xC3\xBC"},
                                   {"%25", "%"},
                                   {"%", std::nullopt},
                                   {"%2", std::nullopt},
                                   {"%zz", std::nullopt},
                                   {"a%00b", std::nullopt}};
  for (const Case& test : cases) EXPECT_EQ(percent_decode(test.text), test.decoded) << test.text;
}

}  // namespace
}  // namespace counterpart::http
