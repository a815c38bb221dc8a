#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>

#include "mapping/codecs/unicode.h"
#include "mapping/schema/description_json.h"
#include "mapping/values/json.h"
#include "mapping/values/utf8.h"
#include "server/commands/command.h"
#include "server/commands/loading.h"
#include "server/commands/printing.h"
#include "server/control/client.h"
#include "server/daemon/system_ports.h"
#include "server/engine/client_settings.h"
#include "server/http/client/client.h"
#include "server/rethrow.h"
#include "server/topology/topology.h"

namespace counterpart::commands {

namespace asio = boost::asio;

namespace {

struct ConnectorOptions {
  DaemonOptions daemon;
  std::string system;
  std::string object;
  CLI::App* list = nullptr;
  CLI::App* describe = nullptr;
  CLI::App* accept = nullptr;
};

/// The systems of a configuration, with connectors that can be asked.
class AskedSystems {
 public:
  explicit AskedSystems(const Configuration& configuration) {
    TopologyPorts ports;
    ports.clock = &clock_;
    ports.random = &random_;
    ports.client = [this](const SystemConfiguration& settings) {
      return http::make_client(io_, client_settings(settings), points_);
    };
    config::Problems problems;
    topology_ = make_topology(configuration, ports, problems);
  }

  Topology& topology() { return topology_; }

  DescribeResult describe(const System& system, const std::string& object) {
    std::optional<DescribeResult> result;
    asio::co_spawn(io_, ask(system, object, result), rethrow);
    io_.restart();
    io_.run();
    return *std::move(result);
  }

 private:
  static asio::awaitable<void> ask(const System& system, std::string object, std::optional<DescribeResult>& result) {
    result = co_await system.connector->describe(std::move(object));
  }

  asio::io_context io_{1};
  SystemClock clock_;
  SystemRandom random_;
  NoFaultPoints points_;
  Topology topology_;
};

using TextTable = std::vector<std::vector<std::string>>;

/// Columns as wide as their widest cell; the last one is not filled up.
void print_table(const TextTable& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], codecs::length_of(row[i]));
  }
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] + 2 - codecs::length_of(row[i]), ' ');
    }
    std::puts(line.c_str());
  }
}

/// For a terminal: control characters are shown as '?'.
std::string safe(const std::string& text) {
  std::string shown = text;
  std::ranges::replace_if(shown, [](char c) { return is_control(c); }, '?');
  return shown;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + safe(word);
  return text;
}

void print_description(const System& system, const std::string& object, const ObjectDescription& description) {
  std::printf("%s/%s: ", system.settings->name.c_str(), object.c_str());
  if (description.fields.empty()) {
    std::puts("the system, or its connector's definition, does not tell its fields");
    return;
  }
  const auto& adds = description.users_add_fields;
  std::printf("%zu fields; %s\n", description.fields.size(),
              !adds   ? "whether users can add fields is not told"
              : *adds ? "users can add fields"
                      : "users cannot add fields");
  TextTable rows = {{"field", "type", "length", "required", "read-only", "custom", "label", "options"}};
  for (const FieldDescription& field : description.fields) {
    rows.push_back({safe(field.name), safe(field.type), field.max_length ? std::to_string(*field.max_length) : "",
                    field.required ? "yes" : "", field.read_only ? "yes" : "", field.custom ? "yes" : "",
                    safe(field.label), joined(field.options)});
  }
  print_table(rows);
}

int list(const ConnectorOptions& options) {
  const auto configuration = load(options.daemon.config_file);
  if (!configuration) return 2;
  AskedSystems systems(*configuration);
  Native::Array shown;
  for (const System& system : systems.topology().systems) {
    const auto objects = system.connector->objects();
    const auto mapped = systems.topology().objects_of(system);
    shown.push_back(Native(Native::Object{{"system", system.settings->name},
                                          {"connector", system.settings->connector},
                                          {"objects", Native::Array(objects.begin(), objects.end())},
                                          {"mapped", Native::Array(mapped.begin(), mapped.end())}}));
    if (options.daemon.json) continue;
    std::printf("%s (%s): objects %s; mapped: %s\n", system.settings->name.c_str(), system.settings->connector.c_str(),
                joined(objects).c_str(), mapped.empty() ? "none" : joined(mapped).c_str());
  }
  if (options.daemon.json) std::puts(print_json(Native(Native::Object{{"systems", std::move(shown)}})).c_str());
  return 0;
}

