#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/ports/http_client.h"
#include "connectors/ports/secret.h"
#include "mapping/reconcile/guards.h"
#include "mapping/values/value.h"

namespace counterpart {

/// A webhook as it came in.
struct HookRequest {
  std::vector<std::string> path;  ///< segments after /hooks/{system}, percent-decoded
  HttpHeaders headers;
  std::string body;  ///< raw bytes
};

/// How a sender proves who it is.
struct HookScheme {
  enum class Type {
    standard_webhooks,  ///< webhook-id, webhook-timestamp, webhook-signature: v1,base64 HMAC-SHA256 of
                        ///< id.timestamp.body
    hmac_sha256,        ///< a header holding an HMAC-SHA256, below
    header_token,       ///< a header holding the secret itself
    path_secret,        ///< the last path segment is the secret
    none,               ///< not verified: only where the configuration says so in as many words
  };
  enum class Encoding { hex, base64 };
  Type type = Type::none;
  std::string header;                   ///< hmac_sha256, header_token
  Encoding encoding = Encoding::hex;    ///< hmac_sha256
  std::string prefix;                   ///< before the signature or token: "sha256=", "Bearer "
  std::string timestamp_header;         ///< hmac_sha256: a signed time stamp, seconds since 1970; "" if none
  std::string signed_text = "${body}";  ///< hmac_sha256: what is signed: ${timestamp}, ${body}, literal text
  std::chrono::seconds tolerance{300};  ///< replay window, both ways
};

/// Verifies a webhook over its raw body, in constant time, before anything is parsed.
/// Several secrets (rotation): any may match; all are tried. False for every fault alike:
/// missing or malformed header, stale time stamp, wrong signature.
bool verify_hook(const HookScheme& scheme, const std::vector<Secret>& secrets, const HookRequest& request, Instant now);

/// What headers a sender of this scheme would add; for the sandbox, tests and `webhooks test`. None
/// where the secret goes into the URL. Throws std::invalid_argument for a secret that secret_fault() names.
HttpHeaders sign_hook(const HookScheme& scheme, const Secret& secret, std::string_view message_id,
                      std::string_view body, Instant now);

/// Why the secret cannot serve the scheme, for messages at load ("it is empty"); "" where it can.
std::string secret_fault(const HookScheme& scheme, const Secret& secret);

/// That a record may have changed.
struct News {
  std::string object;
  std::string id;
  std::string event_id;          ///< the sender's id of this event; ""
  bool event_id_unique = false;  ///< the sender never uses it twice for different events: a repeat is dropped
  NewsHint hint;
  bool hinted = false;        ///< `hint` tells something
  std::optional<Instant> at;  ///< when the change was made, by the sender's clock
};

/// A webhook that verified but cannot be read: what, and where (JSON path or line:column).
class HookFormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace counterpart
