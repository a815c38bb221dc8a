#include "mapping/codecs/zone.h"

#include <stdexcept>

namespace counterpart::codecs {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// ICU counts whole milliseconds, which its date type holds exactly.
UDate to_udate(microseconds since_epoch) {
  return static_cast<UDate>(std::chrono::floor<milliseconds>(since_epoch).count());
}

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error("ICU time zone: " + std::string(u_errorName(status)));
}

}  // namespace

Zone::Zone(std::string name, std::shared_ptr<const icu::BasicTimeZone> zone)
    : name_(std::move(name)), zone_(std::move(zone)) {}

std::optional<Zone> Zone::find(const std::string& name) {
  std::shared_ptr<const icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (zone == nullptr || *zone == icu::TimeZone::getUnknown()) return std::nullopt;
  auto basic = std::dynamic_pointer_cast<const icu::BasicTimeZone>(zone);
  if (basic == nullptr) return std::nullopt;
  return Zone(name, std::move(basic));
}

milliseconds Zone::offset_at(Instant instant) const {
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0;
  std::int32_t summer = 0;
  zone_->getOffset(to_udate(instant.time_since_epoch()), false, raw, summer, status);
  check(status);
  return milliseconds(raw) + milliseconds(summer);
}

LocalTime Zone::to_local(Instant instant) const {
  return LocalTime(instant.time_since_epoch() + offset_at(instant));
}

std::optional<Instant> Zone::to_instant(LocalTime local) const {
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t raw = 0;
  std::int32_t summer = 0;
  zone_->getOffsetFromLocal(to_udate(local.time_since_epoch()), UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, raw, summer,
                            status);
  check(status);
  const milliseconds before(raw + summer);
  const Instant instant(local.time_since_epoch() - before);
  if (offset_at(instant) != before) return std::nullopt;
  return instant;
}

}  // namespace counterpart::codecs
