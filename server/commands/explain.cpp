#include <algorithm>
#include <cstdio>

#include "mapping/values/json.h"
#include "server/commands/command.h"
#include "server/commands/loading.h"
#include "server/commands/printing.h"
#include "server/control/client.h"

namespace counterpart::commands {
namespace {

struct ExplainOptions {
  DaemonOptions daemon;
  std::string subject;
};

std::string target_of(const std::string& subject) {
  const auto first = subject.find('/');
  const auto second = first == std::string::npos ? first : subject.find('/', first + 1);
  if (second == std::string::npos || second + 1 == subject.size()) {
    throw ControlError("'" + subject + "' names no record; say system/object/id, such as crm/contacts/42");
  }
  return "/api/v1/explain/" + encode_segment(subject.substr(0, first)) + "/" +
         encode_segment(subject.substr(first + 1, second - first - 1)) + "/" +
         encode_segment(subject.substr(second + 1));
}

void print_list(const Native& record, const char* name, const char* title) {
  const Native* rows = record.member(name);
  if (rows == nullptr || !rows->is_array() || rows->array().empty()) return;
  std::printf("  %s\n", title);
  for (const Native& row : rows->array()) std::printf("    %s\n", one_line(row).c_str());
}

void print_story(const Native& record) {
  std::printf("%s, mapping %s, %s: %s\n", text(record, "sync").c_str(), text(record, "mapping").c_str(),
              text(record, "side").c_str(), text(record, "record").c_str());
  for (const char* part : {"outcome", "dirty", "link", "parked"}) {
    const Native* value = record.member(part);
    if (value != nullptr && !value->is_null()) std::printf("  %-8s %s\n", part, one_line(*value).c_str());
  }
  if (const Native* base = record.member("base"); base != nullptr && base->is_object()) {
    for (const auto& [side, fields] : base->object())
      std::printf("  base %-5s %s\n", side.c_str(), one_line(fields).c_str());
  }
  print_list(record, "frozen", "held for a person");
  print_list(record, "waiting", "waits for a record that it names, and that has no counterpart yet");
  print_list(record, "history", "history, newest first");
  print_list(record, "intents", "calls under way, failed or given up, newest first");
  print_list(record, "evidence", "webhooks, newest first");
}

/// True where anything but the record's name is told.
bool is_known(const Native& record) {
  const auto is_name = [](const std::string& member) {
    return member == "sync" || member == "mapping" || member == "side" || member == "record";
  };
  return std::ranges::any_of(record.object(), [&](const Native::Member& member) {
    const auto& [name, value] = member;
    const bool empty = value.is_null() || (value.is_array() && value.array().empty());
    return !is_name(name) && !empty;
  });
}

int explain(const ExplainOptions& options) {
  const Native answer = ask_daemon(state_directory_of(options.daemon), "GET", target_of(options.subject));
  const Native::Array& records = answer.member("records")->array();
  const bool known = std::ranges::any_of(records, is_known);
  if (options.daemon.json) {
    std::puts(print_json(answer).c_str());
  } else if (known) {
    for (const Native& record : records) print_story(record);
  }
  if (known) return 0;
  throw ControlError("nothing is known of '" + options.subject +
                     "': no webhook and no sweep told of it yet; check the id, as the system itself writes it");
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand("explain", "A record's whole story: news, decisions, values, errors");
  auto options = std::make_shared<ExplainOptions>();
  add_daemon_options(*command, options->daemon);
  command->add_option("record", options->subject, "system/object/id")->required();
  command->footer(
      "Example: counterpart explain crm/contacts/42\n"
      "Exit codes: 0 told, 1 nothing is known of the record, or no daemon answers");
  return {command, [options] { return explain(*options); }};
}

}  // namespace

Command explain_command() {
  return {add};
}

}  // namespace counterpart::commands
