#include "server/simulation/people.h"

#include <algorithm>

#include "mapping/codecs/unicode.h"

namespace counterpart::simulation {

using namespace std::chrono_literals;
using Kind = Happening::Kind;

namespace {

constexpr microseconds kAutomation = 150ms;

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

void trim_texts(Native& tree) {
  if (tree.is_object()) {
    for (auto& [name, value] : tree.object()) trim_texts(value);
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
    : systems_(systems), oracle_(oracle), agenda_(agenda) {
  for (const SyncConfiguration& sync : configuration.syncs) {
    for (const ObjectMapping& mapping : sync.mappings) {
      for (const FieldRule& rule : mapping.fields) {
        for (const Side side : kSides) {
          Entries& entries = entries_[{sync.between[side], mapping.object[side]}];
          const bool known = std::ranges::any_of(
              entries, [&](const Entry& entry) { return entry.side->name == rule.side[side].name; });
          if (known || !values.at(&rule).any()) continue;
          entries.push_back({&mapping, &rule, &rule.side[side], &values.at(&rule), side, sync.between[other(side)]});
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
  if (happening.kind == Kind::twin) return enter_twin(happening, random);
  const auto chosen = choose(happening, random);
  if (!chosen) return;
  switch (happening.kind) {
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

void People::enter(const Entry& entry, Native& fields) {
  write_field(*entry.side, entry.values->make(++entered_), fields);
}

Native People::new_fields(const Entries& entries, Random& random) {
  Native fields{Native::Object()};
  for (const Entry& entry : entries) {
    if (entry.values->is_key() || random.below(4) != 0) enter(entry, fields);
  }
  return fields;
}

void People::create(const Happening& happening, Random& random) {
  const auto& target = happening.target;
  const auto [name, object] =
      target ? std::pair(target->system, target->object) : objects_[random.below(objects_.size())];
  SimulatedSystem* system = systems_.at(name);
  system->create(object, new_fields(entries(name, object), random), Writer::person, commits(*system, random));
}

/// Somebody of whom one system knows already is entered in the other, by somebody who has looked and not found.
void People::enter_twin(const Happening& happening, Random& random) {
  const auto chosen = choose(happening, random);
  if (!chosen) return;
  const Entries& known = entries(chosen->system->name(), chosen->object);
  const Native* fields = chosen->system->fields(chosen->object, chosen->id);
  const auto key = std::ranges::find_if(known, [](const Entry& entry) { return entry.values->is_key(); });
  if (key == known.end()) return;
  Record record;
  record.fields = *fields;
  record.absent_is_blank = true;
  const Parsed value = read_field(*key->side, record);
  const Value* who = std::get_if<Value>(&value);
  if (who == nullptr || is_blank(*who) || is_unknown(*who)) return;
  SimulatedSystem* there = systems_.at(key->other_system);
  const std::string& object = key->mapping->object[other(key->where)];
  if (oracle_.is_known_in(chosen->system->name(), chosen->object, chosen->id, there->name(), object)) return;
  Native twin = new_fields(entries(there->name(), object), random);
  write_field(key->rule->side[other(key->where)], *who, twin);
  const std::string id = there->create(object, std::move(twin), Writer::person, microseconds(0));
  oracle_.note_same(there->name(), object, id, chosen->system->name(), chosen->object, chosen->id);
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
  if (entry.values->is_key() && (clear || !oracle_.may_change_key(chosen.system->name(), chosen.object, chosen.id)))
    return;
  Native now = *chosen.system->fields(chosen.object, chosen.id);
  if (clear) {
    write_field(*entry.side, Value(Blank{}), now);
  } else {
    enter(entry, now);
  }
  chosen.system->change(chosen.object, chosen.id, std::move(now), Writer::person, commits(*chosen.system, random));
}

void People::take_back(const Chosen& chosen, Random& random) {
  const Version* before = chosen.system->previous(chosen.object, chosen.id);
  if (before == nullptr || before->fields.is_null()) return;
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
  const auto notes = notes_of(entries(system.name(), object));
  if (notes.empty()) return fields;
  const Path& path = notes.front()->side->paths.front();
  const Native* value = path.find(fields);
  if (value != nullptr && value->is_text()) path.set(fields, Native(upper(value->text())));
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
