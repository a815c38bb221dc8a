#include "server/sweeps/sweeper.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>
#include <utility>

#include "server/observe/log.h"
#include "server/rethrow.h"
#include "server/store/keys.h"
#include "server/topology/identity.h"

namespace counterpart {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

/// How often it is looked whether another daemon's sweep has ended, at least where that is waited for.
constexpr microseconds kLookLeast = std::chrono::seconds(1);
constexpr int kKeepsALease = 4;

}  // namespace

struct Sweeper::Beat {
  Beat(System& of, std::string name, const asio::any_io_executor& executor)
      : system(of), object(std::move(name)), stop(executor, 1) {}

  System& system;
  std::string object;
  asio::experimental::channel<void(boost::system::error_code)> stop;
  store::SweepHold hold;  ///< of the sweep under way
  microseconds kept_at{0};
  int found = 0;        ///< by the sweep under way
  std::string failing;  ///< why, as logged last; "": it works
  int failures = 0;     ///< in a row
  bool listed = false;  ///< Sync::listed is known of all its sides
  Troubles alerts;      ///< by kind: those that may be open
};

/// Which records are listed, and for whom.
struct Sweeper::Scope {
  std::vector<Participation> parts;
  bool first_load = false;
  std::optional<Instant> since = {};
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
  started_ = clock_.uptime();
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

std::vector<store::ListingKey> keys_of(const std::vector<Participation>& parts) {
  std::vector<store::ListingKey> keys;
  for (const Participation& part : parts) keys.push_back({part.sync->id, part.mapping->name, part.side});
  return keys;
}

}  // namespace

/// Those whose first load has not ended; it goes on where all of them have got to.
Sweeper::Scope Sweeper::newcomers_of(const std::vector<Participation>& parts,
                                     const std::vector<store::Listing>& listings) {
  Scope newcomers;
  newcomers.first_load = true;
  bool begun = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (listings[i].ended) continue;
    newcomers.parts.push_back(parts[i]);
    begun = begun && listings[i].reached;
    if (begun) newcomers.since = std::min(newcomers.since.value_or(*listings[i].reached), *listings[i].reached);
  }
  if (!begun) newcomers.since.reset();
  return newcomers;
}

asio::awaitable<void> Sweeper::run(std::shared_ptr<Beat> beat) {
  bool eager = true;  // what was missed while no daemon ran is not to wait
  while (!stopping_) {
    microseconds pause{0};
    try {
      pause = co_await take_turn(*beat, eager);
      eager = false;
    } catch (const std::exception& error) {
      SweepFault fault;
      fault.why = error.what();
      ++beat->failures;
      pause = pause_after(*beat->system.settings, beat->failures, fault);
      say(*beat, fault);
    }
    if (stopping_) break;
    co_await (beat->stop.async_receive(asio::as_tuple(asio::use_awaitable)) || clock_.sleep(pause));
  }
  --running_;
}

/// Sweeps, if it is our turn. Gives how long to wait before the next.
asio::awaitable<microseconds> Sweeper::take_turn(Beat& beat, bool eager) {
  const SystemConfiguration& settings = *beat.system.settings;
  const store::SweepTurn turn = co_await store_.begin_sweep(settings.name, beat.object, settings_.lease, eager);
  if (!turn.number) {
    co_await learn(beat, turn);
    const microseconds most = beat.listed ? std::max<microseconds>(settings.sweep_every, kLookLeast) : kLookLeast;
    co_return std::clamp<microseconds>(turn.again_in, milliseconds(1), most);
  }
  beat.hold = {settings.name, beat.object, *turn.number, settings_.lease};
  beat.kept_at = clock_.uptime();
  beat.found = 0;
  SweepFault fault;
  try {
    fault = co_await sweep(beat);
  } catch (const std::exception& error) {
    fault.why = error.what();
  }
  co_return co_await end(beat, fault);
}

