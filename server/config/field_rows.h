#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "server/config/drafts.h"

namespace counterpart {

/// One field row: as it is written, and as the engine takes it.
struct FieldRow {
  drafts::Field written;
  FieldRule rule;
};

/// The field rows of one object mapping.
struct MappingRows {
  std::string sync;
  std::string object;  ///< the mapping's name
  std::vector<FieldRow> rows;
};

/// Reads the field rows of a configuration file, with the sheets that it names; systems and their secrets are not
/// looked at, so that whoever keeps the mapping need not be let to read them. Every mistake goes to `problems`; the
/// rows are whole only where there was none.
std::vector<MappingRows> read_field_rows(const std::filesystem::path& file, config::Problems& problems);

}  // namespace counterpart
