#include "connectors/sandbox/front.h"

#include <algorithm>

#include "mapping/values/json.h"

namespace counterpart::sandbox {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kGarbage =
    "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>";

OutboxSettings outbox_settings(const SandboxSettings& settings, const Manners& manners) {
  return {settings.hook_url, settings.hook_secret, manners.hook_scheme, manners.events_per_post, manners.pack};
}

Native whole(std::uint64_t number) {
  return Native::integer(static_cast<long long>(number));
}

Instant before_now(const Clock& clock, std::uint64_t lag_ms) {
  return clock.now() - milliseconds(static_cast<std::int64_t>(lag_ms));
}

}  // namespace

Front::Front(SandboxSettings settings, Manners manners, Clock& clock, Random& random, HttpClient& hooks)
    : settings_(std::move(settings)),
      manners_(std::move(manners)),
      clock_(clock),
      outbox_(outbox_settings(settings_, manners_), faults_, clock, random, hooks) {
  faults_.search_lag_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(settings_.search_lag.count(), 0));
  for (Schema& schema : manners_.schemas) tables_.emplace_back(std::move(schema));
  for (Bucket& bucket : buckets_) bucket = {std::max(settings_.requests_per_second, 1.0), clock_.uptime()};
}

SandboxResponse Front::handle(const SandboxRequest& request) {
  return guarded([&] { return answer(request); });
}

void Front::add_endpoint(Endpoint endpoint) {
  auto pattern = *split_path(endpoint.pattern);
  routes_.push_back({std::move(endpoint), std::move(pattern)});
}

const Record& Front::create(Table& table, User user, const std::vector<Change>& changes) {
  std::size_t records = 0;
  for (const Table& each : tables_) records += each.size();
  if (records >= settings_.records_max) throw Refused(507, "the sandbox holds all the records it may");
  const Record& record = table.create(changes, next_stamp(user), clock_.now());
  table.settle(search_seen_until());

  std::vector<std::size_t> moved;
  for (std::size_t field = 0; field < record.values.size(); ++field) {
    if (!record.values[field].empty()) moved.push_back(field);
  }
  calls_.count_records(user, 1);
  outbox_.add(event(table, record, Verb::created, moved));
  return record;
}

const Record& Front::update(Table& table, User user, std::int64_t id, const std::vector<Change>& changes) {
  const auto moved = table.update(id, changes, next_stamp(user), clock_.now());
  table.settle(search_seen_until());
  const Record& record = *table.find(id);
  calls_.count_records(user, 1, moved.empty() ? 1 : 0);
  outbox_.add(event(table, record, Verb::changed, moved));
  return record;
}

void Front::remove(Table& table, User user, std::int64_t id) {
  Record last = *table.find(id);
  last.changed = next_stamp(user);
  table.erase(id, clock_.now());
  table.settle(search_seen_until());
  calls_.count_records(user, 1);
  outbox_.add(event(table, last, Verb::deleted, {}));
}

Instant Front::search_seen_until() const {
  return before_now(clock_, faults_.search_lag_ms);
}

Instant Front::list_seen_until() const {
  if (faults_.list_lag_ms == 0) return Instant::max();
  return before_now(clock_, faults_.list_lag_ms) - manners_.precision;  // times of change are rounded down
}

SandboxResponse Front::guarded(const std::function<SandboxResponse()>& answer) const {
  try {
    return answer();
  } catch (const Refused& refusal) {
    SandboxResponse response = refuse(refusal);
    if (refusal.status() == 429) response.headers.emplace_back("Retry-After", "1");
    return response;
  }
}

SandboxResponse Front::answer(const SandboxRequest& request) {
  const auto path = path_below_prefix(request.path);
  if (!path.empty() && path.front() == "control") return answer_control(request, path);
  const Query query(request.query);
  return answer_api(request, path, query);
}

SandboxResponse Front::answer_api(const SandboxRequest& request, const std::vector<std::string>& path,
                                  const Query& query) {
  const User user = authenticate(request.headers);
  const Match found = match(request.method, path);
  calls_.count(user, found.name, found.endpoint->writes);
  const Call call{request, query, user, found.table, found.id};
  SandboxResponse response = guarded([&] { return answer_call(*found.endpoint, call); });
  if (user == User::hub) response.delay = milliseconds(static_cast<std::int64_t>(faults_.delay_ms));
  return response;
}

SandboxResponse Front::answer_call(const Endpoint& endpoint, const Call& call) {
  if (!within_rate(call.user)) throw Refused(429, "too many requests");
  if (call.user != User::hub) return endpoint.answer(call);
  if (take_one(faults_.rate_limit_next)) throw Refused(429, "too many requests");
  if (take_one(faults_.fail_next)) throw Refused(static_cast<int>(faults_.fail_status), "failed on request");
  if (take_one(faults_.garbage_next)) {
    return {200, {{"Content-Type", "text/html"}}, std::string(kGarbage), {}, false};
  }
  SandboxResponse response = endpoint.answer(call);
  if (endpoint.writes && take_one(faults_.lose_answers)) response = {504, {}, {}, {}, true};
  return response;
}

