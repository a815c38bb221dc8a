#include <gmock/gmock.h>

#include "mapping/values/json.h"
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using namespace std::chrono_literals;
using test::read;
using testing::ElementsAre;
using testing::Pair;

constexpr const char* kWhole = R"(
listen: { hooks: 0.0.0.0:8080, api: "[::1]:0", metrics: localhost:9091,
          allow: [10.0.0.0/8, "2001:db8::/32"], trusted_proxies: 192.0.2.7 }
limits:
  connections: 10
  connections_per_address: 9
  header_bytes: 4096
  body_bytes: 65536
  bodies_bytes: 131072
  handshake_timeout: 6s
  header_timeout: 1s
  body_timeout: 2s
  body_rate: 77
  write_timeout: 3s
  idle_timeout: 4s
  intake_queue: 5
evidence: { kept: 1d }
retention: { event_ids: 2d, intents: 3h, alerts: 4d, history: 365d }
log: { format: json, level: debug }
work:
  workers: 2
  batch: 3
  lease: 70s
  poll: 100ms
  attempts: 6
  backoff: { first: 10ms, most: 20ms }
  decision_age: 1s
  clock_skew: 3s
  oscillation: { writes: 9, returns: 3, window: 1m }
  drain: 7s
  retry_for: 1h
  credentials_wait: 5m
  put_back: 30ms
  fence: { pages: 9, slack: 10s }
  upkeep: { every: 11s }
  database: { lanes: 3, statement_timeout: 4s, connect_timeout: 5s, keepalive: 6s, unacknowledged: 7s,
              start_timeout: 8s, stop_timeout: 9s, watch: 10s }
state_directory: state
database: postgresql://counterpart@localhost/sync
systems:
  crm:
    connector: demo
    url: https://crm.example.com/api
    token: s3cret
    webhook: { verify: standard_webhooks, secret: [new, old] }
    environment: staging
    settle: 250ms
    sweep: { every: 10m, overlap: 30s }
    not_found: { tries: 2, wait: 1s }
    pace: { requests_per_second: 5, burst: 6, connections: 7 }
    breaker: { failures: 8, wait: 9s }
    timeout: 11s
    connect_timeout: 12s
    idle_timeout: 13s
    answer_bytes: 4096
  erp:
    connector: plain
    environment: staging
    webhook: { verify: none }
tables:
  forms: { GmbH: limited, AG: stock }
syncs:
  customers:
    between: { left: crm, right: erp }
    leading: right
    objects:
      - name: people
        left: contacts
        right: party
        where: { right: "'Contact' in categories" }
        match: [email]
        on_create: { left: ignore }
        on_create_set: { right: { categories: [Contact], active: true } }
        on_delete: { right: ignore }
        duplicates: hold
        fields:
          - { left: [firstname, lastname], right: name, as: { left: name_parts, right: full_name } }
          - { name: email, left: email, right: "mechanisms[type=email].value", as: email, clean: trim | lower }
          - { left: form, right: legal_form, as: option(forms), direction: "->", against_direction: restore,
              conflict: latest, initial: manual, empty_never_overwrites: true, clean: { left: "value | trim" } }
)";

class WholeConfiguration : public testing::Test {
 protected:
  test::Folder folder_;
  test::Reading reading_ = test::read_in(folder_, kWhole);
  const Configuration& read_ = reading_.configuration;
};

TEST_F(WholeConfiguration, HasNoMistakes) {
  EXPECT_EQ(reading_.mistakes, "");
}

TEST_F(WholeConfiguration, SaysHowTheDaemonRuns) {
  EXPECT_EQ(read_.listen.hooks, "0.0.0.0:8080");
  EXPECT_EQ(read_.listen.api, "[::1]:0");
  EXPECT_EQ(read_.listen.metrics, "localhost:9091");
  EXPECT_THAT(read_.listen.allow,
              ElementsAre(http::read_network("10.0.0.0/8").value(), http::read_network("2001:db8::/32").value()));
  EXPECT_THAT(read_.listen.trusted_proxies, ElementsAre(http::read_network("192.0.2.7").value()));
  EXPECT_EQ(read_.doors.connections, 10);
  EXPECT_EQ(read_.doors.connections_per_address, 9);
  EXPECT_EQ(read_.doors.header_bytes, 4096);
  EXPECT_EQ(read_.doors.body_bytes, 65536);
  EXPECT_EQ(read_.doors.bodies_bytes, 131072);
  EXPECT_EQ(read_.doors.handshake_timeout, 6s);
  EXPECT_EQ(read_.doors.header_timeout, 1s);
  EXPECT_EQ(read_.doors.body_timeout, 2s);
  EXPECT_EQ(read_.doors.body_rate, 77);
  EXPECT_EQ(read_.doors.write_timeout, 3s);
  EXPECT_EQ(read_.doors.idle_timeout, 4s);
  EXPECT_EQ(read_.doors.intake_queue, 5);
  EXPECT_EQ(read_.retention.evidence, 24h);
  EXPECT_EQ(read_.log.format, LogSettings::Format::json);
  EXPECT_EQ(read_.log.level, LogSettings::Level::debug);
  EXPECT_EQ(read_.state_directory, folder_.path() / "state");
  EXPECT_EQ(read_.database, "postgresql://counterpart@localhost/sync");
}