asio::awaitable<microseconds> Sweeper::end(Beat& beat, SweepFault fault) {
  const SystemConfiguration& settings = *beat.system.settings;
  const bool complete = fault.why.empty();
  // A tenth of jitter, so that many objects do not ask at once for ever.
  const microseconds every =
      complete ? microseconds(settings.sweep_every) : pause_after(settings, beat.failures + 1, fault);
  const microseconds pause = every + microseconds(random_.below(static_cast<std::uint64_t>(every.count() / 10 + 1)));
  if (stopping_ && !complete) {
    co_await store_.end_sweep(beat.hold, milliseconds(0), store::SweepEnd::given_up);
    co_return pause;
  }
  const store::SweepEnd result = complete ? store::SweepEnd::complete : store::SweepEnd::failed;
  const auto failures = co_await store_.end_sweep(beat.hold, std::chrono::ceil<milliseconds>(pause), result);
  if (fault.lost || !failures) co_return pause;
  beat.failures = *failures;
  metrics_.swept(settings.name, beat.object, beat.found, complete);
  if (complete) note_listed(beat, topology_.participations(beat.system, beat.object));
  try {
    co_await note_result(beat, fault);
  } catch (const std::exception& error) {
    log::debug("alert not stored", {{"system", settings.name}, {"object", beat.object}, {"why", error.what()}});
  }
  co_return pause;
}

void Sweeper::note_listed(Beat& beat, const std::vector<Participation>& parts) {
  for (const Participation& part : parts) part.sync->listed.emplace(part.mapping->name, part.side);
  beat.listed = true;
}

/// Of other daemons' sweeps: one that ended no longer before our start than it would have, had we run.
asio::awaitable<void> Sweeper::learn(Beat& beat, const store::SweepTurn& turn) {
  if (beat.listed || !turn.ended_ago) co_return;
  const microseconds since_start = clock_.uptime() - started_;
  if (*turn.ended_ago > since_start + 2 * beat.system.settings->sweep_every) co_return;
  const std::vector<Participation> parts = topology_.participations(beat.system, beat.object);
  const std::vector<store::Listing> listings = co_await store_.listings(keys_of(parts));
  if (std::ranges::all_of(listings, &store::Listing::ended)) note_listed(beat, parts);
}

void Sweeper::say(Beat& beat, const SweepFault& fault) {
  if (fault.why == beat.failing) return;
  const std::string& system = beat.system.settings->name;
  if (fault.why.empty()) {
    log::info("sweep works again", {{"system", system}, {"object", beat.object}});
  } else {
    log::warn("sweep fails", {{"system", system}, {"object", beat.object}, {"why", fault.why}});
  }
  beat.failing = fault.why;
}

