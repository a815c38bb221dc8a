#include <gmock/gmock.h>

#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using test::read;
using testing::HasSubstr;
using testing::StartsWith;

struct Mistaken {
  std::string written;
  std::string mistakes;
};

/// The settings of the daemon begin in line 1, column 1; systems and syncs follow.
std::string with_settings(const std::string& settings) {
  return settings + "\nsystems: {}\nsyncs: {}\n";
}

const Mistaken kWrongSettings[] = {
    {"listn: {}", "c.yaml:1:1: unknown key 'listn' in the configuration; did you mean 'listen'?\n"},
    {"listen: { hooks: 8080 }",
     "c.yaml:1:18: expected an address such as 127.0.0.1:8080 or [::1]:8080, found '8080'\n"},
    {"listen: { hooks: 'localhost:99999' }",
     "c.yaml:1:18: expected an address such as 127.0.0.1:8080 or [::1]:8080, found 'localhost:99999'\n"},
    {"listen: { hooks: ':8080' }",
     "c.yaml:1:18: expected an address such as 127.0.0.1:8080 or [::1]:8080, found ':8080'\n"},
    {"listen: { hooks: '::1:8080' }",
     "c.yaml:1:18: expected an address such as 127.0.0.1:8080 or [::1]:8080, found '::1:8080'\n"},
    {"listen: { hooks: 'http://a:1' }",
     "c.yaml:1:18: expected an address such as 127.0.0.1:8080 or [::1]:8080, found 'http://a:1'\n"},
    {"listen: { hooks: 0.0.0.0:80, metrics: 0.0.0.0:80 }",
     "c.yaml:1:39: 'metrics' listens at the same address as 'hooks'; give each door a port of its own\n"},
    {"listen: { hooks: 127.0.0.1:9090 }",
     "c.yaml:1:9: 'metrics' listens at the same address as 'hooks'; give each door a port of its own\n"},
    {"listen: { allow: [10.0.0.0/8, 10.0.0.1/8] }",
     "c.yaml:1:31: expected an address or a network such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, found "
     "'10.0.0.1/8'; no bits may be set behind the prefix, and names are not looked up\n"},
    {"listen: { trusted_proxies: localhost }",
     "c.yaml:1:28: expected an address or a network such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, found "
     "'localhost'; no bits may be set behind the prefix, and names are not looked up\n"},
    {"limits: { body_rate: -1 }", "c.yaml:1:22: expected a whole number from 0 to 1073741824, found '-1'\n"},
    {"limits: { connections_per_address: 0 }", "c.yaml:1:36: expected a whole number from 1 to 100000, found '0'\n"},
    {"limits: { body_bytes: 1MB }", "c.yaml:1:23: expected a whole number from 256 to 268435456, found '1MB'\n"},
    {"limits: { header_timeout: 0s }", "c.yaml:1:27: expected a duration from 1ms to 1h, found '0s'\n"},
    {"limits: { intake_queue: 0 }", "c.yaml:1:25: expected a whole number from 1 to 1000000, found '0'\n"},
    {"limits: { body_bytes: 268435456 }",
     "c.yaml:1:23: one body of body_bytes does not fit into bodies_bytes: it would always be answered 503; make "
     "bodies_bytes 268435456 or more, or body_bytes less\n"},
    {"retention: { intents: 5m }", "c.yaml:1:23: expected a duration from 1h to 3650d, found '5m'\n"},
    {"work: { database: { lanes: 0 } }", "c.yaml:1:28: expected a whole number from 1 to 64, found '0'\n"},
    {"state_directory: ${oops}",
     "c.yaml:1:18: a ${ begins neither ${env:NAME} nor ${file:PATH}; write one of these, or $${ for a literal ${\n"},
    {"evidence: 7d", "c.yaml:1:11: expected a map (evidence), found '7d'\n"},
    {"evidence: { kept: 7 days }", "c.yaml:1:19: expected a duration such as 30s, 5m, 250ms, found '7 days'\n"},
    {"log: { level: warning }", "c.yaml:1:15: expected debug, info, warn or error, found 'warning'\n"},
    {"log: { format: jsn }", "c.yaml:1:16: expected text or json, found 'jsn'; did you mean 'json'?\n"},
    {"work: { workers: 0, batch: 1001, attempts: -1 }",
     "c.yaml:1:18: expected a whole number from 1 to 256, found '0'\n"
     "c.yaml:1:28: expected a whole number from 1 to 1000, found '1001'\n"
     "c.yaml:1:44: expected a whole number from 1 to 1000, found '-1'\n"},
    {"work: { lease: 60 }",
     "c.yaml:1:16: expected a duration such as 30s, 5m, 250ms, found '60'; add the unit: ms, s, m, h or d\n"},
    {"work: { backoff: { first: 2m, most: 1m } }",
     "c.yaml:1:18: the first back-off is longer than the longest; make 'first' at most 'most'\n"},
    {"work: { oscillation: { write: 1 } }",
     "c.yaml:1:24: unknown key 'write' in oscillation; did you mean 'writes'?\n"},
    {"database: mysql://root:hunter2@db/x",
     "c.yaml:1:11: expected embedded, or a PostgreSQL URI; write embedded, or "
     "postgresql://user:password@host/name\n"},
    {"state_directory: [a]", "c.yaml:1:18: expected text, found a list\n"},
    {"tables: { forms: [a, b] }", "c.yaml:1:18: expected a map, found a list\n"},
    {"tables: { forms: { a: [b] } }", "c.yaml:1:23: expected text, found a list\n"},
    {"log: { level: info }\nlog: { format: json }",
     "c.yaml:2:1: the key 'log' stands here twice; keep one of them; the first is in line 1\n"},
    {"alerts: { to: [a@example.com] }",
     "c.yaml:1:1: unknown key 'alerts' in the configuration; known are: listen, limits, evidence, retention, log, "
     "work, state_directory, database, systems, tables or syncs\n"},
};

