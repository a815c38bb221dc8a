#include "server/daemon/daemon.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

#include "server/daemon/client_settings.h"
#include "server/daemon/descriptors.h"
#include "server/daemon/notify.h"
#include "server/daemon/stored_pace.h"
#include "server/daemon/supervised.h"
#include "server/observe/log.h"

namespace counterpart {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// A try of a system that was down takes its time-out, and this for queueing.
constexpr std::chrono::milliseconds kProbeSlack = 5s;

store::StoreSettings store_settings(const Configuration& configuration, std::string uri, std::string daemon_id) {
  store::StoreSettings settings;
  settings.uri = std::move(uri);
  settings.daemon = std::move(daemon_id);
  settings.intake_queue = static_cast<int>(configuration.doors.intake_queue);
  const DatabaseSettings& database = configuration.work.database;
  settings.work_lanes = static_cast<int>(database.lanes);
  settings.statement_timeout = database.statement_timeout;
  settings.connection_times = {database.connect_timeout, database.keepalive, database.unacknowledged};
  return settings;
}

store::Retention retention_of(const RetentionSettings& settings) {
  store::Retention retention{settings.evidence, settings.event_ids, settings.intents, settings.alerts, {}};
  if (settings.history.count() > 0) retention.history = settings.history;
  return retention;
}

SweepSettings sweep_settings(const Configuration& configuration) {
  SweepSettings settings;
  settings.clock_skew = configuration.work.clock_skew;
  settings.lease = configuration.work.lease;
  return settings;
}

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

TopologyPorts topology_ports(DaemonPorts& ports,
                             std::function<std::unique_ptr<HttpClient>(const SystemConfiguration&)> client) {
  return TopologyPorts{ports.clock.get(), ports.random.get(), std::move(client)};
}

}  // namespace

Daemon::Daemon(const Configuration& configuration, std::string database_uri, std::string daemon_id,
               store::EmbeddedDatabase* embedded, DaemonPorts ports, config::Problems& problems)
    : configuration_(configuration),
      embedded_(embedded),
      ports_(std::move(ports)),
      signals_(io_),
      store_(io_, store_settings(configuration, std::move(database_uri), daemon_id), *ports_.clock, *ports_.random,
             *ports_.points),
      topology_(make_topology(
          configuration,
          topology_ports(ports_,
                         [this](const SystemConfiguration& settings) { return make_governed_client(settings); }),
          problems)),
      health_(store_, metrics_, *ports_.clock),
      intake_(topology_, store_, *ports_.clock, *ports_.random, metrics_, configuration.listen.public_url),
      control_(topology_, store_),
      workers_(io_.get_executor(), topology_, store_, *ports_.clock, *ports_.random, metrics_, configuration.work),
      sweeper_(io_.get_executor(), topology_, store_, *ports_.clock, *ports_.random, metrics_,
               sweep_settings(configuration)),
      others_(store_, *ports_.clock, metrics_, std::move(daemon_id), ears()) {
  store_.on_dirty(
      [this](store::SyncId sync, const std::vector<store::RecordKey>& keys, std::chrono::milliseconds settle) {
        workers_.wake(sync, keys, settle);
        others_.note_news(sync);
      });
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
  for (const SystemConfiguration& system : configuration.systems) {
    metrics_.system_info(system.name, system.connector, system.environment);
  }
}

Daemon::~Daemon() {
  blocking_.join();
  store_.end();
  io_.end();
}

std::unique_ptr<HttpClient> Daemon::make_governed_client(const SystemConfiguration& settings) {
  http::ClientObserver observer;
  observer.exchanged = [this, name = settings.name](const HttpRequest& request, int status,
                                                    std::chrono::microseconds took) {
    metrics_.call(name, request.purpose, status, took);
  };
  http::GovernorSettings pace;
  pace.system = settings.name;
  pace.requests_per_second = static_cast<double>(settings.requests_per_second);
  pace.burst = static_cast<double>(settings.burst);
  pace.breaker_failures = static_cast<int>(settings.breaker_failures);
  pace.breaker_wait = settings.breaker_wait;
  store::PaceTerms terms;
  terms.system = settings.name;
  terms.per_second = static_cast<int>(settings.requests_per_second);
  terms.burst = static_cast<int>(settings.burst);
  terms.probe = settings.settings.timeout + kProbeSlack;
  auto governor = std::make_unique<http::Governor>(
      http::make_client(io_, client_settings(settings), *ports_.points, std::move(observer)), pace, *ports_.clock,
      *ports_.random, std::make_unique<StoredPace>(io_.get_executor(), store_, std::move(terms)));
  governors_[settings.name] = governor.get();
  metrics_.breaker_open(settings.name, false);
  governor->on_breaker = [this, name = settings.name](http::BreakerState state) {
    const bool open = state != http::BreakerState::closed;
    metrics_.breaker_open(name, open);
    log::warn(open ? "system does not answer; its work waits" : "system answers again", {{"system", name}});
  };
  return governor;
}

