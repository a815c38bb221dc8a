#include "connectors/webhook/hook.h"

#include <algorithm>
#include <exception>

#include "connectors/ports/header_names.h"
#include "connectors/webhook/body.h"
#include "connectors/webhook/digest.h"
#include "connectors/webhook/header.h"
#include "connectors/webhook/signature.h"
#include "mapping/expression/path.h"

namespace counterpart {
namespace {

using hook::Digest;
using hook::only_header;
using hook::without_prefix;

constexpr std::string_view kAuthorization = "authorization";
constexpr std::string_view kStandardId = "webhook-id";
constexpr std::string_view kStandardTimestamp = "webhook-timestamp";
constexpr std::string_view kStandardSignature = "webhook-signature";
constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::string_view kVersionPrefix = "v1,";

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
  if (id->find('.') != std::string::npos || !hook::is_fresh(*timestamp, scheme, now)) return false;
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
      case HookScheme::Type::hmac_sha1:
      case HookScheme::Type::hmac_sha256:
      case HookScheme::Type::hmac_sha512:
      case HookScheme::Type::sha256:
        return hook::verify_signature(scheme, secrets, request, now);
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
  switch (scheme.type) {
    case HookScheme::Type::standard_webhooks: {
      const auto key = standard_key(secret);
      if (!key) throw std::invalid_argument("the webhook secret is empty, or is no base64 after whsec_");
      const std::string timestamp = hook::timestamp_text(scheme.timestamp_unit, now);
      const Digest digest = hook::hmac_sha256(*key, standard_text(message_id, timestamp, body));
      return {{std::string(kStandardId), std::string(message_id)},
              {std::string(kStandardTimestamp), timestamp},
              {std::string(kStandardSignature), std::string(kVersionPrefix) + hook::to_base64(digest)}};
    }
    case HookScheme::Type::hmac_sha1:
    case HookScheme::Type::hmac_sha256:
    case HookScheme::Type::hmac_sha512:
    case HookScheme::Type::sha256:
      return hook::sign(scheme, secret, message_id, body, now);
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
  if (hook::is_signature(scheme.type) && !hook::key_of(scheme, secret))
    return "it is not written as secret_encoding says";
  return "";
}

}  // namespace counterpart
