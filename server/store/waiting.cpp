#include "server/store/waiting.h"

#include <map>
#include <tuple>

namespace counterpart::store {

namespace {

int number_of(Side side) {
  return static_cast<int>(side);
}

Side side_of(std::int64_t number) {
  return number == 0 ? Side::left : Side::right;
}

Columns columns_of(const std::vector<RecordKey>& records) {
  Columns columns(3);
  for (const RecordKey& key : records) columns.add({key.mapping, number_of(key.side), key.id});
  return columns;
}

}  // namespace

std::vector<std::optional<std::string>> read_counterparts(Transaction& transaction, SyncId sync,
                                                          const std::vector<RecordKey>& records) {
  std::vector<std::optional<std::string>> found(records.size());
  if (records.empty()) return found;
  const Rows rows = transaction.exec("counterparts", Arguments({sync}, columns_of(records)));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    found.at(static_cast<std::size_t>(rows.integer(i, 0)) - 1) = rows.text(i, 1);
  }
  return found;
}

std::vector<Awaited> read_awaited(Transaction& transaction, SyncId sync,
                                  const std::vector<std::pair<RecordKey, RecordKey>>& waits) {
  std::vector<Awaited> states(waits.size());
  if (waits.empty()) return states;
  Columns columns(6);
  for (const auto& [waiter, awaited] : waits) {
    columns.add(
        {waiter.mapping, number_of(waiter.side), waiter.id, awaited.mapping, number_of(awaited.side), awaited.id});
  }
  const Rows rows = transaction.exec("waited_for", Arguments({sync}, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Awaited& state = states.at(static_cast<std::size_t>(rows.integer(i, 0)) - 1);
    state.known = rows.boolean(i, 1);
    state.circular = rows.boolean(i, 2);
    if (!rows.is_null(i, 3)) state.ended = rows.text(i, 3);
  }
  return states;
}

void store_waits(Transaction& transaction, SyncId sync, const std::vector<RecordKey>& ends,
                 const std::vector<const Wait*>& waits) {
  if (ends.empty()) return;
  std::map<std::pair<RecordKey, RecordKey>, const Wait*> each;
  for (const Wait* wait : waits) each.emplace(std::pair(wait->waiter, wait->awaited), wait);
  Columns columns(8);
  for (const auto& [keys, wait] : each) {
    const auto& [waiter, awaited] = keys;
    columns.add({waiter.mapping, number_of(waiter.side), waiter.id, awaited.mapping, number_of(awaited.side),
                 awaited.id, wait->field, wait->tried});
  }
  transaction.later("store_waits", Arguments({sync}, columns_of(ends)).and_columns(columns));
}

std::vector<RecordKey> read_waiters(Transaction& transaction, SyncId sync,
                                    const std::vector<const Release*>& releases) {
  std::vector<RecordKey> waiters;
  if (releases.empty()) return waiters;
  Columns columns(4);
  for (const Release* release : releases) {
    const RecordKey& key = release->awaited;
    columns.add({key.mapping, number_of(key.side), key.id, release->linked});
  }
  const Rows rows = transaction.exec("waiters", Arguments({sync}, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    waiters.push_back({rows.text(i, 0), side_of(rows.integer(i, 1)), rows.text(i, 2)});
  }
  return waiters;
}

}  // namespace counterpart::store
