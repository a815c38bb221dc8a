#include "server/store/process.h"

#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace counterpart::store {

namespace {

void check(int error, const std::string& what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

/// What the child's descriptors will be.
class FileActions {
 public:
  explicit FileActions(const Program& program) {
    check(posix_spawn_file_actions_init(&actions_), "posix_spawn");
    const char* input = program.input.empty() ? "/dev/null" : program.input.c_str();
    check(posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, input, O_RDONLY, 0), "posix_spawn");
    check(posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, program.output.c_str(),
                                           O_WRONLY | O_CREAT | O_APPEND, 0600),
          "posix_spawn");
    check(posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO), "posix_spawn");
    // A listening socket that lived on in the database would keep our port taken.
    check(posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1), "posix_spawn");
  }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A session of its own, no blocked signals, default handlers.
class Attributes {
 public:
  Attributes() {
    check(posix_spawnattr_init(&attributes_), "posix_spawn");
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    const int flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    check(posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)), "posix_spawn");
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

pid_t start(const Program& program) {
  std::vector<std::string> command;
  if (!program.user.empty() && ::geteuid() == 0) {
    // Changes the user and then becomes the program: no process in between.
    command = {"/usr/bin/setpriv", "--reuid=" + program.user, "--regid=" + program.user, "--init-groups", "--"};
  }
  command.insert(command.end(), program.command.begin(), program.command.end());
  std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"};
  const FileActions actions(program);
  const Attributes attributes;
  pid_t child = 0;
  check(posix_spawn(&child, command.front().c_str(), actions.get(), attributes.get(), pointers_to(command).data(),
                    pointers_to(environment).data()),
        "cannot start " + command.front());
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run(const Program& program) {
  return wait_for(start(program));
}

bool has_ended(pid_t process) {
  const pid_t collected = ::waitpid(process, nullptr, WNOHANG);
  if (collected == process) return true;
  if (collected == 0) return false;  // our child, alive
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace counterpart::store
