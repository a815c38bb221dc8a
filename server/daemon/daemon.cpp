#include "server/daemon/daemon.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

#include "server/daemon/descriptors.h"
#include "server/daemon/notify.h"
#include "server/engine/client_settings.h"
#include "server/engine/supervised.h"
#include "server/http/client/client.h"
#include "server/observe/log.h"

namespace counterpart {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

http::DoorLimits door_limits(const DoorSettings& settings) {
  http::DoorLimits limits;
  limits.connections = static_cast<std::size_t>(settings.connections);
  limits.connections_per_address = static_cast<std::size_t>(settings.connections_per_address);
  limits.header_bytes = static_cast<std::size_t>(settings.header_bytes);
  limits.body_bytes = static_cast<std::size_t>(settings.body_bytes);
  limits.bodies_bytes = static_cast<std::size_t>(settings.bodies_bytes);
  limits.handshake_timeout = settings.handshake_timeout;
  limits.header_timeout = settings.header_timeout;
  limits.body_timeout = settings.body_timeout;
  limits.body_rate = static_cast<std::size_t>(settings.body_rate);
  limits.write_timeout = settings.write_timeout;
  limits.idle_timeout = settings.idle_timeout;
  return limits;
}

http::DoorAccess access_to(DoorName door, const ListenSettings& listen) {
  http::DoorAccess access;
  const bool secure = listen.tls && std::ranges::find(listen.tls->doors, door) != listen.tls->doors.end();
  if (secure) access.tls = http::TlsFiles{listen.tls->certificate, listen.tls->key};
  if (door != DoorName::hooks) return access;
  access.allow = listen.allow;
  access.trusted_proxies = listen.trusted_proxies;
  return access;
}

/// Blocks: spawned on the thread for it.
asio::awaitable<bool> ensure_running(store::EmbeddedDatabase& database) {
  co_return database.ensure_running();
}

}  // namespace

Daemon::Daemon(const Configuration& configuration, std::string database_uri, std::string daemon_id,
               store::EmbeddedDatabase* embedded, DaemonPorts ports, config::Problems& problems)
    : configuration_(configuration),
      embedded_(embedded),
      ports_(std::move(ports)),
      signals_(io_),
      engine_(io_, configuration, std::move(database_uri), std::move(daemon_id), engine_ports(), problems),
      health_(engine_.store(), engine_.metrics(), *ports_.clock),
      control_(engine_.topology(), engine_.store()) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
}

Daemon::~Daemon() {
  blocking_.join();
  engine_.end();
  io_.end();
}

EnginePorts Daemon::engine_ports() {
  EnginePorts ports;
  ports.clock = ports_.clock.get();
  ports.random = ports_.random.get();
  ports.points = ports_.points.get();
  ports.client = [this](const SystemConfiguration& system, http::ClientObserver observer) {
    return http::make_client(io_, client_settings(system), *ports_.points, std::move(observer));
  };
  return ports;
}

std::unique_ptr<http::Door> Daemon::open_door(const std::string& address, std::string name, http::Handler handler,
                                              http::DoorAccess access) {
  http::DoorObserver observer;
  observer.answered = [this, name](int status, std::chrono::microseconds took) {
    engine_.metrics().door_answered(name, status, took);
  };
  observer.connections = [this, name](std::ptrdiff_t change) { engine_.metrics().door_connections(name, change); };
  observer.refused = [this, name](const std::string& why) { engine_.metrics().door_refused(name, why); };
  return std::make_unique<http::Door>(io_, address, door_limits(configuration_.doors), std::move(handler),
                                      std::move(observer), std::move(access));
}

void Daemon::open_doors(http::Sockets inherited) {
  const ListenSettings& listen = configuration_.listen;
  const auto open = [&](const std::string& address, DoorName name, const char* text, http::Handler handler) {
    http::DoorAccess access = access_to(name, listen);
    access.inherited = inherited.take(address);
    return open_door(address, text, std::move(handler), std::move(access));
  };
  hooks_ = open(listen.hooks, DoorName::hooks, "hooks",
                [this](http::ServerRequest r) { return answer_hooks(std::move(r)); });
  api_ = open(listen.api, DoorName::api, "api", [this](http::ServerRequest r) { return answer_api(std::move(r)); });
  metrics_door_ = open(listen.metrics, DoorName::metrics, "metrics",
                       [this](http::ServerRequest r) { return answer_metrics(std::move(r)); });
}

http::Sockets Daemon::keep_sockets() const {
  const ListenSettings& listen = configuration_.listen;
  http::Sockets kept;
  hooks_->keep_socket(listen.hooks, kept);
  api_->keep_socket(listen.api, kept);
  metrics_door_->keep_socket(listen.metrics, kept);
  return kept;
}

void Daemon::run_doors() {
  control_door_ = open_door(control_socket(configuration_.state_directory.string()), "control",
                            [this](http::ServerRequest r) { return control_.answer(std::move(r)); });
  for (http::Door* door : doors()) {
    keep_running("door " + door->address(), door->run());
  }
}

/// A daemon without one of its parts would look alive and not be: it ends, and whoever started it sees that.
void Daemon::keep_running(std::string part, asio::awaitable<void> work) {
  asio::co_spawn(io_, std::move(work), supervised(std::move(part), [this] {
                   exit_code_ = 1;
                   stop();
                 }));
}

