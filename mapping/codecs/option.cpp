#include <algorithm>
#include <map>

#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

/// One column of a table. Canonical is the left spelling; where several left spellings share one of
/// this column, the first of them stands for all.
class OptionCodec final : public SingleCodec<std::string> {
 public:
  struct Column {
    std::map<std::string, std::string, std::less<>> canonical_of;  ///< by spelling
    std::map<std::string, std::string, std::less<>> spelling_of;   ///< by canonical
  };

  OptionCodec(std::string table, Column column, bool as_number)
      : table_(std::move(table)), column_(std::move(column)), as_number_(as_number) {}

  Value narrow(const Value& value) const override {
    const auto* text = std::get_if<std::string>(&value);
    const auto spelling = text == nullptr ? column_.spelling_of.end() : column_.spelling_of.find(*text);
    if (spelling == column_.spelling_of.end()) return value;
    return Value(column_.canonical_of.at(spelling->second));
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    return narrow(old) == poor ? old : poor;
  }

  std::string_view kind() const override { return "text"; }

  std::vector<Value> values() const override {
    std::vector<Value> all;
    for (const auto& [canonical, spelling] : column_.spelling_of) all.emplace_back(canonical);
    return all;
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (raw.is_text() || raw.is_number() || raw.is_bool()) {
      const auto found = column_.canonical_of.find(to_nfc(raw.plain()));
      if (found != column_.canonical_of.end()) return Value(found->second);
    }
    return not_in_table(raw);
  }

  Printed print_present(const std::string& value) const override {
    const auto found = column_.spelling_of.find(value);
    if (found == column_.spelling_of.end()) return not_in_table(Native(value));
    if (as_number_) return Native(Native::Number{found->second});
    return Native(found->second);
  }

  Problem not_in_table(const Native& raw) const {
    return {shown(raw) + " is not in the table '" + table_ + "'",
            "add " + shown(raw) + " to the table '" + table_ + "', or correct it in the record"};
  }

  std::string table_;
  Column column_;
  bool as_number_;
};

OptionCodec::Column column_of(const ValueTable& table, Side side, const Argument& name) {
  OptionCodec::Column column;
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [left, right] : table.rows) {
    const std::string canonical = to_nfc(left);
    const std::string spelling = side == Side::left ? canonical : to_nfc(right);
    if (trimmed(spelling).empty()) {
      throw SpecificationError("the table '" + name.text + "' has a blank spelling on the " +
                                   std::string(name_of(side)) + ": blank is no option, leave the row out",
                               name.column);
    }
    column.spelling_of.try_emplace(canonical, spelling);
    rows.emplace_back(canonical, spelling);
  }
  // A spelling is read as the first option that is printed so; only one that is never printed, as the option beside it.
  for (const auto& [canonical, spelling] : rows) {
    if (column.spelling_of.at(canonical) == spelling) column.canonical_of.try_emplace(spelling, canonical);
  }
  for (const auto& [canonical, spelling] : rows) column.canonical_of.try_emplace(spelling, canonical);
  return column;
}

void require_numbers(const OptionCodec::Column& column, const Argument& argument) {
  for (const auto& [spelling, canonical] : column.canonical_of) {
    const auto number = Decimal::parse(spelling);
    if (number && number->print() == spelling) continue;
    throw SpecificationError("'" + spelling + "' in the table is no plain number", argument.column);
  }
}

}  // namespace

CodecPtr make_option(const Specification& specification, const Surroundings& around) {
  constexpr std::string_view kUsage = "option(table) or option(table, number)";
  limit_arguments(specification, 2, kUsage);
  const auto& arguments = specification.arguments;
  if (arguments.empty()) {
    throw SpecificationError("the table is missing: write " + std::string(kUsage), specification.column);
  }
  const ValueTable* table = around.tables ? around.tables(arguments[0].text) : nullptr;
  if (table == nullptr) {
    throw SpecificationError("there is no table '" + arguments[0].text + "'", arguments[0].column);
  }
  OptionCodec::Column column = column_of(*table, around.side, arguments[0]);
  const bool as_number = arguments.size() == 2;
  if (as_number) {
    constexpr std::string_view kWords[] = {"number"};
    word_of(arguments[1], kWords);
    require_numbers(column, arguments[1]);
  }
  return std::make_shared<OptionCodec>(arguments[0].text, std::move(column), as_number);
}

}  // namespace counterpart::codecs
