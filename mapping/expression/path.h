#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mapping/values/native.h"

namespace counterpart {

/// A path that was refused: what, and the 0-based column inside its text.
class PathError : public std::runtime_error {
 public:
  PathError(const std::string& what, std::size_t column) : std::runtime_error(what), column_(column) {}
  std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

/// A place in a record. One syntax everywhere (mappings, connector definitions, expressions):
///   name               a member                    address.city
///   [0]                an element by position      addresses[0].city
///   [type=email]       the first element whose member equals the text (as `plain()`);
///                      several conditions: [type=email,active=true]; quotes where the value
///                      holds , or ] or a quote: [type='a,b']
///   [*]                every element (reading only)
/// A name with other characters than letters (of any script), digits, _ - $ is quoted:
/// 'Vorname (privat)'; inside quotes, ' " and \ are written \' \" and \\.
/// The empty path "." is the record itself.
class Path {
 public:
  static constexpr std::size_t kIndexMax = 9'999;  ///< so that set() cannot be made to fill memory
  static constexpr std::size_t kStepsMax = 32;

  struct Name {
    std::string name;
    bool operator==(const Name&) const = default;
  };
  struct Index {
    std::size_t index;
    bool operator==(const Index&) const = default;
  };
  struct Where {
    std::vector<std::pair<std::string, std::string>> conditions;
    /// What a row made by set() begins with: the conditions, with unquoted true, false and numbers
    /// in their own type ([active=true]), quoted ones as text ([zip='10115']).
    Native::Object row = {};
    bool operator==(const Where&) const = default;
  };
  struct Every {
    bool operator==(const Every&) const = default;
  };
  using Step = std::variant<Name, Index, Where, Every>;

  Path() = default;

  /// Throws PathError.
  static Path parse(std::string_view text);

  /// The longest path that `text` begins with ("a.b | trim": a.b); text() tells how much that was.
  /// For grammars that hold paths. Throws PathError.
  static Path parse_prefix(std::string_view text);

  /// This path without its first step; it must have one.
  Path tail() const;

  const std::string& text() const { return text_; }
  const std::vector<Step>& steps() const { return steps_; }

  /// The value at this place, or nullptr where any step is missing. With [*]: the first match.
  const Native* find(const Native& root) const;
  Native* find(Native& root) const { return const_cast<Native*>(find(std::as_const(root))); }

  /// Every value at this place, in order.
  std::vector<const Native*> find_all(const Native& root) const;

  /// Puts a value there, making objects, array elements and [key=value] rows on the way (a new row
  /// gets its conditions as members). Setting null makes nothing; through a [key=value] row (with
  /// several, the innermost) it also removes the row when nothing but its conditions, an id and nulls
  /// remain, for a child row without a value is no row.
  /// Throws PathError for a path with [*], or where a step meets a scalar or the other kind of
  /// container.
  void set(Native& root, Native value) const;

  bool operator==(const Path& other) const { return steps_ == other.steps_; }

 private:
  std::string text_ = ".";
  std::vector<Step> steps_;
  std::vector<std::size_t> columns_;  ///< where each step begins in the text
};

/// What is found at a place, as `plain()`; "" where there is no path, or nothing at it.
std::string text_at(const std::optional<Path>& path, const Native& root);

}  // namespace counterpart
