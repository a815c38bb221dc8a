#include "server/engine/engine.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "server/engine/stored_pace.h"
#include "server/engine/supervised.h"
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

TopologyPorts topology_ports(const EnginePorts& ports,
                             std::function<std::unique_ptr<HttpClient>(const SystemConfiguration&)> client) {
  return TopologyPorts{ports.clock, ports.random, std::move(client)};
}

}  // namespace

Engine::Engine(OwnIo& io, const Configuration& configuration, std::string database_uri, std::string daemon_id,
               EnginePorts ports, config::Problems& problems)
    : io_(io),
      configuration_(configuration),
      ports_(std::move(ports)),
      store_(io_, store_settings(configuration, std::move(database_uri), daemon_id), *ports_.clock, *ports_.random,
             *ports_.points, ports_.lane_host),
      topology_(make_topology(
          configuration,
          topology_ports(ports_,
                         [this](const SystemConfiguration& settings) { return make_governed_client(settings); }),
          problems)),
      intake_(topology_, store_, *ports_.clock, *ports_.random, metrics_, configuration.listen.public_url),
      workers_(io_.get_executor(), topology_, store_, *ports_.clock, *ports_.random, metrics_, configuration.work),
      sweeper_(io_.get_executor(), topology_, store_, *ports_.clock, *ports_.random, metrics_,
               sweep_settings(configuration)),
      schema_watch_(io_.get_executor(), topology_, store_, *ports_.clock, metrics_),
      others_(store_, *ports_.clock, metrics_, std::move(daemon_id), ears()) {
  store_.on_dirty(
      [this](store::SyncId sync, const std::vector<store::RecordKey>& keys, std::chrono::milliseconds settle) {
        workers_.wake(sync, keys, settle);
        others_.note_news(sync);
      });
  for (const SystemConfiguration& system : configuration.systems) {
    metrics_.system_info(system.name, system.connector, system.environment);
  }
}

std::unique_ptr<HttpClient> Engine::make_governed_client(const SystemConfiguration& settings) {
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
      ports_.client(settings, std::move(observer)), pace, *ports_.clock, *ports_.random,
      std::make_unique<StoredPace>(io_.get_executor(), store_, std::move(terms)));
  governors_[settings.name] = governor.get();
  metrics_.breaker_open(settings.name, false);
  governor->on_breaker = [this, name = settings.name](http::BreakerState state) {
    const bool open = state != http::BreakerState::closed;
    metrics_.breaker_open(name, open);
    log::warn(open ? "system does not answer; its work waits" : "system answers again", {{"system", name}});
  };
  return governor;
}

Others::Heard Engine::ears() {
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

asio::awaitable<void> Engine::look_at_pace(std::string system) {
  const auto found = governors_.find(system);
  if (found != governors_.end()) co_await found->second->look();
}

asio::awaitable<void> Engine::prepare() {
  std::vector<std::pair<std::string, std::string>> names;
  for (const Sync& sync : topology_.syncs) names.emplace_back(sync.settings->name, sync.settings->version);
  const auto ids = co_await store_.register_syncs(std::move(names));
  for (std::size_t i = 0; i < ids.size(); ++i) topology_.syncs[i].id = ids[i];
  const int taken_over = co_await store_.take_over();
  if (taken_over > 0) log::info("work of the run before taken over", {{"records", taken_over}});
}

void Engine::run(KeepRunning keep_running) {
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
  for (System& system : topology_.systems) {
    keep_running("schema of " + system.settings->name, schema_watch_.watch(system));
  }
}

void Engine::stop() {
  stopping_ = true;
  workers_.stop();
  sweeper_.stop();
  schema_watch_.stop();
  others_.stop();
}

asio::awaitable<void> Engine::learn_own_user(System& system) {
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

asio::awaitable<void> Engine::keep_house() {
  while (!stopping_) {
    try {
      co_await store_.upkeep(retention_of(configuration_.retention));
    } catch (const std::exception& error) {
      log::warn("upkeep put off", {{"why", error.what()}});
    }
    co_await ports_.clock->sleep(configuration_.work.upkeep_every);
  }
}

}  // namespace counterpart
