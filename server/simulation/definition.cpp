#include "server/simulation/definition.h"

#include <algorithm>
#include <stdexcept>

#include "connectors/rest/kind.h"
#include "mapping/values/json.h"

namespace counterpart::simulation {
namespace {

/// Quoted for YAML, which takes JSON's strings.
std::string in_quotes(std::string_view text) {
  return print_json(Native(text));
}

/// Every mapping and side in which the system's object takes part.
template <class Visit>
void for_each_part(const std::string& system, const Configuration& configuration, const Visit& visit) {
  for (const SyncConfiguration& sync : configuration.syncs) {
    for (const Side side : kSides) {
      if (sync.between[side] != system) continue;
      for (const ObjectMapping& mapping : sync.mappings) visit(mapping, side);
    }
  }
}

std::set<std::string> search_keys(const std::string& system, const std::string& object, const Traits& traits,
                                  const Configuration& configuration) {
  std::set<std::string> keys;
  if (traits.has_stamp) keys.insert(kStampField);
  for_each_part(system, configuration, [&](const ObjectMapping& mapping, Side side) {
    if (mapping.object[side] != object) return;
    for (const MatchKey& key : mapping.match) keys.insert(mapping.fields[key.field].side[side].name);
  });
  return keys;
}

std::string head_of(const std::string& system, const Traits& traits) {
  std::string text = "connector: 1\nid: simulated-" + system + "\ntitle: Simulated system " + system + R"(
settings:
  url: {doc: Base address, required: true}
http:
  base_url: ${settings.url}
records:
  fields: fields
  modified: modified
  created: created
)";
  if (traits.preconditions || traits.unique_revisions) text += "  revision: revision\n";
  if (traits.names_writers) text += "  modified_by: modified_by\n  created_by: created_by\n";
  if (traits.leaves_out_blanks) text += "  absent_is_blank: true\n";
  if (traits.names_writers) text += "user:\n  request: GET /me\n  path: id\n";
  return text + "error_message: message\n";
}

std::string webhooks_of(const Traits& traits) {
  std::string text = R"(webhooks:
  verify: {type: hmac_sha256, header: X-Signature, timestamp_header: X-Timestamp, signed: "${timestamp}.${body}"}
  items: events
  object: {path: object}
  id: id
  event_id: event
  at: at
)";
  text += std::string("  event_id_unique: ") + (traits.unique_events ? "true\n" : "false\n");
  if (traits.names_writers) text += "  actor: by\n";
  if (traits.hook_revision && (traits.preconditions || traits.unique_revisions)) text += "  revision: revision\n";
  if (traits.hook_values) text += "  changed: changed\n";
  return text;
}

std::string reads_of(const Traits& traits, const std::string& at) {
  std::string text = "    read:\n      request: " + in_quotes("GET " + at + "/${id}") + "\n";
  if (traits.batches) {
    text += "      many:\n        request: " + in_quotes("POST " + at + "/read") +
            "\n        body: {ids: \"${ids}\"}\n        select: results\n        limit: 3\n";
  }
  text += "    changes:\n      request: " + in_quotes("GET " + at) + R"(
      query: {since: "${since}", cursor: "${cursor}", size: "${size}"}
      select: results
      page: {type: cursor, size: 5, next: next}
)";
  if (traits.sorts_changes) text += "      sorted: true\n";
  return text;
}

std::string searches_of(const std::set<std::string>& keys, const std::string& at) {
  if (keys.empty()) return "";
  std::string text = "    find:\n";
  for (const std::string& key : keys) {
    text += "      " + in_quotes(key) + ":\n        request: " + in_quotes("POST " + at + "/find") +
            "\n        body: {path: " + in_quotes(key) + ", values: \"${values}\"}\n        select: results\n" +
            "        limit: 10\n";
  }
  return text;
}

