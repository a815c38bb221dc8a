#include <optional>

#include "mapping/codecs/argument_words.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/fraction_limit.h"
#include "mapping/codecs/number_text.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kDecimalUsage =
    "decimal, decimal(de), decimal(de, grouped), decimal(de, 2) with the digits after the decimal mark, or "
    "decimal(de, 2, half_up) or half_even, to which it is rounded";
constexpr std::string_view kNumberUsage =
    "number, number(de), number(2) with the digits after the decimal mark, or number(2, half_up) or half_even, to "
    "which it is rounded";

class NumberCodec final : public SingleCodec<Decimal> {
 public:
  struct Shape {
    NumberSpelling spelling;
    bool integers_only = false;
    bool prints_number = false;
    FractionLimit fraction = {};
  };

  explicit NumberCodec(const Shape& shape) : shape_(shape) {}

  Value narrow(const Value& value) const override {
    const auto* number = std::get_if<Decimal>(&value);
    return number == nullptr ? value : Value(shape_.fraction.held(*number));
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    return narrow(old) == poor ? old : poor;
  }

  std::string_view kind() const override { return "number"; }

 private:
  Parsed parse_present(const Native& raw) const override {
    std::optional<Decimal> value;
    if (raw.is_number()) value = Decimal::parse(raw.number());
    if (raw.is_text()) value = read_number(trimmed(raw.text()), shape_.spelling);
    if (!value) return not_a(raw, shape_.spelling.decimal_mark == ',' ? "number like 1234,56" : "number like 1234.56");
    if (shape_.integers_only && !value->is_integer()) return not_a(raw, "whole number");
    return Value(*std::move(value));
  }

  Printed print_present(const Decimal& value) const override {
    if (shape_.integers_only && !value.is_integer()) {
      return not_a(Native(value.print()), "whole number",
                   "round it in the record, or choose number(0, half_up) or decimal");
    }
    const Decimal held = shape_.fraction.held(value);
    if (shape_.fraction.is_passed_by(held)) return too_fine(held);
    if (shape_.prints_number) return Native(Native::Number{held.print()});
    return Native(spell_number(held, shape_.spelling, shape_.fraction.digits.value_or(0)));
  }

  Problem too_fine(const Decimal& value) const {
    const std::string digits = std::to_string(*shape_.fraction.digits);
    const std::string rounding = std::string(shape_.prints_number ? "number" : "decimal") + "(" + digits + ", half_up)";
    return too_many_digits(value, "only " + digits + " are held there", rounding);
  }

  Shape shape_;
};

/// How a side spells so many hundredths. The value is what stands before the sign: 19 of "19 %", of 19 and of 0.19.
struct PercentShape {
  enum class Form : std::uint8_t { number, text, sign, fraction };
  Form form = Form::number;
  bool as_text = false;  ///< a fraction printed as text
  NumberSpelling spelling;
};

class PercentCodec final : public SingleCodec<Decimal> {
 public:
  explicit PercentCodec(const PercentShape& shape) : shape_(shape) {}

  std::string_view kind() const override { return "number"; }

  std::vector<Native> samples() const override {
    return {"19 %", "19%", "7", "0.19", "0,19", "19,5 %", Native::integer(19), Native(Native::Number{"0.19"})};
  }

 private:
  bool is_fraction() const { return shape_.form == PercentShape::Form::fraction; }

  Parsed parse_present(const Native& raw) const override {
    std::optional<Decimal> value;
    bool signed_so = false;
    if (raw.is_number()) value = Decimal::parse(raw.number());
    if (raw.is_text()) {
      std::string_view text = trimmed(raw.text());
      signed_so = text.ends_with('%');
      if (signed_so) text = trimmed(text.substr(0, text.size() - 1));
      value = read_number(text, shape_.spelling);
    }
    // "19 %" is 19 percent, whatever a side writes that should hold 0.19.
    if (value && is_fraction() && !signed_so) value = Decimal::multiply(*value, Decimal(100));
    if (value) return Value(*std::move(value));
    return not_a(raw, shape_.spelling.decimal_mark == ',' ? "percentage like 19,5" : "percentage like 19.5");
  }

  Printed print_present(const Decimal& value) const override {
    if (!is_fraction()) return spelled(value);
    const auto fraction = Decimal::multiply(value, *Decimal::parse("0.01"));
    if (fraction) return spelled(*fraction);
    return not_a(Native(value.print()), "percentage of so few digits that a fraction holds it");
  }

  Native spelled(const Decimal& value) const {
    const bool as_number = shape_.form == PercentShape::Form::number || (is_fraction() && !shape_.as_text);
    if (as_number) return Native(Native::Number{value.print()});
    const std::string text = spell_number(value, shape_.spelling);
    return Native(shape_.form == PercentShape::Form::sign ? text + " %" : text);
  }

  PercentShape shape_;
};

NumberCodec::Shape shape_of(ArgumentWords& words) {
  NumberCodec::Shape shape;
  if (const auto locale = words.take(kNumberLocales)) shape.spelling = kNumberSpellings[*locale];
  shape.fraction = take_fraction_limit(words);
  return shape;
}

}  // namespace

CodecPtr make_integer(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kWords[] = {"text"};
  limit_arguments(specification, 1, "integer or integer(text)");
  const bool as_text = !specification.arguments.empty();
  if (as_text) word_of(specification.arguments[0], kWords);
  return std::make_shared<NumberCodec>(NumberCodec::Shape{{}, true, !as_text});
}

CodecPtr make_decimal(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kGrouped[] = {"grouped"};
  ArgumentWords words(specification, kDecimalUsage);
  NumberCodec::Shape shape = shape_of(words);
  shape.spelling.grouped = words.take(kGrouped).has_value();
  if (shape.spelling.grouped && shape.spelling.group_mark == '\0') words.refuse_taken("follows de or en");
  words.finish();
  return std::make_shared<NumberCodec>(shape);
}

CodecPtr make_number(const Specification& specification, const Surroundings&) {
  ArgumentWords words(specification, kNumberUsage);
  NumberCodec::Shape shape = shape_of(words);
  shape.prints_number = true;
  words.finish();
  return std::make_shared<NumberCodec>(shape);
}

CodecPtr make_percent(const Specification& specification, const Surroundings&) {
  constexpr std::string_view kUsage =
      "percent, percent(text), percent(sign), percent(fraction) or percent(fraction, text), with de or en last";
  constexpr std::string_view kWords[] = {"text", "sign", "fraction", "de", "en"};
  enum : std::size_t { text, sign, fraction, german, english };
  limit_arguments(specification, 3, kUsage);
  PercentShape shape;
  bool formed = false;
  bool located = false;
  for (const Argument& argument : specification.arguments) {
    const std::size_t word = word_of(argument, kWords);
    const bool completes = word == text && shape.form == PercentShape::Form::fraction && !shape.as_text;
    if (located || (word < german && formed && !completes)) {
      throw SpecificationError("'" + argument.text + "' is one too many: write " + std::string(kUsage),
                               argument.column);
    }
    if (completes) {
      shape.as_text = true;
    } else if (word < german) {
      constexpr PercentShape::Form kForms[] = {PercentShape::Form::text, PercentShape::Form::sign,
                                               PercentShape::Form::fraction};
      shape.form = kForms[word];
      formed = true;
    } else {
      shape.spelling = kNumberSpellings[word - german];
      located = true;
    }
  }
  return std::make_shared<PercentCodec>(shape);
}

}  // namespace counterpart::codecs
