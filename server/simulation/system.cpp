#include "server/simulation/system.h"

#include <algorithm>

#include "connectors/ports/percent.h"
#include "mapping/codecs/iso_time.h"
#include "mapping/codecs/unicode.h"
#include "mapping/expression/path.h"
#include "mapping/values/json.h"
#include "server/http/door/response.h"

namespace counterpart::simulation {
namespace {

constexpr std::size_t kPageMost = 5;  // small, so that histories have several pages

/// As PATCH has it: objects are merged, everything else is replaced.
void merge(Native& into, const Native& changes) {
  for (const auto& [name, value] : changes.object()) {
    Native* member = into.member(name);
    if (value.is_object() && member != nullptr && member->is_object()) {
      merge(*member, value);
    } else {
      into.set(name, value);
    }
  }
}

/// Top-level members that differ.
Native difference(const Native& before, const Native& after) {
  Native changed{Native::Object()};
  for (const auto& [name, value] : after.object()) {
    const Native* old = before.is_object() ? before.member(name) : nullptr;
    if (old == nullptr ? !value.is_null() : *old != value) changed.set(name, value);
  }
  return changed;
}

Native without_blanks(const Native& fields) {
  if (fields.is_array()) {
    Native::Array rows;
    for (const Native& row : fields.array()) rows.push_back(without_blanks(row));
    return Native(std::move(rows));
  }
  if (!fields.is_object()) return fields;
  Native::Object kept;
  for (const auto& [name, value] : fields.object()) {
    const bool blank = value.is_null() || (value.is_text() && value.text().empty());
    if (!blank) kept.emplace_back(name, without_blanks(value));
  }
  return Native(std::move(kept));
}

std::string iso(Instant at) {
  return codecs::print_iso_instant(at).value_or("");
}

std::string http_date(Instant at) {
  return http::DateText().at(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

HttpResponse answer_with(int status, const Native& body) {
  return {status, {{"Content-Type", "application/json"}}, print_json(body)};
}

HttpResponse refusal(int status, const char* why) {
  return answer_with(status, Native(Native::Object{{"message", why}}));
}

std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    const auto equals = one.find('=');
    if (one.substr(0, equals) == name) return percent_decode(one.substr(equals + 1)).value_or("");
  }
  return "";
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view one = path.substr(0, path.find('/'));
    path.remove_prefix(one.size());
    segments.push_back(percent_decode(one).value_or(""));
  }
  return segments;
}

}  // namespace

std::string_view name_of(Writer writer) {
  switch (writer) {
    case Writer::person:
      return "anna";
    case Writer::automation:
      return "robot";
    case Writer::hub:
      break;
  }
  return "hub";
}

SimulatedSystem::SimulatedSystem(std::string name, Traits traits,
                                 const std::map<std::string, std::set<std::string>>& objects, RowLists rows,
                                 Agenda& agenda)
    : name_(std::move(name)), traits_(traits), agenda_(agenda), columns_(objects), rows_(std::move(rows)) {
  for (const auto& [object, columns] : objects) tables_[object];
}

SimulatedSystem::Table& SimulatedSystem::table(const std::string& object) {
  const auto found = tables_.find(object);
  if (found == tables_.end()) throw Refused{404, "there is no such object"};
  return found->second;
}

const SimulatedSystem::Held* SimulatedSystem::held(const std::string& object, const std::string& id) const {
  const auto found = tables_.find(object);
  if (found == tables_.end()) return nullptr;
  const auto record = found->second.find(id);
  return record == found->second.end() ? nullptr : &record->second;
}

/// What is seen of a record at that time; nullptr: nothing yet, or no more.
const Version* SimulatedSystem::seen(const Held& held, Instant at) const {
  const Version* found = nullptr;
  for (const Version& version : held.versions) {
    if (version.visible <= at) found = &version;
  }
  return found == nullptr || found->fields.is_null() ? nullptr : found;
}

const std::vector<RowList>& SimulatedSystem::row_lists(const std::string& object) const {
  static const std::vector<RowList> none;
  const auto found = rows_.find(object);
  return found == rows_.end() ? none : found->second;
}

Instant SimulatedSystem::clock() const {
  const Instant exact = agenda_.now() + traits_.skew;
  return Instant(exact.time_since_epoch() / traits_.precision * traits_.precision);
}

std::string SimulatedSystem::spell(const Version& version) const {
  return "v" + std::to_string(version.number);
}

