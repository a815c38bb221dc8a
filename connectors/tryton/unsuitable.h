#pragma once

#include <stdexcept>

namespace counterpart::tryton {

/// What a person has to mend before the record can be written; what() says it.
class Unsuitable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace counterpart::tryton
