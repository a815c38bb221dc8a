#include "server/store/schemas.h"

#include "server/store/stored_json.h"

namespace counterpart::store {

std::optional<StoredSchema> schema_of(Transaction& transaction, const std::string& system, const std::string& object) {
  const Rows rows = transaction.exec("schema_of", Arguments{system, object});
  if (rows.empty()) return std::nullopt;
  return StoredSchema{parse_stored(rows.view(0, 0)), parse_stored(rows.view(0, 1)), rows.integer(0, 2)};
}

bool keep_schema(Transaction& transaction, const SchemaUpdate& update) {
  const StoredSchema& schema = update.schema;
  const Rows kept = transaction.exec("keep_schema", Arguments{update.system, update.object, Cell::json(schema.accepted),
                                                              Cell::json(schema.live), schema.revision});
  if (kept.empty()) return false;
  Columns changes(3);
  for (const SchemaNote& change : update.changes) changes.add({change.field, change.kind, change.what});
  if (changes.empty()) return true;
  transaction.exec("note_schema_changes", Arguments({update.system, update.object}).and_columns(changes));
  return true;
}

void list_anew(Transaction& transaction, const std::string& system, const std::string& object) {
  transaction.exec("list_anew", Arguments{system, object});
}

bool accept_schema(Transaction& transaction, const std::string& system, const std::string& object) {
  if (transaction.exec("accept_schema", Arguments{system, object}).empty()) return false;
  transaction.exec("resolve_schema_alerts", Arguments{system + "/" + object + "/"});
  return true;
}

}  // namespace counterpart::store
