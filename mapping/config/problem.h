#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace counterpart::config {

/// Where in a file; line and column count from 1, 0: unknown.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

/// A mistake in a configuration, or something worth knowing: where, what, and what to do about it.
struct Mistake {
  Place place;
  std::string what;
  std::string remedy;  ///< may be ""
};

/// Collects every mistake, so that a user sees all of them at once; and notes, which fail nothing.
class Problems {
 public:
  void add(Place place, std::string what, std::string remedy = "");
  /// Something that is no mistake, but may not be meant: `empty()`, `size()`, `sorted()` and `print()` know nothing of
  /// it.
  void note(Place place, std::string what, std::string remedy = "");
  bool empty() const { return mistakes_.empty(); }
  /// How many were added: whether something added one shows in it.
  std::size_t size() const { return mistakes_.size(); }
  /// By file, line and column; one that was added twice is given once.
  std::vector<Mistake> sorted() const;
  /// One line each: "file:line:column: what; remedy".
  std::string print() const;
  /// The notes, as they were added.
  const std::vector<Mistake>& notes() const { return notes_; }
  /// The notes, one line each, in the same order as mistakes: "file:line:column: note: what; remedy".
  std::string print_notes() const;

 private:
  std::vector<Mistake> mistakes_, notes_;
};

/// The name of `known` nearest to `name` by edit distance, or "" if none is near enough (a third of its length, at
/// least one edit; two swapped letters are one edit).
std::string nearest(std::string_view name, const std::vector<std::string>& known);

/// "a, b, c", for remedies.
std::string listed(const std::vector<std::string>& words);

}  // namespace counterpart::config
