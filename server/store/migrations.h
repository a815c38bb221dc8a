#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace counterpart::store {

/// A numbered SQL file of `migrations/`, embedded in the binary.
struct Migration {
  int number = 0;
  std::string name;  ///< "0001_queue_and_links"
  std::string sql;
};

/// The migrations this binary knows, in order.
const std::vector<Migration>& known_migrations();

/// The database cannot be migrated: a newer schema, a changed file, a failing statement; says which and what to do.
class MigrationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Brings the database at `uri` to the newest schema, each file in a transaction of its own under one
/// advisory lock, with its checksum recorded. Gives the names applied now. Throws MigrationError when
/// the database has a schema newer than `migrations`, or an applied file has changed since; DatabaseAway.
/// Blocks: called before the daemon runs, and by `counterpart migrate`.
std::vector<std::string> migrate(const std::string& uri, const std::vector<Migration>& migrations = known_migrations());

/// What the database has and what is missing, without changing anything.
struct SchemaState {
  int applied = 0;
  int known = 0;
};
SchemaState schema_state(const std::string& uri);

}  // namespace counterpart::store
