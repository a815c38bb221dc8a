#include "server/http/door/tls.h"

#include <openssl/ssl.h>

namespace counterpart::http {

namespace asio = boost::asio;

asio::ssl::context make_server_context(const TlsFiles& files) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  // Sessions are resumed by tickets, which cost us no memory.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  use_files(context, files);
  return context;
}

RenewedContext renewed_server_context(const TlsFiles& files, std::chrono::milliseconds look_every) {
  return {{files.certificate, files.key}, [files] { return make_server_context(files); }, look_every};
}

}  // namespace counterpart::http
