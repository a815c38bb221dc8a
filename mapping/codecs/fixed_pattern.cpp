#include "mapping/codecs/date_pattern.h"
#include "mapping/codecs/digits.h"

namespace counterpart::codecs {
namespace {

constexpr std::size_t kMicrosecondDigits = 6;

int power_of_ten(std::size_t exponent) {
  int power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

int LocalFields::* field_of(char letter) {
  switch (letter) {
    case 'y':
      return &LocalFields::year;
    case 'M':
      return &LocalFields::month;
    case 'd':
      return &LocalFields::day;
    case 'H':
      return &LocalFields::hour;
    case 'm':
      return &LocalFields::minute;
    case 's':
      return &LocalFields::second;
    default:
      return &LocalFields::microsecond;
  }
}

/// Read and written by hand, for this is what nearly every field of nearly every record has.
class FixedPattern final : public DatePattern {
 public:
  explicit FixedPattern(std::vector<PatternPiece> pieces) : pieces_(std::move(pieces)) {}

  std::optional<LocalTime> parse(std::string_view text) const override {
    LocalFields fields;
    for (const PatternPiece& piece : pieces_) {
      if (!take(piece, text, fields)) return std::nullopt;
    }
    if (!text.empty()) return std::nullopt;
    return to_local_time(fields);
  }

  std::string print(LocalTime time) const override {
    const LocalFields fields = to_fields(time);
    std::string text;
    for (const PatternPiece& piece : pieces_) {
      if (piece.letter == '\0') {
        text += piece.literal;
      } else {
        text += padded(fields.*field_of(piece.letter) / divisor(piece), piece.width);
      }
    }
    return text;
  }

 private:
  static bool take(const PatternPiece& piece, std::string_view& text, LocalFields& fields) {
    if (piece.letter == '\0') {
      if (!text.starts_with(piece.literal)) return false;
      text.remove_prefix(piece.literal.size());
      return true;
    }
    const bool one_or_two = piece.width == 1 && piece.letter != 'S';
    const auto value = take_digits(text, piece.width, one_or_two ? 2 : piece.width);
    if (!value) return false;
    fields.*field_of(piece.letter) = *value * divisor(piece);
    return true;
  }

  /// A fraction of n digits counts in units of 10^(6-n) microseconds.
  static int divisor(const PatternPiece& piece) {
    return piece.letter == 'S' ? power_of_ten(kMicrosecondDigits - piece.width) : 1;
  }

  std::vector<PatternPiece> pieces_;
};

bool starts_with_digit(const PatternPiece& piece) {
  return piece.letter != '\0' || (piece.literal[0] >= '0' && piece.literal[0] <= '9');
}

}  // namespace

std::shared_ptr<const DatePattern> make_fixed_pattern(std::vector<PatternPiece> pieces, const Argument& pattern) {
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    const bool open_ended = pieces[i].width == 1 && pieces[i].letter != 'S';
    if (!open_ended || !starts_with_digit(pieces[i + 1])) continue;
    throw SpecificationError("in the pattern '" + pattern.text + "' nothing ends '" + std::string(1, pieces[i].letter) +
                                 "': write it twice, for two digits",
                             pattern.column);
  }
  return std::make_shared<FixedPattern>(std::move(pieces));
}

}  // namespace counterpart::codecs
