#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mapping/values/native.h"

namespace counterpart {

/// A path that was refused: what, and the 0-based column inside its text.
class PathError : public std::runtime_error {
 public:
  PathError(std::string what, std::size_t column) : std::runtime_error(std::move(what)), column_(column) {}
  std::size_t column() const { return column_; }

 private:
  std::size_t column_;
};

/// A place in a record. One syntax everywhere (mappings, connector definitions, expressions):
///   name               a member                    address.city
///   [0]                an element by position      addresses[0].city
///   [type=email]       the first element whose member equals the text (as `plain()`);
///                      several conditions: [type=email,active=true]; quotes where the value
///                      holds , or ]: [type='a,b']
///   [*]                every element (reading only)
/// A name with other characters than letters, digits, _ - $ is quoted: 'Vorname (privat)'.
/// The empty path "." is the record itself.
class Path {
 public:
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
    bool operator==(const Where&) const = default;
  };
  struct Every {
    bool operator==(const Every&) const = default;
  };
  using Step = std::variant<Name, Index, Where, Every>;

  Path() = default;

  /// Throws PathError.
  static Path parse(std::string_view text);

  const std::string& text() const { return text_; }
  const std::vector<Step>& steps() const { return steps_; }

  /// The value at this place, or nullptr where any step is missing. With [*]: the first match.
  const Native* find(const Native& root) const;

  /// Every value at this place, in order.
  std::vector<const Native*> find_all(const Native& root) const;

  /// Puts a value there, making objects, array elements and [key=value] rows on the way (a new row
  /// gets its conditions as members). Setting null through a [key=value] row removes the row, for
  /// a child row without its value is no row; through a name or index it sets null.
  /// Throws PathError for a path with [*], or where a step meets a scalar.
  void set(Native& root, Native value) const;

  bool operator==(const Path& other) const { return steps_ == other.steps_; }

 private:
  std::string text_ = ".";
  std::vector<Step> steps_;
};

}  // namespace counterpart