Native SimulatedSystem::show(const std::string& object, const std::string& id, const Version& version,
                             const Held& held) const {
  const Version& first = held.versions.front();
  Native::Object record{{"id", id}, {"modified", iso(version.stamp)}, {"created", iso(first.stamp)}};
  if (traits_.preconditions || traits_.unique_revisions) record.emplace_back("revision", spell(version));
  if (traits_.names_writers) {
    record.emplace_back("modified_by", name_of(version.writer));
    record.emplace_back("created_by", name_of(first.writer));
  }
  Native fields = traits_.leaves_out_blanks ? without_blanks(version.fields) : version.fields;
  if (!traits_.leaves_out_blanks) fill_columns(object, fields);
  record.emplace_back("fields", std::move(fields));
  return Native(std::move(record));
}

/// Blank fields, of the record and of its rows, are told as well.
void SimulatedSystem::fill_columns(const std::string& object, Native& fields) const {
  const auto fill = [](const std::set<std::string>& columns, Native& into) {
    for (const std::string& column : columns) {
      if (into.member(column) == nullptr) into.set(column, Native());
    }
  };
  fill(columns_.at(object), fields);
  for (const RowList& list : row_lists(object)) {
    Native* rows = list.path.find(fields);
    if (rows == nullptr || !rows->is_array()) continue;
    for (Native& row : rows->array()) fill(list.columns, row);
  }
}

// --- writing --------------------------------------------------------------------------------------

void SimulatedSystem::store(const std::string& object, const std::string& id, Native fields, Writer writer,
                            microseconds commits) {
  Held& record = table(object)[id];
  if (record.versions.empty()) record.order = ++made_;
  Native before = record.versions.empty() ? Native() : record.versions.back().fields;
  Instant visible = agenda_.now() + commits;
  if (!record.versions.empty()) visible = std::max(visible, record.versions.back().visible);
  if (!fields.is_null() && keeps) fields = keeps(object, std::move(fields));
  for (const RowList& list : row_lists(object)) {
    name_rows(list, before, fields, {traits_.renews_rows, traits_.numbers_rows}, named_rows_);
  }
  record.versions.push_back({visible, clock(), ++written_, writer, std::move(fields)});
  const Version& now = record.versions.back();
  tell(object, id, now, before);
  if (on_write) on_write({object, id, std::move(before), now.fields, writer});
}

void SimulatedSystem::tell(const std::string& object, const std::string& id, const Version& version,
                           const Native& before) {
  if (!on_webhook || !traits_.hooks) return;
  Native::Object event{{"event", name_ + '-' + std::to_string(++events_)}, {"object", object}, {"id", id}};
  event.emplace_back("at", iso(version.stamp));
  if (traits_.names_writers) event.emplace_back("by", name_of(version.writer));
  if (traits_.hook_revision) event.emplace_back("revision", spell(version));
  if (traits_.hook_values && !version.fields.is_null() && !before.is_null()) {
    event.emplace_back("changed", difference(before, version.fields));
  }
  on_webhook(Native(std::move(event)));
}

std::string SimulatedSystem::create(const std::string& object, Native fields, Writer writer, microseconds commits) {
  std::string id = object.substr(0, 1) + std::to_string(made_ + 1001);
  store(object, id, std::move(fields), writer, commits);
  return id;
}

void SimulatedSystem::change(const std::string& object, const std::string& id, Native fields, Writer writer,
                             microseconds commits) {
  store(object, id, std::move(fields), writer, commits);
}

void SimulatedSystem::remove(const std::string& object, const std::string& id, Writer writer) {
  store(object, id, Native(), writer, microseconds(0));
}

void SimulatedSystem::pretend(const std::string& object, const std::string& id) {
  const Held* record = held(object, id);
  if (record == nullptr) return;
  Version rolled_back = record->versions.back();
  rolled_back.number = ++written_;
  rolled_back.stamp = clock();
  rolled_back.writer = Writer::person;
  tell(object, id, rolled_back, rolled_back.fields);
}

// --- looking --------------------------------------------------------------------------------------

std::vector<std::string> SimulatedSystem::living(const std::string& object) const {
  std::vector<std::pair<std::uint64_t, std::string>> found;
  for (const auto& [id, record] : tables_.at(object)) {
    if (!record.versions.back().fields.is_null()) found.emplace_back(record.order, id);
  }
  std::ranges::sort(found);
  std::vector<std::string> ids;
  for (auto& [order, id] : found) ids.push_back(std::move(id));
  return ids;
}

const Version* SimulatedSystem::latest(const std::string& object, const std::string& id) const {
  const Held* record = held(object, id);
  return record == nullptr ? nullptr : &record->versions.back();
}

