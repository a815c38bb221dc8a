#include <algorithm>

#include "connectors/rest/run_each.h"
#include "connectors/tryton/tryton_connector.h"

namespace counterpart::tryton {
namespace {

using Kind = Failure::Kind;

constexpr std::size_t kWritesAtOnce = 4;

Failure rejected(const Manner& manner, const std::string& what) {
  return {Kind::rejected, manner.purpose + ": " + what, std::nullopt};
}

/// "party.contact_mechanism,9" of part "cm9".
std::string resource(const std::string& part, const std::string& party) {
  for (const ChildModel& model : child_models())
    if (part.starts_with(model.mark))
      return std::string(model.model) + "," + part.substr(std::string(model.mark).size());
  return std::string(kParty) + "," + party;
}

/// The context that makes Tryton refuse a write to a part that has changed since it was read.
Native precondition(const std::string& revision, const std::string& id, const std::vector<std::string>& touched) {
  const Stamps stamps = stamps_of(revision);
  Native expected = Native::Object{};
  std::vector<std::string> parts = touched;
  parts.emplace_back("p");
  for (const std::string& part : parts)
    if (const auto stamp = stamps.find(part); stamp != stamps.end()) expected.set(resource(part, id), stamp->second);
  Native context = Native::Object{};
  context.set("_timestamp", std::move(expected));
  return context;
}

}  // namespace

boost::asio::awaitable<std::optional<Failure>> TrytonConnector::learn_names(std::vector<const Native*> records) {
  std::set<std::string> categories;
  std::set<std::string> countries;
  for (const Native* fields : records) {
    try {
      categories.merge(category_names(*fields));
      countries.merge(country_codes(*fields));
    } catch (const Unsuitable&) {
      continue;  // the record's own result will say so
    }
  }
  auto refusal = co_await categories_.learn(std::move(categories));
  if (!refusal) refusal = co_await countries_.learn(std::move(countries));
  if (refusal) co_return std::move(refusal->failure);
  co_return std::nullopt;
}

boost::asio::awaitable<std::vector<WriteResult>> TrytonConnector::create(std::string object,
                                                                         std::vector<CreateOrder> orders,
                                                                         SendBy send_by) {
  const Manner how = session_.manner("create " + object, true);
  std::vector<WriteResult> results(orders.size(), rejected(how, "the only object is party"));
  if (!knows(object)) co_return results;
  std::vector<const Native*> records;
  for (const CreateOrder& order : orders) records.push_back(&order.fields);
  // Nothing was written yet, whatever goes wrong here.
  if (auto failure = co_await learn_names(std::move(records))) {
    std::fill(results.begin(), results.end(), *failure);
    co_return results;
  }
  Making making;
  making.send_by = send_by;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    try {
      making.values.push_back(create_values(orders[i].fields, {categories_, countries_}));
      making.places.push_back(i);
    } catch (const Unsuitable& fault) {
      results[i] = rejected(how, fault.what());
    }
  }
  making.ids.resize(making.values.size());
  for (std::size_t begin = 0; begin < making.values.size(); begin += capabilities_.write_batch) {
    const std::size_t end = std::min(begin + capabilities_.write_batch, making.values.size());
    co_await make(&making, begin, end, &results);
  }
  co_await read_made(&making, &results);
  co_return results;
}

/// Tryton makes all or none: what it refuses together is tried by halves, until the culprit stands alone.
boost::asio::awaitable<void> TrytonConnector::make(Making* making, std::size_t begin, std::size_t end,
                                                   std::vector<WriteResult>* results) {
  const auto at = [&](std::size_t i) { return making->values.begin() + static_cast<std::ptrdiff_t>(i); };
  Call call;
  call.verb = "create party";
  call.model = kParty;
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
  std::optional<Failure> failure;
  if (refusal != nullptr) failure = refusal->failure;
  const Native* ids = refusal == nullptr ? &std::get<Reply>(replied).result : nullptr;
  if (ids != nullptr && (!ids->is_array() || ids->array().size() != end - begin))
    failure = incomprehensible(session_.manner("create party", true), "the answer does not name what was made").failure;
  for (std::size_t i = begin; i < end; ++i) {
    if (failure) {
      (*results)[making->places[i]] = *failure;
      continue;
    }
    making->ids[i] = ids->array()[i - begin].plain();
    (*results)[making->places[i]] = Written{making->ids[i], std::nullopt, ""};
  }
}

/// Adds the records as Tryton holds them, where nobody else has touched them yet.
boost::asio::awaitable<void> TrytonConnector::read_made(const Making* making, std::vector<WriteResult>* results) {
  std::vector<std::string> ids;
  for (const std::string& id : making->ids)
    if (!id.empty()) ids.push_back(id);
  if (ids.empty()) co_return;
  const std::string user = co_await session_.user();
  PartiesRead read = co_await parties(std::move(ids));
  if (std::holds_alternative<Failure>(read)) co_return;
  for (std::size_t i = 0; i < making->ids.size(); ++i) {
    const auto party = std::get<Parties>(read).find(making->ids[i]);
    if (party == std::get<Parties>(read).end() || !only_by(user, party->second, {}, {})) continue;
    auto& written = std::get<Written>((*results)[making->places[i]]);
    written.revision = party->second.record.revision;
    written.record = std::move(party->second.record);
  }
}

