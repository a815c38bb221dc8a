#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connectors/registry.h"

namespace counterpart::rest {

/// The kind declared in a definition's text; its mistakes go to `problems`, and then nullptr.
std::shared_ptr<const ConnectorKind> kind_from_text(std::string_view text, const std::string& file,
                                                    config::Problems& problems);

}  // namespace counterpart::rest
