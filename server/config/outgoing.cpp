#include "server/config/resolve.h"
#include "server/http/client/client_context.h"
#include "server/http/tls/tls_files.h"

namespace counterpart::drafts {
namespace {

/// A file that is named where `key` is written; "" where it is not written, or not usable as a path.
std::string path_of(const char* key, const std::optional<Node>& written, const std::filesystem::path& folder,
                    Problems& problems) {
  if (!written) return "";
  if (written->scalar.empty() || written->scalar.find('\n') != std::string::npos) {
    problems.add(written->place, std::string("'") + key + "' is not the path of a file",
                 "keep the PEM text in a file of its own, and write the file's path here");
    return "";
  }
  return (folder / written->scalar).string();
}

/// A path that came from ${…} is not shown.
void hide(std::string& text, const std::optional<Node>& written, const std::string& path) {
  if (!written || !written->interpolated || path.empty()) return;
  for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path))
    text.replace(at, path.size(), "${…}");
}

/// The daemon would not come up with files that cannot be used, so that they are tried when the configuration is
/// checked.
void try_out(const System& system, Problems& problems) {
  try {
    http::make_client_context({system.ca_file, system.client_certificate, system.client_key});
  } catch (const http::TlsError& error) {
    std::string what = error.file() + " " + error.why();
    std::string remedy = error.remedy();
    const Node& at = error.file() == system.ca_file      ? *system.ca
                     : error.file() == system.client_key ? *system.client_key_node
                                                         : *system.client_certificate_node;
    for (std::string* text : {&what, &remedy}) {
      hide(*text, system.ca, system.ca_file);
      hide(*text, system.client_certificate_node, system.client_certificate);
      hide(*text, system.client_key_node, system.client_key);
    }
    problems.add(at.place, what, remedy);
  }
}

/// Each is of no use without the other.
void refuse_half_a_pair(const Node& section, Problems& problems) {
  const Node* certificate = section.find("client_certificate");
  const Node* key = section.find("client_key");
  if ((certificate == nullptr) == (key == nullptr)) return;
  const Node& written = certificate != nullptr ? *certificate : *key;
  const std::string has = certificate != nullptr ? "client_certificate" : "client_key";
  const std::string lacks = certificate != nullptr ? "client_key" : "client_certificate";
  problems.add(written.place, "'" + has + "' is written without '" + lacks + "'",
               "add '" + lacks + "', or remove '" + has + "'");
}

void keep_files(System& system, const Node& section, const std::filesystem::path& folder, Problems& problems) {
  const std::size_t told_before = problems.size();
  system.ca_file = path_of("ca_file", system.ca, folder, problems);
  system.client_certificate = path_of("client_certificate", system.client_certificate_node, folder, problems);
  system.client_key = path_of("client_key", system.client_key_node, folder, problems);
  refuse_half_a_pair(section, problems);
  const bool has_pair = !system.client_certificate.empty() && !system.client_key.empty();
  const bool any = !system.ca_file.empty() || has_pair;
  if (any && problems.size() == told_before) try_out(system, problems);
}

/// Not repeated in the message: it may hold a password.
void keep_proxy(System& system, Problems& problems) {
  if (!system.proxy_node) return;
  system.proxy = http::parse_proxy(system.proxy_node->scalar);
  if (system.proxy) return;
  problems.add(system.proxy_node->place, "'proxy' is no address of an HTTP proxy",
               "write http://host:port or http://user:password@host:port, what is special in user and password "
               "percent-encoded (%40 for @)");
}

}  // namespace

void resolve_outgoing(System& system, const Node& section, const std::filesystem::path& folder, Problems& problems) {
  keep_files(system, section, folder, problems);
  keep_proxy(system, problems);
}

}  // namespace counterpart::drafts
