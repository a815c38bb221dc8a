#include <algorithm>
#include <charconv>

#include "connectors/sandbox/front.h"
#include "connectors/sandbox/times.h"
#include "mapping/values/json.h"

namespace counterpart::sandbox {
namespace {

constexpr std::size_t kBatchMax = 100;
constexpr std::size_t kSearchMax = 50;
constexpr std::size_t kHitsMax = 100;

Schema contacts() {
  return {"contacts",
          "contact",
          "c-",
          {{"firstname", Kind::text, false, "", {}},
           {"lastname", Kind::text, false, "", {}},
           {"email", Kind::email, false, "email", {}},
           {"phone", Kind::text, false, "", {}},
           {"street", Kind::text, false, "", {}},
           {"zip", Kind::text, false, "", {}},
           {"city", Kind::text, false, "", {}},
           {"country", Kind::text, false, "", {}},
           {"birthday", Kind::iso_date, false, "", {}},
           {"newsletter", Kind::flag, false, "", {}},
           {"notes", Kind::text, false, "", {}},
           {"company_id", Kind::text, false, "", {}},
           {"external_ref", Kind::text, false, "external_ref", {}}},
          true,
          false,
          422};
}

Schema companies() {
  return {"companies",
          "company",
          "k-",
          {{"name", Kind::text, false, "", {}},
           {"domain", Kind::text, false, "domain", {}},
           {"vat_id", Kind::text, false, "vat_id", {}},
           {"phone", Kind::text, false, "", {}},
           {"street", Kind::text, false, "", {}},
           {"zip", Kind::text, false, "", {}},
           {"city", Kind::text, false, "", {}},
           {"country", Kind::text, false, "", {}},
           {"employees", Kind::integer, false, "", {}},
           {"revenue", Kind::number, false, "", {}},
           {"legal_form", Kind::option, false, "", {"limited", "stock", "partnership"}},
           {"founded", Kind::iso_date, false, "", {}},
           {"external_ref", Kind::text, false, "external_ref", {}}},
          true,
          false,
          422};
}

Rows deal_lines() {
  return {"id",
          "l-",
          false,
          {{"product", Kind::text, true, "", {}},
           {"description", Kind::text, false, "", {}},
           {"quantity", Kind::number, false, "", {}},
           {"unit_price", Kind::number, false, "", {}},
           {"discount_percent", Kind::number, false, "", {}},
           {"tax_rate", Kind::number, false, "", {}}}};
}

Schema deals() {
  return {"deals",
          "deal",
          "d-",
          {{"title", Kind::text, false, "title", {}},
           {"stage", Kind::option, false, "", {"open", "won", "lost"}},
           {"currency", Kind::option, false, "", {"EUR", "USD", "GBP"}},
           {"amount", Kind::number, false, "", {}},
           {"lines", Kind::rows, false, "", {}, deal_lines()},
           {"company_id", Kind::text, false, "", {}},
           {"external_ref", Kind::text, false, "external_ref", {}}},
          true,
          false,
          422};
}

std::string pack(std::vector<Native> events) {
  return print_json(Native(Native::Object{{"type", "batch"}, {"events", Native(std::move(events))}}));
}

Manners manners() {
  Manners a;
  a.users = {"u-hub", "u-anna"};
  a.precision = std::chrono::milliseconds(1);
  a.hook_scheme.type = HookScheme::Type::standard_webhooks;
  a.events_per_post = 10;
  a.pack = pack;
  a.schemas = {contacts(), companies(), deals()};
  return a;
}

std::string_view code_of(int status) {
  switch (status) {
    case 400:
      return "malformed";
    case 401:
      return "unauthorized";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 412:
      return "etag_mismatch";
    case 422:
      return "invalid";
    case 429:
      return "rate_limited";
    default:
      return "internal";
  }
}

std::string print_id(const Table& table, std::int64_t id) {
  return table.schema().id_prefix + std::to_string(id);
}

const Record* find_record(const Table& table, std::string_view id) {
  const std::string& prefix = table.schema().id_prefix;
  if (!id.starts_with(prefix)) return nullptr;
  const auto number = parse_digits(id.substr(prefix.size()));
  return number ? table.find(*number) : nullptr;
}

const Record& want_record(const Table& table, std::string_view id) {
  const Record* record = find_record(table, id);
  if (record == nullptr) throw Refused(404, "there is no such record");
  return *record;
}

/// Never the same for two writes.
std::string etag_of(const Record& record) {
  char id[16];
  const auto end = std::to_chars(id, id + sizeof id, record.id, 16).ptr;
  return '"' + std::to_string(record.changed.revision) + '-' + std::string(id, end) + '"';
}

void check_etag(const Record& record, const std::string& expected) {
  if (expected != "*" && expected != etag_of(record)) throw Refused(412, "the record has another etag now");
}

void check_if_match(const Record& record, const HttpHeaders& headers) {
  if (const std::string* expected = find_header(headers, "If-Match")) check_etag(record, *expected);
}

/// A cursor says where the page before it ended.
std::string print_cursor(const Record& record) {
  return std::to_string(record.changed.at.time_since_epoch().count()) + '-' + std::to_string(record.id);
}

std::optional<Place> read_cursor(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  const auto dash = text->find('-');
  const auto at = parse_digits(std::string_view(*text).substr(0, dash));
  const auto id = dash == std::string::npos ? std::nullopt : parse_digits(std::string_view(*text).substr(dash + 1));
  if (!at || !id) throw Refused(422, "is no cursor of ours", "after");
  return Place(Instant(std::chrono::microseconds(*at)), *id);
}

const Native& want_member(const Native& body, std::string_view name) {
  const Native* member = body.member(name);
  if (member == nullptr) throw Refused(422, "is missing", std::string(name));
  return *member;
}

std::string want_text(const Native& body, std::string_view name) {
  const Native& member = want_member(body, name);
  if (!member.is_text()) throw Refused(422, "must be a text", std::string(name));
  return member.text();
}

const Native::Array& want_list(const Native& body, std::string_view name, std::size_t most) {
  const Native& member = want_member(body, name);
  if (!member.is_array() || member.array().size() > most) {
    throw Refused(422, "must be a list of at most " + std::to_string(most), std::string(name));
  }
  return member.array();
}

Native describe_all(const std::vector<Field>& fields);

Native describe(const Field& field) {
  Native::Object shown{{"name", field.path},
                       {"type", name_of(field.kind)},
                       {"required", field.mandatory},
                       {"read_only", false},
                       {"options", Native::Array(field.options.begin(), field.options.end())}};
  if (has_length(field.kind)) {
    shown.emplace_back("max_length", Native::integer(static_cast<long long>(field.max_length)));
  }
  if (field.custom) shown.emplace_back("custom", true);
  if (field.kind == Kind::rows) shown.emplace_back("fields", describe_all(field.rows.fields));
  return Native(std::move(shown));
}

Native describe_all(const std::vector<Field>& fields) {
  Native::Array shown;
  for (const Field& field : fields) {
    if (!field.removed) shown.push_back(describe(field));
  }
  return Native(std::move(shown));
}

Native item_error(const Refused& refusal) {
  Native::Object error{{"code", code_of(refusal.status())}, {"message", refusal.what()}};
  if (!refusal.field().empty()) error.emplace_back("field", refusal.field());
  return Native(Native::Object{{"status", Native::integer(refusal.status())}, {"error", std::move(error)}});
}

class CrmA : public Front {
 public:
  CrmA(SandboxSettings settings, Clock& clock, Random& random, HttpClient& hooks)
      : Front(std::move(settings), manners(), clock, random, hooks), event_prefix_("evt_" + random.hex_id() + '-') {
    add_endpoint({"GET", "me", false, [this](const Call& call) { return me(call); }});
    add_endpoint({"GET", "schema/{object}", false, [this](const Call& call) { return schema(call); }});
    add_endpoint({"GET", "{object}", false, [this](const Call& call) { return list(call); }});
    add_endpoint({"POST", "{object}", true, [this](const Call& call) { return create_one(call); }});
    add_endpoint({"POST", "{object}/search", false, [this](const Call& call) { return search(call); }});
    add_endpoint({"GET", "{object}/{id}", false, [this](const Call& call) { return read_one(call); }});
    add_endpoint({"PATCH", "{object}/{id}", true, [this](const Call& call) { return update_one(call); }});
    add_endpoint({"DELETE", "{object}/{id}", true, [this](const Call& call) { return delete_one(call); }});
    add_endpoint({"POST", "{object}/batch/read", false, [this](const Call& call) { return batch_read(call); }});
    add_endpoint({"POST", "{object}/batch/create", true, [this](const Call& call) { return batch_create(call); }});
    add_endpoint({"POST", "{object}/batch/update", true, [this](const Call& call) { return batch_update(call); }});
  }

