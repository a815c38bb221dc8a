#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <sstream>

#include "server/commands/command.h"
#include "server/commands/loading.h"
#include "server/daemon/system_ports.h"
#include "server/observe/log.h"
#include "server/simulation/interruption.h"
#include "server/simulation/scenarios.h"
#include "server/simulation/shrink.h"

namespace counterpart::commands {
namespace {

using namespace simulation;

struct Options {
  std::string config_file;
  std::optional<std::uint64_t> seed;
  std::uint64_t runs = 100;
  double minutes = 0;
  std::vector<std::size_t> keep;
  bool trace = false;
  std::vector<std::string> crash;
  std::uint64_t point = 0;
  int shrink = 200;
};

/// Histories lived through so far.
struct Tally {
  std::uint64_t histories = 0;
  std::uint64_t steps = 0;
  std::uint64_t edits = 0;
  std::uint64_t writes = 0;
  std::uint64_t failed = 0;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

  void add(const Result& result) {
    ++histories;
    steps += result.steps;
    edits += result.edits;
    writes += result.writes;
    if (!result.violations.empty()) ++failed;
  }
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); }
  void print() const {
    std::printf("%llu histories, %llu steps, %.0f steps/s, %llu edits, %llu writes, %llu failed\n",
                static_cast<unsigned long long>(histories), static_cast<unsigned long long>(steps),
                static_cast<double>(steps) / seconds(), static_cast<unsigned long long>(edits),
                static_cast<unsigned long long>(writes), static_cast<unsigned long long>(failed));
    std::fflush(stdout);
  }
};

class Runner {
 public:
  Runner(const Options& options, const Configuration& configuration)
      : options_(options), configuration_(configuration) {
    quiet_.has_enough = [] { return is_interrupted(); };
  }

  int run() {
    try {
      return run_all();
    } catch (const Interrupted&) {
      std::printf("interrupted\n");
      tally_.print();
      return 130;
    }
  }

 private:
  int run_all() {
    if (!options_.crash.empty()) return crash_everywhere();
    const std::uint64_t first = options_.seed ? *options_.seed : SystemRandom().bits() % 1'000'000'000;
    if (options_.seed && options_.runs == 1) return replay(first);
    for (std::uint64_t seed = first; tally_.histories < options_.runs || options_.minutes > 0; ++seed) {
      if (options_.minutes > 0 && tally_.seconds() > options_.minutes * 60) break;
      one(seed);
    }
    return conclude();
  }

  void one(std::uint64_t seed) {
    const History history = draw_history(seed, configuration_);
    const Result result = live(configuration_, history, database_, quiet_);
    tally_.add(result);
    if (tally_.histories == 1) same_again(history, result);
    if (!result.violations.empty()) report(history, result);
  }

  /// What cannot be repeated cannot be looked into.
  void same_again(const History& history, const Result& result) {
    if (live(configuration_, history, database_, quiet_).fingerprint == result.fingerprint) return;
    std::printf("seed %llu went differently when it was repeated\n", static_cast<unsigned long long>(history.seed));
    ++tally_.failed;
  }

  static void print(const std::vector<Violation>& violations) {
    for (const Violation& violation : violations) {
      std::printf("  %s: %s\n", violation.kind.c_str(), violation.what.c_str());
    }
  }

  void report(const History& history, const Result& result) {
    const auto seed = static_cast<unsigned long long>(history.seed);
    std::printf("seed %llu: %zu broken\n", seed, result.violations.size());
    print(result.violations);
    std::printf("seed %llu kind %s\n", seed, result.violations.front().kind.c_str());
    const auto kept =
        shrink(configuration_, history, result.violations.front().kind, database_, options_.shrink, quiet_);
    std::string list;
    for (const std::size_t number : kept) list += (list.empty() ? "" : ",") + std::to_string(number);
    for (const std::size_t number : kept) {
      std::printf("  %zu: %s\n", number, describe(history.happenings[number]).c_str());
    }
    std::printf("replay: counterpart simulate --config %s --seed %llu --runs 1%s\n", options_.config_file.c_str(), seed,
                kept.empty() ? "" : (" --keep " + list).c_str());
    std::fflush(stdout);
  }

  /// Each scenario that was named, again and again, with the daemon ending at its first fault point, its second, and so
  /// on to its last: before and after each commit and each call.
  int crash_everywhere() {
    std::uint64_t points = 0;
    for (const Scenario& scenario : scenarios_of(configuration_)) {
      const auto is_part = [&](const std::string& words) { return scenario.name.find(words) != std::string::npos; };
      if (std::ranges::none_of(options_.crash, is_part)) continue;
      if (options_.point > 0) return crash_once(scenario);
      points += crash_at_each_point(scenario);
    }
    std::printf("%llu fault points, each of them the end of a daemon\n", static_cast<unsigned long long>(points));
    tally_.print();
    return tally_.failed == 0 && points > 0 ? 0 : 1;
  }

