#include "server/store/history.h"

namespace counterpart::store {

void store_history(Transaction& transaction, SyncId sync, const std::vector<HistoryRow>& rows) {
  if (rows.empty()) return;
  Columns columns(12);
  for (const HistoryRow& row : rows) {
    const HistoryEntry& entry = *row.entry;
    columns.add({row.key->mapping, static_cast<int>(row.key->side), row.key->id, row.link_id,
                 static_cast<int>(entry.side), entry.field, entry.what, Cell::json(entry.before),
                 Cell::json(entry.after), Cell::json(entry.lost), entry.rule, *row.correlation});
  }
  transaction.later("store_history", Arguments({sync}, columns));
}

}  // namespace counterpart::store
