#include "connectors/sandbox/times.h"

#include <charconv>
#include <stdexcept>
#include <unicode/timezone.h>

namespace counterpart::sandbox {
namespace {

using namespace std::chrono;

void append(std::string& out, long long number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

/// Takes texts of fixed layout apart, from left to right; any mismatch spoils the rest.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int digits(std::size_t width) {
    int number = 0;
    const std::string_view text = rest_.substr(0, width);
    const char* end = text.data() + text.size();
    if (text.size() < width || text.front() == '-' || std::from_chars(text.data(), end, number).ptr != end) {
      good_ = false;
      rest_ = {};
      return 0;
    }
    rest_.remove_prefix(width);
    return number;
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) { good_ = take(wanted) && good_; }
  bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

year_month_day scan_iso_date(Scanner& scan) {
  const int y = scan.digits(4);
  scan.expect('-');
  const int m = scan.digits(2);
  scan.expect('-');
  return year{y} / month{static_cast<unsigned>(m)} / day{static_cast<unsigned>(scan.digits(2))};
}

year_month_day scan_german_date(Scanner& scan) {
  const int d = scan.digits(2);
  scan.expect('.');
  const int m = scan.digits(2);
  scan.expect('.');
  return year{scan.digits(4)} / month{static_cast<unsigned>(m)} / day{static_cast<unsigned>(d)};
}

/// nullopt past 23:59:59.
std::optional<seconds> scan_time(Scanner& scan) {
  const int h = scan.digits(2);
  scan.expect(':');
  const int m = scan.digits(2);
  scan.expect(':');
  const int s = scan.digits(2);
  if (h > 23 || m > 59 || s > 59) return std::nullopt;
  return hours(h) + minutes(m) + seconds(s);
}

microseconds scan_fraction(Scanner& scan) {
  microseconds fraction{0};
  microseconds unit = milliseconds(100);
  for (; scan.at_digit(); unit /= 10) fraction += scan.digits(1) * unit;
  return fraction;
}

minutes scan_offset(Scanner& scan) {
  if (scan.take('Z')) return minutes(0);
  const bool west = scan.take('-');
  if (!west) scan.expect('+');
  const int h = scan.digits(2);
  scan.expect(':');
  const minutes ahead = hours(h) + minutes(scan.digits(2));
  return west ? -ahead : ahead;
}

void append_time(std::string& out, seconds of_day) {
  append(out, of_day.count() / 3600, 2);
  out += ':';
  append(out, of_day.count() / 60 % 60, 2);
  out += ':';
  append(out, of_day.count() % 60, 2);
}

}  // namespace

std::string print_iso(Instant at) {
  const auto midnight = floor<days>(at);
  const year_month_day date(midnight);
  std::string out;
  append(out, static_cast<int>(date.year()), 4);
  out += '-';
  append(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_time(out, floor<seconds>(at - midnight));
  out += '.';
  append(out, floor<milliseconds>(at - midnight).count() % 1000, 3);
  return out += 'Z';
}

std::optional<Instant> parse_iso(std::string_view text) {
  Scanner scan(text);
  const year_month_day date = scan_iso_date(scan);
  scan.expect('T');
  const auto time = scan_time(scan);
  const microseconds fraction = scan.take('.') ? scan_fraction(scan) : microseconds(0);
  const minutes offset = scan_offset(scan);
  if (!scan.done() || !date.ok() || !time) return std::nullopt;
  return Instant(sys_days(date)) + *time + fraction - offset;
}

bool is_iso_date(std::string_view text) {
  Scanner scan(text);
  const year_month_day date = scan_iso_date(scan);
  return scan.done() && date.ok();
}

bool is_german_date(std::string_view text) {
  Scanner scan(text);
  const year_month_day date = scan_german_date(scan);
  return scan.done() && date.ok();
}

class BerlinTime::Zone {
 public:
  Zone() : zone_(icu::TimeZone::createTimeZone("Europe/Berlin")) {
    if (*zone_ == icu::TimeZone::getUnknown()) throw std::runtime_error("ICU does not know the zone Europe/Berlin");
  }
  const icu::TimeZone& operator*() const { return *zone_; }

 private:
  std::unique_ptr<icu::TimeZone> zone_;
};

BerlinTime::BerlinTime() : zone_(std::make_unique<Zone>()) {}
BerlinTime::~BerlinTime() = default;

seconds BerlinTime::offset(Instant at) const {
  std::int32_t standard = 0;
  std::int32_t summer = 0;
  UErrorCode error = U_ZERO_ERROR;
  const auto since_1970 = static_cast<UDate>(floor<milliseconds>(at).time_since_epoch().count());
  (**zone_).getOffset(since_1970, static_cast<UBool>(false), standard, summer, error);
  if (U_FAILURE(error)) throw std::runtime_error("ICU cannot tell Berlin's offset from UTC");
  return duration_cast<seconds>(milliseconds(standard + summer));
}

std::string BerlinTime::print(Instant at) const {
  const Instant local = at + offset(at);
  const auto midnight = floor<days>(local);
  const year_month_day date(midnight);
  std::string out;
  append(out, static_cast<unsigned>(date.day()), 2);
  out += '.';
  append(out, static_cast<unsigned>(date.month()), 2);
  out += '.';
  append(out, static_cast<int>(date.year()), 4);
  out += ' ';
  append_time(out, floor<seconds>(local - midnight));
  return out;
}

std::optional<Instant> BerlinTime::parse(std::string_view text) const {
  Scanner scan(text);
  const year_month_day date = scan_german_date(scan);
  scan.expect(' ');
  const auto time = scan_time(scan);
  if (!scan.done() || !date.ok() || !time) return std::nullopt;
  const Instant local = Instant(sys_days(date)) + *time;
  const Instant in_summer = local - hours(2);
  return offset(in_summer) == hours(2) ? in_summer : local - hours(1);
}

}  // namespace counterpart::sandbox
