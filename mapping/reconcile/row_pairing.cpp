#include "mapping/reconcile/row_pairing.h"

#include <algorithm>
#include <numeric>

namespace counterpart {
namespace {

using Fields = std::vector<std::size_t>;
using Matches = std::vector<std::pair<LoneRow*, LoneRow*>>;

/// Pairs rows whose values are `same`, field by field.
template <class Same>
class Pairing {
 public:
  Pairing(const RowsRule& rule, std::vector<LoneRow>& ones, std::vector<LoneRow>& others, Same same)
      : rule_(rule), ones_(ones), others_(others), same_(std::move(same)) {}

  Matches by_equality() {
    Fields all(rule_.fields.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    Matches matches;
    for (LoneRow* one : unpaired(ones_)) {
      const auto found =
          std::ranges::find_if(others_, [&](const LoneRow& row) { return !row.paired && are_same(all, *one, row); });
      if (found != others_.end()) mark(matches, one, &*found);
    }
    return matches;
  }

  Matches by_key() {
    Matches matches;
    if (rule_.key.empty()) return matches;
    const auto ones = unpaired(ones_);
    const auto others = unpaired(others_);
    for (LoneRow* one : ones) {
      if (LoneRow* match = only_match(*one, ones, others)) mark(matches, one, match);
    }
    return matches;
  }

 private:
  /// In each of the fields that both tell, and in one at least.
  bool are_same(const Fields& fields, const LoneRow& one, const LoneRow& row) const {
    bool told = false;
    for (const std::size_t field : fields) {
      if (is_unknown(one.values[field]) || is_unknown(row.values[field])) continue;
      if (!same_(rule_.fields[field], one.values[field], row.values[field])) return false;
      told = true;
    }
    return told;
  }

  bool has_key(const LoneRow& row) const {
    return std::ranges::all_of(
        rule_.key, [&](std::size_t field) { return !is_unknown(row.values[field]) && !is_blank(row.values[field]); });
  }

  /// The row of the same key, where neither side has a second one.
  LoneRow* only_match(const LoneRow& one, const std::vector<LoneRow*>& ones,
                      const std::vector<LoneRow*>& others) const {
    const auto same_key = [&](const LoneRow& l, const LoneRow& r) {
      return has_key(l) && has_key(r) && are_same(rule_.key, l, r);
    };
    LoneRow* match = nullptr;
    for (LoneRow* row : others) {
      if (!same_key(one, *row)) continue;
      if (match != nullptr) return nullptr;
      match = row;
    }
    if (match == nullptr) return nullptr;
    const auto rivals = std::ranges::count_if(ones, [&](const LoneRow* l) { return same_key(*l, *match); });
    return rivals == 1 ? match : nullptr;
  }

  static std::vector<LoneRow*> unpaired(std::vector<LoneRow>& rows) {
    std::vector<LoneRow*> result;
    for (LoneRow& row : rows) {
      if (!row.paired) result.push_back(&row);
    }
    return result;
  }

  static void mark(Matches& matches, LoneRow* one, LoneRow* row) {
    one->paired = row->paired = true;
    matches.emplace_back(one, row);
  }

  const RowsRule& rule_;
  std::vector<LoneRow>& ones_;
  std::vector<LoneRow>& others_;
  Same same_;
};

std::vector<LoneRow> lone_rows(const RowsRule& rule, Side side, const std::vector<ShownRow>& rows,
                               bool absent_is_blank) {
  std::vector<LoneRow> lone;
  lone.reserve(rows.size());
  for (const ShownRow& row : rows) lone.emplace_back(rule, side, row, absent_is_blank);
  return lone;
}

Matches in_order(std::vector<LoneRow>& ones, std::vector<LoneRow>& others) {
  const auto is_left = [](const LoneRow& row) { return !row.paired; };
  Matches matches;
  if (std::ranges::count_if(ones, is_left) != std::ranges::count_if(others, is_left)) return matches;
  auto next = others.begin();
  for (LoneRow& one : ones) {
    if (one.paired) continue;
    next = std::find_if(next, others.end(), is_left);
    matches.emplace_back(&one, &*next++);
  }
  return matches;
}

/// Of each of `ours` the row of the same side that is the same.
std::vector<const ShownRow*> find_same(const RowsRule& rule, Side side, std::vector<LoneRow>& ours,
                                       const std::vector<ShownRow>& shown, bool absent_is_blank, Tell tell) {
  std::vector<LoneRow> theirs = lone_rows(rule, side, shown, absent_is_blank);
  Pairing pairing(rule, ours, theirs, [side](const FieldRule& field, const Value& wanted, const Value& held) {
    return held == wanted || held == narrowed(field.side[side], wanted);
  });
  std::vector<const ShownRow*> found(ours.size());
  const auto take = [&](const Matches& matches) {
    for (const auto& [one, row] : matches) found[static_cast<std::size_t>(one - ours.data())] = row->row;
  };
  take(pairing.by_equality());
  take(pairing.by_key());
  if (tell == Tell::by_order) take(in_order(ours, theirs));
  return found;
}

}  // namespace

LoneRow::LoneRow(const RowsRule& rule, Side side, const ShownRow& shown, bool absent_is_blank,
                 std::optional<std::size_t> linked_as)
    : row(&shown), linked(linked_as) {
  values.reserve(rule.fields.size());
  for (const FieldRule& field : rule.fields) {
    Parsed parsed = read_field(field.side[side], Shown(*shown.native, absent_is_blank));
    auto* value = std::get_if<Value>(&parsed);
    values.push_back(value != nullptr ? std::move(*value) : Value{Unknown{}});
  }
}

LoneRow::LoneRow(const RowsRule& rule, Side side, const Native& base) {
  values.reserve(rule.fields.size());
  for (const FieldRule& field : rule.fields) {
    const Native* raw = base.member(field.side[side].name);
    Parsed parsed = raw == nullptr ? Parsed(Value{Unknown{}}) : parse_raw(field.side[side], *raw);
    auto* value = std::get_if<Value>(&parsed);
    values.push_back(value != nullptr ? std::move(*value) : Value{Unknown{}});
  }
}

std::vector<const ShownRow*> find_sent_rows(const RowsRule& rule, Side side, const std::vector<ShownRow>& sent,
                                            const std::vector<ShownRow>& made, bool absent_is_blank, Tell tell) {
  // What was not sent is not told: the system may have put something there.
  std::vector<LoneRow> ours = lone_rows(rule, side, sent, false);
  return find_same(rule, side, ours, made, absent_is_blank, tell);
}

std::vector<const ShownRow*> find_rows_of(const RowsRule& rule, Side side, const std::vector<const Native*>& bases,
                                          const std::vector<ShownRow>& shown, bool absent_is_blank) {
  std::vector<LoneRow> known;
  known.reserve(bases.size());
  for (const Native* base : bases) known.emplace_back(rule, side, *base);
  return find_same(rule, side, known, shown, absent_is_blank, Tell::by_key);
}

std::vector<std::pair<LoneRow*, LoneRow*>> pair_rows(const RowsRule& rule, std::vector<LoneRow>& left,
                                                     std::vector<LoneRow>& right, PairBy by) {
  Pairing pairing(rule, left, right,
                  [](const FieldRule& field, const Value& l, const Value& r) { return equal(field, l, r); });
  return by == PairBy::equality ? pairing.by_equality() : pairing.by_key();
}

}  // namespace counterpart
