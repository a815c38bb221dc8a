#pragma once

#include <string>

#include "mapping/values/native.h"

namespace counterpart::rest {

/// A body as form fields (application/x-www-form-urlencoded): members of objects as a[b]=…, elements as a[0]=…,
/// null as an empty value. Throws EvaluationError for what is no object.
std::string print_form(const Native& body);

}  // namespace counterpart::rest
