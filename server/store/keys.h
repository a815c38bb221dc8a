#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace counterpart::store {

/// Ids of records from outside are no longer than this; every index that holds one has room for it.
inline constexpr std::size_t kIdBytesMax = 512;

/// What makes an id from outside unusable, in words that follow "its id" ("is longer than 512 bytes");
/// nullopt: nothing. An id that the database could not hold or index would come again for ever.
std::optional<std::string> fault_of_id(std::string_view id);

/// The text as it is stored in indexed columns: itself up to 200 bytes, else its first 64 characters with its
/// SHA-256. Two different texts stay different; what is looked up must be spelled the same way.
std::string bounded_key(std::string text);

}  // namespace counterpart::store
