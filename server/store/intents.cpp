#include "server/store/intents.h"

#include <map>

#include "server/store/stored_json.h"

namespace counterpart::store {

namespace {

Side side_from(const Rows& rows, std::size_t row, std::size_t column) {
  return rows.integer(row, column) == 0 ? Side::left : Side::right;
}

IntentRow intent_from(const Rows& rows, std::size_t i) {
  IntentRow intent;
  intent.intent_id = rows.integer(i, 1);
  intent.link_id = rows.integer(i, 2);
  intent.source = {rows.text(i, 3), side_from(rows, i, 4), rows.text(i, 5)};
  intent.target = side_from(rows, i, 6);
  intent.target_id = rows.text(i, 7);
  intent.operation = rows.text(i, 8);
  intent.stamp = rows.text(i, 9);
  intent.revision = rows.text(i, 10);
  intent.fields.before = parse_stored(rows.view(i, 11));
  intent.fields.sent = parse_stored(rows.view(i, 12));
  intent.fields.source = parse_stored(rows.view(i, 13));
  intent.decided = parse_stored(rows.view(i, 14));
  intent.created = instant_of(rows.integer(i, 15));
  intent.deadline = instant_of(rows.integer(i, 16));
  intent.correlation = rows.text(i, 17);
  return intent;
}

}  // namespace

std::vector<std::vector<IntentRow>> read_open_intents(Transaction& transaction, SyncId sync,
                                                      const std::vector<std::pair<RecordKey, std::int64_t>>& records) {
  std::vector<std::vector<IntentRow>> found(records.size());
  if (records.empty()) return found;
  Columns columns(4);
  for (const auto& [key, link_id] : records) {
    columns.add({key.mapping, static_cast<int>(key.side), key.id, link_id});
  }
  const Rows rows = transaction.exec("open_intents", Arguments({sync}, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    found[static_cast<std::size_t>(rows.integer(i, 0)) - 1].push_back(intent_from(rows, i));
  }
  return found;
}

std::vector<IntentRow> read_open_creates(Transaction& transaction, SyncId sync,
                                         const std::vector<std::pair<std::string, Side>>& targets) {
  Columns columns(2);
  for (const auto& [mapping, side] : targets) columns.add({mapping, static_cast<int>(side)});
  const Rows rows = transaction.exec("open_creates", Arguments({sync}, columns));
  std::vector<IntentRow> found;
  for (std::size_t i = 0; i < rows.size(); ++i) found.push_back(intent_from(rows, i));
  return found;
}

std::vector<std::int64_t> insert_intents(Transaction& transaction, SyncId sync, LeaseNumber lease,
                                         const std::vector<IntentRow>& intents) {
  std::vector<std::int64_t> ids(intents.size(), 0);
  if (intents.empty()) return ids;
  Columns columns(16);
  for (const IntentRow& intent : intents) {
    columns.add({intent.source.mapping, static_cast<int>(intent.source.side), intent.source.id,
                 lease_key(intent.source), intent.link_id, static_cast<int>(intent.target), intent.target_id,
                 intent.operation, intent.stamp, intent.revision, Cell::json(intent.fields.before),
                 Cell::json(intent.fields.sent), Cell::json(intent.fields.source), Cell::json(intent.decided),
                 micros_of(intent.deadline), intent.correlation});
  }
  const Rows rows = transaction.exec("begin_intents", Arguments({sync, lease}, columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ids[static_cast<std::size_t>(rows.integer(i, 0)) - 1] = rows.integer(i, 1);
  }
  return ids;
}

void end_intents(Transaction& transaction, SyncId sync, const std::vector<IntentResult>& results) {
  std::map<std::int64_t, const IntentResult*> each;
  for (const IntentResult& result : results) each[result.intent_id] = &result;
  if (each.empty()) return;
  Columns done(1);
  Columns others(3);
  for (const auto& [id, result] : each) {
    if (result->state == IntentState::done) {
      done.add({id});
    } else {
      others.add({id, static_cast<int>(result->state), result->result});
    }
  }
  if (!done.empty()) transaction.later("remove_done_intents", Arguments({sync}, done));
  if (!others.empty()) transaction.later("end_intents", Arguments({sync}, others));
}

}  // namespace counterpart::store
