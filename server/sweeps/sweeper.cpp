#include "server/sweeps/sweeper.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "server/observe/log.h"
#include "server/rethrow.h"
#include "server/store/keys.h"
#include "server/topology/identity.h"

namespace counterpart {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;
using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Sweeper::Beat {
  Beat(System& of, std::string name, const asio::any_io_executor& executor)
      : system(of), object(std::move(name)), stop(executor, 1) {}

  System& system;
  std::string object;
  asio::experimental::channel<void(boost::system::error_code)> stop;
  int found = 0;        ///< by the sweep under way
  std::string failing;  ///< why, as logged last; "": it works
  int failures = 0;     ///< in a row
  Troubles alerts;      ///< by kind: those that may be open
};

Sweeper::Sweeper(asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock, Random& random,
                 Metrics& metrics, SweepSettings settings)
    : executor_(std::move(executor)),
      topology_(topology),
      store_(store),
      clock_(clock),
      random_(random),
      metrics_(metrics),
      settings_(settings) {
  for (System& system : topology_.systems) {
    for (const std::string& object : topology_.objects_of(system)) {
      beats_.push_back(std::make_shared<Beat>(system, object, executor_));
    }
  }
}

void Sweeper::start() {
  for (const auto& beat : beats_) {
    ++running_;
    asio::co_spawn(executor_, run(beat), rethrow);
  }
}

void Sweeper::stop() {
  stopping_ = true;
  for (const auto& beat : beats_) beat->stop.try_send(boost::system::error_code{});
}

namespace {

/// Twice as long with each failure in a row, at most as long as between two sweeps.
microseconds pause_after(const SystemConfiguration& settings, int failures, const SweepFault& fault) {
  microseconds pause = std::min<microseconds>(settings.sweep_every, settings.breaker_wait);
  for (int i = 1; i < failures && pause < settings.sweep_every; ++i) pause *= 2;
  pause = std::min<microseconds>(pause, settings.sweep_every);
  return fault.retry_after ? std::max<microseconds>(pause, *fault.retry_after) : pause;
}

}  // namespace

asio::awaitable<void> Sweeper::run(std::shared_ptr<Beat> beat) {
  const SystemConfiguration& settings = *beat->system.settings;
  while (!stopping_) {
    SweepFault fault;
    beat->found = 0;
    try {
      fault = co_await sweep(*beat);
      if (fault.why.empty()) beat->system.swept.insert(beat->object);
    } catch (const std::exception& error) {
      fault.why = error.what();
    }
    if (stopping_) break;
    metrics_.swept(settings.name, beat->object, beat->found, fault.why.empty());
    beat->failures = fault.why.empty() ? 0 : beat->failures + 1;
    try {
      co_await note_result(*beat, fault);
    } catch (const std::exception& error) {
      log::debug("alert not stored", {{"system", settings.name}, {"object", beat->object}, {"why", error.what()}});
    }
    if (stopping_) break;
    // A tenth of jitter, so that many objects do not ask at once for ever.
    const microseconds pause =
        fault.why.empty() ? microseconds(settings.sweep_every) : pause_after(settings, beat->failures, fault);
    const microseconds jitter(random_.below(static_cast<std::uint64_t>(pause.count() / 10 + 1)));
    co_await (beat->stop.async_receive(asio::as_tuple(asio::use_awaitable)) || clock_.sleep(pause + jitter));
  }
  --running_;
}

asio::awaitable<void> Sweeper::note_result(Beat& beat, const SweepFault& fault) {
  const std::string& system = beat.system.settings->name;
  if (fault.why != beat.failing) {
    if (fault.why.empty()) {
      log::info("sweep works again", {{"system", system}, {"object", beat.object}});
    } else {
      log::warn("sweep fails", {{"system", system}, {"object", beat.object}, {"why", fault.why}});
    }
    beat.failing = fault.why;
  }
  if (fault.why.empty()) {
    if (!beat.alerts.may_last("sweep")) co_return;
    co_await store_.resolve_alert("sweep", system + "/" + beat.object);
    beat.alerts.ends("sweep");
  } else if (fault.for_a_person || beat.failures >= settings_.alert_after) {
    co_await alert(beat, "sweep", "what changes in " + system + "/" + beat.object + " cannot be listed: " + fault.why,
                   "see that the system answers and our user may read this object; webhooks are worked meanwhile");
  }
}

asio::awaitable<void> Sweeper::alert(Beat& beat, const std::string& kind, std::string message, std::string remedy) {
  if (beat.alerts.lasts(kind)) co_return;
  const std::string subject = beat.system.settings->name + "/" + beat.object;
  std::set<store::SyncId> syncs;
  for (const Participation& part : topology_.participations(beat.system, beat.object)) syncs.insert(part.sync->id);
  for (const store::SyncId sync : syncs) {
    store::AlertRow row{kind, subject, message, remedy};
    co_await store_.store_alert(sync, std::move(row));
  }
  beat.alerts.begins(kind);
  metrics_.alert(kind);
  log::warn("alert", {{"kind", kind}, {"subject", subject}});
}

namespace {

void raise(std::optional<Instant>& newest, const ChangesPage& page) {
  for (const Record& record : page.records) {
    const auto changed = record.modified ? record.modified : record.created;
    if (changed && (!newest || *changed > *newest)) newest = changed;
  }
}

/// nullopt: nothing can be said of the system's time, so the watermark stays. `latest`: our own clock's bound.
std::optional<Instant> watermark_of(std::optional<Instant> newest, std::optional<Instant> system_time, Instant latest,
                                    milliseconds overlap) {
  if (!newest && !system_time) return std::nullopt;
  const Instant bound = system_time.value_or(latest);
  return std::min(newest.value_or(bound), bound) - overlap;
}

SweepFault fault_of(const Failure& failure) {
  SweepFault fault;
  fault.why = name_of(failure.kind);
  fault.for_a_person = failure.kind == Failure::Kind::credentials || failure.kind == Failure::Kind::rejected ||
                       failure.kind == Failure::Kind::not_found;
  fault.retry_after = failure.retry_after;
  return fault;
}

SweepFault unending(std::string why) {
  SweepFault fault;
  fault.why = std::move(why);
  fault.for_a_person = true;
  return fault;
}

/// Notices when a listing comes back to a page where it has been, however long the way round is: one earlier page
/// is remembered, and the latest takes its place after 1, 2, 4, 8… pages.
class PageCycle {
 public:
  bool closes(const std::string& page) {
    if (page == remembered_) return true;
    if (++steps_ == span_) {
      remembered_ = page;
      steps_ = 0;
      span_ *= 2;
    }
    return false;
  }

