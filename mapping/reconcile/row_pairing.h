#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "mapping/reconcile/linked_rows.h"

namespace counterpart {

/// A row without counterpart, with what it shows.
struct LoneRow {
  LoneRow(const RowsRule& rule, Side side, const ShownRow& shown, bool absent_is_blank,
          std::optional<std::size_t> linked_as = std::nullopt);
  /// One that a base tells of.
  LoneRow(const RowsRule& rule, Side side, const Native& base);

  const ShownRow* row = nullptr;
  std::optional<std::size_t> linked;  ///< its place among the linked rows, where that pair's other side has no row
  std::vector<Value> values;          ///< of RowsRule::fields; Unknown where one cannot be read
  bool paired = false;
};

/// By what rows of one side may be known again: all that they hold, then their key, then, if as many are left, their
/// order.
enum class Tell { by_key, by_order };

/// Which of the rows that one side now shows (`made`) each row that was sent to it became; nullptr: none.
std::vector<const ShownRow*> find_sent_rows(const RowsRule& rule, Side side, const std::vector<ShownRow>& sent,
                                            const std::vector<ShownRow>& made, bool absent_is_blank, Tell tell);

/// Which of those rows are the ones that these bases tell of, by key at most; nullptr: none.
std::vector<const ShownRow*> find_rows_of(const RowsRule& rule, Side side, const std::vector<const Native*>& bases,
                                          const std::vector<ShownRow>& shown, bool absent_is_blank);

/// Which rows of the two sides may be taken for one.
enum class PairBy {
  equality,  ///< those that are equal in every mapped field that both tell
  key        ///< those of the same key, where it is on either side the key of one row only
};

/// Pairs rows of the two sides that are not paired yet, and marks them.
std::vector<std::pair<LoneRow*, LoneRow*>> pair_rows(const RowsRule& rule, std::vector<LoneRow>& left,
                                                     std::vector<LoneRow>& right, PairBy by);

}  // namespace counterpart
