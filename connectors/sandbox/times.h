#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mapping/values/value.h"

namespace counterpart::sandbox {

/// "2026-11-20T10:00:00.123Z": CRM A's spelling of an instant.
std::string print_iso(Instant at);

/// ISO 8601 with Z or an offset; nullopt where it is none.
std::optional<Instant> parse_iso(std::string_view text);

/// Whether the text is a calendar day: "1980-12-31", or in German "31.12.1980".
bool is_iso_date(std::string_view text);
bool is_german_date(std::string_view text);

/// Wall-clock time in Berlin, in whole seconds: CRM B's spelling of an instant, "31.12.2026 23:30:15".
class BerlinTime {
 public:
  BerlinTime();
  ~BerlinTime();

  std::string print(Instant at) const;

  /// In the hour that autumn shows twice, the earlier one; nullopt where it is no such time.
  std::optional<Instant> parse(std::string_view text) const;

 private:
  std::chrono::seconds offset(Instant at) const;

  class Zone;
  std::unique_ptr<Zone> zone_;
};

}  // namespace counterpart::sandbox