TEST(Settings, ThatAreWrongAreTold) {
  for (const Mistaken& c : kWrongSettings) EXPECT_EQ(read(with_settings(c.written)).mistakes, c.mistakes) << c.written;
}

TEST(Settings, ABrokenFileIsToldToBeBrokenAndNothingElse) {
  EXPECT_THAT(read("systems: { a: [ }\n").mistakes,
              testing::MatchesRegex("c.yaml:1:17: this is no valid YAML: [^\n]*; correct it here or just above\n"));
}

TEST(Settings, SystemsAndSyncsMustHoldSomething) {
  EXPECT_EQ(read("systems: ~\nsyncs:\n").mistakes,
            "c.yaml:1:1: the key 'systems' holds nothing in the configuration; fill it: The CRM and ERP systems, by a "
            "short name.\n"
            "c.yaml:2:1: the key 'syncs' holds nothing in the configuration; fill it: What is kept in step, by a short "
            "name.\n");
}

TEST(Settings, SystemsAndSyncsMustBeThere) {
  EXPECT_EQ(
      read("log: { level: info }").mistakes,
      "c.yaml:1:1: the key 'syncs' is missing in the configuration; add it: What is kept in step, by a short name.\n"
      "c.yaml:1:1: the key 'systems' is missing in the configuration; add it: The CRM and ERP systems, by a short "
      "name.\n");
  EXPECT_EQ(read("- a\n- b\n").mistakes, "c.yaml:1:1: expected a map (the configuration), found a list\n");
}

/// The system's keys begin in line 2, column 10.
std::string with_system(const std::string& keys) {
  return "systems:\n  crm: { " + keys + " }\nsyncs: {}\n";
}

