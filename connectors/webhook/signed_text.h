#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/webhook/hook.h"

namespace counterpart::hook {

/// The names that a signed text may hold as ${name}: body, timestamp, method, url (as the sender called it),
/// decoded_url (url with %3A %2F %3F %40 %21 %24 %27 %28 %29 %2A %2C %3B decoded, as HubSpot signs it), secret,
/// header.NAME (of the request; nothing where it is missing or there twice).
const std::vector<std::string>& signed_names();

/// Whether ${name} means something in a signed text.
bool is_signed_name(std::string_view name);

/// `pattern` with its names filled in; anything else is literal. `timestamp` as the sender wrote it.
std::string fill_signed_text(std::string_view pattern, const HookRequest& request, std::string_view timestamp,
                             std::string_view secret);

/// Whether the pattern holds ${name}.
bool holds_name(std::string_view pattern, std::string_view name);

}  // namespace counterpart::hook
