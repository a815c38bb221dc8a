#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "server/config/configuration.h"

namespace counterpart::commands {

/// Adds --config (default /etc/counterpart/counterpart.yaml) to a command.
void add_config_option(CLI::App& command, std::string& file);

/// Reads and checks it, with what the connectors can say and without asking the systems; prints every mistake to
/// standard error and gives nullptr if there is one.
std::unique_ptr<Configuration> load(const std::string& file);

/// Prints the mistakes to standard error, with a closing count.
void print_mistakes(const config::Problems& problems);

/// The state directory to ask a daemon in: as given on the command line, else of the configuration.
struct DaemonOptions {
  std::string config_file;
  std::string state_directory;
  bool json = false;
};
void add_daemon_options(CLI::App& command, DaemonOptions& options);

/// Throws ControlError where the configuration cannot be read.
std::string state_directory_of(const DaemonOptions& options);

}  // namespace counterpart::commands
