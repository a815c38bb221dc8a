#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace counterpart {

/// A pattern or replacement that was refused: what, and the remedy in the text.
class PatternError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A regular expression of RE2's, for UTF-8: the time for a match is linear in the text, and its memory is limited.
class Pattern {
 public:
  static constexpr std::size_t kTextMax = 512;                      ///< bytes of a pattern
  static constexpr std::size_t kInputMax = std::size_t{32} * 1024;  ///< bytes of a text that is looked through
  static constexpr std::size_t kShortMax = std::size_t{8} * 1024;   ///< bytes of one that may match any number of times
  static constexpr std::size_t kMatchesMax = 2000;                  ///< in a longer one

  /// Throws PatternError.
  explicit Pattern(std::string_view text);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  /// Throws PatternError where \0 to \9 in a replacement name groups that the pattern does not have.
  void check_replacement(std::string_view replacement) const;

  /// The text with every match replaced, as Python's re.sub does; \1 stands for the first group. Throws PatternError
  /// as above, and EvaluationError where the text is too long, matches too often, or its result would be too long.
  std::string replace(std::string_view text, std::string_view replacement) const;

  /// The first match. Throws EvaluationError where the text is too long.
  std::optional<std::string_view> search(std::string_view text) const;

  /// Whether the text begins with a match. Throws as search().
  bool begins(std::string_view text) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace counterpart