/// The call that an update takes, in `write`; or its result where there is nothing to send.
WriteResult TrytonConnector::prepare(const UpdateOrder& order, std::optional<Write>& write) const {
  const Manner how = session_.manner("update party", true);
  const auto id = id_number(order.id);
  if (!id) return Failure{Kind::not_found, how.purpose + ": no party can have that id", std::nullopt};
  if (order.revision.empty()) return rejected(how, "the party was read without a revision");
  try {
    Changes changes = changes_between(order.before, order.after, {categories_, countries_});
    if (changes.values.object().empty()) return Written{order.id, std::nullopt, ""};
    write.emplace();
    write->id = order.id;
    write->revision = order.revision;
    write->deleted = std::move(changes.deleted);
    write->call.verb = "update party";
    write->call.model = kParty;
    write->call.method = "write";
    write->call.params = {Native(Native::Array{*id}), std::move(changes.values)};
    write->call.context = precondition(order.revision, order.id, changes.touched);
    write->call.writes = true;
  } catch (const Unsuitable& fault) {
    return rejected(how, fault.what());
  }
  return Written{order.id, std::nullopt, ""};
}

boost::asio::awaitable<std::vector<WriteResult>> TrytonConnector::update(std::string object,
                                                                         std::vector<UpdateOrder> orders,
                                                                         SendBy send_by) {
  const Manner how = session_.manner("update " + object, true);
  std::vector<WriteResult> results(orders.size(), rejected(how, "the only object is party"));
  if (!knows(object)) co_return results;
  std::vector<const Native*> records;
  for (const UpdateOrder& order : orders) records.insert(records.end(), {&order.before, &order.after});
  if (auto failure = co_await learn_names(std::move(records))) {
    std::fill(results.begin(), results.end(), *failure);
    co_return results;
  }
  std::vector<Write> writes;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    std::optional<Write> write;
    results[i] = prepare(orders[i], write);
    if (!write) continue;
    write->call.send_by = send_by;
    writes.push_back(std::move(*write));
    places.push_back(i);
  }
  const std::function<boost::asio::awaitable<void>(std::size_t)> job = [&](std::size_t n) {
    return carry_out(&writes[n], &results[places[n]]);
  };
  co_await rest::run_each(writes.size(), kWritesAtOnce, job);
  co_await read_written(&writes, &places, &results);
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
  const PartiesRead read = co_await parties(std::move(ids));
  const auto* found = std::get_if<Parties>(&read);
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
boost::asio::awaitable<void> TrytonConnector::read_written(const std::vector<Write>* writes,
                                                           const std::vector<std::size_t>* places,
                                                           std::vector<WriteResult>* results) {
  std::vector<std::string> ids;
  for (std::size_t n = 0; n < writes->size(); ++n)
    if (std::holds_alternative<Written>((*results)[(*places)[n]])) ids.push_back((*writes)[n].id);
  if (ids.empty()) co_return;
  const std::string user = co_await session_.user();
  PartiesRead read = co_await parties(std::move(ids));
  if (std::holds_alternative<Failure>(read)) co_return;
  for (std::size_t n = 0; n < writes->size(); ++n) {
    auto* written = std::get_if<Written>(&(*results)[(*places)[n]]);
    const Write& write = (*writes)[n];
    const auto party = std::get<Parties>(read).find(write.id);
    if (written == nullptr || party == std::get<Parties>(read).end()) continue;
    if (!only_by(user, party->second, stamps_of(write.revision), write.deleted)) continue;
    written->revision = party->second.record.revision;
    written->record = party->second.record;
  }
}

boost::asio::awaitable<std::vector<WriteResult>> TrytonConnector::remove(std::string object,
                                                                         std::vector<DeleteOrder> orders,
                                                                         SendBy send_by) {
  const Manner how = session_.manner("delete " + object, true);
  std::vector<WriteResult> results(orders.size(), rejected(how, "the only object is party"));
  if (!knows(object)) co_return results;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const auto id = id_number(orders[i].id);
    if (!id || orders[i].revision.empty()) {
      results[i] = rejected(how, "without a party's id and revision nothing can be deleted safely");
      continue;
    }
    Write write;
    write.id = orders[i].id;
    write.revision = orders[i].revision;
    write.call.verb = "delete party";
    write.call.model = kParty;
    write.call.method = "delete";
    write.call.params.emplace_back(Native::Array{*id});
    write.call.context = precondition(write.revision, write.id, {});
    write.call.writes = true;
    write.call.send_by = send_by;
    co_await carry_out(&write, &results[i]);
  }
  co_return results;
}

}  // namespace counterpart::tryton
