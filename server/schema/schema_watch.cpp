#include "server/schema/schema_watch.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <stdexcept>
#include <utility>

#include "mapping/reconcile/stopped_fields.h"
#include "mapping/schema/description_json.h"
#include "server/engine/supervised.h"
#include "server/observe/log.h"

namespace counterpart {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Refused writes come in swarms.
constexpr std::chrono::seconds kLeastPause = 10s;
constexpr std::chrono::seconds kRetryPause = 60s;
/// Who was overtaken by another daemon looks at what that one has kept.
constexpr int kTries = 3;

std::string subject_of(const System& system, const std::string& object, const std::string& field) {
  return system.settings->name + "/" + object + "/" + field;
}

bool is_reported(const System& system, const SchemaChange& change) {
  return change.kind != SchemaChangeKind::added || system.settings->new_fields == NewFields::alert;
}

std::string remedy_for(const System& system, const std::string& object, SchemaChangeKind kind) {
  const std::string accept =
      "`counterpart connector accept " + system.settings->name + " " + object + "` takes it as it is now";
  if (!narrows(kind)) return "see whether the mapping should know of it; " + accept;
  return "mapped fields that need it are stopped; restore it there, or correct the mapping; " + accept;
}

store::AlertRow alert_of(const System& system, const std::string& object, const SchemaChange& change) {
  return {"schema", subject_of(system, object, change.field), "field " + change.field + " " + change.what,
          remedy_for(system, object, change.kind)};
}

}  // namespace

struct SchemaWatch::Seen {
  ObjectDescription accepted;  ///< as it is gone on with
  ObjectDescription accepted_before;
  ObjectDescription before;  ///< as it was when it was last looked at
  ObjectDescription now;
  std::vector<SchemaChange> changes;  ///< since then
};

SchemaWatch::SchemaWatch(asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock,
                         Metrics& metrics)
    : executor_(std::move(executor)), topology_(topology), store_(store), clock_(clock), metrics_(metrics) {}

asio::awaitable<void> SchemaWatch::watch(System& system) {
  listen(system);
  while (!stopping_) {
    bool tells = true;
    std::chrono::milliseconds pause = system.settings->schema_every;
    try {
      tells = co_await look(system);
    } catch (const std::exception& error) {
      log::warn("schema not looked at", {{"system", system.settings->name}, {"error", kind_of(error)}});
      pause = std::min<std::chrono::milliseconds>(pause, kRetryPause);
    }
    if (!tells) co_return;
    co_await clock_.sleep(pause);
  }
}

void SchemaWatch::listen(System& system) {
  system.schema.on_doubt = [this, &system] {
    const auto last = doubted_.find(&system);
    const bool lately = last != doubted_.end() && clock_.uptime() - last->second < kLeastPause;
    if (stopping_ || lately) return;
    doubted_[&system] = clock_.uptime();
    asio::co_spawn(executor_, look_again(system), supervised("look at a system's schema", [] {}));
  };
}

asio::awaitable<void> SchemaWatch::look_again(System& system) {
  try {
    co_await look(system);
  } catch (const std::exception& error) {
    log::warn("schema not looked at", {{"system", system.settings->name}, {"error", kind_of(error)}});
  }
}

asio::awaitable<bool> SchemaWatch::look(System& system) {
  if (!looking_.insert(&system).second) co_return true;
  bool tells = false;
  std::exception_ptr fault;  // of one object; the others are asked all the same
  const std::vector<std::string> objects = topology_.objects_of(system);
  for (const std::string& object : objects) {
    if (stopping_) break;
    try {
      const bool told = co_await learn(system, object);
      tells = tells || told;
    } catch (...) {
      fault = std::current_exception();
    }
  }
  looking_.erase(&system);
  if (fault) std::rethrow_exception(fault);
  co_return tells;
}

asio::awaitable<bool> SchemaWatch::learn(System& system, std::string object) {
  const DescribeResult result = co_await system.connector->describe(object);
  if (const auto* failure = std::get_if<Failure>(&result)) {
    log::warn("schema not told",
              {{"system", system.settings->name}, {"object", object}, {"why", name_of(failure->kind)}});
    throw std::runtime_error("not told");
  }
  const auto& now = std::get<ObjectDescription>(result);
  if (now.fields.empty()) co_return false;
  system.schema.learn(object, now);
  const std::optional<Seen> seen = co_await keep(system, object, now);
  if (!seen) co_return true;
  narrowed_[{&system, object}] = {seen->accepted, narrowings_between(seen->accepted, now)};
  co_await stop_fields(system, object);
  co_await tell(system, object, &*seen);
  co_return true;
}