 private:
  std::string key_of(const HttpHeaders& headers) const override {
    constexpr std::string_view kScheme = "Bearer ";
    const std::string* header = find_header(headers, "Authorization");
    return header != nullptr && header->starts_with(kScheme) ? header->substr(kScheme.size()) : std::string();
  }

  SandboxResponse refuse(const Refused& refusal) const override {
    Native::Object body{{"error", code_of(refusal.status())}, {"message", refusal.what()}};
    if (!refusal.field().empty()) body.emplace_back("field", refusal.field());
    return json_answer(refusal.status(), Native(std::move(body)));
  }

  Native show(const Table& table, const Record& record) const override {
    return Native(Native::Object{{"id", print_id(table, record.id)},
                                 {"etag", etag_of(record)},
                                 {"created_at", print_iso(record.created.at)},
                                 {"updated_at", print_iso(record.changed.at)},
                                 {"created_by", name_of(record.created.by)},
                                 {"updated_by", name_of(record.changed.by)},
                                 {"properties", show_fields(table.schema(), record.values, false)}});
  }

  Native event(const Table& table, const Record& record, Verb verb, const std::vector<std::size_t>&) override {
    const Schema& schema = table.schema();
    const std::string_view done = verb == Verb::created ? "created" : verb == Verb::changed ? "updated" : "deleted";
    return Native(Native::Object{{"id", event_prefix_ + std::to_string(++events_)},
                                 {"type", schema.event + '.' + std::string(done)},
                                 {"object", schema.object},
                                 {"record_id", print_id(table, record.id)},
                                 {"etag", etag_of(record)},
                                 {"by", name_of(record.changed.by)},
                                 {"at", print_iso(record.changed.at)}});
  }

