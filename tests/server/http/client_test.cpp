#include "server/http/client/client.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <string>
#include <sys/resource.h>
#include <vector>

#include "client_fixture.h"
#include "server/http/client/request_text.h"
#include "server/http/client/url.h"
#include "support.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using testing::Certificate;
using testing::ClientTest;
using testing::echo;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ok;
using testing::Outcome;
using testing::RawServer;
using testing::RecordedPoints;
using ::testing::StartsWith;
using Kind = Outcome::Kind;
using Then = RawServer::Then;

TEST_F(ClientTest, TalksWithARealDoor) {
  Door door(io_, "127.0.0.1:0", {}, echo());
  asio::co_spawn(io_, door.run(), asio::detached);
  auto client = make();
  HttpRequest request = post("http://" + door.address() + "/a%20b?c=d", "hello");
  request.headers = {{"X-Kind", "odd"}, {"Host", "evil"}, {"Content-Length", "1"}};

  const auto outcome = call(*client, request);

  ASSERT_EQ(outcome->kind, Kind::answered) << *outcome;
  EXPECT_EQ(outcome->response.status, 200);
  EXPECT_EQ(outcome->response.body, "POST /a%20b?c=d|hello");
  EXPECT_EQ(*find_header(outcome->response.headers, "x-x-kind"), "odd");
  EXPECT_EQ(*find_header(outcome->response.headers, "X-Host"), door.address());
  EXPECT_EQ(*find_header(outcome->response.headers, "X-User-Agent"), "counterpart");
  EXPECT_EQ(*find_header(outcome->response.headers, "X-Content-Length"), "5");
}

TEST_F(ClientTest, UsesAConnectionAgain) {
  RawServer server(io_, {{ok("a")}, {ok("b")}, {ok("c")}});
  auto client = make();

  for (const std::string body : {"a", "b", "c"}) EXPECT_EQ(call(*client, post(server.url()))->response.body, body);

  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(ClientTest, KeepsAPoolForEachOrigin) {
  RawServer one(io_, {{ok("a")}, {ok("b")}});
  RawServer other(io_, {{ok("c")}});
  auto client = make();

  call(*client, get(one.url()));
  EXPECT_EQ(call(*client, get(other.url()))->response.body, "c");
  EXPECT_EQ(call(*client, get(one.url()))->response.body, "b");

  EXPECT_EQ(one.accepted(), 1);
}

TEST_F(ClientTest, OpensNoMoreConnectionsThanAllowedAndServesInOrder) {
  std::deque<RawServer::Reply> replies;
  for (int i = 0; i < 6; ++i) replies.push_back({"", Then::hang});
  RawServer server(io_, replies);
  ClientSettings settings;
  settings.connections = 2;
  auto client = make(settings);
  std::vector<std::shared_ptr<Outcome>> outcomes;

  for (int i = 0; i < 6; ++i) outcomes.push_back(start(*client, get(server.url("/" + std::to_string(i)))));
  for (std::size_t i = 0; i < 6; ++i) {
    run_until_requests(server, std::min<std::size_t>(i + 2, 6));
    server.release(ok("x"));
  }
  testing::run_until_ended(io_, outcomes);

  EXPECT_EQ(server.open_most(), 2);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(outcomes[i]->kind, Kind::answered) << *outcomes[i];
    EXPECT_THAT(server.requests()[i], StartsWith("GET /" + std::to_string(i) + ' '));
  }
}

TEST_F(ClientTest, WaitingForAConnectionEndsWithTheRequestsTime) {
  RawServer server(io_, {});
  ClientSettings settings;
  settings.connections = 1;
  auto client = make(settings);
  const auto first = start(*client, get(server.url()));
  run_until_requests(server, 1);

  HttpRequest impatient = post(server.url());
  impatient.timeout = milliseconds(20);
  const auto outcome = call(*client, impatient);

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_EQ(outcome->cause, HttpError::Cause::ours);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ClientTest, AnAnswerThatIsTooLargeForUsSaysNothingOfTheSystem) {
  RawServer server(io_, {{ok(std::string(1001, 'x'))}});
  ClientSettings settings;
  settings.response_bytes = 1000;
  auto client = make(settings);

  const auto outcome = call(*client, post(server.url()));

  EXPECT_EQ(outcome->cause, HttpError::Cause::ours) << *outcome;
  EXPECT_TRUE(outcome->maybe_sent);
}

