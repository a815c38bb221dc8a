#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "connectors/ports/clock.h"
#include "connectors/ports/http_client.h"
#include "connectors/ports/random.h"
#include "connectors/ports/secret.h"

namespace counterpart::sandbox {

/// A request as its host took it from the wire.
struct SandboxRequest {
  std::string method = "GET";
  std::string path;   ///< with the prefix, percent-encoded: "/a/contacts/c-1001"
  std::string query;  ///< without '?'
  HttpHeaders headers;
  std::string body;
};

struct SandboxResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
  std::chrono::milliseconds delay{0};  ///< the host waits so long before it answers
  bool drop = false;  ///< the answer is lost on purpose: a host that can, closes the connection instead (status is 504)
};

struct SandboxSettings {
  std::string prefix;              ///< of every path: "/a"
  Secret hub_key;                  ///< bearer token (A) or API key (B) of the synchronising user
  Secret person_key;               ///< the same for a person at work
  double requests_per_second = 0;  ///< a key; 0: no limit
  std::chrono::milliseconds search_lag{0};
  std::size_t records_max = 1'000'000;
  std::string hook_url;  ///< where webhooks are sent; "": nowhere
  Secret hook_secret;
};

/// What became of the webhooks.
struct WebhookCounters {
  std::uint64_t queued = 0;     ///< events and posts waiting now
  std::uint64_t in_flight = 0;  ///< posts under way now, waits between their tries included
  std::uint64_t events = 0;     ///< events ever taken into the queue
  std::uint64_t delivered = 0;  ///< posts answered with 2xx
  std::uint64_t retried = 0;    ///< further tries
  std::uint64_t given_up = 0;   ///< posts that failed to the last try
  std::uint64_t dropped = 0;    ///< events not sent: no target, dropped on request, or queue full
};

/// A small CRM to play and test with: records in memory, an API, webhooks, faults on request. One
/// thread. `handle` never waits; webhooks leave through `deliver`.
class SandboxCrm {
 public:
  virtual ~SandboxCrm() = default;

  /// Answers one request: the API's under the prefix, the control calls' under prefix + "/control".
  virtual SandboxResponse handle(const SandboxRequest& request) = 0;

  /// Sends webhooks until stop(). Spawn it as often as posts may be under way at once (4–8; once:
  /// strictly in order). The CRM must live until each has ended.
  virtual boost::asio::awaitable<void> deliver() = 0;

  /// Ends deliver() after the try under way.
  virtual void stop() = 0;

  virtual WebhookCounters webhooks() const = 0;
};

/// CRM A: contacts, companies and deals with lines, flat properties, text ids, ISO dates, batch calls, etags,
/// Standard Webhooks. `Authorization: Bearer` maps the hub to "u-hub", the person to "u-anna".
std::unique_ptr<SandboxCrm> make_crm_a(SandboxSettings settings, Clock& clock, Random& random, HttpClient& hooks);

/// CRM B: persons, organisations and orders with positions, nested, integer ids, German dates and decimals in Berlin's
/// time, no batch, no etag, HMAC-signed webhooks; changes answer the record only if asked to (Prefer:
/// return=representation, RFC 7240, as systems that speak OData do). `X-Api-Key` maps to "user-hub" and "user-3".
std::unique_ptr<SandboxCrm> make_crm_b(SandboxSettings settings, Clock& clock, Random& random, HttpClient& hooks);

}  // namespace counterpart::sandbox