TEST_F(WholeConfiguration, SaysHowRecordsAreWorked) {
  EXPECT_EQ(read_.work.workers, 2);
  EXPECT_EQ(read_.work.batch, 3);
  EXPECT_EQ(read_.work.lease, 70s);
  EXPECT_EQ(read_.work.poll, 100ms);
  EXPECT_EQ(read_.work.attempts, 6);
  EXPECT_EQ(read_.work.backoff_first, 10ms);
  EXPECT_EQ(read_.work.backoff_most, 20ms);
  EXPECT_EQ(read_.work.decision_age, 1s);
  EXPECT_EQ(read_.work.clock_skew, 3s);
  EXPECT_EQ(read_.work.oscillation_writes, 9);
  EXPECT_EQ(read_.work.oscillation_returns, 3);
  EXPECT_EQ(read_.work.oscillation_window, 1min);
  EXPECT_EQ(read_.work.drain, 7s);
  EXPECT_EQ(read_.work.retry_for, 1h);
  EXPECT_EQ(read_.work.credentials_wait, 5min);
  EXPECT_EQ(read_.work.put_back, 30ms);
  EXPECT_EQ(read_.work.fence_pages, 9);
  EXPECT_EQ(read_.work.fence_slack, 10s);
  EXPECT_EQ(read_.work.upkeep_every, 11s);
}

TEST_F(WholeConfiguration, SaysHowTheDatabaseIsUsed) {
  const DatabaseSettings& database = read_.work.database;
  EXPECT_EQ(database.lanes, 3);
  EXPECT_EQ(database.statement_timeout, 4s);
  EXPECT_EQ(database.connect_timeout, 5s);
  EXPECT_EQ(database.keepalive, 6s);
  EXPECT_EQ(database.unacknowledged, 7s);
  EXPECT_EQ(database.start_timeout, 8s);
  EXPECT_EQ(database.stop_timeout, 9s);
  EXPECT_EQ(database.watch, 10s);
  EXPECT_EQ(read_.retention.event_ids, 48h);
  EXPECT_EQ(read_.retention.intents, 3h);
  EXPECT_EQ(read_.retention.alerts, 96h);
  EXPECT_EQ(read_.retention.history, 8760h);
}

TEST_F(WholeConfiguration, DescribesASystem) {
  ASSERT_NE(read_.system("crm"), nullptr);
  const SystemConfiguration& crm = *read_.system("crm");

  EXPECT_EQ(crm.name, "crm");
  EXPECT_EQ(crm.connector, "demo");
  EXPECT_EQ(crm.kind->title(), "Demo CRM");
  EXPECT_EQ(crm.settings.name, "crm");
  EXPECT_THAT(crm.settings.plain, ElementsAre(Pair("region", "eu"), Pair("url", "https://crm.example.com/api")));
  EXPECT_EQ(crm.settings.secret.at("token").reveal(), "s3cret");
  EXPECT_EQ(crm.settings.timeout, 11s);
  EXPECT_EQ(crm.environment, "staging");
  EXPECT_EQ(crm.settle, 250ms);
  EXPECT_EQ(crm.sweep_every, 10min);
  EXPECT_EQ(crm.sweep_overlap, 30s);
  EXPECT_EQ(crm.not_found_tries, 2);
  EXPECT_EQ(crm.not_found_wait, 1s);
  EXPECT_EQ(crm.requests_per_second, 5);
  EXPECT_EQ(crm.burst, 6);
  EXPECT_EQ(crm.connections, 7);
  EXPECT_EQ(crm.breaker_failures, 8);
  EXPECT_EQ(crm.breaker_wait, 9s);
  EXPECT_EQ(crm.connect_timeout, 12s);
  EXPECT_EQ(crm.idle_timeout, 13s);
  EXPECT_EQ(crm.answer_bytes, 4096);
}

