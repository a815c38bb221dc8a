#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/calls.h"
#include "connectors/sandbox/faults.h"
#include "connectors/sandbox/outbox.h"
#include "connectors/sandbox/query.h"
#include "connectors/sandbox/refusal.h"
#include "connectors/sandbox/sandbox.h"
#include "connectors/sandbox/table.h"

namespace counterpart::sandbox {

/// In what a CRM differs from the other, apart from its calls.
struct Manners {
  std::array<std::string, kUsers> users;  ///< ids of the hub's user and the person
  std::chrono::microseconds precision{};  ///< of its time stamps
  HookScheme hook_scheme;
  std::size_t events_per_post = 1;
  std::function<std::string(std::vector<Native> events)> pack;
  std::vector<Schema> schemas;
};

/// An API call on its way to its endpoint.
struct Call {
  const SandboxRequest& request;
  const Query& query;
  User user = User::hub;
  Table* table = nullptr;  ///< of the path's {object}
  std::string id;          ///< the path's {id}
};

/// One kind of call: a pattern like "{object}/{id}" and what answers it.
struct Endpoint {
  std::string method;
  std::string pattern;
  bool writes = false;
  std::function<SandboxResponse(const Call&)> answer;
};

enum class Verb { created, changed, deleted };

/// What both CRMs do alike: keys, rate limit, faults, counting, control calls, writing with its
/// webhook.
class Front : public SandboxCrm {
 public:
  Front(SandboxSettings settings, Manners manners, Clock& clock, Random& random, HttpClient& hooks);

  SandboxResponse handle(const SandboxRequest& request) override;
  boost::asio::awaitable<void> deliver() override { return outbox_.deliver(); }
  void stop() override { outbox_.stop(); }
  WebhookCounters webhooks() const override { return outbox_.counters(); }

 protected:
  /// The key that a request shows; "" if none.
  virtual std::string key_of(const HttpHeaders& headers) const = 0;
  /// A refusal in the CRM's own words.
  virtual SandboxResponse refuse(const Refused& refusal) const = 0;
  /// A record as answers hold it.
  virtual Native show(const Table& table, const Record& record) const = 0;
  /// The webhook event of a write; `moved` names the fields whose value it changed.
  virtual Native event(const Table& table, const Record& record, Verb verb, const std::vector<std::size_t>& moved) = 0;

  /// The first endpoint that matches answers: literal patterns go before {id}.
  void add_endpoint(Endpoint endpoint);

  /// The writes: stamped, counted, announced. `update` and `remove` want an existing id.
  const Record& create(Table& table, User user, const std::vector<Change>& changes);
  const Record& update(Table& table, User user, std::int64_t id, const std::vector<Change>& changes);
  void remove(Table& table, User user, std::int64_t id);

  const std::string& prefix() const { return settings_.prefix; }
  const std::string& name_of(User user) const { return manners_.users[static_cast<std::size_t>(user)]; }
  /// What search, and lists with a time filter, may show now.
  Instant search_seen_until() const;
  Instant list_seen_until() const;

 private:
  struct Route {
    Endpoint endpoint;
    std::vector<std::string> pattern;
  };
  struct Match {
    const Endpoint* endpoint = nullptr;
    std::string name;  ///< for counting: "GET contacts/{id}"
    Table* table = nullptr;
    std::string id;
  };
  struct Bucket {
    double tokens = 0;
    std::chrono::microseconds filled{};
  };

  SandboxResponse guarded(const std::function<SandboxResponse()>& answer) const;
  SandboxResponse answer(const SandboxRequest& request);
  SandboxResponse answer_api(const SandboxRequest& request, const std::vector<std::string>& path, const Query& query);
  SandboxResponse answer_call(const Endpoint& endpoint, const Call& call);
  SandboxResponse answer_control(const SandboxRequest& request, const std::vector<std::string>& path);
  SandboxResponse answer_webhooks() const;
  SandboxResponse answer_records(const std::string& object);
  SandboxResponse edit_schema(const std::string& object, const Native& request);
  std::vector<std::string> path_below_prefix(std::string_view path) const;
  User authenticate(const HttpHeaders& headers);
  bool matches(const Route& route, const std::vector<std::string>& path, Match& match);
  Match match(const std::string& method, const std::vector<std::string>& path);
  Table* find_table(std::string_view object);
  bool within_rate(User user);
  Stamp next_stamp(User user);

  SandboxSettings settings_;
  Manners manners_;
  Clock& clock_;
  Faults faults_;
  Calls calls_;
  Outbox outbox_;
  std::vector<Table> tables_;
  std::vector<Route> routes_;
  std::array<Bucket, kUsers> buckets_;
  std::uint64_t revision_ = 0;
};

/// A JSON answer.
SandboxResponse json_answer(int status, Native body, HttpHeaders headers = {});

/// The request's body as JSON; throws Refused (400) where it is none.
Native read_body(const SandboxRequest& request);

}  // namespace counterpart::sandbox
