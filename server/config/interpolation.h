#pragma once

#include <filesystem>

#include "mapping/config/node.h"

namespace counterpart {

/// `${env:NAME}` from the environment and `${file:PATH}` from files, without one trailing newline.
/// A relative path is looked for in the folder of systemd's credentials ($CREDENTIALS_DIRECTORY)
/// first, then in `folder`.
config::Interpolate interpolate_in(std::filesystem::path folder);

/// A file's content; nullopt where it cannot be read or has more than `most` bytes.
std::optional<std::string> read_text_file(const std::filesystem::path& path, std::size_t most);

}  // namespace counterpart
