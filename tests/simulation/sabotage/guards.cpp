#include "tests/simulation/sabotage/guards.h"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace counterpart::sabotage {
namespace {

using namespace std::chrono_literals;

std::vector<const Guard*> missing;
std::map<std::string, std::string> spoilt;  // statements that a missing guard has changed

std::vector<Guard> leases() {
  return {
      {"lease",
       "a lease is taken over before it has passed",
       "two-systems",
       "",
       {{"acquire_leases", "where l.until <= (select now from clock)", ""}},
       {}},
      {"lease at the intent",
       "who has lost its lease goes on to write",
       "two-systems",
       "call deadline",
       {{"begin_intents", "l.lease + 0 = $2", "$2::bigint is not null"}},
       {}},
      {"call deadline", "a call is sent however long it has waited", "two-systems", "", {}, {}},
      {"key lease across syncs", "two syncs create one person at the same time", "three-systems", "", {}, {}},
  };
}

std::vector<Guard> queue() {
  return {
      {"durable before acknowledged", "a webhook is accepted before it is stored", "two-systems", "", {}, {}},
      {"generation",
       "work is over though news came meanwhile",
       "two-systems",
       "",
       {{"lock_claimed", "d.generation = w.generation", "true"}},
       {}},
      {"every news counts",
       "news of a record that is waiting already leaves no trace",
       "two-systems",
       "",
       {{"mark_dirty", "set generation = d.generation + excluded.generation", "set generation = d.generation"}},
       {}},
  };
}

std::vector<Guard> writes() {
  return {
      {"intent of an update",
       "an update whose answer was lost is forgotten",
       "two-systems",
       "",
       {{"open_intents", "and x.state = 0", "and x.state = 0 and x.operation <> 'update'"}},
       {}},
      {"intent of a create",
       "a create whose answer was lost is forgotten",
       "keyless",
       "",
       {{"open_intents", "and x.state = 0", "and x.state = 0 and x.operation <> 'create'"}},
       {}},
      {"own creates", "what a create of ours is making counts as a person's", "keyless", "", {}, {}},
      {"precondition", "a write does not say which revision it was decided on", "two-systems", "", {}, {}},
      {"decision age",
       "an old decision is written",
       "two-systems",
       "",
       {},
       [](Configuration& configuration) { configuration.work.decision_age = 1h; }},
      {"base",
       "what was agreed on is not remembered",
       "two-systems",
       "",
       {{"store_bases", "set left_base = excluded.left_base,\n  right_base = excluded.right_base",
         "set left_base = base.left_base,\n  right_base = base.right_base"}},
       {}},
      {"base after a write", "the written fields' bases stay as they were", "two-systems", "", {}, {}},
      {"rows after a write", "what a write made of the rows is not looked at", "documents", "", {}, {}},
      {"oscillation",
       "a field that never comes to rest is not frozen",
       "oscillating",
       "",
       {},
       [](Configuration& configuration) {
         configuration.work.oscillation_writes = configuration.work.oscillation_returns = 1'000'000;
       }},
      {"history",
       "what is overwritten is told nowhere",
       "two-systems",
       "",
       {{"store_history", "cross join clock", "cross join clock where false"}},
       {}},
  };
}

std::vector<Guard> links() {
  return {
      {"create fence", "a search that lags is believed", "two-systems", "", {}, {}},
      {"identity index",
       "who is there already is not known here",
       "one-way-creates",
       "create fence",
       {{"identities", "order by w.ord, i.id", "where false order by w.ord, i.id"}},
       {}},
      {"tombstone",
       "a link that has ended leaves nothing",
       "two-systems",
       "",
       {{"pairs_of", "x.ended is not null", "false"}},
       {}},
      {"several looks before a delete",
       "what is not found once is taken for deleted",
       "two-systems",
       "",
       {},
       [](Configuration& configuration) {
         for (SystemConfiguration& system : configuration.systems) system.not_found_tries = 1;
       }},
  };
}

std::string replaced(const Edit& edit, std::string statement) {
  std::size_t at = statement.find(edit.text);
  if (at == std::string::npos) {
    throw std::logic_error("statement " + edit.statement + " does not hold what sabotage replaces: " + edit.text);
  }
  for (; at != std::string::npos; at = statement.find(edit.text, at + edit.by.size())) {
    statement.replace(at, edit.text.size(), edit.by);
  }
  return statement;
}

}  // namespace

const std::vector<Guard>& guards() {
  static const std::vector<Guard> all = [] {
    std::vector<Guard> list;
    for (const auto& some : {leases(), queue(), writes(), links()}) list.insert(list.end(), some.begin(), some.end());
    return list;
  }();
  return all;
}

const Guard& guard_named(const std::string& name) {
  const auto found = std::ranges::find(guards(), name, &Guard::name);
  if (found == guards().end()) throw std::runtime_error("no guard is named " + name);
  return *found;
}

void take_away(std::vector<const Guard*> guards) {
  missing = std::move(guards);
  spoilt.clear();
}

bool is_missing(const std::string& name) {
  const Guard& guard = guard_named(name);
  return std::ranges::find(missing, &guard) != missing.end();
}

const std::string& edited(const std::string& name, const std::string& statement) {
  const auto concerns = [&](const Guard* guard) {
    return std::ranges::any_of(guard->edits, [&](const Edit& edit) { return edit.statement == name; });
  };
  if (std::ranges::none_of(missing, concerns)) return statement;
  const auto [found, fresh] = spoilt.try_emplace(name, statement);
  if (!fresh) return found->second;
  for (const Guard* guard : missing) {
    for (const Edit& edit : guard->edits) {
      if (edit.statement == name) found->second = replaced(edit, std::move(found->second));
    }
  }
  return found->second;
}

}  // namespace counterpart::sabotage
