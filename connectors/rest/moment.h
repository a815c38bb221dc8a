#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "mapping/codecs/codec.h"
#include "mapping/values/native.h"
#include "mapping/values/value.h"

namespace counterpart::rest {

/// How a system spells a point in time.
class MomentFormat {
 public:
  /// ISO 8601 with offset.
  MomentFormat();

  /// `format` is iso, epoch_s, epoch_ms, or an ICU date pattern read in `zone`; nullopt with the
  /// fault in `fault` where the pattern or the zone is none.
  static std::optional<MomentFormat> make(const std::string& format, const std::string& zone, std::string& fault);

  /// nullopt for null, "" and what is no such time.
  std::optional<Instant> parse(const Native& raw) const;

  /// The last such time that is not after the instant.
  Native print(Instant instant) const;

  /// For "changed since": print(), made earlier where that text is read as two instants (the hour
  /// repeated when summer time ends), so that nothing is missed. `inclusive` false: one unit earlier,
  /// for systems that answer with what is newer only.
  Native print_since(Instant since, bool inclusive) const;

 private:
  enum class Kind { codec, epoch_s, epoch_ms };
  Kind kind_ = Kind::codec;
  std::chrono::microseconds unit_{1};
  CodecPtr codec_;
};

}  // namespace counterpart::rest