/// The objects to be described; empty, and said so, where there is none of that name.
std::vector<std::string> wanted_objects(const System& system, const std::string& wanted) {
  const auto objects = system.connector->objects();
  if (wanted.empty()) return objects;
  if (std::ranges::find(objects, wanted) != objects.end()) return {wanted};
  std::fprintf(stderr, "counterpart: system '%s' has no object '%s'; its objects are: %s\n",
               system.settings->name.c_str(), wanted.c_str(), joined(objects).c_str());
  return {};
}

int describe(const ConnectorOptions& options) {
  const auto configuration = load(options.daemon.config_file);
  if (!configuration) return 2;
  AskedSystems systems(*configuration);
  const System* system = systems.topology().system(options.system);
  if (system == nullptr) {
    std::fprintf(stderr, "counterpart: no system '%s' is configured\n", options.system.c_str());
    return 1;
  }
  const auto objects = wanted_objects(*system, options.object);
  Native::Array shown;
  for (const std::string& object : objects) {
    const DescribeResult result = systems.describe(*system, object);
    if (const auto* failure = std::get_if<Failure>(&result)) {
      std::fprintf(stderr, "counterpart: '%s' cannot be described: %s\n", object.c_str(), failure->message.c_str());
      return 1;
    }
    const auto& description = std::get<ObjectDescription>(result);
    Native one = to_native(description);
    one.set("object", object);
    shown.push_back(std::move(one));
    if (!options.daemon.json) print_description(*system, object, description);
  }
  if (options.daemon.json) {
    std::puts(print_json(Native(Native::Object{{"system", options.system}, {"objects", std::move(shown)}})).c_str());
  }
  return objects.empty() ? 1 : 0;
}

int accept(const ConnectorOptions& options) {
  const std::string path = "/api/v1/schema/" + encode_segment(options.system) + "/" + encode_segment(options.object);
  const Native answer = ask_daemon(state_directory_of(options.daemon), "POST", path + "/accept");
  if (options.daemon.json) {
    std::puts(print_json(answer).c_str());
  } else {
    std::printf("%s/%s is taken as it is now\n", options.system.c_str(), options.object.c_str());
  }
  return 0;
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command =
      root.add_subcommand("connector", "What the systems are like: their objects and fields, as they are");
  auto options = std::make_shared<ConnectorOptions>();
  command->require_subcommand(1);
  options->list = command->add_subcommand("list", "Systems, their connectors and objects; nobody is asked");
  options->describe = command->add_subcommand("describe", "Fields as a system tells them now");
  options->accept = command->add_subcommand("accept", "Take an object's fields as they are now: none is stopped");
  for (CLI::App* sub : {options->describe, options->accept}) {
    sub->add_option("system", options->system, "The system's name in the configuration")->required();
  }
  options->describe->add_option("object", options->object, "One object; all where none is said");
  options->accept->add_option("object", options->object, "The object")->required();
  for (CLI::App* sub : {options->list, options->describe, options->accept}) add_daemon_options(*sub, options->daemon);
  command->footer(
      "Example: counterpart connector describe crm contacts; counterpart connector accept erp persons\n"
      "Exit codes: 0 done, 1 no such system or object, or no answer, 2 mistakes in the configuration");
  return {command, [options] {
            if (options->list->parsed()) return list(*options);
            return options->describe->parsed() ? describe(*options) : accept(*options);
          }};
}

}  // namespace

Command connector_command() {
  return {add};
}

}  // namespace counterpart::commands
