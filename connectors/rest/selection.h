#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "mapping/expression/path.h"
#include "mapping/values/native.h"

namespace counterpart::rest {

/// Many values of an answer: the elements of an array, `results`, or something inside each,
/// `results[*].item`. Unlike Path::find_all it tells an empty list from none at all.
class Selection {
 public:
  Selection() = default;  ///< the answer itself is the array

  /// Throws PathError.
  static Selection parse(std::string_view text);

  /// nullopt where there is no such array, or an element lacks the inner value.
  std::optional<std::vector<const Native*>> find(const Native& root) const;

  /// The same, where a lone object counts as a list of one: in XML one element looks no different.
  std::optional<std::vector<const Native*>> find_or_one(const Native& root) const;

  /// The array's place, for messages.
  const std::string& list() const { return list_.text(); }

 private:
  Path list_;
  std::optional<Path> inner_;
};

}  // namespace counterpart::rest
