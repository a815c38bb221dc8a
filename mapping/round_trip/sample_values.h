#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mapping/values/value.h"

namespace counterpart {

/// Values of a kind (Codec::kind()) worth trying, whatever the codec: usual ones, those at the ends of what there is,
/// those that spellings are known to confuse, and some generated ones, which the seed alone decides. None for a kind
/// that is not known.
std::vector<Value> sample_values(std::string_view kind, std::uint64_t seed);

}  // namespace counterpart
