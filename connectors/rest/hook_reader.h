#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/rest/definition.h"
#include "connectors/webhook/hook.h"

namespace counterpart::rest {

/// The news in a verified webhook, as the definition says. Items about objects that are not declared
/// are passed over. Throws HookFormatError.
std::vector<News> read_hook(const Definition& definition, const HookRequest& request);

/// The body without what the definition filters, as JSON; nullopt where it filters nothing. Throws HookFormatError.
std::optional<std::string> filtered_hook(const Definition& definition, const HookRequest& request);

}  // namespace counterpart::rest
