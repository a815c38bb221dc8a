#include <charconv>

#include "server/config/tables.h"
#include "server/config/value_tables.h"

namespace counterpart::drafts {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::Problems;
using config::Table;
using config::Type;
using namespace std::chrono_literals;

constexpr milliseconds kTimeoutMost = 1h;
constexpr milliseconds kOneDay = 24h;

Type<milliseconds> timeout() {
  return duration(1ms, kTimeoutMost);
}

bool is_port(std::string_view text) {
  constexpr unsigned kPortMost = 65535;
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port <= kPortMost;
}

bool is_host(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  constexpr std::string_view kAddressLetters = "0123456789abcdefABCDEF:.";
  if (text.starts_with('[')) {
    return text.size() > 2 && text.ends_with(']') &&
           text.substr(1, text.size() - 2).find_first_not_of(kAddressLetters) == std::string_view::npos;
  }
  return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos;
}

bool is_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  return colon != std::string_view::npos && is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

Type<std::string> address() {
  return config::text_like("an address such as 127.0.0.1:8080 or [::1]:8080",
                           R"(^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$)", is_address);
}

void refuse_same_addresses(const ListenSettings& listen, const Node& node, Problems& problems) {
  const std::pair<const char*, const std::string*> doors[] = {
      {"hooks", &listen.hooks}, {"api", &listen.api}, {"metrics", &listen.metrics}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (*doors[i].second != *doors[j].second || doors[i].second->ends_with(":0")) continue;
      const Node* written = node.find(doors[i].first);
      problems.add(written != nullptr ? written->place : node.place,
                   std::string("'") + doors[i].first + "' listens at the same address as '" + doors[j].first + "'",
                   "give each door a port of its own");
    }
  }
}

/// What stands before /hooks/… where senders see it.
Type<std::string> public_url() {
  const auto fits = [](std::string_view text) {
    return (text.starts_with("https://") || text.starts_with("http://")) && !text.ends_with('/') &&
           text.find_first_of("?# ") == std::string_view::npos;
  };
  return config::text_like("a URL without / at its end, such as https://hub.example.com", "^https?://[^?# ]*[^/?# ]$",
                           fits);
}

Type<DoorName> door_name() {
  return choice<DoorName>({{"hooks", DoorName::hooks}, {"api", DoorName::api}, {"metrics", DoorName::metrics}});
}

Table<ListenTls> tls_table() {
  Table<ListenTls> table("tls", "Doors that speak TLS 1.2 or newer, and nothing else.");
  table
      .required("certificate", &ListenTls::certificate, config::scalar(),
                "PEM file: the server's certificate, then those of its issuers. Read again when it changes.")
      .required("key", &ListenTls::key, config::scalar(),
                "PEM file: its key, without a pass phrase, which others may not read (mode 0640 or less).")
      .optional("doors", &ListenTls::doors, config::one_or_list_of(door_name()), "Which doors speak HTTPS.");
  return table;
}

Type<http::Network> network() {
  const auto fits = [](std::string_view text) { return http::read_network(text).has_value(); };
  Type<std::string> written =
      config::text_like("an address or a network such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32",
                        R"(^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$)", fits);
  written.read = [fits, words = written.words](const Node& node, Problems& problems) -> std::optional<std::string> {
    if (node.kind == Node::Kind::scalar && fits(node.scalar)) return node.scalar;
    config::add_unexpected(node, words, problems, "no bits may be set behind the prefix, and names are not looked up");
    return std::nullopt;
  };
  return config::read_as<http::Network, std::string>(
      std::move(written), [](const std::string& text) { return http::read_network(text).value(); });
}

Table<Listen> listen_table() {
  Table<Listen> table("listen", "Where the daemon listens.");
  table
      .optional("hooks", &ListenSettings::hooks, address(),
                "Webhooks: POST /hooks/NAME. 0.0.0.0 or \"[::]\" for all interfaces; port 0 takes a free one.")
      .optional("api", &ListenSettings::api, address(), "Health: /healthz and /readyz, as on each of the three.")
      .optional("metrics", &ListenSettings::metrics, address(), "Prometheus metrics: /metrics.")
      .optional("public_url", &ListenSettings::public_url, public_url(),
                "How senders call the hooks door, https://hub.example.com: for signatures that hold the URL.")
      .optional("tls", &Listen::tls_files, config::maybe(tls_table().type()), "HTTPS instead of HTTP.")
      .optional("allow", &ListenSettings::allow, config::one_or_list_of(network()),
                "Who may send webhooks; all others are closed unheard. Everybody, where nothing is written.")
      .optional("trusted_proxies", &ListenSettings::trusted_proxies, config::one_or_list_of(network()),
                "Reverse proxies before the hooks door, whose X-Forwarded-For is believed: `allow` and limits are then "
                "of whom they name. Without it a proxy counts as one address.")
      .check(refuse_same_addresses);
  return table;
}

