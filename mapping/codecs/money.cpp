#include <array>

#include "mapping/codecs/argument_words.h"
#include "mapping/codecs/currency_digits.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/fraction_limit.h"
#include "mapping/codecs/money_text.h"
#include "mapping/codecs/number_text.h"
#include "mapping/codecs/single.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kMoneyKind = "money";
constexpr std::string_view kMoneyUsage =
    "money, money(de) or money(en), with code, symbol or name for the currency, with a number of digits where it is "
    "not the currency's own, and with half_up or half_even where amounts are rounded";
constexpr std::string_view kMoneyPartsUsage =
    "money_parts, or money_parts(text), money_parts(de) or money_parts(en) where the amount is text, with code, symbol "
    "or name for the currency, with a number of digits where it is not the currency's own, and with half_up or "
    "half_even where amounts are rounded";

enum class CurrencyWord : std::uint8_t { code, symbol, name };

/// How a side spells amounts.
struct MoneyShape {
  std::string codec;  ///< its name
  std::optional<std::size_t> locale;
  bool amount_as_text = false;
  CurrencyWord currency = CurrencyWord::code;
  FractionLimit fraction;  ///< without digits: the currency's own
  CodecPtr currency_codec;

  bool is_english() const { return locale && kNumberLocales[*locale] == "en"; }
};

/// What the two spellings have in common: which amounts are held.
class MoneyCodec : public Codec {
 public:
  explicit MoneyCodec(MoneyShape shape) : shape_(std::move(shape)) {
    if (shape_.locale) spelling_ = kNumberSpellings[*shape_.locale];
    spelling_.grouped = shape_.locale.has_value();
  }

  Value narrow(const Value& value) const override {
    const auto* money = std::get_if<Money>(&value);
    return money == nullptr ? value : Value(Money{limit_of(*money).held(money->amount), money->currency});
  }

  std::optional<Value> put(const Value& old, const Value& poor) const override {
    return narrow(old) == poor ? old : poor;
  }

  Printed print(const Value& value) const override {
    if (is_blank(value)) return Native();
    const auto* money = std::get_if<Money>(&value);
    if (money == nullptr) return wrong_kind(value, kMoneyKind);
    const FractionLimit limit = limit_of(*money);
    const Decimal amount = limit.held(money->amount);
    if (limit.is_passed_by(amount)) return too_fine(amount, *limit.digits, money->currency);
    Printed currency = shape_.currency_codec->print(Value(money->currency));
    if (std::holds_alternative<Problem>(currency)) return currency;
    return spelled(amount, *limit.digits, std::get<Native>(currency).text());
  }

  std::string_view kind() const override { return kMoneyKind; }

 protected:
  const MoneyShape& shape() const { return shape_; }
  const NumberSpelling& spelling() const { return spelling_; }

  Parsed with_currency(const Decimal& amount, const Native& currency) const {
    Parsed code = shape_.currency_codec->parse(currency);
    if (std::holds_alternative<Problem>(code)) return code;
    return Value(Money{amount, std::get<std::string>(std::get<Value>(code))});
  }

  static Problem without_currency(const Native& raw) {
    return {shown(raw) + " is an amount without a currency", "give the record a currency"};
  }

  std::string_view number_like() const {
    return spelling_.decimal_mark == ',' ? "amount like 1234,56" : "amount like 1234.56";
  }

 private:
  /// The amount's and the currency's spelling put together.
  virtual Native spelled(const Decimal& amount, unsigned digits, const std::string& currency) const = 0;

  FractionLimit limit_of(const Money& money) const {
    FractionLimit limit = shape_.fraction;
    if (!limit.digits) limit.digits = currency_digits(money.currency);
    return limit;
  }

  Problem too_fine(const Decimal& amount, unsigned digits, const std::string& currency) const {
    const std::string limit = "amounts of " + currency + " have " + std::to_string(digits) + " there";
    return too_many_digits(amount, limit,
                           shape_.codec + " with half_up, or give the digits, as " + shape_.codec + "(4)");
  }

  MoneyShape shape_;
  NumberSpelling spelling_;
};

/// One path: "1.234,56 €", "€1,234.56", "1234.56 EUR".
class MoneyTextCodec final : public MoneyCodec {
 public:
  using MoneyCodec::MoneyCodec;

