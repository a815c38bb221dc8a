#include "mapping/codecs/option_table.h"

#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kNumberWord = "number";
constexpr std::string_view kDefaultWord = "default=";
constexpr std::string_view kPassWord = "pass";

bool is_plain_number(const std::string& text) {
  const auto number = Decimal::parse(text);
  return number && number->print() == text;
}

}  // namespace

OptionTable::OptionTable(const Argument& name, const Surroundings& around) : table_(name.text) {
  const ValueTable* table = around.tables ? around.tables(name.text) : nullptr;
  if (table == nullptr) throw SpecificationError("there is no table '" + name.text + "'", name.column);
  add_rows(*table, around.side, name);
}

void OptionTable::add_rows(const ValueTable& table, Side side, const Argument& name) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [left, right] : table.rows) {
    const std::string canonical = to_nfc(left);
    const std::string spelling = side == Side::left ? canonical : to_nfc(right);
    if (trimmed(spelling).empty()) {
      throw SpecificationError("the table '" + name.text + "' has a blank spelling on the " +
                                   std::string(name_of(side)) + ": blank is no option, leave the row out",
                               name.column);
    }
    spelling_of_.try_emplace(canonical, spelling);
    rows.emplace_back(canonical, spelling);
  }
  // A spelling is read as the first option that is printed so; only one that is never printed, as the option beside it.
  for (const auto& [canonical, spelling] : rows) {
    if (spelling_of_.at(canonical) == spelling) canonical_of_.try_emplace(spelling, canonical);
  }
  for (const auto& [canonical, spelling] : rows) canonical_of_.try_emplace(spelling, canonical);
}

bool OptionTable::take(const Argument& argument) {
  if (argument.text == kNumberWord) {
    require_numbers(argument);
    as_number_ = true;
  } else if (argument.text == kPassWord) {
    say_once(argument);
    passes_ = true;
  } else if (argument.text.starts_with(kDefaultWord)) {
    say_once(argument);
    others_read_as_ = default_row(argument.text.substr(kDefaultWord.size()), argument.column);
  } else {
    return false;
  }
  return true;
}

std::vector<std::string_view> OptionTable::words() {
  return {kNumberWord, kPassWord, kDefaultWord};
}

void OptionTable::say_once(const Argument& argument) const {
  if (!passes_ && !others_read_as_) return;
  throw SpecificationError("what to do with other spellings is said twice: keep one of default= and pass",
                           argument.column);
}

std::string OptionTable::default_row(const std::string& written, std::size_t at) const {
  std::string canonical = to_nfc(written);
  if (spelling_of_.contains(canonical)) return canonical;
  throw SpecificationError("there is no '" + written + "' on the left of the table '" + table_ +
                               "': the default is a row, called by its left spelling",
                           at);
}

void OptionTable::require_numbers(const Argument& argument) const {
  for (const auto& [spelling, canonical] : canonical_of_) {
    if (is_plain_number(spelling)) continue;
    throw SpecificationError("'" + spelling + "' in the table is no plain number", argument.column);
  }
}

std::variant<std::string, Problem> OptionTable::read(const Native& raw) const {
  if (!raw.is_text() && !raw.is_number() && !raw.is_bool()) return not_in_table(raw);
  std::string spelling = to_nfc(raw.plain());
  const auto found = canonical_of_.find(spelling);
  if (found != canonical_of_.end()) return found->second;
  if (others_read_as_) return *others_read_as_;
  if (passes_) return spelling;
  return not_in_table(raw);
}

Printed OptionTable::print(const std::string& canonical) const {
  const std::string row = row_for(canonical);
  const auto found = spelling_of_.find(row);
  if (found != spelling_of_.end()) return spelled(found->second);
  return passes_ ? spelled(row) : Printed(not_in_table(Native(canonical)));
}

std::string OptionTable::narrow(const std::string& canonical) const {
  const std::string row = row_for(canonical);
  const auto spelling = spelling_of_.find(row);
  return spelling == spelling_of_.end() ? row : canonical_of_.at(spelling->second);
}

/// The row that a value is written as; the value itself where there is none. What passes may be spelled as a row of
/// this column is: then it will be read as that row.
std::string OptionTable::row_for(const std::string& value) const {
  if (spelling_of_.contains(value)) return value;
  if (others_read_as_) return *others_read_as_;
  if (!passes_) return value;
  std::string same = to_nfc(value);
  const auto known = canonical_of_.find(same);
  return known == canonical_of_.end() ? same : known->second;
}

Native OptionTable::spelled(const std::string& spelling) const {
  if (as_number_ && is_plain_number(spelling)) return Native(Native::Number{spelling});
  return Native(spelling);
}

std::vector<std::string> OptionTable::canonicals() const {
  std::vector<std::string> all;
  for (const auto& [canonical, spelling] : spelling_of_) all.push_back(canonical);
  return all;
}

std::vector<std::string> OptionTable::spellings() const {
  std::vector<std::string> all;
  for (const auto& [canonical, spelling] : spelling_of_) all.push_back(spelling);
  return all;
}

Problem OptionTable::not_in_table(const Native& raw) const {
  return {shown(raw) + " is not in the table '" + table_ + "'",
          "add " + shown(raw) + " to the table '" + table_ +
              "', correct it in the record, or say in the mapping what to do with it: default=… or pass"};
}

}  // namespace counterpart::codecs
