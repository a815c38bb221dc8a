#pragma once

#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <string_view>

#include "support.h"

namespace counterpart::http::testing {

/// A RawClient that speaks TLS and believes every certificate.
class TlsClient : public RawClient {
 public:
  /// Connects and shakes hands, with `newest` as its newest version. Throws where no connection comes about.
  explicit TlsClient(const std::string& address, int newest = TLS1_3_VERSION);
  ~TlsClient() override;

  /// The common name of the certificate that the server showed.
  std::string server_name() const;
  std::string version() const { return SSL_get_version(tls_.get()); }

  /// Whether the server said that it has ended, instead of just ending.
  bool was_told_the_end() const { return (SSL_get_shutdown(tls_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

  /// Asks for another handshake within the connection (TLS 1.2). Whether the server went along.
  bool renegotiate();

 protected:
  ssize_t put(std::string_view bytes) override;
  ssize_t take(char* bytes, std::size_t size) override;
  bool has_more() override { return SSL_pending(tls_.get()) > 0; }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
};

}  // namespace counterpart::http::testing
