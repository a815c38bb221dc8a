#include "connectors/sandbox/front.h"
#include "connectors/sandbox/times.h"
#include "mapping/values/json.h"

namespace counterpart::sandbox {
namespace {

constexpr std::uint64_t kPerPage = 50;
constexpr std::uint64_t kPerPageMax = 100;
constexpr std::uint64_t kPageMax = 1'000'000;

Schema persons() {
  return {"persons",
          "person",
          "",
          {{"full_name", Kind::text, true, "", {}},
           {"contact.email", Kind::email, false, "email", {}},
           {"contact.phone", Kind::text, false, "", {}},
           {"address.street", Kind::text, false, "", {}},
           {"address.postal_code", Kind::text, false, "", {}},
           {"address.city", Kind::text, false, "", {}},
           {"address.country", Kind::text, false, "", {}},
           {"birthday", Kind::german_date, false, "", {}},
           {"newsletter", Kind::ja_nein, false, "", {}},
           {"remark", Kind::text, false, "", {}},
           {"organisation_id", Kind::integer, false, "", {}}},
          false,
          true,
          400};
}

Schema organisations() {
  return {"organisations",
          "organisation",
          "",
          {{"company_name", Kind::text, true, "", {}},
           {"website", Kind::text, false, "", {}},
           {"vat_number", Kind::text, false, "vat_number", {}},
           {"phone", Kind::text, false, "", {}},
           {"address.street", Kind::text, false, "", {}},
           {"address.postal_code", Kind::text, false, "", {}},
           {"address.city", Kind::text, false, "", {}},
           {"address.country", Kind::text, false, "", {}},
           {"staff", Kind::integer_text, false, "", {}},
           {"turnover", Kind::german_decimal, false, "", {}},
           {"legal_form", Kind::option, false, "", {"GmbH", "AG", "KG"}},
           {"founded", Kind::german_date, false, "", {}}},
          false,
          true,
          400};
}

Rows order_positions() {
  return {"no",
          "",
          true,
          {{"article", Kind::text, true, "", {}},
           {"text", Kind::text, false, "", {}},
           {"count", Kind::german_decimal, false, "", {}},
           {"price", Kind::german_decimal, false, "", {}},
           {"discount", Kind::german_decimal, false, "", {}},
           {"vat", Kind::option, false, "", {"0", "7", "19"}}}};
}

Schema orders() {
  return {"orders",
          "order",
          "",
          {{"subject", Kind::text, true, "subject", {}},
           {"status", Kind::option, false, "", {"offen", "gewonnen", "verloren"}},
           {"currency", Kind::option, false, "", {"EUR", "USD", "GBP"}},
           {"total", Kind::german_decimal, false, "", {}},
           {"positions", Kind::rows, false, "", {}, order_positions()},
           {"organisation_id", Kind::integer, false, "", {}}},
          false,
          true,
          400};
}

std::string pack(std::vector<Native> events) {
  return print_json(events.front());
}

Manners manners() {
  Manners b;
  b.users = {"user-hub", "user-3"};
  b.precision = std::chrono::seconds(1);
  b.hook_scheme.type = HookScheme::Type::hmac_sha256;
  b.hook_scheme.header = "X-Signature";
  b.hook_scheme.prefix = "sha256=";
  b.hook_scheme.timestamp_header = "X-Timestamp";
  b.hook_scheme.signed_text = "${timestamp}.${body}";
  b.pack = pack;
  b.schemas = {persons(), organisations(), orders()};
  return b;
}

Native describe_all(const std::vector<Field>& fields);

Native describe(const Field& field) {
  Native::Object shown{{"name", field.path}, {"kind", name_of(field.kind)}, {"mandatory", field.mandatory}};
  if (!field.options.empty()) {
    shown.emplace_back("options", Native::Array(field.options.begin(), field.options.end()));
  }
  if (has_length(field.kind)) {
    shown.emplace_back("length", Native::integer(static_cast<long long>(field.max_length)));
  }
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

const Record& want_record(const Call& call) {
  const auto id = parse_digits(call.id);
  const Record* record = id ? call.table->find(*id) : nullptr;
  if (record == nullptr) throw Refused(404, "there is no such record");
  return *record;
}

class CrmB : public Front {
 public:
  CrmB(SandboxSettings settings, Clock& clock, Random& random, HttpClient& hooks)
      : Front(std::move(settings), manners(), clock, random, hooks) {
    add_endpoint({"GET", "whoami", false, [this](const Call& call) { return whoami(call); }});
    add_endpoint({"GET", "fields/{object}", false, [this](const Call& call) { return fields(call); }});
    add_endpoint({"GET", "{object}", false, [this](const Call& call) { return list_or_search(call); }});
    add_endpoint({"POST", "{object}", true, [this](const Call& call) { return create_one(call); }});
    add_endpoint({"GET", "{object}/{id}", false, [this](const Call& call) { return read_one(call); }});
    add_endpoint({"PATCH", "{object}/{id}", true, [this](const Call& call) { return update_one(call); }});
    add_endpoint({"DELETE", "{object}/{id}", true, [this](const Call& call) { return delete_one(call); }});
  }

 private:
  std::string key_of(const HttpHeaders& headers) const override {
    const std::string* header = find_header(headers, "X-Api-Key");
    return header != nullptr ? *header : std::string();
  }

  SandboxResponse refuse(const Refused& refusal) const override {
    Native::Object body{{"message", refusal.what()}};
    if (!refusal.field().empty()) body.emplace_back("field", refusal.field());
    return json_answer(refusal.status(), Native(std::move(body)));
  }

  Native show(const Table& table, const Record& record) const override {
    Native shown(Native::Object{{"id", Native::integer(record.id)}});
    Native fields = show_fields(table.schema(), record.values, true);
    for (auto& member : fields.object()) shown.object().push_back(std::move(member));
    shown.object().emplace_back("created_at", berlin_.print(record.created.at));
    shown.object().emplace_back("changed_at", berlin_.print(record.changed.at));
    shown.object().emplace_back("created_by", name_of(record.created.by));
    shown.object().emplace_back("changed_by", name_of(record.changed.by));
    return shown;
  }

  Native event(const Table& table, const Record& record, Verb verb, const std::vector<std::size_t>& moved) override {
    const Schema& schema = table.schema();
    const std::string_view done = verb == Verb::created ? "created" : verb == Verb::changed ? "changed" : "deleted";
    Native::Object changes;
    for (const std::size_t i : moved) {
      changes.emplace_back(schema.fields[i].path, show_value(schema.fields[i], record.values[i], true));
    }
    return Native(Native::Object{{"event", schema.event + '.' + std::string(done)},
                                 {"id", Native::integer(record.id)},
                                 {"by", name_of(record.changed.by)},
                                 {"changes", std::move(changes)},
                                 {"at", berlin_.print(record.changed.at)}});
  }

  SandboxResponse whoami(const Call& call) const {
    return json_answer(200, Native(Native::Object{{"user", name_of(call.user)}}));
  }

  SandboxResponse fields(const Call& call) const {
    return json_answer(200, Native(Native::Object{{"fields", describe_all(call.table->schema().fields)}}));
  }

  SandboxResponse list_or_search(const Call& call) const {
    const Schema& schema = call.table->schema();
    for (std::size_t i = 0; i < schema.fields.size(); ++i) {
      const std::string& name = schema.fields[i].search_name;
      const std::string* value = name.empty() ? nullptr : call.query.find(name);
      if (value == nullptr) continue;
      return page_of_hits(call, call.table->search(i, *value, search_seen_until()));
    }
    return list(call);
  }

  SandboxResponse list(const Call& call) const {
    const auto number = call.query.number("page", 1, kPageMax, 1, 400);
    const auto per_page = call.query.number("per_page", 1, kPerPageMax, kPerPage, 400);
    ChangeWindow window;
    if (const std::string* after = call.query.find("changed_after")) {
      const auto instant = berlin_.parse(*after);
      if (!instant) throw Refused(400, "must be a time like 31.12.2026 23:30:15", "changed_after");
      window = {*instant, list_seen_until()};
    }
    const Page page = wants_sorting(call) ? call.table->changes_page(window, number, per_page)
                                          : call.table->own_order_page(window, number, per_page);
    return page_answer(*call.table, page, number, per_page);
  }

  SandboxResponse page_of_hits(const Call& call, const std::vector<const Record*>& found) const {
    const auto number = call.query.number("page", 1, kPageMax, 1, 400);
    const auto per_page = call.query.number("per_page", 1, kPerPageMax, kPerPage, 400);
    Page page{{}, found.size()};
    const std::size_t begin = std::min<std::size_t>((number - 1) * per_page, found.size());
    const std::size_t end = std::min<std::size_t>(begin + per_page, found.size());
    for (std::size_t i = begin; i < end; ++i) page.records.push_back(found[i]);
    return page_answer(*call.table, page, number, per_page);
  }

  SandboxResponse page_answer(const Table& table, const Page& page, std::uint64_t number,
                              std::uint64_t per_page) const {
    const auto whole = [](std::uint64_t count) { return Native::integer(static_cast<long long>(count)); };
    return json_answer(200, Native(Native::Object{{"data", show_all(table, page.records)},
                                                  {"page", whole(number)},
                                                  {"pages", whole((page.total + per_page - 1) / per_page)},
                                                  {"total", whole(page.total)}}));
  }

  static bool wants_sorting(const Call& call) {
    const std::string* sort = call.query.find("sort");
    if (sort == nullptr) return false;
    if (call.table->schema().object == "organisations") throw Refused(400, "these cannot be sorted", "sort");
    if (*sort != "changed") throw Refused(400, "must be changed", "sort");
    return true;
  }

  SandboxResponse read_one(const Call& call) const {
    return json_answer(200, Native(Native::Object{{"data", show(*call.table, want_record(call))}}));
  }

  SandboxResponse create_one(const Call& call) {
    const auto changes = read_changes(call.table->schema(), read_body(call.request));
    const Record& record = create(*call.table, call.user, changes);
    HttpHeaders headers{{"Location", prefix() + '/' + call.table->schema().object + '/' + std::to_string(record.id)}};
    return json_answer(201, Native(Native::Object{{"id", Native::integer(record.id)}}), std::move(headers));
  }

  SandboxResponse update_one(const Call& call) {
    const Record& record = want_record(call);
    update(*call.table, call.user, record.id, read_changes(call.table->schema(), read_body(call.request)));
    const std::string* prefer = find_header(call.request.headers, "Prefer");
    if (prefer != nullptr && *prefer == "return=representation") return read_one(call);
    return {204, {}, {}, {}, false};
  }

  SandboxResponse delete_one(const Call& call) {
    remove(*call.table, call.user, want_record(call).id);
    return {204, {}, {}, {}, false};
  }

  Native show_all(const Table& table, const std::vector<const Record*>& records) const {
    Native::Array shown;
    shown.reserve(records.size());
    for (const Record* record : records) shown.push_back(show(table, *record));
    return Native(std::move(shown));
  }

  BerlinTime berlin_;
};

}  // namespace

std::unique_ptr<SandboxCrm> make_crm_b(SandboxSettings settings, Clock& clock, Random& random, HttpClient& hooks) {
  return std::make_unique<CrmB>(std::move(settings), clock, random, hooks);
}

}  // namespace counterpart::sandbox
