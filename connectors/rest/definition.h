#pragma once

// A system spoken to by REST, declared in one YAML file. Its keys are documented in the tables that read them, from
// which the README's reference is made (`counterpart check --reference`); the README explains them by a whole example.
//
// A request is "METHOD /path"; `query`, `headers` and `body` stand beside it. Templates are `${expression}` over
//   settings        everywhere; secret: in auth and http.headers only
//   id, ids         read
//   since, page, offset, cursor, size          changes
//   value, values   find, with page, offset, cursor, size
//   fields, stamp   create, and a batch's item
//   id, revision, changed, fields              update, and a batch's item
//   id, revision    remove
//   items           a batch's body
// A create's stamp is put at the object's `stamp` path in ${fields}, unless the create places ${stamp} itself. Values
// inside a path are percent-encoded; a query parameter, header or body member whose template gives null is left out.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "connectors/rest/body_template.h"
#include "connectors/rest/moment.h"
#include "connectors/rest/selection.h"
#include "mapping/config/key_doc.h"
#include "mapping/config/problem.h"
#include "mapping/expression/expression.h"
#include "mapping/expression/path.h"

namespace counterpart::rest {

using Templates = std::vector<std::pair<std::string, Template>>;
using Statuses = std::vector<std::int64_t>;

/// A setting that a system's section gives.
struct Setting {
  std::string doc;
  bool required = false;
  bool secret = false;
  std::string default_text;
};

struct RequestLine {
  std::string method;
  Template path;  ///< begins with /
};

/// One kind of request.
struct Call {
  std::optional<RequestLine> request;
  Templates query;
  Templates headers;
  std::optional<BodyTemplate> body;
};

struct Http {
  Template base_url;
  Templates headers;
  std::chrono::milliseconds timeout{0};  ///< at least so long; 0: as the system's settings say
  std::int64_t concurrency = 4;
};

struct Basic {
  Template user;
  Template password;
};

struct Auth {
  Templates headers;
  Templates query;
  std::optional<Basic> basic;
};

/// A place holding a point in time.
struct Moment {
  Path path;
  MomentFormat format;
};

/// Where a record keeps what.
struct RecordShape {
  Path id = Path::parse("id");
  std::optional<Path> revision;
  std::string revision_header;  ///< of answers with one record
  Path fields;
  std::optional<Moment> modified;
  std::optional<Moment> created;
  std::optional<Path> modified_by;
  std::optional<Path> created_by;
  bool absent_is_blank = false;
};

struct ReadMany {
  Call call;
  Selection select;
  std::optional<Selection> missing;  ///< ids that are not there; without it, what is not answered is gone
  std::int64_t limit = 1;
};

struct Read {
  Call call;
  Path select;
  Statuses missing{404};
  std::optional<ReadMany> many;
};

struct Paging {
  enum class Type { none, page, offset, cursor, last_id, link, link_header };
  Type type = Type::none;
  std::int64_t size = 100;
  std::int64_t start = 1;     ///< number of the first page
  std::optional<Path> next;   ///< cursor, link
  std::optional<Path> pages;  ///< page: number of the last one
  std::optional<Path> total;  ///< page, offset: number of all records
  std::optional<Path> more;   ///< whether there is another page
};

struct Since {
  MomentFormat format;
  bool inclusive = true;
};

struct Changes {
  Call call;
  Selection select;
  Since since;
  bool sorted = false;
  bool full = true;  ///< the list holds whole records
  Statuses missing;  ///< statuses that mean: none
  Paging page;
};

struct Find {
  Call call;
  Selection select;
  Statuses missing;
  std::int64_t limit = 1;
  Paging page;
  std::optional<std::int64_t> most;  ///< records after which the system cuts its answers off
};

enum class Returns { none, id, record };
enum class Precondition { none, revision };

struct Batch {
  enum class Match { index, id };
  Call call;
  BodyTemplate item;
  std::int64_t limit = 1;
  Selection results;
  Match match = Match::index;
  Path id = Path::parse("id");  ///< in a result, to match by
  std::optional<Path> status;   ///< of one result; without it, all that is no declared error went well
  std::optional<Path> record;   ///< in a result
};

struct Create {
  Call call;
  Returns returns = Returns::record;
  Path select;                  ///< the record in the answer
  std::optional<Path> id_path;  ///< the id in the answer or in a batch's result
  std::string id_header;        ///< holding the id, or a URL that ends in it
  std::optional<Batch> batch;
};

struct Update {
  enum class Style { partial, full };
  enum class Nested { merge, whole };
  Call call;
  Style style = Style::partial;
  Nested nested = Nested::merge;
  Precondition precondition = Precondition::none;
  Statuses conflict{412};  ///< 409 is as often a duplicate key: to be declared
  Returns returns = Returns::record;
  Path select;
  std::optional<Batch> batch;
};

struct Remove {
  Call call;
  Precondition precondition = Precondition::none;
  Statuses conflict{412};
};

struct Describe {
  Call call;
  Selection select;
  Path name = Path::parse("name");
  std::optional<Path> type;
  std::optional<Path> required;
  std::optional<Path> read_only;
  std::optional<Path> options;  ///< every value there
  std::optional<Path> max_length;
  std::optional<Path> custom;
  std::optional<Path> label;
  std::optional<Path> row_fields;  ///< of a field of child rows: the list of theirs
  std::optional<bool> users_add_fields;
  std::vector<FieldDescription> fields;
};

struct Object {
  std::string stamp;
  std::chrono::milliseconds search_lag{0};
  bool unique_revision = false;
  std::optional<RecordShape> own_records;
  RecordShape records;  ///< own_records, or the definition's
  std::optional<Read> read;
  std::optional<Changes> changes;
  std::vector<std::pair<std::string, Find>> find;  ///< by path text
  std::optional<Create> create;
  std::optional<Update> update;
  std::optional<Remove> remove;
  std::optional<Describe> describe;
};

/// Matches answers: every part that is given must fit.
struct ErrorRule {
  Statuses status;
  std::optional<Path> path;
  std::optional<std::string> equals;
  std::optional<std::string> contains;
  Failure::Kind kind = Failure::Kind::rejected;
  std::optional<Path> message;
};

struct User {
  Call call;
  Path path;
};

/// Which object a webhook's item is about.
struct HookObject {
  std::optional<Path> path;
  std::optional<std::int64_t> segment;                   ///< of the URL after /hooks/{system}
  std::optional<std::string> header;                     ///< or of the request
  std::vector<std::pair<std::string, std::string>> map;  ///< `person.*` matches what begins with person.
};

struct Webhooks {
  HookScheme verify;
  BodyFormat body;
  std::vector<Path> filter;  ///< places of secrets that are none of ours: not kept as evidence
  HookAnswers answers;
  std::optional<Selection> items;  ///< without it the body is the one item, or an array of them
  HookObject object;
  Path id = Path::parse("id");
  std::optional<Path> event_id;
  bool event_id_unique = false;
  std::optional<Path> revision;
  std::optional<Path> actor;
  std::optional<Path> changed;
  std::optional<Moment> at;
};

struct Definition {
  std::int64_t version = 1;
  std::string id;
  std::string title;
  std::vector<std::pair<std::string, Setting>> settings;
  Auth auth;
  Http http;
  std::optional<User> user;
  std::optional<RecordShape> records;
  std::vector<Path> error_message;
  std::vector<ErrorRule> errors;
  std::vector<std::pair<std::string, Object>> objects;
  std::optional<Webhooks> webhooks;

  /// nullptr for an unknown object.
  const Object* object(std::string_view name) const;
};

/// Reads a definition; every mistake goes to `problems`, and then nothing is given.
std::optional<Definition> read_definition(std::string_view text, const std::string& file, config::Problems& problems);

/// The definition's JSON Schema, from the reader's own tables.
Native definition_schema();

/// The documentation of every key of a definition.
std::vector<config::KeyDoc> definition_keys();

}  // namespace counterpart::rest
