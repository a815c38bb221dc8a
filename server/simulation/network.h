#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "connectors/ports/http_client.h"
#include "connectors/ports/random.h"
#include "server/http/client/client.h"
#include "server/simulation/agenda.h"
#include "server/simulation/fate.h"
#include "server/simulation/system.h"

namespace counterpart::simulation {

/// What goes wrong with a call to a system.
enum class CallFault : std::uint8_t {
  none,
  refused,      ///< no connection; nothing is sent
  lost,         ///< it never arrives; no answer
  answer_lost,  ///< it takes effect; no answer
  late,         ///< it takes effect when nobody waits any more
  cut,          ///< it takes effect; the connection breaks at once
  busy,         ///< 429 with Retry-After, without effect
  broken,       ///< 500 without effect
  broken_done,  ///< 502 after it took effect
  garbage,      ///< HTML with status 200, without effect
  missing,      ///< 404 to a read of one record, from a replica that lags; else as broken
};
inline constexpr int kCallFaults = 11;

/// The way between daemons and systems: it takes time, and not everything comes through.
class Network {
 public:
  Network(Agenda& agenda, std::uint64_t seed) : agenda_(agenda), random_(seed) {}

  /// The system is called by that name.
  void connect(SimulatedSystem& system) { systems_[system.name()] = &system; }

  /// Goes wrong with the next call to that system.
  void spoil_next_call(const std::string& system, CallFault fault) { faults_[system].push_back(fault); }
  /// Nothing of it can be reached until then.
  void cut_off(const std::string& system, Instant until) { away_until_[system] = until; }
  /// From now on everything comes through.
  void be_kind();

  /// The client of one daemon for one system, as http::make_client() makes one for the real.
  std::unique_ptr<HttpClient> make_client(std::string system, Fate& fate, http::ClientObserver observer);

  /// While a system answers: when the call that it answers was sent.
  Instant sent_at() const { return sent_at_; }
  /// While a system answers: whether its answer comes through.
  bool is_heard() const { return heard_; }

  /// Calls that have not arrived yet.
  int under_way() const { return under_way_; }

  std::function<void(const std::string& what)> on_call;  ///< told of each call that arrives, and what became of it

 private:
  class Client;
  struct Exchange;

  CallFault fault_of(const std::string& system);
  boost::asio::awaitable<HttpResponse> exchange(std::string system, HttpRequest request);
  void arrive(const std::string& system, const std::shared_ptr<Exchange>& exchange);
  microseconds latency();

  Agenda& agenda_;
  SeededRandom random_;
  std::map<std::string, SimulatedSystem*> systems_;
  std::map<std::string, std::deque<CallFault>> faults_;
  std::map<std::string, Instant> away_until_;
  Instant sent_at_{};
  bool heard_ = true;
  int under_way_ = 0;
};

}  // namespace counterpart::simulation
