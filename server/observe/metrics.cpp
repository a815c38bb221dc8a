#include "server/observe/metrics.h"

#include <algorithm>
#include <prometheus/text_serializer.h>
#include <sstream>
#include <vector>

#include "server/observe/series.h"

namespace counterpart {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using Labels = std::vector<std::string>;

/// Seconds. Answers and calls are a matter of milliseconds, a sync may wait for a settle time or a sweep.
const std::vector<double> kAnswerBuckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
const std::vector<double> kCallBuckets = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
const std::vector<double> kSyncBuckets = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800};

Series<Counter> counter(prometheus::Registry& registry, const char* name, const char* help, Labels labels) {
  return {prometheus::BuildCounter().Name(name).Help(help).Register(registry), std::move(labels)};
}

Series<Gauge> gauge(prometheus::Registry& registry, const char* name, const char* help, Labels labels) {
  return {prometheus::BuildGauge().Name(name).Help(help).Register(registry), std::move(labels)};
}

Series<Histogram> histogram(prometheus::Registry& registry, const char* name, const char* help, Labels labels,
                            const std::vector<double>& buckets) {
  return {prometheus::BuildHistogram().Name(name).Help(help).Register(registry), std::move(labels), buckets};
}

double seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// Foreign systems choose their statuses: what is none is one label.
std::string status_label(int status) {
  if (status == 0) return "none";
  return status >= 100 && status <= 599 ? std::to_string(status) : "other";
}

