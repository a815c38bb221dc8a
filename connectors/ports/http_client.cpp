#include "connectors/ports/http_client.h"

#include <algorithm>

#include "connectors/ports/header_names.h"

namespace counterpart {

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) { return equal_names(header.first, name); });
  return found == headers.end() ? nullptr : &found->second;
}

}  // namespace counterpart
