#include "server/commands/loading.h"

#include <cstdio>

#include "server/commands/live_check.h"
#include "server/control/client.h"

namespace counterpart::commands {

namespace {
constexpr const char* kDefaultFile = "/etc/counterpart/counterpart.yaml";
}

void add_config_option(CLI::App& command, std::string& file) {
  file = kDefaultFile;
  command.add_option("-c,--config", file, "Configuration file")->capture_default_str();
}

void print_mistakes(const config::Problems& problems) {
  const auto count = problems.sorted().size();
  std::fputs(problems.print().c_str(), stderr);
  std::fprintf(stderr, "%zu mistake%s\n", count, count == 1 ? "" : "s");
}

std::unique_ptr<Configuration> load(const std::string& file) {
  config::Problems problems;
  auto configuration = std::make_unique<Configuration>(read_configuration(file, problems));
  check_connectors(*configuration, problems);
  if (problems.empty()) return configuration;
  print_mistakes(problems);
  return nullptr;
}

void add_daemon_options(CLI::App& command, DaemonOptions& options) {
  add_config_option(command, options.config_file);
  command.add_option("--state-directory", options.state_directory,
                     "The daemon's state directory, instead of the configuration's");
  command.add_flag("--json", options.json, "Print JSON for machines");
}

std::string state_directory_of(const DaemonOptions& options) {
  if (!options.state_directory.empty()) return options.state_directory;
  config::Problems problems;
  const Configuration configuration = read_configuration(options.config_file, problems);
  // Whoever asks may not be let to read the daemon's secrets, and need not be.
  if (configuration.systems.empty() && !problems.empty()) {
    throw ControlError("the configuration cannot be read (see `counterpart check`); say --state-directory instead");
  }
  return configuration.state_directory.string();
}

}  // namespace counterpart::commands
