#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/codecs/local_time.h"
#include "mapping/codecs/specification.h"

namespace counterpart::codecs {

/// A run of one pattern letter, or (letter 0) literal text.
struct PatternPiece {
  char letter = '\0';
  std::size_t width = 0;
  std::string literal;
};

/// A pattern of ICU's syntax for dates and times, ready to read and write. Reading is strict: the whole
/// text, real days only, numbers of the width that the pattern shows (d: 1 or 2 digits, dd: 2).
class DatePattern {
 public:
  virtual ~DatePattern() = default;

  /// nullopt where the text is not of this form.
  virtual std::optional<LocalTime> parse(std::string_view text) const = 0;

  /// `time` is writable (four digit year); what is finer than the precision is not shown.
  virtual std::string print(LocalTime time) const = 0;
};

/// What a pattern has to show.
enum class PatternNeeds : std::uint8_t { date, date_and_time };

struct CompiledPattern {
  std::shared_ptr<const DatePattern> pattern;
  std::chrono::microseconds precision;  ///< the smallest unit shown
};

/// Checks and compiles a pattern; `locale` is for names of months and days. Throws SpecificationError.
CompiledPattern compile_pattern(const Argument& pattern, const std::string& locale, PatternNeeds needs);

/// Takes a pattern apart. Throws SpecificationError.
std::vector<PatternPiece> pieces_of(const Argument& pattern);

/// Numbers of fixed places only: yyyy, M, d, H, m, s, S and literals.
std::shared_ptr<const DatePattern> make_fixed_pattern(std::vector<PatternPiece> pieces, const Argument& pattern);

/// Everything else, by ICU: names of months and days, hours with am and pm. Throws SpecificationError, also for a
/// pattern that cannot read what it prints.
std::shared_ptr<const DatePattern> make_icu_pattern(const std::vector<PatternPiece>& pieces, const Argument& pattern,
                                                    const std::string& locale);

}  // namespace counterpart::codecs
