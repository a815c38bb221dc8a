#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mapping/config/table.h"
#include "server/config/configuration.h"

/// The configuration as it is written, with places; not yet checked against itself.
namespace counterpart::drafts {

using config::Node;
using config::Place;

/// A text for each side, as `as`, `clean` and `where` have.
using Sides = Both<std::optional<Node>>;

struct Verify {
  Place place;
  HookScheme scheme;
};

struct Hook {
  std::optional<Verify> verify;
  std::vector<Node> secrets;
  bool accept = true;
};

struct System : SystemConfiguration {
  Node connector_node;
  std::map<std::string, Node> values;  ///< url and the connector's own keys
  Hook webhook;
  std::vector<Node> webhook_secret;  ///< the short form
  milliseconds timeout{30'000};
  Place timeout_place;  ///< the system's own, where no time-out is written
  std::optional<Node> ca, client_certificate_node, client_key_node, proxy_node;
};

/// Conflict and initial rules as written: `leading` is one of the sides, once the sync is known.
enum class Conflict { leading, left, right, latest, manual, keep_non_blank, min, max };
enum class Initial { leading, left, right, manual };

/// What is asked of values that are written to one side.
struct Validate {
  Place place;
  Node written;  ///< all of it, for sheets
  std::optional<std::int64_t> min_length, max_length;
  std::optional<Node> characters, pattern, min, max;
  bool required = false;
  std::vector<std::string> options;
};

struct Field {
  Place place;
  std::vector<Node> left, right;
  std::optional<Node> name;
  Sides as, clean;
  Both<std::optional<Validate>> validate;
  Direction direction = Direction::both;
  Forbidden against_direction = Forbidden::tolerate;
  bool lossy = false;
  std::optional<Conflict> conflict;
  std::optional<Initial> initial;
  bool empty_never_overwrites = false;
  std::optional<Node> note;
  Sides example;  ///< decides nothing: `counterpart mapping test` tries it
};

/// A sum that a record itself tells, on either side.
struct Sum {
  Place place;
  std::optional<Node> left, right;
  Sides as;
};

/// How rows add up. Names are those of the rows' fields.
struct Totals {
  Place place;
  std::optional<Node> quantity, price, discount, discount_amount, tax;
  RoundAt round = RoundAt::row;
  std::int64_t digits = 2;
  std::optional<Sum> net, tax_sum, discount_sum, gross;
};

/// A collection of child rows.
struct ChildRows {
  Place place;
  Node left, right;  ///< paths of the rows
  std::optional<Node> name;
  Sides id;
  std::vector<Node> key;  ///< names of `fields`
  Direction direction = Direction::both;
  std::optional<Conflict> conflict;
  std::optional<Initial> initial;
  Sides on_create_set;
  std::vector<Field> fields;
  std::optional<Totals> totals;
};

/// What a record turns into in its own system.
struct Into {
  Place place;
  Node mapping, id;
};
struct Becomes {
  Place place;
  std::optional<Node> when;
  std::vector<Into> into;
};

struct OnDeletes {
  OnDelete left = OnDelete::park;
  OnDelete right = OnDelete::park;
};

enum class Duplicates { hold };

struct Object {
  Place place;
  std::optional<Node> name;
  std::string left, right;
  Sides where;
  Sides final_when;
  Both<std::optional<Becomes>> becomes;
  std::vector<Node> match;
  Both<OnCreate> on_create{OnCreate::create, OnCreate::create};
  Sides on_create_set;
  OnDeletes on_delete;
  Duplicates duplicates = Duplicates::hold;
  std::vector<Field> fields;
  std::vector<ChildRows> rows;
  bool whole = true;  ///< written without a mistake, as far as a table can tell
};

struct Between {
  Place place;
  Node left, right;
};

struct Sync {
  Place place;
  Between between;
  std::optional<Side> leading;
  std::vector<Object> objects;
};

/// Files as written, with their places.
struct ListenTls {
  Node certificate, key;
  std::vector<DoorName> doors = ListenTlsSettings{}.doors;
};

struct Listen : ListenSettings {
  std::optional<ListenTls> tls_files;
};

struct Evidence {
  milliseconds kept = RetentionSettings{}.evidence;
};

struct Top {
  Listen listen;
  DoorSettings limits;
  Evidence evidence;
  RetentionSettings retention;
  LogSettings log;
  WorkSettings work;
  std::string state_directory = Configuration{}.state_directory.string();
  std::string database = Configuration{}.database;
  Node systems;
  std::vector<std::pair<std::string, Node>> tables;
  std::vector<std::pair<std::string, Sync>> syncs;
};

}  // namespace counterpart::drafts
