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
  std::string method = "POST";
  std::string query{};  ///< as it came, without '?'
  std::string url{};    ///< whole, as the sender called it; "" where our public URL is not known
};

/// What a webhook's body is written in. The Content-Type is not believed: some send JSON as a form.
struct BodyFormat {
  enum class Type {
    json,
    form,  ///< fields, a=1&b[c]=2, as an object: b[c] is b.c, b[0], b[1] or b[] make an array
    xml,   ///< elements as objects without their namespaces, attributes as @name; repeated elements as an array
  };
  Type type = Type::json;
  std::string json_field;  ///< form: the field that holds the real body as JSON; "" if none

  bool operator==(const BodyFormat&) const = default;
};

/// How a sender proves who it is.
struct HookScheme {
  enum class Type {
    standard_webhooks,  ///< webhook-id, webhook-timestamp, webhook-signature: v1,base64 HMAC-SHA256 of
                        ///< id.timestamp.body
    hmac_sha1,          ///< a header holding an HMAC, below
    hmac_sha256,
    hmac_sha512,
    sha256,        ///< a header holding a SHA-256 of a text that holds ${secret}
    basic,         ///< Basic authentication; the secret is user:password
    header_token,  ///< a header holding the secret itself
    query_token,   ///< a parameter of the URL that is the secret
    body_token,    ///< a place in the body that holds the secret
    path_secret,   ///< the last path segment is the secret
    none,          ///< not verified: only where the configuration says so in as many words
  };
  enum class Encoding { hex, base64, base64url };
  enum class SecretEncoding { text, hex, base64 };
  enum class Unit { seconds, milliseconds, iso };
  Type type = Type::none;
  std::string header;                   ///< of signatures and header_token
  Encoding encoding = Encoding::hex;    ///< of signatures
  std::string prefix;                   ///< before the signature or token: "sha256=", "Bearer "
  std::string part;                     ///< the header is "t=…,v1=…": the signature's name there; "": it is all of it
  bool wrapped = false;                 ///< the header is base64 of "some id:signature"
  std::string timestamp_header;         ///< a signed time stamp; "" if none
  std::string timestamp_part;           ///< or its name in `header`
  Unit timestamp_unit = Unit::seconds;  ///< what it counts since 1970, or a time in ISO 8601
  std::string signed_text = "${body}";  ///< what is signed: the names of signed_text.h, literal text
  std::string parameter;                ///< query_token
  std::string path;                     ///< body_token: where in the body
  BodyFormat body;                      ///< body_token: how to find it there
  SecretEncoding secret_encoding = SecretEncoding::text;  ///< of signatures: what stands for the key's bytes
  std::chrono::seconds tolerance{300};                    ///< replay window, both ways
};

/// Verifies a webhook over its raw body, in constant time, before anything is parsed (but for a body_token, which
/// stands in the body). Several secrets (rotation): any may match; all are tried. False for every fault alike:
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

/// What a sender expects to be answered.
struct HookAnswers {
  int accepted = 202;        ///< status once the news is durable
  std::string content_type;  ///< "" : our JSON, {"accepted": n, "correlation": …}
  std::string body;          ///< with a content_type: what is answered then
  int busy = 503;            ///< status where the news cannot be kept now. 2xx lets a sender go on that would else fail
                             ///< its user; a sweep then finds what changed
  std::chrono::milliseconds within{0};  ///< how long the sender waits; an answer of `busy` then. 0: as long as it takes
};

/// A webhook that verified but cannot be read: what, and where (JSON path or line:column).
class HookFormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace counterpart
