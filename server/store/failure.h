#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace counterpart::store {

/// What a database failure means for the one who meets it.
enum class FailureKind : std::uint8_t {
  retry_now,    ///< serialization, deadlock, lock not got: the transaction is rolled back and may run again
  reconnect,    ///< the connection is lost; nothing was committed
  in_doubt,     ///< a COMMIT was sent and its answer lost
  unavailable,  ///< the server answers but cannot work now: time-out, disk full, read-only
  refused       ///< the statement or its data is wrong; trying again cannot help
};

/// A failed statement or connection. The text names the statement and the server's reason and never
/// holds values.
class Failure : public std::runtime_error {
 public:
  Failure(FailureKind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  FailureKind kind() const { return kind_; }

 private:
  FailureKind kind_;
};

}  // namespace counterpart::store
