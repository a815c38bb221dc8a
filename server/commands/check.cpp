#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>

#include "connectors/rest/definition.h"
#include "mapping/config/reference.h"
#include "mapping/values/json.h"
#include "server/commands/command.h"
#include "server/commands/live_check.h"
#include "server/commands/loading.h"
#include "server/commands/round_trip_check.h"

namespace counterpart::commands {
namespace {

struct CheckOptions {
  std::string config_file;
  bool schema = false;
  bool reference = false;
  bool offline = false;
};

/// What stands between the README's two marks.
void print_reference() {
  const auto texts = config::references({configuration_keys(), rest::definition_keys()});
  std::printf(
      "`NAME`, `PATH` and `TEXT` stand for names, paths and words of yours, `[]` for each item of a list.\n"
      "Durations are written `250ms`, `30s`, `5m`, `2h`, `7d`. What stands in (`…`) is taken where nothing is\n"
      "written; **required** is what a section must have, if it is there at all.\n\n"
      "**The configuration** (`counterpart.yaml`)\n%s\n**A connector's definition** (`./mycrm.yaml`)\n%s",
      texts.at(0).c_str(), texts.at(1).c_str());
}

int check(const CheckOptions& options) {
  if (options.reference) {
    print_reference();
    return 0;
  }
  if (options.schema) {
    std::puts(print_json(configuration_schema()).c_str());
    return 0;
  }
  config::Problems problems;
  const Configuration configuration = read_configuration(options.config_file, problems);
  RoundTripCheck round_trips(configuration);
  const std::string asked = check_systems(configuration, options.offline, problems,
                                          [&](const auto& sync, const auto& mapping, Side side, const auto& records) {
                                            round_trips.try_records(sync, mapping, side, records);
                                          });
  const std::string tried = round_trips.report(problems);
  std::fputs((asked + tried).c_str(), stdout);
  std::fputs(problems.print_notes().c_str(), stdout);
  if (!problems.empty()) {
    print_mistakes(problems);
    return 2;
  }
  std::printf("%s: no mistakes\n", options.config_file.c_str());
  return 0;
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand("check", "Check the configuration, then the systems: every mistake at once");
  auto options = std::make_shared<CheckOptions>();
  add_config_option(*command, options->config_file);
  command->add_flag("--reference", options->reference, "Print every key of configuration and definitions (Markdown)");
  command->add_flag("--schema", options->schema, "Print the configuration's JSON Schema, for editors");
  command->add_flag("--offline", options->offline, "Do not ask the systems");
  command->footer(
      "Example: counterpart check --config counterpart.yaml\n"
      "Exit codes: 0 no mistakes, 1 cannot run, 2 mistakes (printed as file:line:column: what; remedy). Notes are no "
      "mistakes.");
  return {command, [options] { return check(*options); }};
}

}  // namespace

Command check_command() {
  return {add};
}

}  // namespace counterpart::commands
