#include <algorithm>

#include "connectors/tryton/tryton_connector.h"

namespace counterpart::tryton {
namespace {

using Kind = Failure::Kind;

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

Call search(std::string verb, std::string model, Native domain, Native::Array fields) {
  Call call;
  call.verb = std::move(verb);
  call.model = std::move(model);
  call.method = "search_read";
  call.params = {std::move(domain), Native::integer(0), Native(), order_by_id(), Native(std::move(fields))};
  return call;
}

}  // namespace

boost::asio::awaitable<TrytonConnector::TreesRead> TrytonConnector::trees_of_one_call(const ObjectModel* model,
                                                                                      std::vector<std::string> ids) {
  const std::string verb = "read " + model->name;
  // Read by id, a record that is gone would make Tryton refuse the whole call; a search leaves it out.
  Call call = search(verb, model->model, records_with(*model, ids), asked_fields(*model));
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return refusal->failure;
  const Native& rows = std::get<Reply>(replied).result;
  const Manner how = session_.manner(verb);
  if (!rows.is_array()) co_return incomprehensible(how, "the answer is no list").failure;
  Trees found;
  Capabilities& can = capabilities_.at(model);
  for (const Native& row : rows.array()) {
    auto tree = tree_of(*model, row);
    if (!tree) co_return incomprehensible(how, "a " + model->name + " is not shaped as expected").failure;
    can.unique_revision = can.unique_revision || tells_fractions(*tree);
    const std::string id = tree->record.id;
    found.emplace(id, std::move(*tree));
  }
  co_return found;
}

boost::asio::awaitable<TrytonConnector::TreesRead> TrytonConnector::trees(const ObjectModel* model,
                                                                          std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Trees found;
  for (std::size_t begin = 0; begin < ids.size(); begin += model->read_batch) {
    TreesRead some = co_await trees_of_one_call(model, slice(ids, begin, model->read_batch));
    if (auto* failure = std::get_if<Failure>(&some)) co_return std::move(*failure);
    found.merge(std::get<Trees>(some));
  }
  co_return found;
}

boost::asio::awaitable<std::vector<ReadResult>> TrytonConnector::read(std::string object,
                                                                      std::vector<std::string> ids) {
  const ObjectModel* model = object_model(object);
  if (model == nullptr) co_return std::vector<ReadResult>(ids.size(), unknown("read", object));
  const TreesRead answer = co_await trees(model, ids);
  if (const auto* failure = std::get_if<Failure>(&answer)) co_return std::vector<ReadResult>(ids.size(), *failure);
  std::vector<ReadResult> results;
  for (const std::string& id : ids) {
    const auto tree = std::get<Trees>(answer).find(id);
    if (tree == std::get<Trees>(answer).end()) {
      results.emplace_back(Gone{});
    } else {
      results.emplace_back(tree->second.record);
    }
  }
  co_return results;
}

boost::asio::awaitable<ChangesResult> TrytonConnector::changed(std::string object, std::optional<Instant> since,
                                                               std::string page) {
  const ObjectModel* model = object_model(object);
  if (model == nullptr) co_return unknown("list", object);
  Call call;
  call.verb = "list " + object;
  call.model = model->model;
  call.method = "search";
  call.params = {records_changed(*model, since, page), Native::integer(0), Native::integer(kPage), order_by_id()};
  // Rows that were made inactive are changes too.
  call.context.set("active_test", false);
  const Manner how = session_.manner(call.verb);
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return refusal->failure;
  const Reply& reply = std::get<Reply>(replied);
  if (!reply.result.is_array()) co_return incomprehensible(how, "the answer is no list").failure;
  std::vector<std::string> ids;
  for (const Native& id : reply.result.array()) ids.push_back(id.plain());
  TreesRead read = co_await trees(model, ids);
  if (auto* failure = std::get_if<Failure>(&read)) co_return std::move(*failure);
  ChangesPage changes;
  for (auto& [id, tree] : std::get<Trees>(read)) changes.records.push_back(std::move(tree.record));
  if (ids.size() == kPage) changes.next = ids.back();
  changes.system_time = reply.date;
  co_return changes;
}

boost::asio::awaitable<std::variant<TrytonConnector::Holders, Failure>> TrytonConnector::holders(
    const ObjectModel* model, const SearchPath* path, std::vector<std::string> values) {
  Call call = search("find " + model->name, path->model, rows_holding(*model, *path, values),
                     {Native(path->owner), Native(path->field)});
  const Manner how = session_.manner(call.verb);
  const Replied replied = co_await session_.call(std::move(call));
  if (const auto* refusal = std::get_if<Refusal>(&replied)) co_return refusal->failure;
  const Native& rows = std::get<Reply>(replied).result;
  if (!rows.is_array()) co_return incomprehensible(how, "the answer is no list").failure;
  Holders found;
  for (const Native& row : rows.array()) {
    const Native* value = row.member(path->field);
    const Native* owner = row.member(path->owner);
    if (value == nullptr || owner == nullptr) continue;
    auto& ids = found[folded(*path, value->plain())];
    if (std::find(ids.begin(), ids.end(), owner->plain()) == ids.end()) ids.push_back(owner->plain());
  }
  co_return found;
}

boost::asio::awaitable<std::vector<FindResult>> TrytonConnector::find(std::string object, std::string text,
                                                                      std::vector<std::string> values) {
  const ObjectModel* model = object_model(object);
  const SearchPath* path = model != nullptr ? search_path(*model, text) : nullptr;
  const Failure unsought{Kind::rejected, session_.manner("find " + object).purpose + ": cannot search by " + text, {}};
  if (path == nullptr) co_return std::vector<FindResult>(values.size(), unsought);
  Holders found;
  std::vector<std::string> ids;
  for (std::size_t begin = 0; begin < values.size(); begin += kValuesACall) {
    auto some = co_await holders(model, path, slice(values, begin, kValuesACall));
    if (auto* failure = std::get_if<Failure>(&some)) co_return std::vector<FindResult>(values.size(), *failure);
    for (const auto& [value, holding] : std::get<Holders>(some)) ids.insert(ids.end(), holding.begin(), holding.end());
    found.merge(std::get<Holders>(some));
  }
  const TreesRead read = co_await trees(model, ids);
  if (const auto* failure = std::get_if<Failure>(&read)) co_return std::vector<FindResult>(values.size(), *failure);
  std::vector<FindResult> results;
  for (const std::string& value : values) {
    std::vector<Record> records;
    for (const std::string& id : found[folded(*path, value)]) {
      const auto tree = std::get<Trees>(read).find(id);
      if (tree != std::get<Trees>(read).end()) records.push_back(tree->second.record);
    }
    results.emplace_back(std::move(records));
  }
  co_return results;
}

}  // namespace counterpart::tryton