asio::awaitable<http::ServerResponse> Daemon::answer_hooks(http::ServerRequest request) {
  if (request.path.rfind("/hooks/", 0) != 0) co_return co_await answer_api(std::move(request));
  http::ServerResponse response = co_await engine_.intake().receive(std::move(request));
  health_.intake_answered(response.status);
  co_return response;
}

asio::awaitable<http::ServerResponse> Daemon::answer_api(http::ServerRequest request) {
  const bool health = request.path == "/healthz";
  const bool readiness = request.path == "/readyz";
  if (!health && !readiness) co_return not_found();
  if (auto refusal = refuse_to_change(request)) co_return std::move(*refusal);
  if (health) co_return co_await health_.healthz();
  co_return co_await health_.readyz();
}

asio::awaitable<http::ServerResponse> Daemon::answer_metrics(http::ServerRequest request) {
  if (request.path != "/metrics") co_return co_await answer_api(std::move(request));
  if (auto refusal = refuse_to_change(request)) co_return std::move(*refusal);
  co_return co_await health_.metrics();
}

asio::awaitable<void> Daemon::start(std::function<void()> ready) {
  co_await engine_.prepare();
  run_doors();
  engine_.run([this](std::string part, asio::awaitable<void> work) { keep_running(std::move(part), std::move(work)); });
  if (embedded_ != nullptr) keep_running("watch over the private database", watch_database());
  keep_running("systemd's watchdog", tell_systemd());
  log::info("ready", {{"hooks", hooks_address()}, {"api", api_address()}, {"metrics", metrics_address()}});
  notify_ready("ready; " + where());
  ready();
}

std::string Daemon::where() const {
  return "hooks at " + hooks_address() + ", api at " + api_address() + ", metrics at " + metrics_address();
}

asio::awaitable<void> Daemon::tell_systemd() {
  const auto every = alive_every();
  while (every.count() > 0) {
    notify_alive();
    co_await ports_.clock->sleep(every);
  }
}

asio::awaitable<void> Daemon::watch_database() {
  bool was_up = true;
  while (!stopping_) {
    co_await ports_.clock->sleep(configuration_.work.database.watch);
    if (stopping_) break;
    const bool up = co_await database_runs();
    if (up != was_up) log::warn(up ? "private database runs again" : "private database does not run", {});
    was_up = up;
  }
}

/// A fault of the supervision itself counts as a database that does not run: the next look tries again.
asio::awaitable<bool> Daemon::database_runs() {
  try {
    co_return co_await asio::co_spawn(blocking_, ensure_running(*embedded_), asio::use_awaitable);
  } catch (const std::exception& error) {
    log::warn("private database cannot be looked after", {{"why", error.what()}});
    co_return false;
  }
}

void Daemon::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int number) {
    if (error) return;
    if (number == SIGHUP) {
      reload();
    } else {
      stop();
    }
    await_signal();
  });
}

/// All or nothing: what cannot be taken up as a whole is said, and this daemon goes on as it is.
void Daemon::reload() {
  if (stopping_) return;
  notify_reloading();
  if (ports_.prepare_next && ports_.prepare_next(*this)) {
    handing_over_ = true;
    leave();
  } else {
    notify_ready("ready; " + where());
  }
}

void Daemon::stop() {
  handing_over_ = false;  // whatever was to come next
  leave();
}

void Daemon::leave() {
  if (stopping_) return;
  stopping_ = true;
  asio::co_spawn(io_, drain(), supervised("drain", [this] {
                   exit_code_ = 1;
                   io_.stop();
                 }));
}

asio::awaitable<void> Daemon::drain() {
  log::info(handing_over_ ? "making room for the new configuration: finishing what is under way"
                          : "stopping: finishing what is under way");
  if (!handing_over_) {
    notify_stopping("finishing what is under way");
    health_.drain();
    stop_doors();
  }
  engine_.stop();
  const auto patience = ports_.clock->uptime() + configuration_.work.drain;
  while (engine_.is_busy() && ports_.clock->uptime() < patience) {
    co_await ports_.clock->sleep(20ms);
  }
  // Until then webhooks were still taken in where another daemon is to go on.
  stop_doors();
  while (doors_are_busy() && ports_.clock->uptime() < patience) co_await ports_.clock->sleep(20ms);
  if (engine_.has_unfinished_work())
    log::warn("not everything was finished in time; leases and intents take it up again");
  io_.stop();
}

std::vector<http::Door*> Daemon::doors() const {
  std::vector<http::Door*> open = {hooks_.get(), api_.get(), metrics_door_.get(), control_door_.get()};
  std::erase(open, nullptr);
  return open;
}

void Daemon::stop_doors() {
  for (http::Door* door : doors()) door->stop();
}

bool Daemon::doors_are_busy() const {
  return std::ranges::any_of(doors(), [](const http::Door* door) { return door->busy() > 0; });
}

int Daemon::run(const std::function<void()>& ready) {
  raise_descriptor_limit();
  await_signal();
  asio::co_spawn(io_, start(ready), [this](const std::exception_ptr& failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log::error("cannot start", {{"why", error.what()}});
    }
    exit_code_ = 1;
    io_.stop();
  });
  io_.run();
  return exit_code_;
}

}  // namespace counterpart