  SandboxResponse me(const Call& call) const {
    return json_answer(200, Native(Native::Object{{"id", name_of(call.user)}}));
  }

  SandboxResponse schema(const Call& call) const {
    return json_answer(200, Native(Native::Object{{"fields", describe_all(call.table->schema().fields)}}));
  }

  SandboxResponse list(const Call& call) const {
    const auto limit = call.query.number("limit", 1, kBatchMax, kBatchMax, 422);
    ChangeWindow window;
    if (const std::string* since = call.query.find("modified_since")) {
      const auto instant = parse_iso(*since);
      if (!instant) throw Refused(422, "must be a time like 2026-11-20T10:00:00.123Z", "modified_since");
      window = {*instant, list_seen_until()};
    }
    auto records = call.table->changes(window, read_cursor(call.query.find("after")), limit + 1);
    Native next;
    if (records.size() > limit) {
      records.pop_back();
      next = Native(print_cursor(*records.back()));
    }
    return json_answer(200,
                       Native(Native::Object{{"results", show_all(*call.table, records)}, {"next", std::move(next)}}));
  }

  SandboxResponse search(const Call& call) const {
    const Native body = read_body(call.request);
    const std::size_t field = call.table->schema().index_of_search(want_text(body, "property"));
    if (field == call.table->schema().fields.size()) throw Refused(422, "cannot be searched", "property");
    std::vector<const Record*> found;
    for (const Native& value : want_list(body, "values", kSearchMax)) {
      if (!value.is_text()) throw Refused(422, "must be a list of texts", "values");
      for (const Record* record : call.table->search(field, value.text(), search_seen_until())) found.push_back(record);
    }
    std::ranges::sort(found, {}, &Record::id);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (found.size() > kHitsMax) found.resize(kHitsMax);  // without a word, as such systems do
    return json_answer(200, Native(Native::Object{{"results", show_all(*call.table, found)}}));
  }

