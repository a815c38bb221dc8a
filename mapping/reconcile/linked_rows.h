#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mapping/reconcile/reconcile.h"

namespace counterpart {

/// One child row that a record shows.
struct ShownRow {
  std::string id;
  const Native* native = nullptr;
};

/// All rows of a collection that a record shows; nullopt: the system did not tell. A Problem where they cannot be told
/// apart: one has no id, or two have the same.
using ShownRows = std::variant<std::optional<std::vector<ShownRow>>, Problem>;
ShownRows rows_of(const RowsSide& side, const Shown& record);

/// The rows; none where they were not told, or cannot be told apart.
std::vector<ShownRow> known_rows_of(const RowsSide& side, const Shown& record);

/// The row of that id in a record's fields; nullptr: none.
const Native* find_row(const RowsSide& side, const Native& fields, std::string_view id);
Native* find_row(const RowsSide& side, Native& fields, std::string_view id);

/// The raw values of a row's mapped fields, as a base keeps them: an object of FieldSide::name → raw, with the row's id
/// under kRowId.
inline constexpr std::string_view kRowId = "";
Native base_of_row(const RowsRule& rule, Side side, const ShownRow& row, bool absent_is_blank);

/// The id in such a base; "" where it is null, or has none.
std::string id_in(const Native& base);

/// True if the row holds in every mapped field what that base says.
bool holds_base(const RowsRule& rule, Side side, const Shown& row, const Native& base);

/// The rows of a collection that are linked, as the bases of a link's state keep them: under the path of a side's rows
/// an array, of both sides in the same order; null where one side of a pair has no row any more, or never had one.
class LinkedRows {
 public:
  /// Looks at a state, which must outlive it. What is set goes into that state.
  LinkedRows(const RowsRule& rule, FieldStates& state);

  /// Whether the rows of the two records were compared before.
  bool known() const { return known_; }
  void make_known();

  std::size_t size() const;
  /// What that side held of a pair when the two last agreed; null where it has no row.
  const Native& base(std::size_t pair, Side side) const;
  Native& base(std::size_t pair, Side side);
  Both<std::string> ids(std::size_t pair) const;
  std::optional<std::size_t> find(Side side, std::string_view id) const;

  void add(Both<Native> bases);
  void drop(std::size_t pair);

  /// What is remembered of a pair: its bases, and what is frozen and noted under its names.
  FieldStates state_of(std::size_t pair) const;
  /// The same of a new pair of these ids.
  FieldStates state_of(const Both<std::string>& ids) const;
  /// Stores what state_of() gave, changed.
  void put(std::size_t pair, FieldStates state);
  /// Forgets what is frozen and noted of that row; gives the names that were frozen.
  std::vector<std::string> forget(const Both<std::string>& ids);

 private:
  Native::Array& array(Side side);
  const Native::Array& array(Side side) const;
  void remember(const Both<std::string>& ids, FieldStates state);

  const RowsRule* rule_;
  FieldStates* state_;
  bool known_ = false;
};

/// The name under which a row is frozen and told: "lines[17]", by the left row's id, or the right one's where there is
/// no left one.
std::string name_of_row(const RowsRule& rule, const Both<std::string>& ids);
/// The same of a field in it: "lines[17].quantity".
std::string name_in_row(const RowsRule& rule, const Both<std::string>& ids, std::string_view field);

}  // namespace counterpart
