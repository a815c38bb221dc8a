#include <cstdio>

#include "mapping/values/json.h"
#include "server/commands/command.h"
#include "server/commands/loading.h"
#include "server/commands/printing.h"
#include "server/control/client.h"

namespace counterpart::commands {
namespace {

struct ParkedOptions {
  DaemonOptions daemon;
  std::string sync;
  std::string id;
  bool all = false;
  CLI::App* list = nullptr;
  CLI::App* show = nullptr;
  CLI::App* retry = nullptr;
};

void print_row(const Native& row) {
  std::printf("%6s  %s/%s %s %s\n        since %s: %s%s%s\n        to do: %s\n", text(row, "id").c_str(),
              text(row, "sync").c_str(), text(row, "mapping").c_str(), text(row, "side").c_str(),
              text(row, "record").c_str(), text(row, "since").c_str(), text(row, "reason").c_str(),
              text(row, "field").empty() ? "" : ", field ", text(row, "field").c_str(), text(row, "remedy").c_str());
}

int print_answer(const ParkedOptions& options, const Native& answer) {
  if (options.daemon.json) {
    std::puts(print_json(answer).c_str());
  } else if (const Native* rows = answer.member("parked"); rows != nullptr && rows->is_array()) {
    for (const Native& row : rows->array()) print_row(row);
    std::printf("%zu parked\n", rows->array().size());
  } else if (answer.member("retried") != nullptr) {
    std::printf("%s made dirty again\n", text(answer, "retried").c_str());
  } else {
    print_row(answer);
  }
  return 0;
}

int parked(const ParkedOptions& options) {
  const std::string state = state_directory_of(options.daemon);
  if (options.show->parsed()) {
    return print_answer(options, ask_daemon(state, "GET", "/api/v1/parked/" + encode_segment(options.id)));
  }
  if (options.retry->parsed()) {
    const std::string which = options.all ? "retry" : encode_segment(options.id) + "/retry";
    return print_answer(options, ask_daemon(state, "POST", "/api/v1/parked/" + which));
  }
  const std::string query = options.sync.empty() ? "" : "?sync=" + encode_segment(options.sync);
  return print_answer(options, ask_daemon(state, "GET", "/api/v1/parked" + query));
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand("parked", "Records that were set aside for a person, with reason and remedy");
  auto options = std::make_shared<ParkedOptions>();
  command->require_subcommand(1);
  options->list = command->add_subcommand("list", "All that is parked");
  options->list->add_option("--sync", options->sync, "Only this sync");
  options->show = command->add_subcommand("show", "One of them");
  options->show->add_option("number", options->id, "Its number in `parked list`")->required();
  options->retry = command->add_subcommand("retry", "Try again");
  auto* number = options->retry->add_option("number", options->id, "Its number in `parked list`");
  auto* all = options->retry->add_flag("--all", options->all, "Everything that is parked");
  number->excludes(all);
  options->retry->callback([options] {
    if (!options->all && options->id.empty()) throw CLI::ValidationError("say a number, or --all");
  });
  for (CLI::App* sub : {options->list, options->show, options->retry}) add_daemon_options(*sub, options->daemon);
  command->footer(
      "Example: counterpart parked list; counterpart parked retry 7\n"
      "Exit codes: 0 done, 1 no parked record has that number, or no daemon answers");
  return {command, [options] { return parked(*options); }};
}

}  // namespace

Command parked_command() {
  return {add};
}

}  // namespace counterpart::commands
