#include "mapping/reconcile/totals.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "mapping/reconcile/linked_rows.h"

namespace counterpart {
namespace {

constexpr std::string_view kTooLarge = "is too large to be added up";

/// A sum that may grow beyond what a decimal holds.
class Adder {
 public:
  void add(const std::optional<Decimal>& value) {
    if (value && sum_) {
      sum_ = Decimal::add(*sum_, *value);
    } else {
      sum_.reset();
    }
  }
  const std::optional<Decimal>& sum() const { return sum_; }

 private:
  std::optional<Decimal> sum_ = Decimal();
};

std::optional<Decimal> times(const std::optional<Decimal>& a, const std::optional<Decimal>& b) {
  return a && b ? Decimal::multiply(*a, *b) : std::nullopt;
}

std::optional<Decimal> minus(const std::optional<Decimal>& a, const std::optional<Decimal>& b) {
  return a && b ? Decimal::subtract(*a, *b) : std::nullopt;
}

/// So many hundredths of a value.
std::optional<Decimal> percent_of(const std::optional<Decimal>& value, const Decimal& percent) {
  static const Decimal hundredth = *Decimal::parse("0.01");
  return times(times(value, percent), hundredth);
}

/// What one row contributes, not rounded.
struct Line {
  std::optional<Decimal> list;  ///< quantity × price
  std::optional<Decimal> net;
  Decimal tax_rate;
};

class Adding {
 public:
  explicit Adding(const TotalsRule& totals) : totals_(totals) {}

  void add(const Line& line) {
    list_.add(each(line.list));
    net_.add(each(line.net));
    by_rate_[line.tax_rate].add(each(line.net));
  }

  std::optional<Sums> sums() const {
    Sums sums;
    Adder tax;
    for (const auto& [rate, net] : by_rate_) tax.add(rounded(percent_of(net.sum(), rate)));
    const auto net = rounded(net_.sum());
    const auto discount = minus(rounded(list_.sum()), net);
    if (!net || !discount || !tax.sum()) return std::nullopt;
    sums.net = *net;
    sums.discount = *discount;
    sums.tax = *tax.sum();
    const auto gross = Decimal::add(sums.net, sums.tax);
    if (!gross) return std::nullopt;
    sums.gross = *gross;
    return sums;
  }

 private:
  std::optional<Decimal> rounded(const std::optional<Decimal>& value) const {
    return value ? std::optional(value->rounded(totals_.digits)) : std::nullopt;
  }
  std::optional<Decimal> each(const std::optional<Decimal>& value) const {
    return totals_.round == RoundAt::row ? rounded(value) : value;
  }

  const TotalsRule& totals_;
  Adder list_, net_;
  std::map<Decimal, Adder> by_rate_;  ///< net sums by tax rate: tax is rounded once a rate
};

Problem unreadable(const RowsRule& rule, Side side, const std::string& row, const FieldRule& field, Problem problem) {
  Both<std::string> ids;
  ids[side] = row;
  return {
      name_in_row(rule, ids, field.name) + " on " + std::string(name_of(side)) + " cannot be added up: " + problem.what,
      std::move(problem.remedy)};
}

/// A number in a row; `otherwise` where it is blank or not told.
std::variant<Decimal, Problem> number_in(const RowsRule& rule, Side side, const ShownRow& row, std::size_t field,
                                         const Shown& record, const Decimal& otherwise) {
  const FieldRule& which = rule.fields[field];
  Parsed parsed = read_field(which.side[side], Shown(*row.native, record.absent_is_blank));
  if (auto* problem = std::get_if<Problem>(&parsed)) return unreadable(rule, side, row.id, which, std::move(*problem));
  const Value& value = std::get<Value>(parsed);
  if (is_blank(value) || is_unknown(value)) return otherwise;
  if (const auto* number = std::get_if<Decimal>(&value)) return *number;
  return unreadable(rule, side, row.id, which,
                    {"'" + describe(value) + "' is no number", "give the field a number's type"});
}

std::variant<Line, Problem> line_of(const RowsRule& rule, Side side, const ShownRow& row, const Shown& record) {
  const TotalsRule& totals = *rule.totals;
  std::array<Decimal, 4> numbers;
  const std::array<std::pair<std::optional<std::size_t>, Decimal>, 4> fields{{{totals.quantity, Decimal(1)},
                                                                              {totals.price, Decimal()},
                                                                              {totals.discount, Decimal()},
                                                                              {totals.tax, Decimal()}}};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    numbers[i] = fields[i].second;
    if (!fields[i].first) continue;
    auto number = number_in(rule, side, row, *fields[i].first, record, fields[i].second);
    if (auto* problem = std::get_if<Problem>(&number)) return std::move(*problem);
    numbers[i] = std::move(std::get<Decimal>(number));
  }
  const auto& [quantity, price, discount, tax] = numbers;
  Line line;
  line.list = Decimal::multiply(quantity, price);
  line.net = totals.discount_is == DiscountIs::percent ? minus(line.list, percent_of(line.list, discount))
                                                       : minus(line.list, discount);
  line.tax_rate = tax;
  return line;
}

std::string money(const Decimal& amount, unsigned digits) {
  std::string text = amount.print();
  const std::size_t point = text.find('.');
  const std::size_t shown = point == std::string::npos ? 0 : text.size() - point - 1;
  if (digits > 0 && point == std::string::npos) text += '.';
  if (shown < digits) text.append(digits - shown, '0');
  return text;
}

const Decimal& part_of(const Sums& sums, SumOf which) {
  switch (which) {
    case SumOf::net:
      return sums.net;
    case SumOf::tax:
      return sums.tax;
    case SumOf::discount:
      return sums.discount;
    case SumOf::gross:
      break;
  }
  return sums.gross;
}

std::optional<Problem> check_told(const RowsRule& rule, const ToldSum& told, Side side, const Sums& sums,
                                  const Shown& record) {
  Parsed parsed = read_field(told.field, record);
  if (auto* problem = std::get_if<Problem>(&parsed)) return std::move(*problem);
  const auto* value = std::get_if<Decimal>(&std::get<Value>(parsed));
  const Decimal& computed = part_of(sums, told.sum);
  if (value == nullptr || *value == computed) return std::nullopt;
  const unsigned digits = rule.totals->digits;
  return Problem{"the " + std::string(name_of(told.sum)) + " of " + std::string(name_of(side)) + " is " +
                     money(*value, digits) + " in " + told.field.name + ", but its " + rule.name + " add up to " +
                     money(computed, digits) + " (" + describe(sums, digits) + ")",
                 "correct the document there, or the rounding under `totals` in the mapping"};
}

bool are_all_linked(const RowsRule& rule, FieldStates& state) {
  const std::string prefix = rule.name + "[";
  const auto frozen = state.frozen.lower_bound(prefix);
  if (frozen != state.frozen.end() && frozen->starts_with(prefix)) return false;
  const LinkedRows linked(rule, state);
  for (std::size_t pair = 0; pair < linked.size(); ++pair) {
    if (linked.base(pair, Side::left).is_null() || linked.base(pair, Side::right).is_null()) return false;
  }
  return linked.known();
}

}  // namespace

