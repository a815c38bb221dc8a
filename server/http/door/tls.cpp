#include "server/http/door/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/observe/log.h"

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
                 "put the server's certificate there first, then those of its issuers, each from -----BEGIN "
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

void set_up(asio::ssl::context& context) {
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  // Sessions are resumed by tickets, which cost us no memory.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(native, no_pass_phrase);
}

}  // namespace

TlsError::TlsError(std::string file, std::string why, std::string remedy)
    : std::runtime_error(file + " " + why + "; " + remedy),
      file_(std::move(file)),
      why_(std::move(why)),
      remedy_(std::move(remedy)) {}

asio::ssl::context make_server_context(const TlsFiles& files) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  set_up(context);
  use_certificate(context, files.certificate);
  use_key(context, files);
  return context;
}

ServerCertificate::ServerCertificate(TlsFiles files, std::chrono::milliseconds look_every)
    : files_(std::move(files)),
      look_every_(look_every),
      read_(stamps()),
      context_(std::make_shared<asio::ssl::context>(make_server_context(files_))),
      looked_(Timer::now()) {}

std::shared_ptr<asio::ssl::context> ServerCertificate::at(Timer::time_point now) {
  if (now - looked_ >= look_every_) {
    looked_ = now;
    reload();
  }
  return context_;
}

void ServerCertificate::reload() {
  // Taken before reading: a change meanwhile shows at the next look.
  const Stamps now = stamps();
  if (now == read_) return;
  read_ = now;
  try {
    context_ = std::make_shared<asio::ssl::context>(make_server_context(files_));
    log::info("certificate read again", {{"file", files_.certificate}});
  } catch (const std::exception& error) {
    log::error("certificate not read again; the old one stays in use", {{"why", error.what()}});
  }
}

bool ServerCertificate::Stamp::operator==(const Stamp& other) const {
  return device == other.device && inode == other.inode && size == other.size &&
         changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
}

/// All zero for a file that is not there. The change time also shows a chmod that makes a key usable.
ServerCertificate::Stamp ServerCertificate::stamp_of(const std::string& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_ctim, status.st_size};
}

ServerCertificate::Stamps ServerCertificate::stamps() const {
  return {stamp_of(files_.certificate), stamp_of(files_.key)};
}

}  // namespace counterpart::http
