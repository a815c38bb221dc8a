#include "connectors/webhook/hook.h"

#include <charconv>
#include <exception>

#include "connectors/webhook/digest.h"

namespace counterpart {
namespace {

using hook::Digest;

constexpr std::string_view kStandardId = "webhook-id";
constexpr std::string_view kStandardTimestamp = "webhook-timestamp";
constexpr std::string_view kStandardSignature = "webhook-signature";
constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::string_view kVersionPrefix = "v1,";

bool equal_names(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

/// The header's value; nullptr where it is missing, empty, or there twice: with two, another party
/// might have looked at the other one.
const std::string* only_header(const HttpHeaders& headers, std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : headers) {
    if (!equal_names(key, name)) continue;
    if (found != nullptr) return nullptr;
    found = &value;
  }
  return found == nullptr || found->empty() ? nullptr : found;
}

std::string seconds_text(Instant now) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
}

/// Only digits, and inside the window around now.
bool is_fresh(std::string_view timestamp, std::chrono::seconds tolerance, Instant now) {
  constexpr std::size_t kDigitsMax = 12;
  if (timestamp.empty() || timestamp.size() > kDigitsMax) return false;
  long long seconds = 0;
  const auto [end, fault] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
  if (fault != std::errc() || end != timestamp.data() + timestamp.size() || timestamp.front() == '-') return false;
  const long long age = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() - seconds;
  return age <= tolerance.count() && -age <= tolerance.count();
}

/// The HMAC key of a Standard Webhooks secret; nullopt where it is none.
std::optional<std::string> standard_key(const Secret& secret) {
  std::string_view text = secret.reveal();
  if (text.empty()) return std::nullopt;
  if (!text.starts_with(kSecretPrefix)) return std::string(text);
  return hook::from_base64(text.substr(kSecretPrefix.size()));
}

std::string standard_text(std::string_view id, std::string_view timestamp, std::string_view body) {
  std::string text;
  text.reserve(id.size() + timestamp.size() + body.size() + 2);
  text.append(id).append(".").append(timestamp).append(".").append(body);
  return text;
}

/// `signed_text` with its two names filled in; anything else is literal.
std::string fill_signed_text(std::string_view pattern, std::string_view timestamp, std::string_view body) {
  constexpr std::string_view kTimestamp = "${timestamp}";
  constexpr std::string_view kBody = "${body}";
  std::string text;
  while (!pattern.empty()) {
    if (pattern.starts_with(kTimestamp)) {
      text.append(timestamp);
      pattern.remove_prefix(kTimestamp.size());
    } else if (pattern.starts_with(kBody)) {
      text.append(body);
      pattern.remove_prefix(kBody.size());
    } else {
      text.push_back(pattern.front());
      pattern.remove_prefix(1);
    }
  }
  return text;
}

/// The text without its prefix; nullopt where it does not begin so.
std::optional<std::string_view> without_prefix(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

/// The v1 signatures of a header "v1,… v1a,… v1,…"; other versions are passed over.
std::vector<Digest> standard_signatures(std::string_view header) {
  std::vector<Digest> digests;
  while (!header.empty()) {
    const std::size_t space = header.find(' ');
    const auto encoded = without_prefix(header.substr(0, space), kVersionPrefix);
    header = space == std::string_view::npos ? std::string_view() : header.substr(space + 1);
    const auto bytes = encoded ? hook::from_base64(*encoded) : std::nullopt;
    Digest digest{};
    if (!bytes || bytes->size() != digest.size()) continue;
    std::copy(bytes->begin(), bytes->end(), digest.begin());
    digests.push_back(digest);
  }
  return digests;
}

bool verify_standard(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request,
                     Instant now) {
  const std::string* id = only_header(request.headers, kStandardId);
  const std::string* timestamp = only_header(request.headers, kStandardTimestamp);
  const std::string* signature = only_header(request.headers, kStandardSignature);
  if (id == nullptr || timestamp == nullptr || signature == nullptr) return false;
  // A dot inside the id would let two different messages have one signed text.
  if (id->find('.') != std::string::npos || !is_fresh(*timestamp, scheme.tolerance, now)) return false;
  const std::vector<Digest> given = standard_signatures(*signature);
  const std::string text = standard_text(*id, *timestamp, request.body);
  bool verified = false;
  for (const Secret& secret : secrets) {
    const auto key = standard_key(secret);
    if (!key) continue;
    const Digest expected = hook::hmac_sha256(*key, text);
    for (const Digest& digest : given) verified |= hook::same(expected, digest);
  }
  return verified;
}

std::optional<Digest> decode_signature(HookScheme::Encoding encoding, std::string_view text) {
  if (encoding == HookScheme::Encoding::hex) return hook::digest_from_hex(text);
  const auto bytes = hook::from_base64(text);
  Digest digest{};
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

bool verify_hmac(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request,
                 Instant now) {
  const std::string* header = only_header(request.headers, scheme.header);
  const auto encoded = header != nullptr ? without_prefix(*header, scheme.prefix) : std::nullopt;
  const auto given = encoded ? decode_signature(scheme.encoding, *encoded) : std::nullopt;
  if (!given) return false;
  std::string_view timestamp;
  if (!scheme.timestamp_header.empty()) {
    const std::string* stamp = only_header(request.headers, scheme.timestamp_header);
    if (stamp == nullptr || !is_fresh(*stamp, scheme.tolerance, now)) return false;
    timestamp = *stamp;
  }
  const std::string text = fill_signed_text(scheme.signed_text, timestamp, request.body);
  bool verified = false;
  for (const Secret& secret : secrets)
    if (!secret.empty()) verified |= hook::same(hook::hmac_sha256(secret.reveal(), text), *given);
  return verified;
}

/// Compared through digests, so that neither content nor length shows in the time taken.
bool is_one_of(const std::vector<Secret>& secrets, std::string_view given) {
  const Digest digest = hook::sha256(given);
  bool verified = false;
  for (const Secret& secret : secrets)
    if (!secret.empty()) verified |= hook::same(hook::sha256(secret.reveal()), digest);
  return verified;
}

bool verify_token(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request) {
  const std::string* header = only_header(request.headers, scheme.header);
  const auto token = header != nullptr ? without_prefix(*header, scheme.prefix) : std::nullopt;
  return token && is_one_of(secrets, *token);
}

}  // namespace

bool verify_hook(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request,
                 Instant now) {
  try {
    switch (scheme.type) {
      case HookScheme::Type::standard_webhooks:
        return verify_standard(scheme, secrets, request, now);
      case HookScheme::Type::hmac_sha256:
        return verify_hmac(scheme, secrets, request, now);
      case HookScheme::Type::header_token:
        return verify_token(scheme, secrets, request);
      case HookScheme::Type::path_secret:
        return !request.path.empty() && is_one_of(secrets, request.path.back());
      case HookScheme::Type::none:
        return true;
    }
  } catch (const std::exception&) {
    // Out of memory or no OpenSSL provider: nothing was proven.
  }
  return false;
}

HttpHeaders sign_hook(const HookScheme& scheme, const Secret& secret, std::string_view message_id,
                      std::string_view body, Instant now) {
  const std::string timestamp = seconds_text(now);
  switch (scheme.type) {
    case HookScheme::Type::standard_webhooks: {
      const auto key = standard_key(secret);
      if (!key) throw std::invalid_argument("the webhook secret is empty, or is no base64 after whsec_");
      const Digest digest = hook::hmac_sha256(*key, standard_text(message_id, timestamp, body));
      return {{std::string(kStandardId), std::string(message_id)},
              {std::string(kStandardTimestamp), timestamp},
              {std::string(kStandardSignature), std::string(kVersionPrefix) + hook::to_base64(digest)}};
    }
    case HookScheme::Type::hmac_sha256: {
      const Digest digest = hook::hmac_sha256(secret.reveal(), fill_signed_text(scheme.signed_text, timestamp, body));
      const std::string encoded =
          scheme.encoding == HookScheme::Encoding::hex ? hook::to_hex(digest) : hook::to_base64(digest);
      HttpHeaders headers{{scheme.header, scheme.prefix + encoded}};
      if (!scheme.timestamp_header.empty()) headers.emplace_back(scheme.timestamp_header, timestamp);
      return headers;
    }
    case HookScheme::Type::header_token:
      return {{scheme.header, scheme.prefix + secret.reveal()}};
    case HookScheme::Type::path_secret:
    case HookScheme::Type::none:
      return {};
  }
  return {};
}

std::string secret_fault(const HookScheme& scheme, const Secret& secret) {
  if (scheme.type == HookScheme::Type::none) return "";
  if (secret.empty()) return "it is empty";
  if (scheme.type == HookScheme::Type::standard_webhooks && !standard_key(secret))
    return "after 'whsec_' must come padded base64";
  return "";
}

}  // namespace counterpart
