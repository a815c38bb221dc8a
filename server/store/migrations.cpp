#include "server/store/migrations.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>

#include "embedded/migrations.h"
#include "server/store/session.h"
#include "server/store/store.h"

namespace counterpart::store {

namespace {

/// A migration may rewrite a large table.
constexpr milliseconds kStatementTimeout = std::chrono::hours(6);

struct Applied {
  std::string name;
  std::string checksum;
};

std::vector<Migration> read_known() {
  std::vector<Migration> known;
  for (const embedded::File& file : embedded::migrations()) {
    Migration migration;
    std::from_chars(file.name.data(), file.name.data() + file.name.size(), migration.number);
    migration.name = file.name.substr(0, file.name.rfind('.'));
    migration.sql = file.text;
    known.push_back(std::move(migration));
  }
  std::sort(known.begin(), known.end(), [](const Migration& a, const Migration& b) { return a.number < b.number; });
  return known;
}

ConnectionSettings settings_for(const std::string& uri) {
  ConnectionSettings settings;
  settings.uri = uri;
  settings.statement_timeout = kStatementTimeout;
  settings.steady_plans = false;
  return settings;
}

std::map<int, Applied> read_applied(Transaction& transaction) {
  std::map<int, Applied> applied;
  if (!transaction.exec("schema_exists").boolean(0, 0)) return applied;
  const Rows rows = transaction.exec("applied_migrations");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    applied[static_cast<int>(rows.integer(i, 0))] = {rows.text(i, 1), rows.text(i, 2)};
  }
  return applied;
}

std::string checksum_of(Transaction& transaction, const Migration& migration) {
  return transaction.exec("checksum", Arguments{migration.sql}).text(0, 0);
}

/// Refuses a database that another program, or another version of a file, has made.
void check_applied(Transaction& transaction, const std::map<int, Applied>& applied,
                   const std::vector<Migration>& known) {
  for (const auto& [number, what] : applied) {
    const auto same =
        std::find_if(known.begin(), known.end(), [n = number](const Migration& m) { return m.number == n; });
    if (same == known.end()) {
      throw MigrationError("the database has migration " + what.name + ", which this program does not know (it knows " +
                           std::to_string(known.size()) +
                           "): it was made by a newer version of Counterpart; install that version or a newer one");
    }
    if (checksum_of(transaction, *same) != what.checksum) {
      throw MigrationError("migration " + what.name +
                           " has changed since it was applied to this database: install the version of Counterpart "
                           "that made it, and put changes into a new migration");
    }
  }
}

/// The next known migration that the database lacks, applied in the running transaction; nullopt if none.
std::optional<std::string> apply_next(Transaction& transaction, const std::vector<Migration>& known) {
  transaction.exec("lock_schema");
  const std::map<int, Applied> applied = read_applied(transaction);
  check_applied(transaction, applied, known);
  for (const Migration& migration : known) {
    if (applied.contains(migration.number)) continue;
    if (applied.empty()) {
      transaction.exec("make_schema");
      transaction.exec("make_migration_table");
    }
    try {
      transaction.script(migration.sql);
    } catch (const Failure& failure) {
      if (failure.kind() != FailureKind::refused) throw;
      throw MigrationError("migration " + migration.name + " failed and was taken back: " + failure.what());
    }
    transaction.exec("note_migration",
                     Arguments{migration.number, migration.name, checksum_of(transaction, migration)});
    return migration.name;
  }
  return std::nullopt;
}

/// Runs `work`, with failures as callers of migrate() know them.
template <class Work>
auto translated(Work work) {
  try {
    return work();
  } catch (const Failure& failure) {
    if (failure.kind() == FailureKind::refused) {
      throw MigrationError(std::string("the database cannot be migrated: ") + failure.what());
    }
    throw DatabaseAway(failure.what(), failure.kind() == FailureKind::in_doubt);
  }
}

}  // namespace

const std::vector<Migration>& known_migrations() {
  static const std::vector<Migration> known = read_known();
  return known;
}

std::vector<std::string> migrate(const std::string& uri, const std::vector<Migration>& migrations) {
  return translated([&] {
    Connection connection(settings_for(uri));
    NoFaultPoints no_faults;
    std::vector<std::string> applied;
    std::optional<std::string> name;
    do {
      connection.transact(
          "migrate", [&](Transaction& transaction) { name = apply_next(transaction, migrations); }, no_faults);
      if (name) applied.push_back(*name);
    } while (name);
    return applied;
  });
}

SchemaState schema_state(const std::string& uri) {
  return translated([&] {
    Connection connection(settings_for(uri));
    NoFaultPoints no_faults;
    SchemaState state;
    state.known = static_cast<int>(known_migrations().size());
    connection.transact(
        "schema_state",
        [&](Transaction& transaction) { state.applied = static_cast<int>(read_applied(transaction).size()); },
        no_faults);
    return state;
  });
}

}  // namespace counterpart::store
