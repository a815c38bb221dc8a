#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/registry.h"
#include "mapping/config/key_doc.h"
#include "mapping/config/problem.h"
#include "mapping/reconcile/rules.h"
#include "server/config/written.h"
#include "server/http/client/proxy.h"
#include "server/http/door/network.h"

namespace counterpart {

using std::chrono::milliseconds;

enum class DoorName { hooks, api, metrics };

/// Doors that speak TLS only.
struct ListenTlsSettings {
  std::string certificate;  ///< PEM, with the issuers' after it
  std::string key;
  std::vector<DoorName> doors{DoorName::hooks};
};

/// Where the daemon listens. "host:port" each; port 0 takes a free one (printed at the start).
struct ListenSettings {
  std::string hooks = "127.0.0.1:8080";
  std::string api = "127.0.0.1:8081";
  std::string metrics = "127.0.0.1:9090";
  std::string public_url;                ///< as senders call the hooks door, "https://hub.example.com"; "" if unsaid
  std::optional<ListenTlsSettings> tls;  ///< nullopt: plain HTTP
  std::vector<http::Network> allow;      ///< who may send webhooks; empty: everybody
  std::vector<http::Network> trusted_proxies;
};

/// Limits of the HTTP doors.
struct DoorSettings {
  std::int64_t connections = 1000;             ///< open at once, a door
  std::int64_t connections_per_address = 250;  ///< the same, of one IPv4 address or IPv6 /64
  std::int64_t header_bytes = 16 * 1024;
  std::int64_t body_bytes = 1024 * 1024;
  std::int64_t bodies_bytes = 128 * 1024 * 1024;  ///< of all requests under way at a door; more: 503
  milliseconds handshake_timeout{10'000};         ///< TLS
  milliseconds header_timeout{10'000};
  milliseconds body_timeout{30'000};
  std::int64_t body_rate = 512;  ///< bytes a second at least, after a grace; 0: any
  milliseconds write_timeout{10'000};
  milliseconds idle_timeout{30'000};
  std::int64_t intake_queue = 2000;  ///< deliveries waiting for their COMMIT; more: 503
};

/// How long what is no longer worked with is kept.
struct RetentionSettings {
  milliseconds evidence{7 * 24 * 3600 * 1000LL};   ///< raw webhooks
  milliseconds event_ids{3 * 24 * 3600 * 1000LL};  ///< of webhooks, by which repeats are told
  milliseconds intents{24 * 3600 * 1000LL};        ///< ended calls
  milliseconds alerts{30 * 24 * 3600 * 1000LL};    ///< resolved ones
  milliseconds history{0};                         ///< 0: for ever
};

/// How the database is used and watched.
struct DatabaseSettings {
  std::int64_t lanes = 2;  ///< connections for queue and links, besides the ones for intake and reports
  milliseconds statement_timeout{5'000};
  milliseconds connect_timeout{2'000};
  milliseconds keepalive{5'000};       ///< an idle connection is probed after so long
  milliseconds unacknowledged{8'000};  ///< a connection whose bytes nobody acknowledges is given up (tcp_user_timeout)
  milliseconds start_timeout{60'000};  ///< of the private cluster, which may have to replay its log
  milliseconds stop_timeout{20'000};   ///< of the private cluster
  milliseconds watch{1'000};           ///< how often the private cluster is looked after
};

struct LogSettings {
  enum class Format { text, json };
  enum class Level { debug, info, warn, error };
  Format format = Format::text;
  Level level = Level::info;
};

/// How work is done, of all syncs.
struct WorkSettings {
  std::int64_t workers = 4;  ///< batches worked at once, a sync
  std::int64_t batch = 50;   ///< records a claim
  milliseconds lease{60'000};
  milliseconds poll{1'000};                   ///< looking for due work when idle
  std::int64_t attempts = 8;                  ///< retries before a record is parked
  milliseconds retry_for{4 * 3600 * 1000LL};  ///< failures of a system itself (5xx, no answer) are retried so long
  milliseconds credentials_wait{60'000};      ///< before a record is tried again that wrong credentials held up
  milliseconds put_back{200};                 ///< a record whose pair another worker holds comes again after so long
  milliseconds backoff_first{1'000};
  milliseconds backoff_most{300'000};
  milliseconds decision_age{2'000};  ///< an older decision is made again
  milliseconds clock_skew{2'000};
  std::int64_t oscillation_writes = 6;
  std::int64_t oscillation_returns = 2;
  milliseconds oscillation_window{600'000};
  milliseconds drain{20'000};       ///< SIGTERM: time for what is under way
  std::int64_t fence_pages = 200;   ///< most pages read to see a create of ours that a search may not show yet
  milliseconds fence_slack{5'000};  ///< a system's clock may be off by so much
  milliseconds upkeep_every{60'000};
  DatabaseSettings database;
};

/// How a system's webhooks are verified.
struct HookSettings {
  std::optional<HookScheme> scheme;  ///< instead of the connector's own
  std::vector<Secret> secrets;       ///< one, or two while rotating
  bool unverified = false;           ///< `verify: none` was written on purpose
  bool accepted = true;              ///< false: the system has no webhooks, or none are wanted
  bool readable = true;              ///< false: what is written of them has mistakes, which were told
};

/// What becomes of a field that appears in a system.
enum class NewFields { ignore, alert };

/// One CRM or ERP.
struct SystemConfiguration {
  config::Place place;
  std::string name;
  std::string connector;
  std::shared_ptr<const ConnectorKind> kind;
  SystemSettings settings;
  HookSettings hooks;
  std::string environment = "production";  ///< systems of one sync are of one environment
  milliseconds settle{0};                  ///< news waits so long before it is worked
  milliseconds sweep_every{300'000};
  milliseconds sweep_overlap{60'000};
  milliseconds schema_every{3'600'000};  ///< how often its fields are asked for
  NewFields new_fields = NewFields::alert;
  std::int64_t not_found_tries = 4;  ///< "not found" is believed after so many reads
  milliseconds not_found_wait{2'000};
  std::int64_t requests_per_second = 50;
  std::int64_t burst = 50;
  std::int64_t connections = 8;
  milliseconds breaker_wait{5'000};   ///< an open breaker's pause before the probe
  std::int64_t breaker_failures = 5;  ///< failures in a row that open it
  std::string ca_file;                ///< "" : the machine's trust store
  std::string client_certificate;     ///< "" : none is shown to the system
  std::string client_key;
  std::optional<http::Proxy> proxy;
  milliseconds connect_timeout{10'000};
  milliseconds idle_timeout{30'000};             ///< a kept connection idle for so long is not used again
  std::int64_t answer_bytes = 32 * 1024 * 1024;  ///< most bytes of one answer
  bool whole = true;                             ///< read without a mistake: it may be asked
};

/// What a field's row says besides its rule; it decides nothing.
struct WrittenField {
  config::Place place;
  bool lossy = false;  ///< it is known that not all values come back as they went
};

/// Of the fields of an object mapping: as ObjectMapping::fields, and as the fields of its rows.
struct WrittenFields {
  std::vector<WrittenField> fields;
  std::vector<std::vector<WrittenField>> rows;
};

struct SyncConfiguration {
  std::string name;
  Both<std::string> between;  ///< names of systems
  Side leading = Side::left;
  std::vector<ObjectMapping> mappings;
  std::vector<config::Place> places;   ///< of the mappings, each where it is written
  std::vector<bool> whole;             ///< of the mappings, each whether it was read without a mistake
  std::vector<WrittenFields> written;  ///< of the mappings
  std::string version;                 ///< fingerprint of everything that decides: rules, tables, codecs

  /// Where one of `mappings` is written.
  const config::Place& place_of(const ObjectMapping& mapping) const;
  /// Whether one of `mappings` was read without a mistake.
  bool is_whole(const ObjectMapping& mapping) const;
  /// What the rows of the fields of one of `mappings` say besides their rules.
  const WrittenFields& written_of(const ObjectMapping& mapping) const;
};

struct Configuration {
  std::filesystem::path file;
  ListenSettings listen;
  DoorSettings doors;
  RetentionSettings retention;
  LogSettings log;
  WorkSettings work;
  std::filesystem::path state_directory = "/var/lib/counterpart";
  std::string database = "embedded";  ///< or a PostgreSQL URI
  std::vector<SystemConfiguration> systems;
  std::vector<SyncConfiguration> syncs;
  WrittenPlaces written;  ///< all that the file and the definitions it names say

  const SystemConfiguration* system(std::string_view name) const;
};

/// Gives the kind of connector of that name; as find_connector() does, which it is outside tests.
using FindConnector =
    std::function<std::shared_ptr<const ConnectorKind>(const std::string& name, const std::filesystem::path& folder,
                                                       const config::Place& place, config::Problems& problems)>;

/// Reads and checks a configuration file: every mistake at once goes to `problems`. What the
/// systems themselves say (schemas, rights) is not asked here. Relative paths in it, and those of
/// `${file:PATH}`, start at the file's folder.
Configuration read_configuration(const std::filesystem::path& file, config::Problems& problems);
Configuration read_configuration(const std::filesystem::path& file, config::Problems& problems,
                                 const FindConnector& find_connector);

/// JSON Schema (draft 2020-12) of the configuration, from the reader's own tables; a system's section
/// is described for each connector that ships.
Native configuration_schema();
/// The same for other connectors.
using NamedKinds = std::vector<std::pair<std::string, std::shared_ptr<const ConnectorKind>>>;
Native configuration_schema(const NamedKinds& connectors);

/// The documentation of every key, with the keys of the connectors that ship.
std::vector<config::KeyDoc> configuration_keys();
/// The same for other connectors.
std::vector<config::KeyDoc> configuration_keys(const NamedKinds& connectors);

}  // namespace counterpart
