#include "server/worker/deciding.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "mapping/config/problem.h"
#include "mapping/reconcile/told.h"
#include "mapping/reconcile/totals.h"
#include "mapping/reconcile/unchanged.h"
#include "mapping/reconcile/violations.h"
#include "server/worker/endings.h"

namespace counterpart {
namespace {

store::HistoryEntry history_of(const Told& told) {
  store::HistoryEntry entry;
  entry.side = told.to;
  entry.field = told.name;
  entry.what = told.what;
  entry.rule = told.rule;
  entry.before = told.now[told.to];
  if (!is_write(told.result)) return entry;
  entry.after = told.sent;
  if (told.result == FieldResult::conflict) entry.lost = entry.before;
  return entry;
}

store::FrozenField frozen_field(const Told& told) {
  return {told.name, told.rule, told.now.left.value_or(Native{}), told.now.right.value_or(Native{})};
}

void freeze(Work& work, Item& item, store::FrozenField field) {
  const bool is_row = field.field.ends_with(']');
  add_alert(work, item, "frozen", (is_row ? "row " : "field ") + field.field + " is held for a person: " + field.reason,
            is_row ? "make both sides equal in this row, or remove it on both; `counterpart explain` shows it"
                   : "make both sides equal in this field; `counterpart explain` shows both values");
  item.ending.freeze.push_back(std::move(field));
}

/// "price, lines[17].quantity"
std::string written_names(const Item& item, Side side) {
  std::vector<std::string> names;
  for (const Told& told : tell(*item.mapping, *item.decision, item.records())) {
    if (is_write(told.result) && told.to == side) names.push_back(told.name);
  }
  return config::listed(names);
}

/// What its system does not let anybody edit any more is for a person. True if it was set aside.
bool park_if_final(Work& work, Item& item) {
  for (const Side side : kSides) {
    if (!item.decision->writes(side)) continue;
    const std::string key = "`final." + std::string(name_of(side)) + "`";
    try {
      if (!is_final(*item.mapping, side, *item.record[side])) continue;
      end_parked(
          work, item,
          {"the record is final in " + work.sync.system[side]->settings->name + " (" + key +
               "), and the other side was changed: " + written_names(item, side),
           "", "undo the change, or carry it out there by a correction; `counterpart parked retry` looks again"});
    } catch (const EvaluationError& error) {
      end_parked(work, item,
                 {key + " cannot be evaluated: " + error.what(), "", "correct the expression in the configuration"});
    }
    return true;
  }
  return false;
}

}  // namespace

bool ends_unchanged(const Item& item) {
  if (!item.link || item.claimed.size() > 1 || item.settled_intents || item.has_open_intents()) return false;
  if (!item.state.frozen.empty() || item.link->parked || !item.record[item.side]) return false;
  const store::Claimed& news = item.news();
  if (news.unfinished || news.interrupted > 0 || news.look_again) return false;
  return holds_base(*item.mapping, item.side, *item.record[item.side], item.state.base[item.side]);
}

store::LinkChange link_change(const Item& item) {
  store::LinkChange change;
  if (item.link) {
    change.link_id = item.link->link_id;
    change.revision = item.link->revision;
    change.own_revision = item.link->own_revision;
  }
  change.id = item.id;
  change.state = item.state;
  for (const Side side : kSides) {
    const auto& latest = item.held_after_write[side] ? item.held_after_write[side] : item.record[side];
    if (!latest) continue;
    if (latest->revision != change.own_revision[side]) change.own_revision[side].clear();
    change.revision[side] = latest->revision;
  }
  return change;
}

std::vector<store::HistoryEntry> history_of_writes(const Item& item, Side side) {
  std::vector<store::HistoryEntry> history;
  for (const Told& told : tell(*item.mapping, *item.decision, item.records())) {
    if (is_write(told.result) && told.to == side) history.push_back(history_of(told));
  }
  return history;
}

int written_fields(const Decision& decision, Side side) {
  const auto is_written = [side](const FieldDecision& field) { return is_write(field.result) && field.to == side; };
  auto written = std::count_if(decision.fields.begin(), decision.fields.end(), is_written);
  for (const RowDecision& row : decision.rows) {
    written += std::count_if(row.fields.begin(), row.fields.end(), is_written);
  }
  return static_cast<int>(written);
}

void note_written(Item& item, Side side) {
  auto history = history_of_writes(item, side);
  std::move(history.begin(), history.end(), std::back_inserter(item.ending.history));
}

void note_kept(Work& work, Item& item) {
  if (std::exchange(item.noted, true)) return;
  const bool newly_linked = !item.link && !item.wrote && !item.id.left.empty() && !item.id.right.empty();
  if (newly_linked) item.ending.history.push_back({other(item.side), "", "link", {}, {}, {}, "matched by key"});
  int conflicts = 0;
  for (const Told& told : tell(*item.mapping, *item.decision, item.records())) {
    if (told.result == FieldResult::conflict) ++conflicts;
    using enum FieldResult;
    if (is_write(told.result) || told.result == agreed || told.result == waiting || told.result == problem) continue;
    if (told.result == frozen) {
      freeze(work, item, frozen_field(told));
    } else if (told.result == alert) {
      add_alert(work, item, "direction", "field " + told.name + " was changed against its direction: " + told.rule,
                "undo the change there, or let the mapping carry it");
    }
    item.ending.history.push_back(history_of(told));
  }
  item.ending.thaw = item.decision->thawed;
  if (conflicts > 0) work.metrics.conflicts(work.sync.settings->name, item.mapping->name, conflicts);
}

void note_not_done(Work& work, Item& item, const Settlement& settlement) {
  for (const auto& [row, why] : settlement.frozen) freeze(work, item, {row, why, {}, {}});
}

void park_on_problem(Work& work, Item& item) {
  for (const Told& told : tell(*item.mapping, *item.decision, item.records())) {
    if (told.result != FieldResult::problem) continue;
    const Problem problem = told.problem.value_or(Problem{"the field cannot be read", "look at the record"});
    end_parked(work, item, {problem.what, told.name, problem.remedy});
    return;
  }
}

bool park_on_totals(Work& work, Item& item, const Both<const Record*>& records, Totals which) {
  for (const Side side : kSides) {
    auto problem = check_own_totals(*item.mapping, side, *records[side]);
    if (problem) return end_parked(work, item, {problem->what, "", problem->remedy}), true;
  }
  if (which == Totals::own) return false;
  const auto problem = compare_totals(*item.mapping, {*records.left, *records.right}, item.state);
  if (problem) end_parked(work, item, {problem->what, "", problem->remedy});
  return problem.has_value();
}

bool park_on_violation(Work& work, Item& item) {
  for (const Side side : kSides) {
    const System& system = *work.sync.system[side];
    const auto there = system.schema.object(item.mapping->object[side]);
    const auto violation = first_violation(*item.mapping, *item.decision, side, item.id[side].empty(), there.get());
    if (!violation) continue;
    end_parked(work, item,
               {"not written to " + system.settings->name + ": " + violation->problem.what, violation->field,
                violation->problem.remedy});
    return true;
  }
  return false;
}

void decide_linked(Work& work, Item& item) {
  const auto records = item.records();
  item.decision = reconcile(*item.mapping, item.state, records, context_of(work, item));
  item.noted = false;
  item.written = {};
  if (item.decision->parked()) {
    park_on_problem(work, item);
    return;
  }
  if (park_if_final(work, item)) return;
  const bool writes = item.decision->writes(Side::left) || item.decision->writes(Side::right);
  if (park_on_totals(work, item, records, Totals::own)) return;
  if (writes) {
    park_on_violation(work, item);
    return;
  }
  note_kept(work, item);
  item.state = item.decision->next;
  if (!item.link || item.settled_intents || !item.decision->fields.empty() || !item.decision->rows.empty()) {
    item.ending.link = link_change(item);
  }
  if (park_on_totals(work, item, records, Totals::compared)) return;
  if (!item.ending.freeze.empty()) {
    end(item, store::Outcome::frozen, "a field is held for a person");
  } else if (item.wrote) {
    end(item, store::Outcome::written, "written, and the rest needs no writing any more");
  } else if (!item.link) {
    end(item, store::Outcome::linked, "linked to " + item.id[other(item.side)]);
  } else {
    end(item, store::Outcome::unchanged, "both sides hold what they held when they last agreed");
  }
}

}  // namespace counterpart
