#pragma once

#include <vector>

#include "connectors/rest/definition.h"
#include "connectors/webhook/hook.h"

namespace counterpart::rest {

/// The news in a verified webhook, as the definition says. Items about objects that are not declared
/// are passed over. Throws HookFormatError.
std::vector<News> read_hook(const Definition& definition, const HookRequest& request);

}  // namespace counterpart::rest