asio::awaitable<void> Sweeper::note_result(Beat& beat, const SweepFault& fault) {
  const std::string& system = beat.system.settings->name;
  say(beat, fault);
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

SweepFault lost() {
  SweepFault fault;
  fault.why = "another daemon has begun anew";
  fault.lost = true;
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
  const std::vector<Participation> parts = topology_.participations(beat.system, beat.object);
  const store::Watermark before = co_await store_.watermark(beat.system.settings->name, beat.object);
  const std::vector<store::Listing> listings = co_await store_.listings(keys_of(parts));
  Scope newcomers = newcomers_of(parts, listings);
  if (!newcomers.parts.empty()) {
    SweepFault fault = co_await load(beat, std::move(newcomers), !before.at);
    if (!fault.why.empty() || !before.at) co_return fault;
  }
  Scope all;
  all.parts = parts;
  all.since = before.at;
  Listed listed = co_await list(beat, all);
  if (listed.fault.watermark_ahead) {
    log::warn("watermark in the future, all is listed again",
              {{"system", beat.system.settings->name}, {"object", beat.object}});
    all.since.reset();
    listed = co_await list(beat, all);
  }
  co_return std::move(listed.fault);
}

/// The first load of those whose records have not all been listed yet.
asio::awaitable<SweepFault> Sweeper::load(Beat& beat, Scope newcomers, bool first_of_all) {
  Listed listed = co_await list(beat, newcomers);
  if (listed.fault.watermark_ahead) {
    newcomers.since.reset();
    listed = co_await list(beat, newcomers);
  }
  if (!listed.fault.why.empty()) co_return std::move(listed.fault);
  // First the watermark: without it, the changes since would have to be found by listing all.
  bool kept = true;
  if (first_of_all && listed.reached) kept = co_await store_.save_watermark(beat.hold, *listed.reached);
  if (kept) kept = co_await store_.save_listings(beat.hold, keys_of(newcomers.parts), listed.reached, true);
  if (!kept) co_return lost();
  co_return SweepFault{};
}

/// A listing under way.
struct Sweeper::Walk {
  bool first_page = true;
  std::optional<Instant> newest;
  std::optional<Instant> started;  ///< the system's time at the first page
  Listed listed;
};

asio::awaitable<Sweeper::Listed> Sweeper::list(Beat& beat, const Scope& scope) {
  Walk walk;
  walk.listed.reached = scope.since;
  std::string at_page;
  PageCycle cycle;
  for (int pages = 1; !stopping_; ++pages) {
    auto result = co_await beat.system.connector->changed(beat.object, scope.since, at_page);
    if (const auto* failure = std::get_if<Failure>(&result)) {
      walk.listed.fault = fault_of(*failure);
      co_return walk.listed;
    }
    const auto& page = std::get<ChangesPage>(result);
    const bool goes_on = co_await take_page(beat, scope, page, walk);
    if (!goes_on || !page.next) co_return walk.listed;
    if (pages >= settings_.pages_max) {
      walk.listed.fault = unending("the listing has no end");
      co_return walk.listed;
    }
    if (cycle.closes(*page.next)) {
      walk.listed.fault = unending("the listing leads back to an earlier page");
      co_return walk.listed;
    }
    at_page = *page.next;
  }
  walk.listed.fault = unending("stopped");
  co_return walk.listed;
}

/// False: the listing ends here, for what stands in its fault.
asio::awaitable<bool> Sweeper::take_page(Beat& beat, const Scope& scope, const ChangesPage& page, Walk& walk) {
  Listed& listed = walk.listed;
  const Instant latest = clock_.now() + settings_.clock_skew;
  if (std::exchange(walk.first_page, false)) {
    walk.started = page.system_time;
    const Instant bound = walk.started ? *walk.started + settings_.clock_skew : latest;
    listed.fault.watermark_ahead = scope.since && *scope.since > bound;
    if (listed.fault.watermark_ahead) co_return false;
  }
  co_await mark(beat, page, scope);
  raise(walk.newest, page);
  const auto reached = watermark_of(walk.newest, walk.started, latest, beat.system.settings->sweep_overlap);
  const bool sorted = beat.system.connector->capabilities(beat.object)->sorted_changes;
  const bool further = reached && (!listed.reached || *reached > *listed.reached);
  const bool saved = further && (sorted || !page.next);
  if (saved) listed.reached = reached;
  const bool kept = co_await keep(beat, scope, saved ? reached : std::nullopt);
  if (!kept) listed.fault = lost();
  co_return kept;
}

/// Saves how far it came, and that it goes on. False: another daemon has begun anew.
asio::awaitable<bool> Sweeper::keep(Beat& beat, const Scope& scope, std::optional<Instant> reached) {
  const microseconds now = clock_.uptime();
  if (!reached && now - beat.kept_at < settings_.lease / kKeepsALease) co_return true;
  beat.kept_at = now;
  if (!reached) co_return co_await store_.keep_sweep(beat.hold);
  if (scope.first_load) co_return co_await store_.save_listings(beat.hold, keys_of(scope.parts), reached, false);
  co_return co_await store_.save_watermark(beat.hold, *reached);
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

asio::awaitable<void> Sweeper::mark(Beat& beat, const ChangesPage& page, const Scope& scope) {
  for (const Record& record : page.records) {
    if (const auto why = store::fault_of_id(record.id)) co_await note_skipped(beat, *why);
  }
  for (const std::string& id : page.ids) {
    if (const auto why = store::fault_of_id(id)) co_await note_skipped(beat, *why);
  }
  std::vector<store::Mark> marks;
  const std::string correlation = random_.hex_id();
  for (const Participation& part : scope.parts) {
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
      mark.work_class = scope.first_load ? store::WorkClass::backfill : store::WorkClass::sweep;
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
