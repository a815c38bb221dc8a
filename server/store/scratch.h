#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "server/store/embedded.h"
#include "server/store/session.h"

namespace counterpart::store {

/// A folder for files that nobody keeps, gone when its owner is.
class ScratchFolder {
 public:
  /// Among the temporary files. Throws std::runtime_error.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A private cluster that is gone when its owner is, with our schema: quick, and nothing in it is to be kept.
class ScratchDatabase {
 public:
  /// Throws EmbeddedError, MigrationError, std::runtime_error.
  ScratchDatabase();

  const std::string& uri() const { return cluster_.uri(); }

  /// As after the migrations. Nobody else uses it meanwhile. Throws Failure.
  void empty();

 private:
  ScratchFolder folder_;
  EmbeddedDatabase cluster_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace counterpart::store
