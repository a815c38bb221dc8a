#include <fstream>
#include <gmock/gmock.h>

#include "tests/server/config/world.h"
#include "tests/server/http/certificate.h"

namespace counterpart {
namespace {

using http::testing::Certificate;
using testing::HasSubstr;
using testing::Not;

/// The system's keys begin in line 2, column 28.
std::string with_system(const std::string& keys) {
  return "systems:\n  crm: { connector: plain, " + keys + " }\nsyncs: {}\n";
}

std::string pair_of(const std::string& certificate, const std::string& key) {
  return with_system("client_certificate: " + certificate + ", client_key: " + key);
}

TEST(OutgoingProxy, IsNoneUnlessItIsWritten) {
  const test::Variable environment("http_proxy", "http://127.0.0.1:1");

  EXPECT_FALSE(test::read(with_system("settle: 0ms")).configuration.systems.at(0).proxy.has_value());
}

TEST(OutgoingProxy, MayHaveAUserAndAPasswordFromAFile) {
  const test::Folder folder;
  folder.write_secret("password", "p%40ss\n");

  const test::Reading reading =
      test::read_in(folder, with_system("proxy: 'http://hub:${file:password}@proxy.example:3128'"));

  EXPECT_EQ(reading.mistakes, "");
  const http::Proxy& proxy = reading.configuration.systems.at(0).proxy.value();
  EXPECT_EQ(proxy.url.host, "proxy.example");
  EXPECT_EQ(proxy.url.port, 3128);
  EXPECT_EQ(proxy.authorization.reveal(), "Basic aHViOnBAc3M=");  // hub:p@ss
}

TEST(OutgoingProxy, ThatIsNoneIsToldWithoutItsPassword) {
  for (const char* written : {"''", "proxy.example:3128", "https://hub:hunter2@proxy.example", "socks5://a:1",
                              "http://hub:hunter2@proxy.example/x", "http://hub:hunter2%@proxy.example:1"}) {
    EXPECT_EQ(test::read(with_system(std::string("proxy: ") + written)).mistakes,
              "c.yaml:2:35: 'proxy' is no address of an HTTP proxy; write http://host:port or "
              "http://user:password@host:port, what is special in user and password percent-encoded (%40 for @)\n")
        << written;
  }
}

TEST(ClientCertificate, StartsAtTheConfigurationsFolder) {
  const test::Folder folder;
  const Certificate certificate;
  std::filesystem::copy(certificate.certificate_file(), folder.path() / "hub.pem");
  std::filesystem::copy(certificate.key_file(), folder.path() / "hub.key");

  const test::Reading reading = test::read_in(folder, pair_of("hub.pem", "hub.key"));

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_EQ(reading.configuration.systems.at(0).client_certificate, folder.path() / "hub.pem");
  EXPECT_EQ(reading.configuration.systems.at(0).client_key, folder.path() / "hub.key");
}

TEST(ClientCertificate, IsNothingWithoutItsKeyNorTheKeyWithoutIt) {
  const Certificate certificate;

  EXPECT_EQ(test::read(with_system("client_certificate: " + certificate.certificate_file())).mistakes,
            "c.yaml:2:48: 'client_certificate' is written without 'client_key'; add 'client_key', or remove "
            "'client_certificate'\n");
  EXPECT_EQ(test::read(with_system("client_key: " + certificate.key_file())).mistakes,
            "c.yaml:2:40: 'client_key' is written without 'client_certificate'; add 'client_certificate', or remove "
            "'client_key'\n");
}

TEST(ClientCertificate, WhoseKeyIsNotToBeHadIsOneMistake) {
  const Certificate certificate;

  EXPECT_THAT(test::read(pair_of(certificate.certificate_file(), "'${env:COUNTERPART_NOT_SET}'")).mistakes,
              testing::MatchesRegex("c.yaml:2:[0-9]+: the environment variable 'COUNTERPART_NOT_SET' is not [^\n]*\n"));
}

TEST(ClientCertificate, ThatCannotBeUsedIsToldAtTheFileThatIsWrong) {
  const Certificate certificate;
  const Certificate other;
  const std::string good = certificate.certificate_file();
  const std::string open_key = certificate.key_file() + ".open";
  std::filesystem::copy(certificate.key_file(), open_key);
  std::filesystem::permissions(open_key, std::filesystem::perms(0644));
  const std::string key_place = "c.yaml:2:" + std::to_string(28 + 20 + good.size() + 14) + ": ";

  EXPECT_EQ(test::read(pair_of("none.pem", certificate.key_file())).mistakes,
            "c.yaml:2:48: none.pem cannot be read; name a PEM file that exists and that counterpart's user may read\n");
  EXPECT_EQ(test::read(pair_of(good, other.key_file())).mistakes,
            key_place + other.key_file() + " is not the key of the certificate in " + good +
                "; name the key that the certificate was made for\n");
  EXPECT_EQ(test::read(pair_of(good, open_key)).mistakes,
            key_place + open_key + " holds a key that others may read or change; run: chmod 640 " + open_key + "\n");
  EXPECT_EQ(test::read(with_system("ca_file: " + certificate.key_file())).mistakes,
            "c.yaml:2:37: " + certificate.key_file() +
                " holds no certificate in PEM; put the certificates of the authorities to trust there, each from "
                "-----BEGIN CERTIFICATE-----\n");
}

/// `${file:…}` gives what is in a file, where the file itself is wanted: an easy mistake, with a key at hand.
TEST(ClientCertificate, AKeyThatIsWrittenInPlaceOfItsPathIsNotShown) {
  const test::Folder folder;
  const Certificate certificate;
  std::filesystem::copy(certificate.key_file(), folder.path() / "hub.key");

  const test::Reading whole = test::read_in(folder, pair_of(certificate.certificate_file(), "'${file:hub.key}'"));
  const test::Variable secret("COUNTERPART_TEST_SECRET", "hunter2");
  const test::Reading line =
      test::read(pair_of("'${env:COUNTERPART_TEST_SECRET}'", "'${env:COUNTERPART_TEST_SECRET}'"));

  EXPECT_THAT(whole.mistakes,
              HasSubstr("'client_key' is not the path of a file; keep the PEM text in a file of its own"));
  EXPECT_THAT(whole.mistakes, Not(HasSubstr("PRIVATE")));
  EXPECT_THAT(line.mistakes, HasSubstr("${…} cannot be read"));
  EXPECT_THAT(line.mistakes, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace counterpart
