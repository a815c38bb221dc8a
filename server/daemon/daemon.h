#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/control/api.h"
#include "server/control/health.h"
#include "server/daemon/others.h"
#include "server/daemon/system_ports.h"
#include "server/http/client/client.h"
#include "server/http/door/door.h"
#include "server/intake/intake.h"
#include "server/observe/metrics.h"
#include "server/store/embedded.h"
#include "server/store/store.h"
#include "server/sweeps/sweeper.h"
#include "server/topology/topology.h"
#include "server/worker/workers.h"

namespace counterpart {

/// What main hands in: everything a test or the simulation may replace.
struct DaemonPorts {
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Random> random;
  std::unique_ptr<FaultPoints> points;
};

/// The running daemon: every part wired, one I/O thread.
class Daemon {
 public:
  /// `configuration` is valid and outlives the daemon; `embedded` is the running private cluster, or
  /// nullptr; the database has the newest schema. Mistakes that only the connectors can see (unknown
  /// objects, paths that cannot be searched) go to `problems`; then do not run().
  Daemon(const Configuration& configuration, std::string database_uri, std::string daemon_id,
         store::EmbeddedDatabase* embedded, DaemonPorts ports, config::Problems& problems);
  ~Daemon();
  Daemon(const Daemon&) = delete;

  /// Opens the doors, works until SIGTERM or SIGINT (or stop()), drains, and gives the exit code.
  /// `ready` is called when everything is open. 1: it could not start, or a part of it failed (logged).
  int run(const std::function<void()>& ready);

  /// As SIGTERM; from the io thread.
  void stop();

  /// The addresses really bound.
  std::string hooks_address() const { return hooks_->address(); }
  std::string api_address() const { return api_->address(); }
  std::string metrics_address() const { return metrics_door_->address(); }

 private:
  boost::asio::awaitable<void> start(std::function<void()> ready);
  boost::asio::awaitable<void> drain();
  boost::asio::awaitable<void> learn_own_user(System& system);
  boost::asio::awaitable<void> keep_house();
  boost::asio::awaitable<void> watch_database();
  boost::asio::awaitable<bool> database_runs();
  boost::asio::awaitable<void> tell_systemd();
  boost::asio::awaitable<http::ServerResponse> answer_hooks(http::ServerRequest request);
  boost::asio::awaitable<http::ServerResponse> answer_api(http::ServerRequest request);
  boost::asio::awaitable<http::ServerResponse> answer_metrics(http::ServerRequest request);
  std::unique_ptr<http::Door> open_door(const std::string& address, std::string name, http::Handler handler,
                                        http::DoorAccess access = {});
  std::unique_ptr<HttpClient> make_governed_client(const SystemConfiguration& settings);
  Others::Heard ears();
  boost::asio::awaitable<void> look_at_pace(std::string system);
  void open_doors();
  void keep_running(std::string part, boost::asio::awaitable<void> work);
  void await_signal();
  std::string where() const;

  const Configuration& configuration_;
  store::EmbeddedDatabase* embedded_;
  DaemonPorts ports_;
  boost::asio::io_context io_{1};
  boost::asio::thread_pool blocking_{1};  ///< for supervising the private cluster, which blocks
  boost::asio::signal_set signals_;
  Metrics metrics_;
  store::Store store_;
  std::map<std::string, http::Governor*, std::less<>> governors_;  // of the topology's systems
  Topology topology_;
  Health health_;
  Intake intake_;
  Api control_;
  Workers workers_;
  Sweeper sweeper_;
  Others others_;
  std::unique_ptr<http::Door> hooks_, api_, metrics_door_, control_door_;
  bool stopping_ = false;
  int exit_code_ = 0;
};

}  // namespace counterpart
