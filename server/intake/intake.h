#pragma once

#include <boost/asio/awaitable.hpp>
#include <set>
#include <string>
#include <vector>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "server/http/door/door.h"
#include "server/observe/metrics.h"
#include "server/store/store.h"
#include "server/topology/topology.h"

namespace counterpart {

/// Takes webhooks: verified over the raw body before anything is parsed, answered only after COMMIT.
/// What tells of nothing that is mapped is kept as evidence too.
/// POST /hooks/{system}[/...]:
///   202 {"accepted": n}   n pieces of news are durable
///   400                   verified, but not to be read, or with an id that cannot be stored: what and where
///   401                   every signature fault alike
///   404                   unknown system, or one that takes no webhooks
///   503 + Retry-After     the database is away, or too many deliveries wait
/// Where the connector says so (HookAnswers), 202 and 503 look otherwise, and 503 does not wait for the database.
class Intake {
 public:
  /// `public_url`: as senders call this daemon, "https://hub.example.com", for signatures over the URL; "" if unknown.
  Intake(Topology& topology, store::Store& store, Clock& clock, Random& random, Metrics& metrics,
         std::string public_url = {});

  boost::asio::awaitable<http::ServerResponse> receive(http::ServerRequest request);

 private:
  boost::asio::awaitable<http::ServerResponse> accept(System& system, HookRequest hook);
  std::vector<store::Delivery> deliveries_of(const System& system, const HookRequest& hook, const std::string& evidence,
                                             const std::vector<News>& news, const std::string& correlation);
  /// Stored by then (0: whenever): "", else why not.
  boost::asio::awaitable<std::string> keep(const System& system, std::vector<store::Delivery> deliveries,
                                           std::chrono::milliseconds time, std::string correlation);
  /// Once for each object.
  void say_unmapped(const System& system, const std::string& object);

  Topology& topology_;
  store::Store& store_;
  Clock& clock_;
  Random& random_;
  Metrics& metrics_;
  std::string public_url_;
  std::set<std::string> said_unmapped_;  // "system/object"
};

}  // namespace counterpart