TEST_F(ClientTest, RunningOutOfDescriptorsSaysNothingOfTheSystem) {
  RawServer server(io_, {});
  auto client = make();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);

  const auto outcome = call(*client, post(server.url()));

  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(outcome->cause, HttpError::Cause::ours) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
}

TEST_F(ClientTest, WhoIsCancelledWhileWaitingLeavesTheQueue) {
  RawServer server(io_, {{"", Then::hang}, {ok("b")}});
  ClientSettings settings;
  settings.connections = 1;
  auto client = make(settings);
  const auto first = start(*client, get(server.url("/first")));
  const auto second = start(*client, get(server.url("/second")));
  const auto third = start(*client, get(server.url("/third")));
  run_until_requests(server, 1);

  second->cancel.emit(asio::cancellation_type::terminal);
  server.release(ok("a"));
  testing::run_until_ended(io_, {first, second, third});

  EXPECT_EQ(first->response.body, "a");
  EXPECT_EQ(second->kind, Kind::cancelled) << *second;
  EXPECT_EQ(third->response.body, "b");
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("GET /first"), StartsWith("GET /third")));
}

TEST_F(ClientTest, WhoIsCancelledInsideAnExchangeFreesItsPlace) {
  RawServer server(io_, {{"", Then::hang}, {ok("b")}});
  ClientSettings settings;
  settings.connections = 1;
  auto client = make(settings);
  const auto first = start(*client, get(server.url()));
  run_until_requests(server, 1);

  first->cancel.emit(asio::cancellation_type::terminal);
  testing::run_until_ended(io_, {first});

  EXPECT_EQ(first->kind, Kind::cancelled) << *first;
  EXPECT_EQ(call(*client, get(server.url()))->response.body, "b");
  EXPECT_EQ(server.accepted(), 2) << "the cancelled one's connection must not be used again";
}

