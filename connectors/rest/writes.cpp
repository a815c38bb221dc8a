#include <algorithm>

#include "connectors/rest/difference.h"
#include "connectors/rest/record_reader.h"
#include "connectors/rest/rest_connector.h"

namespace counterpart::rest {
namespace {

using Kind = Failure::Kind;

/// What a create's answer says of the new record.
WriteResult created(const Exchange& exchange, const Manner& manner, const Object& object, const Answer& answer) {
  const Create& how = *object.create;
  const Native* record = nullptr;
  if (how.returns == Returns::record) {
    record = how.select.find(answer.body);
    if (record == nullptr) return exchange.cleaned(incomprehensible(manner, "the answer holds no record"));
  }
  std::string id = how.id_path ? id_text(how.id_path->find(answer.body)) : "";
  const std::string* header = how.id_header.empty() ? nullptr : find_header(answer.headers, how.id_header);
  if (id.empty() && header != nullptr) id = last_segment(*header);
  return written(exchange, manner, object.records, record, id, "", &answer.headers);
}

WriteResult updated(const Exchange& exchange, const Manner& manner, const Object& object, const std::string& id,
                    const Answer& answer) {
  const Update& how = *object.update;
  const Native* record = nullptr;
  if (how.returns == Returns::record) {
    record = how.select.find(answer.body);
    if (record == nullptr) return exchange.cleaned(incomprehensible(manner, "the answer holds no record"));
  }
  return written(exchange, manner, object.records, record, id, id, &answer.headers);
}

Failure refused(const Manner& manner, const std::string& what) {
  return {Kind::rejected, manner.purpose + ": " + what, std::nullopt};
}

/// Whether the create's own templates say where the stamp goes.
bool places_stamp(const Create& how) {
  const std::string name = "stamp";
  const auto reads = [&](const auto& parameter) {
    const std::vector<std::string> names = parameter.second.names();
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const auto call_reads = [&](const Call& call) {
    return (call.body && call.body->reads(name)) || std::any_of(call.query.begin(), call.query.end(), reads) ||
           std::any_of(call.headers.begin(), call.headers.end(), reads);
  };
  return call_reads(how.call) || (how.batch && how.batch->item.reads(name));
}

/// Where the object has a place for it, the stamp goes with the fields, so that no definition can forget to send
/// it: a create in doubt is looked up by it.
std::variant<Variables, Failure> variables_of(const Object& object, const Manner& manner, const CreateOrder& order) {
  Native fields = order.fields;
  try {
    if (!object.stamp.empty() && !order.stamp.empty() && !places_stamp(*object.create))
      Path::parse(object.stamp).set(fields, order.stamp);
  } catch (const PathError& error) {
    return refused(manner, std::string("the stamp has no place in the record: ") + error.what());
  }
  Variables variables;
  variables.set("fields", std::move(fields)).set("stamp", order.stamp.empty() ? Native() : Native(order.stamp));
  return variables;
}

/// The variables of an update, or its result where there is nothing to send.
std::variant<PreparedUpdate, WriteResult> prepare(const Object& object, const Manner& manner,
                                                  const UpdateOrder& order) {
  const Update& how = *object.update;
  if (!order.before.is_object() || !order.after.is_object())
    return refused(manner, "the record's fields are no object");
  Native changed =
      difference(order.before, order.after, how.nested == Update::Nested::merge, object.records.absent_is_blank);
  if (changed.object().empty()) return Written{order.id, std::nullopt, ""};
  if (how.precondition == Precondition::revision && order.revision.empty())
    return refused(manner, "the record was read without a revision, so it cannot be written safely");
  PreparedUpdate update;
  update.id = order.id;
  update.variables.set("id", order.id).set("revision", order.revision.empty() ? Native() : Native(order.revision));
  update.variables.set("changed", std::move(changed)).set("fields", order.after);
  return update;
}

/// Renders one element of ${items}; nullopt with the fault in `result`.
std::optional<Native> render(const Batch& batch, const Variables& variables, const Manner& manner,
                             WriteResult& result) {
  try {
    return batch.item.evaluate(variables);
  } catch (const EvaluationError& error) {
    result = refused(manner, std::string("the request cannot be made: ") + error.what());
    return std::nullopt;
  }
}

bool by_batch(const Call& single, const std::optional<Batch>& batch, std::size_t count) {
  return batch && (count > 1 || !single.request);
}

}  // namespace

boost::asio::awaitable<void> RestConnector::batch_some(BatchJob job, WriteResult* results) {
  std::vector<WriteResult> done = co_await write_batch(&exchange_, std::move(job));
  std::move(done.begin(), done.end(), results);
}

boost::asio::awaitable<std::vector<WriteResult>> RestConnector::write_batches(BatchJob job) {
  const auto limit = static_cast<std::size_t>(job.batch->limit);
  const std::size_t count = job.items.size();
  std::vector<WriteResult> results(count, Written{});
  Each send = [&](std::size_t n) {
    const std::size_t begin = n * limit;
    return batch_some(part_of(job, begin, std::min(begin + limit, count)), results.data() + begin);
  };
  co_await each((count + limit - 1) / limit, std::move(send));
  co_return results;
}

boost::asio::awaitable<void> RestConnector::create_one(const Object* object, Manner manner, const CreateOrder* order,
                                                       WriteResult* result) {
  const Create& how = *object->create;
  manner.needs_body = how.returns == Returns::record || (how.id_path && how.id_header.empty());
  auto variables = variables_of(*object, manner, *order);
  if (auto* unfit = std::get_if<Failure>(&variables)) {
    *result = std::move(*unfit);
    co_return;
  }
  const Answered answered = co_await exchange_.ask(&how.call, std::get<Variables>(std::move(variables)), manner);
  const auto* failure = std::get_if<Failure>(&answered);
  *result =
      failure != nullptr ? WriteResult(*failure) : created(exchange_, manner, *object, std::get<Answer>(answered));
}

boost::asio::awaitable<std::vector<WriteResult>> RestConnector::create(std::string name,
                                                                       std::vector<CreateOrder> orders,
                                                                       SendBy send_by) {
  const Object* known = object(name);
  Manner creating = manner("create", name, Effect::create);
  creating.send_by = send_by;
  std::vector<WriteResult> results(orders.size(), refused(creating, "the definition does not say how"));
  if (known == nullptr || !known->create) co_return results;
  const Create& how = *known->create;
  if (!by_batch(how.call, how.batch, orders.size())) {
    Each job = [&](std::size_t i) { return create_one(known, creating, &orders[i], &results[i]); };
    co_await each(orders.size(), std::move(job));
    co_return results;
  }
  BatchJob job{known, &*how.batch, how.returns, how.id_path, creating, {}, {}};
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    auto variables = variables_of(*known, creating, orders[i]);
    if (auto* unfit = std::get_if<Failure>(&variables)) {
      results[i] = std::move(*unfit);
      continue;
    }
    auto item = render(*how.batch, std::get<Variables>(variables), creating, results[i]);
    if (!item) continue;
    job.items.push_back(std::move(*item));
    places.push_back(i);
  }
  std::vector<WriteResult> done = co_await write_batches(std::move(job));
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(done[i]);
  co_return results;
}

boost::asio::awaitable<void> RestConnector::update_one(const Object* object, Manner manner,
                                                       const PreparedUpdate* update, WriteResult* result) {
  manner.needs_body = object->update->returns == Returns::record;
  const Answered answered = co_await exchange_.ask(&object->update->call, update->variables, manner);
  const auto* failure = std::get_if<Failure>(&answered);
  *result = failure != nullptr ? WriteResult(*failure)
                               : updated(exchange_, manner, *object, update->id, std::get<Answer>(answered));
}

boost::asio::awaitable<std::vector<WriteResult>> RestConnector::update_all(const Object* object, Manner manner,
                                                                           std::vector<PreparedUpdate> updates) {
  const Update& how = *object->update;
  std::vector<WriteResult> results(updates.size(), Written{});
  if (!by_batch(how.call, how.batch, updates.size())) {
    Each send = [&](std::size_t i) { return update_one(object, manner, &updates[i], &results[i]); };
    co_await each(updates.size(), std::move(send));
    co_return results;
  }
  BatchJob job{object, &*how.batch, how.returns, std::nullopt, manner, {}, {}};
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < updates.size(); ++i) {
    auto item = render(*how.batch, updates[i].variables, manner, results[i]);
    if (!item) continue;
    job.items.push_back(std::move(*item));
    job.ids.push_back(updates[i].id);
    places.push_back(i);
  }
  std::vector<WriteResult> done = co_await write_batches(std::move(job));
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(done[i]);
  co_return results;
}