const Mistaken kWrongSystems[] = {
    {"connector: demo, token: t", "c.yaml:2:8: the key 'url' is missing in a system; add it: Where demo is.\n"},
    {"connector: demo, url: http://a", "c.yaml:2:8: the key 'token' is missing in a system; add it: The API token.\n"},
    {"connector: demo, url: http://a, token: ''", "c.yaml:2:49: 'token' is empty; fill it: The API token.\n"},
    {"connector: demo, url: http://a, token: t, tokn: u",
     "c.yaml:2:52: unknown key 'tokn' in a system; did you mean 'token'?\n"},
    {"connector: demo, url: http://a, token: [t]", "c.yaml:2:49: expected text, found a list\n"},
    {"connector: plain, url: 'crm.example.com'",
     "c.yaml:2:33: 'url' is no address; write http://host:port/… or https://host/…\n"},
    {"connector: plain, url: 'https:///x'",
     "c.yaml:2:33: 'url' is no address; write http://host:port/… or https://host/…\n"},
    {"connector: dem", "c.yaml:2:21: there is no connector 'dem'; known are: demo, plain\n"},
    {"connector: dem, settle: soon",
     "c.yaml:2:21: there is no connector 'dem'; known are: demo, plain\n"
     "c.yaml:2:34: expected a duration such as 30s, 5m, 250ms, found 'soon'\n"},
    {"url: http://a",
     "c.yaml:2:8: the key 'connector' is missing in a system; add it: The kind of system: a connector that ships, or "
     "the path of a definition (./mycrm.yaml).\n"},
    {"connector: plain, environment: 'in production'",
     "c.yaml:2:41: expected a short name (letters, digits, _ and -), found 'in production'\n"},
    {"connector: plain, sweep: 5m", "c.yaml:2:35: expected a map (sweep), found '5m'\n"},
    {"connector: plain, sweep: { every: 0s }", "c.yaml:2:44: expected a duration from 10ms to 365d, found '0s'\n"},
    {"connector: plain, not_found: { tries: 0 }", "c.yaml:2:48: expected a whole number from 1 to 100, found '0'\n"},
    {"connector: plain, pace: { requests_per_second: 0.5 }",
     "c.yaml:2:57: expected a whole number from 1 to 100000, found '0.5'\n"},
    {"connector: plain, breaker: { failure: 1 }",
     "c.yaml:2:39: unknown key 'failure' in breaker; did you mean 'failures'?\n"},
    {"connector: plain, timeout: 0s", "c.yaml:2:37: expected a duration from 1ms to 1h, found '0s'\n"},
    {"connector: plain, ca_file: none.pem",
     "c.yaml:2:37: none.pem cannot be read; name a PEM file that exists and that counterpart's user may read\n"},
};

TEST(Systems, ThatAreWrongAreTold) {
  for (const Mistaken& c : kWrongSystems) EXPECT_EQ(read(with_system(c.written)).mistakes, c.mistakes) << c.written;
}

TEST(Systems, AReferenceToWhatIsNotThereIsOneMistake) {
  const std::string not_set =
      "the environment variable 'COUNTERPART_NOT_SET' is not set; set it where counterpart is started, or write "
      "${file:PATH}\n";
  EXPECT_EQ(read(with_system("connector: demo, url: http://a, token: '${env:COUNTERPART_NOT_SET}'")).mistakes,
            "c.yaml:2:50: " + not_set);
  EXPECT_EQ(read(with_system("connector: '${env:COUNTERPART_NOT_SET}'")).mistakes, "c.yaml:2:22: " + not_set);
  EXPECT_EQ(read(with_system("connector: plain, timeout: '${env:COUNTERPART_NOT_SET}'")).mistakes,
            "c.yaml:2:38: " + not_set);
  EXPECT_EQ(
      read(with_system("connector: plain, webhook: { verify: path_secret, secret: '${env:COUNTERPART_NOT_SET}' }"))
          .mistakes,
      "c.yaml:2:69: " + not_set);
}

TEST(Systems, AReferenceOfAnUnknownKindIsNoToken) {
  EXPECT_EQ(read(with_system("connector: demo, url: http://a, token: '${foo}'")).mistakes,
            "c.yaml:2:50: a ${ begins neither ${env:NAME} nor ${file:PATH}; write one of these, or $${ for a literal "
            "${\n");
  EXPECT_FALSE(read(with_system("connector: demo, url: http://a, token: '${foo}'")).configuration.systems[0].whole);
  EXPECT_EQ(read(with_system("connector: demo, url: http://a, token: '$${foo}'")).mistakes, "");
}

TEST(Systems, TwoTimeoutsFitIntoTheLease) {
  EXPECT_EQ(read(with_system("connector: plain, timeout: 31s")).mistakes,
            "c.yaml:2:37: the lease (work.lease: 1m) is shorter than twice the time-out of system 'crm' (31s): another "
            "worker would begin before a slow call has ended; make work.lease 62s or more, or that time-out shorter\n");
  EXPECT_EQ(
      read("work: { lease: 10s }\n" + with_system("connector: plain")).mistakes,
      "c.yaml:1:16: the lease (work.lease: 10s) is shorter than twice the time-out of system 'crm' (30s): another "
      "worker would begin before a slow call has ended; make work.lease 1m or more, or that time-out shorter\n");
  EXPECT_EQ(read("work: { lease: 10s }\n" + with_system("connector: plain, timeout: 5s")).mistakes, "");
}

