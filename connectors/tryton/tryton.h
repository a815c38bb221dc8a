#pragma once

#include <memory>

#include "connectors/registry.h"

namespace counterpart {

/// Tryton 6.0 and later over JSON-RPC: object `party`, one tree of party, contact mechanisms, identifiers,
/// addresses and names of categories. Settings: url (with the database), user, password. Known limit: a
/// child row deleted by itself, not through its party, leaves no trace that changed() could see.
std::shared_ptr<const ConnectorKind> tryton_kind();

}  // namespace counterpart