boost::asio::awaitable<std::vector<WriteResult>> RestConnector::update(std::string name,
                                                                       std::vector<UpdateOrder> orders,
                                                                       SendBy send_by) {
  const Object* known = object(name);
  Manner updating = manner("update", name, Effect::write);
  updating.send_by = send_by;
  std::vector<WriteResult> results(orders.size(), refused(updating, "the definition does not say how"));
  if (known == nullptr || !known->update) co_return results;
  updating.conflict = known->update->conflict;
  std::vector<PreparedUpdate> updates;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    auto prepared = prepare(*known, updating, orders[i]);
    if (auto* result = std::get_if<WriteResult>(&prepared)) {
      results[i] = std::move(*result);
      continue;
    }
    updates.push_back(std::get<PreparedUpdate>(std::move(prepared)));
    places.push_back(i);
  }
  std::vector<WriteResult> done = co_await update_all(known, updating, std::move(updates));
  for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(done[i]);
  co_return results;
}

boost::asio::awaitable<void> RestConnector::remove_one(const Object* object, Manner manner, const DeleteOrder* order,
                                                       WriteResult* result) {
  if (object->remove->precondition == Precondition::revision && order->revision.empty()) {
    *result = refused(manner, "the record was read without a revision, so it cannot be deleted safely");
    co_return;
  }
  Variables variables;
  variables.set("id", order->id);
  variables.set("revision", order->revision.empty() ? Native() : Native(order->revision));
  manner.needs_body = false;
  const Answered answered = co_await exchange_.ask(&object->remove->call, std::move(variables), manner);
  const auto* failure = std::get_if<Failure>(&answered);
  *result = failure != nullptr ? WriteResult(*failure) : WriteResult(Written{order->id, std::nullopt, ""});
}

boost::asio::awaitable<std::vector<WriteResult>> RestConnector::remove(std::string name,
                                                                       std::vector<DeleteOrder> orders,
                                                                       SendBy send_by) {
  const Object* known = object(name);
  Manner removing = manner("delete", name, Effect::write);
  removing.send_by = send_by;
  std::vector<WriteResult> results(orders.size(), refused(removing, "the definition does not say how"));
  if (known == nullptr || !known->remove) co_return results;
  removing.conflict = known->remove->conflict;
  Each job = [&](std::size_t i) { return remove_one(known, removing, &orders[i], &results[i]); };
  co_await each(orders.size(), std::move(job));
  co_return results;
}

}  // namespace counterpart::rest
