#include <algorithm>

#include "connectors/rest/run_each.h"
#include "connectors/tryton/spelling.h"
#include "connectors/tryton/tryton_connector.h"

namespace counterpart::tryton {
namespace {

using Kind = Failure::Kind;

constexpr std::size_t kWritesAtOnce = 4;

Failure rejected(const Manner& manner, const std::string& what) {
  return {Kind::rejected, manner.purpose + ": " + what, std::nullopt};
}

/// The context that makes Tryton refuse a write to a part that has changed since it was read.
Native precondition(const ObjectModel& model, const std::string& revision, const std::string& id,
                    const std::vector<std::string>& touched) {
  Native expected = Native::Object{};
  const auto is_touched = [&](const std::string& part) {
    return part == "p" || (model.base && part.starts_with(model.base->mark)) ||
           std::find(touched.begin(), touched.end(), part) != touched.end();
  };
  const Stamps stamps = stamps_of(revision);
  for (const auto& [part, stamp] : stamps)
    if (is_touched(part)) expected.set(resource(model, part, id), stamp);
  Native context = Native::Object{};
  context.set("_timestamp", std::move(expected));
  return context;
}

/// The call that an update takes: of the record's own row, or of its base with that row as one of many.
Call write_call(const ObjectModel& model, const Native& id, const Native& before, Changes& changes) {
  Call call;
  call.verb = "update " + model.name;
  call.model = model.model;
  call.method = "write";
  call.writes = true;
  if (changes.shared.object().empty()) {
    call.params = {Native(Native::Array{id}), std::move(changes.own)};
    return call;
  }
  const Native* base = before.member(model.base->field);
  if (is_blank(base)) throw Unsuitable("the " + model.name + " was read without its " + model.base->field);
  if (!changes.own.object().empty())
    changes.shared.set(model.base->children,
                       Native::Array{Native(Native::Array{"write", Native::Array{id}, std::move(changes.own)})});
  call.model = model.base->model;
  call.params = {Native(Native::Array{*base}), std::move(changes.shared)};
  return call;
}

/// Asks for the records that were made on these bases.
Call rows_on(const ObjectModel& model, const Native& bases) {
  Call call;
  call.verb = "find " + model.name;
  call.model = model.model;
  call.method = "search_read";
  Native domain = Native::Array{Native(Native::Array{Native(model.base->field), "in", bases})};
  call.params = {std::move(domain), Native::integer(0), Native(), Native(), Native::Array{Native(model.base->field)}};
  call.context.set("active_test", false);
  return call;
}

/// Those that a record's own result will refuse are left out.
Names names_of(const ObjectModel& model, const Native* before, const Native& after) {
  try {
    return names_to_learn(model, before, after);
  } catch (const Unsuitable&) {
    return {};
  }
}

void merge(Names& all, Names some) {
  for (auto& [lookup, names] : some) all[lookup].merge(names);
}

}  // namespace

Failure TrytonConnector::unknown(const std::string& verb, const std::string& object) const {
  return rejected(session_.manner(verb + " " + object), "Tryton's objects here are " + object_names());
}

boost::asio::awaitable<std::vector<WriteResult>> TrytonConnector::create(std::string object,
                                                                         std::vector<CreateOrder> orders,
                                                                         SendBy send_by) {
  const Manner how = session_.manner("create " + object, true);
  std::vector<WriteResult> results(orders.size(), unknown("create", object));
  const ObjectModel* model = object_model(object);
  if (model == nullptr) co_return results;
  Names names;
  for (const CreateOrder& order : orders) merge(names, names_of(*model, nullptr, order.fields));
  // Nothing was written yet, whatever goes wrong here.
  if (auto refusal = co_await directories_.learn(std::move(names))) {
    std::fill(results.begin(), results.end(), refusal->failure);
    co_return results;
  }
  Making making;
  making.model = model;
  making.send_by = send_by;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    try {
      making.values.push_back(create_values(*model, orders[i].fields, directories_));
      making.places.push_back(i);
    } catch (const Unsuitable& fault) {
      results[i] = rejected(how, fault.what());
    }
  }
  making.ids.resize(making.values.size());
  for (std::size_t begin = 0; begin < making.values.size(); begin += model->write_batch) {
    const std::size_t end = std::min(begin + model->write_batch, making.values.size());
    co_await make(&making, begin, end, &results);
  }
  co_await read_made(&making, &results);
  co_return results;
}

