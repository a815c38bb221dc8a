// Generated histories of a document whose lines people edit on both sides, while answers are lost and ids renewed.

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

// After GoogleTest, which it wants to know.
#include <rapidcheck/gtest.h>

#include "tests/mapping/reconcile/document.h"

namespace counterpart::testing {
namespace {

enum class Lost { nothing, before_it_took_effect, answer };

struct Open {
  Side side;
  IntentFields fields;
};

/// People and a worker, in turns.
class History {
 public:
  History() {
    document_.context.oscillation = {.writes = 1000, .returns = 1000};
    document_.rest();  // linked while they are empty
  }

  void edit() {
    const Side side = *rc::gen::element(Side::left, Side::right);
    Holder& system = document_.system[side];
    const auto& rows = system.all();
    const int what = rows.empty() ? 0 : *rc::gen::inRange(0, 10);
    if (what < 3) return add(side);
    const auto place = *rc::gen::inRange<std::size_t>(0, rows.size());
    const std::string product = rows[place].member(product_of(side))->plain();
    if (what < 7) {
      set_quantity(side, system.all()[place], *rc::gen::inRange(1, 100));
      edited_[side].insert(product);
      RC_LOG() << name_of(side) << " edits " << product << "\n";
    } else if (what < 9) {
      system.remove(product_of(side), product);
      RC_LOG() << name_of(side) << " removes " << product << "\n";
      removed_.insert(product);
    } else {
      std::ranges::rotate(system.all(), system.all().begin() + static_cast<std::ptrdiff_t>(place));
    }
  }

  /// One pass, which may be cut off at the write to one side.
  void pass(Lost lost) {
    settle_open();
    RC_LOG() << "pass " << static_cast<int>(lost) << "\n";
    const Record left = document_.system.left.record;
    const Record right = document_.system.right.record;
    const Both<const Record*> read{&left, &right};
    Decision decision = reconcile(document_.mapping, document_.state, read, document_.context);
    RC_ASSERT(!decision.parked());
    LinkState state = decision.next;
    for (const Side side : kSides) {
      if (!decision.writes(side)) continue;
      ++writes_;
      const IntentFields intent = intent_fields(document_.mapping, decision, side, read);
      if (lost != Lost::before_it_took_effect) document_.system[side].store(*decision.after[side]);
      if (lost != Lost::nothing) {
        open_ = Open{side, intent};
        return;
      }
      state = settle_update(document_.mapping, decision, side, read, document_.system[side].record, false, state,
                            document_.context)
                  .next;
      document_.state = state;
    }
    document_.state = state;
  }

  void rest() {
    for (int i = 0; i < 30; ++i) {
      const int before = writes_;
      pass(Lost::nothing);
      if (writes_ == before) return;
    }
    RC_FAIL("it writes for ever");
  }

  void renew_ids() {
    RC_LOG() << "right renews its ids\n";
    document_.system.right.renew_ids();
  }
  bool is_open() const { return open_.has_value(); }

  /// Every line that nobody removed is on both sides, once and the same; a removed one on neither; or held.
  void check() {
    const auto left = by_product(Side::left);
    const auto right = by_product(Side::right);
    for (const std::string& product : all_) {
      if (is_frozen(product)) continue;
      const bool gone = removed_.contains(product);
      RC_ASSERT(left.count(product) == (gone ? 0u : 1u));
      RC_ASSERT(right.count(product) == (gone ? 0u : 1u));
      if (!gone) RC_ASSERT(left.find(product)->second == right.find(product)->second);
    }
  }

 private:
  static const char* product_of(Side side) { return side == Side::left ? "product" : "article"; }

  static void set_quantity(Side side, Native& row, int quantity) {
    if (side == Side::left) {
      row.set("quantity", Native::integer(quantity));
    } else {
      row.set("count", std::to_string(quantity));
    }
  }

  void add(Side side) {
    const std::string product = "P-" + std::to_string(++made_);
    const std::string quantity = std::to_string(*rc::gen::inRange(1, 5));
    if (side == Side::left) {
      document_.add_left(product, quantity, "5");
    } else {
      document_.add_right(product, quantity, "5");
    }
    all_.insert(product);
    RC_LOG() << name_of(side) << " adds " << product << "\n";
  }

  void settle_open() {
    if (!open_) return;
    const auto settled = settle_intent(document_.mapping, open_->side, open_->fields,
                                       document_.system[open_->side].record, document_.state);
    document_.state = settled.next;
    open_.reset();
  }

  std::multimap<std::string, std::string> by_product(Side side) {
    std::multimap<std::string, std::string> rows;
    for (const Native& row : document_.system[side].all()) {
      rows.emplace(row.member(product_of(side))->plain(),
                   row.member(side == Side::left ? "quantity" : "count")->plain());
    }
    return rows;
  }

  /// Removed on one side, and edited on the other.
  bool is_frozen(const std::string& product) {
    for (const Side side : kSides) {
      const Native* row = document_.system[side].find(product_of(side), product);
      if (row == nullptr) continue;
      const auto pair = LinkedRows(document_.mapping.rows[0], document_.state)
                            .find(side, row->member(document_.system[side].rows->id)->plain());
      if (!pair) continue;
      const auto ids = LinkedRows(document_.mapping.rows[0], document_.state).ids(*pair);
      if (document_.state.frozen.contains(name_of_row(document_.mapping.rows[0], ids))) {
        return removed_.contains(product) && !edited_[side].empty();
      }
    }
    return false;
  }

  Document document_;
  std::optional<Open> open_;
  std::set<std::string> all_, removed_;
  Both<std::set<std::string>> edited_;
  int made_ = 0;
  int writes_ = 0;
};

RC_GTEST_PROP(RowsProperties, ConvergeWithoutDoubles, ()) {
  History history;
  const int rounds = *rc::gen::inRange(1, 12);
  for (int round = 0; round < rounds; ++round) {
    const int edits = *rc::gen::inRange(0, 4);
    for (int i = 0; i < edits; ++i) history.edit();
    if (*rc::gen::inRange(0, 5) == 0) history.renew_ids();
    history.pass(Lost::nothing);
  }
  history.rest();
  history.check();
}

RC_GTEST_PROP(RowsProperties, ConvergeWithoutDoublesWhereAnswersAreLost, ()) {
  History history;
  const int rounds = *rc::gen::inRange(1, 12);
  for (int round = 0; round < rounds; ++round) {
    const int edits = history.is_open() ? 0 : *rc::gen::inRange(0, 4);
    for (int i = 0; i < edits; ++i) history.edit();
    history.pass(*rc::gen::element(Lost::nothing, Lost::before_it_took_effect, Lost::answer));
  }
  history.rest();
  history.check();
}

}  // namespace
}  // namespace counterpart::testing
