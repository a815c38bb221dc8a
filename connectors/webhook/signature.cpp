#include "connectors/webhook/signature.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "connectors/webhook/digest.h"
#include "connectors/webhook/header.h"
#include "connectors/webhook/signed_text.h"
#include "mapping/codecs/iso_time.h"

namespace counterpart::hook {
namespace {

using std::chrono::milliseconds;
using Type = HookScheme::Type;
using Encoding = HookScheme::Encoding;
using Unit = HookScheme::Unit;

std::optional<std::string> decoded(Encoding encoding, std::string_view text) {
  switch (encoding) {
    case Encoding::hex:
      return from_hex(text);
    case Encoding::base64:
      return from_base64(text);
    case Encoding::base64url:
      return from_base64url(text);
  }
  return std::nullopt;
}

std::string encoded(Encoding encoding, std::string_view bytes) {
  switch (encoding) {
    case Encoding::hex:
      return to_hex(bytes);
    case Encoding::base64:
      return to_base64(bytes);
    case Encoding::base64url:
      return to_base64url(bytes);
  }
  return "";
}

/// The signature out of base64("some id:signature").
std::optional<std::string> unwrapped(std::string_view text) {
  auto inner = from_base64(text);
  const std::size_t colon = inner ? inner->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return inner->substr(colon + 1);
}

std::optional<std::string> one_signature(const HookScheme& scheme, std::string_view text) {
  const auto bare = without_prefix(text, scheme.prefix);
  if (!bare) return std::nullopt;
  if (!scheme.wrapped) return decoded(scheme.encoding, *bare);
  const auto inner = unwrapped(*bare);
  return inner ? decoded(scheme.encoding, *inner) : std::nullopt;
}

/// Those in the header: one, or where it has parts any number of them (two while the sender rotates its secret).
std::vector<std::string> given_signatures(const HookScheme& scheme, const std::string& header) {
  std::vector<std::string_view> texts{header};
  if (!scheme.part.empty()) texts = parts_of(header, scheme.part);
  std::vector<std::string> signatures;
  for (const std::string_view text : texts)
    if (auto signature = one_signature(scheme, text)) signatures.push_back(*std::move(signature));
  return signatures;
}

/// The signed time; nullopt where it is missing, there twice or not fresh, "" where none is signed.
std::optional<std::string> given_timestamp(const HookScheme& scheme, const HttpHeaders& headers,
                                           const std::string& header, Instant now) {
  std::optional<std::string> stamp;
  if (!scheme.timestamp_part.empty()) {
    const auto parts = parts_of(header, scheme.timestamp_part);
    if (parts.size() == 1) stamp = std::string(parts.front());
  } else if (!scheme.timestamp_header.empty()) {
    if (const std::string* value = only_header(headers, scheme.timestamp_header)) stamp = *value;
  } else {
    return "";
  }
  if (!stamp || !is_fresh(*stamp, scheme, now)) return std::nullopt;
  return stamp;
}

/// The digest that a sender with this secret would send; nullopt for a secret that is not written as it should be.
std::optional<std::string> signature_of(const HookScheme& scheme, const Secret& secret, const HookRequest& request,
                                        std::string_view timestamp) {
  const auto key = key_of(scheme, secret);
  if (!key) return std::nullopt;
  const std::string text = fill_signed_text(scheme.signed_text, request, timestamp, secret.reveal());
  switch (scheme.type) {
    case Type::hmac_sha1:
      return hmac("SHA1", *key, text);
    case Type::hmac_sha512:
      return hmac("SHA512", *key, text);
    case Type::sha256: {
      const Digest digest = sha256(text);
      return std::string(digest.begin(), digest.end());
    }
    default:
      return hmac("SHA256", *key, text);
  }
}

}  // namespace

bool is_signature(Type type) {
  return type == Type::hmac_sha1 || type == Type::hmac_sha256 || type == Type::hmac_sha512 || type == Type::sha256;
}

bool is_fresh(std::string_view timestamp, const HookScheme& scheme, Instant now) {
  constexpr std::size_t kDigitsMax = 15;
  const milliseconds tolerance = scheme.tolerance;
  if (scheme.timestamp_unit == Unit::iso) {
    const auto told = codecs::parse_iso_instant(timestamp);
    return told && now - *told <= tolerance && *told - now <= tolerance;
  }
  if (timestamp.empty() || timestamp.size() > kDigitsMax || timestamp.front() == '-') return false;
  long long count = 0;
  const auto [end, fault] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), count);
  if (fault != std::errc() || end != timestamp.data() + timestamp.size()) return false;
  const bool seconds = scheme.timestamp_unit == Unit::seconds;
  const auto since = std::chrono::floor<milliseconds>(now).time_since_epoch().count();
  const long long age = seconds ? since / 1'000 - count : since - count;
  const long long most = seconds ? scheme.tolerance.count() : tolerance.count();
  return age <= most && -age <= most;
}

std::string timestamp_text(Unit unit, Instant now) {
  const auto since = now.time_since_epoch();
  switch (unit) {
    case Unit::seconds:
      return std::to_string(std::chrono::floor<std::chrono::seconds>(since).count());
    case Unit::milliseconds:
      return std::to_string(std::chrono::floor<milliseconds>(since).count());
    case Unit::iso:
      return codecs::print_iso_instant(now).value_or("");
  }
  return "";
}

std::optional<std::string> key_of(const HookScheme& scheme, const Secret& secret) {
  using SecretEncoding = HookScheme::SecretEncoding;
  if (scheme.secret_encoding == SecretEncoding::text) return secret.reveal();
  return scheme.secret_encoding == SecretEncoding::hex ? from_hex(secret.reveal()) : from_base64(secret.reveal());
}

bool verify_signature(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request,
                      Instant now) {
  const std::string* header = only_header(request.headers, scheme.header);
  if (header == nullptr) return false;
  const std::vector<std::string> given = given_signatures(scheme, *header);
  const auto timestamp = given_timestamp(scheme, request.headers, *header, now);
  if (given.empty() || !timestamp) return false;
  bool verified = false;
  for (const Secret& secret : secrets) {
    const auto expected = secret.empty() ? std::nullopt : signature_of(scheme, secret, request, *timestamp);
    if (!expected) continue;
    for (const std::string& signature : given) verified |= same(*expected, signature);
  }
  return verified;
}

HttpHeaders sign(const HookScheme& scheme, const Secret& secret, std::string_view message_id, std::string_view body,
                 Instant now) {
  HookRequest request;
  request.body = body;
  const std::string timestamp = timestamp_text(scheme.timestamp_unit, now);
  const auto digest = signature_of(scheme, secret, request, timestamp);
  if (!digest) throw std::invalid_argument("the webhook secret is not written as the scheme says");
  std::string text = encoded(scheme.encoding, *digest);
  if (scheme.wrapped) text = to_base64(std::string(message_id) + ":" + text);
  text.insert(0, scheme.prefix);
  if (!scheme.part.empty()) text = scheme.part + "=" + text;
  if (!scheme.timestamp_part.empty()) text = scheme.timestamp_part + "=" + timestamp + "," + text;
  HttpHeaders headers{{scheme.header, std::move(text)}};
  if (!scheme.timestamp_header.empty()) headers.emplace_back(scheme.timestamp_header, timestamp);
  return headers;
}

}  // namespace counterpart::hook
