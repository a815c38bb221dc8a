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

/// The daemon of one process, and the ones that follow it with other configurations.
class Service {
 public:
  Service(const ServeOptions& options, std::unique_ptr<Configuration> configuration)
      : options_(options),
        configuration_(std::move(configuration)),
        state_(configuration_->state_directory),
        database_(open_database(*configuration_, state_)) {
    bring_up_to_date(database_.uri, options.no_migrate);
  }

  int run() {
    config::Problems problems;
    daemon_ = make_daemon(*configuration_, problems);
    if (!problems.empty()) {
      print_mistakes(problems);
      return 2;
    }
    daemon_->open_doors({});
    while (true) {
      const int code = daemon_->run([this] { say_addresses(); });
      if (!daemon_->handed_over()) return code;
      daemon_.reset();
      configuration_ = std::move(next_configuration_);
      daemon_ = std::move(next_);
      set_up_log(configuration_->log);
    }
  }

 private:
  std::unique_ptr<Daemon> make_daemon(const Configuration& configuration, config::Problems& problems) {
    DaemonPorts ports = system_ports();
    ports.prepare_next = [this](const Daemon& running) { return prepare_next(running); };
    return std::make_unique<Daemon>(configuration, database_.uri, state_.daemon_id(), database_.embedded.get(),
                                    std::move(ports), problems);
  }

  /// A daemon by the configuration as it is written now, with its doors open; false where that cannot be.
  bool prepare_next(const Daemon& running) {
    next_.reset();
    try {
      next_configuration_ = load(options_.config_file);
      if (!next_configuration_) return refuse("it has mistakes, see above");
      const auto changes = changes_between(configuration_->written, next_configuration_->written);
      if (next_configuration_->database != configuration_->database ||
          next_configuration_->state_directory != configuration_->state_directory) {
        return refuse("database and state_directory can only be changed by a restart");
      }
      config::Problems problems;
      next_ = make_daemon(*next_configuration_, problems);
      if (!problems.empty()) {
        print_mistakes(problems);
        return refuse("it has mistakes, see above");
      }
      next_->open_doors(running.keep_sockets());
      log::info("configuration read again", {{"changes", changes.print()}});
      return true;
    } catch (const std::exception& error) {
      return refuse(error.what());
    }
  }

  bool refuse(const std::string& why) {
    next_.reset();
    next_configuration_.reset();
    log::error("the configuration was not taken up, the one before stays in force", {{"why", why}});
    return false;
  }

  void say_addresses() const {
    if (!options_.print_addresses) return;
    std::printf("READY hooks=%s api=%s metrics=%s\n", daemon_->hooks_address().c_str(), daemon_->api_address().c_str(),
                daemon_->metrics_address().c_str());
    std::fflush(stdout);
  }

  const ServeOptions& options_;
  std::unique_ptr<Configuration> configuration_;
  StateDirectory state_;
  Database database_;
  std::unique_ptr<Daemon> daemon_;
  std::unique_ptr<Configuration> next_configuration_;  // outlives the daemon that goes by it
  std::unique_ptr<Daemon> next_;
};

/// Load → validate → wire → run → drain.
int serve(const ServeOptions& options) {
  auto configuration = load(options.config_file);
  if (!configuration) return 2;
  set_up_log(configuration->log);
  return Service(options, std::move(configuration)).run();
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
      "SIGHUP reads the configuration again, all of it or nothing; the log says what has changed.\n"
      "Exit codes: 0 stopped by SIGTERM or SIGINT, 1 cannot run or a part of it failed, 2 mistakes in the "
      "configuration");
  return {command, [options] { return serve(*options); }};
}

}  // namespace

Command serve_command() {
  return {add};
}

}  // namespace counterpart::commands
