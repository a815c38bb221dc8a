#include "server/config/interpolation.h"

#include <cstdlib>
#include <fstream>

namespace counterpart {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSecretBytesMax = 64UL * 1024;

std::string without_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

/// systemd's credentials are guarded by their folder; elsewhere a secret is nobody else's to read.
void refuse_open_file(const fs::path& path) {
  constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;
  std::error_code error;
  const fs::perms mode = fs::status(path, error).permissions();
  if (error || (mode & kOthers) == fs::perms::none) return;
  throw config::InterpolationError("the file '" + path.string() + "' may be read or changed by others than its owner",
                                   "chmod 600 it, and let it belong to counterpart's user; or use systemd's "
                                   "LoadCredential=");
}

std::optional<std::string> file_content(const fs::path& folder, const fs::path& path) {
  const auto credentials = environment("CREDENTIALS_DIRECTORY");
  if (credentials && !credentials->empty() && path.is_relative()) {
    if (auto text = read_text_file(fs::path(*credentials) / path, kSecretBytesMax)) return text;
  }
  auto text = read_text_file(folder / path, kSecretBytesMax);
  if (text) refuse_open_file(folder / path);
  return text;
}

}  // namespace

std::optional<std::string> read_text_file(const fs::path& path, std::size_t most) {
  std::error_code error;
  if (fs::is_directory(path, error)) return std::nullopt;
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  char buffer[4096];
  while (stream.read(buffer, sizeof buffer) || stream.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(stream.gcount()));
    if (text.size() > most) return std::nullopt;
  }
  if (!stream.eof()) return std::nullopt;
  return text;
}

config::Interpolate interpolate_in(fs::path folder) {
  return [folder = std::move(folder)](std::string_view kind, std::string_view name) -> std::optional<std::string> {
    if (kind == "env") return environment(std::string(name));
    auto text = file_content(folder, fs::path(name));
    if (text) text = without_newline(std::move(*text));
    return text;
  };
}

}  // namespace counterpart
