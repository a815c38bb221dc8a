#include <algorithm>
#include <unicode/gregocal.h>
#include <unicode/smpdtfmt.h>

#include "mapping/codecs/date_pattern.h"
#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {
namespace {

using std::chrono::milliseconds;

/// The text without regard to case and to leading zeros of numbers of one or two digits, so that
/// "01. MÄRZ 2026" is "1. März 2026", but the year 26 is not 0026.
std::string comparable(std::string_view text) {
  const std::string lower = folded(text);
  std::string result;
  for (std::size_t at = 0; at < lower.size();) {
    const std::size_t digits_end = std::min(lower.find_first_not_of("0123456789", at), lower.size());
    if (digits_end == at) {
      result += lower[at++];
      continue;
    }
    const bool padded_digit = digits_end - at == 2 && lower[at] == '0';
    result += lower.substr(padded_digit ? at + 1 : at, digits_end - at - (padded_digit ? 1 : 0));
    at = digits_end;
  }
  return result;
}

/// ICU's formatter has state of its own, so each call works on a clone.
class IcuPattern final : public DatePattern {
 public:
  explicit IcuPattern(std::unique_ptr<const icu::SimpleDateFormat> format) : format_(std::move(format)) {}

  std::optional<LocalTime> parse(std::string_view text) const override {
    const std::unique_ptr<icu::SimpleDateFormat> format(format_->clone());
    const std::string normal = to_nfc(text);
    const auto source = icu::UnicodeString::fromUTF8(normal);
    icu::ParsePosition position(0);
    const UDate date = format->parse(source, position);
    if (position.getErrorIndex() >= 0 || position.getIndex() != source.length()) return std::nullopt;
    const LocalTime time{milliseconds(static_cast<std::int64_t>(date))};
    // What ICU lets pass, a weekday that is another or a year of two digits, shows when printed.
    if (!is_writable(time) || comparable(print(time)) != comparable(normal)) return std::nullopt;
    return time;
  }

  std::string print(LocalTime time) const override {
    const std::unique_ptr<icu::SimpleDateFormat> format(format_->clone());
    icu::UnicodeString shown;
    const auto since_epoch = std::chrono::floor<milliseconds>(time).time_since_epoch();
    format->format(static_cast<UDate>(since_epoch.count()), shown);
    std::string text;
    shown.toUTF8String(text);
    return to_nfc(text);
  }

 private:
  std::unique_ptr<const icu::SimpleDateFormat> format_;
};

std::unique_ptr<icu::GregorianCalendar> proleptic_utc(const icu::Locale& locale, UErrorCode& status) {
  constexpr std::int64_t kBeforeAllTime = -184303902528000000;  // ICU's earliest date
  auto calendar = std::make_unique<icu::GregorianCalendar>(*icu::TimeZone::getGMT(), locale, status);
  if (U_FAILURE(status)) return calendar;
  calendar->setGregorianChange(static_cast<UDate>(kBeforeAllTime), status);
  calendar->setLenient(false);
  return calendar;
}

}  // namespace

std::shared_ptr<const DatePattern> make_icu_pattern(const Argument& pattern, const std::string& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale icu_locale = icu::Locale::forLanguageTag(locale, status);
  auto format = std::make_unique<icu::SimpleDateFormat>(icu::UnicodeString::fromUTF8(pattern.text), icu_locale, status);
  auto calendar = proleptic_utc(icu_locale, status);
  if (U_FAILURE(status)) {
    throw SpecificationError("the pattern '" + pattern.text + "' cannot be used: " + u_errorName(status),
                             pattern.column);
  }
  format->adoptCalendar(calendar.release());
  format->setLenient(false);
  format->setBooleanAttribute(UDAT_PARSE_PARTIAL_LITERAL_MATCH, false, status);
  format->setBooleanAttribute(UDAT_PARSE_MULTIPLE_PATTERNS_FOR_MATCH, false, status);
  return std::make_shared<IcuPattern>(std::move(format));
}

}  // namespace counterpart::codecs
