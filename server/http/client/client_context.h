#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

namespace counterpart::http {

/// PEM files of a TLS client: whom it trusts, and how it proves who it is.
struct ClientTlsFiles {
  std::string ca_file;      ///< certificates to trust; "": those of the machine's trust store
  std::string certificate;  ///< ours, with those of its issuers after it; "": none
  std::string key;          ///< of that certificate
};

/// TLS 1.2 or newer with the peer's certificate verified. Throws TlsError naming the file that cannot be used.
boost::asio::ssl::context make_client_context(const ClientTlsFiles& files);

}  // namespace counterpart::http