/// Else such a body would be refused however idle the door is.
void compare_bodies(const DoorSettings& limits, const Node& node, Problems& problems) {
  if (limits.body_bytes <= limits.bodies_bytes) return;
  const Node* bodies = node.find("bodies_bytes");
  const Node* body = node.find("body_bytes");
  const Node& written = bodies != nullptr ? *bodies : body != nullptr ? *body : node;
  problems.add(written.place, "one body of body_bytes does not fit into bodies_bytes: it would always be answered 503",
               "make bodies_bytes " + std::to_string(limits.body_bytes) + " or more, or body_bytes less");
}

Table<DoorSettings> limits_table() {
  constexpr std::int64_t kMebi = 1024LL * 1024;
  Table<DoorSettings> table("limits", "Limits of the HTTP doors.");
  table
      .optional("connections", &DoorSettings::connections, integer(1, 100'000),
                "Connections open at once at a door. When it is full, the caller who has kept it waiting longest for a "
                "request makes room, if for over half a second; else the next is answered 503 or closed.")
      .optional("connections_per_address", &DoorSettings::connections_per_address, integer(1, 100'000),
                "The same, of one IPv4 address or IPv6 /64; more are closed at once. From trusted proxies: requests, "
                "which make no room.")
      .optional("header_bytes", &DoorSettings::header_bytes, integer(256, kMebi),
                "Most bytes of a request's headers; more are answered 431.")
      .optional("body_bytes", &DoorSettings::body_bytes, integer(256, 256 * kMebi),
                "Most bytes of a request's body; more are answered 413.")
      .optional("bodies_bytes", &DoorSettings::bodies_bytes, integer(256, 64 * 1024 * kMebi),
                "Most bytes of the bodies of all requests under way at a door; more are answered 503.")
      .optional("handshake_timeout", &DoorSettings::handshake_timeout, timeout(), "Time for a TLS handshake.")
      .optional("header_timeout", &DoorSettings::header_timeout, timeout(), "Time for a request's headers to arrive.")
      .optional("body_timeout", &DoorSettings::body_timeout, timeout(), "Time for a request's body to arrive.")
      .optional("body_rate", &DoorSettings::body_rate, integer(0, 1024 * kMebi),
                "Bytes a second with which a body must come on average, after 5 s of grace; else 408. 0: any.")
      .optional("write_timeout", &DoorSettings::write_timeout, timeout(), "Time for an answer to be taken.")
      .optional("idle_timeout", &DoorSettings::idle_timeout, timeout(), "A connection idle for so long is closed.")
      .optional("intake_queue", &DoorSettings::intake_queue, integer(1, 1'000'000),
                "Webhooks waiting for their commit at most; more are answered 503.")
      .check(compare_bodies);
  return table;
}

Table<Evidence> evidence_table() {
  Table<Evidence> table("evidence", "Raw webhooks, kept to see what was received.");
  table.optional("kept", &Evidence::kept, duration(1s, 3650 * kOneDay), "How long raw webhooks are kept.");
  return table;
}

Table<RetentionSettings> retention_table() {
  constexpr milliseconds kMost = 3650 * kOneDay;
  Table<RetentionSettings> table("retention", "How long what is no longer worked with is kept.");
  table
      .optional("event_ids", &RetentionSettings::event_ids, duration(kOneDay, kMost),
                "Ids of webhooks, by which repeats are told; in whole days.")
      .optional("intents", &RetentionSettings::intents, duration(1h, kMost),
                "Calls that failed or were given up, which `counterpart explain` shows.")
      .optional("alerts", &RetentionSettings::alerts, duration(1h, kMost), "Resolved alerts.")
      .optional("history", &RetentionSettings::history, duration(0s, kMost),
                "Who changed what, which `counterpart explain` shows; in whole months. 0s: for ever.");
  return table;
}

Table<LogSettings> log_table() {
  using Format = LogSettings::Format;
  using Level = LogSettings::Level;
  Table<LogSettings> table("log", "The log, on standard error.");
  table
      .optional("format", &LogSettings::format, choice<Format>({{"text", Format::text}, {"json", Format::json}}),
                "text for people, or one JSON object a line.")
      .optional("level", &LogSettings::level,
                choice<Level>(
                    {{"debug", Level::debug}, {"info", Level::info}, {"warn", Level::warn}, {"error", Level::error}}),
                "The least that is logged.");
  return table;
}

void compare_backoff(const WorkSettings& work, const Node& node, Problems& problems) {
  if (work.backoff_first <= work.backoff_most) return;
  problems.add(node.place, "the first back-off is longer than the longest", "make 'first' at most 'most'");
}

Table<WorkSettings> backoff_table() {
  Table<WorkSettings> table("backoff", "Pauses between retries of a record; they double, with some chance in them.");
  table.optional("first", &WorkSettings::backoff_first, duration(1ms, kOneDay), "Before the first retry.")
      .optional("most", &WorkSettings::backoff_most, duration(1ms, kOneDay), "The longest pause.")
      .check(compare_backoff);
  return table;
}

Table<WorkSettings> oscillation_table() {
  Table<WorkSettings> table("oscillation", "When two systems keep answering each other's writes, the field is frozen.");
  table
      .optional("writes", &WorkSettings::oscillation_writes, integer(2, 1'000),
                "Answered writes in a row that freeze a field; five times as many freeze what is written to a record.")
      .optional("returns", &WorkSettings::oscillation_returns, integer(1, 1'000),
                "How often the same value may be written to the same side again, among these.")
      .optional("window", &WorkSettings::oscillation_window, duration(1s, kOneDay),
                "A pause this long resets the count; a slow count, with higher limits, goes on.");
  return table;
}

Table<DatabaseSettings> database_table() {
  Table<DatabaseSettings> table("database", "How the database is used and watched.");
  table
      .optional("lanes", &DatabaseSettings::lanes, integer(1, 64),
                "Connections for queue and links, besides those for intake and reports.")
      .optional("statement_timeout", &DatabaseSettings::statement_timeout, duration(100ms, 1h),
                "For one statement; one that takes longer counts as a database that is away.")
      .optional("connect_timeout", &DatabaseSettings::connect_timeout, duration(1s, 10min),
                "For connecting, in whole seconds.")
      .optional("keepalive", &DatabaseSettings::keepalive, duration(1s, 1h),
                "A connection silent for so long is probed, in whole seconds.")
      .optional("unacknowledged", &DatabaseSettings::unacknowledged, duration(1s, 1h),
                "A connection is given up when what was sent is not acknowledged for so long.")
      .optional("start_timeout", &DatabaseSettings::start_timeout, duration(1s, kOneDay),
                "For the private cluster to start; after a crash it replays its log first.")
      .optional("stop_timeout", &DatabaseSettings::stop_timeout, duration(1s, 1h), "For the private cluster to stop.")
      .optional("watch", &DatabaseSettings::watch, duration(10ms, 1h),
                "How often the private cluster is looked after, and started again.");
  return table;
}

Table<WorkSettings> fence_table() {
  Table<WorkSettings> table("fence", "Looking for a create of our own that a system's search may not show yet.");
  table
      .optional("pages", &WorkSettings::fence_pages, integer(1, 100'000),
                "Most pages of changed records that are read for it.")
      .optional("slack", &WorkSettings::fence_slack, duration(0ms, kOneDay),
                "How far the system's clock may be off from ours.");
  return table;
}

Table<WorkSettings> upkeep_table() {
  Table<WorkSettings> table("upkeep", "Making and dropping partitions, removing what is kept no longer.");
  table.optional("every", &WorkSettings::upkeep_every, duration(100ms, kOneDay), "How often it is done.");
  return table;
}

Table<WorkSettings> work_table() {
  Table<WorkSettings> table("work", "How records are worked, of all syncs.");
  table
      .optional("workers", &WorkSettings::workers, integer(1, 256),
                "Batches worked at once, a sync. More only where the systems are slow, but allow many calls.")
      .optional("batch", &WorkSettings::batch, integer(1, 1'000), "Records claimed at once by a worker.")
      .optional(
          "lease", &WorkSettings::lease, duration(10ms, kOneDay),
          "A worker that did not finish by then loses its records to another; at least twice each system's time-out.")
      .optional("poll", &WorkSettings::poll, duration(1ms, 1h), "How often due work is looked for when idle.")
      .optional("attempts", &WorkSettings::attempts, integer(1, 1'000),
                "Tries before a record is parked, if `retry_for` is over too.")
      .optional("retry_for", &WorkSettings::retry_for, duration(0ms, 365 * kOneDay),
                "What fails for the record alone is retried at least so long, besides `attempts`, before it is parked.")
      .optional("credentials_wait", &WorkSettings::credentials_wait, duration(1s, kOneDay),
                "The pause before a record is tried again that wrong credentials held up.")
      .optional("put_back", &WorkSettings::put_back, duration(1ms, 1h),
                "A record whose counterpart another worker holds comes again after so long.")
      .section("backoff", backoff_table())
      .optional("decision_age", &WorkSettings::decision_age, duration(1ms, 1h),
                "A decision older than this is made again before it is written.")
      .optional("clock_skew", &WorkSettings::clock_skew, duration(0ms, kOneDay),
                "Changes closer than this count as simultaneous: the leading side wins.")
      .section("oscillation", oscillation_table())
      .section("fence", fence_table())
      .optional("drain", &WorkSettings::drain, duration(0ms, kTimeoutMost),
                "After SIGTERM: the time for what is under way.")
      .section("upkeep", upkeep_table())
      .optional("database", &WorkSettings::database, database_table().type(), "How the database is used and watched.");
  return table;
}

bool is_database(std::string_view text) {
  return text == "embedded" || text.starts_with("postgresql://") || text.starts_with("postgres://");
}

/// A URI may hold a password, so a wrong one is not repeated in the message.
Type<std::string> database() {
  Type<std::string> type =
      config::text_like("embedded, or a PostgreSQL URI", "^(embedded$|postgres(ql)?://)", is_database);
  type.read = [](const Node& node, Problems& problems) -> std::optional<std::string> {
    if (node.kind == Node::Kind::scalar && is_database(node.scalar)) return node.scalar;
    problems.add(node.place, "expected embedded, or a PostgreSQL URI",
                 "write embedded, or postgresql://user:password@host/name");
    return std::nullopt;
  };
  return type;
}

Native system_schema(const std::string& name, const ConnectorKind& kind) {
  Native schema = system_table(&kind).schema();
  schema.set("title", Native(kind.title()));
  Native* connector = schema.member("properties")->member("connector");
  connector->remove("type");
  connector->set("const", Native(name));
  return schema;
}

/// A definition in a file of the user's own: its keys are checked when it is read.
Native own_system_schema() {
  Native schema = system_table(nullptr).schema();
  Native* connector = schema.member("properties")->member("connector");
  connector->set("type", Native("string"));
  connector->set("pattern", Native(R"(/|\.yaml$)"));
  schema.set("title", Native("a connector of your own"));
  schema.set("additionalProperties", config::text().schema());
  return schema;
}

/// Those of every system, then those that only systems of one kind have.
std::vector<config::KeyDoc> system_keys(const NamedKinds& connectors) {
  std::vector<config::KeyDoc> keys = system_table(nullptr).keys();
  for (const auto& [name, kind] : connectors) {
    for (const SettingKey& key : kind->settings()) {
      const std::string type = key.secret ? "a secret" : "text";
      keys.push_back({key.name, type, key.default_text, "Of `" + name + "` only: " + key.doc, key.required});
    }
  }
  return keys;
}

Type<Node> systems(const NamedKinds& connectors) {
  Type<Node> one = config::node();
  one.schema = [connectors] {
    Native::Array kinds;
    for (const auto& [name, kind] : connectors) kinds.push_back(system_schema(name, *kind));
    kinds.push_back(own_system_schema());
    return Native(Native::Object{{"oneOf", Native(std::move(kinds))}});
  };
  one.inner = [connectors] { return config::Inner{"", system_keys(connectors)}; };
  const auto map = config::map_of(one);
  Type<Node> type = config::node();
  type.words = map.words;
  type.schema = map.schema;
  type.inner = map.inner;
  return type;
}

}  // namespace

Table<Top> top_table(const NamedKinds& connectors) {
  Table<Top> table("the configuration", "Counterpart's configuration.");
  table.optional("listen", &Top::listen, listen_table().type(), "Where the daemon listens.")
      .optional("limits", &Top::limits, limits_table().type(), "Limits of the HTTP doors.")
      .optional("evidence", &Top::evidence, evidence_table().type(), "Raw webhooks, kept to see what was received.")
      .optional("retention", &Top::retention, retention_table().type(),
                "How long what is no longer worked with is kept.")
      .optional("log", &Top::log, log_table().type(), "The log.")
      .optional("work", &Top::work, work_table().type(), "How records are worked.")
      .optional("state_directory", &Top::state_directory, config::text(),
                "The folder of the daemon's own files: the embedded database, the control socket.")
      .optional("database", &Top::database, database(),
                "embedded: a private PostgreSQL cluster in the state "
                "directory; or `postgresql://user:password@host/name`, whose role may create a schema.")
      .required("systems", &Top::systems, systems(connectors), "The CRM and ERP systems, by a short name.")
      .optional("tables", &Top::tables, config::map_of(value_table_type()),
                "Mapping tables for the codecs `option(NAME)` and `options(NAME)`: each a map from the left spelling "
                "to the right one, or "
                "`{ file: NAME.csv }`, or `{ env: NAME }` (a variable that holds a JSON object).")
      .required("syncs", &Top::syncs, config::map_of(config::placed(sync_table().type())),
                "What is kept in step, by a short name.");
  return table;
}

}  // namespace counterpart::drafts
