#include "server/worker/deciding.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "mapping/reconcile/unchanged.h"
#include "server/worker/endings.h"

namespace counterpart {
namespace {

store::HistoryEntry history_of(const Item& item, const FieldDecision& field) {
  const FieldRule& rule = item.mapping->fields[field.field];
  store::HistoryEntry entry;
  entry.side = field.to;
  entry.field = rule.name;
  entry.what = std::string(name_of(field.result));
  entry.rule = field.rule;
  const auto records = item.records();
  if (records[field.to] != nullptr) entry.before = raw_of(rule.side[field.to], *records[field.to]);
  if (is_write(field.result) && item.decision->after[field.to]) {
    entry.after = raw_in(rule.side[field.to], *item.decision->after[field.to]);
    if (field.result == FieldResult::conflict) entry.lost = entry.before;
  }
  return entry;
}

store::FrozenField frozen_field(const Item& item, const FieldDecision& field) {
  const FieldRule& rule = item.mapping->fields[field.field];
  store::FrozenField frozen{rule.name, field.rule, {}, {}};
  const auto records = item.records();
  if (records.left != nullptr) frozen.left = raw_of(rule.side.left, *records.left).value_or(Native{});
  if (records.right != nullptr) frozen.right = raw_of(rule.side.right, *records.right).value_or(Native{});
  return frozen;
}

void park_on_problem(Work& work, Item& item) {
  const auto& fields = item.decision->fields;
  const auto found =
      std::find_if(fields.begin(), fields.end(), [](const auto& f) { return f.result == FieldResult::problem; });
  const Problem problem = found->problem.value_or(Problem{"the field cannot be read", "look at the record"});
  end_parked(work, item, {problem.what, item.mapping->fields[found->field].name, problem.remedy});
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
  for (const FieldDecision& field : item.decision->fields) {
    if (is_write(field.result) && field.to == side) history.push_back(history_of(item, field));
  }
  return history;
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
  for (const FieldDecision& field : item.decision->fields) {
    if (field.result == FieldResult::conflict) ++conflicts;
    if (is_write(field.result) || field.result == FieldResult::agreed || field.result == FieldResult::problem) continue;
    const std::string& name = item.mapping->fields[field.field].name;
    if (field.result == FieldResult::frozen) {
      item.ending.freeze.push_back(frozen_field(item, field));
      add_alert(work, item, "frozen", "field " + name + " is held for a person: " + field.rule,
                "make both sides equal in this field; `counterpart explain` shows both values");
    } else if (field.result == FieldResult::alert) {
      add_alert(work, item, "direction", "field " + name + " was changed against its direction: " + field.rule,
                "undo the change there, or let the mapping carry it");
    }
    item.ending.history.push_back(history_of(item, field));
  }
  item.ending.thaw = item.decision->thawed;
  if (conflicts > 0) work.metrics.conflicts(work.sync.settings->name, item.mapping->name, conflicts);
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
  if (item.decision->writes(Side::left) || item.decision->writes(Side::right)) return;
  note_kept(work, item);
  item.state = item.decision->next;
  if (!item.link || item.settled_intents || !item.decision->fields.empty()) item.ending.link = link_change(item);
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
