#pragma once

#include <string>

#include "connectors/webhook/hook.h"

namespace counterpart {

/// The headers worth keeping of a webhook, as JSON: a fixed list that can hold no secret.
std::string evidence_headers(const HookRequest& hook);

/// What tells two deliveries apart: the sender's message id, else a SHA-256 of the body.
std::string delivery_key(const HookRequest& hook);

}  // namespace counterpart
