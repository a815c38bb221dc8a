#include "connectors/webhook/hook.h"

#include <algorithm>
#include <charconv>
#include <exception>

#include "connectors/webhook/body.h"
#include "connectors/webhook/digest.h"
#include "connectors/webhook/signed_text.h"
#include "mapping/expression/path.h"

namespace counterpart {
namespace {

using hook::Digest;

constexpr std::string_view kAuthorization = "authorization";
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

std::string timestamp_text(HookScheme::Unit unit, Instant now) {
  const auto since = now.time_since_epoch();
  if (unit == HookScheme::Unit::seconds) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(since).count());
  }
  return std::to_string(std::chrono::floor<std::chrono::milliseconds>(since).count());
}

/// Only digits, and inside the window around now.
bool is_fresh(std::string_view timestamp, const HookScheme& scheme, Instant now) {
  constexpr std::size_t kDigitsMax = 15;
  if (timestamp.empty() || timestamp.size() > kDigitsMax) return false;
  long long count = 0;
  const auto [end, fault] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), count);
  if (fault != std::errc() || end != timestamp.data() + timestamp.size() || timestamp.front() == '-') return false;
  const bool seconds = scheme.timestamp_unit == HookScheme::Unit::seconds;
  const auto since = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  const long long age = seconds ? since / 1'000 - count : since - count;
  const long long tolerance = scheme.tolerance.count() * (seconds ? 1 : 1'000);
  return age <= tolerance && -age <= tolerance;
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
  if (id->find('.') != std::string::npos || !is_fresh(*timestamp, scheme, now)) return false;
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

/// The signature out of base64("some id:signature").
std::optional<std::string> unwrapped(std::string_view text) {
  auto inner = hook::from_base64(text);
  const std::size_t colon = inner ? inner->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return inner->substr(colon + 1);
}

std::optional<Digest> given_signature(const HookScheme& scheme, const HttpHeaders& headers) {
  const std::string* header = only_header(headers, scheme.header);
  const auto encoded = header != nullptr ? without_prefix(*header, scheme.prefix) : std::nullopt;
  if (!encoded) return std::nullopt;
  if (!scheme.wrapped) return decode_signature(scheme.encoding, *encoded);
  const auto inner = unwrapped(*encoded);
  return inner ? decode_signature(scheme.encoding, *inner) : std::nullopt;
}

/// The digest that a sender with this secret would send.
Digest signature_of(const HookScheme& scheme, const Secret& secret, const HookRequest& request,
                    std::string_view timestamp) {
  const std::string text = hook::fill_signed_text(scheme.signed_text, request, timestamp, secret.reveal());
  return scheme.type == HookScheme::Type::sha256 ? hook::sha256(text) : hook::hmac_sha256(secret.reveal(), text);
}

bool verify_signature(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request,
                      Instant now) {
  const auto given = given_signature(scheme, request.headers);
  if (!given) return false;
  std::string_view timestamp;
  if (!scheme.timestamp_header.empty()) {
    const std::string* stamp = only_header(request.headers, scheme.timestamp_header);
    if (stamp == nullptr || !is_fresh(*stamp, scheme, now)) return false;
    timestamp = *stamp;
  }
  bool verified = false;
  for (const Secret& secret : secrets)
    if (!secret.empty()) verified |= hook::same(signature_of(scheme, secret, request, timestamp), *given);
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

bool verify_basic(const std::vector<Secret>& secrets, const HookRequest& request) {
  constexpr std::string_view kBasic = "basic ";
  const std::string* header = only_header(request.headers, kAuthorization);
  if (header == nullptr || !equal_names(header->substr(0, kBasic.size()), kBasic)) return false;
  const auto given = hook::from_base64(std::string_view(*header).substr(kBasic.size()));
  return given && is_one_of(secrets, *given);
}

/// False where the parameter is missing, or there twice.
bool verify_parameter(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request) {
  const auto fields = hook::form_fields(request.query);
  const auto named = [&](const auto& field) { return field.first == scheme.parameter; };
  if (!fields || std::count_if(fields->begin(), fields->end(), named) != 1) return false;
  return is_one_of(secrets, std::find_if(fields->begin(), fields->end(), named)->second);
}

bool verify_body(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request) {
  const Native body = hook::read_body(scheme.body, request.body);
  const Native* token = Path::parse(scheme.path).find(body);
  return token != nullptr && token->is_text() && is_one_of(secrets, token->text());
}

}  // namespace

bool verify_hook(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request,
                 Instant now) {
  try {
    switch (scheme.type) {
      case HookScheme::Type::standard_webhooks:
        return verify_standard(scheme, secrets, request, now);
      case HookScheme::Type::hmac_sha256:
      case HookScheme::Type::sha256:
        return verify_signature(scheme, secrets, request, now);
      case HookScheme::Type::basic:
        return verify_basic(secrets, request);
      case HookScheme::Type::header_token:
        return verify_token(scheme, secrets, request);
      case HookScheme::Type::query_token:
        return verify_parameter(scheme, secrets, request);
      case HookScheme::Type::body_token:
        return verify_body(scheme, secrets, request);
      case HookScheme::Type::path_secret:
        return !request.path.empty() && is_one_of(secrets, request.path.back());
      case HookScheme::Type::none:
        return true;
    }
  } catch (const std::exception&) {
    // Out of memory, no OpenSSL provider, a body without a readable token: nothing was proven.
  }
  return false;
}

HttpHeaders sign_hook(const HookScheme& scheme, const Secret& secret, std::string_view message_id,
                      std::string_view body, Instant now) {
  const std::string timestamp = timestamp_text(scheme.timestamp_unit, now);
  switch (scheme.type) {
    case HookScheme::Type::standard_webhooks: {
      const auto key = standard_key(secret);
      if (!key) throw std::invalid_argument("the webhook secret is empty, or is no base64 after whsec_");
      const Digest digest = hook::hmac_sha256(*key, standard_text(message_id, timestamp, body));
      return {{std::string(kStandardId), std::string(message_id)},
              {std::string(kStandardTimestamp), timestamp},
              {std::string(kStandardSignature), std::string(kVersionPrefix) + hook::to_base64(digest)}};
    }
    case HookScheme::Type::hmac_sha256:
    case HookScheme::Type::sha256: {
      HookRequest request;
      request.body = body;
      const Digest digest = signature_of(scheme, secret, request, timestamp);
      const std::string encoded =
          scheme.encoding == HookScheme::Encoding::hex ? hook::to_hex(digest) : hook::to_base64(digest);
      const std::string inner = scheme.wrapped ? hook::to_base64(std::string(message_id) + ":" + encoded) : encoded;
      HttpHeaders headers{{scheme.header, scheme.prefix + inner}};
      if (!scheme.timestamp_header.empty()) headers.emplace_back(scheme.timestamp_header, timestamp);
      return headers;
    }
    case HookScheme::Type::basic:
      return {{"Authorization", "Basic " + hook::to_base64(secret.reveal())}};
    case HookScheme::Type::header_token:
      return {{scheme.header, scheme.prefix + secret.reveal()}};
    case HookScheme::Type::query_token:
    case HookScheme::Type::body_token:
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
  if (scheme.type == HookScheme::Type::basic && secret.reveal().find(':') == std::string::npos)
    return "it must be user:password";
  return "";
}

}  // namespace counterpart