double positive(double value) {
  return std::max(value, 0.0);
}
double positive(int value) {
  return std::max(value, 0);
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;

  Series<Counter> hooks = counter(registry, "counterpart_hooks_total", "Webhook deliveries answered, by HTTP status.",
                                  {"system", "status"});
  Series<Counter> hooks_unkept =
      counter(registry, "counterpart_hooks_unkept_total", "Verified webhooks that could not be stored.", {"system"});
  Series<Histogram> hook_seconds = histogram(registry, "counterpart_hook_seconds",
                                             "Time from a webhook's arrival to its answer.", {}, kAnswerBuckets);
  Series<Counter> news =
      counter(registry, "counterpart_news_total", "Pieces of news that a record may have changed, stored durably.",
              {"system", "source"});
  Series<Counter> door_answers =
      counter(registry, "counterpart_door_answers_total",
              "Requests answered behind a door, by HTTP status; what a door itself refuses is counted apart.",
              {"door", "status"});
  Series<Histogram> door_seconds =
      histogram(registry, "counterpart_door_seconds", "Time from a request's arrival to its answer, by door.", {"door"},
                kAnswerBuckets);
  Series<Gauge> connections = gauge(registry, "counterpart_connections", "Connections open at a door now.", {"door"});
  Series<Counter> refused = counter(registry, "counterpart_refused_total",
                                    "Requests and connections refused by a door itself.", {"door", "why"});

  Series<Counter> outcomes = counter(registry, "counterpart_outcomes_total", "Records worked, by how it ended.",
                                     {"sync", "mapping", "outcome"});
  Series<Counter> echoes =
      counter(registry, "counterpart_echoes_total",
              "News dropped as the echo of our own write, by the guard that knew it.", {"sync", "guard"});
  Series<Counter> fields_written = counter(registry, "counterpart_fields_written_total",
                                           "Fields written, by the side written to.", {"sync", "side"});
  Series<Counter> conflicts = counter(registry, "counterpart_conflicts_total",
                                      "Fields changed on both sides to different values.", {"sync", "mapping"});
  Series<Counter> leases_lost = counter(registry, "counterpart_leases_lost_total",
                                        "Records whose work took longer than its lease, and is done again.", {"sync"});
  Series<Histogram> sync_seconds =
      histogram(registry, "counterpart_sync_seconds", "Time from the first news of a change to its confirmed write.",
                {"sync"}, kSyncBuckets);
  Series<Counter> alerts = counter(registry, "counterpart_alerts_total", "Alerts raised.", {"kind"});

  Series<Gauge> system_info = gauge(registry, "counterpart_system_info", "1 for each configured system.",
                                    {"system", "connector", "environment"});
  Series<Counter> calls =
      counter(registry, "counterpart_calls_total", "Calls of a system's API, by HTTP status; none: no answer came.",
              {"system", "status"});
  Series<Histogram> call_seconds =
      histogram(registry, "counterpart_call_seconds", "Time a call of a system's API took.", {"system"}, kCallBuckets);
  Series<Gauge> breaker = gauge(registry, "counterpart_breaker_open",
                                "1 while a system is taken for down and nothing is sent to it.", {"system"});
  Series<Counter> sweeps =
      counter(registry, "counterpart_sweeps_total", "Sweeps finished.", {"system", "object", "result"});
  Series<Counter> sweep_found =
      counter(registry, "counterpart_sweep_found_total", "Changed records found by sweeps.", {"system", "object"});

  Series<Gauge> daemons =
      gauge(registry, "counterpart_daemons", "Daemons alive on this database, this one included.", {});
  Series<Gauge> queue_depth = gauge(registry, "counterpart_queue_depth", "Records waiting to be worked.", {"sync"});
  Series<Gauge> queue_oldest =
      gauge(registry, "counterpart_queue_oldest_seconds", "Age of the oldest news not yet worked.", {"sync"});
  Series<Gauge> parked = gauge(registry, "counterpart_parked", "Records held for a person.", {"sync"});
  Series<Gauge> frozen = gauge(registry, "counterpart_frozen", "Fields held for a person.", {"sync"});
  Series<Gauge> database =
      gauge(registry, "counterpart_database_up", "1 while the database answers, 0 while it does not.", {});
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::hook_answered(std::string_view system, int status, std::chrono::microseconds took) {
  impl_->hooks.of(system, status_label(status)).Increment();
  impl_->hook_seconds.of().Observe(seconds(took));
}

void Metrics::hook_unkept(std::string_view system) {
  impl_->hooks_unkept.of(system).Increment();
}

void Metrics::news_accepted(std::string_view system, std::string_view source, int count) {
  impl_->news.of(system, source).Increment(positive(count));
}

void Metrics::door_answered(std::string_view door, int status, std::chrono::microseconds took) {
  impl_->door_answers.of(door, status_label(status)).Increment();
  impl_->door_seconds.of(door).Observe(seconds(took));
}

void Metrics::door_connections(std::string_view door, long change) {
  impl_->connections.of(door).Increment(static_cast<double>(change));
}

void Metrics::door_refused(std::string_view door, std::string_view why) {
  impl_->refused.of(door, why).Increment();
}

void Metrics::worked(std::string_view sync, std::string_view mapping, std::string_view outcome) {
  impl_->outcomes.of(sync, mapping, outcome).Increment();
}

void Metrics::echo_dropped(std::string_view sync, std::string_view guard) {
  impl_->echoes.of(sync, guard).Increment();
}

void Metrics::fields_written(std::string_view sync, std::string_view side, int count) {
  impl_->fields_written.of(sync, side).Increment(positive(count));
}

void Metrics::conflicts(std::string_view sync, std::string_view mapping, int count) {
  impl_->conflicts.of(sync, mapping).Increment(positive(count));
}

void Metrics::leases_lost(std::string_view sync, long count) {
  impl_->leases_lost.of(sync).Increment(positive(static_cast<double>(count)));
}

void Metrics::synced_after(std::string_view sync, std::chrono::microseconds since_first_news) {
  impl_->sync_seconds.of(sync).Observe(positive(seconds(since_first_news)));
}

void Metrics::alert(std::string_view kind) {
  impl_->alerts.of(kind).Increment();
}

void Metrics::system_info(std::string_view system, std::string_view connector, std::string_view environment) {
  impl_->system_info.of(system, connector, environment).Set(1);
}

void Metrics::call(std::string_view system, std::string_view, int status, std::chrono::microseconds took) {
  impl_->calls.of(system, status_label(status)).Increment();
  impl_->call_seconds.of(system).Observe(seconds(took));
}

void Metrics::breaker_open(std::string_view system, bool open) {
  impl_->breaker.of(system).Set(open ? 1 : 0);
}

void Metrics::swept(std::string_view system, std::string_view object, int found, bool ok) {
  impl_->sweeps.of(system, object, ok ? "ok" : "failed").Increment();
  impl_->sweep_found.of(system, object).Increment(positive(found));
}

void Metrics::daemons(int count) {
  impl_->daemons.of().Set(count);
}

void Metrics::queue(std::string_view sync, long dirty, double oldest_seconds, long parked, long frozen) {
  impl_->queue_depth.of(sync).Set(static_cast<double>(dirty));
  impl_->queue_oldest.of(sync).Set(oldest_seconds);
  impl_->parked.of(sync).Set(static_cast<double>(parked));
  impl_->frozen.of(sync).Set(static_cast<double>(frozen));
}

void Metrics::database_up(bool up) {
  impl_->database.of().Set(up ? 1 : 0);
}

std::string Metrics::render() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->registry.Collect());
  return std::move(out).str();
}

}  // namespace counterpart
