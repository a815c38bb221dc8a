#include "server/intake/evidence.h"

#include <array>
#include <openssl/evp.h>
#include <string_view>

#include "mapping/values/json.h"

namespace counterpart {
namespace {

constexpr std::string_view kKeptHeaders[] = {"content-type", "user-agent",        "date",
                                             "webhook-id",   "webhook-timestamp", "x-timestamp"};
constexpr std::size_t kHeaderLengthMax = 300;

std::string sha256_hex(std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest.at(i) >> 4U];
    hex += kDigits[digest.at(i) & 15U];
  }
  return hex;
}

/// Bytes that are no UTF-8 would not fit into the database's text.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, kHeaderLengthMax)) result += (c >= 0x20 && c < 0x7f) ? c : '?';
  return result;
}

}  // namespace

std::string evidence_headers(const HookRequest& hook) {
  Native kept{Native::Object{}};
  for (const std::string_view name : kKeptHeaders) {
    if (const std::string* value = find_header(hook.headers, name)) kept.set(name, Native(printable(*value)));
  }
  return print_json(kept);
}

std::string delivery_key(const HookRequest& hook) {
  if (const std::string* id = find_header(hook.headers, "webhook-id"); id != nullptr && !id->empty()) {
    return printable(*id);
  }
  return sha256_hex(hook.body);
}

}  // namespace counterpart
