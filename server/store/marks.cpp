#include "server/store/marks.h"

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <set>
#include <tuple>

#include "mapping/values/json.h"

namespace counterpart::store {

namespace {

constexpr std::size_t kHintsMax = 8;

/// A mark on its way in, with the delivery it came with.
struct News {
  SyncId sync = 0;
  const Mark* mark = nullptr;
  std::size_t delivery = 0;
};

/// All news of one record in this transaction, folded.
struct Fold {
  std::int64_t pieces = 0;
  milliseconds settle{0};
  WorkClass work_class = WorkClass::backfill;
  std::string correlation;
  bool must_read = false;  ///< some piece told nothing of itself
  std::vector<std::string> hints;
};
using Folds = std::map<std::pair<SyncId, RecordKey>, Fold>;

/// One hint as an element of the column; "" for one that tells nothing.
std::string hint_text(const std::optional<NewsHint>& hint) {
  if (!hint) return "";
  const Native native = hints_to_native({*hint});
  if (!native.is_array() || native.array().empty()) return "";
  return print_json(native.array().front());
}

void add_to(Fold& fold, const Mark& mark) {
  if (fold.pieces == 0) fold.settle = mark.settle;
  ++fold.pieces;
  fold.work_class = std::min(fold.work_class, mark.work_class);
  fold.correlation = mark.correlation;
  std::string hint = hint_text(mark.hint);
  if (hint.empty() || fold.hints.size() == kHintsMax) fold.must_read = true;
  if (!fold.must_read) fold.hints.push_back(std::move(hint));
}

using EventKey = std::tuple<SyncId, std::string, RecordKey>;

EventKey event_key(const News& news) {
  return {news.sync, bounded_key(news.mark->unique_event), news.mark->key};
}

/// Notes the events that are unique; gives those never seen before.
std::set<EventKey> new_events(Transaction& transaction, const std::vector<News>& news) {
  std::set<EventKey> named;
  for (const News& piece : news) {
    if (!piece.mark->unique_event.empty()) named.insert(event_key(piece));
  }
  std::set<EventKey> fresh;
  if (named.empty()) return fresh;
  Columns columns(5);
  for (const auto& [sync, event, key] : named) {
    columns.add({sync, event, key.mapping, static_cast<int>(key.side), key.id});
  }
  const Rows rows = transaction.exec("note_events", Arguments(columns));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Side side = rows.integer(i, 3) == 0 ? Side::left : Side::right;
    fresh.emplace(static_cast<SyncId>(rows.integer(i, 0)), rows.text(i, 1),
                  RecordKey{rows.text(i, 2), side, rows.text(i, 4)});
  }
  return fresh;
}

void store_folds(Transaction& transaction, const Folds& folds) {
  if (folds.empty()) return;
  Columns columns(9);
  for (const auto& [where, fold] : folds) {
    const auto& [sync, key] = where;
    const Cell hints = fold.must_read ? Cell(std::nullopt) : Cell(array_literal(fold.hints));
    columns.add({sync, key.mapping, static_cast<int>(key.side), key.id, fold.pieces,
                 static_cast<std::int64_t>(fold.settle.count()), static_cast<int>(fold.work_class), fold.correlation,
                 hints});
  }
  transaction.later("mark_dirty", Arguments(columns));
}

void wake_for(const Folds& folds, std::vector<Woken>& woken) {
  std::map<std::pair<SyncId, milliseconds>, std::vector<RecordKey>> grouped;
  for (const auto& [where, fold] : folds) {
    // First loads are claimed as they stand in the queue, when the time has come.
    if (fold.work_class != WorkClass::backfill) grouped[{where.first, fold.settle}].push_back(where.second);
  }
  for (auto& [where, keys] : grouped) woken.push_back({where.first, where.second, std::move(keys)});
}

/// Gives how many pieces of each delivery raised a generation.
std::vector<int> store_news(Transaction& transaction, const std::vector<News>& news, std::size_t deliveries,
                            std::vector<Woken>& woken) {
  std::set<EventKey> fresh = new_events(transaction, news);
  std::vector<int> raised(deliveries, 0);
  Folds folds;
  for (const News& piece : news) {
    // Erased when used: a repeat within this transaction is a repeat too.
    if (!piece.mark->unique_event.empty() && fresh.erase(event_key(piece)) == 0) continue;
    add_to(folds[{piece.sync, piece.mark->key}], *piece.mark);
    ++raised[piece.delivery];
  }
  store_folds(transaction, folds);
  wake_for(folds, woken);
  return raised;
}

/// Bytes as PostgreSQL reads them into a bytea.
class Bytes {
 public:
  /// Gives where they begin, counted from 1.
  int add(std::string_view bytes) {
    const int begin = static_cast<int>((text_.size() - kPrefix.size()) / 2) + 1;
    const std::size_t end = text_.size();
    text_.resize(end + bytes.size() * 2);
    boost::algorithm::hex_lower(bytes, text_.data() + end);
    return begin;
  }
  std::string take() { return std::move(text_); }

 private:
  static constexpr std::string_view kPrefix = "\\x";
  std::string text_{kPrefix};
};

/// One row of evidence for each record that a delivery tells of; the first holds headers and body.
void store_evidence(Transaction& transaction, const std::vector<const Delivery*>& deliveries) {
  struct Row {
    RecordKey key;
    const Delivery* delivery;
    bool first;
  };
  std::vector<Row> rows;
  for (const Delivery* delivery : deliveries) {
    std::set<RecordKey> keys;
    for (const Mark& mark : delivery->marks) keys.insert(mark.key);
    if (keys.empty()) keys.emplace();
    for (const RecordKey& key : keys) rows.push_back({key, delivery, key == *keys.begin()});
  }
  const auto order = [](const Row& row) { return std::tie(row.delivery->sync, row.key, row.delivery->delivery_key); };
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return order(a) < order(b); });
  Columns columns(10);
  Bytes bodies;
  for (const Row& row : rows) {
    const Delivery& delivery = *row.delivery;
    const bool has_headers = row.first && !delivery.headers.empty();
    columns.add({delivery.sync, row.key.mapping, static_cast<int>(row.key.side), row.key.id,
                 bounded_key(delivery.delivery_key), delivery.system, delivery.correlation,
                 has_headers ? Cell(delivery.headers) : Cell(std::nullopt),
                 row.first ? Cell(bodies.add(delivery.body)) : Cell(std::nullopt),
                 static_cast<std::int64_t>(delivery.body.size())});
  }
  if (!columns.empty()) transaction.later("store_evidence", Arguments({bodies.take()}, columns));
}

}  // namespace

std::vector<int> store_deliveries(Transaction& transaction, const std::vector<const Delivery*>& deliveries,
                                  std::vector<Woken>& woken) {
  store_evidence(transaction, deliveries);
  std::vector<News> news;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    for (const Mark& mark : deliveries[i]->marks) news.push_back({deliveries[i]->sync, &mark, i});
  }
  return store_news(transaction, news, deliveries.size(), woken);
}

void store_marks(Transaction& transaction, SyncId sync, const std::vector<Mark>& marks, std::vector<Woken>& woken) {
  std::vector<News> news;
  for (const Mark& mark : marks) news.push_back({sync, &mark, 0});
  store_news(transaction, news, 1, woken);
}

}  // namespace counterpart::store