  SandboxResponse read_one(const Call& call) const {
    return record_answer(200, *call.table, want_record(*call.table, call.id));
  }

  SandboxResponse create_one(const Call& call) {
    const Native body = read_body(call.request);
    const auto changes = read_changes(call.table->schema(), want_member(body, "properties"));
    const Record& record = create(*call.table, call.user, changes);
    SandboxResponse response = record_answer(201, *call.table, record);
    response.headers.emplace_back(
        "Location", prefix() + '/' + call.table->schema().object + '/' + print_id(*call.table, record.id));
    return response;
  }

  SandboxResponse update_one(const Call& call) {
    const Native body = read_body(call.request);
    const Record& record = want_record(*call.table, call.id);
    check_if_match(record, call.request.headers);
    const auto changes = read_changes(call.table->schema(), want_member(body, "properties"));
    return record_answer(200, *call.table, update(*call.table, call.user, record.id, changes));
  }

  SandboxResponse delete_one(const Call& call) {
    const Record& record = want_record(*call.table, call.id);
    check_if_match(record, call.request.headers);
    remove(*call.table, call.user, record.id);
    return {204, {}, {}, {}, false};
  }

  SandboxResponse batch_read(const Call& call) const {
    const Native body = read_body(call.request);
    Native::Array results;
    Native::Array missing;
    for (const Native& id : want_list(body, "ids", kBatchMax)) {
      if (!id.is_text()) throw Refused(422, "must be a list of texts", "ids");
      if (const Record* record = find_record(*call.table, id.text())) {
        results.push_back(show(*call.table, *record));
      } else {
        missing.push_back(id);
      }
    }
    return json_answer(200, Native(Native::Object{{"results", std::move(results)}, {"missing", std::move(missing)}}));
  }

  SandboxResponse batch_create(const Call& call) {
    return batch(call, 201, [&](const Native& input) -> const Record& {
      return create(*call.table, call.user, read_changes(call.table->schema(), want_member(input, "properties")));
    });
  }

  SandboxResponse batch_update(const Call& call) {
    return batch(call, 200, [&](const Native& input) -> const Record& {
      const Record& record = want_record(*call.table, want_text(input, "id"));
      if (const Native* etag = input.member("etag"); etag != nullptr && !etag->is_null()) {
        check_etag(record, etag->plain());
      }
      const auto changes = read_changes(call.table->schema(), want_member(input, "properties"));
      return update(*call.table, call.user, record.id, changes);
    });
  }

  /// Each input by itself: one that is refused stops no other.
  template <class Write>
  SandboxResponse batch(const Call& call, int good_status, const Write& write) {
    const Native body = read_body(call.request);
    Native::Array results;
    for (const Native& input : want_list(body, "inputs", kBatchMax)) {
      try {
        const Record& record = write(input);
        results.push_back(Native(Native::Object{{"status", Native::integer(good_status)},  //
                                                {"record", show(*call.table, record)}}));
      } catch (const Refused& refusal) {
        results.push_back(item_error(refusal));
      }
    }
    return json_answer(207, Native(Native::Object{{"results", std::move(results)}}));
  }

  SandboxResponse record_answer(int status, const Table& table, const Record& record) const {
    HttpHeaders headers{{"ETag", etag_of(record)}};
    return json_answer(status, show(table, record), std::move(headers));
  }

  Native show_all(const Table& table, const std::vector<const Record*>& records) const {
    Native::Array shown;
    shown.reserve(records.size());
    for (const Record* record : records) shown.push_back(show(table, *record));
    return Native(std::move(shown));
  }

  std::string event_prefix_;
  std::uint64_t events_ = 0;
};

}  // namespace

std::unique_ptr<SandboxCrm> make_crm_a(SandboxSettings settings, Clock& clock, Random& random, HttpClient& hooks) {
  return std::make_unique<CrmA>(std::move(settings), clock, random, hooks);
}

}  // namespace counterpart::sandbox
