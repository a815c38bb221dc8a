// Mutual TLS: the certificate by which a system knows us.

#include <filesystem>
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <string>

#include "client_fixture.h"
#include "server/http/tls/tls_files.h"

namespace counterpart::http {
namespace {

using testing::Certificate;
using testing::ClientTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ok;
using testing::Outcome;
using testing::RawServer;
using testing::TunnelProxy;
using Kind = Outcome::Kind;

class MutualTls : public ClientTest, public ::testing::WithParamInterface<int> {
 protected:
  ClientSettings showing(const Certificate& ours) const {
    ClientSettings settings = showing_none();
    settings.client_certificate = ours.certificate_file();
    settings.client_key = ours.key_file();
    return settings;
  }

  ClientSettings showing_none() const {
    ClientSettings settings;
    settings.ca_file = theirs_.certificate_file();
    settings.tls_files_looked_at = std::chrono::milliseconds(0);
    return settings;
  }

  Certificate theirs_;
  Certificate ours_{"hub.example"};
};

TEST_P(MutualTls, TheSystemIsShownTheCertificateItDemands) {
  RawServer system(io_, {{ok("a")}, {ok("b")}}, &theirs_, GetParam());
  system.demand_certificate(ours_.certificate_file());
  auto client = make(showing(ours_));

  EXPECT_EQ(call(*client, post(system.url()))->response.body, "a");
  EXPECT_EQ(call(*client, get(system.url()))->response.body, "b");

  EXPECT_THAT(system.client_names(), ::testing::Each("hub.example"));
}

/// In TLS 1.3 the request is on its way before the system has judged the certificate; it does not look at it.
TEST_P(MutualTls, AnotherCertificateIsRefusedAndNothingWasSent) {
  const Certificate other("other.example");
  RawServer system(io_, {{ok("a")}}, &theirs_, GetParam());
  system.demand_certificate(ours_.certificate_file());
  auto client = make(showing(other));

  const auto outcome = call(*client, post(system.url()));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_EQ(outcome->cause, HttpError::Cause::system);
  EXPECT_THAT(outcome->error, HasSubstr("it refuses our client certificate"));
  EXPECT_TRUE(system.requests().empty());
}

TEST_P(MutualTls, WithoutACertificateItSaysThatOneIsWanted) {
  RawServer system(io_, {{ok("a")}}, &theirs_, GetParam());
  system.demand_certificate(ours_.certificate_file());
  auto client = make(showing_none());

  const auto outcome = call(*client, post(system.url()));

  EXPECT_EQ(outcome->kind, Kind::no_answer) << *outcome;
  EXPECT_FALSE(outcome->maybe_sent);
  EXPECT_THAT(outcome->error, HasSubstr("want"));
  EXPECT_THAT(outcome->error, HasSubstr("'client_certificate'"));
  EXPECT_TRUE(system.requests().empty());
}

INSTANTIATE_TEST_SUITE_P(Client, MutualTls, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& test) { return test.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

TEST_F(MutualTls, AlsoThroughATunnel) {
  RawServer system(io_, {{ok("a")}}, &theirs_);
  system.demand_certificate(ours_.certificate_file());
  TunnelProxy proxy(io_);
  ClientSettings settings = showing(ours_);
  settings.proxy = parse_proxy(proxy.url());
  auto client = make(settings);

  EXPECT_EQ(call(*client, get(system.url("/", "localhost")))->response.body, "a");
  EXPECT_THAT(system.client_names(), ElementsAre("hub.example"));
}

TEST_F(MutualTls, ARenewedCertificateIsShownFromTheNextConnectionOn) {
  const Certificate renewed("renewed.example");
  RawServer system(io_, {{ok("a"), RawServer::Then::close}, {ok("b")}}, &theirs_);
  system.demand_certificate(ours_.certificate_file());
  system.demand_certificate(renewed.certificate_file());
  auto client = make(showing(ours_));
  EXPECT_EQ(call(*client, get(system.url()))->response.body, "a");

  std::filesystem::rename(renewed.key_file(), ours_.key_file());
  std::filesystem::rename(renewed.certificate_file(), ours_.certificate_file());

  EXPECT_EQ(call(*client, get(system.url()))->response.body, "b");
  EXPECT_THAT(system.client_names(), ElementsAre("hub.example", "renewed.example"));
}

TEST_F(MutualTls, AKeyOfAnotherCertificateIsToldAtOnce) {
  const Certificate other("other.example");
  ClientSettings settings = showing(ours_);
  settings.client_key = other.key_file();

  try {
    make(settings);
    ADD_FAILURE() << "made all the same";
  } catch (const TlsError& error) {
    EXPECT_EQ(error.file(), other.key_file());
    EXPECT_THAT(error.why(), HasSubstr("is not the key of the certificate"));
  }
}

}  // namespace
}  // namespace counterpart::http
