#include "server/store/embedded.h"

#include <filesystem>
#include <fstream>
#include <pqxx/pqxx>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tests/server/store/support.h"

namespace counterpart::store {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Embedded : public testing::Test {
 protected:
  pid_t postmaster() const {
    std::ifstream file(folder_.path() / "postgres" / "data" / "postmaster.pid");
    pid_t process = 0;
    file >> process;
    return process;
  }
  /// Killed, and left in the table of processes.
  static void kill_uncollected(pid_t child) {
    siginfo_t ended{};
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    ASSERT_EQ(::kill(child, 0), 0) << "it was collected already: nothing is proved";
  }
  static std::string ask(const std::string& uri, const std::string& statement) {
    pqxx::connection connection(uri);
    pqxx::work work(connection);
    const pqxx::result result = work.exec(statement);
    work.commit();
    return result.empty() ? "" : result[0][0].c_str();
  }

  TemporaryFolder folder_;
};

TEST_F(Embedded, IsDurableAndPrivate) {
  const EmbeddedDatabase database(folder_.path());
  const std::string& uri = database.uri();

  for (const char* setting : {"fsync", "synchronous_commit", "full_page_writes", "data_checksums"}) {
    EXPECT_EQ(ask(uri, std::string("show ") + setting), "on") << setting;
  }
  EXPECT_EQ(ask(uri, "show jit"), "off");
  EXPECT_EQ(ask(uri, "show listen_addresses"), "");
  EXPECT_EQ(ask(uri, "show server_encoding"), "UTF8");
  EXPECT_EQ(ask(uri, "select datcollate from pg_database where datname = current_database()"), "C.UTF-8");
  EXPECT_EQ(ask(uri, "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = current_user"),
            "f");
  EXPECT_THROW(ask(uri + " dbname=postgres", "select 1"), pqxx::failure);
  EXPECT_THROW(ask(uri + " user=postgres", "select 1"), pqxx::failure);

  struct stat socket{};
  ASSERT_EQ(::stat((folder_.path() / "postgres" / "socket").c_str(), &socket), 0);
  EXPECT_EQ(socket.st_mode & 0777U, 0700U);
  EXPECT_EQ(::getpgid(postmaster()), postmaster()) << "a terminal's interrupt must not reach it";
}

TEST_F(Embedded, DoesNotRunAsRoot) {
  const EmbeddedDatabase database(folder_.path());

  struct stat process{};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(postmaster())).c_str(), &process), 0);
  EXPECT_NE(process.st_uid, 0U);
}

TEST_F(Embedded, StopsWithItsOwnerAndKeepsItsData) {
  pid_t first = 0;
  {
    const EmbeddedDatabase database(folder_.path());
    first = postmaster();
    ask(database.uri(), "create table kept as select 7 as n");
  }
  EXPECT_NE(::kill(first, 0), 0) << "it still runs";
  EXPECT_FALSE(fs::exists(folder_.path() / "postgres" / "data" / "postmaster.pid"));

  const EmbeddedDatabase again(folder_.path());

  EXPECT_EQ(ask(again.uri(), "select n from kept"), "7");
}

TEST_F(Embedded, AKilledClusterIsStartedAgain) {
  EmbeddedDatabase database(folder_.path());
  EXPECT_TRUE(database.ensure_running());
  const pid_t first = postmaster();
  ask(database.uri(), "create table kept as select 7 as n");

  ::kill(first, SIGKILL);
  while (fs::exists("/proc/" + std::to_string(first) + "/cwd")) std::this_thread::yield();
  EXPECT_TRUE(database.ensure_running());

  EXPECT_NE(postmaster(), first);
  EXPECT_EQ(ask(database.uri(), "select n from kept"), "7");
}

// What a killed daemon leaves behind is a cluster that runs without an owner.
TEST_F(Embedded, ARunningClusterIsTakenOver) {
  auto killed = std::make_unique<EmbeddedDatabase>(folder_.path());
  const pid_t first = postmaster();
  const auto heir = std::make_unique<EmbeddedDatabase>(folder_.path());

  EXPECT_EQ(postmaster(), first);
  EXPECT_EQ(ask(heir->uri(), "select 1"), "1");
  EXPECT_TRUE(killed->stop(std::chrono::seconds(20)));
  EXPECT_TRUE(heir->stop(std::chrono::seconds(20))) << "already ended";
  EXPECT_NE(::kill(first, 0), 0);
}