 private:
  std::string remembered_;
  int steps_ = 0;
  int span_ = 1;
};

}  // namespace

asio::awaitable<SweepFault> Sweeper::sweep(Beat& beat) {
  const store::Watermark before = co_await store_.watermark(beat.system.settings->name, beat.object);
  SweepFault fault = co_await list(beat, before.at, !before.at);
  if (fault.watermark_ahead) {
    log::warn("watermark in the future, all is listed again",
              {{"system", beat.system.settings->name}, {"object", beat.object}});
    fault = co_await list(beat, std::nullopt, false);
  }
  co_return fault;
}

asio::awaitable<SweepFault> Sweeper::list(Beat& beat, std::optional<Instant> since, bool first_load) {
  const SystemConfiguration& settings = *beat.system.settings;
  const bool sorted = beat.system.connector->capabilities(beat.object)->sorted_changes;
  std::optional<Instant> newest;
  std::optional<Instant> started;
  std::optional<Instant> saved = since;
  std::string at_page;
  PageCycle cycle;
  for (int pages = 1; !stopping_; ++pages) {
    auto result = co_await beat.system.connector->changed(beat.object, since, at_page);
    if (const auto* failure = std::get_if<Failure>(&result)) {
      co_return fault_of(*failure);
    }
    const auto& page = std::get<ChangesPage>(result);
    const Instant latest = clock_.now() + settings_.clock_skew;
    if (at_page.empty()) {
      started = page.system_time;
      SweepFault fault;
      fault.watermark_ahead = since && *since > (started ? *started + settings_.clock_skew : latest);
      if (fault.watermark_ahead) co_return fault;
    }
    co_await mark(beat, page, first_load);
    raise(newest, page);
    const auto reached = watermark_of(newest, started, latest, settings.sweep_overlap);
    if ((sorted || !page.next) && reached && (!saved || *reached > *saved)) {
      co_await store_.save_watermark(settings.name, beat.object, *reached);
      saved = reached;
    }
    if (!page.next) co_return SweepFault{};
    if (pages >= settings_.pages_max) co_return unending("the listing has no end");
    if (cycle.closes(*page.next)) co_return unending("the listing leads back to an earlier page");
    at_page = *page.next;
  }
  co_return unending("stopped");
}

asio::awaitable<void> Sweeper::note_skipped(Beat& beat, const std::string& why) {
  co_await alert(beat, "unusable_id", "a record is left out: its id " + why,
                 "give the record another id, or report this");
}

/// What a system's own search would not find, because it compares the spelling, is found in the index.
asio::awaitable<void> Sweeper::index(const Participation& part, const ChangesPage& page) {
  auto identity = identity_of(*part.mapping, part.side, page.records);
  if (!identity.empty()) co_await store_.index(part.sync->id, std::move(identity));
}

asio::awaitable<void> Sweeper::mark(Beat& beat, const ChangesPage& page, bool first_load) {
  for (const Record& record : page.records) {
    if (const auto why = store::fault_of_id(record.id)) co_await note_skipped(beat, *why);
  }
  for (const std::string& id : page.ids) {
    if (const auto why = store::fault_of_id(id)) co_await note_skipped(beat, *why);
  }
  std::vector<store::Mark> marks;
  const std::string correlation = random_.hex_id();
  for (const Participation& part : topology_.participations(beat.system, beat.object)) {
    marks.clear();
    for (const Record& record : page.records) {
      if (store::fault_of_id(record.id)) continue;
      store::Mark& mark = marks.emplace_back();
      mark.key = {part.mapping->name, part.side, record.id};
      if (record.revision.empty()) continue;
      mark.hint.emplace();
      mark.hint->revision = record.revision;
    }
    for (const std::string& id : page.ids) {
      if (!store::fault_of_id(id)) marks.emplace_back().key = {part.mapping->name, part.side, id};
    }
    for (store::Mark& mark : marks) {
      mark.work_class = first_load ? store::WorkClass::backfill : store::WorkClass::sweep;
      mark.correlation = correlation;
    }
    if (!marks.empty()) co_await store_.mark(part.sync->id, marks);
    co_await index(part, page);
  }
  const int found = static_cast<int>(page.records.size() + page.ids.size());
  beat.found += found;
  if (found > 0) metrics_.news_accepted(beat.system.settings->name, "sweep", found);
}

}  // namespace counterpart
