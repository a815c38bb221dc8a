#include "server/store/scratch.h"

#include <cstdlib>
#include <stdexcept>

#include "server/fault_points.h"
#include "server/store/migrations.h"
#include "server/store/statements.h"

namespace counterpart::store {

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "counterpart-scratch-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder can be made among the temporary files");
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ScratchDatabase::ScratchDatabase()
    : cluster_(folder_.path(), EmbeddedDatabase::Patience{}, EmbeddedDatabase::Keeps::nothing) {
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
