// A proxy on the way to a system: what it sees, what it may do, and what is its own fault.

#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <stdlib.h>
#include <string>
#include <vector>

#include "client_fixture.h"
#include "server/http/client/proxy.h"

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using testing::Certificate;
using testing::ClientTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ok;
using testing::Outcome;
using testing::RawServer;
using ::testing::StartsWith;
using testing::TunnelProxy;
using Kind = Outcome::Kind;
using Then = RawServer::Then;

constexpr const char* kCredentials = "Proxy-Authorization: Basic aHViOmh1bnRlcjI=\r\n";  // hub:hunter2

/// A name that only a proxy can resolve.
constexpr const char* kName = "crm.invalid";

class ProxiedClient : public ClientTest {
 protected:
  static std::string with_user(const std::string& url) { return "http://hub:hunter2@" + url.substr(7); }

  static ClientSettings through(const std::string& proxy) {
    ClientSettings settings;
    settings.proxy = parse_proxy(proxy);
    return settings;
  }

  ClientSettings trusting(const Certificate& certificate, const std::string& proxy) {
    ClientSettings settings = through(proxy);
    settings.ca_file = certificate.certificate_file();
    return settings;
  }
};

TEST_F(ProxiedClient, HttpsGoesThroughATunnelThatIsUsedAgain) {
  const Certificate certificate(kName);
  RawServer system(io_, {{ok("a")}, {ok("b")}}, &certificate);
  TunnelProxy proxy(io_);
  auto client = make(trusting(certificate, with_user(proxy.url())));
  HttpRequest request = get(system.url("/contacts?token=secret", kName));
  request.headers = {{"Authorization", "Bearer t"}};

  const auto first = call(*client, request);
  const auto second = call(*client, post(system.url("/contacts", kName)));

  EXPECT_EQ(first->response.body, "a") << *first;
  EXPECT_EQ(second->response.body, "b") << *second;
  const std::string target = std::string(kName) + ':' + std::to_string(system.port());
  EXPECT_THAT(proxy.requests(), ElementsAre("CONNECT " + target + " HTTP/1.1\r\nHost: " + target +
                                            "\r\nUser-Agent: counterpart\r\n" + kCredentials + "\r\n"));
  EXPECT_THAT(system.requests().at(0), StartsWith("GET /contacts?token=secret HTTP/1.1\r\n"));
  EXPECT_THAT(system.requests().at(0), Not(HasSubstr("Proxy-")));
}

TEST_F(ProxiedClient, TheSystemsNameIsVerifiedBehindTheTunnel) {
  const Certificate certificate("elsewhere.invalid");
  RawServer system(io_, {{ok("a")}}, &certificate);
  TunnelProxy proxy(io_);
  auto client = make(trusting(certificate, proxy.url()));

  const auto outcome = call(*client, post(system.url("/", kName)));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_THAT(outcome->error, HasSubstr("certificate refused"));
  EXPECT_TRUE(system.requests().empty());
}

TEST_F(ProxiedClient, HttpIsAskedForInAbsoluteFormOverKeptConnections) {
  RawServer proxy(io_, {{ok("a")}, {ok("b")}, {ok("c")}});
  auto client = make(through(with_user(proxy.url(""))));
  HttpRequest request = get("http://crm.invalid:8080/x?y=z");
  request.headers = {{"proxy-authorization", "Basic other"}};

  EXPECT_EQ(call(*client, request)->response.body, "a");
  EXPECT_EQ(call(*client, post("http://crm.invalid:8080/x"))->response.body, "b");
  EXPECT_EQ(proxy.accepted(), 1);
  EXPECT_EQ(call(*client, get("http://other.invalid"))->response.body, "c");

  EXPECT_EQ(proxy.accepted(), 2) << "each origin has connections of its own";
  EXPECT_THAT(proxy.requests(),
              ElementsAre(StartsWith("GET http://crm.invalid:8080/x?y=z HTTP/1.1\r\n"
                                     "Host: crm.invalid:8080\r\n" +
                                     std::string(kCredentials)),
                          StartsWith("POST http://crm.invalid:8080/x HTTP/1.1\r\n"),
                          StartsWith("GET http://other.invalid/ HTTP/1.1\r\nHost: other.invalid\r\n")));
  EXPECT_THAT(proxy.requests().at(0), Not(HasSubstr("Basic other")));
}

TEST_F(ProxiedClient, TheEnvironmentNamesNoProxy) {
  RawServer system(io_, {{ok("a")}});
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  auto client = make();

  const auto outcome = call(*client, get(system.url()));

  ::unsetenv("http_proxy");
  EXPECT_EQ(outcome->response.body, "a") << *outcome;
}