  std::uint64_t crash_at_each_point(const Scenario& scenario) {
    const Result undisturbed = live(configuration_, scenario.history, database_, quiet_);
    tally_.add(undisturbed);
    tell_if_broken(scenario, 0, undisturbed);
    // Up to its end a run goes as the undisturbed one did: so each of that one's points is reached, once.
    const std::uint64_t last = undisturbed.points_until_rest;
    for (std::uint64_t point = 1; point <= last; ++point) {
      const Result result = live(configuration_, ending_at(scenario, point), database_, quiet_);
      tally_.add(result);
      count_if_not_reached(scenario, point, result);
      tell_if_broken(scenario, point, result);
    }
    std::printf("%5llu points: %s\n", static_cast<unsigned long long>(last), scenario.name.c_str());
    std::fflush(stdout);
    return last;
  }

  void tell_if_broken(const Scenario& scenario, std::uint64_t point, const Result& result) const {
    if (result.violations.empty()) return;
    std::printf("%s, point %llu:\n", scenario.name.c_str(), static_cast<unsigned long long>(point));
    print(result.violations);
    std::printf("replay: counterpart simulate --config %s --crash '%s' --point %llu --trace\n",
                options_.config_file.c_str(), scenario.name.c_str(), static_cast<unsigned long long>(point));
  }

  static History ending_at(const Scenario& scenario, std::uint64_t point) {
    History history = scenario.history;
    history.ends_at = point;
    return history;
  }

  void count_if_not_reached(const Scenario& scenario, std::uint64_t point, const Result& result) {
    if (result.ended) return;
    std::printf("%s: point %llu was not reached\n", scenario.name.c_str(), static_cast<unsigned long long>(point));
    ++tally_.failed;
  }

  int crash_once(const Scenario& scenario) {
    const Result result = show(ending_at(scenario, options_.point));
    count_if_not_reached(scenario, options_.point, result);
    return conclude();
  }

  /// One history, as it was or with some of its happenings only.
  int replay(std::uint64_t seed) {
    History history = draw_history(seed, configuration_);
    if (!options_.keep.empty()) history = only(history, options_.keep);
    show(history);
    return conclude();
  }

  Result show(const History& history) {
    Watcher watcher = quiet_;
    if (options_.trace) watcher.tell = [](const std::string& line) { std::puts(line.c_str()); };
    const Result result = live(configuration_, history, database_, watcher);
    tally_.add(result);
    print(result.violations);
    std::printf("fingerprint %016llx\n", static_cast<unsigned long long>(result.fingerprint));
    return result;
  }

  int conclude() const {
    tally_.print();
    return tally_.failed == 0 ? 0 : 1;
  }

  const Options& options_;
  const Configuration& configuration_;
  store::ScratchDatabase database_;
  Watcher quiet_;
  Tally tally_;
};

int simulate(const Options& options) {
  const auto configuration = load(options.config_file);
  if (!configuration) return 2;
  static std::ostringstream unread;
  if (options.trace) {
    log::set_up(log::Format::text, log::Level::info, std::cout);
  } else {
    unread.setstate(std::ios::failbit);
    log::set_up(log::Format::text, log::Level::error, unread);
  }
  note_interruptions();
  return Runner(options, *configuration).run();
}

std::pair<CLI::App*, Run> add(CLI::App& root) {
  CLI::App* command = root.add_subcommand(
      "simulate", "Try the configuration's mappings on simulated systems: people, failures and crashes from a seed");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config_file);
  command->add_option("--seed", options->seed, "The first history; the next ones follow. Without it: a random one");
  command->add_option("--runs", options->runs, "How many histories")->capture_default_str();
  command->add_option("--minutes", options->minutes, "As many histories as fit into so many minutes");
  command->add_option("--keep", options->keep, "With --runs 1: only these happenings")->delimiter(',');
  command->add_option("--shrink", options->shrink, "Tries to make a failing history shorter")->capture_default_str();
  command->add_option("--crash", options->crash,
                      "The scenarios whose names hold these words ('': all; several times), with a crash at each of "
                      "their fault points");
  command->add_option("--point", options->point, "With --crash: that point only");
  command->add_flag("--trace", options->trace, "With --runs 1: print all that happens");
  command->footer(
      "Example: counterpart simulate --config counterpart.yaml --runs 200\n"
      "No system is called: each is simulated from what the mappings use of it. The database is a private one.\n"
      "A history that breaks an invariant is printed with its seed, made as short as can be, and how to repeat it.\n"
      "Exit codes: 0 every invariant held, 1 one was broken, 2 mistakes in the configuration, 130 interrupted");
  return {command, [options] { return simulate(*options); }};
}

}  // namespace

Command simulate_command() {
  return {add};
}

}  // namespace counterpart::commands
