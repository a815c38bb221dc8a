#include "server/simulation/people.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "mapping/codecs/unicode.h"

namespace counterpart::simulation {

using namespace std::chrono_literals;
using Kind = Happening::Kind;

namespace {

constexpr microseconds kAutomation = 150ms;
constexpr std::uint64_t kAtOnce = 600'000;  // microseconds
constexpr std::uint64_t kAfterReading = 150'000;

void trim_texts(Native& tree) {
  if (tree.is_object()) {
    for (auto& [name, value] : tree.object()) trim_texts(value);
  } else if (tree.is_array()) {
    std::ranges::for_each(tree.array(), trim_texts);
  } else if (tree.is_text()) {
    tree = Native(codecs::trimmed(std::string_view(tree.text())));
  }
}

/// The entries that hold free text, and say nothing of who a record is.
template <class Entries>
std::vector<const typename Entries::value_type*> notes_of(const Entries& entries) {
  std::vector<const typename Entries::value_type*> notes;
  for (const auto& entry : entries) {
    if (entry.values->free_text() && !entry.values->is_key() && entry.side->paths.size() == 1) notes.push_back(&entry);
  }
  return notes;
}

}  // namespace

People::People(const Configuration& configuration, const AllValues& values, const Oracle::Systems& systems,
               Oracle& oracle, Agenda& agenda)
    : systems_(systems), oracle_(oracle), agenda_(agenda), rows_(configuration, values) {
  for (const SyncConfiguration& sync : configuration.syncs) {
    for (const ObjectMapping& mapping : sync.mappings) {
      for (const Side side : kSides) {
        synced_with_[{sync.between[side], mapping.object[side]}].insert(
            {sync.between[other(side)], mapping.object[other(side)]});
      }
      for (const FieldRule& rule : mapping.fields) {
        for (const Side side : kSides) {
          Entries& entries = entries_[{sync.between[side], mapping.object[side]}];
          const bool known = std::ranges::any_of(
              entries, [&](const Entry& entry) { return entry.side->name == rule.side[side].name; });
          if (known || !values.at(&rule).any()) continue;
          entries.push_back({&rule, &rule.side[side], &values.at(&rule)});
        }
      }
    }
  }
  for (const auto& [place, entries] : entries_) objects_.push_back(place);
}

const People::Entries& People::entries(const std::string& system, const std::string& object) const {
  return entries_.at({system, object});
}

microseconds People::commits(const SimulatedSystem& system, Random& random) const {
  const auto most = static_cast<std::uint64_t>(system.traits().commits.count());
  return microseconds(most == 0 ? 0 : random.below(most));
}

/// A record that is there, anywhere, or the one that is meant.
std::optional<People::Chosen> People::choose(const Happening& happening, Random& random) const {
  if (const auto& target = happening.target) {
    SimulatedSystem* system = systems_.at(target->system);
    const auto ids = system->living(target->object);
    if (target->record >= ids.size()) return std::nullopt;
    return Chosen{system, target->object, ids[target->record]};
  }
  const auto& [name, object] = objects_[random.below(objects_.size())];
  SimulatedSystem* system = systems_.at(name);
  const auto ids = system->living(object);
  if (ids.empty()) return std::nullopt;
  return Chosen{system, object, ids[random.below(ids.size())]};
}

void People::act(const Happening& happening) {
  SeededRandom random(happening.pick * 31 + happening.what);
  if (happening.kind == Kind::create) return create(happening, random);
  if (is_row_work(happening.kind)) return work_on_rows(happening, random);
  const auto chosen = choose(happening, random);
  if (!chosen) return;
  switch (happening.kind) {
    case Kind::twin:
      return enter_twin(*chosen, *synced_with_.at({chosen->system->name(), chosen->object}).begin(), random);
    case Kind::copy:
      return copy(*chosen);
    case Kind::edit:
      return edit(*chosen, happening, random, false);
    case Kind::clear:
      return edit(*chosen, happening, random, true);
    case Kind::take_back:
      return take_back(*chosen, random);
    case Kind::remove:
      if (may_remove(*chosen)) chosen->system->remove(chosen->object, chosen->id, Writer::person);
      return;
    case Kind::merge:
      return merge(*chosen, random);
    case Kind::pretend:
      return chosen->system->pretend(chosen->object, chosen->id);
    default:
      return;
  }
}

/// Where nothing is left to be read, deleted records look like a lost right to read them, and wait for a person.
bool People::may_remove(const Chosen& chosen) {
  return chosen.system->traits().lists && chosen.system->living(chosen.object).size() > 2;
}

/// An empty record would be nobody's.
bool People::tells_who(const Entries& entries, const Entry& entry) {
  const bool keyed = std::ranges::any_of(entries, [](const Entry& one) { return one.values->is_key(); });
  return keyed ? entry.values->is_key() : &entry == &entries.front();
}

void People::enter(const Entry& entry, Native& fields) {
  write_field(*entry.side, entry.values->make(++entered_), fields);
}

Native People::new_fields(const Place& place, Random& random) {
  const Entries& known = entries_.at(place);
  Native fields{Native::Object()};
  for (const Entry& entry : known) {
    if (tells_who(known, entry) || random.below(4) != 0) enter(entry, fields);
  }
  if (rows_.any(place)) rows_.fill(place, fields, random, entered_);
  return fields;
}

void People::create(const Happening& happening, Random& random) {
  const auto& target = happening.target;
  const auto [name, object] =
      target ? std::pair(target->system, target->object) : objects_[random.below(objects_.size())];
  SimulatedSystem* system = systems_.at(name);
  const std::string id =
      system->create(object, new_fields({name, object}, random), Writer::person, commits(*system, random));
  if (!target && random.below(4) == 0) enter_twin_elsewhere({system, object, id}, random);
}

/// What the record says of who it is; blank where it does not.
Value People::key_of(const SimulatedSystem& system, const std::string& object, const std::string& id) const {
  const Native* fields = system.fields(object, id);
  return fields == nullptr ? Value(Blank{}) : key_in(system.name(), object, *fields);
}

Value People::key_in(const std::string& system, const std::string& object, const Native& fields) const {
  const Entries& known = entries(system, object);
  const auto key = std::ranges::find_if(known, [](const Entry& entry) { return entry.values->is_key(); });
  if (key == known.end()) return Blank{};
  Record record;
  record.fields = fields;
  record.absent_is_blank = true;
  const Parsed value = read_field(*key->side, record);
  const Value* who = std::get_if<Value>(&value);
  return who == nullptr || is_unknown(*who) ? Value(Blank{}) : *who;
}

/// Whether some other system still, or already, knows that person by another key.
bool People::is_changing_key(const Chosen& chosen, const Value& key) const {
  const auto records = oracle_.records_of(chosen.system->name(), chosen.object, chosen.id);
  return std::ranges::any_of(records, [&](const Oracle::Place& place) {
    const auto& [system, object, id] = place;
    const Value there = key_of(*systems_.at(system), object, id);
    return !is_blank(there) && counterpart::describe(there) != counterpart::describe(key);
  });
}

/// Where the same person may be entered as well: on the other side of a sync, and on that of the next one.
std::vector<People::Place> People::places_of_twins(const Place& of) const {
  std::set<Place> places = synced_with_.at(of);
  for (const Place& one : synced_with_.at(of)) places.insert(synced_with_.at(one).begin(), synced_with_.at(one).end());
  places.erase(of);
  return {places.begin(), places.end()};
}

/// Somebody of whom one system knows already is entered in another, by somebody who has looked and not found.
void People::enter_twin(const Chosen& chosen, const Place& where, Random& random) {
  const auto& [system, object] = where;
  const Entries& fields = entries(system, object);
  const auto key = std::ranges::find_if(fields, [](const Entry& entry) { return entry.values->is_key(); });
  if (key == fields.end() || chosen.system->fields(chosen.object, chosen.id) == nullptr) return;
  const Value who = key_of(*chosen.system, chosen.object, chosen.id);
  if (is_blank(who) || is_changing_key(chosen, who)) return;
  if (oracle_.is_known_in(chosen.system->name(), chosen.object, chosen.id, system, object)) return;
  Native twin = new_fields(where, random);
  write_field(*key->side, who, twin);
  const std::string id = systems_.at(system)->create(object, std::move(twin), Writer::person, microseconds(0));
  oracle_.note_same(system, object, id, chosen.system->name(), chosen.object, chosen.id);
}

/// Two colleagues enter the same person at about the same time.
void People::enter_twin_elsewhere(const Chosen& chosen, Random& random) {
  const auto places = places_of_twins({chosen.system->name(), chosen.object});
  const Place& where = places[random.below(places.size())];
  agenda_.after(microseconds(random.below(kAtOnce)), [this, chosen, where, seed = random.bits()] {
    SeededRandom choice(seed);
    enter_twin(chosen, where, choice);
  });
}

void People::copy(const Chosen& chosen) {
  const Native fields = *chosen.system->fields(chosen.object, chosen.id);
  const std::string id = chosen.system->create(chosen.object, fields, Writer::person, microseconds(0));
  oracle_.note_ambiguous(chosen.system->name(), chosen.object, chosen.id);
  oracle_.note_ambiguous(chosen.system->name(), chosen.object, id);
}

void People::edit(const Chosen& chosen, const Happening& happening, Random& random, bool clear) {
  const Entries& fields = entries(chosen.system->name(), chosen.object);
  const std::size_t which = happening.target ? happening.target->field : random.below(fields.size());
  const Entry& entry = fields[which % fields.size()];
  change_field(chosen, entry, random, clear);
  if (!happening.target && random.below(3) == 0) edit_elsewhere(chosen, entry, random);
}

void People::change_field(const Chosen& chosen, const Entry& entry, Random& random, bool clear) {
  if (clear && tells_who(entries(chosen.system->name(), chosen.object), entry)) return;
  if (entry.values->is_key() && !oracle_.may_change_key(chosen.system->name(), chosen.object, chosen.id)) return;
  Native now = *chosen.system->fields(chosen.object, chosen.id);
  if (clear) {
    write_field(*entry.side, Value(Blank{}), now);
  } else {
    enter(entry, now);
  }
  chosen.system->change(chosen.object, chosen.id, std::move(now), Writer::person, commits(*chosen.system, random));
}

/// Its record in another system, where it has one.
std::optional<People::Chosen> People::counterpart_of(const Chosen& chosen, Random& random) const {
  auto records = oracle_.records_of(chosen.system->name(), chosen.object, chosen.id);
  std::erase_if(records, [&](const Oracle::Place& place) { return std::get<0>(place) == chosen.system->name(); });
  if (records.empty()) return std::nullopt;
  const auto& [system, object, id] = records[random.below(records.size())];
  return Chosen{systems_.at(system), object, id};
}

/// An edit of that rule's field, where there is one, with so many percent; else of any.
void People::edit_also(const Chosen& there, const FieldRule* rule, std::uint64_t percent, Random& random) {
  if (stopped_ || there.system->fields(there.object, there.id) == nullptr) return;
  const Entries& fields = entries(there.system->name(), there.object);
  const auto same = std::ranges::find(fields, rule, &Entry::rule);
  const bool is_same = same != fields.end() && random.below(100) < percent;
  change_field(there, is_same ? *same : fields[random.below(fields.size())], random, false);
}

void People::lurk(const Chosen& there, const FieldRule* rule, std::uint64_t percent, Random& random) {
  const microseconds later(random.below(kAfterReading));
  lurking_[{there.system->name(), there.object, there.id}] = [this, there, rule, percent, later, seed = random.bits()] {
    agenda_.after(later, [this, there, rule, percent, seed] {
      SeededRandom choice(seed);
      edit_also(there, rule, percent, choice);
    });
  };
}

/// Somebody works on the same person in another system, at about the same time, and often for the same reason.
void People::edit_elsewhere(const Chosen& chosen, const Entry& entry, Random& random) {
  const auto there = counterpart_of(chosen, random);
  if (!there) return;
  if (random.below(2) == 0) return lurk(*there, entry.rule, 50, random);
  agenda_.after(microseconds(random.below(kAtOnce)), [this, there, rule = entry.rule, seed = random.bits()] {
    SeededRandom choice(seed);
    edit_also(*there, rule, 50, choice);
  });
}

void People::contend(const Happening& happening, Second second, std::function<void(Moves)> when_read) {
  SeededRandom random(happening.pick * 31 + happening.what);
  const auto chosen = choose(happening, random);
  if (!chosen) return;
  const auto there = counterpart_of(*chosen, random);
  if (!there) return;
  Moves moves;
  moves.edit = begin_contest(*chosen, *there, random);
  moves.take_back = [this, there = *there, seed = happening.pick] {
    SeededRandom choice(seed);
    if (!stopped_ && there.system->fields(there.object, there.id) != nullptr) take_back(there, choice);
  };
  if (second == Second::at_once) moves.edit();
  const microseconds later(random.below(kAfterReading));
  lurking_[{there->system->name(), there->object, there->id}] = [this, second, later, moves,
                                                                 when_read = std::move(when_read)] {
    if (second == Second::when_read) agenda_.after(later, moves.edit);
    when_read(moves);
  };
}

/// The first of two edits of one thing; gives the second.
std::function<void()> People::begin_contest(const Chosen& chosen, const Chosen& there, Random& random) {
  const bool rows =
      rows_.any({chosen.system->name(), chosen.object}) && rows_.any({there.system->name(), there.object});
  if (rows && random.below(2) == 0) {
    const std::uint64_t seed = random.bits();
    change_rows(chosen, Kind::edit_row, seed);
    return [this, there, seed] { change_rows(there, Kind::edit_row, seed); };
  }
  const Entries& fields = entries(chosen.system->name(), chosen.object);
  const Entry& entry = fields[random.below(fields.size())];
  change_field(chosen, entry, random, false);
  return [this, there, rule = entry.rule, seed = random.bits()] {
    SeededRandom choice(seed);
    edit_also(there, rule, 100, choice);
  };
}

/// A record that has rows.
std::optional<People::Chosen> People::choose_with_rows(const Happening& happening, Random& random) const {
  if (happening.target) return choose(happening, random);
  std::vector<Place> places;
  std::ranges::copy_if(objects_, std::back_inserter(places), [this](const Place& place) { return rows_.any(place); });
  const auto& [name, object] = places[random.below(places.size())];
  SimulatedSystem* system = systems_.at(name);
  const auto ids = system->living(object);
  if (ids.empty()) return std::nullopt;
  return Chosen{system, object, ids[random.below(ids.size())]};
}

/// Now and then somebody does the same to that row, or something else, in the other system at about the same time.
void People::work_on_rows(const Happening& happening, Random& random) {
  const auto chosen = choose_with_rows(happening, random);
  if (!chosen) return;
  const std::uint64_t seed = random.bits();
  change_rows(*chosen, happening.kind, seed);
  const auto there = happening.target || random.below(3) != 0 ? std::nullopt : counterpart_of(*chosen, random);
  if (!there || !rows_.any({there->system->name(), there->object})) return;
  constexpr std::array<Kind, 4> kAlso{Kind::edit_row, Kind::edit_row, Kind::remove_row, Kind::add_row};
  const Kind kind = random.below(2) == 0 ? happening.kind : kAlso[random.below(kAlso.size())];
  const std::uint64_t choice = random.below(3) == 0 ? random.bits() : seed;
  const auto also = [this, there = *there, kind, choice] { change_rows(there, kind, choice); };
  if (random.below(2) == 0) {
    agenda_.after(microseconds(random.below(kAtOnce)), also);
    return;
  }
  lurking_[{there->system->name(), there->object, there->id}] = [this, later = random.below(kAfterReading), also] {
    agenda_.after(microseconds(later), also);
  };
}

void People::change_rows(const Chosen& chosen, Kind kind, std::uint64_t seed) {
  const Native* now = chosen.system->fields(chosen.object, chosen.id);
  if (stopped_ || now == nullptr) return;
  SeededRandom random(seed);
  Native fields = *now;
  if (!rows_.act(kind, {chosen.system->name(), chosen.object}, fields, random, entered_)) return;
  chosen.system->change(chosen.object, chosen.id, std::move(fields), Writer::person, commits(*chosen.system, random));
}

void People::stop() {
  stopped_ = true;
  lurking_.clear();
}

void People::note_read(const SimulatedSystem& system, const std::string& object, const std::string& id) {
  const auto found = lurking_.find({system.name(), object, id});
  if (found == lurking_.end()) return;
  const auto act = std::move(found->second);
  lurking_.erase(found);
  act();
}

void People::take_back(const Chosen& chosen, Random& random) {
  const Version* before = chosen.system->previous(chosen.object, chosen.id);
  if (before == nullptr || before->fields.is_null()) return;
  const bool same_key = key_in(chosen.system->name(), chosen.object, before->fields) ==
                        key_in(chosen.system->name(), chosen.object, *chosen.system->fields(chosen.object, chosen.id));
  if (!same_key && !oracle_.may_change_key(chosen.system->name(), chosen.object, chosen.id)) return;
  chosen.system->change(chosen.object, chosen.id, before->fields, Writer::person, commits(*chosen.system, random));
}

/// The second goes, and leaves the first some of what it held.
void People::merge(const Chosen& chosen, Random& random) {
  auto others = chosen.system->living(chosen.object);
  std::erase(others, chosen.id);
  if (others.empty() || !may_remove(chosen)) return;
  const std::string gone = others[random.below(others.size())];
  oracle_.note_ambiguous(chosen.system->name(), chosen.object, chosen.id);
  Native kept = *chosen.system->fields(chosen.object, chosen.id);
  const Native given = *chosen.system->fields(chosen.object, gone);
  const auto notes = notes_of(entries(chosen.system->name(), chosen.object));
  if (!notes.empty()) {
    const Path& path = notes[random.below(notes.size())]->side->paths.front();
    if (const Native* value = path.find(given)) path.set(kept, *value);
  }
  chosen.system->remove(chosen.object, gone, Writer::person);
  chosen.system->change(chosen.object, chosen.id, std::move(kept), Writer::person, microseconds(0));
}

Native People::as_kept(const SimulatedSystem& system, const std::string& object, Native fields) const {
  if (system.traits().trims) trim_texts(fields);
  if (!system.traits().shouts) return fields;
  rows_.shout({system.name(), object}, fields);
  const auto notes = notes_of(entries(system.name(), object));
  if (notes.empty()) return fields;
  const Path& path = notes.front()->side->paths.front();
  const Native* value = path.find(fields);
  if (value != nullptr && value->is_text()) path.set(fields, Native(in_capitals(value->text())));
  return fields;
}

/// Where one note changes, the system writes another.
void People::answer_write(SimulatedSystem& system, const Written& written) {
  if (!system.traits().automation || written.after.is_null() || written.writer == Writer::automation) return;
  const std::string object(written.object);
  const auto notes = notes_of(entries(system.name(), object));
  if (notes.size() < 2) return;
  const Path& watched = notes[notes.size() - 1]->side->paths.front();
  const Native* before = written.before.is_null() ? nullptr : watched.find(written.before);
  const Native* after = watched.find(written.after);
  if (after == nullptr || (before != nullptr && *before == *after)) return;
  const Entry& moved = *notes[notes.size() - 2];
  agenda_.after(kAutomation, [this, &system, object, id = std::string(written.id), &moved] {
    const Native* now = system.fields(object, id);
    if (now == nullptr) return;
    Native fields = *now;
    enter(moved, fields);
    system.change(object, id, std::move(fields), Writer::automation, microseconds(0));
  });
}

}  // namespace counterpart::simulation
