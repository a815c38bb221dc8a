#include <boost/system/system_error.hpp>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "server/http/door/door.h"
#include "server/observe/log.h"
#include "support.h"

namespace counterpart::http {
namespace {

using ::testing::Contains;
using testing::echo;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using testing::RunningDoor;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(DoorAddress, ListensOnIpv6) {
  RunningDoor door(echo(), {}, "[::1]:0");
  EXPECT_THAT(door.address(), ::testing::MatchesRegex("\\[::1\\]:[1-9][0-9]*"));
  RawClient client(door.address());

  client.send(kGet);

  EXPECT_EQ(client.answer().status, 200);
}

TEST(DoorAddress, ListensOnAName) {
  RunningDoor door(echo(), {}, "localhost:0");

  EXPECT_THAT(door.address(), Not(HasSubstr(":0")));
}

class UnixDoor : public ::testing::Test {
 protected:
  UnixDoor() { std::filesystem::create_directory(folder_); }
  ~UnixDoor() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ / "door.sock"; }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("counterpart-door-" + std::to_string(::getpid()));
};

TEST_F(UnixDoor, ServesItsOwnerOnlyAndTidiesUp) {
  {
    RunningDoor door(echo(), {}, path());
    EXPECT_EQ(door.address(), path());
    struct stat status{};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    RawClient client(path());

    client.send(kGet);

    EXPECT_EQ(client.answer().status, 200);
    door.stop();
    door.wait_for_end();
  }
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(UnixDoor, ReplacesASocketThatNobodyListensOn) {
  const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(stale, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(stale);

  RunningDoor door(echo(), {}, path());
  RawClient client(path());
  client.send(kGet);

  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(UnixDoor, LeavesASocketThatSomebodyListensOn) {
  RunningDoor first(echo(), {}, path());

  EXPECT_THROW(RunningDoor second(echo(), {}, path()), boost::system::system_error);

  RawClient client(path());
  client.send(kGet);
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(UnixDoor, LeavesAFileThatIsNoSocket) {
  std::ofstream(path()) << "precious";

  EXPECT_THROW(RunningDoor door(echo(), {}, path()), boost::system::system_error);

  EXPECT_EQ(std::filesystem::file_size(path()), 8U);
}

TEST(DoorAddress, SaysWhichAddressItCannotHave) {
  RunningDoor first(echo());

  const std::vector<std::string> addresses = {first.address(), "nonsense", "127.0.0.1:70000", "127.0.0.1:",
                                              ":80",           "::1:80",   "[::1:80",         "/no/such/folder/x.sock"};
  for (const std::string& address : addresses) {
    try {
      RunningDoor second(echo(), {}, address);
      ADD_FAILURE() << address << " was taken";
    } catch (const boost::system::system_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("cannot listen on " + address));
    }
  }
}

TEST(DoorAddress, SaysWhatToDoAboutAPortInUse) {
  RunningDoor first(echo());

  try {
    RunningDoor second(echo(), {}, first.address());
    ADD_FAILURE() << "the port was taken twice";
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.what(), "cannot listen on " + first.address() +
                                ": Address already in use; stop what listens there (`ss -ltnp` names it), or choose "
                                "another address or port");
  }
}

/// Lowers the number of descriptors a process may have, while it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t most) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit now{most, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &now);
  }
  ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(DoorAddress, SurvivesRunningOutOfDescriptors) {
  std::ostringstream lines;
  log::set_up(log::Format::text, log::Level::warn, lines);
  log::warn("first");  // UBSan looks at a class for the first time through a pipe, which takes descriptors
  RunningDoor door(echo());
  RawClient before(door.address());
  before.send(kGet);
  before.answer();
  {
    // One descriptor is left, which the client's side of the next connection takes.
    const int next = ::dup(0);
    ::close(next);
    const FewDescriptors few(static_cast<rlim_t>(next) + 1);
    RawClient unlucky(door.address());
    EXPECT_EQ(unlucky.rest(), "");  // closed, not left in the dark
  }
  EXPECT_THAT(door.refused(), Contains("descriptors"));

  RawClient after(door.address());
  after.send(kGet);
  EXPECT_EQ(after.answer().status, 200);
  before.send(kGet);
  EXPECT_EQ(before.answer().status, 200);
  door.on_its_thread([] { log::set_up(log::Format::text, log::Level::error); });
  EXPECT_THAT(lines.str(), HasSubstr("cannot accept connections door=127.0.0.1:"));
}

TEST(DoorAddress, SaysOnceAndNotEachTimeThatItIsOutOfDescriptors) {
  std::ostringstream lines;
  log::set_up(log::Format::text, log::Level::warn, lines);
  log::warn("first");  // as above
  RunningDoor door(echo());
  const auto wait_for_its_thread = [&] { door.on_its_thread([] {}); };
  wait_for_its_thread();  // as above
  for (int i = 0; i < 3; ++i) {
    {
      const int next = ::dup(0);
      ::close(next);
      const FewDescriptors few(static_cast<rlim_t>(next) + 1);
      EXPECT_EQ(RawClient(door.address()).rest(), "");
      wait_for_its_thread();  // it has its spare descriptor back, before another takes that number
    }
    {
      RawClient between(door.address());
      between.send(kGet);
      EXPECT_EQ(between.answer().status, 200);
    }
    while (door.connections() != 0) std::this_thread::yield();
  }

  door.on_its_thread([] { log::set_up(log::Format::text, log::Level::error); });
  const std::string text = lines.str();
  EXPECT_THAT(door.refused(), ::testing::Each("descriptors"));
  EXPECT_EQ(text.find("cannot accept"), text.rfind("cannot accept")) << text;
}

}  // namespace
}  // namespace counterpart::http
