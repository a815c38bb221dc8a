#include "certificate.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <stdlib.h>
#include <sys/stat.h>
#include <utility>

namespace counterpart::http::testing {

Certificate::Certificate(const std::string& dns_name) {
  std::string name = std::filesystem::temp_directory_path() / "counterpart-tls-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const auto* common_name = reinterpret_cast<const unsigned char*>(dns_name.c_str());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  const std::string names = "DNS:" + dns_name + (dns_name == "localhost" ? ",IP:127.0.0.1" : "");
  for (const auto& [id, value] : {std::pair<int, std::string>{NID_subject_alt_name, names},
                                  std::pair<int, std::string>{NID_basic_constraints, "critical,CA:TRUE"}}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const std::unique_ptr<FILE, decltype(&fclose)> pem(fopen(certificate_file().c_str(), "w"), &fclose);
  PEM_write_X509(pem.get(), certificate.get());
  const std::unique_ptr<FILE, decltype(&fclose)> secret(fopen(key_file().c_str(), "w"), &fclose);
  ::fchmod(fileno(secret.get()), S_IRUSR | S_IWUSR);
  PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

Certificate::~Certificate() {
  std::filesystem::remove_all(folder_);
}

}  // namespace counterpart::http::testing
