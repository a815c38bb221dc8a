#include <gmock/gmock.h>

#include "tests/server/config/world.h"
#include "tests/server/http/certificate.h"

namespace counterpart {
namespace {

using http::testing::Certificate;
using testing::ElementsAre;
using testing::HasSubstr;

/// `listen` begins in line 1, column 1; what a daemon needs besides follows.
std::string with_listen(const std::string& listen) {
  return "listen: " + listen + "\nsystems: {}\nsyncs: {}\n";
}

std::string tls(const std::string& certificate, const std::string& key, const std::string& rest = "") {
  return with_listen("{ tls: { certificate: " + certificate + ", key: " + key + rest + " } }");
}

TEST(Listening, IsPlainUnlessACertificateIsNamed) {
  EXPECT_FALSE(test::read(with_listen("{}")).configuration.listen.tls.has_value());
}

TEST(Listening, OverTlsIsForTheHooksUnlessOtherDoorsAreNamed) {
  const Certificate certificate;
  const std::string good = certificate.certificate_file();

  const test::Reading plain = test::read(tls(good, certificate.key_file()));
  const test::Reading chosen = test::read(tls(good, certificate.key_file(), ", doors: [api, metrics]"));

  EXPECT_EQ(plain.mistakes, "");
  EXPECT_EQ(plain.configuration.listen.tls->certificate, good);
  EXPECT_EQ(plain.configuration.listen.tls->key, certificate.key_file());
  EXPECT_THAT(plain.configuration.listen.tls->doors, ElementsAre(DoorName::hooks));
  EXPECT_THAT(chosen.configuration.listen.tls->doors, ElementsAre(DoorName::api, DoorName::metrics));
}

TEST(Listening, FilesStartAtTheConfigurationsFolder) {
  const test::Folder folder;
  const Certificate certificate;
  std::filesystem::copy(certificate.certificate_file(), folder.path() / "chain.pem");
  std::filesystem::copy(certificate.key_file(), folder.path() / "key.pem");

  const test::Reading reading = test::read_in(folder, tls("chain.pem", "key.pem"));

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_EQ(reading.configuration.listen.tls->key, folder.path() / "key.pem");
}

TEST(Listening, ACertificateOrKeyThatCannotBeUsedIsTold) {
  const Certificate certificate;
  const Certificate other;
  const std::string good = certificate.certificate_file();

  EXPECT_EQ(test::read(tls("/no/such.pem", certificate.key_file())).mistakes,
            "c.yaml:1:31: /no/such.pem cannot be read; name a PEM file that exists and that counterpart's user may "
            "read\n");
  EXPECT_EQ(test::read(with_listen("{ tls: { key: " + other.key_file() + ", certificate: " + good + " } }")).mistakes,
            "c.yaml:1:23: " + other.key_file() + " is not the key of the certificate in " + good +
                "; name the key that the certificate was made for\n");
  EXPECT_THAT(test::read(with_listen("{ tls: { certificate: a.pem } }")).mistakes, HasSubstr("'key'"));
  EXPECT_THAT(test::read(tls(good, certificate.key_file(), ", doors: []")).mistakes, HasSubstr("at least one item"));
  EXPECT_EQ(test::read(tls(good, certificate.key_file(), ", doors: [hook]")).mistakes.substr(0, 9), "c.yaml:1:");
}

/// Nothing written lets everybody in; an empty list may have been meant to let in nobody.
TEST(Listening, AnEmptyListOfNetworksIsTold) {
  EXPECT_THAT(test::read(with_listen("{ allow: [] }")).mistakes, HasSubstr("c.yaml:1:18: expected at least one item"));
}

}  // namespace
}  // namespace counterpart
