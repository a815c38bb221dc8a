#include "server/config/resolve.h"
#include "server/http/door/tls.h"

namespace counterpart::drafts {
namespace {

/// The daemon would not come up with them, so that they are tried when the configuration is checked.
void try_out(const ListenTlsSettings& tls, const ListenTls& written, Problems& problems) {
  try {
    http::make_server_context({tls.certificate, tls.key});
  } catch (const http::TlsError& error) {
    const Node& at = error.file() == tls.certificate ? written.certificate : written.key;
    problems.add(at.place, error.file() + " " + error.why(), error.remedy());
  }
}

}  // namespace

ListenSettings resolve_listen(const Listen& listen, const std::filesystem::path& folder, Problems& problems) {
  ListenSettings settings = listen;
  if (!listen.tls_files) return settings;
  const ListenTls& written = *listen.tls_files;
  settings.tls = ListenTlsSettings{(folder / written.certificate.scalar).string(),
                                   (folder / written.key.scalar).string(), written.doors};
  const bool whole = !written.certificate.scalar.empty() && !written.key.scalar.empty();
  if (whole) try_out(*settings.tls, written, problems);
  return settings;
}

}  // namespace counterpart::drafts
