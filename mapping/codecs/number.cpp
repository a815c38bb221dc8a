#include <algorithm>
#include <optional>

#include "mapping/codecs/digits.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

/// How a number is spelled as text.
struct Spelling {
  char decimal_mark = '.';
  char group_mark = '\0';  ///< '\0': no grouping
  bool grouped = false;    ///< printed with grouping
};

constexpr Spelling kGerman{',', '.', false};
constexpr Spelling kEnglish{'.', ',', false};

/// Digits with group marks, all of them or none: "1234" or "1.234", never "12.34".
std::optional<std::string> without_groups(std::string_view digits, char mark) {
  constexpr std::size_t kGroup = 3;
  std::string result;
  if (digits.starts_with(mark)) return std::nullopt;
  const bool grouped = mark != '\0' && digits.find(mark) != std::string_view::npos;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool mark_due = grouped && (digits.size() - i) % (kGroup + 1) == 0;
    if (mark_due != (mark != '\0' && digits[i] == mark)) return std::nullopt;
    if (mark_due) continue;
    if (!is_digit(digits[i])) return std::nullopt;
    result += digits[i];
  }
  return result;
}

/// The number in plain notation, which Decimal reads.
std::optional<std::string> plain_of(std::string_view text, const Spelling& spelling) {
  std::string result;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    if (text[0] == '-') result = "-";
    text.remove_prefix(1);
  }
  const std::size_t mark = text.find(spelling.decimal_mark);
  const auto whole = without_groups(text.substr(0, mark), spelling.group_mark);
  const bool has_fraction = mark != std::string_view::npos;
  const auto fraction = without_groups(has_fraction ? text.substr(mark + 1) : std::string_view("0"), '\0');
  if (!whole || !fraction || fraction->empty() || (whole->empty() && !has_fraction)) return std::nullopt;
  const std::size_t first = std::min(whole->find_first_not_of('0'), whole->size());
  result += first == whole->size() ? "0" : whole->substr(first);
  return has_fraction ? result + "." + *fraction : result;
}

std::optional<Decimal> read_text(std::string_view text, const Spelling& spelling) {
  const auto plain = plain_of(text, spelling);
  if (plain) return Decimal::parse(*plain);
  const bool is_plain = spelling.group_mark == '\0' && spelling.decimal_mark == '.';
  return is_plain ? Decimal::parse(text) : std::nullopt;  // with an exponent
}

std::string spell(const Decimal& value, const Spelling& spelling) {
  constexpr std::size_t kGroup = 3;
  const std::string plain = value.print();
  const std::size_t mark = std::min(plain.find('.'), plain.size());
  const std::size_t first = plain[0] == '-' ? 1 : 0;
  std::string result = plain.substr(0, first);
  for (std::size_t i = first; i < mark; ++i) {
    if (spelling.grouped && i != first && (mark - i) % kGroup == 0) result += spelling.group_mark;
    result += plain[i];
  }
  if (mark < plain.size()) result += spelling.decimal_mark + plain.substr(mark + 1);
  return result;
}

class NumberCodec final : public SingleCodec<Decimal> {
 public:
  struct Shape {
    Spelling spelling;
    bool integers_only = false;
    bool prints_number = false;
  };

  explicit NumberCodec(const Shape& shape) : shape_(shape) {}

  std::string_view kind() const override { return "number"; }

 private:
  Parsed parse_present(const Native& raw) const override {
    std::optional<Decimal> value;
    if (raw.is_number()) value = Decimal::parse(raw.number());
    if (raw.is_text()) value = read_text(trimmed(raw.text()), shape_.spelling);
    if (!value) return not_a(raw, shape_.spelling.decimal_mark == ',' ? "number like 1234,56" : "number like 1234.56");
    if (shape_.integers_only && !value->is_integer()) return not_a(raw, "whole number");
    return Value(*std::move(value));
  }

  Printed print_present(const Decimal& value) const override {
    if (shape_.integers_only && !value.is_integer()) {
      return not_a(Native(value.print()), "whole number", "round it in the mapping, or use decimal there");
    }
    if (shape_.prints_number) return Native(Native::Number{value.print()});
    return Native(spell(value, shape_.spelling));
  }

  Shape shape_;
};

/// How a side spells so many hundredths. The value is what stands before the sign: 19 of "19 %", of 19 and of 0.19.
struct PercentShape {
  enum class Form : std::uint8_t { number, text, sign, fraction };
  Form form = Form::number;
  bool as_text = false;  ///< a fraction printed as text
  Spelling spelling;
};

class PercentCodec final : public SingleCodec<Decimal> {
 public:
  explicit PercentCodec(const PercentShape& shape) : shape_(shape) {}

  std::string_view kind() const override { return "number"; }

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
      value = read_text(text, shape_.spelling);
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
    const std::string text = spell(value, shape_.spelling);
    return Native(shape_.form == PercentShape::Form::sign ? text + " %" : text);
  }

  PercentShape shape_;
};

Spelling spelling_of(const Specification& specification) {
  constexpr std::string_view kLocales[] = {"de", "en"};
  if (specification.arguments.empty()) return {};
  const bool german = word_of(specification.arguments[0], kLocales) == 0;
  return german ? kGerman : kEnglish;
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
  constexpr std::string_view kWords[] = {"grouped"};
  limit_arguments(specification, 2, "decimal, decimal(de) or decimal(de, grouped)");
  Spelling spelling = spelling_of(specification);
  if (specification.arguments.size() == 2) {
    word_of(specification.arguments[1], kWords);
    spelling.grouped = true;
  }
  return std::make_shared<NumberCodec>(NumberCodec::Shape{spelling, false, false});
}

CodecPtr make_number(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 1, "number, number(de) or number(en)");
  return std::make_shared<NumberCodec>(NumberCodec::Shape{spelling_of(specification), false, true});
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
      shape.spelling = word == german ? kGerman : kEnglish;
      located = true;
    }
  }
  return std::make_shared<PercentCodec>(shape);
}

}  // namespace counterpart::codecs
