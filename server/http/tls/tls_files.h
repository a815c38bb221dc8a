#pragma once

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>
#include <string>

namespace counterpart::http {

/// A certificate (with those of its issuers after it) and its key, both PEM files.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

/// A certificate or key that cannot be used: in which file, why, and what to do. Never holds what is in them.
class TlsError : public std::runtime_error {
 public:
  TlsError(std::string file, std::string why, std::string remedy);

  const std::string& file() const { return file_; }
  const std::string& why() const { return why_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string file_, why_, remedy_;
};

/// Gives the context the certificate chain and the key, which others may not read and which must be the
/// certificate's own. Never asks for a pass phrase. Throws TlsError.
void use_files(boost::asio::ssl::context& context, const TlsFiles& files);

/// Makes the context trust what these certificates vouch for, and nothing else. Throws TlsError.
void trust_file(boost::asio::ssl::context& context, const std::string& file);

}  // namespace counterpart::http
