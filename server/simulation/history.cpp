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
  if (kind == Kind::freeze) return random.below(3) == 0 ? 50s + some_time(random, 60s) : some_time(random, 10s);
  if (kind == Kind::cut_off) return some_time(random, 90s);
  if (kind == Kind::crash) return some_time(random, 20s);
  return microseconds(0);
}

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::array<std::string_view, 14> kNames{"create",    "twin",         "copy",  "edit",    "clear",
                                                    "take_back", "remove",       "merge", "pretend", "spoil_call",
                                                    "cut_off",   "spoil_commit", "crash", "freeze"};
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
  history.sweeps = random.below(4) != 0;
  history.daemons = random.below(4) == 0 ? 1 : 2;
  for (int i = 0; i < history.daemons; ++i) history.skews.push_back(some_time(random, 2s) - 1s);
  for (const SystemConfiguration& system : configuration.systems) {
    history.systems[system.name] = draw_traits(random, !history.sweeps);
  }
  const std::uint64_t work = 10 + random.below(30);
  const std::uint64_t trouble = random.below(3) == 0 ? 0 : 2 + random.below(16);
  history.end = std::chrono::seconds(20 + random.below(160));
  const auto add = [&](Kind kind) {
    Happening happening{kind, some_time(random, history.end), random.bits() % 1'000'000, random.bits() % 1'000'000, {},
                        {}};
    happening.time = lasts(random, kind);
    history.happenings.push_back(happening);
  };
  for (std::uint64_t i = 0; i < 3; ++i) add(Kind::create);
  for (std::uint64_t i = 3; i < work; ++i) add(draw(random, kWork));
  for (std::uint64_t i = 0; i < trouble; ++i) add(draw(random, kTrouble));
  std::ranges::stable_sort(history.happenings, {}, &Happening::at);
  return history;
}

}  // namespace counterpart::simulation
