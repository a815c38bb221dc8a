#include <algorithm>

#include "connectors/tryton/tryton_connector.h"

namespace counterpart::tryton {
namespace {

using Kind = Failure::Kind;

constexpr std::size_t kPartiesACall = 100;
constexpr std::size_t kPage = 200;
constexpr std::size_t kValuesACall = 50;  // each is a condition of its own

template <class T>
std::vector<T> slice(const std::vector<T>& all, std::size_t begin, std::size_t count) {
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
  return {first, first + static_cast<std::ptrdiff_t>(std::min(count, all.size() - begin))};
}

Native order_by_id() {
  return Native::Array{Native(Native::Array{"id", "ASC"})};
}

Call search(const char* verb, const char* model, Native domain, Native::Array fields) {
  Call call;
  call.verb = verb;
  call.model = model;
  call.method = "search_read";
  call.params = {std::move(domain), Native::integer(0), Native(), order_by_id(), Native(std::move(fields))};
  return call;
}

}  // namespace

boost::asio::awaitable<TrytonConnector::PartiesRead> TrytonConnector::parties_of_one_call(
    std::vector<std::string> ids) {
  // Read by id, a party that is gone would make Tryton refuse the whole call; a search leaves it out.
  Call call = search("read party", kParty, parties_with(ids), party_fields());
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return refusal->failure;
  const Native& rows = std::get<Reply>(replied).result;
  const Manner how = session_.manner("read party");
  if (!rows.is_array()) co_return incomprehensible(how, "the answer is no list").failure;
  Parties found;
  for (const Native& row : rows.array()) {
    auto party = party_of(row);
    if (!party) co_return incomprehensible(how, "a party is not shaped as expected").failure;
    capabilities_.unique_revision = capabilities_.unique_revision || tells_fractions(*party);
    const std::string id = party->record.id;
    found.emplace(id, std::move(*party));
  }
  co_return found;
}

boost::asio::awaitable<TrytonConnector::PartiesRead> TrytonConnector::parties(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Parties found;
  for (std::size_t begin = 0; begin < ids.size(); begin += kPartiesACall) {
    PartiesRead some = co_await parties_of_one_call(slice(ids, begin, kPartiesACall));
    if (auto* failure = std::get_if<Failure>(&some)) co_return std::move(*failure);
    found.merge(std::get<Parties>(some));
  }
  co_return found;
}

boost::asio::awaitable<std::vector<ReadResult>> TrytonConnector::read(std::string object,
                                                                      std::vector<std::string> ids) {
  const Failure unknown{Kind::rejected, session_.manner("read " + object).purpose + ": the only object is party", {}};
  if (!knows(object)) co_return std::vector<ReadResult>(ids.size(), unknown);
  const PartiesRead answer = co_await parties(ids);
  if (const auto* failure = std::get_if<Failure>(&answer)) co_return std::vector<ReadResult>(ids.size(), *failure);
  std::vector<ReadResult> results;
  for (const std::string& id : ids) {
    const auto party = std::get<Parties>(answer).find(id);
    if (party == std::get<Parties>(answer).end()) {
      results.emplace_back(Gone{});
    } else {
      results.emplace_back(party->second.record);
    }
  }
  co_return results;
}

boost::asio::awaitable<ChangesResult> TrytonConnector::changed(std::string object, std::optional<Instant> since,
                                                               std::string page) {
  const Manner how = session_.manner("list party");
  if (!knows(object)) co_return Failure{Kind::rejected, how.purpose + ": the only object is party", {}};
  Call call;
  call.verb = "list party";
  call.model = kParty;
  call.method = "search";
  call.params = {parties_changed(since, page), Native::integer(0), Native::integer(kPage), order_by_id()};
  // Rows that were made inactive are changes too.
  call.context.set("active_test", false);
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return refusal->failure;
  const Reply& reply = std::get<Reply>(replied);
  if (!reply.result.is_array()) co_return incomprehensible(how, "the answer is no list").failure;
  std::vector<std::string> ids;
  for (const Native& id : reply.result.array()) ids.push_back(id.plain());
  PartiesRead read = co_await parties(ids);
  if (auto* failure = std::get_if<Failure>(&read)) co_return std::move(*failure);
  ChangesPage changes;
  for (auto& [id, party] : std::get<Parties>(read)) changes.records.push_back(std::move(party.record));
  if (ids.size() == kPage) changes.next = ids.back();
  changes.system_time = reply.date;
  co_return changes;
}

boost::asio::awaitable<std::variant<TrytonConnector::Holders, Failure>> TrytonConnector::holders(
    const SearchPath* path, std::vector<std::string> values) {
  const bool own = path->model == std::string_view(kParty);
  Call call = search("find party", path->model, rows_holding(*path, values), {own ? "id" : "party", path->field});
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return refusal->failure;
  const Native& rows = std::get<Reply>(replied).result;
  if (!rows.is_array()) co_return incomprehensible(session_.manner("find party"), "the answer is no list").failure;
  Holders found;
  for (const Native& row : rows.array()) {
    const Native* value = row.member(path->field);
    const Native* party = row.member(own ? "id" : "party");
    if (value == nullptr || party == nullptr) continue;
    auto& ids = found[folded(*path, value->plain())];
    if (std::find(ids.begin(), ids.end(), party->plain()) == ids.end()) ids.push_back(party->plain());
  }
  co_return found;
}

boost::asio::awaitable<std::vector<FindResult>> TrytonConnector::find(std::string object, std::string text,
                                                                      std::vector<std::string> values) {
  const SearchPath* path = search_path(text);
  const Failure unknown{Kind::rejected, session_.manner("find " + object).purpose + ": cannot search by " + text, {}};
  if (!knows(object) || path == nullptr) co_return std::vector<FindResult>(values.size(), unknown);
  Holders found;
  std::vector<std::string> ids;
  for (std::size_t begin = 0; begin < values.size(); begin += kValuesACall) {
    auto some = co_await holders(path, slice(values, begin, kValuesACall));
    if (auto* failure = std::get_if<Failure>(&some)) co_return std::vector<FindResult>(values.size(), *failure);
    for (const auto& [value, holding] : std::get<Holders>(some)) ids.insert(ids.end(), holding.begin(), holding.end());
    found.merge(std::get<Holders>(some));
  }
  const PartiesRead read = co_await parties(ids);
  if (const auto* failure = std::get_if<Failure>(&read)) co_return std::vector<FindResult>(values.size(), *failure);
  std::vector<FindResult> results;
  for (const std::string& value : values) {
    std::vector<Record> records;
    for (const std::string& id : found[folded(*path, value)]) {
      const auto party = std::get<Parties>(read).find(id);
      if (party != std::get<Parties>(read).end()) records.push_back(party->second.record);
    }
    results.emplace_back(std::move(records));
  }
  co_return results;
}

}  // namespace counterpart::tryton