TEST(Systems, HaveShortNamesAndSections) {
  EXPECT_EQ(read("systems: { 'my crm': { connector: plain }, erp: plain }\nsyncs: {}").mistakes,
            "c.yaml:1:12: 'my crm' is no short name; use letters, digits, _ and -, at most 63\n"
            "c.yaml:1:49: expected a map (a system), found 'plain'\n");
}

/// The webhook's keys begin in line 2, column 38.
std::string with_hook(const std::string& keys) {
  return with_system("connector: plain, webhook: { " + keys + " }");
}

const Mistaken kWrongWebhooks[] = {
    {"verify: standard_webhooks",
     "c.yaml:2:47: webhooks are to be verified, but no secret is given; add webhook: {secret: ${env:…}}, or write "
     "verify: none to take them unverified\n"},
    {"accept: false, secret: s",
     "c.yaml:2:8: webhooks of 'crm' are not accepted, but said how to be verified; remove webhook: {accept: false}, "
     "or the secret and verify\n"},
    {"verify: none, secret: s",
     "c.yaml:2:47: verify: none, but a webhook secret is given; name the scheme that the secret is for, or remove "
     "the "
     "secret\n"},
    {"verify: standard, secret: s",
     "c.yaml:2:47: expected standard_webhooks, hmac_sha256, hmac_sha1, hmac_sha512, sha256, basic, header_token, "
     "query_token, body_token, path_secret or none, found 'standard'\n"},
    {"verify: hmac_sha256, secret: s",
     "c.yaml:2:47: hmac_sha256 needs the name of a header; write verify: {type: hmac_sha256, header: X-…}\n"},
    {"verify: header_token, secret: s",
     "c.yaml:2:47: header_token needs the name of a header; write verify: {type: header_token, header: X-…}\n"},
    {"verify: { type: hmac_sha256 }, secret: s",
     "c.yaml:2:47: hmac_sha256 needs the name of a header; write verify: {type: hmac_sha256, header: X-…}\n"},
    {"verify: { header: X }, secret: s",
     "c.yaml:2:47: the key 'type' is missing in a webhook scheme; add it: The kind of proof.\n"},
    {"verify: { type: header_token, header: X, encoding: hex }, secret: s",
     "c.yaml:2:80: 'encoding' means nothing for header_token; remove it\n"},
    {"verify: { type: hmac_sha256, header: X, signed: 'x' }, secret: s",
     "c.yaml:2:87: what is signed must hold the body; write ${body} into it\n"},
    {"verify: { type: hmac_sha256, header: X, signed: '${timestamp}${body}' }, secret: s",
     "c.yaml:2:87: ${timestamp} is signed, but no header holds it; add timestamp_header, or timestamp_part\n"},
    {"verify: { type: hmac_sha256, header: X, timestamp_header: T }, secret: s",
     "c.yaml:2:47: the time stamp is not signed, so it proves nothing; write signed: \"${timestamp}.${body}\" as the "
     "sender does, or remove timestamp_header and timestamp_part\n"},
    {"verify: { type: hmac_sha256, header: X, signed: '${body}${time}' }, secret: s",
     "c.yaml:2:87: what is signed knows no ${time}; it knows: body, timestamp, method, url, secret, decoded_url, "
     "header.NAME\n"},
    {"verify: { type: hmac_sha256, header: X, encoding: base32 }, secret: s",
     "c.yaml:2:89: expected hex, base64 or base64url, found 'base32'; did you mean 'base64'?\n"},
    {"secret: []", "c.yaml:2:47: expected at least one item, found a list; fill the list, or remove the key\n"},
    {"secret: ''", "c.yaml:2:47: the webhook secret is empty; fill it, or remove it\n"},
    {"secret: a }, webhook_secret: { b: c", "c.yaml:2:68: expected text, found a map\n"},
    {"scret: a", "c.yaml:2:39: unknown key 'scret' in webhook; did you mean 'secret'?\n"},
};

TEST(Webhooks, ThatAreWrongAreTold) {
  for (const Mistaken& c : kWrongWebhooks) EXPECT_EQ(read(with_hook(c.written)).mistakes, c.mistakes) << c.written;
}

TEST(Webhooks, HaveTheirSecretInOnePlace) {
  EXPECT_EQ(read(with_system("connector: plain, webhook: { secret: a }, webhook_secret: b")).mistakes,
            "c.yaml:2:68: the webhook's secret is written twice; keep webhook_secret, or webhook: {secret: …}\n");
}

