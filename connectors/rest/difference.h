#pragma once

#include "mapping/values/native.h"

namespace counterpart::rest {

/// What must be sent to turn `before` into `after`: the members that differ, null for those that are
/// no longer there. `merge`: nested objects likewise; else they are sent whole. `absent_is_blank`: a
/// null for what was not there is nothing to send.
Native difference(const Native& before, const Native& after, bool merge, bool absent_is_blank);

}  // namespace counterpart::rest