Instant SimulatedSystem::first_seen(const std::string& object, const std::string& id) const {
  return held(object, id)->versions.front().visible;
}

const Version* SimulatedSystem::previous(const std::string& object, const std::string& id) const {
  const Held* record = held(object, id);
  return record == nullptr || record->versions.size() < 2 ? nullptr : &record->versions[record->versions.size() - 2];
}

const Native* SimulatedSystem::fields(const std::string& object, const std::string& id) const {
  const Version* version = latest(object, id);
  return version == nullptr || version->fields.is_null() ? nullptr : &version->fields;
}

Writer SimulatedSystem::creator(const std::string& object, const std::string& id) const {
  return held(object, id)->versions.front().writer;
}

std::optional<Instant> SimulatedSystem::last_read(const std::string& object, const std::string& id) const {
  const Held* record = held(object, id);
  return record == nullptr ? std::nullopt : record->read;
}

// --- the API --------------------------------------------------------------------------------------

HttpResponse SimulatedSystem::answer(const HttpRequest& request) {
  try {
    HttpResponse response = route(request);
    response.headers.emplace_back("Date", http_date(agenda_.now() + traits_.skew));
    return response;
  } catch (const Refused& refused) {
    return refusal(refused.status, refused.why.c_str());
  } catch (const JsonError& error) {
    return refusal(400, error.what());
  }
}

HttpResponse SimulatedSystem::route(const HttpRequest& request) {
  std::string_view url = request.url;
  url.remove_prefix(url.find("://") + 3);
  url.remove_prefix(std::min(url.find('/'), url.size()));
  const std::string_view path = url.substr(0, url.find('?'));
  const std::string_view query = path.size() < url.size() ? url.substr(path.size() + 1) : std::string_view();
  const auto at = segments_of(path);
  if (at.size() == 1 && at[0] == "me") return answer_with(200, Native(Native::Object{{"id", name_of(Writer::hub)}}));
  if (at.empty() || at.size() > 3 || (at.size() > 1 && at[0] != "o")) throw Refused{404, "there is no such call"};
  const std::string& object = at[1];
  table(object);
  if (request.method == "GET") return at.size() == 2 ? list(object, query) : read_one(object, at[2]);
  const Native body = parse_json(request.body);
  if (request.method == "PATCH") return update_one(object, at[2], find_header(request.headers, "If-Match"), body);
  if (at.size() == 2) return create_one(object, body);
  if (at[2] == "find") return find(object, body);
  if (at[2] == "read") return read_many(object, body);
  if (at[2] == "create") {
    return batch(body, [&](const Native& input) { return create_one(object, *input.member("fields")); });
  }
  if (at[2] == "update") {
    return batch(body, [&](const Native& input) {
      const Native* revision = input.member("revision");
      const std::string text = revision == nullptr ? "" : revision->plain();
      return update_one(object, input.member("id")->plain(), &text, *input.member("fields"));
    });
  }
  throw Refused{404, "there is no such call"};
}

HttpResponse SimulatedSystem::list(const std::string& object, std::string_view query) {
  const auto since = codecs::parse_iso_instant(parameter(query, "since"));
  const std::string cursor = parameter(query, "cursor");
  struct Row {
    Instant stamp;
    std::uint64_t order;
    std::string id;
  };
  std::vector<Row> rows;
  for (const auto& [id, record] : table(object)) {
    const Version* version = traits_.lists ? seen(record, agenda_.now() - traits_.lag) : nullptr;
    if (version != nullptr && (!since || version->stamp >= *since)) rows.push_back({version->stamp, record.order, id});
  }
  std::ranges::sort(rows, [this](const Row& a, const Row& b) {
    if (traits_.sorts_changes && a.stamp != b.stamp) return a.stamp < b.stamp;
    return a.order < b.order;
  });
  // A cursor names the place behind which the next page begins, whatever was written meanwhile.
  std::size_t first = 0;
  if (!cursor.empty()) {
    const auto dash = cursor.find('-');
    const Instant stamp{microseconds(std::stoll(cursor.substr(0, dash)))};
    const std::uint64_t order = std::stoull(cursor.substr(dash + 1));
    const auto behind = [&](const Row& row) {
      if (traits_.sorts_changes && row.stamp != stamp) return row.stamp > stamp;
      return row.order > order;
    };
    first = static_cast<std::size_t>(std::ranges::find_if(rows, behind) - rows.begin());
  }
  const std::size_t end = std::min(rows.size(), first + kPageMost);
  Native::Array results;
  for (std::size_t i = first; i < end; ++i) {
    Held& record = table(object)[rows[i].id];
    record.read = agenda_.now();
    results.push_back(show(object, rows[i].id, *seen(record, agenda_.now() - traits_.lag), record));
  }
  Native next;
  if (end < rows.size()) {
    const Row& last = rows[end - 1];
    next = Native(std::to_string(last.stamp.time_since_epoch().count()) + '-' + std::to_string(last.order));
  }
  return answer_with(200, Native(Native::Object{{"results", std::move(results)}, {"next", std::move(next)}}));
}

