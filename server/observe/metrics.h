#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace counterpart {

/// The daemon's metrics (prometheus-cpp core); written here once, so that names and labels are seen
/// together. Labels never hold record ids or values.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;

  // intake
  void hook_answered(
      std::string_view system, int status,
      std::chrono::microseconds took);        // counterpart_hooks_total{system,status}, counterpart_hook_seconds
  void hook_unkept(std::string_view system);  // counterpart_hooks_unkept_total{system}: verified, but not stored
  void news_accepted(std::string_view system, std::string_view source,
                     int count);  // counterpart_news_total{system,source=webhook|sweep}
  void door_answered(
      std::string_view door, int status,
      std::chrono::microseconds took);  // counterpart_door_answers_total{door,status}, counterpart_door_seconds{door}
  void door_connections(std::string_view door, long change);       // counterpart_connections{door}
  void door_refused(std::string_view door, std::string_view why);  // counterpart_refused_total{door,why}
  // work
  void worked(std::string_view sync, std::string_view mapping, std::string_view outcome);  // counterpart_outcomes_total
  void echo_dropped(std::string_view sync, std::string_view guard);              // counterpart_echoes_total{guard}
  void fields_written(std::string_view sync, std::string_view side, int count);  // counterpart_fields_written_total
  void conflicts(std::string_view sync, std::string_view mapping, int count);    // counterpart_conflicts_total
  void leases_lost(
      std::string_view sync,
      long count);  // counterpart_leases_lost_total{sync}: records whose work was overtaken, and done again
  void synced_after(std::string_view sync,
                    std::chrono::microseconds since_first_news);  // counterpart_sync_seconds: news → write confirmed
  void alert(std::string_view kind);                              // counterpart_alerts_total{kind}
  // systems
  void system_info(std::string_view system, std::string_view connector,
                   std::string_view environment);  // counterpart_system_info{system,connector,environment}, always 1
  void call(
      std::string_view system, std::string_view purpose, int status,
      std::chrono::microseconds took);  // counterpart_calls_total{system,status}, counterpart_call_seconds{system}
  void breaker_open(std::string_view system, bool open);  // counterpart_breaker_open{system}
  void swept(std::string_view system, std::string_view object, int found,
             bool ok);  // counterpart_sweeps_total{system,object,result}, counterpart_sweep_found_total
  // queue, set from Store::status() when scraped
  void queue(std::string_view sync, long dirty, double oldest_seconds, long parked,
             long frozen);    // counterpart_queue_depth, counterpart_queue_oldest_seconds, counterpart_parked,
                              // counterpart_frozen
  void database_up(bool up);  // counterpart_database_up
  void daemons(int count);    // counterpart_daemons: alive on this database, this one included

  /// Prometheus text format.
  std::string render() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterpart
