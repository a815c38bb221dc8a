#include <cstdio>
#include <cstdlib>

#include "server/commands/command.h"
#include "server/commands/database.h"
#include "server/commands/loading.h"
#include "server/daemon/daemon.h"
#include "server/daemon/state_directory.h"
#include "server/observe/log.h"
#include "server/store/migrations.h"

namespace counterpart::commands {
namespace {

struct ServeOptions {
  std::string config_file;
  bool no_migrate = false;
  bool print_addresses = false;
};

log::Level level_of(LogSettings::Level level) {
  switch (level) {
    case LogSettings::Level::debug:
      return log::Level::debug;
    case LogSettings::Level::info:
      return log::Level::info;
    case LogSettings::Level::warn:
      return log::Level::warn;
    case LogSettings::Level::error:
      break;
  }
  return log::Level::error;
}

void set_up_log(const LogSettings& settings) {
  log::set_up(settings.format == LogSettings::Format::json ? log::Format::json : log::Format::text,
              level_of(settings.level));
}

void bring_up_to_date(const std::string& uri, bool no_migrate) {
  if (no_migrate) {
    const store::SchemaState state = store::schema_state(uri);
    if (state.applied == state.known) return;
    throw store::MigrationError("the database has schema " + std::to_string(state.applied) + ", this binary needs " +
                                std::to_string(state.known) + "; run `counterpart migrate`");
  }
  for (const std::string& name : store::migrate(uri)) log::info("migration applied", {{"name", name}});
}

DaemonPorts system_ports() {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value == nullptr ? "" : value);
  };
  DaemonPorts ports;
  ports.clock = std::make_unique<SystemClock>();
  ports.random = std::make_unique<SystemRandom>();
  ports.points = make_fault_points(environment("COUNTERPART_CRASH_AT"), environment("COUNTERPART_STOP_AT"));
  return ports;
}

/// Load → validate → wire → run → drain.
int serve(const ServeOptions& options) {
  const auto configuration = load(options.config_file);
  if (!configuration) return 2;
  set_up_log(configuration->log);
  const StateDirectory state(configuration->state_directory);
  const Database database = open_database(*configuration, state);
  bring_up_to_date(database.uri, options.no_migrate);
  config::Problems problems;
  Daemon daemon(*configuration, database.uri, state.daemon_id(), database.embedded.get(), system_ports(), problems);
  if (!problems.empty()) {
    print_mistakes(problems);
    return 2;
  }
  return daemon.run([&] {
    if (!options.print_addresses) return;
    std::printf("READY hooks=%s api=%s metrics=%s\n", daemon.hooks_address().c_str(), daemon.api_address().c_str(),
                daemon.metrics_address().c_str());
    std::fflush(stdout);
  });
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand("serve", "Run the daemon: receive webhooks, sweep, work the queue");
  auto options = std::make_shared<ServeOptions>();
  add_config_option(*command, options->config_file);
  command->add_flag("--no-migrate", options->no_migrate, "Do not change the database's schema; refuse an old one");
  command->add_flag("--print-addresses", options->print_addresses,
                    "Print one line READY with the bound addresses (for port 0)");
  command->footer(
      "Example: counterpart serve --config counterpart.yaml\n"
      "Exit codes: 0 stopped by SIGTERM or SIGINT, 1 cannot run or a part of it failed, 2 mistakes in the "
      "configuration");
  return {command, [options] { return serve(*options); }};
}

}  // namespace

Command serve_command() {
  return {add};
}

}  // namespace counterpart::commands
