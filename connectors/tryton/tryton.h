#pragma once

#include <memory>

#include "connectors/registry.h"

namespace counterpart {

/// Tryton 6.0 and later over JSON-RPC: objects `party`, `product` and `sale`, each one tree with its child rows
/// (contact mechanisms, identifiers, addresses; lines). Settings: url (with the database), user, password. Known
/// limit: a child row deleted by itself, not through its record, leaves no trace that changed() could see.
std::shared_ptr<const ConnectorKind> tryton_kind();

}  // namespace counterpart
