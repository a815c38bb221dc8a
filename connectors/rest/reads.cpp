#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "connectors/rest/paging.h"
#include "connectors/rest/record_reader.h"
#include "connectors/rest/rest_connector.h"

namespace counterpart::rest {
namespace {

using Kind = Failure::Kind;

constexpr std::int64_t kSearchPagesMost = 20;  ///< a key that so many records hold is none

Native texts(const std::vector<std::string>& values) {
  return Native::Array(values.begin(), values.end());
}

/// The n-th run of at most `limit` values.
std::vector<std::string> chunk(const std::vector<std::string>& values, std::size_t n, std::size_t limit) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(n * limit);
  const auto size = std::min(limit, values.size() - n * limit);
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

std::size_t chunks(std::size_t count, std::size_t limit) {
  return (count + limit - 1) / limit;
}

ReadResult one_record(const Object& object, const Manner& manner, const std::string& id, const Answer& answer) {
  const bool success = answer.status >= 200 && answer.status < 300;
  if (!success) return Gone{};
  const Native* item = object.read->select.find(answer.body);
  if (item == nullptr) return incomprehensible(manner, "the answer holds no record");
  auto read = read_record(object.records, *item, &answer.headers);
  if (const auto* fault = std::get_if<std::string>(&read)) return incomprehensible(manner, *fault);
  Record& record = std::get<Record>(read);
  if (record.id != id) return Failure{Kind::retry, manner.purpose + ": another record was answered", std::nullopt};
  return std::move(record);
}

/// What the answer to a batch says of each id.
class ManyReader {
 public:
  ManyReader(const Object& object, const Manner& manner) : object_(object), manner_(manner) {}

  /// "" or why the answer cannot be understood.
  std::string read(const Answer& answer) {
    const ReadMany& many = *object_.read->many;
    const auto items = many.select.find(answer.body);
    if (!items) return "the answer holds no list at '" + many.select.list() + "'";
    for (const Native* item : *items) {
      auto read = read_record(object_.records, *item, nullptr);
      if (const auto* fault = std::get_if<std::string>(&read)) {
        note_malformed(*item, *fault);
        continue;
      }
      Record& record = std::get<Record>(read);
      std::string id = record.id;
      records_.insert_or_assign(std::move(id), std::move(record));
    }
    if (!many.missing) return "";
    const auto missing = many.missing->find(answer.body);
    if (!missing) return "the answer holds no list at '" + many.missing->list() + "'";
    for (const Native* id : *missing) missing_.insert(id->plain());
    return "";
  }

  /// Whether a record came of which not even the id can be told.
  bool holds_nameless() const { return !nameless_.empty(); }

  ReadResult of(const std::string& id) const {
    const auto found = records_.find(id);
    if (found != records_.end()) return found->second;
    if (const auto fault = malformed_.find(id); fault != malformed_.end()) return malformed(fault->second);
    if (!nameless_.empty() && !missing_.contains(id)) return malformed(nameless_);
    if (!object_.read->many->missing || missing_.contains(id)) return Gone{};
    return Failure{Kind::retry, manner_.purpose + ": the answer says nothing of this record", std::nullopt};
  }

 private:
  void note_malformed(const Native& item, const std::string& fault) {
    const std::string id = id_text(object_.records.id.find(item));
    if (is_id(id)) {
      malformed_.emplace(id, fault);
    } else {
      nameless_ = fault;
    }
  }

  /// Of this record alone: counted against it, so that a person hears of it in the end.
  Failure malformed(const std::string& fault) const {
    return {Kind::retry, manner_.purpose + ": " + fault, std::nullopt};
  }

  const Object& object_;
  const Manner& manner_;
  std::unordered_map<std::string, Record> records_;
  std::unordered_map<std::string, std::string> malformed_;  ///< id → fault
  std::string nameless_;                                    ///< fault of a record without id
  std::unordered_set<std::string> missing_;
};

/// The two halves of what one request could not do.
std::pair<std::vector<std::string>, std::vector<std::string>> halves(const std::vector<std::string>& all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {{all.begin(), middle}, {middle, all.end()}};
}

/// Text for telling which record belongs to which value searched; systems differ in case and spaces.
std::string folded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ' ') continue;
    result.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return result;
}

