#include "tls_support.h"

#include <array>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>

namespace counterpart::http::testing {

TlsClient::TlsClient(const std::string& address, int newest)
    : RawClient(address), context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free), tls_(nullptr, &SSL_free) {
  const timeval patience{20, 0};
  ::setsockopt(socket(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  // Old versions are spoken only if nothing is asked of their strength.
  SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), newest);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), socket());
  if (SSL_connect(tls_.get()) == 1) return;
  ERR_clear_error();
  throw std::runtime_error("no TLS with " + address);
}

TlsClient::~TlsClient() {
  // RawClient closes the socket.
  SSL_set_quiet_shutdown(tls_.get(), 1);
}

std::string TlsClient::server_name() const {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(tls_.get()), &X509_free);
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name.data(), name.size());
  return name.data();
}

bool TlsClient::renegotiate() {
  const bool agreed = SSL_renegotiate(tls_.get()) == 1 && SSL_do_handshake(tls_.get()) == 1;
  ERR_clear_error();
  return agreed;
}

ssize_t TlsClient::put(std::string_view bytes) {
  return SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
}

ssize_t TlsClient::take(char* bytes, std::size_t size) {
  const int got = SSL_read(tls_.get(), bytes, static_cast<int>(size));
  ERR_clear_error();
  return got;
}

}  // namespace counterpart::http::testing
