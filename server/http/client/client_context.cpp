#include "server/http/client/client_context.h"

#include <openssl/ssl.h>

#include "server/http/tls/tls_files.h"

namespace counterpart::http {

namespace asio = boost::asio;

asio::ssl::context make_client_context(const ClientTlsFiles& files) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  if (!files.ca_file.empty()) {
    trust_file(context, files.ca_file);
  } else {
    boost::system::error_code error;
    context.set_default_verify_paths(error);
    if (error) {
      throw TlsError("the machine's trust store", "cannot be read: " + error.message(),
                     "install ca-certificates, or name a ca_file");
    }
  }
  if (!files.certificate.empty()) use_files(context, {files.certificate, files.key});
  return context;
}

}  // namespace counterpart::http