/// Tryton makes all or none: what it refuses together is tried by halves, until the culprit stands alone.
boost::asio::awaitable<void> TrytonConnector::make(Making* making, std::size_t begin, std::size_t end,
                                                   std::vector<WriteResult>* results) {
  const auto at = [&](std::size_t i) { return making->values.begin() + static_cast<std::ptrdiff_t>(i); };
  const ObjectModel& model = *making->model;
  Call call;
  call.verb = "create " + model.name;
  call.model = model.base ? model.base->model : model.model;
  call.method = "create";
  call.params.emplace_back(Native::Array(at(begin), at(end)));
  call.writes = true;
  call.send_by = making->send_by;
  const Replied replied = co_await session_.call(std::move(call));
  const auto* refusal = std::get_if<Refusal>(&replied);
  if (refusal != nullptr && refusal->rolled_back && end - begin > 1) {
    const std::size_t middle = begin + (end - begin) / 2;
    co_await make(making, begin, middle, results);
    co_await make(making, middle, end, results);
    co_return;
  }
  std::variant<std::vector<std::string>, Failure> ids = Failure{};
  if (refusal != nullptr) {
    ids = refusal->failure;
  } else {
    ids = co_await made_ids(&model, std::get<Reply>(replied).result, end - begin);
  }
  for (std::size_t i = begin; i < end; ++i) {
    WriteResult& result = (*results)[making->places[i]];
    if (const auto* failure = std::get_if<Failure>(&ids)) {
      result = *failure;
      continue;
    }
    making->ids[i] = std::get<0>(ids)[i - begin];
    result = Written{making->ids[i], std::nullopt, ""};
  }
}

/// The ids of the records that were made, in the order asked; of those with a base, Tryton told the base's.
boost::asio::awaitable<std::variant<std::vector<std::string>, Failure>> TrytonConnector::made_ids(
    const ObjectModel* model, const Native& told, std::size_t count) {
  const Manner how = session_.manner("create " + model->name, true);
  const Failure untold = incomprehensible(how, "the answer does not name what was made").failure;
  if (!told.is_array() || told.array().size() != count) co_return untold;
  std::vector<std::string> ids;
  for (const Native& id : told.array()) ids.push_back(id.plain());
  if (!model->base) co_return ids;
  const Replied replied = co_await session_.call(rows_on(*model, told));
  if (std::holds_alternative<Refusal>(replied) || !std::get<Reply>(replied).result.is_array()) co_return untold;
  const auto& rows = std::get<Reply>(replied).result.array();
  for (std::string& id : ids) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Native& each) {
      const Native* base = each.member(model->base->field);
      return base != nullptr && base->plain() == id && each.member("id") != nullptr;
    });
    if (row == rows.end()) co_return untold;
    id = row->member("id")->plain();
  }
  co_return ids;
}

/// Adds the records as Tryton holds them, where nobody else has touched them yet.
boost::asio::awaitable<void> TrytonConnector::read_made(const Making* making, std::vector<WriteResult>* results) {
  std::vector<std::string> ids;
  for (const std::string& id : making->ids)
    if (!id.empty()) ids.push_back(id);
  if (ids.empty()) co_return;
  const std::string user = co_await session_.user();
  TreesRead read = co_await trees(making->model, std::move(ids));
  if (std::holds_alternative<Failure>(read)) co_return;
  for (std::size_t i = 0; i < making->ids.size(); ++i) {
    const auto tree = std::get<Trees>(read).find(making->ids[i]);
    if (tree == std::get<Trees>(read).end() || !only_by(user, tree->second, {}, {})) continue;
    auto& written = std::get<Written>((*results)[making->places[i]]);
    written.revision = tree->second.record.revision;
    written.record = std::move(tree->second.record);
  }
}

/// The call that an update takes, in `write`; or its result where there is nothing to send.
WriteResult TrytonConnector::prepare(const ObjectModel& model, const UpdateOrder& order,
                                     std::optional<Write>& write) const {
  const Manner how = session_.manner("update " + model.name, true);
  const auto id = id_number(order.id);
  if (!id) return Failure{Kind::not_found, how.purpose + ": no " + model.name + " can have that id", std::nullopt};
  if (order.revision.empty()) return rejected(how, "the " + model.name + " was read without a revision");
  try {
    Changes changes = changes_between(model, order.before, order.after, directories_);
    if (changes.none()) return Written{order.id, std::nullopt, ""};
    write.emplace();
    write->model = &model;
    write->id = order.id;
    write->revision = order.revision;
    write->deleted = changes.deleted;
    write->call = write_call(model, *id, order.before, changes);
    write->call.context = precondition(model, order.revision, order.id, changes.touched);
  } catch (const Unsuitable& fault) {
    write.reset();
    return rejected(how, fault.what());
  }
  return Written{order.id, std::nullopt, ""};
}

