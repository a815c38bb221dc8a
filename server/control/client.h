#pragma once

#include <stdexcept>
#include <string>

#include "mapping/values/native.h"

namespace counterpart {

/// The daemon did not do what was asked: what happened, and what to do.
class ControlError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Asks the daemon of that state directory, over its Unix socket; blocks, at most 30 s. Gives the
/// JSON answer. Throws ControlError: no daemon there, no right to the socket, or its own error text.
Native ask_daemon(const std::string& state_directory, const std::string& method, const std::string& target);

/// Percent-encodes one path segment.
std::string encode_segment(std::string_view text);

}  // namespace counterpart
