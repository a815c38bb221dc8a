#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <ext/pb_ds/assoc_container.hpp>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connectors/sandbox/schema.h"
#include "mapping/values/value.h"

namespace counterpart::sandbox {

/// Who calls: both CRMs know two users.
enum class User : std::uint8_t { hub, person };
inline constexpr std::size_t kUsers = 2;

/// When (in the precision of the CRM) and by whom something was written; `revision` is never used for two writes.
struct Stamp {
  Instant at;
  User by = User::hub;
  std::uint64_t revision = 0;
};

struct Record {
  std::int64_t id = 0;
  Stamp created;
  Stamp changed;
  std::vector<std::string> values;  ///< one a field of the schema, "" being blank
  std::array<std::uint32_t, kUsers> writes{};
};

/// A window of change times and, for keyset paging, where in it to begin.
struct ChangeWindow {
  Instant since = Instant::min();  ///< inclusive
  Instant until = Instant::max();  ///< inclusive
};

/// Where a page ended: the last record's place in the order of changes.
using Place = std::pair<Instant, std::int64_t>;

/// One page of numbered pages, and how many records all of them hold.
struct Page {
  std::vector<const Record*> records;
  std::size_t total = 0;
};

/// The records of one object: by id, in the order of their last change, in an order of the table's
/// own that tells nothing, and by their searchable fields, which search sees only after a lag.
class Table {
 public:
  explicit Table(Schema schema);

  const Schema& schema() const { return schema_; }
  std::size_t size() const { return records_.size(); }
  const Record* find(std::int64_t id) const;

  /// Writes, `now` being the stamp's time unrounded: search counts its lag from there. `update` and
  /// `erase` want an existing id; `update` gives the fields whose value moved.
  const Record& create(const std::vector<Change>& changes, const Stamp& stamp, Instant now);
  std::vector<std::size_t> update(std::int64_t id, const std::vector<Change>& changes, const Stamp& stamp, Instant now);
  void erase(std::int64_t id, Instant now);

  /// The records whose field was found equal to `value` at `seen_until`, by id; fields and deletes as they are now.
  std::vector<const Record*> search(std::size_t field, std::string_view value, Instant seen_until);

  /// Lets search forget what it may forget: call it now and then, with the same bound as `search`.
  void settle(Instant seen_until);

  /// Up to `limit` records of the window in the order of (changed, id), from behind `after`.
  std::vector<const Record*> changes(const ChangeWindow& window, const std::optional<Place>& after,
                                     std::size_t limit) const;

  /// Page `number` (from 1) of the window, in the order of (changed, id).
  Page changes_page(const ChangeWindow& window, std::size_t number, std::size_t per_page) const;

  /// The same in the table's own order.
  Page own_order_page(const ChangeWindow& window, std::size_t number, std::size_t per_page) const;

  /// Changes the fields (schema_edit.h); records keep what they hold. Throws Refused.
  void edit_schema(const Native& request);

  /// Each record, by id.
  std::vector<const Record*> all() const;

 private:
  template <class Key>
  using Ranked = __gnu_pbds::tree<Key, __gnu_pbds::null_type, std::less<Key>, __gnu_pbds::rb_tree_tag,
                                  __gnu_pbds::tree_order_statistics_node_update>;
  using Scrambled = std::pair<std::uint64_t, std::int64_t>;
  struct IndexStep {
    Instant at;
    std::size_t field = 0;
    std::string key;
    std::int64_t id = 0;
    bool add = false;
  };
  struct Selection {
    std::uint64_t version = 0;
    ChangeWindow window;
    std::vector<Scrambled> places;
  };

  std::vector<std::string> changed(std::vector<std::string> values, const std::vector<Change>& changes);
  static Place place_of(const Record& record) { return {record.changed.at, record.id}; }
  static Scrambled scrambled_place(std::int64_t id);
  void index(const Record& record, std::size_t field, Instant at, bool add);
  std::pair<std::size_t, std::size_t> ranks(const ChangeWindow& window) const;
  const std::vector<Scrambled>& select(const ChangeWindow& window) const;

  Schema schema_;
  std::int64_t next_id_ = 1;
  std::int64_t next_row_id_ = 1;
  std::uint64_t version_ = 1;
  std::unordered_map<std::int64_t, Record> records_;
  Ranked<Place> by_change_;
  Ranked<Scrambled> own_order_;
  std::vector<std::set<std::pair<std::string, std::int64_t>>> search_;  ///< one a field
  std::deque<IndexStep> unseen_;                                        ///< what search does not know yet
  mutable Selection selection_;  ///< the last window in the table's own order: pages of one listing follow each other
};

}  // namespace counterpart::sandbox