TEST_F(Embedded, AStalePidFileIsNoObstacle) {
  {
    const EmbeddedDatabase database(folder_.path());
  }
  // Somebody else's number by now: ours.
  std::ofstream(folder_.path() / "postgres" / "data" / "postmaster.pid") << ::getpid() << "\n";

  const EmbeddedDatabase database(folder_.path());

  EXPECT_EQ(ask(database.uri(), "select 1"), "1");
}

// A killed daemon's database may stay in the table of processes, in some containers for good; PostgreSQL takes it
// for alive.
TEST_F(Embedded, AKilledOneThatNobodyCollectsIsNoObstacle) {
  const EmbeddedDatabase former(folder_.path());
  const pid_t killed = postmaster();
  ask(former.uri(), "create table kept as select 7 as n");
  kill_uncollected(killed);

  const EmbeddedDatabase database(folder_.path());

  EXPECT_EQ(ask(database.uri(), "select n from kept"), "7");
  EXPECT_NE(postmaster(), killed);
}

// While a process of the former cluster lives, a second postmaster would write the same files.
TEST_F(Embedded, NoneIsStartedBesideWhatAKilledOneHasLeftRunning) {
  const EmbeddedDatabase former(folder_.path());
  const pid_t killed = postmaster();
  pqxx::connection left(former.uri());
  pqxx::work work(left);
  const auto backend = work.exec("select pg_backend_pid()")[0][0].as<pid_t>();
  ASSERT_EQ(::kill(backend, SIGSTOP), 0);
  kill_uncollected(killed);

  EXPECT_THROW(EmbeddedDatabase(folder_.path(), {.start = std::chrono::seconds(2)}), EmbeddedError);

  ASSERT_EQ(::kill(backend, SIGKILL), 0);
  const EmbeddedDatabase database(folder_.path());
  EXPECT_EQ(ask(database.uri(), "select 1"), "1");
}

TEST_F(Embedded, AHalfMadeClusterIsMadeAnew) {
  {
    const EmbeddedDatabase database(folder_.path());
  }
  fs::rename(folder_.path() / "postgres" / "data", folder_.path() / "postgres" / "data.new");
  fs::remove(folder_.path() / "postgres" / "data.new" / "PG_VERSION");

  const EmbeddedDatabase database(folder_.path());

  EXPECT_EQ(ask(database.uri(), "select 1"), "1");
  EXPECT_FALSE(fs::exists(folder_.path() / "postgres" / "data.new"));
}

TEST_F(Embedded, AFolderOfSomebodyElseIsNotUsed) {
  fs::create_symlink("/tmp", folder_.path() / "postgres");

  EXPECT_THROW(EmbeddedDatabase{folder_.path()}, EmbeddedError);
}

TEST_F(Embedded, ALongPathGetsItsSocketElsewhere) {
  const fs::path deep = folder_.path() / std::string(60, 'd') / std::string(60, 'e');
  fs::create_directories(deep);
  fs::permissions(deep.parent_path(), fs::perms::owner_all | fs::perms::others_exec);
  fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::others_exec);

  const EmbeddedDatabase database(deep);

  EXPECT_THAT(database.uri(), HasSubstr("/tmp/counterpart-"));
  EXPECT_EQ(ask(database.uri(), "select 1"), "1");
}

TEST_F(Embedded, AClusterOfAnotherVersionSaysWhatToInstall) {
  {
    const EmbeddedDatabase database(folder_.path());
  }
  std::ofstream(folder_.path() / "postgres" / "data" / "PG_VERSION") << "9\n";

  try {
    const EmbeddedDatabase database(folder_.path());
    FAIL() << "it started";
  } catch (const EmbeddedError& error) {
    EXPECT_THAT(error.what(), HasSubstr("postgresql-9"));
  }
}

TEST_F(Embedded, AFolderThatCannotBeUsedIsNamed) {
  try {
    const EmbeddedDatabase database("/proc/counterpart");
    FAIL() << "it started";
  } catch (const EmbeddedError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/proc/counterpart"));
  }
}

}  // namespace
}  // namespace counterpart::store
