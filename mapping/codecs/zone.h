#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unicode/basictz.h>

#include "mapping/codecs/local_time.h"
#include "mapping/values/value.h"

namespace counterpart::codecs {

/// A time zone by its IANA name, from ICU's data.
class Zone {
 public:
  /// nullopt where there is no zone of that name.
  static std::optional<Zone> find(const std::string& name);

  const std::string& name() const { return name_; }

  /// What a clock there shows.
  LocalTime to_local(Instant instant) const;

  /// The instant at which a clock there shows `local`: the earlier where it does so twice, nullopt where
  /// it is put forward over it.
  std::optional<Instant> to_instant(LocalTime local) const;

 private:
  Zone(std::string name, std::shared_ptr<const icu::BasicTimeZone> zone);
  std::chrono::milliseconds offset_at(Instant instant) const;

  std::string name_;
  std::shared_ptr<const icu::BasicTimeZone> zone_;
};

}  // namespace counterpart::codecs
