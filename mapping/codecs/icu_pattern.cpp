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

/// The pattern as ICU takes it. It shows E and EE as EEE, but reads none of them in its strict mode.
std::string spelled_for_icu(const std::vector<PatternPiece>& pieces) {
  constexpr std::size_t kShortName = 3;
  std::string text;
  for (const PatternPiece& piece : pieces) {
    text.append(piece.letter == 'E' ? std::max(piece.width, kShortName) : piece.width, piece.letter);
    if (piece.letter != '\0') continue;
    text += '\'';
    for (const char c : piece.literal) text.append(c == '\'' ? 2 : 1, c);
    text += '\'';
  }
  return text;
}

/// Nothing may be written that could not be read afterwards. Tried: every weekday in every month, once with a day of
/// one digit and once of two, in turns before and after noon.
void require_reads_what_it_prints(const DatePattern& made, const Argument& pattern) {
  using namespace std::chrono;
  for (local_days day{2026y / January / 1}; day < local_days{2027y / January / 1}; day += days(1)) {
    const auto number = static_cast<unsigned>(year_month_day(day).day());
    if (number > 14) continue;
    const std::string shown = made.print(day + hours(number % 2 * 12) + minutes(7 * number) + seconds(9));
    if (made.parse(shown)) continue;
    throw SpecificationError("the pattern '" + pattern.text + "' shows '" + shown +
                                 "', which cannot be read again: put a space or a dot between its parts",
                             pattern.column);
  }
}

std::unique_ptr<icu::GregorianCalendar> proleptic_utc(const icu::Locale& locale, UErrorCode& status) {
  constexpr std::int64_t kBeforeAllTime = -184303902528000000;  // ICU's earliest date
  auto calendar = std::make_unique<icu::GregorianCalendar>(*icu::TimeZone::getGMT(), locale, status);
  if (U_FAILURE(status)) return calendar;
  calendar->setGregorianChange(static_cast<UDate>(kBeforeAllTime), status);
  calendar->setLenient(false);
  return calendar;
}

}  // namespace

std::shared_ptr<const DatePattern> make_icu_pattern(const std::vector<PatternPiece>& pieces, const Argument& pattern,
                                                    const std::string& locale) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Locale icu_locale = icu::Locale::forLanguageTag(locale, status);
  const auto spelled = icu::UnicodeString::fromUTF8(spelled_for_icu(pieces));
  auto format = std::make_unique<icu::SimpleDateFormat>(spelled, icu_locale, status);
  auto calendar = proleptic_utc(icu_locale, status);
  if (U_FAILURE(status)) {
    throw SpecificationError("the pattern '" + pattern.text + "' cannot be used: " + u_errorName(status),
                             pattern.column);
  }
  format->adoptCalendar(calendar.release());
  format->setLenient(false);
  format->setBooleanAttribute(UDAT_PARSE_PARTIAL_LITERAL_MATCH, false, status);
  format->setBooleanAttribute(UDAT_PARSE_MULTIPLE_PATTERNS_FOR_MATCH, false, status);
  auto made = std::make_shared<IcuPattern>(std::move(format));
  require_reads_what_it_prints(*made, pattern);
  return made;
}

}  // namespace counterpart::codecs