TEST_F(WholeConfiguration, SaysHowWebhooksAreVerified) {
  const HookSettings& crm = read_.system("crm")->hooks;
  EXPECT_EQ(crm.scheme->type, HookScheme::Type::standard_webhooks);
  EXPECT_EQ(crm.secrets.at(0).reveal(), "new");
  EXPECT_EQ(crm.secrets.at(1).reveal(), "old");
  EXPECT_FALSE(crm.unverified);

  const HookSettings& erp = read_.system("erp")->hooks;
  EXPECT_TRUE(erp.unverified);
  EXPECT_TRUE(erp.secrets.empty());
}

TEST_F(WholeConfiguration, SaysWhatIsKeptInStep) {
  const SyncConfiguration& sync = read_.syncs.at(0);
  EXPECT_EQ(sync.name, "customers");
  EXPECT_EQ(sync.between, (Both<std::string>{"crm", "erp"}));
  EXPECT_EQ(sync.leading, Side::right);

  const ObjectMapping& people = sync.mappings.at(0);
  EXPECT_EQ(people.name, "people");
  EXPECT_EQ(people.object, (Both<std::string>{"contacts", "party"}));
  EXPECT_FALSE(people.where.left.has_value());
  EXPECT_EQ(people.where.right->text(), "'Contact' in categories");
  EXPECT_EQ(people.on_create, (Both<OnCreate>{OnCreate::ignore, OnCreate::create}));
  EXPECT_EQ(people.on_delete, (Both<OnDelete>{OnDelete::park, OnDelete::ignore}));
  EXPECT_EQ(print_json(people.on_create_set.right), R"({"categories":["Contact"],"active":true})");
  EXPECT_EQ(people.match.at(0).kind, KeyKind::email);
  EXPECT_EQ(people.match.at(0).field, 1U);
}

TEST_F(WholeConfiguration, ReadsFieldsOfSeveralPaths) {
  const FieldRule& name = read_.syncs.at(0).mappings.at(0).fields.at(0);

  EXPECT_EQ(name.name, "firstname + lastname");
  EXPECT_EQ(name.side.left.name, "firstname + lastname");
  EXPECT_EQ(name.side.left.paths.size(), 2U);
  EXPECT_EQ(name.side.left.codec->arity(), 2U);
  EXPECT_EQ(name.side.right.name, "name");
}

TEST_F(WholeConfiguration, TheLeadingSideWinsUnlessAFieldSaysOtherwise) {
  const auto& fields = read_.syncs.at(0).mappings.at(0).fields;

  EXPECT_EQ(fields.at(1).conflict, ConflictRule::right);
  EXPECT_EQ(fields.at(1).initial, InitialRule::right);
  EXPECT_EQ(fields.at(2).conflict, ConflictRule::latest);
  EXPECT_EQ(fields.at(2).initial, InitialRule::manual);
}

TEST_F(WholeConfiguration, ReadsDirectionsAndCleaning) {
  const auto& fields = read_.syncs.at(0).mappings.at(0).fields;

  EXPECT_EQ(fields.at(1).direction, Direction::both);
  EXPECT_EQ(fields.at(1).side.left.clean->text(), "value | trim | lower");
  EXPECT_EQ(fields.at(1).side.right.clean->text(), "value | trim | lower");
  EXPECT_EQ(fields.at(2).direction, Direction::to_right);
  EXPECT_EQ(fields.at(2).forbidden, Forbidden::restore);
  EXPECT_TRUE(fields.at(2).empty_never_overwrites);
  EXPECT_EQ(fields.at(2).side.left.clean->text(), "value | trim");
  EXPECT_FALSE(fields.at(2).side.right.clean.has_value());
}

TEST(Configuration, KnowsWhereEachFieldIsWrittenAndWhetherItIsLossy) {
  const auto reading = test::read(R"(systems: { crm: { connector: plain }, erp: { connector: plain } }
syncs:
  sales:
    between: { left: crm, right: erp }
    objects:
      - left: deals
        right: orders
        fields:
          - { left: title, right: subject }
          - { left: note, right: remark, lossy: true }
        rows:
          - left: lines
            right: positions
            fields: [{ left: product, right: article }, { left: text, right: name, lossy: true }]
)");
  ASSERT_EQ(reading.mistakes, "");

  const SyncConfiguration& sync = reading.configuration.syncs.at(0);
  const WrittenFields& written = sync.written_of(sync.mappings.at(0));
  const auto told = [](const WrittenField& field) {
    return std::to_string(field.place.line) + ":" + std::to_string(field.place.column) + (field.lossy ? " lossy" : "");
  };

  ASSERT_EQ(written.fields.size(), 2U);
  EXPECT_EQ(told(written.fields.at(0)), "9:13");
  EXPECT_EQ(told(written.fields.at(1)), "10:13 lossy");
  ASSERT_EQ(written.rows.size(), 1U);
  ASSERT_EQ(written.rows.at(0).size(), 2U);
  EXPECT_EQ(told(written.rows.at(0).at(0)), "14:22");
  EXPECT_EQ(told(written.rows.at(0).at(1)), "14:57 lossy");
}