Others::Heard Daemon::ears() {
  Others::Heard heard;
  heard.news = [this](store::SyncId sync) { workers_.look(sync); };
  heard.anything = [this] {
    workers_.look_everywhere();
    for (const auto& [system, governor] : governors_) {
      asio::co_spawn(io_, look_at_pace(system), supervised("look at the pace of " + system, [] {}));
    }
  };
  heard.pace = [this](std::string_view system) {
    asio::co_spawn(io_, look_at_pace(std::string(system)), supervised("look at a system's pace", [] {}));
  };
  return heard;
}

asio::awaitable<void> Daemon::look_at_pace(std::string system) {
  const auto found = governors_.find(system);
  if (found != governors_.end()) co_await found->second->look();
}

std::unique_ptr<http::Door> Daemon::open_door(const std::string& address, std::string name, http::Handler handler,
                                              http::DoorAccess access) {
  http::DoorObserver observer;
  observer.answered = [this, name](int status, std::chrono::microseconds took) {
    metrics_.door_answered(name, status, took);
  };
  observer.connections = [this, name](std::ptrdiff_t change) { metrics_.door_connections(name, change); };
  observer.refused = [this, name](const std::string& why) { metrics_.door_refused(name, why); };
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
  for (http::Door* door : {hooks_.get(), api_.get(), metrics_door_.get(), control_door_.get()}) {
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
  http::ServerResponse response = co_await intake_.receive(std::move(request));
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
  std::vector<std::pair<std::string, std::string>> names;
  for (const Sync& sync : topology_.syncs) names.emplace_back(sync.settings->name, sync.settings->version);
  const auto ids = co_await store_.register_syncs(std::move(names));
  for (std::size_t i = 0; i < ids.size(); ++i) topology_.syncs[i].id = ids[i];
  const int taken_over = co_await store_.take_over();
  if (taken_over > 0) log::info("work of the run before taken over", {{"records", taken_over}});
  run_doors();
  others_.listen();
  keep_running("telling other daemons", others_.tell());
  keep_running("sign of life", others_.stay_alive());
  workers_.start();
  sweeper_.start();
  for (System& system : topology_.systems) {
    const SystemConfiguration& settings = *system.settings;
    log::info("system", {{"system", settings.name}, {"environment", settings.environment}, {"hooks", system.hooks}});
    keep_running("own user of " + settings.name, learn_own_user(system));
  }
  keep_running("upkeep", keep_house());
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

asio::awaitable<void> Daemon::learn_own_user(System& system) {
  const auto objects = system.connector->objects();
  const bool told = std::any_of(objects.begin(), objects.end(), [&](const std::string& object) {
    return system.connector->capabilities(object)->names_modifier;
  });
  auto pause = 1s;
  while (told && !stopping_) {
    std::string fault = "none";
    try {
      system.own_user = co_await system.connector->own_user();
    } catch (const std::exception& error) {
      fault = kind_of(error);
    }
    if (!system.own_user.empty()) co_return;
    log::warn("our own user is not known yet; echoes are told by their values",
              {{"system", system.settings->name}, {"error", fault}});
    co_await ports_.clock->sleep(pause);
    pause = std::min(pause * 2, std::chrono::seconds(300));
  }
}

asio::awaitable<void> Daemon::keep_house() {
  while (!stopping_) {
    try {
      co_await store_.upkeep(retention_of(configuration_.retention));
    } catch (const std::exception& error) {
      log::warn("upkeep put off", {{"why", error.what()}});
    }
    co_await ports_.clock->sleep(configuration_.work.upkeep_every);
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
  workers_.stop();
  sweeper_.stop();
  others_.stop();
  const auto patience = ports_.clock->uptime() + configuration_.work.drain;
  while ((workers_.running() > 0 || sweeper_.running() > 0) && ports_.clock->uptime() < patience) {
    co_await ports_.clock->sleep(20ms);
  }
  // Until then webhooks were still taken in where another daemon is to go on.
  stop_doors();
  while (hooks_ && hooks_->busy() > 0 && ports_.clock->uptime() < patience) co_await ports_.clock->sleep(20ms);
  if (workers_.running() > 0) log::warn("not everything was finished in time; leases and intents take it up again");
  io_.stop();
}

void Daemon::stop_doors() {
  for (http::Door* door : {hooks_.get(), metrics_door_.get(), control_door_.get(), api_.get()}) {
    if (door != nullptr) door->stop();
  }
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