/// Adds an answer's records, those that are new, and notes the last one's id; "" or why one of them cannot be
/// understood.
std::string add_hits(const RecordShape& shape, const std::vector<const Native*>& items, std::vector<Record>& records,
                     std::unordered_set<std::string>& seen, PageSeen& page) {
  for (const Native* item : items) {
    auto read = read_record(shape, *item, nullptr);
    if (const auto* fault = std::get_if<std::string>(&read)) return *fault;
    Record& record = std::get<Record>(read);
    page.last_id = record.id;
    if (seen.insert(record.id).second) records.push_back(std::move(record));
  }
  return "";
}

/// Each record goes to the values it holds, or to all where that cannot be seen.
void distribute(std::vector<Record> records, const Path& path, const std::vector<std::string>& values,
                FindResult* results) {
  for (Record& record : records) {
    const Native* held = path.find(record.fields);
    const std::string text = held != nullptr ? folded(held->plain()) : "";
    const auto holds = [&](const std::string& value) { return folded(value) == text; };
    const bool known = std::any_of(values.begin(), values.end(), holds);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!known || holds(values[i])) std::get<std::vector<Record>>(results[i]).push_back(record);
  }
}

}  // namespace

boost::asio::awaitable<void> RestConnector::read_one(const Object* object, Manner manner, const std::string* id,
                                                     ReadResult* result) {
  Variables variables;
  variables.set("id", *id);
  manner.missing = object->read->missing;
  const Answered answered = co_await exchange_.ask(&object->read->call, std::move(variables), manner);
  if (const auto* failure = std::get_if<Failure>(&answered)) {
    *result = *failure;
    co_return;
  }
  *result = one_record(*object, manner, *id, std::get<Answer>(answered));
}

/// Where one of many may be the cause of a failure, the halves are tried by themselves until it stands alone.
boost::asio::awaitable<void> RestConnector::read_some(const Object* object, Manner manner, std::vector<std::string> ids,
                                                      ReadResult* results) {
  Variables variables;
  variables.set("ids", texts(ids));
  const Answered answered = co_await exchange_.ask(&object->read->many->call, std::move(variables), manner);
  ManyReader reader(*object, manner);
  std::optional<Failure> failure;
  if (const auto* failed = std::get_if<Failure>(&answered)) {
    failure = *failed;
  } else if (const std::string fault = reader.read(std::get<Answer>(answered)); !fault.empty()) {
    failure = incomprehensible(manner, fault);
  }
  if (ids.size() > 1 && (failure ? is_refusal(*failure) : reader.holds_nameless())) {
    auto [first, second] = halves(ids);
    const std::size_t middle = first.size();
    co_await read_some(object, manner, std::move(first), results);
    co_await read_some(object, manner, std::move(second), results + middle);
    co_return;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) results[i] = failure ? ReadResult(*failure) : reader.of(ids[i]);
}

boost::asio::awaitable<std::vector<ReadResult>> RestConnector::read_distinct(const Object* object, Manner manner,
                                                                             const std::vector<std::string>* ids) {
  std::vector<ReadResult> results(ids->size(), Gone{});
  const bool alone = object->read->call.request && ids->size() == 1;
  if (object->read->many && !alone) {
    const auto limit = static_cast<std::size_t>(object->read->many->limit);
    Each job = [&](std::size_t n) {
      return read_some(object, manner, chunk(*ids, n, limit), results.data() + n * limit);
    };
    co_await each(chunks(ids->size(), limit), std::move(job));
    co_return results;
  }
  Each job = [&](std::size_t i) { return read_one(object, manner, &(*ids)[i], &results[i]); };
  co_await each(ids->size(), std::move(job));
  co_return results;
}

boost::asio::awaitable<std::vector<ReadResult>> RestConnector::read(std::string name, std::vector<std::string> ids) {
  const Object* known = object(name);
  const Manner reading = manner("read", name, Effect::read);
  std::vector<ReadResult> results(ids.size(), Failure{Kind::rejected, reading.purpose + ": no such object", {}});
  if (known == nullptr) co_return results;
  std::vector<std::string> distinct;
  std::unordered_map<std::string, std::size_t> place;
  for (const std::string& id : ids)
    if (is_id(id) && place.emplace(id, distinct.size()).second) distinct.push_back(id);
  const std::vector<ReadResult> read = co_await read_distinct(known, reading, &distinct);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto found = place.find(ids[i]);
    results[i] = found != place.end() ? read[found->second]
                                      : ReadResult(Failure{Kind::rejected, reading.purpose + ": this is no id", {}});
  }
  co_return results;
}