constexpr const char* kSmall = R"(
systems:
  crm: { connector: plain, url: http://127.0.0.1:1 }
  erp: { connector: plain }
syncs:
  s:
    between: { left: crm, right: erp }
    objects:
      - { left: a, right: b, fields: [{ left: x, right: y }] }
)";

TEST(SmallConfiguration, EverythingElseHasADefault) {
  const auto reading = read(kSmall);
  ASSERT_EQ(reading.mistakes, "");
  const Configuration& small = reading.configuration;
  const ObjectMapping& mapping = small.syncs.at(0).mappings.at(0);
  const FieldRule& field = mapping.fields.at(0);

  EXPECT_EQ(small.listen.hooks, ListenSettings{}.hooks);
  EXPECT_EQ(small.state_directory, "/var/lib/counterpart");
  EXPECT_EQ(small.database, "embedded");
  EXPECT_EQ(small.retention.evidence, RetentionSettings{}.evidence);
  EXPECT_EQ(small.system("crm")->settings.plain.at("url"), "http://127.0.0.1:1");
  EXPECT_EQ(small.system("crm")->settings.timeout, 30s);
  EXPECT_FALSE(small.system("crm")->hooks.scheme.has_value());
  EXPECT_EQ(small.system("nobody"), nullptr);
  EXPECT_EQ(mapping.name, "a");
  EXPECT_EQ(mapping.on_delete, (Both<OnDelete>{OnDelete::park, OnDelete::park}));
  EXPECT_EQ(field.name, "x");
  EXPECT_EQ(field.conflict, ConflictRule::manual) << "no leading side is named";
  EXPECT_EQ(field.initial, InitialRule::manual);
}

HookScheme scheme_of(const std::string& verify) {
  const auto reading =
      read("systems: { s: { connector: plain, webhook_secret: x, webhook: { verify: " + verify + " } } }\nsyncs: {}");
  EXPECT_EQ(reading.mistakes, "");
  return reading.configuration.system("s")->hooks.scheme.value();
}

TEST(HookSchemes, AreReadAsTheSenderSigns) {
  const HookScheme hmac = scheme_of(
      "{ type: hmac_sha256, header: X-Signature, encoding: base64, prefix: 'sha256=', timestamp_header: X-Timestamp, "
      "signed: '${timestamp}.${body}', tolerance: 2m }");
  EXPECT_EQ(hmac.type, HookScheme::Type::hmac_sha256);
  EXPECT_EQ(hmac.header, "X-Signature");
  EXPECT_EQ(hmac.encoding, HookScheme::Encoding::base64);
  EXPECT_EQ(hmac.prefix, "sha256=");
  EXPECT_EQ(hmac.timestamp_header, "X-Timestamp");
  EXPECT_EQ(hmac.signed_text, "${timestamp}.${body}");
  EXPECT_EQ(hmac.tolerance, 120s);

  const HookScheme token = scheme_of("{ type: header_token, header: X-Token, prefix: 'Bearer ' }");
  EXPECT_EQ(token.type, HookScheme::Type::header_token);
  EXPECT_EQ(token.prefix, "Bearer ");

  EXPECT_EQ(scheme_of("path_secret").type, HookScheme::Type::path_secret);
}

TEST(HookSchemes, ASecretAloneIsForTheConnectorsOwnScheme) {
  const auto reading = read("systems: { s: { connector: plain, webhook_secret: x } }\nsyncs: {}");

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_FALSE(reading.configuration.system("s")->hooks.scheme.has_value());
  EXPECT_EQ(reading.configuration.system("s")->hooks.secrets.at(0).reveal(), "x");
}

TEST(Configuration, AFileThatIsNotThereIsOneMistake) {
  config::Problems problems;
  read_configuration("/nowhere/c.yaml", problems, test::find_fake);

  EXPECT_THAT(problems.print(), testing::StartsWith("/nowhere/c.yaml: the configuration cannot be read; "));
}

}  // namespace
}  // namespace counterpart
