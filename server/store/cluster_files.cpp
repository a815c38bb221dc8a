#include "server/store/cluster_files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <pwd.h>
#include <signal.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "server/store/conninfo.h"
#include "server/store/embedded.h"

namespace counterpart::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSocketFolderMax = 90;  // sockaddr_un holds 108 with the socket's own name
constexpr std::uintmax_t kLogMax = std::uintmax_t{10} * 1024 * 1024;
constexpr std::size_t kLogTail = 1'500;
constexpr mode_t kOnlyOwner = 0700;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
  throw EmbeddedError(what + " " + path.string() + ": " + std::strerror(errno));
}

/// A short place that is the same for every start of this state directory.
fs::path short_socket_folder(const fs::path& state_directory) {
  const std::size_t hash = std::hash<std::string>{}(fs::weakly_canonical(state_directory).string());
  return fs::path("/tmp") / ("counterpart-" + std::to_string(::geteuid()) + "-" + std::to_string(hash));
}

struct Owner {
  uid_t user = ::geteuid();
  gid_t group = ::getegid();
};

Owner owner_of(const std::string& user) {
  if (user.empty()) return {};
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) {
    throw EmbeddedError("there is no user " + user + " to run PostgreSQL as: install the package postgresql");
  }
  return {entry->pw_uid, entry->pw_gid};
}

/// In /tmp anybody may have made a folder of that name before: it must be ours, and no link.
void make_private_folder(const fs::path& folder, const Owner& owner) {
  if (::mkdir(folder.c_str(), kOnlyOwner) == 0) {
    if (::chown(folder.c_str(), owner.user, owner.group) != 0) fail("cannot hand over", folder);
    return;
  }
  if (errno != EEXIST) fail("cannot make the folder", folder);
  struct stat found{};
  if (::lstat(folder.c_str(), &found) != 0) fail("cannot look at", folder);
  if (!S_ISDIR(found.st_mode) || found.st_uid != owner.user) {
    throw EmbeddedError(folder.string() + " belongs to somebody else: remove it, or choose another state_directory");
  }
  if (::chmod(folder.c_str(), kOnlyOwner) != 0) fail("cannot set the mode of", folder);
}

/// The database's user must get through the state directory, and nobody else need.
void let_pass(const fs::path& state_directory, const Owner& owner) {
  struct stat found{};
  if (::stat(state_directory.c_str(), &found) != 0) fail("cannot look at", state_directory);
  if ((found.st_mode & S_IXOTH) != 0 || found.st_uid == owner.user) return;
  if (::chown(state_directory.c_str(), found.st_uid, owner.group) != 0 ||
      ::chmod(state_directory.c_str(), (found.st_mode & 07777) | S_IXGRP) != 0) {
    fail("cannot let PostgreSQL's user pass through", state_directory);
  }
}

void check_passable(const fs::path& state_directory) {
  fs::path folder = fs::canonical(state_directory).parent_path();
  for (; folder.has_relative_path(); folder = folder.parent_path()) {
    struct stat found{};
    if (::stat(folder.c_str(), &found) == 0 && (found.st_mode & S_IXOTH) == 0) {
      throw EmbeddedError(
          "PostgreSQL's user cannot get through " + folder.string() +
          ": choose a state_directory elsewhere (/var/lib/counterpart), or run as another user than root");
    }
  }
}

