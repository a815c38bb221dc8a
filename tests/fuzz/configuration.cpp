// Configurations and connector definitions (known by their key `connector:` at the margin) as anybody may write them:
// every mistake has a place in the text, and no secret is ever quoted.
#include "server/config/configuration.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <unistd.h>

#include "connectors/rest/definition.h"
#include "property.h"

namespace counterpart {
namespace {

using fuzz::require;
namespace fs = std::filesystem;

constexpr const char* kSecret = "vJ7-secret-of-the-environment-9Qx";
/// What the examples take from the environment.
constexpr const char* kNames[] = {"FUZZ_SECRET",        "CRM_TOKEN",   "CRM_WEBHOOK_SECRET", "ERP_API_KEY",
                                  "ERP_WEBHOOK_SECRET", "TRYTON_USER", "TRYTON_PASSWORD"};

/// A folder of this process alone, without anything that a configuration could name.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("counterpart-fuzz-" + std::to_string(::getpid()))) {
    fs::create_directory(path_);
    for (const char* name : kNames) ::setenv(name, kSecret, 1);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path file_with(std::string_view text) const {
    const fs::path file = path_ / "counterpart.yaml";
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
    return file;
  }

 private:
  fs::path path_;
};

void check_problems(const config::Problems& problems, std::string_view text) {
  const auto lines = std::ranges::count(text, '\n') + 1;
  for (const config::Mistake& mistake : problems.sorted()) {
    require(!mistake.what.empty(), "a mistake says what it is");
    require(!mistake.place.file.empty(), "a mistake names its file");
    require(mistake.place.line >= 1 && mistake.place.column >= 1, "a mistake has line and column");
    require(mistake.place.line <= lines + 1, "the place of a mistake is in the text");
  }
  const bool known = text.find(kSecret) != std::string_view::npos;
  require(known || problems.print().find(kSecret) == std::string::npos, "no secret is quoted");
}

void check_definition(std::string_view text) {
  config::Problems problems;
  const auto definition = rest::read_definition(text, "definition.yaml", problems);
  require(definition.has_value() == problems.empty(), "a definition is given, or its mistakes are");
  check_problems(problems, text);
}

/// As find_connector(), which reads those that ship anew each time.
std::shared_ptr<const ConnectorKind> kind_named(const std::string& name, const fs::path& folder,
                                                const config::Place& place, config::Problems& problems) {
  static std::map<std::string, std::shared_ptr<const ConnectorKind>> shipped;
  const auto known = shipped.find(name);
  if (known != shipped.end()) return known->second;
  auto kind = find_connector(name, folder, place, problems);
  if (std::ranges::count(known_connectors(), name) > 0) shipped.emplace(name, kind);
  return kind;
}

void check_configuration(std::string_view text) {
  static const Folder folder;
  const fs::path file = folder.file_with(text);
  config::Problems problems;
  const Configuration configuration = read_configuration(file, problems, kind_named);
  check_problems(problems, text);
  if (!problems.empty()) return;
  config::Problems again;
  const Configuration same = read_configuration(file, again, kind_named);
  require(again.empty() && same.syncs.size() == configuration.syncs.size(), "reading is deterministic");
  for (std::size_t i = 0; i < same.syncs.size(); ++i)
    require(same.syncs[i].version == configuration.syncs[i].version, "a sync's version is that of its text");
}

bool is_definition(std::string_view text) {
  constexpr std::string_view kKey = "connector:";
  return text.starts_with(kKey) || text.find("\nconnector:") != std::string_view::npos;
}

}  // namespace
}  // namespace counterpart

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace counterpart;
  const std::string_view text = fuzz::text_of(data, size);
  if (is_definition(text)) {
    check_definition(text);
  } else {
    check_configuration(text);
  }
  return 0;
}