std::string_view name_of(SumOf sum) {
  switch (sum) {
    case SumOf::net:
      return "net";
    case SumOf::tax:
      return "tax";
    case SumOf::discount:
      return "discount";
    case SumOf::gross:
      break;
  }
  return "gross";
}

std::string describe(const Sums& sums, unsigned digits) {
  std::string text = "net " + money(sums.net, digits);
  if (!sums.discount.is_zero()) text += " after a discount of " + money(sums.discount, digits);
  return text + ", tax " + money(sums.tax, digits) + ", gross " + money(sums.gross, digits);
}

std::variant<std::optional<Sums>, Problem> add_up(const RowsRule& rule, Side side, const Shown& record) {
  ShownRows rows = rows_of(rule.side[side], record);
  if (auto* problem = std::get_if<Problem>(&rows)) return std::move(*problem);
  const auto& told = std::get<std::optional<std::vector<ShownRow>>>(rows);
  if (!told) return std::nullopt;
  Adding adding(*rule.totals);
  for (const ShownRow& row : *told) {
    auto line = line_of(rule, side, row, record);
    if (auto* problem = std::get_if<Problem>(&line)) return std::move(*problem);
    adding.add(std::get<Line>(line));
  }
  auto sums = adding.sums();
  if (!sums) {
    return Problem{"the sum of " + rule.name + " on " + std::string(name_of(side)) + " " + std::string(kTooLarge),
                   "correct the quantities and prices in the record"};
  }
  return sums;
}

std::optional<Problem> check_own_totals(const ObjectMapping& mapping, Side side, const Shown& record) {
  for (const RowsRule& rule : mapping.rows) {
    if (!rule.totals || rule.totals->told[side].empty()) continue;
    auto added = add_up(rule, side, record);
    if (auto* problem = std::get_if<Problem>(&added)) return std::move(*problem);
    const auto& sums = std::get<std::optional<Sums>>(added);
    if (!sums) continue;
    for (const ToldSum& told : rule.totals->told[side]) {
      if (auto problem = check_told(rule, told, side, *sums, record)) return problem;
    }
  }
  return std::nullopt;
}

std::optional<Problem> compare_totals(const ObjectMapping& mapping, const Both<Shown>& records, FieldStates& state) {
  for (const RowsRule& rule : mapping.rows) {
    if (!rule.totals || !are_all_linked(rule, state)) continue;
    Both<std::optional<Sums>> sums;
    for (const Side side : kSides) {
      auto added = add_up(rule, side, records[side]);
      if (auto* problem = std::get_if<Problem>(&added)) return std::move(*problem);
      sums[side] = std::get<std::optional<Sums>>(added);
    }
    if (!sums.left || !sums.right || *sums.left == *sums.right) continue;
    const unsigned digits = rule.totals->digits;
    return Problem{rule.name + " add up to other sums: left " + describe(*sums.left, digits) + "; right " +
                       describe(*sums.right, digits),
                   "correct the document on one side; where one of them holds fewer digits, say so in the mapping"};
  }
  return std::nullopt;
}

}  // namespace counterpart
