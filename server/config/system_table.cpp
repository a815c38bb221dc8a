#include <algorithm>

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

using SchemeType = HookScheme::Type;
using Words = std::vector<std::pair<std::string, SchemeType>>;

const Words& scheme_words() {
  static const Words words = {{"standard_webhooks", SchemeType::standard_webhooks},
                              {"hmac_sha256", SchemeType::hmac_sha256},
                              {"header_token", SchemeType::header_token},
                              {"path_secret", SchemeType::path_secret},
                              {"none", SchemeType::none}};
  return words;
}

std::string word_of(SchemeType type) {
  for (const auto& [word, meaning] : scheme_words()) {
    if (meaning == type) return word;
  }
  return "";
}

Type<std::chrono::seconds> whole_seconds() {
  const auto convert = [](milliseconds value) { return std::chrono::ceil<std::chrono::seconds>(value); };
  Type<std::chrono::seconds> type = config::read_as<std::chrono::seconds, milliseconds>(duration(1s, kDay), convert);
  type.show = [](const std::chrono::seconds& value) { return Native(config::print_duration(value)); };
  return type;
}

/// Keys that mean something for a scheme, besides `type`.
std::vector<std::string> keys_for(SchemeType type) {
  switch (type) {
    case SchemeType::standard_webhooks:
      return {"tolerance"};
    case SchemeType::hmac_sha256:
      return {"header", "encoding", "prefix", "timestamp_header", "signed", "tolerance"};
    case SchemeType::header_token:
      return {"header", "prefix"};
    case SchemeType::path_secret:
    case SchemeType::none:
      break;
  }
  return {};
}

void check_meaning(const HookScheme& scheme, const Node& node, Problems& problems) {
  const std::vector<std::string> meaningful = keys_for(scheme.type);
  for (const Node::Member& member : node.members) {
    const bool known = member.key == "type" || std::ranges::find(meaningful, member.key) != meaningful.end();
    if (!known && !word_of(scheme.type).empty()) {
      problems.add(member.place, "'" + member.key + "' means nothing for " + word_of(scheme.type), "remove it");
    }
  }
}

void check_header(const HookScheme& scheme, const Node& node, Problems& problems) {
  const bool wanted = scheme.type == SchemeType::hmac_sha256 || scheme.type == SchemeType::header_token;
  if (!wanted || !scheme.header.empty()) return;
  const std::string word = word_of(scheme.type);
  problems.add(node.place, word + " needs the name of a header", "write verify: {type: " + word + ", header: X-…}");
}

void check_signed_text(const HookScheme& scheme, const Node& node, Problems& problems) {
  const Node* text = node.find("signed");
  const config::Place& place = text != nullptr ? text->place : node.place;
  const bool stamps = scheme.signed_text.find("${timestamp}") != std::string::npos;
  for (std::size_t at = scheme.signed_text.find("${"); at != std::string::npos;
       at = scheme.signed_text.find("${", at + 1)) {
    const std::string_view rest = std::string_view(scheme.signed_text).substr(at);
    if (rest.starts_with("${body}") || rest.starts_with("${timestamp}")) continue;
    problems.add(place, "what is signed knows ${timestamp} and ${body} only", "remove the other ${");
  }
  if (scheme.signed_text.find("${body}") == std::string::npos) {
    problems.add(place, "what is signed must hold the body", "write ${body} into it");
  }
  if (stamps && scheme.timestamp_header.empty()) {
    problems.add(place, "${timestamp} is signed, but no header holds it", "add timestamp_header");
  }
  if (!stamps && !scheme.timestamp_header.empty()) {
    problems.add(place, "the time stamp is not signed, so it proves nothing",
                 "write signed: \"${timestamp}.${body}\" as the sender does, or remove timestamp_header");
  }
}

void check_scheme(const HookScheme& scheme, const Node& node, Problems& problems) {
  const Node* type = node.find("type");
  const bool understood = type != nullptr && type->scalar == word_of(scheme.type);
  if (!understood) return;
  check_meaning(scheme, node, problems);
  check_header(scheme, node, problems);
  if (scheme.type == SchemeType::hmac_sha256) check_signed_text(scheme, node, problems);
}