/// The second field stands in line 14 from column 13.
std::string with_field(const std::string& field) {
  return "systems:\n"
         "  crm: { connector: plain }\n"
         "  erp: { connector: plain }\n"
         "tables:\n"
         "  forms: { GmbH: limited }\n"
         "syncs:\n"
         "  customers:\n"
         "    between: { left: crm, right: erp }\n"
         "    objects:\n"
         "      - left: contacts\n"
         "        right: persons\n"
         "        fields:\n"
         "          - { left: name, right: label }\n"
         "          - " +
         field + "\n";
}

const Mistaken kWrongFields[] = {
    {"{ left: a }", "c.yaml:14:13: the key 'right' is missing in a field; add it: The path in the right record.\n"},
    {"{ left: a, rigth: b }",
     "c.yaml:14:13: the key 'right' is missing in a field; add it: The path in the right record.\n"
     "c.yaml:14:24: unknown key 'rigth' in a field; did you mean 'right'?\n"},
    {"{ left: a, right: { b: c } }", "c.yaml:14:31: expected text, found a map\n"},
    {"{ left: [], right: b }",
     "c.yaml:14:21: expected at least one item, found a list; fill the list, or remove the key\n"},
    {"{ left: a, right: b, transfrom: x }",
     "c.yaml:14:34: unknown key 'transfrom' in a field; known are: left, right, name, as, clean, validate, direction, "
     "against_direction, lossy, conflict, initial, empty_never_overwrites, note or example\n"},
    {"{ left: a, right: b, direction: left }",
     "c.yaml:14:45: expected both, to_left, to_right, <->, <- or ->, found 'left'\n"},
    {"{ left: a, right: b, conflict: last }",
     "c.yaml:14:44: expected leading, left, right, latest, manual, keep_non_blank, min or max, found 'last'\n"},
    {"{ left: a, right: b, conflict: lattest }",
     "c.yaml:14:44: expected leading, left, right, latest, manual, keep_non_blank, min or max, found 'lattest'; did "
     "you mean 'latest'?\n"},
    {"{ left: a, right: b, conflict: leading }",
     "c.yaml:14:13: conflict: leading, but the sync names no leading side; add leading: left or right to the sync\n"},
    {"{ left: a, right: b, initial: leading }",
     "c.yaml:14:13: initial: leading, but the sync names no leading side; add leading: left or right to the sync\n"},
    {"{ left: a, right: b, initial: latest }",
     "c.yaml:14:43: expected leading, left, right or manual, found 'latest'\n"},
    {"{ left: a, right: b, empty_never_overwrites: no }", "c.yaml:14:58: expected true or false, found 'no'\n"},
    {"{ left: a, right: b, against_direction: alert }",
     "c.yaml:14:53: against_direction means nothing where a field goes both ways; remove it, or say direction: "
     "to_left or to_right\n"},
    {"{ left: a, right: b, lossy: perhaps }", "c.yaml:14:41: expected true or false, found 'perhaps'\n"},
    {"{ left: a, right: b, direction: to_left, lossy: true }",
     "c.yaml:14:61: lossy means nothing where a field goes one way: nothing comes back; remove it, or let the field go "
     "both ways\n"},
    {"{ left: a, right: b, as: option(form) }",
     "c.yaml:14:45: in the type 'option(form)': there is no table 'form'; did you mean 'forms'?\n"},
    {"{ left: a, right: b, as: name_parts }",
     "c.yaml:14:21: name_parts takes 2 paths, found 1; write as many paths as the type takes, or another type with "
     "'as'\n"
     "c.yaml:14:31: name_parts takes 2 paths, found 1; write as many paths as the type takes, or another type with "
     "'as'\n"},
    {"{ left: [a, c], right: b }",
     "c.yaml:14:22: text takes 1 path, found 2; write as many paths as the type takes, or another type with 'as'\n"},
    {"{ left: a, right: b, as: { lef: text } }", "c.yaml:14:40: unknown key 'lef' in as; did you mean 'left'?\n"},
    {"{ left: a, right: 'b[*].c' }",
     "c.yaml:14:31: the path 'b[*].c' can be read, but not written; name one place, or let the field go the other "
     "way "
     "only\n"},
    {"{ left: a, right: . }",
     "c.yaml:14:31: the path '.' can be read, but not written; name one place, or let the field go the other way "
     "only\n"},
    {"{ left: a, right: b, clean: \"value ~ other\" }",
     "c.yaml:14:41: cleaning sees only 'value', not 'other'; quote it if it is meant as text\n"},
    {"{ left: name, right: b }",
     "c.yaml:14:21: the left path 'name' is mapped twice; keep one field for it; the other is 'name'\n"},
    {"{ left: a, right: label }",
     "c.yaml:14:31: the right path 'label' is mapped twice; keep one field for it; the other is 'name'\n"},
    {"{ left: a, right: b, name: name }",
     "c.yaml:14:13: two fields are called 'name'; give one of them another 'name'\n"},
};

