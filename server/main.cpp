#include <cstdio>
#include <exception>
#include <vector>

#include "server/commands/command.h"
#include "server/control/version.h"

namespace {

using namespace counterpart::commands;

const Command kCommands[] = {serve_command(),   check_command(),   mapping_command(), migrate_command(),
                             status_command(),  parked_command(),  explain_command(), connector_command(),
                             sandbox_command(), simulate_command()};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Counterpart keeps two CRM or ERP systems in step, in both directions, in real time.", "counterpart");
  app.set_version_flag("--version", std::string(counterpart::kVersion));
  app.require_subcommand(1);
  app.footer("Exit codes: 0 done, 1 not done, 2 mistakes in the configuration; over 100 mistakes on the command line");
  std::vector<std::pair<CLI::App*, Run>> commands;
  for (const Command& command : kCommands) commands.push_back(command.add(app));
  CLI11_PARSE(app, argc, argv);
  try {
    for (const auto& [chosen, run] : commands) {
      if (chosen->parsed()) return run();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "counterpart: %s\n", error.what());
  }
  return 1;
}
