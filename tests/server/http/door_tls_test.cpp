#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/stat.h>

#include "certificate.h"
#include "server/http/door/door.h"
#include "server/http/door/tls.h"
#include "server/observe/log.h"
#include "support.h"
#include "tls_support.h"

namespace counterpart::http {
namespace {

namespace fs = std::filesystem;
using testing::Certificate;
using testing::echo;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using testing::RunningDoor;
using testing::TlsClient;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kAnyPort = "127.0.0.1:0";

DoorAccess with(const Certificate& certificate) {
  DoorAccess access;
  access.tls = TlsFiles{certificate.certificate_file(), certificate.key_file()};
  access.tls_files_looked_at = std::chrono::milliseconds(0);
  return access;
}

/// Puts the files of another certificate in the place of the first, as a renewal does.
void renew(const Certificate& in_use, const Certificate& renewed) {
  fs::rename(renewed.key_file(), in_use.key_file());
  fs::rename(renewed.certificate_file(), in_use.certificate_file());
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

class TlsDoor : public ::testing::Test {
 protected:
  Certificate certificate_{"first.example"};
  DoorLimits limits_;
};

TEST_F(TlsDoor, AnswersAsAPlainOneDoes) {
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  TlsClient client(door.address());
  const std::string body(200'000, 'x');

  for (int i = 0; i < 2; ++i) {
    client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + body);
    EXPECT_EQ(client.answer().body, "POST /p|" + body);
  }

  EXPECT_EQ(client.server_name(), "first.example");
  EXPECT_EQ(client.version(), "TLSv1.3");
}

TEST_F(TlsDoor, SpeaksTls12AndNothingOlder) {
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));

  TlsClient client(door.address(), TLS1_2_VERSION);
  client.send(kGet);

  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(client.version(), "TLSv1.2");
  EXPECT_THROW(TlsClient old(door.address(), TLS1_1_VERSION), std::runtime_error);
  while (door.refused().empty()) std::this_thread::yield();
  EXPECT_THAT(door.refused(), ElementsAre("tls"));
}

TEST_F(TlsDoor, DoesNotRenegotiate) {
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  TlsClient client(door.address(), TLS1_2_VERSION);

  EXPECT_FALSE(client.renegotiate());
}

TEST_F(TlsDoor, AnswersAFaultAndSaysThatItCloses) {
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  TlsClient client(door.address());

  client.send("GET / HTTP/1.1\r\n\r\n");

  EXPECT_EQ(client.answer().status, 400);
  EXPECT_EQ(client.rest(), "");
  EXPECT_TRUE(client.was_told_the_end());
  EXPECT_THAT(door.refused(), ElementsAre("framing"));
}

TEST_F(TlsDoor, KeepsItsTimeLimits) {
  limits_.body_timeout = std::chrono::milliseconds(20);
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  TlsClient client(door.address());

  client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");

  EXPECT_EQ(client.answer().status, 408);
  EXPECT_EQ(client.rest(), "");
}

TEST_F(TlsDoor, AHandshakeThatDoesNotComeIsNotWaitedFor) {
  limits_.handshake_timeout = std::chrono::milliseconds(20);
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  RawClient client(door.address());

  client.send(std::string("\x16\x03\x01\x02", 4));

  EXPECT_EQ(client.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre("timeout"));
}

TEST_F(TlsDoor, PlainHttpIsClosed) {
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  RawClient client(door.address());

  client.send(kGet);

  EXPECT_THAT(client.rest(), Not(HasSubstr("HTTP/1.1")));
  while (door.connections() != 0) std::this_thread::yield();
  EXPECT_THAT(door.refused(), ElementsAre("tls"));
}

TEST_F(TlsDoor, HandshakesCountAsConnections) {
  limits_.connections = 1;
  limits_.slow_after = std::chrono::hours(1);
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  const RawClient silent(door.address());
  while (door.connections() != 1) std::this_thread::yield();

  RawClient second(door.address());

  EXPECT_EQ(second.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre("connections"));
}

TEST_F(TlsDoor, StopDoesNotWaitForHandshakes) {
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  RawClient silent(door.address());
  while (door.connections() != 1) std::this_thread::yield();

  door.stop();

  EXPECT_EQ(silent.rest(), "");
  EXPECT_THAT(door.refused(), ElementsAre());
}

TEST_F(TlsDoor, TakesARenewedCertificateAndLeavesConnectionsAlone) {
  const Certificate renewed("second.example");
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));
  TlsClient before(door.address());

  renew(certificate_, renewed);

  TlsClient after(door.address());
  EXPECT_EQ(after.server_name(), "second.example");
  before.send(kGet);
  EXPECT_EQ(before.answer().status, 200);
}

