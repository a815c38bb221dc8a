#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/codecs/codec.h"
#include "mapping/codecs/specification.h"

namespace counterpart::codecs {

/// How a side spells several texts: as a JSON array, or in one text between separators.
class ListSpelling {
 public:
  /// A JSON array.
  ListSpelling() = default;
  /// ; or , or |, with the spaces around it that are printed: '; '. Throws SpecificationError.
  explicit ListSpelling(const Argument& separator);

  /// True if the argument is to be a separator.
  static bool is_separator(const Argument& argument);

  /// What a system holds, one by one, without blank ones: texts trimmed and NFC; nullopt where it is no such list.
  std::optional<std::vector<Native>> split(const Native& raw) const;

  /// The side's spelling of several, each a text or a number; a Problem where one holds the separator.
  Printed join(std::vector<Native> items) const;

  /// Whether a text may be one of several here: not blank or, between separators, with white space around it or the
  /// separator in it.
  bool can_hold(std::string_view item) const;

 private:
  std::string separator_;  ///< as it is printed; "": a JSON array
  char mark_ = '\0';
};

}  // namespace counterpart::codecs
