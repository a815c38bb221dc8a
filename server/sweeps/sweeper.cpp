#include "server/sweeps/sweeper.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "server/observe/log.h"

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
  int found = 0;  ///< by the sweep under way
};

Sweeper::Sweeper(asio::any_io_executor executor, Topology& topology, store::Store& store, Clock& clock, Random& random,
                 Metrics& metrics)
    : executor_(std::move(executor)),
      topology_(topology),
      store_(store),
      clock_(clock),
      random_(random),
      metrics_(metrics) {
  for (System& system : topology_.systems) {
    for (const std::string& object : topology_.objects_of(system)) {
      beats_.push_back(std::make_shared<Beat>(system, object, executor_));
    }
  }
}

void Sweeper::start() {
  for (const auto& beat : beats_) {
    ++running_;
    asio::co_spawn(executor_, run(beat), asio::detached);
  }
}

void Sweeper::stop() {
  stopping_ = true;
  for (const auto& beat : beats_) beat->stop.try_send(boost::system::error_code{});
}

asio::awaitable<void> Sweeper::run(std::shared_ptr<Beat> beat) {
  const SystemConfiguration& settings = *beat->system.settings;
  while (!stopping_) {
    bool ok = false;
    beat->found = 0;
    try {
      ok = co_await sweep(*beat);
    } catch (const std::exception& error) {
      log::warn("sweep broken off", {{"system", settings.name}, {"object", beat->object}, {"why", error.what()}});
    }
    metrics_.swept(settings.name, beat->object, beat->found, ok);
    if (stopping_) break;
    // A tenth of jitter, so that many objects do not ask at once for ever.
    const microseconds pause = ok ? settings.sweep_every : std::min(settings.sweep_every, settings.breaker_wait);
    const microseconds jitter(random_.below(static_cast<std::uint64_t>(pause.count() / 10 + 1)));
    co_await (beat->stop.async_receive(asio::as_tuple(asio::use_awaitable)) || clock_.sleep(pause + jitter));
  }
  --running_;
}

namespace {

void raise(std::optional<Instant>& newest, const ChangesPage& page) {
  for (const Record& record : page.records) {
    const auto changed = record.modified ? record.modified : record.created;
    if (changed && (!newest || *changed > *newest)) newest = changed;
  }
}

/// nullopt: nothing can be said of the system's time, so the watermark stays.
std::optional<Instant> watermark_of(std::optional<Instant> newest, std::optional<Instant> system_time,
                                    milliseconds overlap) {
  if (!newest && !system_time) return std::nullopt;
  const Instant reached = newest && system_time ? std::min(*newest, *system_time) : newest.value_or(*system_time);
  return reached - overlap;
}

}  // namespace

asio::awaitable<bool> Sweeper::sweep(Beat& beat) {
  const SystemConfiguration& settings = *beat.system.settings;
  const bool sorted = beat.system.connector->capabilities(beat.object)->sorted_changes;
  const store::Watermark before = co_await store_.watermark(settings.name, beat.object);
  std::optional<Instant> newest;
  std::optional<Instant> started;
  std::string at_page;
  while (!stopping_) {
    auto result = co_await beat.system.connector->changed(beat.object, before.at, at_page);
    if (const auto* failure = std::get_if<Failure>(&result)) {
      log::warn("sweep failed", {{"system", settings.name}, {"object", beat.object}, {"why", name_of(failure->kind)}});
      co_return false;
    }
    const auto& page = std::get<ChangesPage>(result);
    if (at_page.empty()) started = page.system_time;
    co_await mark(beat, page, !before.at);
    raise(newest, page);
    const auto reached = watermark_of(newest, started, settings.sweep_overlap);
    if ((sorted || !page.next) && reached && (!before.at || *reached > *before.at)) {
      co_await store_.save_watermark(settings.name, beat.object, *reached);
    }
    if (!page.next) co_return true;
    at_page = *page.next;
  }
  co_return false;
}

asio::awaitable<void> Sweeper::mark(Beat& beat, const ChangesPage& page, bool first_load) {
  std::vector<store::Mark> marks;
  const std::string correlation = random_.hex_id();
  for (const Participation& part : topology_.participations(beat.system, beat.object)) {
    marks.clear();
    for (const Record& record : page.records) {
      store::Mark& mark = marks.emplace_back();
      mark.key = {part.mapping->name, part.side, record.id};
      if (record.revision.empty()) continue;
      mark.hint.emplace();
      mark.hint->revision = record.revision;
    }
    for (const std::string& id : page.ids) marks.emplace_back().key = {part.mapping->name, part.side, id};
    for (store::Mark& mark : marks) {
      mark.work_class = first_load ? store::WorkClass::backfill : store::WorkClass::sweep;
      mark.correlation = correlation;
    }
    if (!marks.empty()) co_await store_.mark(part.sync->id, marks);
  }
  const int found = static_cast<int>(page.records.size() + page.ids.size());
  beat.found += found;
  if (found > 0) metrics_.news_accepted(beat.system.settings->name, "sweep", found);
}

}  // namespace counterpart