TEST_F(TlsDoor, TakesARenewedCertificateWhenTold) {
  const Certificate renewed("second.example");
  DoorAccess access = with(certificate_);
  access.tls_files_looked_at = std::chrono::hours(24);
  RunningDoor door(echo(), limits_, kAnyPort, access);
  renew(certificate_, renewed);
  EXPECT_EQ(TlsClient(door.address()).server_name(), "first.example");

  door.reload_tls();

  door.on_its_thread([] { return 0; });
  EXPECT_EQ(TlsClient(door.address()).server_name(), "second.example");
}

TEST_F(TlsDoor, KeepsTheOldCertificateWhileTheNewOneIsBroken) {
  std::ostringstream lines;
  log::set_up(log::Format::text, log::Level::error, lines);
  Certificate renewed("second.example");
  RunningDoor door(echo(), limits_, kAnyPort, with(certificate_));

  fs::rename(renewed.certificate_file(), certificate_.certificate_file());  // its key is still on the way

  for (int i = 0; i < 3; ++i) EXPECT_EQ(TlsClient(door.address()).server_name(), "first.example");
  door.on_its_thread([] { log::set_up(log::Format::text, log::Level::error); });
  EXPECT_EQ(count(lines.str(), "certificate not read again"), 1U) << lines.str();
  EXPECT_THAT(lines.str(), HasSubstr("is not the key of the certificate"));
  EXPECT_THAT(lines.str(), Not(HasSubstr("PRIVATE")));
  fs::rename(renewed.key_file(), certificate_.key_file());
  EXPECT_EQ(TlsClient(door.address()).server_name(), "second.example");
}

/// What is told of files that cannot be used.
std::string fault_of(const TlsFiles& files) {
  try {
    make_server_context(files);
    return "";
  } catch (const TlsError& error) {
    return error.what();
  }
}

TEST_F(TlsDoor, SaysWhichFileCannotBeUsedAndWhatToDo) {
  const Certificate other("other.example");
  const std::string good = certificate_.certificate_file();
  const std::string key = certificate_.key_file();

  EXPECT_EQ(fault_of({good, key}), "");
  EXPECT_EQ(fault_of({"/no/such.pem", key}),
            "/no/such.pem cannot be read; name a PEM file that exists and that counterpart's user may read");
  EXPECT_THAT(fault_of({good, "/no/such.pem"}), HasSubstr("/no/such.pem cannot be read"));
  EXPECT_THAT(fault_of({key, key}), HasSubstr(key + " holds no certificate in PEM; put the certificate itself"));
  EXPECT_THAT(fault_of({good, good}), HasSubstr("holds a key that others may read or change"));
  EXPECT_EQ(fault_of({good, other.key_file()}), other.key_file() + " is not the key of the certificate in " + good +
                                                    "; name the key that the certificate was made for");
  std::ofstream(key) << "nonsense";
  EXPECT_THAT(fault_of({good, key}), HasSubstr(key + " holds no private key in PEM, or one with a pass phrase"));
}

TEST_F(TlsDoor, AKeyMayBeReadByItsGroupAndNobodyElse) {
  const TlsFiles files{certificate_.certificate_file(), certificate_.key_file()};
  for (const mode_t mode : {0400U, 0600U, 0640U, 0440U}) {
    ::chmod(files.key.c_str(), mode);
    EXPECT_EQ(fault_of(files), "") << std::oct << mode;
  }
  for (const mode_t mode : {0644U, 0660U, 0604U, 0602U, 0777U}) {
    ::chmod(files.key.c_str(), mode);
    EXPECT_EQ(fault_of(files), files.key + " holds a key that others may read or change; run: chmod 640 " + files.key)
        << std::oct << mode;
  }
}

}  // namespace
}  // namespace counterpart::http