asio::awaitable<std::optional<SchemaWatch::Seen>> SchemaWatch::keep(System& system, std::string object,
                                                                    ObjectDescription now) {
  for (int i = 0; i < kTries; ++i) {
    const auto stored = co_await store_.schema_of(system.settings->name, object);
    Seen seen;
    seen.now = now;
    seen.before = stored ? description_from(stored->live) : now;
    seen.accepted_before = stored ? description_from(stored->accepted) : now;
    seen.accepted = accepted_after(seen.accepted_before, now);
    seen.changes = changes_between(seen.before, now);
    if (stored && seen.before == now && seen.accepted_before == seen.accepted) co_return seen;
    store::SchemaUpdate update;
    update.system = system.settings->name;
    update.object = object;
    update.schema.accepted = to_native(seen.accepted);
    update.schema.live = to_native(now);
    update.schema.revision = stored ? stored->revision : 0;
    for (const SchemaChange& change : seen.changes) {
      update.changes.push_back({change.field, std::string(name_of(change.kind)), change.what});
    }
    if (co_await store_.keep_schema(std::move(update))) co_return seen;
  }
  co_return std::nullopt;
}

/// A field that is whole again is no matter any more; another change of it is.
asio::awaitable<void> SchemaWatch::tell(const System& system, std::string object, const Seen* seen) {
  const auto concerns = [](const std::vector<SchemaChange>& changes, const std::string& field) {
    return std::ranges::find(changes, field, &SchemaChange::field) != changes.end();
  };
  const auto narrowed = narrowings_between(seen->accepted, seen->now);
  const auto narrowed_before = narrowings_between(seen->accepted_before, seen->before);
  bool restored = false;
  for (const SchemaChange& change : seen->changes) {
    const bool whole_again = concerns(narrowed_before, change.field) && !concerns(narrowed, change.field);
    if (whole_again) {
      restored = true;
      log::info("a field is as it was accepted again", {{"field", subject_of(system, object, change.field)}});
      co_await store_.resolve_alert("schema", subject_of(system, object, change.field));
    } else if (is_reported(system, change)) {
      co_await raise(system, object, change);
    }
  }
  if (!restored) co_return;
  const std::vector<Participation> parts = topology_.participations(system, object);
  for (const Participation& part : parts) co_await list_anew(part);
}

asio::awaitable<void> SchemaWatch::raise(const System& system, std::string object, SchemaChange change) {
  const std::string subject = subject_of(system, object, change.field);
  metrics_.alert("schema");
  log::warn("alert", {{"kind", "schema"}, {"subject", subject}, {"change", name_of(change.kind)}});
  for (const Sync& sync : topology_.syncs) {
    if (sync.system.left != &system && sync.system.right != &system) continue;
    store::AlertRow alert = alert_of(system, object, change);
    co_await store_.store_alert(sync.id, std::move(alert));
  }
}

asio::awaitable<void> SchemaWatch::stop_fields(const System& system, std::string object) {
  const std::vector<Participation> parts = topology_.participations(system, object);
  for (const Participation& part : parts) {
    std::set<std::string> stopped;
    for (const Side side : kSides) {
      const auto found = narrowed_.find({part.sync->system[side], part.mapping->object[side]});
      if (found == narrowed_.end()) continue;
      stopped.merge(stopped_by(*part.mapping, side, found->second.accepted, found->second.changes));
    }
    std::set<std::string>& before = stopped_[{part.sync, part.mapping->name}];
    const bool goes_on = !std::ranges::includes(stopped, before);
    before = stopped;
    part.sync->stop_fields(part.mapping->name, std::move(stopped));
    if (goes_on) co_await list_anew(part);
  }
}

/// What was edited while a field was stopped is news now.
asio::awaitable<void> SchemaWatch::list_anew(Participation part) {
  for (const Side side : kSides) {
    co_await store_.list_anew(part.sync->system[side]->settings->name, part.mapping->object[side]);
  }
}

}  // namespace counterpart
