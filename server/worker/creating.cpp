#include "server/worker/creating.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <utility>

#include "server/store/keys.h"
#include "server/worker/deciding.h"
#include "server/worker/endings.h"
#include "server/worker/neighbours.h"
#include "server/worker/updating.h"

namespace counterpart {
namespace {

using std::chrono::milliseconds;

/// How long the search that found no counterpart may lie back.
constexpr milliseconds kFresh{5'000};

struct Create {
  Item* item = nullptr;
  std::int64_t intent_id = 0;
  std::string stamp;
  std::optional<Written> written;
  std::int64_t link_id = 0;
};

void take_result(Work& work, Create& create, Side side, WriteResult result) {
  if (auto* written = std::get_if<Written>(&result)) {
    if (const auto why = store::fault_of_id(written->id)) {
      end_unusable(work, *create.item, side, *why);
    } else {
      create.written = std::move(*written);
    }
    return;
  }
  const auto& failure = std::get<Failure>(result);
  end_failure(work, *create.item, side, failure, "create");
  if (failure.kind != Failure::Kind::in_doubt) {
    create.item->ending.intents.push_back({create.intent_id, store::IntentState::failed, failure.message});
  }
}

/// Bases as if the system held exactly what was sent; the completion stores what it really holds.
LinkState state_as_sent(const Create& create, Side side) {
  const Item& item = *create.item;
  Record sent;
  sent.id = create.written->id;
  sent.absent_is_blank = true;
  sent.fields = *item.decision->after[side];
  return settle_create(*item.mapping, *item.decision, side, *item.record[other(side)], sent).next;
}

/// The moment an answer is there the link is stored: a crash after it doubles nothing.
boost::asio::awaitable<void> store_links(Work& work, std::vector<Create*> creates, Side side) {
  std::vector<store::Store::CreatedLink> links;
  std::vector<Create*> answered;
  for (Create* create : creates) {
    if (!create->written) continue;
    store::Store::CreatedLink& link = links.emplace_back();
    link.intent_id = create->intent_id;
    link.mapping = create->item->mapping->name;
    link.id[side] = create->written->id;
    link.id[other(side)] = create->item->id[other(side)];
    link.state = state_as_sent(*create, side);
    link.source = create->item->news().key;
    link.history.push_back({side, "", "create", {}, {}, {}, "no counterpart was found"});
    auto fields = history_of_writes(*create->item, side);
    std::move(fields.begin(), fields.end(), std::back_inserter(link.history));
    link.correlation = create->item->ending.correlation;
    answered.push_back(create);
  }
  if (links.empty()) co_return;
  const auto link_ids = co_await work.store.store_created(work.sync.id, std::move(links));
  for (std::size_t i = 0; i < answered.size(); ++i) answered[i]->link_id = link_ids[i];
}

boost::asio::awaitable<void> send(Work& work, std::vector<Create>& creates, Side side, SendBy send_by) {
  std::map<std::string, std::vector<Create*>> by_object;
  for (Create& create : creates) by_object[create.item->mapping->object[side]].push_back(&create);
  Connector& connector = *work.sync.system[side]->connector;
  for (auto& [object, group] : by_object) {
    std::vector<CreateOrder> orders;
    for (const Create* create : group) {
      CreateOrder& order = orders.emplace_back();
      order.fields = *create->item->decision->after[side];
      order.stamp = create->stamp;
    }
    auto results = co_await connector.create(object, std::move(orders), send_by);
    for (std::size_t i = 0; i < group.size(); ++i) take_result(work, *group[i], side, std::move(results.at(i)));
    co_await store_links(work, group, side);
    const bool let_in = std::any_of(group.begin(), group.end(), [](const auto* create) { return create->written; });
    if (let_in) co_await note_let_in(work, side, "create");
  }
}

boost::asio::awaitable<void> read_created(Work& work, std::vector<Create>& creates, Side side) {
  std::map<std::string, std::vector<Create*>> by_object;
  for (Create& create : creates) {
    if (create.written && !create.written->record) by_object[create.item->mapping->object[side]].push_back(&create);
  }
  Connector& connector = *work.sync.system[side]->connector;
  for (auto& [object, group] : by_object) {
    std::vector<std::string> ids;
    for (const Create* create : group) ids.push_back(create->written->id);
    auto results = co_await connector.read(object, std::move(ids));
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (auto* record = std::get_if<Record>(&results.at(i))) group[i]->written->record = std::move(*record);
    }
  }
}

void conclude(Work& work, Create& create, Side side) {
  Item& item = *create.item;
  if (create.link_id == 0) {
    end_parked(work, item,
               {"created as " + create.written->id + " in " + work.sync.system[side]->settings->name +
                    ", but one of the two records is linked already",
                "", "merge or delete the double there, then `counterpart parked retry`"});
    return;
  }
  item.id[side] = create.written->id;
  item.link.emplace();
  item.link->link_id = create.link_id;
  item.state = state_as_sent(create, side);
  if (create.written->record) {
    auto settlement =
        settle_create(*item.mapping, *item.decision, side, *item.record[other(side)], *create.written->record);
    note_not_done(work, item, settlement);
    item.state = std::move(settlement.next);
    item.record[side] = std::move(create.written->record);
    item.ending.identity.emplace_back(store::RecordKey{item.mapping->name, side, item.id[side]},
                                      match_keys(*item.mapping, side, *item.record[side]));
  }
  work.metrics.fields_written(work.sync.settings->name, name_of(side), written_fields(*item.decision, side));
  item.ending.link = link_change(item);
  item.look_again[side] = true;  // the system may have filled in fields that were not sent
  if (item.record[side] && park_on_totals(work, item, item.records(), Totals::compared)) return;
  end(item, store::Outcome::written, "created on " + std::string(name_of(side)));
}

/// Who stood still for so long does not know who was entered meanwhile.
void put_off_old_searches(const Work& work, std::vector<Item*>& items) {
  std::erase_if(items, [&](Item* item) {
    const bool searched = item->searched_at.count() > 0;
    if (!searched || work.clock.uptime() - item->searched_at <= work.settings.lease) return false;
    end_again(*item, "its counterpart was looked for too long ago", std::chrono::milliseconds(0), false);
    return true;
  });
}

}  // namespace

boost::asio::awaitable<void> create_records(Work& work, std::vector<Item*> items, Side side) {
  put_off_old_searches(work, items);
  if (items.empty()) co_return;
  const SendBy send_by = work.send_by(*work.sync.system[side], kFresh);
  std::vector<store::IntentRow> rows;
  for (const Item* item : items) rows.push_back(intent_of(work, *item, side, send_by));
  const std::vector<store::IntentRow> sent = rows;
  const std::vector<Item*> all = items;
  const auto intent_ids = co_await begin_intents(work, items, std::move(rows));
  std::vector<Create> creates;
  for (std::size_t i = 0, kept = 0; i < all.size() && kept < items.size(); ++i) {
    if (all[i] != items[kept]) continue;
    Create& create = creates.emplace_back();
    create.item = all[i];
    create.intent_id = intent_ids[kept++];
    create.stamp = sent[i].stamp;
  }
  co_await send(work, creates, side, send_by);
  co_await leave_keys_to_neighbours(work, items, side);
  co_await read_created(work, creates, side);
  for (Create& create : creates) {
    if (create.written && !create.item->ended) conclude(work, create, side);
  }
}

}  // namespace counterpart
