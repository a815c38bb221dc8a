#include "server/worker/updating.h"

#include <algorithm>
#include <map>

#include "server/worker/deciding.h"
#include "server/worker/endings.h"
#include "server/worker/neighbours.h"
#include "server/worker/reading.h"
#include "server/worker/references.h"

namespace counterpart {
namespace {

using std::chrono::milliseconds;

/// An older decision is refused by the system itself, so this only bounds the wait for a turn.
constexpr milliseconds kFreshWithPrecondition{5'000};

/// One item's write to one side, from its intent to what the system then held.
struct Update {
  Item* item = nullptr;
  std::int64_t intent_id = 0;
  std::optional<Written> written;
  std::optional<Record> held;
  bool own_answer = false;  ///< `held` is the answer to our write, not a later read
};

/// Without a precondition only a fresh decision may be written (engine §4): older ones are made again.
boost::asio::awaitable<void> renew_stale(Work& work, std::vector<Item*>& items, Side side) {
  std::vector<Item*> stale;
  for (Item* item : items) {
    const bool old = work.clock.uptime() - item->read_at[side] > work.settings.decision_age;
    if (old && !capabilities(work, *item->mapping, side).precondition) stale.push_back(item);
  }
  if (!stale.empty()) {
    for (const Side each : kSides) co_await read_side(work, stale, each);
    co_await learn_counterparts(work, stale);
    for (Item* item : stale) {
      item->held_after_write = {};  // the records read now are younger
      if (!item->ended) decide_linked(work, *item);
    }
    co_await wait_for_counterparts(work, stale);
  }
  std::erase_if(items, [&](const Item* item) { return item->ended || !item->decision->writes(side); });
}

milliseconds fresh_for(const Work& work, const Item& item, Side side) {
  return capabilities(work, *item.mapping, side).precondition ? kFreshWithPrecondition : work.settings.decision_age;
}

UpdateOrder order_of(const Item& item, Side side) {
  const Record& record = *item.record[side];
  return UpdateOrder{item.id[side], record.revision, record.fields, *item.decision->after[side]};
}

void take_result(Work& work, Update& update, Side side, WriteResult result) {
  Item& item = *update.item;
  if (auto* written = std::get_if<Written>(&result)) {
    update.written = std::move(*written);
    return;
  }
  const auto& failure = std::get<Failure>(result);
  end_failure(work, item, side, failure, "update");
  if (failure.kind != Failure::Kind::in_doubt) {
    item.ending.intents.push_back({update.intent_id, store::IntentState::failed, failure.message});
  }
}

boost::asio::awaitable<void> send(Work& work, std::vector<Update>& updates, Side side, SendBy send_by) {
  std::map<std::string, std::vector<Update*>> by_object;
  for (Update& update : updates) by_object[update.item->mapping->object[side]].push_back(&update);
  Connector& connector = *work.sync.system[side]->connector;
  for (auto& [object, group] : by_object) {
    std::vector<UpdateOrder> orders;
    for (const Update* update : group) orders.push_back(order_of(*update->item, side));
    auto results = co_await connector.update(object, std::move(orders), send_by);
    for (std::size_t i = 0; i < group.size(); ++i) take_result(work, *group[i], side, std::move(results.at(i)));
    const bool let_in = std::any_of(group.begin(), group.end(), [](const auto* update) { return update->written; });
    if (let_in) co_await note_let_in(work, side, "update");
  }
}

/// What the systems now hold: from the answer, else read back in one call an object.
boost::asio::awaitable<void> read_back(Work& work, std::vector<Update>& updates, Side side) {
  std::map<std::string, std::vector<Update*>> by_object;
  for (Update& update : updates) {
    if (!update.written) continue;
    if (update.written->record) {
      update.held = std::move(update.written->record);
      update.own_answer = true;
    } else {
      by_object[update.item->mapping->object[side]].push_back(&update);
    }
  }
  Connector& connector = *work.sync.system[side]->connector;
  for (auto& [object, group] : by_object) {
    std::vector<std::string> ids;
    for (const Update* update : group) ids.push_back(update->item->id[side]);
    auto results = co_await connector.read(object, std::move(ids));
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (auto* record = std::get_if<Record>(&results.at(i))) {
        group[i]->held = std::move(*record);
      } else {
        // The intent stays open: the next pass settles it by reading.
        end_again(*group[i]->item, "written, but not to be read back yet", milliseconds(500), false);
      }
    }
  }
}

bool is_own_revision(const Update& update, const Capabilities& can) {
  if (update.own_answer) return true;
  const std::string& ours = update.written->revision;
  return can.unique_revision && !ours.empty() && ours == update.held->revision;
}

void settle(Work& work, Update& update, Side side) {
  Item& item = *update.item;
  const Capabilities& can = capabilities(work, *item.mapping, side);
  const auto before = item.records();
  auto settlement = settle_update(*item.mapping, *item.decision, side, before, *update.held,
                                  is_own_revision(update, can), item.state, context_of(work, item));
  item.state = std::move(settlement.next);
  item.look_again[side] = item.look_again[side] || settlement.dirty;
  item.ending.intents.push_back({update.intent_id, store::IntentState::done, ""});
  note_kept(work, item);
  note_written(item, side);
  note_not_done(work, item, settlement);
  for (const std::string& field : settlement.adjusted) {
    item.ending.history.push_back({side, field, "adjusted", {}, {}, {}, "the system normalised what was written"});
  }
  if (item.link) {
    // Only a revision that nobody else can have made marks the echo of this write; and where fields are stopped, what
    // was edited in them meanwhile is still to be carried.
    const bool clean = can.unique_revision && !settlement.dirty && (can.precondition || !update.own_answer) &&
                       !work.sync.has_stopped_fields(item.mapping->name);
    item.link->own_revision[side] = clean ? update.held->revision : std::string();
  }
}

/// What both sides hold after the writes.
Both<const Record*> records_after_write(const Item& item) {
  Both<const Record*> records = item.records();
  for (const Side side : kSides) {
    if (item.held_after_write[side]) records[side] = &*item.held_after_write[side];
  }
  return records;
}

/// What was written is stored with its base whatever becomes of the other side's write.
void conclude(Work& work, Update& update, Side side) {
  Item& item = *update.item;
  work.metrics.fields_written(work.sync.settings->name, name_of(side), written_fields(*item.decision, side));
  item.written[side] = item.wrote = true;
  item.held_after_write[side] = std::move(update.held);
  item.ending.link = link_change(item);
  if (side == Side::left && item.decision->writes(Side::right)) return;
  // A decision that was renewed between the sides may want more of the first.
  if (item.decision->writes(Side::left) && !item.written.left) item.ending.again_in = milliseconds(0);
  if (park_on_totals(work, item, records_after_write(item), Totals::compared)) return;
  end(item, store::Outcome::written, "written to " + std::string(name_of(side)));
}

/// What a settled intent's history will need, should its answer be lost.
Native decided_of(const Item& item, Side side) {
  Native decided{Native::Object{}};
  for (const FieldDecision& field : item.decision->fields) {
    if (!is_write(field.result) || field.to != side) continue;
    const FieldRule& rule = item.mapping->fields[field.field];
    Native one{Native::Object{}};
    one.set("field", rule.name);
    one.set("what", name_of(field.result));
    one.set("rule", field.rule);
    decided.set(rule.side[side].name, std::move(one));
  }
  for (const RowDecision& row : item.decision->rows) {
    if (!row.writes(side)) continue;
    const RowsRule& rule = item.mapping->rows[row.rows];
    Native one{Native::Object{}};
    one.set("field", rule.name);
    one.set("what", name_of(FieldResult::write));
    one.set("rule", row.result == RowResult::fields ? "rows changed" : row.rule);
    decided.set(rule.side[side].path.text(), std::move(one));
  }
  return decided;
}

}  // namespace

store::IntentRow intent_of(Work& work, const Item& item, Side side, SendBy send_by) {
  store::IntentRow row;
  row.link_id = item.link ? item.link->link_id : 0;
  row.source = {item.mapping->name, other(side), item.id[other(side)]};
  row.target = side;
  row.target_id = item.id[side];
  row.operation = row.target_id.empty() ? "create" : "update";
  row.stamp = "counterpart-" + work.random.hex_id();
  if (item.record[side]) row.revision = item.record[side]->revision;
  row.fields = intent_fields(*item.mapping, *item.decision, side, item.records());
  row.decided = decided_of(item, side);
  row.correlation = item.ending.correlation;
  row.created = work.now();
  row.deadline = row.created + (send_by - work.clock.uptime()) + work.sync.system[side]->connector->call_timeout();
  return row;
}

boost::asio::awaitable<std::vector<std::int64_t>> begin_intents(Work& work, std::vector<Item*>& items,
                                                                std::vector<store::IntentRow> rows) {
  const auto ids = co_await work.store.begin_intents(work.sync.id, work.lease, std::move(rows));
  std::vector<Item*> kept;
  std::vector<std::int64_t> kept_ids;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (ids[i] == 0) {
      work.metrics.leases_lost(work.sync.settings->name, 1);
      end_again(*items[i], "the lease was lost before the call", milliseconds(0), false);
      continue;
    }
    kept.push_back(items[i]);
    kept_ids.push_back(ids[i]);
  }
  items = std::move(kept);
  co_return kept_ids;
}

boost::asio::awaitable<void> update_records(Work& work, std::vector<Item*> items, Side side) {
  co_await lease_from_neighbours(work, items, side);
  co_await renew_stale(work, items, side);
  if (items.empty()) co_return;
  const SendBy send_by = work.send_by(*work.sync.system[side], fresh_for(work, *items.front(), side));
  std::vector<store::IntentRow> rows;
  for (const Item* item : items) rows.push_back(intent_of(work, *item, side, send_by));
  const auto intent_ids = co_await begin_intents(work, items, std::move(rows));
  std::vector<Update> updates;
  for (std::size_t i = 0; i < items.size(); ++i) {
    Update& update = updates.emplace_back();
    update.item = items[i];
    update.intent_id = intent_ids[i];
    // The state without this decision's writes; each side's settlement builds on it.
    if (!items[i]->written.left && !items[i]->written.right) items[i]->state = items[i]->decision->next;
  }
  co_await send(work, updates, side, send_by);
  co_await read_back(work, updates, side);
  for (Update& update : updates) {
    if (!update.held) continue;
    settle(work, update, side);
    conclude(work, update, side);
  }
}

}  // namespace counterpart
