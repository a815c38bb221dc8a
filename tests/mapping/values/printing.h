#pragma once

#include <ostream>

#include "mapping/values/decimal.h"
#include "mapping/values/json.h"
#include "mapping/values/native.h"

// So that values print themselves where an expectation fails.
namespace counterpart {

inline void PrintTo(const Native& value, std::ostream* out) {
  *out << print_json(value);
}
inline void PrintTo(const Decimal& number, std::ostream* out) {
  *out << number.print();
}

}  // namespace counterpart