TEST(Fields, ThatAreWrongAreTold) {
  for (const Mistaken& c : kWrongFields) EXPECT_EQ(read(with_field(c.written)).mistakes, c.mistakes) << c.written;
}

TEST(Fields, AReadOnlySideMayNameManyPlaces) {
  EXPECT_EQ(read(with_field("{ left: a, right: 'b[*].c', direction: to_left }")).mistakes, "");
}

/// Their own words come from the languages; the place and the frame are ours.
const Mistaken kWrongLanguage[] = {
    {"{ left: 'a[', right: b }", "c.yaml:14:24: in the path 'a[': "},
    {"{ left: a, right: b, clean: \"trim | replce('#', '')\" }", "c.yaml:14:49: in the expression 'trim | replce("},
    {"{ left: a, right: b, clean: { left: \"value ~\" } }", "c.yaml:14:57: in the expression 'value ~': "},
    {"{ left: a, right: b, as: dat }", "c.yaml:14:38: in the type 'dat': "},
    {"{ left: a, right: b, as: { right: \"date('QQ.MM')\" } }", "c.yaml:14:"},
};

TEST(Fields, MistakesInsideSmallLanguagesStandAtTheirColumn) {
  for (const Mistaken& c : kWrongLanguage)
    EXPECT_THAT(read(with_field(c.written)).mistakes, StartsWith(c.mistakes)) << c.written;
}

/// The mapping's keys stand in lines 8 and following, from column 9.
std::string with_mapping(const std::string& keys, const std::string& sync = "") {
  return "systems: { crm: { connector: plain }, erp: { connector: plain } }\n"
         "syncs:\n"
         "  customers:\n"
         "    between: { left: crm, right: erp }\n" +
         sync +
         "    objects:\n"
         "      - left: contacts\n"
         "        right: persons\n"
         "        " +
         keys +
         "\n"
         "        fields:\n"
         "          - { left: name, right: label }\n"
         "          - { left: mail, right: email, name: address, as: email }\n"
         "          - { left: vat, right: vat, as: { left: vat_id, right: text } }\n";
}

const Mistaken kWrongMappings[] = {
    {"match: [adress]", "c.yaml:8:17: there is no field 'adress' to match by; did you mean 'address'?\n"},
    {"match: [phone]",
     "c.yaml:8:17: there is no field 'phone' to match by; write the name of a field of this mapping\n"},
    {"match: [name]",
     "c.yaml:8:17: the field 'name' cannot tell who a record is; give it the type email, vat_id or code on both sides "
     "(as: "
     "email), or match by another field\n"},
    {"match: [vat]",
     "c.yaml:8:17: the field 'vat' cannot tell who a record is; give it the type email, vat_id or code on both sides "
     "(as: "
     "email), or match by another field\n"},
    {"match: [[address, name]]", "c.yaml:8:17: expected text, found a list\n"},
    {"match: address",
     "c.yaml:8:16: expected a list, found 'address'; write [first, second], or lines that begin with -\n"},
    {"on_create: create", "c.yaml:8:20: expected a map (on_create), found 'create'\n"},
    {"on_create: { left: yes }", "c.yaml:8:28: expected create or ignore, found 'yes'\n"},
    {"on_delete: { left: archive, right: delete }",
     "c.yaml:8:28: on_delete: archive is not supported yet; write park (a person decides) or ignore\n"
     "c.yaml:8:44: on_delete: delete is not supported yet; write park (a person decides) or ignore\n"},
    {"on_delete: { left: parc }", "c.yaml:8:28: expected ignore or park, found 'parc'; did you mean 'park'?\n"},
    {"duplicates: { leading: left }", "c.yaml:8:21: expected hold, found a map\n"},
    {"on_create_set: { right: [a] }", "c.yaml:8:33: expected a map (path: value), found a list\n"},
    {"on_create_set: { right: { label: x } }",
     "c.yaml:8:35: the path 'label' is set at the create, and written by a field as well; keep one of them\n"},
    {"on_create_set: { right: { a: x, a.b: y } }",
     "c.yaml:8:41: the path 'a.b' cannot be set in a new record; a path before it puts a plain value where this one "
     "needs a section\n"},
    {"on_create_set: { right: { 'tags[*]': x } }",
     "c.yaml:8:35: the path 'tags[*]' cannot be set in a new record; name one place, as in [0] or [type=email]\n"},
    {"on_create_set: { right: { '.': x } }",
     "c.yaml:8:35: the path '.' cannot be set in a new record; name one place, as in [0] or [type=email]\n"},
    {"on_create_set: { right: { 'label.short': x } }",
     "c.yaml:8:33: the field 'name' (label) and these values exclude each other; one puts a plain value where the "
     "other "
     "needs a section: remove that value\n"},
    {"whre: a", "c.yaml:8:9: unknown key 'whre' in an object mapping; did you mean 'where'?\n"},
};