TEST_F(ClientTest, ARefusedConnectionWasSurelyNotSent) {
  asio::ip::tcp::acceptor taken(io_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const std::string url = "http://127.0.0.1:" + std::to_string(taken.local_endpoint().port()) + "/";
  taken.close();
  auto client = make();

  const auto outcome = call(*client, post(url));

  EXPECT_EQ(outcome->kind, Kind::no_answer);
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_THAT(outcome->error, HasSubstr("cannot connect to http://127.0.0.1:"));
  EXPECT_THAT(observed_, ElementsAre(0));
}

TEST_F(ClientTest, ANameThatDoesNotResolveWasSurelyNotSent) {
  auto client = make();

  const auto outcome = call(*client, post("http://no-such-host.invalid/"));

  EXPECT_EQ(outcome->kind, Kind::no_answer);
  EXPECT_FALSE(outcome->maybe_sent);
}

TEST_F(ClientTest, WhoNeverAnswersMayHaveBeenReached) {
  RawServer server(io_, {});
  auto client = make();
  HttpRequest request = post(server.url());
  request.timeout = milliseconds(50);

  const auto outcome = call(*client, request);

  EXPECT_EQ(outcome->kind, Kind::no_answer);
  EXPECT_TRUE(outcome->maybe_sent);
  EXPECT_THAT(outcome->error, HasSubstr("did not answer within 50 ms"));
  EXPECT_THAT(observed_, ElementsAre(0));
}

/// What a broken system may say, and what must be made of it.
struct Misbehaviour {
  const char* name;
  RawServer::Reply reply;
};

void PrintTo(const Misbehaviour& misbehaviour, std::ostream* out) {
  *out << misbehaviour.name;
}

class Misbehaving : public ClientTest, public ::testing::WithParamInterface<Misbehaviour> {};

TEST_P(Misbehaving, IsNoAnswerAndTheConnectionIsNotUsedAgain) {
  RawServer server(io_, {GetParam().reply, {ok("sound")}});
  ClientSettings settings;
  settings.response_bytes = 1000;
  auto client = make(settings);

  const auto outcome = call(*client, post(server.url("/?token=secret"), "anna@example.org"));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_TRUE(outcome->maybe_sent);
  EXPECT_THAT(outcome->error, Not(HasSubstr("secret")));
  EXPECT_THAT(outcome->error, Not(HasSubstr("anna")));
  EXPECT_EQ(call(*client, post(server.url()))->response.body, "sound");
  EXPECT_EQ(server.accepted(), 2);
}

INSTANTIATE_TEST_SUITE_P(
    Client, Misbehaving,
    ::testing::Values(
        Misbehaviour{"closes_at_once", {"", Then::close}}, Misbehaviour{"garbage", {"anna anna anna\r\n\r\n"}},
        Misbehaviour{"half_a_head", {"HTTP/1.1 200 OK\r\nContent-", Then::close}},
        Misbehaviour{"half_a_body", {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nanna", Then::close}},
        Misbehaviour{"half_a_chunk", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nan", Then::close}},
        Misbehaviour{"no_last_chunk",
                     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nanna\r\n", Then::close}},
        Misbehaviour{"two_lengths",
                     {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}},
        Misbehaviour{"unknown_encoding", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nanna"}},
        Misbehaviour{"too_large", {ok(std::string(1001, 'x'))}},
        Misbehaviour{"too_large_chunked",
                     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
                      "\r\n0\r\n\r\n"}},
        Misbehaviour{"too_large_until_the_end", {"HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), Then::close}},
        Misbehaviour{"large_head", {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"}},
        Misbehaviour{"status_below_100", {"HTTP/1.1 024 No\r\n\r\nanna", Then::close}},
        Misbehaviour{"switching_protocols", {"HTTP/1.1 101 Switching Protocols\r\n\r\n"}}),
    [](const auto& test) { return std::string(test.param.name); });

/// Odd but sound answers.
struct Answered {
  const char* name;
  RawServer::Reply reply;
  int status;
  std::string body;
  bool used_again;
};

void PrintTo(const Answered& answered, std::ostream* out) {
  *out << answered.name;
}

class Answering : public ClientTest, public ::testing::WithParamInterface<Answered> {};

TEST_P(Answering, IsUnderstood) {
  RawServer server(io_, {GetParam().reply, {ok("next")}});
  auto client = make();

  const auto outcome = call(*client, get(server.url()));

  ASSERT_EQ(outcome->kind, Kind::answered) << *outcome;
  EXPECT_EQ(outcome->response.status, GetParam().status);
  EXPECT_EQ(outcome->response.body, GetParam().body);
  EXPECT_EQ(call(*client, post(server.url()))->response.body, "next");
  EXPECT_EQ(server.accepted(), GetParam().used_again ? 1 : 2);
}

INSTANTIATE_TEST_SUITE_P(
    Client, Answering,
    ::testing::Values(
        Answered{"chunked",
                 {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n"},
                 200,
                 "abc",
                 true},
        Answered{"until_the_end", {"HTTP/1.1 200 OK\r\n\r\nabc", Then::close}, 200, "abc", false},
        Answered{"http_10", {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc"}, 200, "abc", false},
        Answered{
            "closing", {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"}, 200, "abc", false},
        Answered{"no_content", {"HTTP/1.1 204 No Content\r\n\r\n"}, 204, "", true},
        Answered{"server_error", {"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"}, 500, "no", true},
        Answered{"redirect", {"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"}, 302, "", true},
        Answered{
            "after_an_interim_answer", {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("abc")}, 200, "abc", true},
        Answered{"bytes_unasked", {ok("abc") + "HTTP/1.1 200 OK\r\n"}, 200, "abc", false}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(ClientTest, AHeadRequestHasNoBodyToWaitFor) {
  RawServer server(io_, {{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"}, {ok("next")}});
  auto client = make();
  HttpRequest request = get(server.url());
  request.method = "HEAD";

  EXPECT_EQ(call(*client, request)->response.status, 200);

  EXPECT_EQ(call(*client, get(server.url()))->response.body, "next");
}

TEST_F(ClientTest, AnAnswerThatComesBeforeTheRequestIsReadCounts) {
  DoorLimits limits;
  limits.body_bytes = 10;
  Door door(io_, "127.0.0.1:0", limits, echo());
  asio::co_spawn(io_, door.run(), asio::detached);
  auto client = make();

  const auto outcome = call(*client, post("http://" + door.address() + "/", std::string(500'000, 'x')));

  EXPECT_EQ(outcome->response.status, 413) << *outcome;
}

TEST_F(ClientTest, PassesAFaultPointBeforeAndAfter) {
  RawServer server(io_, {{ok("a")}, {"", Then::close}});
  auto client = make();

  call(*client, get(server.url()));
  EXPECT_THAT(points_.reached, ElementsAre("call.crm.read.before", "call.crm.read.after"));

  points_.reached.clear();
  HttpRequest request = post(server.url());
  request.purpose = "update";
  call(*client, request);
  EXPECT_THAT(points_.reached, ElementsAre("call.crm.update.before"));
}

TEST_F(ClientTest, ObservesEachExchangeOnce) {
  RawServer server(io_, {{ok("a")}, {"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"}, {"", Then::close}});
  auto client = make();

  for (int i = 0; i < 3; ++i) call(*client, post(server.url()));

  EXPECT_THAT(observed_, ElementsAre(200, 404, 0));
}

TEST_F(ClientTest, WhatWouldSplitTheRequestIsNotSent) {
  RawServer server(io_, {});
  auto client = make();
  std::vector<HttpRequest> requests(5, get(server.url()));
  requests[0].headers = {{"X", "a\r\nY: b"}};
  requests[1].headers = {{"X: y\r\nZ", "b"}};
  requests[2].headers = {{"", "b"}};
  requests[3].method = "GET / HTTP/1.1\r\nX:";
  requests[4].url = server.url("/a b");

  for (const HttpRequest& request : requests) {
    const auto outcome = call(*client, request);
    EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
    EXPECT_FALSE(outcome->maybe_sent);
    EXPECT_EQ(outcome->cause, HttpError::Cause::ours);
  }

  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(ClientTest, TrustsTheCertificateItWasGiven) {
  const Certificate certificate;
  RawServer server(io_, {{ok("a")}, {ok("b")}, {ok("c")}}, &certificate);
  ClientSettings settings;
  settings.ca_file = certificate.certificate_file();
  auto client = make(settings);

  const auto by_name = call(*client, get(server.url("/", "localhost")));
  const auto by_address = call(*client, get(server.url("/", "127.0.0.1")));
  const auto again = call(*client, post(server.url("/", "localhost")));

  EXPECT_EQ(by_name->response.body, "a") << *by_name;
  EXPECT_EQ(by_address->response.body, "b") << *by_address;
  EXPECT_EQ(again->response.body, "c") << *again;
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(ClientTest, RefusesACertificateNobodyVouchesFor) {
  const Certificate certificate;
  RawServer server(io_, {{ok("a")}}, &certificate);
  auto client = make();

  const auto outcome = call(*client, post(server.url("/", "localhost")));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_THAT(outcome->error, HasSubstr("certificate refused: self"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ClientTest, RefusesACertificateForAnotherName) {
  const Certificate certificate("elsewhere.example");
  RawServer server(io_, {{ok("a")}}, &certificate);
  ClientSettings settings;
  settings.ca_file = certificate.certificate_file();
  auto client = make(settings);

  const auto outcome = call(*client, post(server.url("/", "localhost")));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ClientTest, RefusesTlsOlderThan12) {
  const Certificate certificate;
  RawServer server(io_, {{ok("a")}}, &certificate, TLS1_1_VERSION);
  ClientSettings settings;
  settings.ca_file = certificate.certificate_file();
  auto client = make(settings);

  const auto outcome = call(*client, get(server.url("/", "localhost")));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ClientTest, ATruncatedTlsAnswerIsNoAnswer) {
  const Certificate certificate;
  RawServer server(io_, {{"HTTP/1.1 200 OK\r\n\r\nhalf of", Then::close}}, &certificate);
  ClientSettings settings;
  settings.ca_file = certificate.certificate_file();
  auto client = make(settings);

  const auto outcome = call(*client, get(server.url("/", "localhost")));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
}

TEST_F(ClientTest, AServerThatSpeaksNoTlsIsNotSentAnything) {
  RawServer server(io_, {});
  auto client = make();

  HttpRequest request = get("https" + server.url().substr(4));
  request.timeout = milliseconds(50);
  const auto outcome = call(*client, request);

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
}

TEST_F(ClientTest, SaysWhichCertificateFileItCannotRead) {
  ClientSettings settings;
  settings.ca_file = "/no/such/file.pem";
  try {
    make(settings);
    ADD_FAILURE() << "made all the same";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("/no/such/file.pem"));
  }
}

TEST(Url, IsTakenApart) {
  struct Case {
    const char* text;
    Url url;
    const char* authority;
  };
  const std::vector<Case> cases = {
      {"http://a.example", {false, "a.example", 80, "/"}, "a.example"},
      {"https://A.Example/x", {true, "a.example", 443, "/x"}, "a.example"},
      {"HTTPS://a:8443/x/%20?y=z&w", {true, "a", 8443, "/x/%20?y=z&w"}, "a:8443"},
      {"http://a?x=y", {false, "a", 80, "/?x=y"}, "a"},
      {"https://a:443/", {true, "a", 443, "/"}, "a"},
      {"http://[::1]:8080/x", {false, "::1", 8080, "/x"}, "[::1]:8080"},
  };
  for (const Case& test : cases) {
    const auto url = parse_url(test.text);
    ASSERT_TRUE(url) << test.text;
    EXPECT_EQ(*url, test.url) << test.text;
    EXPECT_EQ(url->authority(), test.authority);
  }
}

TEST(Url, IsRefusedWhereItIsNotPlain) {
  for (const char* text : {"",
                           "a.example",
                           "ftp://a/",
                           "http:///x",
                           "http://",
                           "//a/",
                           "http://u@a/",
                           "http://u:p@a/",
                           "http://a:0/",
                           "http://a:65536/",
                           "http://a:/",
                           "http://a:x/",
                           "http://a/#b",
                           "http://a/b c",
                           "http://a/\xC3\xBC",
                           "http://a\\b/",
                           "http://a/b\\c",
                           "http://[::1/",
                           "http://[x]/",
                           "http://a b/",
                           "http://a/\r\nX: y",
                           "http://a%2eb/"}) {
    EXPECT_EQ(parse_url(text), std::nullopt) << text;
  }
}

TEST(FaultPoint, IsNamedByTheFirstWordOfThePurpose) {
  EXPECT_EQ(fault_point("crm", "crm: read contacts", "before"), "call.crm.read.before");
  EXPECT_EQ(fault_point("crm", "update", "after"), "call.crm.update.after");
  EXPECT_EQ(fault_point("erp", "log_in again", "after"), "call.erp.log_in.after");
  EXPECT_EQ(fault_point("erp", "", "after"), "call.erp.request.after");
}

}  // namespace
}  // namespace counterpart::http
