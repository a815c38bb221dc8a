#pragma once

#include <optional>
#include <string>

#include "mapping/values/native.h"
#include "mapping/values/value.h"

namespace counterpart {

/// A system's object as read.
struct Record {
  std::string id;
  std::string revision;             ///< the system's own version token; "" where it has none
  std::optional<Instant> modified;  ///< by the system's clock
  std::optional<Instant> created;   ///< by the system's clock
  std::string modified_by;          ///< the system's id of the last writer; "" where it does not tell
  std::string created_by;           ///< the system's id of the creator; "" where it does not tell
  bool absent_is_blank = false;     ///< the system leaves out blank fields
  Native fields;                    ///< an object; child rows are arrays of objects with their ids
};

}  // namespace counterpart
