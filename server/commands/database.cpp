#include "server/commands/database.h"

namespace counterpart::commands {

Database open_database(const Configuration& configuration, const StateDirectory& state) {
  Database database;
  if (configuration.database != "embedded") {
    database.uri = configuration.database;
    return database;
  }
  store::EmbeddedDatabase::Patience patience;
  patience.start = configuration.work.database.start_timeout;
  patience.stop = configuration.work.database.stop_timeout;
  database.embedded = std::make_unique<store::EmbeddedDatabase>(state.path(), patience);
  database.uri = database.embedded->uri();
  return database;
}

}  // namespace counterpart::commands
