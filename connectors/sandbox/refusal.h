#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace counterpart::sandbox {

/// A request, or one item of a batch, that is refused; each CRM words it in its own way.
class Refused : public std::runtime_error {
 public:
  Refused(int status, const std::string& message, std::string field = {})
      : std::runtime_error(message), status_(status), field_(std::move(field)) {}
  int status() const { return status_; }
  const std::string& field() const { return field_; }

 private:
  int status_;
  std::string field_;
};

}  // namespace counterpart::sandbox
