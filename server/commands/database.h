#pragma once

#include <memory>
#include <string>

#include "server/config/configuration.h"
#include "server/daemon/state_directory.h"
#include "server/store/embedded.h"

namespace counterpart::commands {

/// The configured database, running where it is our own.
struct Database {
  std::unique_ptr<store::EmbeddedDatabase> embedded;  ///< nullptr: somebody else's
  std::string uri;
};

/// Starts the private cluster where `database: embedded` is configured. Blocks; throws EmbeddedError.
Database open_database(const Configuration& configuration, const StateDirectory& state);

}  // namespace counterpart::commands