SandboxResponse Front::answer_control(const SandboxRequest& request, const std::vector<std::string>& path) {
  const bool get = request.method == "GET";
  const bool post = request.method == "POST";
  const std::string what = path.size() > 1 ? path[1] : "";
  if (path.size() == 3 && what == "records" && get) return answer_records(path[2]);
  if (path.size() == 3 && what == "webhooks" && path[2] == "replay" && post) {
    return json_answer(200, Native(Native::Object{{"replayed", whole(outbox_.replay())}}));
  }
  if (path.size() == 3 && what == "schema" && post) return edit_schema(path[2], read_body(request));
  if (path.size() != 2) throw Refused(404, "there is no such control call");
  if (what == "webhooks" && get) return answer_webhooks();
  if (what == "calls" && get) return json_answer(200, calls_.show(manners_.users));
  if (what == "reset-calls" && post) {
    calls_.reset();
    return {204, {}, {}, {}, false};
  }
  if (what == "faults" && (get || post)) {
    if (post) set_faults(faults_, read_body(request));
    return json_answer(200, show_faults(faults_));
  }
  throw Refused(404, "there is no such control call");
}

SandboxResponse Front::answer_webhooks() const {
  const WebhookCounters now = outbox_.counters();
  return json_answer(200, Native(Native::Object{{"queued", whole(now.queued)},
                                                {"in_flight", whole(now.in_flight)},
                                                {"events", whole(now.events)},
                                                {"delivered", whole(now.delivered)},
                                                {"retried", whole(now.retried)},
                                                {"given_up", whole(now.given_up)},
                                                {"dropped", whole(now.dropped)}}));
}

SandboxResponse Front::edit_schema(const std::string& object, const Native& request) {
  Table* table = find_table(object);
  if (table == nullptr) throw Refused(404, "there is no such object");
  table->edit_schema(request);
  return {204, {}, {}, {}, false};
}

SandboxResponse Front::answer_records(const std::string& object) {
  const Table* table = find_table(object);
  if (table == nullptr) throw Refused(404, "there is no such object");
  Native::Array records;
  for (const Record* record : table->all()) {
    Native shown = show(*table, *record);
    Native::Object writes;
    for (std::size_t i = 0; i < kUsers; ++i) {
      if (record->writes[i] > 0) writes.emplace_back(manners_.users[i], whole(record->writes[i]));
    }
    shown.object().emplace_back("writes_by", std::move(writes));
    records.push_back(std::move(shown));
  }
  return json_answer(200, Native(Native::Object{{"records", std::move(records)}}));
}

std::vector<std::string> Front::path_below_prefix(std::string_view path) const {
  const std::string& prefix = settings_.prefix;
  if (!path.starts_with(prefix) || (path.size() > prefix.size() && path[prefix.size()] != '/')) {
    throw Refused(404, "there is nothing here");
  }
  auto segments = split_path(path.substr(prefix.size()));
  if (!segments) throw Refused(400, "the path is malformed");
  return std::move(*segments);
}

User Front::authenticate(const HttpHeaders& headers) {
  const std::string key = key_of(headers);
  if (!key.empty() && key == settings_.hub_key.reveal()) return User::hub;
  if (!key.empty() && key == settings_.person_key.reveal()) return User::person;
  calls_.count_stranger();
  throw Refused(401, "the key is missing or unknown");
}

bool Front::matches(const Route& route, const std::vector<std::string>& path, Match& match) {
  const auto& pattern = route.pattern;
  if (pattern.size() != path.size()) return false;
  match = {&route.endpoint, route.endpoint.method, nullptr, {}};
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern[i] == "{object}") {
      match.table = find_table(path[i]);
      if (match.table == nullptr) return false;
    } else if (pattern[i] == "{id}") {
      match.id = path[i];
    } else if (pattern[i] != path[i]) {
      return false;
    }
    match.name += (i == 0 ? ' ' : '/') + (pattern[i] == "{object}" ? path[i] : pattern[i]);
  }
  return true;
}

Front::Match Front::match(const std::string& method, const std::vector<std::string>& path) {
  bool other_method = false;
  for (const Route& route : routes_) {
    Match found;
    if (!matches(route, path, found)) continue;
    if (route.endpoint.method == method) return found;
    other_method = true;
  }
  if (other_method) throw Refused(405, "not with this method");
  throw Refused(404, "there is nothing here");
}

Table* Front::find_table(std::string_view object) {
  const auto found = std::ranges::find_if(tables_, [&](const Table& t) { return t.schema().object == object; });
  return found == tables_.end() ? nullptr : &*found;
}

bool Front::within_rate(User user) {
  const double rate = settings_.requests_per_second;
  if (rate <= 0) return true;
  Bucket& bucket = buckets_[static_cast<std::size_t>(user)];
  const auto now = clock_.uptime();
  const std::chrono::duration<double> passed = now - bucket.filled;
  bucket = {std::min(bucket.tokens + passed.count() * rate, std::max(rate, 1.0)), now};
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

Stamp Front::next_stamp(User user) {
  const auto since_1970 = clock_.now().time_since_epoch();
  return {Instant(since_1970 - since_1970 % manners_.precision), user, ++revision_};
}

SandboxResponse json_answer(int status, Native body, HttpHeaders headers) {
  headers.emplace_back("Content-Type", "application/json");
  return {status, std::move(headers), print_json(body), {}, false};
}

Native read_body(const SandboxRequest& request) {
  try {
    return parse_json(request.body);
  } catch (const JsonError& error) {
    throw Refused(400, std::string("the body is no JSON: ") + error.what());
  }
}

}  // namespace counterpart::sandbox
