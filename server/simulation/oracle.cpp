#include "server/simulation/oracle.h"

#include <algorithm>

#include "mapping/values/json.h"

namespace counterpart::simulation {

using namespace std::chrono_literals;

namespace {

/// How old a decision may be when its write is sent, and what is needed on top of it for looking.
constexpr microseconds kDecisionAge = 2s;
constexpr microseconds kLooking = 3s;
/// Until then somebody who was entered twice may not have been linked.
constexpr microseconds kUnlinked = 150s;
/// A record that was to be seen for so long before a create of ours was sent had to be seen.
constexpr microseconds kFence = 20s;

const Native& member(const Native& tree, std::string_view name) {
  static const Native null;
  const Native* found = tree.member(name);
  return found == nullptr ? null : *found;
}

std::set<std::string> names_in(const Native& rows, std::string_view name) {
  std::set<std::string> names;
  if (!rows.is_array()) return names;
  for (const Native& row : rows.array()) names.insert(member(row, name).plain());
  return names;
}

Record record_of(const Native& fields) {
  Record record;
  record.fields = fields;
  record.absent_is_blank = true;
  return record;
}

bool is_in_scope(const ObjectMapping& mapping, Side side, const Native& fields) {
  try {
    return in_scope(mapping, side, record_of(fields));
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

Oracle::Oracle(const Configuration& configuration, const AllValues& values, const Systems& systems,
               const Agenda& agenda, const Network& network)
    : configuration_(configuration),
      values_(values),
      systems_(systems),
      agenda_(agenda),
      network_(network),
      rows_(configuration, values) {}

std::string Oracle::describe(const Place& place) {
  return std::get<0>(place) + '/' + std::get<1>(place) + '/' + std::get<2>(place);
}

void Oracle::break_rule(std::string kind, std::string what) {
  violations_.push_back({std::move(kind), std::move(what)});
}

std::vector<Oracle::Part> Oracle::parts_of(const std::string& system, const std::string& object) const {
  std::vector<Part> parts;
  for (const SyncConfiguration& sync : configuration_.syncs) {
    for (const Side side : kSides) {
      if (sync.between[side] != system) continue;
      for (const ObjectMapping& mapping : sync.mappings) {
        if (mapping.object[side] == object) parts.push_back({&sync, &mapping, side});
      }
    }
  }
  return parts;
}

/// nullopt: it cannot be read.
std::optional<Value> Oracle::value_in(const FieldSide& side, const Native& fields) const {
  if (fields.is_null()) return Value(Blank{});
  Parsed parsed = read_field(side, record_of(fields));
  if (const Value* value = std::get_if<Value>(&parsed)) return is_unknown(*value) ? Value(Blank{}) : *value;
  return std::nullopt;
}

// --- what people say ------------------------------------------------------------------------------

void Oracle::note_same(const std::string& system, const std::string& object, const std::string& id,
                       const std::string& other_system, const std::string& other_object, const std::string& other_id) {
  const int from = identity_of_.at({system, object, id});
  const int to = identity_of_.at({other_system, other_object, other_id});
  identity_of_[{system, object, id}] = to;
  for (Edit& edit : edits_) {
    if (edit.identity == from) edit.identity = to;
  }
  Identity& joined = identities_[static_cast<std::size_t>(to)];
  joined.records.push_back({system, object, id});
  joined.twin = true;
  joined.twin_since = agenda_.now();
  identities_[static_cast<std::size_t>(from)] = Identity{};
}

void Oracle::note_ambiguous(const std::string& system, const std::string& object, const std::string& id) {
  const auto found = identity_of_.find({system, object, id});
  if (found == identity_of_.end()) return;
  Identity& identity = identities_[static_cast<std::size_t>(found->second)];
  identity.ambiguous = identity.copied = true;
}

std::vector<Oracle::Place> Oracle::records_of(const std::string& system, const std::string& object,
                                              const std::string& id) const {
  return identities_[static_cast<std::size_t>(identity_of_.at({system, object, id}))].records;
}

bool Oracle::is_known_in(const std::string& system, const std::string& object, const std::string& id,
                         const std::string& there, const std::string& object_there) const {
  const Identity& identity = identities_[static_cast<std::size_t>(identity_of_.at({system, object, id}))];
  return identity.ambiguous || std::ranges::any_of(identity.records, [&](const Place& place) {
           return std::get<0>(place) == there && std::get<1>(place) == object_there;
         });
}

bool Oracle::may_change_key(const std::string& system, const std::string& object, const std::string& id) const {
  const auto found = identity_of_.find({system, object, id});
  if (found == identity_of_.end() || identities_[static_cast<std::size_t>(found->second)].twin) return false;
  // By what else would a create that waits to be settled be known?
  const SimulatedSystem& there = *systems_.at(system);
  return there.traits().has_stamp || there.traits().names_writers || there.creator(object, id) != Writer::hub ||
         there.first_seen(object, id) + kUnlinked < agenda_.now();
}

// --- what happens ---------------------------------------------------------------------------------

void Oracle::observe(const SimulatedSystem& system, const Written& written) {
  const Place place{system.name(), std::string(written.object), std::string(written.id)};
  const bool ours = written.writer == Writer::hub;
  if (ours) ++writes_;
  if (!ours) touched_[place] = agenda_.now();
  if (written.after.is_null()) {
    if (ours) break_rule("deleted", describe(place) + " was deleted by us");
    return note_removed(system, place);
  }
  if (written.before.is_null() && ours) {
    created_by_us(system, written);
  } else if (written.before.is_null()) {
    identity_of_[place] = static_cast<int>(identities_.size());
    identities_.push_back({});
    identities_.back().records.push_back(place);
  }
  if (ours) count_write(system, written);
  observe_fields(system, written, identity_of_.at(place));
  observe_rows(system, written);
  if (ours && silent_) judge_write_at_rest(place);
}

void Oracle::note_removed(const SimulatedSystem& system, const Place& place) {
  const auto& [name, object, id] = place;
  const std::string where = name + '/' + object;
  Identity& gone = identities_[static_cast<std::size_t>(identity_of_.at(place))];
  gone.ambiguous = true;
  // Nobody can know, of one entered in two systems at that time, that the two are one; nor, while our create waits to
  // be settled, that it had made this one.
  const bool fresh_twin = gone.twin && agenda_.now() < gone.twin_since + kUnlinked;
  const bool fresh_create =
      system.creator(object, id) == Writer::hub && agenda_.now() < system.first_seen(object, id) + kUnlinked;
  if (fresh_twin || fresh_create) {
    gone.created_by_us.erase(where);
  } else if (system.last_read(object, id)) {  // of one that we never saw, not even that it was there
    gone.removed_in.insert(where);
  }
}

/// A double is looked at again with any news, and may be one no more.
void Oracle::judge_write_at_rest(const Place& place) {
  if (identities_[static_cast<std::size_t>(identity_of_.at(place))].copied) return;
  break_rule("write_at_rest", describe(place) + " was written although nobody works any more");
}

/// What somebody did at that time may have come after we read: where nothing refuses our write, it meets it.
bool Oracle::may_be_unknown(const SimulatedSystem& system, Instant at) const {
  return !system.traits().preconditions && at + system.traits().commits > network_.sent_at() - kDecisionAge - kLooking;
}

/// What is there again as before a write of ours that may be in doubt: nothing tells that it ever arrived.
bool Oracle::hides_our_write(const Cell& cell, const Value& value) const {
  const auto ours = ours_.find(cell);
  if (ours == ours_.end() || (ours->second.heard && ours->second.at > ended_)) return false;
  return value == ours->second.before || (is_blank(value) && is_blank(ours->second.before));
}

void Oracle::count_write(const SimulatedSystem& system, const Written& written) {
  const Place place{system.name(), std::string(written.object), std::string(written.id)};
  ++writes_to_[place];
  const auto touched = touched_.find(place);
  const bool crossed = touched != touched_.end() && may_be_unknown(system, touched->second);
  const auto& lists = system.row_lists(std::string(written.object));
  const bool same = without_row_ids(lists, written.before) == without_row_ids(lists, written.after);
  if (same && !crossed && !system.traits().shouts && !system.traits().trims) {
    break_rule("repeated_write", describe(place) + " was written with what it held");
  }
}

void Oracle::observe_fields(const SimulatedSystem& system, const Written& written, int identity) {
  const Place place{system.name(), std::string(written.object), std::string(written.id)};
  std::set<std::string> seen;
  for (const Part& part : parts_of(system.name(), std::string(written.object))) {
    for (const FieldRule& rule : part.mapping->fields) {
      const FieldSide& side = rule.side[part.side];
      if (!values_.at(&rule).distinct() || !seen.insert(side.name).second) continue;
      const auto before = value_in(side, written.before);
      const auto after = value_in(side, written.after);
      if (!after || before == after) continue;
      const Cell cell{place, side.name};
      if (written.writer == Writer::hub) {
        ours_[cell] = {before.value_or(Value{}), agenda_.now(), network_.is_heard()};
        written_by_us(system, written, cell, identity, *after);
      } else {
        edited(cell, identity, *after, rule);
      }
    }
  }
}

void Oracle::observe_rows(const SimulatedSystem& system, const Written& written) {
  const Place place{system.name(), std::string(written.object), std::string(written.id)};
  if (system.row_lists(std::string(written.object)).empty()) return;
  if (written.writer != Writer::hub) {
    const RowOracle::PersonsWrite write{written.before, written.after, agenda_.now(), system.traits().renews_rows};
    const int changes = rows_.observe_person(place, write, ended_);
    edits_of_[place] += changes;
    row_edits_ += static_cast<std::uint64_t>(changes);
    return;
  }
  rows_.observe_ours(place, written.before, written.after, agenda_.now(), network_.is_heard(),
                     [&](Instant at) { return may_be_unknown(system, at); });
}

void Oracle::edited(const Cell& cell, int identity, const Value& value, const FieldRule& rule) {
  const int number = static_cast<int>(edits_.size());
  Edit edit{identity, cell, agenda_.now(), is_blank(value) ? "" : token_of(value), {}, is_blank(value), false};
  if (const auto shown = shown_.find(cell); shown != shown_.end()) {
    edit.knew = edits_[static_cast<std::size_t>(shown->second)].knew;
    edit.knew.insert(shown->second);
  }
  edit.excused = hides_our_write(cell, value);
  edits_.push_back(std::move(edit));
  shown_[cell] = number;
  ++edits_of_[cell.first];
  if (is_blank(value)) return;
  made_by_[token_of(value)] = number;
  for (const Side side : kSides) made_by_[token_of(narrowed(rule.side[side], value))] = number;
}

void Oracle::written_by_us(const SimulatedSystem& system, const Written& written, const Cell& cell, int identity,
                           const Value& value) {
  int from = -1;
  if (is_blank(value)) {
    for (std::size_t i = 0; i < edits_.size(); ++i) {
      if (edits_[i].blank && edits_[i].identity == identity) from = static_cast<int>(i);
    }
  } else if (const auto made = made_by_.find(token_of(value)); made != made_by_.end()) {
    from = made->second;
  }
  // Whose content it was when we created it, nobody can say of one of two copies.
  const bool of_a_copy = identities_[static_cast<std::size_t>(identity)].copied;
  if (from < 0 && is_blank(value) && of_a_copy) return;
  if (from < 0) {
    break_rule("invented", describe(cell.first) + ' ' + cell.second + " was written by us with a value nobody entered");
    return;
  }
  const Edit& source = edits_[static_cast<std::size_t>(from)];
  const Identity& whose = identities_[static_cast<std::size_t>(identity)];
  if (source.identity != identity && !whose.ambiguous &&
      !identities_[static_cast<std::size_t>(source.identity)].ambiguous) {
    break_rule("mixed_up", describe(cell.first) + ' ' + cell.second + " got a value of another person, of " +
                               describe(source.cell.first));
  }
  if (const auto shown = shown_.find(cell); shown != shown_.end() && !written.before.is_null()) {
    Edit& under = edits_[static_cast<std::size_t>(shown->second)];
    if (may_be_unknown(system, under.at)) under.excused = true;
  }
  shown_[cell] = from;
}

/// The one whose values it holds; -1 where it holds nobody's.
int Oracle::identity_of_content(const Written& written, const std::vector<Part>& parts) {
  std::map<int, int> votes;
  for (const Part& part : parts) {
    for (const FieldRule& rule : part.mapping->fields) {
      const auto value = value_in(rule.side[part.side], written.after);
      if (!value || is_blank(*value) || !values_.at(&rule).distinct()) continue;
      const auto made = made_by_.find(token_of(*value));
      if (made != made_by_.end()) ++votes[edits_[static_cast<std::size_t>(made->second)].identity];
    }
  }
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  return most == votes.end() ? -1 : most->first;
}

/// Whether the one whom a create doubles had to be known when it was sent: for it was there long before, or before all
/// those by whose news it may have been decided on, or, where nothing fails, because we had read it.
bool Oracle::had_to_be_seen(const SimulatedSystem& system, const Place& other, const Identity& identity) const {
  const auto& [name, object, id] = other;
  const Instant since = system.latest(object, id)->visible;
  if (since + system.traits().lag + kFence < network_.sent_at()) return true;
  const auto read = system.last_read(object, id);
  if (nothing_fails_ && read && *read + kLooking < network_.sent_at()) return true;
  int others = 0;
  const bool first = std::ranges::all_of(identity.records, [&](const Place& place) {
    if (std::get<0>(place) == name) return true;
    ++others;
    const SimulatedSystem& there = *systems_.at(std::get<0>(place));
    // A webhook may come before what it tells of.
    return since < there.first_seen(std::get<1>(place), std::get<2>(place)) - there.traits().commits;
  });
  return first && others > 0;
}

/// Whether nothing tells what our creates made, once somebody has changed it: neither key, stamp nor creator, there or
/// in a system it is synced with.
bool Oracle::is_unrecognisable(const SimulatedSystem& system, const std::string& object) const {
  const auto tells_nothing = [](const SimulatedSystem& one) {
    return !one.traits().has_stamp && !one.traits().names_writers;
  };
  return std::ranges::any_of(parts_of(system.name(), object), [&](const Part& part) {
    return part.mapping->match.empty() &&
           (tells_nothing(system) || tells_nothing(*systems_.at(part.sync->between[other(part.side)])));
  });
}

/// Whether what we create has another key than each of that person's records there: a person changed it, and who of us
/// read it before could not know.
bool Oracle::has_other_key(const SimulatedSystem& system, const Written& created, const Identity& identity) const {
  const auto parts = parts_of(system.name(), std::string(created.object));
  const auto same_key = [&](const Place& place) {
    const auto& [name, object, id] = place;
    const Native* fields = name == system.name() && object == created.object ? system.fields(object, id) : nullptr;
    if (fields == nullptr) return false;
    return std::ranges::any_of(parts, [&](const Part& part) {
      return part.mapping->match.empty() || std::ranges::any_of(part.mapping->match, [&](const MatchKey& key) {
               const FieldSide& side = part.mapping->fields[key.field].side[part.side];
               const auto there = value_in(side, *fields);
               const auto here = value_in(side, created.after);
               return there && here && !is_blank(*here) && token_of(*there) == token_of(*here);
             });
    });
  };
  return std::ranges::none_of(identity.records, same_key);
}

void Oracle::created_by_us(const SimulatedSystem& system, const Written& written) {
  const Place place{system.name(), std::string(written.object), std::string(written.id)};
  const std::string where = system.name() + '/' + std::string(written.object);
  int number = identity_of_content(written, parts_of(system.name(), std::string(written.object)));
  if (number < 0) {
    number = static_cast<int>(identities_.size());
    identities_.push_back({});
    identities_.back().ambiguous = true;
  }
  Identity& identity = identities_[static_cast<std::size_t>(number)];
  const bool again = identity.created_by_us[where] > 0 && has_other_key(system, written, identity);
  if (again || is_unrecognisable(system, std::string(written.object))) identity.ambiguous = identity.copied = true;
  if (identity.copied) {
    // A copy may become somebody of its own, when one of the two gets another key.
  } else if (identity.removed_in.contains(where)) {
    break_rule("resurrection", describe(place) + " was created although that person was deleted there");
  } else if (identity.created_by_us[where] > 0) {
    break_rule("second_create", describe(place) + " is the second that we created of one person");
  }
  for (const Place& other : identity.records) {
    if (identity.copied || std::get<0>(other) != system.name() || std::get<1>(other) != written.object ||
        other == place)
      continue;
    const Version* there = system.latest(std::get<1>(other), std::get<2>(other));
    if (system.creator(std::get<1>(other), std::get<2>(other)) == Writer::hub) continue;
    if (there->fields.is_null()) continue;
    if (had_to_be_seen(system, other, identity)) {
      break_rule("doubled", describe(place) + " was created although " + describe(other) + " was there");
    }
    identity.ambiguous = true;  // entered while we were at it
  }
  ++identity.created_by_us[where];
  identity.records.push_back(place);
  identity_of_[place] = number;
}

// --- at rest --------------------------------------------------------------------------------------

void Oracle::judge(const Explain& explain) {
  for (const Identity& identity : identities_) judge_identity(identity, explain);
}

void Oracle::judge_identity(const Identity& identity, const Explain& explain) {
  int writes = 0;
  int edits = 0;
  for (const Place& place : identity.records) {
    writes += writes_to_[place];
    edits += edits_of_[place];
  }
  const int most = 2 * edits + 2 * static_cast<int>(identity.records.size());
  if (writes > most) {
    break_rule("too_many_writes", describe(identity.records.front()) + " and its counterparts were written " +
                                      std::to_string(writes) + " times for " + std::to_string(edits) + " edits");
  }
  if (identity.ambiguous) return;
  std::vector<Case> cases = cases_of(identity, explain);
  // What one sync overwrote may be in another's history.
  std::set<std::string> told;
  for (const Case& one : cases) collect_told(one, told);
  for (const Case& one : cases) {
    if (one.fields.left == nullptr || one.fields.right == nullptr) {
      judge_alone(one);
    } else {
      judge_pair(one, told);
    }
  }
}

std::vector<Oracle::Case> Oracle::cases_of(const Identity& identity, const Explain& explain) {
  std::vector<Case> cases;
  for (const SyncConfiguration& sync : configuration_.syncs) {
    for (const ObjectMapping& mapping : sync.mappings) {
      Case one{&sync, &mapping, {}, {}, {}};
      bool several = false;  // told when they were created
      for (const Place& place : identity.records) {
        const auto& [system, object, id] = place;
        const Native* fields = systems_.at(system)->fields(object, id);
        for (const Side side : kSides) {
          if (fields == nullptr || system != sync.between[side] || object != mapping.object[side]) continue;
          several = several || one.fields[side] != nullptr;
          one.fields[side] = fields;
          one.at[side] = place;
        }
      }
      const Side known = one.fields.left != nullptr ? Side::left : Side::right;
      if (several || one.fields[known] == nullptr) continue;
      one.story = explain(sync.name, mapping.name, known, std::get<2>(one.at[known]));
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

void Oracle::collect_told(const Case& one, std::set<std::string>& told) {
  const Native& history = member(one.story, "history");
  if (!history.is_array()) return;
  for (const Native& entry : history.array()) {
    RowOracle::collect_told(*one.mapping, entry, told);
    for (const char* what : {"lost", "before"}) {
      const Native& raw = member(entry, what);
      if (raw.is_null()) told.insert("");
      if (raw.is_null()) continue;
      for (const FieldRule& rule : one.mapping->fields) {
        if (member(entry, "field").plain() != rule.name) continue;
        for (const Side side : kSides) {
          const Parsed parsed = parse_raw(rule.side[side], raw);
          if (const Value* value = std::get_if<Value>(&parsed)) told.insert(token_of(*value));
        }
      }
    }
  }
}

void Oracle::judge_alone(const Case& one) {
  const Side here = one.fields.left != nullptr ? Side::left : Side::right;
  if (one.mapping->on_create[other(here)] != OnCreate::create) return;
  if (!is_in_scope(*one.mapping, here, *one.fields[here]) || !member(one.story, "parked").is_null()) return;
  break_rule("not_synced", describe(one.at[here]) +
                               " has no counterpart; its last outcome: " + print_json(member(one.story, "outcome")) +
                               ", dirty: " + print_json(member(one.story, "dirty")));
}

void Oracle::judge_pair(const Case& one, const std::set<std::string>& told) {
  for (const Side side : kSides) {
    if (!is_in_scope(*one.mapping, side, *one.fields[side])) return;
  }
  if (!member(one.story, "parked").is_null()) return;
  const Native& link = member(one.story, "link");
  if (link.is_null() || member(link, "right").plain() != std::get<2>(one.at.right)) {
    break_rule("not_linked", describe(one.at.left) + " and " + describe(one.at.right) +
                                 " are one person and not linked: " + print_json(link) + ", outcome " +
                                 print_json(member(one.story, "outcome")));
    return;
  }
  for (const FieldRule& rule : one.mapping->fields) judge_field(one, rule, told);
  judge_rows(one, told);
}

void Oracle::judge_rows(const Case& one, const std::set<std::string>& told) {
  const RowOracle::Pair pair{one.mapping, one.at, one.fields, names_in(member(one.story, "frozen"), "field")};
  for (const Violation& found : rows_.judge(pair, told, may_look_edited())) {
    break_rule(found.kind, found.what + "; outcome " + print_json(member(one.story, "outcome")));
  }
}

void Oracle::judge_field(const Case& one, const FieldRule& rule, const std::set<std::string>& told) {
  const auto& [sync, mapping, at, fields, story] = one;
  if (rule.direction != Direction::both) return;
  if (names_in(member(story, "frozen"), "field").contains(rule.name)) return;
  const auto values =
      Both<std::optional<Value>>{value_in(rule.side.left, *fields.left), value_in(rule.side.right, *fields.right)};
  if (!values.left || !values.right) {
    break_rule("unreadable", describe(at.left) + " field " + rule.name + " cannot be read, and nothing is parked");
    return;
  }
  Both<int> shown{-1, -1};
  for (const Side side : kSides) {
    const auto found = shown_.find(Cell{at[side], rule.side[side].name});
    if (found != shown_.end()) shown[side] = found->second;
  }
  // Of a text that one system stores in upper case, only the letters differ.
  const bool same = equal(rule, *values.left, *values.right) || token_of(*values.left) == token_of(*values.right);
  if (!same && (shown.left < 0 || shown.left != shown.right)) {
    break_rule("differs", "mapping " + mapping->name + ", field " + rule.name + " of " + describe(at.left) + " (" +
                              counterpart::describe(*values.left) + ") and " + describe(at.right) + " (" +
                              counterpart::describe(*values.right) + ") differ, and nothing says why: " +
                              print_json(member(story, "outcome")) + ", dirty " + print_json(member(story, "dirty")));
    return;
  }
  // Where a value was entered twice, the later edit is what is held.
  const int held = std::max(shown.left, shown.right);
  if (values_.at(&rule).distinct() && held >= 0) judge_lost(rule, at, held, told);
}

/// A system that changes what it stores looks edited by a person, unless its answers tell otherwise: then the rule for
/// conflicts decides. Through a hub that reaches records of the other systems, too.
bool Oracle::may_look_edited() const {
  return std::ranges::any_of(
      systems_, [](const auto& system) { return system.second->traits().shouts || system.second->traits().trims; });
}

/// Whether its author knew what is held now, of all who have entered it: who takes something back enters it once more.
bool Oracle::knew_all(const Edit& edit, int held, const Both<Cell>& cells) const {
  if (!edit.knew.contains(held)) return false;
  const Edit& last = edits_[static_cast<std::size_t>(held)];
  for (std::size_t i = 0; i < edits_.size(); ++i) {
    const Edit& one = edits_[i];
    const bool same = one.identity == last.identity && one.token == last.token;
    const bool here = !one.blank || one.cell == cells.left || one.cell == cells.right;
    if (same && here && !edit.knew.contains(static_cast<int>(i))) return false;
  }
  return true;
}

/// No edit may be gone whose author knew what is held now; of those that he did not know, each is in the history.
void Oracle::judge_lost(const FieldRule& rule, const Both<Place>& at, int held, const std::set<std::string>& told) {
  std::set<int> overtaken;
  for (const Edit& edit : edits_) overtaken.insert(edit.knew.begin(), edit.knew.end());
  const Both<Cell> cells{{at.left, rule.side.left.name}, {at.right, rule.side.right.name}};
  for (std::size_t i = 0; i < edits_.size(); ++i) {
    const Edit& edit = edits_[i];
    const bool here = edit.cell == cells.left || edit.cell == cells.right;
    if (!here || edit.excused || static_cast<int>(i) == held) continue;
    if (edit.blank && (rule.empty_never_overwrites || edits_[static_cast<std::size_t>(held)].blank)) continue;
    if (knew_all(edit, held, cells) && !may_look_edited()) {
      break_rule("lost_update", describe(edit.cell.first) + " field " + rule.name +
                                    " was changed by a person who saw " + "what is there again now");
      continue;
    }
    if (overtaken.contains(static_cast<int>(i))) continue;
    const auto made =
        std::ranges::find_if(made_by_, [&](const auto& one) { return one.second == static_cast<int>(i); });
    const std::string token = edit.blank || made == made_by_.end() ? "" : made->first;
    if (!told.contains(token)) {
      break_rule("unrecorded", describe(edit.cell.first) + " field " + rule.name + ": the value '" + token +
                                   "' was overwritten, and the history does not know it");
    }
  }
}

}  // namespace counterpart::simulation