TEST(Mappings, ThatAreWrongAreTold) {
  for (const Mistaken& c : kWrongMappings) EXPECT_EQ(read(with_mapping(c.written)).mistakes, c.mistakes) << c.written;
}

TEST(Mappings, MistakesInConditionsStandAtTheirColumn) {
  EXPECT_THAT(read(with_mapping("where: { right: \"'a' inn b\" }")).mistakes,
              StartsWith("c.yaml:8:30: in the expression ''a' inn b': "));
  EXPECT_THAT(read(with_mapping("on_create_set: { right: { 'a[': x } }")).mistakes,
              StartsWith("c.yaml:8:35: in the path 'a[': "));
}

TEST(Mappings, NeedFields) {
  EXPECT_EQ(read("systems: { a: { connector: plain }, b: { connector: plain } }\n"
                 "syncs:\n"
                 "  s: { between: { left: a, right: b }, objects: [{ left: x, right: y, fields: [] }] }\n"
                 "  t: { between: { left: a, right: b }, objects: [] }\n"
                 "  u: { between: { left: a, right: b }, objects: [{ left: v, right: w }] }\n")
                .mistakes,
            "c.yaml:3:79: the list 'fields' is empty; nothing would be kept in step\n"
            "c.yaml:4:49: the list 'objects' is empty; nothing would be kept in step\n"
            "c.yaml:5:50: the key 'fields' is missing in an object mapping; add it: The fields.\n");
}

/// Two syncs or mappings of two systems; each row is one line from line 3.
std::string with_syncs(const std::string& syncs) {
  return "systems: { crm: { connector: plain }, erp: { connector: plain } }\nsyncs:\n" + syncs;
}

const Mistaken kWrongSyncs[] = {
    {"  s: { between: { left: crn, right: shop }, objects: [{ left: a, right: b, fields: [{ left: x, right: y }] }] "
     "}",
     "c.yaml:3:25: there is no system 'crn'; did you mean 'crm'?\n"
     "c.yaml:3:37: there is no system 'shop'; add it to 'systems'\n"},
    {"  s: { between: { left: crm, right: crm }, objects: [{ left: a, right: b, fields: [{ left: x, right: y }] }] }",
     "c.yaml:3:37: both sides are the same system; name two different systems\n"},
    {"  s: { between: [crm, erp], objects: [{ left: a, right: b, fields: [{ left: x, right: y }] }] }",
     "c.yaml:3:17: expected a map (between), found a list\n"},
    {"  s: { leading: crm, between: { left: crm, right: erp }, objects: [{ left: a, right: b, fields: [{ left: x, "
     "right: y }] }] }",
     "c.yaml:3:17: expected left or right, found 'crm'\n"},
    {"  s: { between: { left: crm, right: erp }, objects: [{ left: a, right: b, fields: [{ left: x, right: y }] }] "
     "}\n"
     "  t: { between: { left: erp, right: crm }, objects: [{ left: b, right: a, fields: [{ left: x, right: y }] }] }",
     "c.yaml:4:54: the sync 's' maps 'b' and 'a' of these systems already; keep them in one sync\n"},
    {"  s:\n    between: { left: crm, right: erp }\n    objects:\n"
     "    - { left: a, right: b, fields: [{ left: x, right: y }] }\n"
     "    - { left: a, right: c, fields: [{ left: x, right: y }] }",
     "c.yaml:7:7: two object mappings are called 'a'; give one of them another 'name'\n"},
    {"  s:\n    between: { left: crm, right: erp }\n    objects:\n"
     "    - { left: a, right: b, where: { left: big }, fields: [{ left: x, right: y }] }\n"
     "    - { name: c, left: a, right: b, fields: [{ left: x, right: y }] }",
     "c.yaml:7:7: 'a' and 'b' are mapped twice; say with 'where' which records each mapping is for, or keep one\n"},
};

