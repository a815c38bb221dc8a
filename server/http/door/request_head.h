#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/door/door.h"

namespace counterpart::http {

/// A request's head, taken apart; the request's body is still to come.
struct RequestHead {
  ServerRequest request;
  std::uint64_t length = 0;  ///< of the body, where not chunked
  bool chunked = false;
  bool keep_alive = false;
  bool awaits_continue = false;  ///< Expect: 100-continue
};

/// Takes a head apart that check_framing has found sound. nullopt where Beast's parser, the second
/// reader, does not agree.
std::optional<RequestHead> parse_head(std::string_view head);

}  // namespace counterpart::http
