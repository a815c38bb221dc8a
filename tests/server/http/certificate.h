#pragma once

#include <string>

namespace counterpart::http::testing {

/// A self-made certificate for localhost and 127.0.0.1, and its key, as files.
class Certificate {
 public:
  /// The key is only its owner's to read.
  explicit Certificate(const std::string& dns_name = "localhost");
  ~Certificate();
  Certificate(const Certificate&) = delete;
  std::string certificate_file() const { return folder_ + "/certificate.pem"; }
  std::string key_file() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

}  // namespace counterpart::http::testing
