#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <utility>

namespace counterpart::commands {

/// What a command does when it was chosen; gives the exit code.
using Run = std::function<int()>;

/// One sub-command: registers its options on the root and gives itself and what to run.
struct Command {
  std::function<std::pair<CLI::App*, Run>(CLI::App& root)> add;
};

// One line a command, each in a file of its own.
Command serve_command();
Command check_command();
Command mapping_command();
Command migrate_command();
Command status_command();
Command parked_command();
Command explain_command();
Command connector_command();
Command sandbox_command();
Command simulate_command();

}  // namespace counterpart::commands
