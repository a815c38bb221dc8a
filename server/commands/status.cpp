#include <cstdio>

#include "mapping/values/json.h"
#include "server/commands/command.h"
#include "server/commands/loading.h"
#include "server/commands/printing.h"
#include "server/control/client.h"

namespace counterpart::commands {
namespace {

int status(const DaemonOptions& options) {
  const Native answer = ask_daemon(state_directory_of(options), "GET", "/api/v1/status");
  if (options.json) {
    std::puts(print_json(answer).c_str());
    return 0;
  }
  std::printf("%-20s %8s %8s %12s %8s %8s %8s %8s\n", "sync", "links", "queued", "oldest [s]", "parked", "frozen",
              "waiting", "open");
  for (const Native& sync : answer.member("syncs")->array()) {
    std::printf("%-20s %8s %8s %12s %8s %8s %8s %8s\n", text(sync, "name").c_str(), text(sync, "links").c_str(),
                text(sync, "dirty").c_str(), text(sync, "oldest_seconds").c_str(), text(sync, "parked").c_str(),
                text(sync, "frozen").c_str(), text(sync, "waiting").c_str(), text(sync, "open_intents").c_str());
  }
  return 0;
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand("status", "Queue, links, what is parked or frozen, of the running daemon");
  auto options = std::make_shared<DaemonOptions>();
  add_daemon_options(*command, *options);
  command->footer(
      "Example: counterpart status --json\n"
      "Exit codes: 0 told, 1 no daemon answers");
  return {command, [options] { return status(*options); }};
}

}  // namespace

Command status_command() {
  return {add};
}

}  // namespace counterpart::commands
