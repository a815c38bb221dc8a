#include "server/simulation/scenarios.h"

#include <functional>

namespace counterpart::simulation {

using namespace std::chrono_literals;
using Kind = Happening::Kind;

namespace {

/// What is done one after the other, in the systems of one mapping.
class Script {
 public:
  Script(const SyncConfiguration& sync, const ObjectMapping& mapping) : sync_(sync), mapping_(mapping) {}

  Script& at(microseconds time) {
    time_ = time;
    return *this;
  }
  Script& act(Kind kind, Side side, std::size_t record = 0, std::size_t field = 0) {
    Happening happening{kind, time_, happenings_.size() + 1, happenings_.size() + 7, microseconds(0), {}};
    happening.target = Happening::Target{sync_.between[side], mapping_.object[side], record, field};
    happenings_.push_back(std::move(happening));
    return *this;
  }
  Script& several(Kind kind, Side side, std::size_t records, std::size_t field = 0) {
    for (std::size_t i = 0; i < records; ++i) act(kind, side, i, field);
    return *this;
  }
  std::vector<Happening> take() { return std::move(happenings_); }

 private:
  const SyncConfiguration& sync_;
  const ObjectMapping& mapping_;
  microseconds time_{2s};
  std::vector<Happening> happenings_;
};

struct Plot {
  const char* name;
  std::function<void(Script&)> write;
};

constexpr std::size_t kSeveral = 7;  // more than a page, and than a batch

std::vector<Plot> plots() {
  const Side left = Side::left;
  const Side right = Side::right;
  return {
      {"create", [=](Script& s) { s.act(Kind::create, left); }},
      {"update", [=](Script& s) { s.act(Kind::create, left).at(12s).act(Kind::edit, right, 0, 2); }},
      {"updates on both sides",
       [=](Script& s) { s.act(Kind::create, right).at(12s).act(Kind::edit, left, 0, 2).act(Kind::edit, right, 0, 3); }},
      {"conflict",
       [=](Script& s) { s.act(Kind::create, left).at(12s).act(Kind::edit, left, 0, 2).act(Kind::edit, right, 0, 2); }},
      {"one person entered on both sides", [=](Script& s) { s.act(Kind::create, left).act(Kind::twin, left); }},
      {"delete", [=](Script& s) { s.several(Kind::create, left, 3).at(12s).act(Kind::remove, left, 1); }},
      {"merge", [=](Script& s) { s.several(Kind::create, right, 3).at(12s).act(Kind::merge, right, 1); }},
      {"several updates",
       [=](Script& s) { s.several(Kind::create, left, kSeveral).at(15s).several(Kind::edit, left, kSeveral, 2); }},
      {"first load",
       [=](Script& s) {
         s.at(0s).several(Kind::create, left, kSeveral).several(Kind::twin, left, 3).several(Kind::create, right, 2);
       }},
  };
}

/// Of records with child rows.
std::vector<Plot> plots_with_rows() {
  const Side left = Side::left;
  const Side right = Side::right;
  return {
      {"document with lines",
       [=](Script& s) {
         s.act(Kind::create, left).act(Kind::add_row, left).act(Kind::add_row, left);
         s.at(12s).act(Kind::edit_row, right).act(Kind::add_row, left);
         s.at(24s).act(Kind::remove_row, left).act(Kind::edit_row, right).act(Kind::add_row, right);
       }},
  };
}

Traits plain() {
  Traits traits;
  traits.renews_rows = true;
  traits.tries_again = true;
  traits.delay = 50ms;
  return traits;
}

Traits able() {
  Traits traits = plain();
  traits.renews_rows = false;
  traits.batches = traits.preconditions = traits.unique_revisions = traits.answers_records = true;
  traits.names_writers = traits.sorts_changes = traits.has_stamp = true;
  traits.hook_revision = traits.hook_values = traits.unique_events = true;
  return traits;
}

}  // namespace

std::vector<Scenario> scenarios_of(const Configuration& configuration) {
  std::vector<Scenario> scenarios;
  const SyncConfiguration& sync = configuration.syncs.front();
  for (const Plot& plot : sync.mappings.front().rows.empty() ? plots() : plots_with_rows()) {
    for (const bool ability : {false, true}) {
      Script script(sync, sync.mappings.front());
      plot.write(script);
      Scenario scenario{std::string(plot.name) + (ability ? ", able systems" : ", plain systems"), {}};
      History& history = scenario.history;
      history.daemons = 1;
      history.skews = {microseconds(0)};
      for (const SystemConfiguration& system : configuration.systems) {
        history.systems[system.name] = ability ? able() : plain();
      }
      history.happenings = script.take();
      history.end = history.happenings.back().at + 8s;
      scenarios.push_back(std::move(scenario));
    }
  }
  return scenarios;
}

}  // namespace counterpart::simulation