std::string writes_of(const Traits& traits, const std::string& at) {
  const std::string returns = traits.answers_records ? "record" : "id";
  std::string text = "    create:\n";
  if (traits.batches) {
    text +=
        "      returns: " + returns + "\n      batch:\n        request: " + in_quotes("POST " + at + "/create") + R"(
        body: {inputs: "${items}"}
        item: {fields: "${fields}"}
        limit: 3
        results: results
        status: status
        record: record
)";
    if (!traits.answers_records) text += "      id_path: record.id\n";
  } else {
    text += "      request: " + in_quotes("POST " + at) + "\n      body: ${fields}\n      returns: " + returns + "\n";
    if (!traits.answers_records) text += "      id_path: id\n";
  }
  text += "    update:\n";
  text += std::string("      precondition: ") + (traits.preconditions ? "revision\n      conflict: 412\n" : "none\n");
  text += std::string("      returns: ") + (traits.answers_records ? "record\n" : "none\n");
  if (traits.batches) {
    text += "      batch:\n        request: " + in_quotes("POST " + at + "/update") +
            "\n        body: {inputs: \"${items}\"}\n        item: {id: \"${id}\"," +
            (traits.preconditions ? " revision: \"${revision}\"," : "") +
            " fields: \"${changed}\"}\n        limit: 3\n        results: results\n        status: status\n" +
            (traits.answers_records ? "        record: record\n" : "");
  } else {
    text += "      request: " + in_quotes("PATCH " + at + "/${id}") + "\n      body: ${changed}\n";
    if (traits.preconditions) text += "      headers: {If-Match: \"${revision}\"}\n";
  }
  return text;
}

std::string object_of(const std::string& system, const std::string& object, const Traits& traits,
                      const Configuration& configuration) {
  const std::string at = "/o/" + object;
  const auto lag = std::chrono::duration_cast<std::chrono::milliseconds>(traits.lag).count();
  std::string text = "  " + in_quotes(object) + ":\n    search_lag: " + std::to_string(lag) + "ms\n";
  if (traits.has_stamp) text += std::string("    stamp: ") + kStampField + "\n";
  if (traits.unique_revisions) text += "    unique_revision: true\n";
  return text + reads_of(traits, at) + searches_of(search_keys(system, object, traits, configuration), at) +
         writes_of(traits, at);
}

}  // namespace

std::map<std::string, std::set<std::string>> objects_of(const std::string& system, const Configuration& configuration) {
  std::map<std::string, std::set<std::string>> objects;
  for_each_part(system, configuration, [&](const ObjectMapping& mapping, Side side) {
    std::set<std::string>& columns = objects[mapping.object[side]];
    const auto add = [&](const Path& path) {
      const auto* name = path.steps().empty() ? nullptr : std::get_if<Path::Name>(&path.steps().front());
      if (name != nullptr) columns.insert(name->name);
    };
    for (const FieldRule& rule : mapping.fields) std::ranges::for_each(rule.side[side].paths, add);
    for (const RowsRule& rule : mapping.rows) add(rule.side[side].path);
  });
  return objects;
}

Secret hook_secret() {
  return Secret("simulated-webhook-secret");
}

std::string definition_of(const std::string& system, const Traits& traits, const Configuration& configuration) {
  std::string text = head_of(system, traits) + webhooks_of(traits) + "objects:\n";
  for (const auto& [object, columns] : objects_of(system, configuration)) {
    text += object_of(system, object, traits, configuration);
  }
  return text;
}

void put_simulation_in_place(SystemConfiguration& system, const Traits& traits, const Configuration& configuration) {
  config::Problems problems;
  const std::string text = definition_of(system.name, traits, configuration);
  system.kind = rest::kind_from_text(text, "the simulated system " + system.name, problems);
  if (system.kind == nullptr) {
    throw std::logic_error("the simulated system's own definition has mistakes:\n" + problems.print());
  }
  system.connector = "simulated";
  system.settings.plain = {{"url", "http://" + system.name + ".simulated"}};
  system.settings.secret.clear();
  system.hooks = {};
  system.hooks.accepted = traits.hooks;
  if (traits.hooks) system.hooks.secrets.push_back(hook_secret());
}

}  // namespace counterpart::simulation
