// Lives through histories with one guard of the engine missing, until one breaks an invariant.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "server/observe/log.h"
#include "server/simulation/interruption.h"
#include "server/simulation/simulation.h"
#include "server/store/scratch.h"
#include "tests/simulation/sabotage/guards.h"

namespace counterpart::sabotage {
namespace {

using namespace simulation;

struct Options {
  std::string folder;
  std::vector<std::string> names;
  std::uint64_t first = 1;
  int most = 300;
};

/// What showed that the guard is missing.
struct Finding {
  std::uint64_t seed = 0;
  int histories = 0;
  Violation violation;
};

const Watcher kPatient{{}, [] { return is_interrupted(); }};

using Guards = std::vector<const Guard*>;

Configuration read(const Options& options, const std::string& name, const Guards& missing) {
  config::Problems problems;
  Configuration configuration = read_configuration(options.folder + "/" + name + ".yaml", problems);
  if (!problems.empty()) throw std::runtime_error(problems.print());
  for (const Guard* guard : missing) {
    if (guard->configure) guard->configure(configuration);
  }
  return configuration;
}

/// Looks for it. A history that breaks an invariant with the guard in its place is not counted.
std::optional<Finding> find(const Options& options, const Guard& guard, store::ScratchDatabase& database) {
  const Guards before = guard.behind.empty() ? Guards{} : Guards{&guard_named(guard.behind)};
  Guards all = before;
  all.push_back(&guard);
  const Configuration whole = read(options, guard.configuration, before);
  const Configuration weakened = read(options, guard.configuration, all);
  for (int i = 0; i < options.most; ++i) {
    const History history = draw_history(options.first + static_cast<std::uint64_t>(i), whole);
    take_away(all);
    const Result result = live(weakened, history, database, kPatient);
    if (result.violations.empty()) continue;
    take_away(before);
    if (live(whole, history, database, kPatient).violations.empty()) {
      return Finding{history.seed, i + 1, result.violations.front()};
    }
    if (before.empty()) {
      std::printf("seed %llu breaks an invariant with all guards in their places\n",
                  static_cast<unsigned long long>(history.seed));
    }
  }
  return std::nullopt;
}

bool report(const Guard& guard, const std::optional<Finding>& found, int most) {
  if (found) {
    const std::string name = guard.name + (guard.behind.empty() ? "" : " behind " + guard.behind);
    std::printf("| %-42s | %-15s | %10llu | %9d | %s |\n", name.c_str(), guard.configuration.c_str(),
                static_cast<unsigned long long>(found->seed), found->histories, found->violation.kind.c_str());
  } else {
    std::printf("NOT FOUND in %d histories of %s: %s (%s)\n", most, guard.configuration.c_str(), guard.name.c_str(),
                guard.what.c_str());
  }
  std::fflush(stdout);
  return found.has_value();
}

int run(const Options& options) {
  note_interruptions();
  static std::ostringstream unread;
  unread.setstate(std::ios::failbit);
  log::set_up(log::Format::text, log::Level::error, unread);
  store::ScratchDatabase database;
  int not_found = 0;
  for (const std::string& name : options.names) {
    const Guard& guard = guard_named(name);
    if (!report(guard, find(options, guard, database), options.most)) ++not_found;
  }
  return not_found == 0 ? 0 : 1;
}

void list() {
  for (const Guard& guard : guards()) std::printf("%s\t%s\n", guard.name.c_str(), guard.what.c_str());
}

}  // namespace
}  // namespace counterpart::sabotage

int main(int argc, char** argv) {
  using namespace counterpart::sabotage;
  CLI::App app("The simulation with one guard taken away");
  Options options;
  app.add_option("--configurations", options.folder, "Folder of the configurations")->required();
  app.add_option("--from", options.first, "The first seed")->capture_default_str();
  app.add_option("--most", options.most, "Histories after which a missing guard counts as not found")
      ->capture_default_str();
  app.add_option("NAME", options.names, "Guards; none: they are listed");
  CLI11_PARSE(app, argc, argv);
  try {
    if (!options.names.empty()) return run(options);
    list();
    return 0;
  } catch (const counterpart::simulation::Interrupted&) {
    std::cerr << "interrupted\n";
    return 130;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
