#include <algorithm>

#include "connectors/webhook/scheme_table.h"
#include "server/config/tables.h"

namespace counterpart::drafts {
namespace {

using config::choice;
using config::duration;
using config::integer;
using config::Problems;
using config::scalar;
using config::Table;
using config::Type;
using namespace std::chrono_literals;

constexpr milliseconds kDay = 24h;

Table<Hook> hook_table() {
  Table<Hook> table("webhook", "How the system's webhooks are verified.");
  table
      .optional("verify", &Hook::verify, config::maybe(verify_type()),
                "The scheme, instead of the connector's own. none: not verified, on purpose.")
      .optional("accept", &Hook::accept, config::boolean(),
                "false: no webhooks are taken; what changes is found by sweeps.")
      .optional("secret", &Hook::secrets, config::one_or_list_of(scalar()),
                "The secret, or several: any may match. Two while it is rotated.");
  return table;
}

Table<System> sweep_table() {
  Table<System> table("sweep", "Reading what has changed lately, for what webhooks lost.");
  table
      .optional("every", &System::sweep_every, duration(10ms, 365 * kDay),
                "How often. Lower it where there are no webhooks: changes arrive that late.")
      .optional("overlap", &System::sweep_overlap, duration(0ms, 365 * kDay),
                "How far a sweep reaches back before the last one: more where records show up late in listings.");
  return table;
}

Table<System> not_found_table() {
  Table<System> table("not_found", "When a system says that a record is not there.");
  table
      .optional("tries", &System::not_found_tries, integer(1, 100),
                "Reads before that is believed, which is then a delete.")
      .optional("wait", &System::not_found_wait, duration(1ms, kDay), "The pause between them.");
  return table;
}

Table<System> pace_table() {
  Table<System> table("pace", "How fast the system may be called.");
  table
      .optional("requests_per_second", &System::requests_per_second, integer(1, 100'000),
                "Requests a second, at most. Set it below what the system allows.")
      .optional("burst", &System::burst, integer(1, 100'000), "Requests at once after a pause.")
      .optional("connections", &System::connections, integer(1, 1'000), "Connections open at once.");
  return table;
}

/// To map a field by its name takes a word of a person: which codec it has, and who wins.
Type<NewFields> new_fields_type() {
  Type<NewFields> type = choice<NewFields>({{"alert", NewFields::alert}, {"ignore", NewFields::ignore}});
  type.read = [read = type.read](const Node& node, Problems& problems) -> std::optional<NewFields> {
    const bool planned = node.kind == Node::Kind::scalar && node.scalar == "map";
    if (!planned) return read(node, problems);
    problems.add(node.place, "new_fields: map is not supported yet",
                 "write alert, and add a field row when you are told of a new field");
    return std::nullopt;
  };
  return type;
}

Table<System> schema_table() {
  Table<System> table("schema", "The system's fields, their lengths and options, are looked at for changes.");
  table
      .optional("every", &System::schema_every, duration(1s, 7 * kDay),
                "How often, besides at the start and after the system has refused a write.")
      .optional("new_fields", &System::new_fields, new_fields_type(),
                "A field that is new there: alert, or ignore (it is noted all the same).");
  return table;
}

Table<System> breaker_table() {
  Table<System> table("breaker", "When the system does not work, it is left alone for a while.");
  table.optional("failures", &System::breaker_failures, integer(1, 1'000), "Failures in a row that open the breaker.")
      .optional("wait", &System::breaker_wait, duration(1ms, kDay), "How long it stays open before one call tries.");
  return table;
}

void add_value_key(Table<System>& table, const SettingKey& key) {
  const auto put = [name = key.name](System& system, Node value) { system.values[name] = std::move(value); };
  const std::string note = key.default_text.empty() ? "" : " Default: " + key.default_text + ".";
  table.key<Node>(key.name, key.required, scalar(), put, key.doc + note);
}

/// `url` belongs to every system, but a connector may say more about it.
void add_connector_keys(Table<System>& table, const ConnectorKind* kind) {
  const std::vector<SettingKey> keys = kind == nullptr ? std::vector<SettingKey>{} : kind->settings();
  const bool has_url = std::ranges::any_of(keys, [](const SettingKey& key) { return key.name == "url"; });
  SettingKey url;
  url.name = "url";
  url.doc = "Where the system's API is, as its connector asks for it.";
  if (!has_url) add_value_key(table, url);
  for (const SettingKey& key : keys) add_value_key(table, key);
}

}  // namespace

Type<Verify> verify_type() {
  const Type<HookScheme> scheme_type = hook_scheme_type();
  Type<Verify> type;
  type.words = scheme_type.words;
  type.inner = scheme_type.inner;
  type.schema = scheme_type.schema;
  type.read = [read = scheme_type.read](const Node& node, Problems& problems) -> std::optional<Verify> {
    auto scheme = read(node, problems);
    if (!scheme) return std::nullopt;
    return Verify{node.place, std::move(*scheme)};
  };
  return type;
}

Table<System> system_table(const ConnectorKind* kind) {
  Table<System> table("a system", "One CRM or ERP.");
  table.required("connector", &System::connector_node, scalar(),
                 "The kind of system: a connector that ships, or the path of a definition (./mycrm.yaml).");
  add_connector_keys(table, kind);
  table.optional("webhook", &System::webhook, hook_table().type(), "How the system's webhooks are verified.")
      .optional("webhook_secret", &System::webhook_secret, config::one_or_list_of(scalar()),
                "Short for webhook: {secret: …}.")
      .optional("environment", &System::environment, config::name(),
                "production, staging, ... A sync joins systems of the same environment only.")
      .optional("settle", &System::settle, duration(0ms, 1h),
                "News waits so long before it is worked, "
                "for systems that send webhooks before they have stored the change.")
      .section("sweep", sweep_table())
      .section("not_found", not_found_table())
      .section("schema", schema_table())
      .section("pace", pace_table())
      .section("breaker", breaker_table())
      .optional("timeout", &System::timeout, duration(1ms, 1h),
                "For one call of the system; twice as long must fit into work.lease.")
      .optional("connect_timeout", &System::connect_timeout, duration(1ms, 1h),
                "For connecting to the system, TLS included; it is part of the time-out.")
      .optional("idle_timeout", &System::idle_timeout, duration(1ms, 1h),
                "A connection idle for so long is not used again.")
      .optional("answer_bytes", &System::answer_bytes, integer(1024, 1024LL * 1024 * 1024),
                "Most bytes of one answer of the system. Lower the page size before this is raised.")
      .optional("ca_file", &System::ca, config::maybe(scalar()),
                "Certificates (PEM) to trust instead of the machine's store. Read again when it changes.")
      .optional("client_certificate", &System::client_certificate_node, config::maybe(scalar()),
                "PEM file: the certificate by which the system knows us (mutual TLS), then those of its issuers. Read "
                "again when it changes.")
      .optional("client_key", &System::client_key_node, config::maybe(scalar()),
                "PEM file: its key, without a pass phrase, which others may not read (mode 0640 or less).")
      .optional("proxy", &System::proxy_node, config::maybe(scalar()),
                "The HTTP proxy to call the system through: http://host:port or http://user:password@host:port. "
                "Without it none is used; http_proxy and the like in the environment are not asked.");
  return table;
}

}  // namespace counterpart::drafts
