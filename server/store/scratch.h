#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "server/store/embedded.h"
#include "server/store/session.h"

namespace counterpart::store {

/// A private cluster that is gone when its owner is, with our schema: quick, and nothing in it is to be kept.
class ScratchDatabase {
 public:
  /// In that folder, which is its own. Throws EmbeddedError, MigrationError.
  explicit ScratchDatabase(const std::filesystem::path& folder);

  const std::string& uri() const { return cluster_.uri(); }

  /// As after the migrations. Nobody else uses it meanwhile. Throws Failure.
  void empty();

 private:
  EmbeddedDatabase cluster_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace counterpart::store