int number_in(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Writes our number over the one in a lock file. PostgreSQL knows that its parent is no postmaster, and still
/// reads from the file where a former one had its shared memory. In the file that was read, not in one that a
/// postmaster has made in its place since.
void name_parent(std::fstream& file, const std::string& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string number = std::to_string(::getpid());
  if (number.size() < end) number.resize(end, ' ');
  file.seekp(0);
  file << number << text.substr(end) << std::flush;
}

/// The process that a lock file names, if it is the postmaster of `data`; one that is not, but is there, is replaced.
std::optional<pid_t> postmaster_named_in(const fs::path& lock, const fs::path& data) {
  std::fstream file(lock, std::ios::in | std::ios::out | std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  const int number = number_in(text.str());
  const fs::path process = "/proc/" + std::to_string(number);
  // A postmaster works in its data directory; the number alone may be anybody's by now.
  std::error_code error;
  const fs::path works_in = fs::read_symlink(process / "cwd", error);
  if (number > 0 && !error && works_in == fs::canonical(data)) return static_cast<pid_t>(number);
  // PostgreSQL itself copes with the number of a process that has gone, but takes a killed one for alive
  // until its parent collects it, which some containers' init never does.
  if (fs::exists(process, error)) name_parent(file, text.str());
  return std::nullopt;
}

}  // namespace

ClusterPaths cluster_paths(const fs::path& state_directory) {
  ClusterPaths paths;
  paths.home = fs::absolute(state_directory) / "postgres";
  paths.data = paths.home / "data";
  paths.fresh = paths.home / "data.new";
  paths.log = paths.home / "log";
  paths.socket = paths.home / "socket";
  if (paths.socket.string().size() > kSocketFolderMax) paths.socket = short_socket_folder(state_directory);
  return paths;
}

void make_folders(const fs::path& state_directory, const ClusterPaths& paths, const std::string& user) {
  std::error_code error;
  fs::create_directories(state_directory, error);
  if (error) throw EmbeddedError("cannot make the folder " + state_directory.string() + ": " + error.message());
  const Owner owner = owner_of(user);
  if (!user.empty()) {
    let_pass(state_directory, owner);
    check_passable(state_directory);
  }
  make_private_folder(paths.home, owner);
  make_private_folder(paths.socket, owner);
}

fs::path find_programs(const fs::path& data) {
  const int wanted = fs::exists(data / "PG_VERSION") ? number_in(read_file(data / "PG_VERSION")) : 0;
  const fs::path versions = "/usr/lib/postgresql";
  int newest = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(versions, error)) {
    const int version = number_in(entry.path().filename().string());
    if (!fs::exists(entry.path() / "bin" / "postgres")) continue;
    if (wanted == 0 ? version > newest : version == wanted) newest = version;
  }
  if (newest != 0) return versions / std::to_string(newest) / "bin";
  if (wanted == 0) {
    throw EmbeddedError("PostgreSQL is not installed (nothing in /usr/lib/postgresql): apt-get install postgresql");
  }
  throw EmbeddedError("the database in " + data.string() + " was made by PostgreSQL " + std::to_string(wanted) +
                      ", which is not installed: apt-get install postgresql-" + std::to_string(wanted) +
                      ", or bring it to another version with pg_upgrade");
}

void write_settings(const ClusterPaths& paths, const fs::path& data, const std::string& user) {
  std::ofstream settings(data / "postgresql.conf", std::ios::app);
  settings << "\n# Counterpart\n"
              "listen_addresses = ''\n"
              "unix_socket_permissions = 0700\n"
              "max_connections = 40\n"
              "shared_buffers = 64MB\n"
              "fsync = on\n"
              "synchronous_commit = on\n"
              "full_page_writes = on\n"
              "jit = off\n"
              "max_parallel_workers_per_gather = 0\n"
              "max_wal_size = 512MB\n"
              "autovacuum_naptime = 15s\n"
              "timezone = 'UTC'\n"
              "log_timezone = 'UTC'\n"
              "logging_collector = off\n"
              // No data in the log: neither statements nor the details of errors, which quote keys.
              "log_error_verbosity = terse\n"
              "log_min_error_statement = panic\n"
              "log_parameter_max_length = 0\n"
              "log_parameter_max_length_on_error = 0\n";
  std::ofstream access(data / "pg_hba.conf", std::ios::trunc);
  access << "# Nobody but this user gets into the socket's folder " << paths.socket.string() << "\n"
         << "local counterpart counterpart trust\n"
         << "local all postgres peer" << (user.empty() ? " map=owner" : "") << "\n";
  if (user.empty()) {
    const passwd* me = ::getpwuid(::geteuid());
    std::ofstream map(data / "pg_ident.conf", std::ios::trunc);
    map << "owner " << (me == nullptr ? std::to_string(::geteuid()) : std::string(me->pw_name)) << " postgres\n";
  }
  if (!settings.flush() || !access.flush()) throw EmbeddedError("cannot write the settings in " + data.string());
}

void give_up_durability(const fs::path& data) {
  std::ofstream settings(data / "postgresql.conf", std::ios::app);
  settings << "fsync = off\n"
              "synchronous_commit = off\n"
              "full_page_writes = off\n"
              "autovacuum = off\n";
}

std::optional<pid_t> running_postmaster(const ClusterPaths& paths) {
  if (const auto process = postmaster_named_in(paths.data / "postmaster.pid", paths.data)) return process;
  return postmaster_named_in(paths.socket / ".s.PGSQL.5432.lock", paths.data);
}

void bound_log(const fs::path& log) {
  std::error_code error;
  if (!fs::exists(log, error) || fs::file_size(log, error) < kLogMax) return;
  // The server appends to the file it has open, so its content moves and the file stays.
  fs::copy_file(log, log.string() + ".1", fs::copy_options::overwrite_existing, error);
  fs::resize_file(log, 0, error);
}

std::string end_of_log(const fs::path& log) {
  const std::string text = read_file(log);
  return text.size() <= kLogTail ? text : text.substr(text.size() - kLogTail);
}

}  // namespace counterpart::store
