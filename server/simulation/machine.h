#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/engine/engine.h"
#include "server/simulation/agenda.h"
#include "server/simulation/fate.h"
#include "server/simulation/network.h"

namespace counterpart::simulation {

/// What daemons announce to each other, with some delay.
class Bus {
 public:
  Bus(Agenda& agenda, std::uint64_t seed) : agenda_(agenda), random_(seed) {}

  using Hear = std::function<void(std::string)>;

  /// As long as the handle lives.
  std::shared_ptr<Hear> listen(Hear hear);
  void announce(const std::string& words);

 private:
  Agenda& agenda_;
  SeededRandom random_;
  std::vector<std::weak_ptr<Hear>> ears_;
};

/// What all machines of a history share.
struct Surroundings {
  Agenda& agenda;
  Network& network;
  Bus& bus;
  const Configuration& configuration;
  std::string database_uri;
  std::function<void(const std::string& what)> trace;
  std::function<void()> ended;  ///< told when a machine has ended, or stands still until its leases have
};

/// A daemon on virtual time: the engine that `serve` runs, which can end at any point, stand still, and start anew.
class Machine {
 public:
  Machine(Surroundings& around, int number, microseconds skew, std::uint64_t seed);
  ~Machine();
  Machine(const Machine&) = delete;

  void start();
  /// Runs what is ready, until nothing is; then ends it where its fate was sealed.
  void run();
  /// As SIGKILL; it starts again after that time.
  void end(microseconds away);
  /// As SIGSTOP, for so long.
  void freeze(microseconds time);
  void thaw();

  bool is_up() const { return process_ != nullptr; }
  bool is_frozen() const { return frozen_until_ > around_.agenda.now(); }
  bool is_ready() const { return is_up() && !is_frozen() && prepared_; }

  /// Of the running process; for fates that are to come at the next start, too.
  Fate* fate();
  Engine& engine();

  /// Hands a webhook in; `answered` hears the status, or never where the daemon ends first.
  void deliver(http::ServerRequest request, std::function<void(int status)> answered);

  /// What a coroutine of its io gives.
  void spawn(boost::asio::awaitable<void> work, std::function<void()> failed);

  microseconds restarts_after{std::chrono::seconds(1)};
  std::uint64_t steps() const { return steps_; }
  std::uint64_t ends() const { return ends_; }
  std::uint64_t points() const;  ///< fault points reached, over all its runs

 private:
  class Process;
  friend class Process;

  Surroundings& around_;
  int number_;
  microseconds skew_;
  SeededRandom random_;
  std::unique_ptr<Process> process_;
  Instant frozen_until_ = Instant::min();
  bool prepared_ = false;
  std::uint64_t steps_ = 0;
  std::uint64_t points_ = 0;
  std::uint64_t ends_ = 0;
};

}  // namespace counterpart::simulation
