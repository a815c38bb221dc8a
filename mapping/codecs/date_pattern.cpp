#include "mapping/codecs/date_pattern.h"

#include <algorithm>
#include <map>

#include "mapping/codecs/unicode.h"

namespace counterpart::codecs {
namespace {

using std::chrono::microseconds;

bool is_pattern_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Reads a quoted literal from behind its opening quote; two quotes are one.
std::string take_quoted(const Argument& pattern, std::size_t& at) {
  const std::string& text = pattern.text;
  if (at < text.size() && text[at] == '\'') return std::string(1, text[at++]);
  std::string literal;
  while (at < text.size()) {
    if (text[at] != '\'') {
      literal += text[at++];
    } else if (at + 1 < text.size() && text[at + 1] == '\'') {
      literal += '\'';
      at += 2;
    } else {
      ++at;
      return literal;
    }
  }
  throw SpecificationError("a quote in the pattern '" + text + "' is not closed", pattern.column);
}

void add_literal(std::vector<PatternPiece>& pieces, const std::string& literal) {
  if (pieces.empty() || pieces.back().letter != '\0') pieces.emplace_back();
  pieces.back().literal += literal;
}

/// The widths allowed for a letter, or nothing for letters that are refused.
struct Widths {
  std::size_t least, most;
};
const std::map<char, Widths>& known_letters() {
  static const std::map<char, Widths> known{{'y', {4, 4}}, {'M', {1, 4}}, {'L', {3, 4}}, {'d', {1, 2}},
                                            {'E', {1, 4}}, {'H', {1, 2}}, {'h', {1, 2}}, {'a', {1, 1}},
                                            {'m', {1, 2}}, {'s', {1, 2}}, {'S', {1, 6}}};
  return known;
}

class PatternCheck {
 public:
  PatternCheck(const Argument& pattern, const std::vector<PatternPiece>& pieces, PatternNeeds needs)
      : pattern_(pattern), needs_(needs) {
    for (const PatternPiece& piece : pieces) {
      if (piece.letter != '\0') add(piece);
    }
    if (pieces.empty()) return;
    const std::string& first = pieces.front().literal;
    const std::string& last = pieces.back().literal;
    // (something after the one and before the other, so that only the pattern's own ends are trimmed)
    padded_ = trimmed(first + '.').size() != first.size() + 1 || trimmed('.' + last).size() != last.size() + 1;
  }

  void run() const {
    require(!padded_, "begins or ends with white space, which is not looked at in what is read: leave it out");
    require(shows('y') && (shows('M') || shows('L')) && shows('d'), "must show year, month and day (yyyy, MM, dd)");
    require(!(shows('M') && shows('L')), "shows the month twice");
    require(shows('h') == shows('a'), "must show am or pm (a) with hours to 12 (h), and only then");
    require(!(shows('h') && shows('H')), "shows the hour twice");
    require(!shows('m') || shows('H') || shows('h'), "shows minutes (m) without hours (H); months are MM");
    require(!shows('s') || shows('m'), "shows seconds without minutes");
    require(!shows('S') || shows('s'), "shows fractions without seconds");
    const bool has_time = shows('H') || shows('h');
    if (needs_ == PatternNeeds::date) require(!has_time, "shows a time: use datetime('pattern', 'zone')");
    if (needs_ == PatternNeeds::date_and_time) require(has_time, "shows no time: use date('pattern')");
    require(!by_icu() || width('S') <= 3, "shows fractions finer than milliseconds beside names");
  }

  /// Whether names or halves of the day are shown.
  bool by_icu() const { return width('M') > 2 || shows('L') || shows('E') || shows('h'); }

  microseconds precision() const {
    microseconds unit = std::chrono::seconds(1);
    if (shows('S')) {
      for (std::size_t digit = 0; digit < width('S'); ++digit) unit /= 10;
      return unit;
    }
    if (shows('s')) return unit;
    if (shows('m')) return std::chrono::minutes(1);
    return shows('H') || shows('h') ? microseconds(std::chrono::hours(1)) : microseconds(std::chrono::days(1));
  }

 private:
  void add(const PatternPiece& piece) {
    const std::string shown(piece.width, piece.letter);
    const auto known = known_letters().find(piece.letter);
    require(piece.letter != 'Y', "has Y, the year of the week: write yyyy");
    require(known != known_letters().end(), "has the letter '" + shown + "', which is not supported here");
    const bool fits = piece.width >= known->second.least && piece.width <= known->second.most;
    require(fits || piece.letter != 'y', "has '" + shown + "': write the year with four digits, yyyy");
    require(fits, "has '" + shown + "', which is too long or too short");
    require(widths_.try_emplace(piece.letter, piece.width).second, "has '" + shown.substr(0, 1) + "' twice");
  }

  bool shows(char letter) const { return widths_.contains(letter); }
  std::size_t width(char letter) const { return shows(letter) ? widths_.at(letter) : 0; }

  void require(bool good, const std::string& what) const {
    if (!good) throw SpecificationError("the pattern '" + pattern_.text + "' " + what, pattern_.column);
  }

  const Argument& pattern_;
  PatternNeeds needs_;
  std::map<char, std::size_t> widths_;
  bool padded_ = false;
};

}  // namespace

std::vector<PatternPiece> pieces_of(const Argument& pattern) {
  std::vector<PatternPiece> pieces;
  for (std::size_t at = 0; at < pattern.text.size();) {
    const char c = pattern.text[at];
    if (c == '\'') {
      add_literal(pieces, take_quoted(pattern, ++at));
    } else if (is_pattern_letter(c)) {
      const std::size_t end = std::min(pattern.text.find_first_not_of(c, at), pattern.text.size());
      pieces.push_back({c, end - at, ""});
      at = end;
    } else {
      add_literal(pieces, std::string(1, c));
      ++at;
    }
  }
  return pieces;
}

CompiledPattern compile_pattern(const Argument& pattern, const std::string& locale, PatternNeeds needs) {
  std::vector<PatternPiece> pieces = pieces_of(pattern);
  const PatternCheck check(pattern, pieces, needs);
  check.run();
  if (check.by_icu()) return {make_icu_pattern(pieces, pattern, locale), check.precision()};
  return {make_fixed_pattern(std::move(pieces), pattern), check.precision()};
}

}  // namespace counterpart::codecs
