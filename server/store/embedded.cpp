#include "server/store/embedded.h"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <optional>
#include <signal.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "server/store/cluster_files.h"
#include "server/store/conninfo.h"
#include "server/store/process.h"
#include "server/store/rows.h"
#include "server/store/session.h"

namespace counterpart::store {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kRestartPatience{10};
constexpr std::chrono::seconds kDyingPatience{5};
constexpr milliseconds kLook{20};
// What is left of a killed one may go slowly (an fsync, a long step of a backend): tried for some seven seconds.
constexpr int kLaunchesMax = 18;
constexpr milliseconds kLaunchPauseMost{500};

std::string uri_of(const ClusterPaths& paths) {
  return "host=" + quoted_for_conninfo(paths.socket.string()) + " dbname='counterpart' user='counterpart'";
}

/// Every so often until `condition` holds or the time is over; whether it holds.
template <class Condition>
bool wait_until(std::chrono::milliseconds patience, Condition condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

bool accepts_connections(const std::string& uri) {
  ConnectionSettings settings;
  settings.uri = uri;
  try {
    const Connection connection(settings);
    return true;
  } catch (const Failure&) {
    return false;
  }
}

}  // namespace

struct EmbeddedDatabase::Impl {
  Impl(const fs::path& state_directory, Patience patient, Keeps what)
      : patience(patient),
        keeps(what),
        user(::geteuid() == 0 ? "postgres" : ""),
        paths(cluster_paths(state_directory)),
        uri(uri_of(paths)) {
    make_folders(state_directory, paths, user);
    programs = find_programs(paths.data);
    if (!fs::exists(paths.data)) make_cluster();
    if (!start_and_wait(patience.start)) {
      throw EmbeddedError("PostgreSQL in " + paths.data.string() + " does not start; the end of " + paths.log.string() +
                          ":\n" + end_of_log(paths.log));
    }
  }

  Program program(std::vector<std::string> command) const { return {std::move(command), user, paths.log, ""}; }

  /// Made beside and renamed when complete, so that a crash leaves no half cluster.
  void make_cluster() const {
    fs::remove_all(paths.fresh);
    const std::string fresh = paths.fresh.string();
    check(program({programs / "initdb", "--pgdata=" + fresh, "--username=postgres", "--auth=peer", "--encoding=UTF8",
                   "--locale=C.UTF-8", "--data-checksums", "--no-instructions"}),
          "initdb");
    write_settings(paths, paths.fresh, user);
    if (keeps == Keeps::nothing) give_up_durability(paths.fresh);
    make_role_and_database();
    fs::rename(paths.fresh, paths.data);
  }

  /// In single-user mode: nobody ever logs in as superuser.
  void make_role_and_database() const {
    const fs::path script = paths.home / "setup.sql";
    std::ofstream(script) << "create role counterpart login nosuperuser nocreatedb nocreaterole\n"
                             "create database counterpart owner counterpart\n"
                             "revoke all on database counterpart from public\n"
                             "revoke all on database template1 from public\n"
                             "revoke all on database postgres from public\n";
    Program single = program({programs / "postgres", "--single", "-D", paths.fresh, "postgres"});
    single.input = script;
    check(single, "making the role and the database");
    fs::remove(script);
  }

  void check(const Program& step, const std::string& what) const {
    try {
      if (store::run(step) == 0) return;
    } catch (const std::system_error& error) {
      throw EmbeddedError(what + ": " + error.what());
    }
    throw EmbeddedError(what + " failed; the end of " + paths.log.string() + ":\n" + end_of_log(paths.log));
  }

  /// True when it accepts connections. Takes over a running one; starts one where there is none, and some
  /// times again, ever more slowly, should it end at once (a killed one may still be going, and its children).
  bool start_and_wait(milliseconds at_most) {
    int launches = 0;
    milliseconds pause = kLook;
    auto next = std::chrono::steady_clock::now();
    const auto runs_or_hopeless = [&] {
      const auto now = std::chrono::steady_clock::now();
      if (now >= next && ended()) {
        if (launches++ < kLaunchesMax) launch();
        next = now + pause;
        pause = std::min(2 * pause, kLaunchPauseMost);
      }
      return launches > kLaunchesMax || accepts_connections(uri);
    };
    return wait_until(at_most, runs_or_hopeless) && launches <= kLaunchesMax;
  }

  bool ended() {
    if (postmaster && !has_ended(*postmaster)) return false;
    postmaster = running_postmaster(paths);
    return !postmaster;
  }

  void launch() {
    bound_log(paths.log);
    try {
      postmaster = store::start(
          program({programs / "postgres", "-D", paths.data, "-c", "unix_socket_directories=" + paths.socket.string()}));
    } catch (const std::system_error& error) {
      throw EmbeddedError(std::string("PostgreSQL cannot be started: ") + error.what());
    }
  }

  bool ensure_running() {
    const std::lock_guard lock(mutex);
    bound_log(paths.log);
    // A killed process is there for a moment longer than its sockets.
    bool serves = false;
    const auto settled = [&] { return ended() || (serves = accepts_connections(uri)); };
    if (!wait_until(kDyingPatience, settled)) return false;
    return serves || start_and_wait(kRestartPatience);
  }

  bool stop(milliseconds at_most, int signal) {
    const std::lock_guard lock(mutex);
    if (ended()) return true;
    ::kill(*postmaster, signal);
    const bool stopped = wait_until(at_most, [this] { return has_ended(*postmaster); });
    if (stopped) postmaster.reset();
    return stopped;
  }

  Patience patience;
  Keeps keeps;
  std::string user;
  ClusterPaths paths;
  std::string uri;
  fs::path programs;
  std::mutex mutex;
  std::optional<pid_t> postmaster;
};

EmbeddedDatabase::EmbeddedDatabase(fs::path state_directory)
    : EmbeddedDatabase(std::move(state_directory), Patience{}) {}

EmbeddedDatabase::EmbeddedDatabase(fs::path state_directory, Patience patience, Keeps keeps)
    : impl_(std::make_unique<Impl>(state_directory, patience, keeps)), uri_(impl_->uri) {}

EmbeddedDatabase::~EmbeddedDatabase() {
  // Fast, then immediate: the next start replays the log.
  if (!impl_->stop(impl_->patience.stop, SIGINT)) impl_->stop(impl_->patience.stop, SIGQUIT);
}

bool EmbeddedDatabase::ensure_running() {
  try {
    return impl_->ensure_running();
  } catch (const EmbeddedError&) {
    return false;
  }
}

bool EmbeddedDatabase::stop(milliseconds patience) {
  return impl_->stop(patience, SIGINT);
}

}  // namespace counterpart::store
