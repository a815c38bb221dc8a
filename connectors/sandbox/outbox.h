#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sandbox/bell.h"
#include "connectors/sandbox/faults.h"
#include "connectors/sandbox/sandbox.h"
#include "connectors/webhook/hook.h"
#include "mapping/values/native.h"

namespace counterpart::sandbox {

/// How a CRM sends its webhooks.
struct OutboxSettings {
  std::string url;  ///< "": nothing is sent
  Secret secret;
  HookScheme scheme;
  std::size_t events_per_post = 1;
  std::function<std::string(std::vector<Native> events)> pack;  ///< a post's body
};

/// Webhooks on their way out: taken from requests without waiting, sent in order by as many
/// `deliver` as run, tried again with back-off, remembered for a replay.
class Outbox {
 public:
  static constexpr std::size_t kEventsMax = 200'000;  ///< waiting; more are dropped, and counted
  static constexpr std::size_t kSentMax = 10'000;     ///< remembered for a replay
  static constexpr int kTriesMax = 6;                 ///< the first included

  /// `faults` is read whenever an event comes in or a post goes out; it must outlive the outbox.
  /// Throws std::invalid_argument for a secret that the scheme cannot use.
  Outbox(OutboxSettings settings, const Faults& faults, Clock& clock, Random& random, HttpClient& client);

  void add(Native event);
  boost::asio::awaitable<void> deliver();
  void stop();

  /// Queues everything ever sent (that is still remembered) once more; gives how many posts.
  std::size_t replay();

  WebhookCounters counters() const;

 private:
  struct Post {
    std::string id;
    std::string body;
  };

  bool idle() const { return events_.empty() && posts_.empty(); }
  boost::asio::awaitable<void> send(Post post);
  boost::asio::awaitable<std::optional<std::chrono::milliseconds>> try_once(HttpRequest request);
  Post take();
  Post take_events();
  HttpRequest request_of(const Post& post) const;
  std::chrono::milliseconds back_off(int failures);

  OutboxSettings settings_;
  const Faults& faults_;
  Clock& clock_;
  Random& random_;
  HttpClient& client_;
  std::string id_prefix_;
  std::uint64_t next_id_ = 1;
  std::deque<Native> events_;
  std::deque<Post> posts_;  ///< duplicates and replays
  std::deque<Post> sent_;
  Bell bell_;
  bool stopping_ = false;
  WebhookCounters counters_;
};

}  // namespace counterpart::sandbox