  Parsed parse(const Native& raw) const override {
    if (is_blank_spelling(raw)) return Value(Blank{});
    if (raw.is_number()) return without_currency(raw);
    const auto parts = raw.is_text() ? take_money_apart(trimmed(raw.text()), spelling().decimal_mark) : std::nullopt;
    const auto amount = parts ? read_number(parts->number, spelling()) : std::nullopt;
    if (!amount) return not_a(raw, number_like());
    return parts->currency.empty() ? without_currency(raw) : with_currency(*amount, Native(parts->currency));
  }

 private:
  Native spelled(const Decimal& amount, unsigned digits, const std::string& currency) const override {
    const std::string number = spell_number(amount, spelling(), digits);
    if (!shape().is_english() || shape().currency == CurrencyWord::name) return Native(number + " " + currency);
    // "€5" and "US$5", but "CHF 5", which has no symbol, as "EUR 5".
    const bool apart =
        ascii_lower(currency).find_first_of("abcdefghijklmnopqrstuvwxyz", currency.size() - 1) != std::string::npos;
    const bool negative = amount.is_negative();
    return Native((negative ? "-" : "") + currency + (apart ? " " : "") + number.substr(negative ? 1 : 0));
  }
};

/// Two paths, [amount, currency].
class MoneyPartsCodec final : public MoneyCodec {
 public:
  using MoneyCodec::MoneyCodec;

  Parsed parse(const Native& raw) const override {
    if (raw.is_null()) return Value(Blank{});
    if (!raw.is_array() || raw.array().size() != arity()) {
      return not_a(raw, "pair of amount and currency", "map two fields, the amount first");
    }
    const Native& number = raw.array()[0];
    const Native& currency = raw.array()[1];
    // Systems give every record their currency, and amounts to some.
    if (is_blank_spelling(number)) return Value(Blank{});
    const auto amount = amount_of(number);
    if (!amount) return not_a(number, number_like());
    return is_blank_spelling(currency) ? without_currency(number) : with_currency(*amount, currency);
  }

  std::size_t arity() const override { return 2; }

 private:
  std::optional<Decimal> amount_of(const Native& raw) const {
    if (raw.is_number()) return Decimal::parse(raw.number());
    return raw.is_text() ? read_number(trimmed(raw.text()), spelling()) : std::nullopt;
  }

  Native spelled(const Decimal& amount, unsigned digits, const std::string& currency) const override {
    NumberSpelling plain = spelling();
    plain.grouped = false;
    Native::Array parts;
    parts.push_back(shape().amount_as_text ? Native(spell_number(amount, plain, digits))
                                           : Native(Native::Number{amount.print()}));
    parts.push_back(Native(currency));
    return Native(std::move(parts));
  }
};

CodecPtr currency_codec_of(const MoneyShape& shape, const Surroundings& around) {
  Specification currency{"currency", 0, {}};
  if (shape.currency != CurrencyWord::code) {
    currency.arguments.push_back({shape.currency == CurrencyWord::symbol ? "symbol" : "name", 0});
    currency.arguments.push_back({std::string(kNumberLocales[shape.locale.value_or(1)]), 0});
  }
  return make_currency(currency, around);
}

MoneyShape money_shape(ArgumentWords& words, CurrencyWord usual) {
  constexpr std::string_view kWords[] = {"code", "symbol", "name"};
  MoneyShape shape;
  shape.locale = words.take(kNumberLocales);
  const auto word = words.take(kWords);
  shape.currency = word ? static_cast<CurrencyWord>(*word) : shape.locale ? usual : CurrencyWord::code;
  shape.fraction.digits = words.take_number(Decimal::kScaleMax);
  shape.fraction.rounding = take_rounding(words);
  return shape;
}

}  // namespace

CodecPtr make_money(const Specification& specification, const Surroundings& around) {
  ArgumentWords words(specification, kMoneyUsage);
  MoneyShape shape = money_shape(words, CurrencyWord::symbol);
  words.finish();
  shape.codec = specification.name;
  shape.currency_codec = currency_codec_of(shape, around);
  return std::make_shared<MoneyTextCodec>(std::move(shape));
}

CodecPtr make_money_parts(const Specification& specification, const Surroundings& around) {
  constexpr std::string_view kText[] = {"text"};
  ArgumentWords words(specification, kMoneyPartsUsage);
  MoneyShape shape = money_shape(words, CurrencyWord::code);
  shape.amount_as_text = words.take(kText).has_value() || shape.locale;
  words.finish();
  shape.codec = specification.name;
  shape.currency_codec = currency_codec_of(shape, around);
  return std::make_shared<MoneyPartsCodec>(std::move(shape));
}

}  // namespace counterpart::codecs