Table<HookScheme> scheme_table() {
  using Encoding = HookScheme::Encoding;
  Table<HookScheme> table("a webhook scheme", "How the sender proves who it is.");
  table.required("type", &HookScheme::type, choice<SchemeType>(scheme_words()), "The kind of proof.")
      .optional("header", &HookScheme::header, config::text(), "The header that holds the signature or token.")
      .optional("encoding", &HookScheme::encoding,
                choice<Encoding>({{"hex", Encoding::hex}, {"base64", Encoding::base64}}),
                "How the signature is written.")
      .optional("prefix", &HookScheme::prefix, config::text(), "What stands before it, such as sha256=")
      .optional("timestamp_header", &HookScheme::timestamp_header, config::text(),
                "The header that holds the signed time stamp (seconds since 1970).")
      .optional("signed", &HookScheme::signed_text, config::text(),
                "What is signed: ${timestamp}, ${body}, plain text.")
      .optional("tolerance", &HookScheme::tolerance, whole_seconds(), "How old, or early, a time stamp may be.")
      .check(check_scheme);
  return table;
}

/// A scheme without its type is none at all: what it means for secrets is not judged then.
std::optional<HookScheme> read_scheme(const Node& node, Problems& problems) {
  const auto words = choice<SchemeType>(scheme_words());
  if (node.kind == Node::Kind::map) {
    HookScheme scheme = scheme_table().read(node, problems);
    Problems told;
    const Node* type = node.find("type");
    if (type == nullptr || !words.read(*type, told)) return std::nullopt;
    return scheme;
  }
  const auto type = words.read(node, problems);
  if (!type) return std::nullopt;
  HookScheme scheme;
  scheme.type = *type;
  check_header(scheme, node, problems);
  return scheme;
}

Table<Hook> hook_table() {
  Table<Hook> table("webhook", "How the system's webhooks are verified.");
  table
      .optional("verify", &Hook::verify, config::maybe(verify_type()),
                "The scheme, instead of the connector's own. none: not verified, on purpose.")
      .optional("accept", &Hook::accept, config::boolean(),
                "false: no webhooks are taken; what changes is found by sweeps.")
      .optional("secret", &Hook::secrets, config::one_or_list_of(scalar()), "The secret; two while it is rotated.");
  return table;
}

Table<System> sweep_table() {
  Table<System> table("sweep", "Reading what has changed lately, for what webhooks lost.");
  table.optional("every", &System::sweep_every, duration(10ms, 365 * kDay), "How often.")
      .optional("overlap", &System::sweep_overlap, duration(0ms, 365 * kDay),
                "How far a sweep reaches back before the last one.");
  return table;
}

Table<System> not_found_table() {
  Table<System> table("not_found", "When a system says that a record is not there.");
  table.optional("tries", &System::not_found_tries, integer(1, 100), "Reads before that is believed.")
      .optional("wait", &System::not_found_wait, duration(1ms, kDay), "The pause between them.");
  return table;
}

Table<System> pace_table() {
  Table<System> table("pace", "How fast the system may be called.");
  table.optional("requests_per_second", &System::requests_per_second, integer(1, 100'000), "Requests a second.")
      .optional("burst", &System::burst, integer(1, 100'000), "Requests at once after a pause.")
      .optional("connections", &System::connections, integer(1, 1'000), "Connections open at once.");
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
  url.doc = "Where the system's API is.";
  if (!has_url) add_value_key(table, url);
  for (const SettingKey& key : keys) add_value_key(table, key);
}

}  // namespace

Type<Verify> verify_type() {
  Type<Verify> type;
  type.words = "a scheme's name, or a map";
  type.schema = [] {
    Native::Array kinds{choice<SchemeType>(scheme_words()).schema(), scheme_table().schema()};
    return Native(Native::Object{{"anyOf", Native(std::move(kinds))}});
  };
  type.read = [](const Node& node, Problems& problems) -> std::optional<Verify> {
    auto scheme = read_scheme(node, problems);
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
      .section("pace", pace_table())
      .section("breaker", breaker_table())
      .optional("timeout", &System::timeout, duration(1ms, 1h),
                "For one call of the system; twice as long must fit into work.lease.")
      .optional("connect_timeout", &System::connect_timeout, duration(1ms, 1h),
                "For connecting to the system, TLS included; it is part of the time-out.")
      .optional("idle_timeout", &System::idle_timeout, duration(1ms, 1h),
                "A connection idle for so long is not used again.")
      .optional("answer_bytes", &System::answer_bytes, integer(1024, 1024LL * 1024 * 1024),
                "Most bytes of one answer of the system.")
      .optional("ca_file", &System::ca, config::maybe(scalar()),
                "Certificates (PEM) to trust instead of the system's store.");
  return table;
}

}  // namespace counterpart::drafts
