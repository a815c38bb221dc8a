#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "mapping/reconcile/linked_rows.h"
#include "mapping/reconcile/reconcile.h"

namespace counterpart {

/// Puts what a decision writes of a collection's rows to `side` into its intent: under the rows' path a list, one
/// element a row, in `before`, `sent` and `source` alike. In `sent`: the changed fields and the row's id; of an added
/// row all fields and no id; of a removed one its id alone, and in `before` all that it held. `before` is null for an
/// added row, `source` for a removed one.
void add_rows_to_intent(const ObjectMapping& mapping, std::size_t rows, const Decision& decision, Side side,
                        const Both<const Record*>& now, IntentFields& fields);

/// The rows of an intent whose result is unknown, looked at in what the record now holds.
class RowsInIntent {
 public:
  /// All must outlive it; `next` is changed by settle() alone.
  RowsInIntent(const RowsRule& rule, Side side, const IntentFields& intent, const Record& held, FieldStates& next);

  bool any() const { return !rows_.empty(); }
  bool took_effect() const { return took_effect_; }  ///< something is as nothing but the intent's call made it
  bool has_one_from_before() const { return has_one_from_before_; }
  bool done() const;          ///< all is as it was sent
  bool is_overtaken() const;  ///< neither that, nor all as it was before

  /// Moves bases and links rows. `took_effect`: the call surely did, so that what is otherwise was changed since. Of a
  /// create: all rows or none, for what is left is compared as at first then.
  void settle(bool took_effect, bool is_create);

 private:
  enum class Found : unsigned char { as_sent, as_before, otherwise };
  /// One row of the intent.
  struct Row {
    Native before, sent, source;
    const ShownRow* held = nullptr;
    Found found = Found::otherwise;

    bool is_added() const { return id_in(sent).empty(); }
    bool is_removed() const { return source.is_null(); }
  };

  void look_at(Row& row);
  void look_for_unknown(const Native& before, bool is_create);
  Native expected(const Row& row) const;
  const ShownRow* shown(std::string_view id) const;
  Found found_in(const Row& row) const;
  bool holds_all(const Native& fields, const ShownRow& row) const;
  bool is_told(const Row& row, bool took_effect) const;
  void settle_removed(const Row& row);
  void settle_fields(const Row& row, bool took_effect);
  void link(const Row& row);

  const RowsRule& rule_;
  Side side_;
  LinkedRows linked_;
  bool absent_is_blank_;
  std::vector<ShownRow> shown_;
  std::vector<Row> rows_;
  bool took_effect_ = false;
  bool has_one_from_before_ = false;
};

}  // namespace counterpart
