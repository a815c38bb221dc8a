#include "server/http/tls/tls_files.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace counterpart::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Read and write for the owner, read for the group.
constexpr mode_t kKeyModeForbidden = S_IWGRP | S_IXGRP | S_IRWXO;

void check_readable(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || ::access(file.c_str(), R_OK) != 0) {
    throw TlsError(file, "cannot be read", "name a PEM file that exists and that counterpart's user may read");
  }
}

/// Whoever reads the key can pose as us.
void check_private(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0 && (status.st_mode & kKeyModeForbidden) != 0) {
    throw TlsError(file, "holds a key that others may read or change", "run: chmod 640 " + file);
  }
}

void use_certificate(asio::ssl::context& context, const std::string& file) {
  check_readable(file);
  error_code error;
  context.use_certificate_chain_file(file, error);
  if (!error) return;
  throw TlsError(file, "holds no certificate in PEM",
                 "put the certificate itself there first, then those of its issuers, each from -----BEGIN "
                 "CERTIFICATE-----");
}

bool is_mismatch(unsigned long error) {
  return ERR_GET_LIB(error) == ERR_LIB_X509 && ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH;
}

void use_key(asio::ssl::context& context, const TlsFiles& files) {
  check_readable(files.key);
  check_private(files.key);
  error_code error;
  context.use_private_key_file(files.key, asio::ssl::context::pem, error);
  if (!error && SSL_CTX_check_private_key(context.native_handle()) == 1) return;
  const bool mismatch = !error || is_mismatch(static_cast<unsigned long>(error.value()));
  ERR_clear_error();
  if (mismatch) {
    throw TlsError(files.key, "is not the key of the certificate in " + files.certificate,
                   "name the key that the certificate was made for");
  }
  throw TlsError(files.key, "holds no private key in PEM, or one with a pass phrase",
                 "write it without a pass phrase: openssl pkey -in OLD -out NEW");
}

/// Never asks at a terminal.
int no_pass_phrase(char*, int, int, void*) {
  return 0;
}

}  // namespace

TlsError::TlsError(std::string file, std::string why, std::string remedy)
    : std::runtime_error(file + " " + why + "; " + remedy),
      file_(std::move(file)),
      why_(std::move(why)),
      remedy_(std::move(remedy)) {}

void use_files(asio::ssl::context& context, const TlsFiles& files) {
  SSL_CTX_set_default_passwd_cb(context.native_handle(), no_pass_phrase);
  use_certificate(context, files.certificate);
  use_key(context, files);
}

void trust_file(asio::ssl::context& context, const std::string& file) {
  check_readable(file);
  error_code error;
  context.load_verify_file(file, error);
  if (!error) return;
  ERR_clear_error();
  throw TlsError(file, "holds no certificate in PEM",
                 "put the certificates of the authorities to trust there, each from -----BEGIN CERTIFICATE-----");
}

}  // namespace counterpart::http
