#include <algorithm>

#include "server/config/resolve.h"
#include "server/config/tables.h"

namespace counterpart::drafts {
namespace {

constexpr std::size_t kSecretsMost = 40;  // some systems give each webhook one of its own

/// Not repeated in messages: addresses may hold passwords.
bool is_url(std::string_view text) {
  constexpr std::string_view kSeparator = "://";
  const std::size_t scheme_end = text.find(kSeparator);
  const std::string_view scheme = text.substr(0, scheme_end);
  if (scheme != "http" && scheme != "https") return false;
  const std::string_view rest = text.substr(std::min(scheme.size() + kSeparator.size(), text.size()));
  return !rest.empty() && rest.front() != '/' && rest.find_first_of(" \t\r\n") == std::string_view::npos;
}

/// Keys of every system's connector: `url`, and what its kind adds.
std::vector<SettingKey> keys_of(const ConnectorKind* kind) {
  std::vector<SettingKey> keys = kind == nullptr ? std::vector<SettingKey>{} : kind->settings();
  if (std::ranges::find(keys, "url", &SettingKey::name) == keys.end()) {
    keys.emplace_back();
    keys.back().name = "url";
    keys.back().doc = "Where the system's API is.";
  }
  return keys;
}

void keep(System& system, const SettingKey& key, const std::string& text) {
  if (key.secret) {
    system.settings.secret[key.name] = Secret(text);
  } else {
    system.settings.plain[key.name] = text;
  }
}

void keep_value(System& system, const SettingKey& key, Problems& problems) {
  const auto written = system.values.find(key.name);
  if (written == system.values.end()) {
    if (!key.default_text.empty()) keep(system, key, key.default_text);
    return;
  }
  const Node& node = written->second;
  if (node.scalar.empty() && key.required) {
    problems.add(node.place, "'" + key.name + "' is empty", "fill it: " + key.doc);
  }
  if (key.name == "url" && !node.scalar.empty() && !is_url(node.scalar)) {
    problems.add(node.place, "'url' is no address", "write http://host:port/… or https://host/…");
  }
  keep(system, key, node.scalar);
}

void keep_secrets(System& system, Problems& problems) {
  const std::vector<Node>& nested = system.webhook.secrets;
  if (!nested.empty() && !system.webhook_secret.empty()) {
    problems.add(system.webhook_secret.front().place, "the webhook's secret is written twice",
                 "keep webhook_secret, or webhook: {secret: …}");
  }
  const std::vector<Node>& secrets = nested.empty() ? system.webhook_secret : nested;
  if (secrets.size() > kSecretsMost) {
    problems.add(secrets[kSecretsMost].place, "more than " + std::to_string(kSecretsMost) + " webhook secrets",
                 "keep one for each webhook, and those that they replace");
  }
  for (const Node& secret : secrets) {
    if (secret.scalar.empty()) problems.add(secret.place, "the webhook secret is empty", "fill it, or remove it");
    system.hooks.secrets.emplace_back(secret.scalar);
  }
}

void keep_scheme(System& system, Problems& problems) {
  const auto& verify = system.webhook.verify;
  const bool has_secret = !system.hooks.secrets.empty();
  system.hooks.accepted = system.webhook.accept;
  if (!system.hooks.accepted && (verify || has_secret)) {
    problems.add(system.place, "webhooks of '" + system.name + "' are not accepted, but said how to be verified",
                 "remove webhook: {accept: false}, or the secret and verify");
  }
  if (!verify) return;
  if (verify->scheme.type == HookScheme::Type::none) {
    system.hooks.unverified = true;
    if (has_secret) {
      problems.add(verify->place, "verify: none, but a webhook secret is given",
                   "name the scheme that the secret is for, or remove the secret");
    }
  } else if (!has_secret) {
    problems.add(verify->place, "webhooks are to be verified, but no secret is given",
                 "add webhook: {secret: ${env:…}}, or write verify: none to take them unverified");
  }
  system.hooks.scheme = verify->scheme;
}

std::shared_ptr<const ConnectorKind> kind_of(const Node& section, const std::filesystem::path& folder,
                                             const FindConnector& find_connector, Problems& problems) {
  const Node* connector = section.find("connector");
  if (connector == nullptr || connector->kind != Node::Kind::scalar || connector->unreadable) return nullptr;
  return find_connector(connector->scalar, folder, connector->place, problems);
}

/// Without its connector a system's own keys are unknown: only the common ones are judged.
System read_unknown(const Node& section, Problems& problems) {
  const auto common = system_table(nullptr).keys();
  Node judged = section;
  std::erase_if(judged.members, [&](const Node::Member& member) {
    return std::ranges::none_of(common, [&](const auto& key) { return key.key == member.key; });
  });
  return system_table(nullptr).read(judged, problems);
}

System resolve_system(const std::string& name, const Node& section, const std::filesystem::path& folder,
                      const FindConnector& find_connector, Problems& problems) {
  const std::size_t told_before = problems.size();
  const auto kind = kind_of(section, folder, find_connector, problems);
  const bool is_section = section.kind == Node::Kind::map;
  System system = kind == nullptr && is_section ? read_unknown(section, problems)
                                                : system_table(kind.get()).read(section, problems);
  system.name = name;
  system.place = section.place;
  system.connector = system.connector_node.scalar;
  system.kind = kind;
  system.settings.name = name;
  system.settings.timeout = system.timeout;
  for (const SettingKey& key : keys_of(kind.get())) keep_value(system, key, problems);
  const Node* timeout = section.find("timeout");
  system.timeout_place = timeout != nullptr ? timeout->place : section.place;
  const auto unreadable = [&](const char* key) {
    const Node* written = section.find(key);
    return written != nullptr && written->holds_unreadable();
  };
  const bool hooks_unreadable = unreadable("webhook") || unreadable("webhook_secret");
  keep_secrets(system, problems);
  if (!hooks_unreadable) keep_scheme(system, problems);
  resolve_outgoing(system, section, folder, problems);
  system.whole = kind != nullptr && problems.size() == told_before && !section.holds_unreadable();
  const bool hooks_written = section.find("webhook") != nullptr || section.find("webhook_secret") != nullptr;
  system.hooks.readable = system.whole || !hooks_written;
  return system;
}

}  // namespace

Systems resolve_systems(const Node& section, const std::filesystem::path& folder, const FindConnector& find_connector,
                        Problems& problems) {
  Systems systems;
  const auto sections = config::map_of(config::node()).read(section, problems);
  if (!sections) return systems;
  for (const auto& [name, node] : *sections) {
    System system = resolve_system(name, node, folder, find_connector, problems);
    systems.timeout_places.push_back(system.timeout_place);
    systems.list.push_back(std::move(system));
  }
  return systems;
}

}  // namespace counterpart::drafts