boost::asio::awaitable<RestConnector::Hits> RestConnector::search(const Object* object, const Find* find, Manner manner,
                                                                  const std::vector<std::string>* values) {
  Hits hits;
  std::unordered_set<std::string> seen;
  std::size_t answered_records = 0;
  std::optional<Place> place = Place{};
  while (place) {
    Variables variables;
    variables.set("value", values->front()).set("values", texts(*values));
    PageSeen page;
    const Answered answered =
        co_await ask_page(&find->call, &find->page, *place, std::move(variables), manner, &page.url);
    if (const auto* failed = std::get_if<Failure>(&answered)) {
      hits.failure = *failed;
      hits.divisible = is_refusal(*failed);
      break;
    }
    const Answer& answer = std::get<Answer>(answered);
    if (answer.status >= 300) break;  // one of `missing`
    const auto items = find->select.find(answer.body);
    if (!items) {
      hits.failure = incomprehensible(manner, "the answer holds no list at '" + find->select.list() + "'");
      break;
    }
    page.records = items->size();
    if (const std::string fault = add_hits(object->records, *items, hits.records, seen, page); !fault.empty()) {
      hits.failure = incomprehensible(manner, fault);
      hits.divisible = true;
      break;
    }
    answered_records += items->size();
    const bool cut_off = find->most && answered_records >= static_cast<std::size_t>(*find->most);
    auto next = next_place(find->page, *place, answer, page);
    if (const auto* fault = std::get_if<std::string>(&next)) {
      hits.failure = incomprehensible(manner, *fault);
      break;
    }
    place = std::get<std::optional<Place>>(std::move(next));
    if (!cut_off && (!place || place->count < kSearchPagesMost)) continue;
    hits.failure = Failure{Kind::rejected, manner.purpose + ": too many hits to be sure that these are all", {}};
    hits.divisible = true;
    break;
  }
  co_return hits;
}

boost::asio::awaitable<void> RestConnector::find_some(const Object* object, const Find* find, Manner manner, Path path,
                                                      std::vector<std::string> values, FindResult* results) {
  manner.missing = find->missing;
  Hits hits = co_await search(object, find, manner, &values);
  if (hits.failure && hits.divisible && values.size() > 1) {
    auto [first, second] = halves(values);
    const std::size_t middle = first.size();
    co_await find_some(object, find, manner, path, std::move(first), results);
    co_await find_some(object, find, manner, path, std::move(second), results + middle);
    co_return;
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    results[i] = hits.failure ? FindResult(*hits.failure) : FindResult(std::vector<Record>());
  if (!hits.failure) distribute(std::move(hits.records), path, values, results);
}

boost::asio::awaitable<std::vector<FindResult>> RestConnector::find(std::string name, std::string path,
                                                                    std::vector<std::string> values) {
  const Object* known = object(name);
  const Manner finding = manner("find", name, Effect::read);
  const Find* how = nullptr;
  if (known != nullptr)
    for (const auto& [key, declared] : known->find)
      if (key == path) how = &declared;
  std::vector<FindResult> results(values.size(), std::vector<Record>());
  if (how == nullptr) {
    const Failure unknown{Kind::rejected, finding.purpose + " by '" + path + "': the definition does not say how", {}};
    results.assign(values.size(), unknown);
    co_return results;
  }
  // An empty value would match whatever the system takes it for: it is found nowhere.
  std::vector<std::string> asked;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    asked.push_back(values[i]);
    places.push_back(i);
  }
  std::vector<FindResult> found(asked.size(), std::vector<Record>());
  const auto limit = static_cast<std::size_t>(how->limit);
  const Path parsed = Path::parse(path);
  Each job = [&](std::size_t n) {
    return find_some(known, how, finding, parsed, chunk(asked, n, limit), found.data() + n * limit);
  };
  co_await each(chunks(asked.size(), limit), std::move(job));
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(found[i]);
  co_return results;
}

}  // namespace counterpart::rest
