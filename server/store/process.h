#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace counterpart::store {

/// A program to be started: in a session of its own (a terminal's signals do not reach it), with a small
/// environment and no descriptor of ours but the three standard ones.
struct Program {
  std::vector<std::string> command;  ///< absolute path and arguments
  std::string user;                  ///< run as this user, if we are root; "": as we are
  std::filesystem::path output;      ///< stdout and stderr are appended there (0600)
  std::filesystem::path input;       ///< stdin; "": nothing
};

/// Starts it. Throws std::system_error.
pid_t start(const Program& program);

/// Waits for the end of a child. Gives its exit status, 128 + signal if it was killed.
int wait_for(pid_t child);

/// start() and wait_for().
int run(const Program& program);

/// Whether a child has ended (and collects it); false for others' children that are alive.
bool has_ended(pid_t process);

}  // namespace counterpart::store
