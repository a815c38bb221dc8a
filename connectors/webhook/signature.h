#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/webhook/hook.h"

namespace counterpart::hook {

/// True for the schemes whose header holds a digest of a declared text: an HMAC, or a hash with the secret in it.
bool is_signature(HookScheme::Type type);

/// Time stamps as senders write them: digits only where they count, and inside the window around now.
bool is_fresh(std::string_view timestamp, const HookScheme& scheme, Instant now);
std::string timestamp_text(HookScheme::Unit unit, Instant now);

/// Whether one of the secrets gives a signature that the request bears. All are tried.
bool verify_signature(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request,
                      Instant now);

/// The headers that a sender with this secret would add. Throws std::invalid_argument for a secret that is not
/// written as the scheme says.
HttpHeaders sign(const HookScheme& scheme, const Secret& secret, std::string_view message_id, std::string_view body,
                 Instant now);

/// The key that the secret stands for; nullopt where it is not written as the scheme says.
std::optional<std::string> key_of(const HookScheme& scheme, const Secret& secret);

}  // namespace counterpart::hook
