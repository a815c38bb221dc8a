#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "server/http/door/door.h"

namespace counterpart::http {

/// The Date header's text, made once a second.
class DateText {
 public:
  const std::string& at(std::time_t now);

 private:
  std::time_t second_ = -1;
  std::string text_;
};

/// Status line and headers up to the blank line. Content-Length, Connection, Date and Server are ours:
/// a handler's own are left out. Throws std::invalid_argument for a header that would split the response.
std::string response_head(const ServerResponse& response, const std::string& date, bool keep_alive);

/// The door's own answer to what it refuses: {"error": what}, and Retry-After with 503.
ServerResponse refusal_response(int status, std::string_view what);

}  // namespace counterpart::http
