#include "server/store/scratch.h"

#include "server/fault_points.h"
#include "server/store/migrations.h"
#include "server/store/statements.h"

namespace counterpart::store {

ScratchDatabase::ScratchDatabase(const std::filesystem::path& folder)
    : cluster_(folder, EmbeddedDatabase::Patience{}, EmbeddedDatabase::Keeps::nothing) {
  migrate(cluster_.uri());
  ConnectionSettings settings;
  settings.uri = cluster_.uri();
  connection_ = std::make_unique<Connection>(settings);
}

void ScratchDatabase::empty() {
  NoFaultPoints points;
  connection_->transact(
      "empty", [](Transaction& transaction) { transaction.script(statement("empty_everything")); }, points);
}

}  // namespace counterpart::store