TEST(Syncs, ThatAreWrongAreTold) {
  for (const Mistaken& c : kWrongSyncs) EXPECT_EQ(read(with_syncs(c.written)).mistakes, c.mistakes) << c.written;
}

TEST(Syncs, MayMapTheSameObjectsForDifferentRecords) {
  EXPECT_EQ(read(with_syncs("  s:\n    between: { left: crm, right: erp }\n    objects:\n"
                            "    - { left: a, right: b, where: { left: big }, fields: [{ left: x, right: y }] }\n"
                            "    - { name: c, left: a, right: b, where: { left: not big }, fields: [{ left: x, right: "
                            "y }] }\n"))
                .mistakes,
            "");
}

TEST(Syncs, JoinSystemsOfOneEnvironment) {
  EXPECT_EQ(read("systems: { crm: { connector: plain, environment: staging }, erp: { connector: plain } }\nsyncs:\n"
                 "  s: { between: { left: crm, right: erp }, objects: [{ left: a, right: b, fields: [{ left: x, right: "
                 "y }] }] }\n")
                .mistakes,
            "c.yaml:3:17: system 'crm' is of the environment 'staging', 'erp' of 'production'; join systems of one "
            "environment, or give both the same 'environment'\n");
}

TEST(Mistakes, AreAllToldAtOnce) {
  const std::string mistakes = read(
                                   "listen: { hooks: nowhere }\n"
                                   "work: { lease: long }\n"
                                   "systems:\n"
                                   "  crm: { connector: demo, url: ftp://a, token: '${env:COUNTERPART_NOT_SET}' }\n"
                                   "  erp: { connector: plain, webhook: { verify: path_secret } }\n"
                                   "syncs:\n"
                                   "  s:\n"
                                   "    between: { left: crm, right: epr }\n"
                                   "    objects:\n"
                                   "      - left: a\n"
                                   "        right: b\n"
                                   "        match: [x]\n"
                                   "        fields: [{ left: x, right: y, as: txt }]\n")
                                   .mistakes;

  for (const char* place : {"c.yaml:1:18: ", "c.yaml:2:16: ", "c.yaml:4:32: ", "c.yaml:4:49: ", "c.yaml:5:47: ",
                            "c.yaml:8:34: ", "c.yaml:13:43: "}) {
    EXPECT_THAT(mistakes, HasSubstr(place));
  }
}

TEST(Mistakes, NeverShowASecret) {
  const test::Variable secret("COUNTERPART_TEST_SECRET", "hunter2");
  const std::string mistakes =
      read(
          "log: { level: '${env:COUNTERPART_TEST_SECRET}' }\n"
          "database: ${env:COUNTERPART_TEST_SECRET}\n"
          "systems:\n"
          "  crm: { connector: demo, url: 'x${env:COUNTERPART_TEST_SECRET}', token: t, timeout: "
          "'${env:COUNTERPART_TEST_SECRET}', ca_file: '${env:COUNTERPART_TEST_SECRET}' }\n"
          "  erp: { connector: plain }\n"
          "syncs:\n"
          "  s:\n"
          "    between: { left: crm, right: erp }\n"
          "    objects:\n"
          "      - { left: a, right: b, match: ['${env:COUNTERPART_TEST_SECRET}'], where: "
          "'${env:COUNTERPART_TEST_SECRET} (', fields: [{ left: x, right: '${env:COUNTERPART_TEST_SECRET}[', as: "
          "'${env:COUNTERPART_TEST_SECRET}' }] }\n")
          .mistakes;

  EXPECT_THAT(mistakes, HasSubstr("c.yaml:1:15: "));
  EXPECT_THAT(mistakes, HasSubstr("c.yaml:10:"));
  EXPECT_THAT(mistakes, testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace counterpart