/// What a proxy may say to CONNECT instead of opening a tunnel.
struct Refusal {
  const char* name;
  RawServer::Reply reply;
  const char* told;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

class RefusedTunnel : public ProxiedClient, public ::testing::WithParamInterface<Refusal> {};

TEST_P(RefusedTunnel, IsTheProxysFaultAndNoAnswerOfTheSystem) {
  RawServer proxy(io_, {GetParam().reply});
  auto client = make(through(with_user(proxy.url(""))));

  const auto outcome = call(*client, post("https://crm.invalid/?token=secret", "anna@example.org"));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_EQ(outcome->cause, HttpError::Cause::system) << "the way to the system is closed";
  EXPECT_THAT(outcome->error, StartsWith("no tunnel to https://crm.invalid:443: the proxy " + proxy.url("") + ' '));
  EXPECT_THAT(outcome->error, HasSubstr(GetParam().told));
  for (const char* secret : {"hunter2", "aHVi", "secret", "anna", "Oops"}) {
    EXPECT_THAT(outcome->error, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(proxy.requests(), ElementsAre(Not(HasSubstr("anna")))) << "the system's request was shown to the proxy";
  EXPECT_THAT(observed_, ElementsAre(0));
}

INSTANTIATE_TEST_SUITE_P(
    Client, RefusedTunnel,
    ::testing::Values(
        Refusal{"wants_a_password",
                {"HTTP/1.1 407 Oops\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 5000\r\n\r\nOops"},
                "answered 407: it wants a user and password"},
        Refusal{
            "forbidden", {"HTTP/1.1 403 Oops\r\nContent-Length: 4\r\n\r\nOops"}, "answered 403: it does not let us"},
        Refusal{"unreachable", {"HTTP/1.1 502 Oops\r\n\r\n", Then::close}, "answered 502: it cannot reach the system"},
        Refusal{"redirect", {"HTTP/1.1 302 Oops\r\nLocation: https://evil.invalid/\r\n\r\n"}, "answered 302"},
        Refusal{"closes", {"", Then::close}, "closed the connection without an answer"},
        Refusal{"closes_halfway", {"HTTP/1.1 200 OK\r\nX: ", Then::close}, "closed the connection without an answer"},
        Refusal{"garbage", {"Oops Oops\r\n\r\n"}, "does not answer as a proxy does"},
        Refusal{"huge_headers",
                {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"},
                "does not answer as a proxy does"},
        Refusal{"many_interim_answers",
                {[] {
                  std::string all;
                  for (int i = 0; i < 100; ++i) all += "HTTP/1.1 103 Early\r\n\r\n";
                  return all;
                }()},
                "does not answer as a proxy does"},
        Refusal{"speaks_for_the_system", {"HTTP/1.1 200 OK\r\n\r\n\x16\x03\x03"}, "sends what nobody asked for"}),
    [](const auto& test) { return std::string(test.param.name); });

/// Odd but sound ways of saying yes.
TEST_F(ProxiedClient, ATunnelIsOpenAfterAny2xx) {
  const Certificate certificate(kName);
  for (const char* answer :
       {"HTTP/1.0 200 Connection established\r\n\r\n", "HTTP/1.1 204 No\r\nX: y\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 100 Wait\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
    RawServer system(io_, {{ok("a")}}, &certificate);
    TunnelProxy proxy(io_, answer);
    auto client = make(trusting(certificate, proxy.url()));

    const auto outcome = call(*client, get(system.url("/", kName)));

    EXPECT_EQ(outcome->response.body, "a") << *outcome << answer;
  }
}

TEST_F(ProxiedClient, AProxyThatIsSilentIsNamedWhenTheTimeToConnectIsUp) {
  RawServer proxy(io_, {});
  ClientSettings settings = through(proxy.url(""));
  settings.connect_timeout = milliseconds(50);
  auto client = make(settings);

  const auto outcome = call(*client, post("https://crm.invalid/"));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_THAT(outcome->error, HasSubstr("the proxy " + proxy.url("") + " did not answer in time"));
  EXPECT_THAT(proxy.requests(), ElementsAre(StartsWith("CONNECT crm.invalid:443 ")));
}

TEST_F(ProxiedClient, ASystemThatIsSilentBehindTheTunnelIsNamedItself) {
  TunnelProxy proxy(io_);
  asio::ip::tcp::acceptor silent(io_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  ClientSettings settings = through(proxy.url());
  settings.connect_timeout = milliseconds(100);
  auto client = make(settings);

  const auto outcome =
      call(*client, post("https://crm.invalid:" + std::to_string(silent.local_endpoint().port()) + "/"));

  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_THAT(outcome->error, StartsWith("cannot connect to https://crm.invalid:"));
  EXPECT_THAT(outcome->error, HasSubstr("the TLS handshake took too long"));
}

TEST_F(ProxiedClient, WhoDoesNotAnswerAnHttpRequestMayBeTheProxy) {
  RawServer proxy(io_, {});
  auto client = make(through(proxy.url("")));
  HttpRequest request = post("http://crm.invalid/");
  request.timeout = milliseconds(50);

  const auto outcome = call(*client, request);

  EXPECT_TRUE(outcome->maybe_sent) << *outcome;
  EXPECT_EQ(outcome->error,
            "crm (http://crm.invalid:80 through the proxy " + proxy.url("") + "): did not answer within 50 ms");
}

TEST_F(ProxiedClient, AProxyThatCannotBeReachedIsNamed) {
  asio::ip::tcp::acceptor taken(io_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const std::string url = "http://127.0.0.1:" + std::to_string(taken.local_endpoint().port());
  taken.close();
  auto client = make(through(with_user(url)));

  for (const char* scheme : {"http", "https"}) {
    const auto outcome = call(*client, post(std::string(scheme) + "://crm.invalid:9/"));

    EXPECT_FALSE(outcome->maybe_sent) << *outcome;
    EXPECT_EQ(outcome->error, "cannot connect to the proxy " + url + " on the way to " + scheme +
                                  "://crm.invalid:9: Connection refused");
  }
}

TEST_F(ProxiedClient, WhoIsCancelledWhileATunnelIsOpenedIsCancelled) {
  RawServer proxy(io_, {});
  auto client = make(through(proxy.url("")));
  const auto outcome = start(*client, get("https://crm.invalid/"));
  run_until_requests(proxy, 1);

  outcome->cancel.emit(asio::cancellation_type::terminal);
  testing::run_until_ended(io_, {outcome});

  EXPECT_EQ(outcome->kind, Kind::cancelled) << *outcome;
}

/// Answers to requests in absolute form, of which some are the proxy's own.
TEST_F(ProxiedClient, WhatAProxySaysInItsOwnNameIsNoAnswerOfTheSystem) {
  struct Case {
    const char* answer;
    const char* told;  ///< nullptr: the system's answer
    bool maybe_sent;
  };
  const std::vector<Case> cases = {
      {"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", "answered 407: it wants a user and password", false},
      {"HTTP/1.1 403 No\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\nContent-Length: 0\r\n\r\n",
       "answered 403: it does not let us", false},
      {"HTTP/1.1 503 No\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\nContent-Length: 0\r\n\r\n",
       "answered 503: it cannot reach the system", true},
      {"HTTP/1.1 502 No\r\nProxy-Status: p; error=connection_refused\r\nContent-Length: 0\r\n\r\n",
       "answered 502: it cannot reach the system", true},
      {"HTTP/1.1 200 OK\r\nProxy-Status: p; next-hop=crm\r\nContent-Length: 0\r\n\r\n", nullptr, false},
      {"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", nullptr, false},
  };
  for (const Case& test : cases) {
    RawServer proxy(io_, {{test.answer}});
    auto client = make(through(proxy.url("")));

    const auto outcome = call(*client, post("http://crm.invalid/"));

    EXPECT_EQ(outcome->kind, test.told == nullptr ? Kind::answered : Kind::no_answer) << test.answer;
    if (test.told == nullptr) continue;
    EXPECT_EQ(outcome->maybe_sent, test.maybe_sent) << *outcome;
    EXPECT_THAT(outcome->error, StartsWith("not passed on to http://crm.invalid:80: the proxy "));
    EXPECT_THAT(outcome->error, HasSubstr(test.told));
  }
}

/// Inside a tunnel nobody but the system can answer.
TEST_F(ProxiedClient, A407OutOfATunnelIsTheSystemsOwn) {
  const Certificate certificate(kName);
  RawServer system(io_, {{"HTTP/1.1 407 Odd\r\nContent-Length: 0\r\n\r\n"}}, &certificate);
  TunnelProxy proxy(io_);
  auto client = make(trusting(certificate, proxy.url()));

  EXPECT_EQ(call(*client, get(system.url("/", kName)))->response.status, 407);
}

TEST(ParseProxy, TakesHttpUrlsAndNothingElse) {
  struct Case {
    const char* text;
    const char* origin;  ///< "": refused
    const char* authorization;
  };
  const std::vector<Case> cases = {
      {"http://proxy.example:3128", "http://proxy.example:3128", ""},
      {"http://proxy.example:3128/", "http://proxy.example:3128", ""},
      {"http://Proxy.Example", "http://proxy.example:80", ""},
      {"http://[::1]:3128", "http://::1:3128", ""},
      {"http://hub:hunter2@p:1", "http://p:1", "Basic aHViOmh1bnRlcjI="},
      {"http://hub@p:1", "http://p:1", "Basic aHViOg=="},
      {"http://hub:a%3Ab%40c@p:1", "http://p:1", "Basic aHViOmE6YkBj"},
      {"http://hub:a@b@p:1", "http://p:1", "Basic aHViOmFAYg=="},
      {"", "", ""},
      {"proxy.example:3128", "", ""},
      {"https://proxy.example:3128", "", ""},
      {"socks5://proxy.example:1080", "", ""},
      {"http://", "", ""},
      {"http://proxy.example:3128/path", "", ""},
      {"http://proxy.example:3128/?q", "", ""},
      {"http://:hunter2@p:1", "", ""},
      {"http://a%3Ab:c@p:1", "", ""},
      {"http://hub:%0d%0aX@p:1", "", ""},
      {"http://hub:%zz@p:1", "", ""},
      {"http://hub:a/b@p:1", "", ""},
  };
  for (const Case& test : cases) {
    const auto proxy = parse_proxy(test.text);
    EXPECT_EQ(proxy ? proxy->url.origin() : "", test.origin) << test.text;
    EXPECT_EQ(proxy ? proxy->authorization.reveal() : "", test.authorization) << test.text;
  }
}

}  // namespace
}  // namespace counterpart::http