HttpResponse SimulatedSystem::find(const std::string& object, const Native& body) {
  const Path path = Path::parse(body.member("path")->text());
  std::set<std::string> wanted;
  for (const Native& value : body.member("values")->array()) wanted.insert(codecs::ascii_lower(value.plain()));
  Native::Array results;
  for (const auto& [id, record] : table(object)) {
    const Version* then = seen(record, agenda_.now() - traits_.lag);
    if (then == nullptr) continue;
    const auto values = path.find_all(then->fields);
    const bool hit =
        std::ranges::any_of(values, [&](const Native* v) { return wanted.contains(codecs::ascii_lower(v->plain())); });
    if (hit) results.push_back(show(object, id, *then, record));
  }
  return answer_with(200, Native(Native::Object{{"results", std::move(results)}}));
}

HttpResponse SimulatedSystem::read_one(const std::string& object, const std::string& id) {
  const auto found = table(object).find(id);
  const Version* version = found == table(object).end() ? nullptr : seen(found->second, agenda_.now());
  if (version == nullptr) throw Refused{404, "there is no such record"};
  found->second.read = agenda_.now();
  if (on_read) on_read(object, id);
  return answer_with(200, show(object, id, *version, found->second));
}

HttpResponse SimulatedSystem::read_many(const std::string& object, const Native& body) {
  Native::Array results;
  for (const Native& id : body.member("ids")->array()) {
    const auto found = table(object).find(id.plain());
    const Version* version = found == table(object).end() ? nullptr : seen(found->second, agenda_.now());
    if (version == nullptr) continue;
    found->second.read = agenda_.now();
    if (on_read) on_read(object, found->first);
    results.push_back(show(object, found->first, *version, found->second));
  }
  return answer_with(200, Native(Native::Object{{"results", std::move(results)}}));
}

HttpResponse SimulatedSystem::written(const std::string& object, const std::string& id, int status) {
  const Held& record = table(object)[id];
  const Native shown = show(object, id, record.versions.back(), record);
  HttpResponse response = answer_with(status, traits_.answers_records ? shown : Native(Native::Object{{"id", id}}));
  if (status == 201) response.headers.emplace_back("Location", "/o/" + object + '/' + id);
  return response;
}

HttpResponse SimulatedSystem::create_one(const std::string& object, Native fields) {
  const std::string id = create(object, std::move(fields), Writer::hub, microseconds(0));
  return written(object, id, 201);
}

HttpResponse SimulatedSystem::update_one(const std::string& object, const std::string& id, const std::string* revision,
                                         Native changes) {
  const auto found = table(object).find(id);
  if (found == table(object).end() || found->second.versions.back().fields.is_null()) {
    throw Refused{404, "there is no such record"};
  }
  const Version& now = found->second.versions.back();
  if (now.visible > agenda_.now()) throw Refused{423, "somebody else is writing it"};
  const bool moved = revision != nullptr && !revision->empty() && *revision != spell(now);
  if (traits_.preconditions && moved) throw Refused{412, "it has changed"};
  Native fields = now.fields;
  merge(fields, changes);
  store(object, id, std::move(fields), Writer::hub, microseconds(0));
  return written(object, id, 200);
}

/// Each by itself: one that is refused stops no other.
HttpResponse SimulatedSystem::batch(const Native& body, const std::function<HttpResponse(const Native&)>& one) {
  Native::Array results;
  for (const Native& input : body.member("inputs")->array()) {
    HttpResponse response;
    try {
      response = one(input);
    } catch (const Refused& refused) {
      response = refusal(refused.status, refused.why.c_str());
    }
    results.push_back(Native(Native::Object{{"status", Native::integer(response.status)},  //
                                            {"record", parse_json(response.body)}}));
  }
  return answer_with(200, Native(Native::Object{{"results", std::move(results)}}));
}

}  // namespace counterpart::simulation
