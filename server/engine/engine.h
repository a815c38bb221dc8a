#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "connectors/ports/clock.h"
#include "connectors/ports/random.h"
#include "server/config/configuration.h"
#include "server/engine/others.h"
#include "server/engine/own_io.h"
#include "server/fault_points.h"
#include "server/http/client/client.h"
#include "server/intake/intake.h"
#include "server/observe/metrics.h"
#include "server/schema/schema_watch.h"
#include "server/store/store.h"
#include "server/sweeps/sweeper.h"
#include "server/topology/topology.h"
#include "server/worker/workers.h"

namespace counterpart {

/// What an engine works with. All of it outlives the engine.
struct EnginePorts {
  using MakeClient = std::function<std::unique_ptr<HttpClient>(const SystemConfiguration&, http::ClientObserver)>;

  Clock* clock = nullptr;
  Random* random = nullptr;
  FaultPoints* points = nullptr;
  MakeClient client;                     ///< one a system, without a pace: that the engine keeps itself
  store::LaneHost* lane_host = nullptr;  ///< nullptr: each lane has a thread
};

/// The way of a change from the webhook to the write, without doors and without a process around it: store, systems
/// with their pace, intake, sweeps, workers, other daemons. `serve` runs one; the simulation runs several at once.
class Engine {
 public:
  /// Spawns what is to run as long as the engine does; where it fails, the engine is not to go on.
  using KeepRunning = std::function<void(std::string part, boost::asio::awaitable<void> work)>;

  /// `configuration` is valid and outlives the engine; the database has the newest schema. `daemon_id`: the lasting id
  /// that one run at a time may have. Mistakes that only connectors can see go to `problems`; then do not run().
  Engine(OwnIo& io, const Configuration& configuration, std::string database_uri, std::string daemon_id,
         EnginePorts ports, config::Problems& problems);
  Engine(const Engine&) = delete;

  /// First of all: puts the configuration's rules in force and takes over what the run before held under lease.
  boost::asio::awaitable<void> prepare();

  /// Everything begins to work.
  void run(KeepRunning keep_running);

  /// Nothing new is begun; what is under way is finished.
  void stop();

  /// Something begun before stop() has not ended yet.
  bool is_busy() const { return workers_.running() > 0 || sweeper_.running() > 0; }
  bool has_unfinished_work() const { return workers_.running() > 0; }

  /// Before the destructor, and before OwnIo::end(): the store takes nothing any more.
  void end() { store_.end(); }

  Intake& intake() { return intake_; }
  store::Store& store() { return store_; }
  Topology& topology() { return topology_; }
  Metrics& metrics() { return metrics_; }
  SchemaWatch& schema_watch() { return schema_watch_; }

 private:
  std::unique_ptr<HttpClient> make_governed_client(const SystemConfiguration& settings);
  Others::Heard ears();
  boost::asio::awaitable<void> look_at_pace(std::string system);
  boost::asio::awaitable<void> learn_own_user(System& system);
  boost::asio::awaitable<void> keep_house();

  OwnIo& io_;
  const Configuration& configuration_;
  EnginePorts ports_;
  Metrics metrics_;
  store::Store store_;
  std::map<std::string, http::Governor*, std::less<>> governors_;  // of the topology's systems
  Topology topology_;
  Intake intake_;
  Workers workers_;
  Sweeper sweeper_;
  SchemaWatch schema_watch_;
  Others others_;
  bool stopping_ = false;
};

}  // namespace counterpart
