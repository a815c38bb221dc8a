#pragma once

#include "server/store/session.h"

namespace counterpart::store {

// Store's functions of these names, each in a running transaction.

std::optional<StoredSchema> schema_of(Transaction& transaction, const std::string& system, const std::string& object);
bool keep_schema(Transaction& transaction, const SchemaUpdate& update);
void list_anew(Transaction& transaction, const std::string& system, const std::string& object);
bool accept_schema(Transaction& transaction, const std::string& system, const std::string& object);

}  // namespace counterpart::store