boost::asio::awaitable<std::vector<WriteResult>> TrytonConnector::update(std::string object,
                                                                         std::vector<UpdateOrder> orders,
                                                                         SendBy send_by) {
  std::vector<WriteResult> results(orders.size(), unknown("update", object));
  const ObjectModel* model = object_model(object);
  if (model == nullptr) co_return results;
  Names names;
  for (const UpdateOrder& order : orders) merge(names, names_of(*model, &order.before, order.after));
  if (auto refusal = co_await directories_.learn(std::move(names))) {
    std::fill(results.begin(), results.end(), refusal->failure);
    co_return results;
  }
  std::vector<Write> writes;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    std::optional<Write> write;
    results[i] = prepare(*model, orders[i], write);
    if (!write) continue;
    write->call.send_by = send_by;
    writes.push_back(std::move(*write));
    places.push_back(i);
  }
  const std::function<boost::asio::awaitable<void>(std::size_t)> job = [&](std::size_t n) {
    return carry_out(&writes[n], &results[places[n]]);
  };
  co_await rest::run_each(writes.size(), kWritesAtOnce, job);
  co_await read_written(model, &writes, &places, &results);
  co_return results;
}

boost::asio::awaitable<void> TrytonConnector::carry_out(const Write* write, WriteResult* result) {
  const Replied replied = co_await session_.call(write->call);
  const auto* refusal = std::get_if<Refusal>(&replied);
  if (refusal == nullptr) {
    *result = Written{write->id, std::nullopt, ""};
    co_return;
  }
  *result = refusal->failure;
  if (refusal->rolled_back && refusal->failure.kind == Kind::rejected)
    *result = co_await look_again(write, refusal->failure);
}

/// Tryton says in the user's language that a row is no more: what it means is told by reading.
boost::asio::awaitable<Failure> TrytonConnector::look_again(const Write* write, Failure failure) {
  std::vector<std::string> ids = {write->id};
  const TreesRead read = co_await trees(write->model, std::move(ids));
  const auto* found = std::get_if<Trees>(&read);
  if (found == nullptr) co_return failure;
  if (found->empty()) {
    failure.kind = Kind::not_found;
  } else if (found->begin()->second.record.revision != write->revision) {
    failure.kind = Kind::conflict;
  }
  co_return failure;
}

/// As read_made(). What differs from the record before the write must come from that write alone: another's
/// change that slipped in between has yet to be carried over.
boost::asio::awaitable<void> TrytonConnector::read_written(const ObjectModel* model, const std::vector<Write>* writes,
                                                           const std::vector<std::size_t>* places,
                                                           std::vector<WriteResult>* results) {
  std::vector<std::string> ids;
  for (std::size_t n = 0; n < writes->size(); ++n)
    if (std::holds_alternative<Written>((*results)[(*places)[n]])) ids.push_back((*writes)[n].id);
  if (ids.empty()) co_return;
  const std::string user = co_await session_.user();
  TreesRead read = co_await trees(model, std::move(ids));
  if (std::holds_alternative<Failure>(read)) co_return;
  for (std::size_t n = 0; n < writes->size(); ++n) {
    auto* written = std::get_if<Written>(&(*results)[(*places)[n]]);
    const Write& write = (*writes)[n];
    const auto tree = std::get<Trees>(read).find(write.id);
    if (written == nullptr || tree == std::get<Trees>(read).end()) continue;
    if (!only_by(user, tree->second, stamps_of(write.revision), write.deleted)) continue;
    written->revision = tree->second.record.revision;
    written->record = tree->second.record;
  }
}

boost::asio::awaitable<std::vector<WriteResult>> TrytonConnector::remove(std::string object,
                                                                         std::vector<DeleteOrder> orders,
                                                                         SendBy send_by) {
  const Manner how = session_.manner("delete " + object, true);
  std::vector<WriteResult> results(orders.size(), unknown("delete", object));
  const ObjectModel* model = object_model(object);
  if (model == nullptr) co_return results;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto id = id_number(orders[i].id);
    if (!id || orders[i].revision.empty()) {
      results[i] = rejected(how, "without a record's id and revision nothing can be deleted safely");
      continue;
    }
    Write write;
    write.model = model;
    write.id = orders[i].id;
    write.revision = orders[i].revision;
    write.call.verb = "delete " + object;
    write.call.model = model->model;
    write.call.method = "delete";
    write.call.params.emplace_back(Native::Array{*id});
    write.call.context = precondition(*model, write.revision, write.id, {});
    write.call.writes = true;
    write.call.send_by = send_by;
    co_await carry_out(&write, &results[i]);
  }
  co_return results;
}

}  // namespace counterpart::tryton
