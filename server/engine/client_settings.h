#pragma once

#include "server/config/configuration.h"
#include "server/http/client/client.h"

namespace counterpart {

/// How a system is called, as its configuration says.
http::ClientSettings client_settings(const SystemConfiguration& system);

}  // namespace counterpart
