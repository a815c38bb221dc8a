#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>

#include "server/http/tls/renewed_context.h"
#include "server/http/tls/tls_files.h"

namespace counterpart::http {

/// TLS 1.2 or newer without renegotiation, with the certificate chain and key of these files. Throws TlsError.
boost::asio::ssl::context make_server_context(const TlsFiles& files);

/// The same, made again when the files change, which are looked at no more often than that. Throws TlsError.
RenewedContext renewed_server_context(const TlsFiles& files, std::chrono::milliseconds look_every);

}  // namespace counterpart::http
