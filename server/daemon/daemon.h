#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/control/api.h"
#include "server/control/health.h"
#include "server/daemon/system_ports.h"
#include "server/engine/engine.h"
#include "server/engine/own_io.h"
#include "server/http/door/door.h"
#include "server/http/door/sockets.h"
#include "server/store/embedded.h"

namespace counterpart {

/// What main hands in.
struct DaemonPorts {
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Random> random;
  std::unique_ptr<FaultPoints> points;
  /// SIGHUP: true if a daemon with another configuration is ready to go on in this one's place, with the sockets
  /// that keep_sockets() gives.
  std::function<bool(const class Daemon& running)> prepare_next;
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

  /// Binds the addresses; those of a daemon before in the same process are taken over. Before run(). Connections wait
  /// until then. Throws ListenError and TlsError.
  void open_doors(http::Sockets inherited);

  /// What another daemon may take over. Connections that come between the two wait.
  http::Sockets keep_sockets() const;

  /// Works until SIGTERM or SIGINT (or stop()), or until another takes its place, drains, and gives the exit code.
  /// `ready` is called when everything is open. 1: it could not start, or a part of it failed (logged).
  int run(const std::function<void()>& ready);

  /// After run(): it has made room for the next one.
  bool handed_over() const { return handing_over_; }

  /// As SIGTERM; from the io thread.
  void stop();

  /// The addresses really bound.
  std::string hooks_address() const { return hooks_->address(); }
  std::string api_address() const { return api_->address(); }
  std::string metrics_address() const { return metrics_door_->address(); }

 private:
  boost::asio::awaitable<void> start(std::function<void()> ready);
  boost::asio::awaitable<void> drain();
  boost::asio::awaitable<void> watch_database();
  boost::asio::awaitable<bool> database_runs();
  boost::asio::awaitable<void> tell_systemd();
  boost::asio::awaitable<http::ServerResponse> answer_hooks(http::ServerRequest request);
  boost::asio::awaitable<http::ServerResponse> answer_api(http::ServerRequest request);
  boost::asio::awaitable<http::ServerResponse> answer_metrics(http::ServerRequest request);
  std::unique_ptr<http::Door> open_door(const std::string& address, std::string name, http::Handler handler,
                                        http::DoorAccess access = {});
  EnginePorts engine_ports();
  void run_doors();
  std::vector<http::Door*> doors() const;
  void stop_doors();
  bool doors_are_busy() const;
  void reload();
  void leave();
  void keep_running(std::string part, boost::asio::awaitable<void> work);
  void await_signal();
  std::string where() const;

  const Configuration& configuration_;
  store::EmbeddedDatabase* embedded_;
  DaemonPorts ports_;
  OwnIo io_{1};
  boost::asio::thread_pool blocking_{1};  ///< for supervising the private cluster, which blocks
  boost::asio::signal_set signals_;
  Engine engine_;
  Health health_;
  Api control_;
  std::unique_ptr<http::Door> hooks_, api_, metrics_door_, control_door_;
  bool stopping_ = false;
  bool handing_over_ = false;  ///< leaves its place to another daemon of this process
  int exit_code_ = 0;
};

}  // namespace counterpart
