#include <cstdio>

#include "server/commands/command.h"
#include "server/commands/database.h"
#include "server/commands/loading.h"
#include "server/daemon/state_directory.h"
#include "server/store/migrations.h"

namespace counterpart::commands {
namespace {

int migrate(const std::string& config_file) {
  const auto configuration = load(config_file);
  if (!configuration) return 2;
  const StateDirectory state(configuration->state_directory);
  const auto applied = store::migrate(open_database(*configuration, state).uri);
  for (const std::string& name : applied) std::printf("applied %s\n", name.c_str());
  if (applied.empty()) std::puts("the schema is up to date");
  return 0;
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand("migrate", "Bring the database's schema up to date, without the daemon");
  auto file = std::make_shared<std::string>();
  add_config_option(*command, *file);
  command->footer(
      "Example: counterpart migrate --config counterpart.yaml\n"
      "Exit codes: 0 up to date, 1 the database cannot be brought up to date, 2 mistakes in the configuration");
  return {command, [file] { return migrate(*file); }};
}

}  // namespace

Command migrate_command() {
  return {add};
}

}  // namespace counterpart::commands
