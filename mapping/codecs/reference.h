#pragma once

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapping/codecs/codec.h"

namespace counterpart {

/// A record that another one names.
struct Referred {
  std::string mapping;  ///< the object mapping that it takes part in
  Side side = Side::left;
  std::string id;
  auto operator<=>(const Referred&) const = default;
};

/// Which of the records that others name are counterparts.
class Counterparts {
 public:
  void add(const std::string& mapping, const Both<std::string>& ids);

  /// The counterpart's id on the other side; nullptr where none is known.
  const std::string* of(const Referred& record) const;

 private:
  std::map<Referred, std::string> ids_;
};
using CounterpartsPtr = std::shared_ptr<const Counterparts>;

/// What a side says of a field that names another record (`reference(companies)`).
struct Reference {
  std::string mapping;
  bool required = false;                   ///< no record is created on this side without it
  std::optional<std::string> placeholder;  ///< the id that is written here instead
};

/// nullptr: the codec's values name no record.
const Reference* reference_of(const Codec& codec);

/// The codec of a reference that knows who is whose counterpart. Without, a record is nobody's: what one side names is
/// nothing that the other could say.
CodecPtr with_counterparts(const Codec& codec, CounterpartsPtr counterparts);

/// The record that a reference's value names, on the side on which it names it; nullopt for all other values and
/// codecs.
std::optional<Referred> named_record(const Codec& codec, const Value& value);

/// Of a reference's value, where this side has no name for what it names (nor a placeholder): the record that needs a
/// counterpart first. nullopt for all other values and codecs.
std::optional<Referred> without_counterpart(const Codec& codec, const Value& value);

}  // namespace counterpart
