#pragma once

// A system spoken to by REST, declared in one YAML file. The vocabulary (defaults in brackets):
//
//   connector: 1                  version of this vocabulary
//   id, title
//   settings: {name: {doc, required, default, secret}}
//                                 keys of a system's section; `url` among them, if used
//   auth: {headers, query, basic: {user, password}}
//                                 templates over settings and secret
//   http: {base_url, headers, timeout, concurrency [4]}
//                                 base_url is a template over settings; concurrency: calls at once
//   user: {request, path}         who we are, where the system names writers
//   records: {id [id], fields [.], revision, revision_header, modified, created, modified_by,
//             created_by, absent_is_blank}
//                                 places inside a record; may be given again in an object
//   error_message: [paths]        the system's own words in an error's answer; the first that is there
//   errors: [{status, path, equals, contains, kind, message}]
//                                 the first that matches decides, before the defaults
//   objects.<name>:
//     stamp, search_lag, unique_revision, records
//     read: {request, select [.], missing [404], many: {request, body, select, missing, limit}}
//     changes: {request, query, select, since: {format, zone, inclusive}, sorted, full [true],
//               missing, page}
//     find.<path>: {request, query, body, select, missing, limit, page, most}
//               page: as of changes, followed to the end; most: the system cuts its answers off there. A search
//               that may be cut off fails, for what it does not show could be another match, or the only one
//     create: {request, body [${fields}], returns, select, id_path, id_header, batch}
//     update: {request, body [${changed}, or ${fields}], style, nested, precondition, conflict,
//              returns, select, batch}
//     remove: {request, headers, precondition, conflict}
//     describe: {request, select, name, type, required, read_only, options}, or {fields: [...]}
//   webhooks: {verify, body [json], items, object: {path, segment or header, map}, id, event_id, event_id_unique,
//              revision, actor, changed, at, filter, answer}
//     verify: as in a system's section, `webhook: {verify: …}`
//     body: json (whatever its Content-Type says), form (a[b]=1 is a.b), {type: form, json: FIELD}, or xml (elements
//               by their names without namespaces, attributes as '@type', text beside them as '#text')
//     items: a list of events, or a lone one; id: one id, or a list of ids
//     filter: places that are not kept as evidence, such as session ids; a body_token never is
//     answer: {status [202], type, body, busy [503], within}
//               status, Content-Type and body that the sender takes for a yes; busy: the status where the news cannot
//               be kept now, or not within that time. 2xx there lets a sender go on that would else fail its user:
//               the next sweep finds what changed, so it needs sweeps
//
// A request is "METHOD /path"; `query`, `headers` and `body` stand beside it. Templates are
// `${expression}` over
//   settings        everywhere
//   id, ids         read
//   since, page, offset, cursor, size          changes
//   value, values   find, with page, offset, cursor, size where it has a page
//   fields, stamp   create, and a batch's item
//   id, revision, changed, fields              update, and a batch's item
//   id, revision    remove
//   items           a batch's body
// A create's stamp is put at the object's `stamp` path in ${fields}, unless the create places ${stamp} itself.
// Values inside a path are percent-encoded; a query parameter, header or body member whose template
// gives null is left out. `select` of many names an array (`results`, `data.items[*].item`), of one
// the record's place. A moment is a path, or {path, format, zone}; format: iso, epoch_s, epoch_ms or
// an ICU date pattern.
//   page: {type: none | page | offset | cursor | link_header, size, start, next, pages, total, more}
//     ends at `pages` (number of the last one), `total` (records), `more` (boolean) or else with an
//     empty page; cursors end at null. Where numbered pages are not sorted, `total` lets deletes show that pull
//     records onto pages already read, which are then read again
//   batch: {request, body, item, limit, results, match: index | id, id, status, record}

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
