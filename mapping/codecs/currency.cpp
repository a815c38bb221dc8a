#include <unicode/ucurr.h>
#include <unicode/uenum.h>
#include <unicode/unistr.h>

#include "mapping/codecs/code_list.h"
#include "mapping/codecs/currency_digits.h"
#include "mapping/codecs/families.h"
#include "mapping/codecs/locale.h"
#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {
namespace {

constexpr std::string_view kCurrencyUsage =
    "currency, currency(symbol), currency(symbol, de) or currency(name, de): codes like EUR, symbols and names as that "
    "language has them";

std::string text_of(const icu::UnicodeString& text) {
  std::string result;
  text.toUTF8String(result);
  return to_nfc(result);
}

/// What a currency is called in a language; the code itself where ICU has no name.
std::string name_of_currency(const icu::UnicodeString& code, const std::string& locale, UCurrNameStyle style) {
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t length = 0;
  icu::UnicodeString terminated(code);
  const char16_t* name =
      ucurr_getName(terminated.getTerminatedBuffer(), locale.c_str(), style, nullptr, &length, &status);
  return U_SUCCESS(status) ? text_of(icu::UnicodeString(name, length)) : text_of(code);
}

/// The codes in use today, ISO 4217.
std::vector<icu::UnicodeString> codes_in_use() {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UEnumeration, decltype(&uenum_close)> all(
      ucurr_openISOCurrencies(UCURR_COMMON | UCURR_NON_DEPRECATED, &status), &uenum_close);
  std::vector<icu::UnicodeString> codes;
  std::int32_t length = 0;
  while (const char16_t* code = uenum_unext(all.get(), &length, &status)) codes.emplace_back(code, length);
  return codes;
}

enum class CurrencyForm : std::uint8_t { code, symbol, name };

CurrencyForm currency_form(const Specification& specification) {
  constexpr std::string_view kForms[] = {"symbol", "name"};
  if (specification.arguments.empty()) return CurrencyForm::code;
  return word_of(specification.arguments[0], kForms) == 0 ? CurrencyForm::symbol : CurrencyForm::name;
}

}  // namespace

unsigned currency_digits(const std::string& code) {
  UErrorCode status = U_ZERO_ERROR;
  auto name = icu::UnicodeString::fromUTF8(code);
  const std::int32_t digits = ucurr_getDefaultFractionDigits(name.getTerminatedBuffer(), &status);
  constexpr unsigned kUsual = 2;
  return U_SUCCESS(status) ? static_cast<unsigned>(digits) : kUsual;
}

CodecPtr make_currency(const Specification& specification, const Surroundings&) {
  limit_arguments(specification, 2, kCurrencyUsage);
  const CurrencyForm form = currency_form(specification);
  const bool with_locale = specification.arguments.size() == 2;
  const std::string locale = with_locale ? known_locale(specification.arguments[1]) : std::string(kDefaultLocale);
  std::vector<Code> codes;
  for (const icu::UnicodeString& code : codes_in_use()) {
    const std::string symbol = name_of_currency(code, locale, UCURR_SYMBOL_NAME);
    const std::string name = name_of_currency(code, locale, UCURR_LONG_NAME);
    Code& one = codes.emplace_back();
    one.canonical = text_of(code);
    one.printed = form == CurrencyForm::code ? one.canonical : form == CurrencyForm::symbol ? symbol : name;
    one.read = {symbol, name};
    for (const std::string other : {"en", "de"}) {
      one.read.push_back(name_of_currency(code, other, UCURR_SYMBOL_NAME));
      one.read.push_back(name_of_currency(code, other, UCURR_LONG_NAME));
    }
  }
  return make_code_list("currency", codes);
}

}  // namespace counterpart::codecs
