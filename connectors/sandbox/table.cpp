#include "connectors/sandbox/table.h"

#include <algorithm>
#include <limits>

#include "connectors/sandbox/rows.h"
#include "connectors/sandbox/schema_edit.h"

namespace counterpart::sandbox {
namespace {

constexpr std::int64_t kIdMax = std::numeric_limits<std::int64_t>::max();

bool same(const ChangeWindow& a, const ChangeWindow& b) {
  return a.since == b.since && a.until == b.until;
}

}  // namespace

Table::Table(Schema schema) : schema_(std::move(schema)), search_(schema_.fields.size()) {
  if (!schema_.id_prefix.empty()) next_id_ = 1001;
}

const Record* Table::find(std::int64_t id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : &found->second;
}

const Record& Table::create(const std::vector<Change>& changes, const Stamp& stamp, Instant now) {
  Record fresh;
  fresh.values = changed(std::vector<std::string>(schema_.fields.size()), changes);

  fresh.id = next_id_++;
  fresh.created = fresh.changed = stamp;
  fresh.writes[static_cast<std::size_t>(stamp.by)] = 1;
  const Record& record = records_.emplace(fresh.id, std::move(fresh)).first->second;
  by_change_.insert(place_of(record));
  own_order_.insert(scrambled_place(record.id));
  for (std::size_t field = 0; field < schema_.fields.size(); ++field) index(record, field, now, true);
  ++version_;
  return record;
}

std::vector<std::size_t> Table::update(std::int64_t id, const std::vector<Change>& changes, const Stamp& stamp,
                                       Instant now) {
  Record& record = records_.at(id);
  std::vector<std::string> values = changed(record.values, changes);

  std::vector<std::size_t> moved;
  for (std::size_t field = 0; field < values.size(); ++field) {
    if (values[field] == record.values[field]) continue;
    moved.push_back(field);
    index(record, field, now, false);
    record.values[field] = std::move(values[field]);
    index(record, field, now, true);
  }
  by_change_.erase(place_of(record));
  record.changed = stamp;
  ++record.writes[static_cast<std::size_t>(stamp.by)];
  by_change_.insert(place_of(record));
  ++version_;
  return moved;
}

void Table::erase(std::int64_t id, Instant now) {
  const Record& record = records_.at(id);
  for (std::size_t field = 0; field < schema_.fields.size(); ++field) index(record, field, now, false);
  by_change_.erase(place_of(record));
  own_order_.erase(scrambled_place(id));
  records_.erase(id);
  ++version_;
}

std::vector<const Record*> Table::search(std::size_t field, std::string_view value, Instant seen_until) {
  settle(seen_until);
  std::vector<const Record*> found;
  const std::string key = schema_.search_key(value);
  const auto& index = search_.at(field);
  for (auto entry = index.lower_bound({key, 0}); entry != index.end() && entry->first == key; ++entry) {
    if (const Record* record = find(entry->second)) found.push_back(record);
  }
  return found;
}

void Table::settle(Instant seen_until) {
  for (; !unseen_.empty() && unseen_.front().at <= seen_until; unseen_.pop_front()) {
    IndexStep& step = unseen_.front();
    std::pair<std::string, std::int64_t> entry(std::move(step.key), step.id);
    if (step.add) {
      search_[step.field].insert(std::move(entry));
    } else {
      search_[step.field].erase(entry);
    }
  }
}

std::vector<const Record*> Table::changes(const ChangeWindow& window, const std::optional<Place>& after,
                                          std::size_t limit) const {
  const Place start(window.since, 0);
  auto place = after && *after >= start ? by_change_.upper_bound(*after) : by_change_.lower_bound(start);
  std::vector<const Record*> found;
  for (; found.size() < limit && place != by_change_.end() && place->first <= window.until; ++place) {
    found.push_back(find(place->second));
  }
  return found;
}

Page Table::changes_page(const ChangeWindow& window, std::size_t number, std::size_t per_page) const {
  const auto [first, last] = ranks(window);
  Page page{{}, last - first};
  const std::size_t skipped = (number - 1) * per_page;
  if (skipped >= page.total) return page;
  auto place = by_change_.find_by_order(first + skipped);
  for (std::size_t i = skipped; i < std::min(skipped + per_page, page.total); ++i, ++place) {
    page.records.push_back(find(place->second));
  }
  return page;
}

Page Table::own_order_page(const ChangeWindow& window, std::size_t number, std::size_t per_page) const {
  const auto [first, last] = ranks(window);
  Page page{{}, last - first};
  const std::size_t skipped = (number - 1) * per_page;
  if (skipped >= page.total) return page;
  const std::size_t end = std::min(skipped + per_page, page.total);
  if (page.total == records_.size()) {
    auto place = own_order_.find_by_order(skipped);
    for (std::size_t i = skipped; i < end; ++i, ++place) page.records.push_back(find(place->second));
  } else {
    const auto& places = select(window);
    for (std::size_t i = skipped; i < end; ++i) page.records.push_back(find(places[i].second));
  }
  return page;
}

void Table::edit_schema(const Native& request) {
  Schema edited = schema_;
  sandbox::edit_schema(edited, request);
  schema_ = std::move(edited);
  for (auto& [id, record] : records_) record.values.resize(schema_.fields.size());
  search_.resize(schema_.fields.size());
  ++version_;
}

std::vector<const Record*> Table::all() const {
  std::vector<const Record*> records;
  records.reserve(records_.size());
  for (const auto& [id, record] : records_) records.push_back(&record);
  std::ranges::sort(records, {}, &Record::id);
  return records;
}

std::vector<std::string> Table::changed(std::vector<std::string> values, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    const Field& field = schema_.fields[change.field];
    std::string& value = values[change.field];
    value = field.kind == Kind::rows ? number_rows(schema_, field, change.value, value, next_row_id_) : change.value;
  }
  check_mandatory(schema_, values);
  return values;
}

Table::Scrambled Table::scrambled_place(std::int64_t id) {
  // The finaliser of splitmix64: stable, and in no relation to ids or times.
  auto x = static_cast<std::uint64_t>(id) + 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return {x ^ (x >> 31U), id};
}

void Table::index(const Record& record, std::size_t field, Instant at, bool add) {
  if (schema_.fields[field].search_name.empty() || record.values[field].empty()) return;
  unseen_.push_back({at, field, schema_.search_key(record.values[field]), record.id, add});
}

std::pair<std::size_t, std::size_t> Table::ranks(const ChangeWindow& window) const {
  const std::size_t first = by_change_.order_of_key({window.since, 0});
  const std::size_t last =
      window.until == Instant::max() ? records_.size() : by_change_.order_of_key({window.until, kIdMax});
  return {first, std::max(first, last)};
}

const std::vector<Table::Scrambled>& Table::select(const ChangeWindow& window) const {
  if (selection_.version == version_ && same(selection_.window, window)) return selection_.places;
  selection_ = {version_, window, {}};
  const auto [first, last] = ranks(window);
  auto place = by_change_.find_by_order(first);
  for (std::size_t i = first; i < last; ++i, ++place) selection_.places.push_back(scrambled_place(place->second));
  std::ranges::sort(selection_.places);
  return selection_.places;
}

}  // namespace counterpart::sandbox
