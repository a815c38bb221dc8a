#include <algorithm>
#include <map>

#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

/// What is done with a spelling that is not in the table; refused, where neither is said.
struct NotInTable {
  std::optional<std::string> reads_as;  ///< canonical
  bool passes = false;
};

bool is_plain_number(const std::string& text) {
  const auto number = Decimal::parse(text);
  return number && number->print() == text;
}

/// One column of a table. Canonical is the left spelling; where several left spellings share one of
/// this column, the first of them stands for all.
class OptionCodec final : public SingleCodec<std::string> {
 public:
  struct Column {
    std::map<std::string, std::string, std::less<>> canonical_of;  ///< by spelling
    std::map<std::string, std::string, std::less<>> spelling_of;   ///< by canonical
  };

  OptionCodec(std::string table, Column column, NotInTable unknown, bool as_number)
      : table_(std::move(table)), column_(std::move(column)), unknown_(std::move(unknown)), as_number_(as_number) {}

  Value narrow(const Value& value) const override {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return value;
    const std::string option = option_for(*text);
    const auto spelling = column_.spelling_of.find(option);
    if (spelling != column_.spelling_of.end()) return Value(column_.canonical_of.at(spelling->second));
    return unknown_.passes && trimmed(option).empty() ? Value(Blank{}) : Value(option);
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    return narrow(old) == poor ? old : poor;
  }

  std::string_view kind() const override { return "text"; }

  std::vector<Value> values() const override {
    std::vector<Value> all;
    if (unknown_.passes) return all;
    for (const auto& [canonical, spelling] : column_.spelling_of) all.emplace_back(canonical);
    return all;
  }

 private:
  Parsed parse_present(const Native& raw) const override {
    if (!raw.is_text() && !raw.is_number() && !raw.is_bool()) return not_in_table(raw);
    std::string spelling = to_nfc(raw.plain());
    const auto found = column_.canonical_of.find(spelling);
    if (found != column_.canonical_of.end()) return Value(found->second);
    if (unknown_.reads_as) return Value(*unknown_.reads_as);
    if (unknown_.passes) return Value(std::move(spelling));
    return not_in_table(raw);
  }

  Printed print_present(const std::string& value) const override {
    const std::string option = option_for(value);
    const auto found = column_.spelling_of.find(option);
    if (found != column_.spelling_of.end()) return spelled(found->second);
    return unknown_.passes ? spelled(option) : Printed(not_in_table(Native(value)));
  }

  Native spelled(const std::string& spelling) const {
    if (as_number_ && is_plain_number(spelling)) return Native(Native::Number{spelling});
    return Native(spelling);
  }

  /// The row that a value is written as; the value itself where there is none. What passes may be spelled as a row of
  /// this column is: then it will be read as that row.
  std::string option_for(const std::string& value) const {
    if (column_.spelling_of.contains(value)) return value;
    if (unknown_.reads_as) return *unknown_.reads_as;
    if (!unknown_.passes) return value;
    std::string same = to_nfc(value);
    const auto known = column_.canonical_of.find(same);
    return known == column_.canonical_of.end() ? same : known->second;
  }

  Problem not_in_table(const Native& raw) const {
    return {shown(raw) + " is not in the table '" + table_ + "'",
            "add " + shown(raw) + " to the table '" + table_ +
                "', correct it in the record, or say in the mapping what to do with it: default=… or pass"};
  }

  std::string table_;
  Column column_;
  NotInTable unknown_;
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
    if (is_plain_number(spelling)) continue;
    throw SpecificationError("'" + spelling + "' in the table is no plain number", argument.column);
  }
}

/// The arguments after the table.
class OptionWords {
 public:
  OptionWords(const OptionCodec::Column& column, const std::string& table) : column_(column), table_(table) {}

  void read(const Argument& argument) {
    constexpr std::string_view kDefault = "default=";
    if (argument.text.starts_with(kDefault)) {
      say_once(argument);
      unknown_.reads_as = row(argument.text.substr(kDefault.size()), argument.column);
    } else if (constexpr std::string_view kWords[] = {"number", "pass", kDefault}; word_of(argument, kWords) == 0) {
      require_numbers(column_, argument);
      as_number_ = true;
    } else {
      say_once(argument);
      unknown_.passes = argument.text == kWords[1];
    }
  }

  const NotInTable& unknown() const { return unknown_; }
  bool as_number() const { return as_number_; }

 private:
  void say_once(const Argument& argument) const {
    if (!unknown_.passes && !unknown_.reads_as) return;
    throw SpecificationError("what to do with other spellings is said twice: keep one of default= and pass",
                             argument.column);
  }

  std::string row(const std::string& written, std::size_t at) const {
    std::string canonical = to_nfc(written);
    if (column_.spelling_of.contains(canonical)) return canonical;
    throw SpecificationError("there is no '" + written + "' on the left of the table '" + table_ +
                                 "': the default is a row, called by its left spelling",
                             at);
  }

  const OptionCodec::Column& column_;
  const std::string& table_;
  NotInTable unknown_;
  bool as_number_ = false;
};

}  // namespace

CodecPtr make_option(const Specification& specification, const Surroundings& around) {
  constexpr std::string_view kUsage = "option(table), with number, default='…' or pass behind the table";
  limit_arguments(specification, 3, kUsage);
  const auto& arguments = specification.arguments;
  if (arguments.empty()) {
    throw SpecificationError("the table is missing: write " + std::string(kUsage), specification.column);
  }
  const std::string& name = arguments[0].text;
  const ValueTable* table = around.tables ? around.tables(name) : nullptr;
  if (table == nullptr) throw SpecificationError("there is no table '" + name + "'", arguments[0].column);
  OptionCodec::Column column = column_of(*table, around.side, arguments[0]);
  OptionWords words(column, name);
  for (const Argument& argument : std::span(arguments).subspan(1)) words.read(argument);
  return std::make_shared<OptionCodec>(name, std::move(column), words.unknown(), words.as_number());
}

}  // namespace counterpart::codecs
