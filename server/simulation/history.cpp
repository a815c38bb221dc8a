#include "server/simulation/history.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace counterpart::simulation {

using namespace std::chrono_literals;
using Kind = Happening::Kind;

namespace {

struct Share {
  Kind kind;
  int percent;
};

/// What people do. Deletes and merges are rare, as they take a record out of most of the checks.
constexpr std::array kWork{Share{Kind::create, 16}, Share{Kind::twin, 9},      Share{Kind::edit, 52},
                           Share{Kind::clear, 5},   Share{Kind::take_back, 7}, Share{Kind::remove, 4},
                           Share{Kind::merge, 2},   Share{Kind::copy, 2},      Share{Kind::pretend, 3}};
constexpr std::array kTrouble{Share{Kind::spoil_call, 55}, Share{Kind::cut_off, 5}, Share{Kind::spoil_commit, 12},
                              Share{Kind::crash, 20}, Share{Kind::freeze, 8}};

constexpr std::array kRowWork{Share{Kind::add_row, 25}, Share{Kind::edit_row, 50}, Share{Kind::remove_row, 13},
                              Share{Kind::sort_rows, 6}, Share{Kind::copy_row, 6}};

/// What a history dwells on, so that what seldom meets by chance meets often in some.
struct Temper {
  microseconds begin{0};  ///< until then there are new records only
  microseconds end{0};
  std::uint64_t work = 0;
  std::uint64_t trouble = 0;
  std::optional<Kind> only;  ///< the one kind of trouble there is
};

template <std::size_t n>
Kind draw(Random& random, const std::array<Share, n>& shares) {
  int left = static_cast<int>(random.below(100));
  for (const Share& share : shares) {
    left -= share.percent;
    if (left < 0) return share.kind;
  }
  return shares.front().kind;
}

microseconds some_time(Random& random, microseconds most) {
  return microseconds(random.below(static_cast<std::uint64_t>(most.count())));
}

microseconds lasts(Random& random, Kind kind) {
  if (kind == Kind::freeze) return some_time(random, random.below(3) == 0 ? 110s : 20s);
  if (kind == Kind::cut_off) return some_time(random, 90s);
  if (kind == Kind::crash) return some_time(random, 20s);
  return microseconds(0);
}

/// A few people, at whom everybody works at once, when they are known on both sides.
Temper draw_rush(Random& random) {
  Temper temper;
  temper.begin = 10s + some_time(random, 30s);
  temper.end = temper.begin + 2s + some_time(random, 10s);
  temper.work = 15 + random.below(30);
  return temper;
}

Temper draw_temper(Random& random) {
  Temper temper;
  if (random.below(4) == 0) {
    temper = draw_rush(random);
  } else {
    temper.end = std::chrono::seconds(20 + random.below(160));
    temper.work = 10 + random.below(30);
  }
  temper.trouble = random.below(3) == 0 ? 0 : 2 + random.below(16);
  if (random.below(3) == 0) temper.only = draw(random, kTrouble);
  return temper;
}

/// Longer than a daemon stands still in one: its lease passes, and another takes over.
constexpr microseconds kContended = 60s;

/// Some histories dwell on the worst moments there are. Drawn apart, so that the others stay as they were.
void add_contention(History& history, const Temper& temper) {
  SeededRandom random(history.seed ^ 0x636f6e74656e64);
  if (random.below(4) != 0) return;
  for (std::uint64_t left = 2 + random.below(6); left > 0; --left) {
    Happening happening;
    happening.kind = Kind::contend;
    happening.at = temper.begin + some_time(random, temper.end - temper.begin);
    happening.pick = random.bits() % 1'000'000;
    happening.what = random.bits() % 1'000'000;
    happening.time = some_time(random, 20s);
    history.end = std::max(history.end, happening.at + kContended);
    history.happenings.push_back(happening);
  }
}

bool has_rows(const Configuration& configuration) {
  return std::ranges::any_of(configuration.syncs, [](const SyncConfiguration& sync) {
    return std::ranges::any_of(sync.mappings, [](const ObjectMapping& mapping) { return !mapping.rows.empty(); });
  });
}

/// Where records have child rows, people work on those as often as on all else. Drawn apart, too.
void add_row_work(History& history, const Temper& temper, const Configuration& configuration) {
  if (!has_rows(configuration)) return;
  SeededRandom random(history.seed ^ 0x726f7773);
  for (auto& [name, traits] : history.systems) draw_row_traits(random, traits);
  for (std::uint64_t left = temper.work; left > 0; --left) {
    Happening happening;
    happening.kind = draw(random, kRowWork);
    happening.at = temper.begin + some_time(random, temper.end - temper.begin);
    happening.pick = random.bits() % 1'000'000;
    happening.what = random.bits() % 1'000'000;
    history.happenings.push_back(happening);
  }
}

/// Without a key a create in doubt is looked for in lists of changes alone.
bool needs_lists(const Configuration& configuration) {
  return std::ranges::any_of(configuration.syncs, [](const SyncConfiguration& sync) {
    return std::ranges::any_of(sync.mappings, [](const ObjectMapping& mapping) { return mapping.match.empty(); });
  });
}

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::array<std::string_view, 20> kNames{"create",    "twin",         "copy",      "edit",     "clear",
                                                    "take_back", "remove",       "merge",     "pretend",  "add_row",
                                                    "edit_row",  "remove_row",   "sort_rows", "copy_row", "spoil_call",
                                                    "cut_off",   "spoil_commit", "crash",     "freeze",   "contend"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string describe(const Happening& happening) {
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(), "%9.3f s %-12s pick %llu what %llu for %.3f s",
                static_cast<double>(happening.at.count()) / 1e6, std::string(name_of(happening.kind)).c_str(),
                static_cast<unsigned long long>(happening.pick), static_cast<unsigned long long>(happening.what),
                static_cast<double>(happening.time.count()) / 1e6);
  return line.data();
}

History draw_history(std::uint64_t seed, const Configuration& configuration) {
  SeededRandom random(seed);
  History history;
  history.seed = seed;
  history.sweeps = random.below(4) != 0 || needs_lists(configuration);
  history.daemons = random.below(4) == 0 ? 1 : 2;
  for (int i = 0; i < history.daemons; ++i) history.skews.push_back(some_time(random, 2s) - 1s);
  for (const SystemConfiguration& system : configuration.systems) {
    history.systems[system.name] = draw_traits(random, !history.sweeps);
  }
  const Temper temper = draw_temper(random);
  history.end = temper.end;
  const auto add = [&](Kind kind, microseconds from) {
    Happening happening{
        kind, from + some_time(random, history.end - from), random.bits() % 1'000'000, random.bits() % 1'000'000, {},
        {}};
    happening.time = lasts(random, kind);
    history.happenings.push_back(happening);
  };
  for (std::uint64_t i = 0; i < 3; ++i) add(Kind::create, microseconds(0));
  for (std::uint64_t i = 3; i < temper.work; ++i) add(draw(random, kWork), temper.begin);
  for (std::uint64_t i = 0; i < temper.trouble; ++i) {
    add(temper.only ? *temper.only : draw(random, kTrouble), temper.begin);
  }
  add_contention(history, temper);
  add_row_work(history, temper, configuration);
  std::ranges::stable_sort(history.happenings, {}, &Happening::at);
  return history;
}

}  // namespace counterpart::simulation
