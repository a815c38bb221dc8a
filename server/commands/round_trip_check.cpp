#include "server/commands/round_trip_check.h"

#include <algorithm>

#include "mapping/codecs/reference.h"

namespace counterpart::commands {
namespace {

/// What is generated is the same at each check.
constexpr std::uint64_t kSeed = 1;

constexpr const char* kRemedy =
    "give both sides types and cleaning that keep the value, or the field a direction; say lossy: true if it may "
    "change "
    "so";

/// 2431 as "2,431".
std::string grouped(std::size_t number) {
  constexpr std::size_t kGroup = 3;
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > kGroup;) digits.insert(at -= kGroup, ",");
  return digits;
}

std::string counted(std::size_t number, const std::string& one, const std::string& many) {
  return grouped(number) + " " + (number == 1 ? one : many);
}

/// A record that no expression can judge takes no part.
bool takes_part(const ObjectMapping& mapping, Side side, const Record& record) {
  try {
    return in_scope(mapping, side, record);
  } catch (const EvaluationError&) {
    return false;
  }
}

/// True if every value that was tried came back.
bool came_back(const RoundTrip& trip) {
  return !trip.report().counter_example.has_value();
}

}  // namespace

RoundTripCheck::RoundTripCheck(const Configuration& configuration) {
  for (const SyncConfiguration& sync : configuration.syncs) {
    for (const ObjectMapping& mapping : sync.mappings) {
      if (!sync.is_whole(mapping)) continue;
      TriedMapping tried{&sync, &mapping, {}, 0};
      const WrittenFields& written = sync.written_of(mapping);
      add_fields(tried, mapping.fields, written.fields, nullptr);
      for (std::size_t i = 0; i < mapping.rows.size(); ++i) {
        add_fields(tried, mapping.rows[i].fields, written.rows.at(i), &mapping.rows[i]);
      }
      mappings_.push_back(std::move(tried));
    }
  }
}

void RoundTripCheck::add_fields(TriedMapping& tried, const std::vector<FieldRule>& rules,
                                const std::vector<WrittenField>& written, const RowsRule* rows) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].direction != Direction::both) continue;
    // Who is whose counterpart is not known here.
    if (reference_of(*rules[i].side.left.codec) != nullptr) continue;
    if (written.at(i).lossy) {
      ++tried.lossy;
      continue;
    }
    tried.fields.emplace_back(rules[i], written.at(i), rows).generated.try_generated(kSeed);
  }
}

void RoundTripCheck::try_records(const SyncConfiguration& sync, const ObjectMapping& mapping, Side side,
                                 const std::vector<Record>& records) {
  const auto is_it = [&](const TriedMapping& tried) { return tried.sync == &sync && tried.mapping == &mapping; };
  const auto found = std::ranges::find_if(mappings_, is_it);
  if (found == mappings_.end()) return;
  for (const Record& record : records) {
    if (!takes_part(mapping, side, record)) continue;
    for (TriedField& field : found->fields) try_record(field, side, record);
  }
}

void RoundTripCheck::try_record(TriedField& field, Side side, const Record& record) {
  if (field.rows == nullptr) return try_shown(field, side, record, record.id);
  const Native* rows = field.rows->side[side].path.find(record.fields);
  if (rows == nullptr || !rows->is_array()) return;
  for (const Native& row : rows->array()) try_shown(field, side, {row, record.absent_is_blank}, record.id);
}

void RoundTripCheck::try_shown(TriedField& field, Side side, const Shown& shown, const std::string& id) {
  const auto raw = raw_of(field.rule->side[side], shown);
  if (!raw) return;
  field.live.try_held(side, *raw);
  if (!field.refuted && !came_back(field.live)) field.refuted = Seen{side, id};
  if (!field.not_held && field.live.report().not_held > 0) field.not_held = Seen{side, id};
}

std::string RoundTripCheck::report(config::Problems& problems) const {
  std::string text;
  for (const TriedMapping& mapping : mappings_) {
    for (const TriedField& field : mapping.fields) tell(mapping, field, problems);
    text += summary(mapping);
  }
  return text;
}

void RoundTripCheck::tell(const TriedMapping& mapping, const TriedField& field, config::Problems& problems) {
  const config::Place& place = field.written->place;
  const std::string rows = field.rows == nullptr ? "" : ", rows '" + field.rows->name + "'";
  const std::string where = "sync '" + mapping.sync->name + "', mapping '" + mapping.mapping->name + "'" + rows +
                            ", field '" + field.rule->name + "': ";
  const RoundTripReport& tried = field.generated.report();
  if (tried.counter_example) {
    problems.add(place, where + "not every value comes back as it went: " + describe(*tried.counter_example), kRemedy);
  } else if (field.refuted) {
    problems.add(place,
                 where + "what " + std::string(name_of(field.refuted->side)) + " record " + field.refuted->record +
                     " holds does not come back as it went",
                 kRemedy);
  }
  if (field.not_held) {
    const Side side = field.not_held->side;
    problems.note(place,
                  where + std::string(name_of(other(side))) + " cannot hold what " + std::string(name_of(side)) +
                      " record " + field.not_held->record + " holds",
                  "it will be set aside: correct it there, or change the type");
  }
  for (const Side side : kSides) {
    if (tried.carried[side] || tried.counter_example) continue;
    problems.note(place,
                  where + "nothing that was generated for the " + std::string(name_of(side)) + " can be held on the " +
                      std::string(name_of(other(side))) + ", so nothing is known of what comes back",
                  "see that both sides can hold the same values");
  }
}

/// "customers/contacts: 12 two-way fields come back as they went (2,431 generated values, 3 tables proved)".
std::string RoundTripCheck::summary(const TriedMapping& mapping) {
  const std::string name = mapping.sync->name + "/" + mapping.mapping->name + ": ";
  const std::string lossy = mapping.lossy == 0 ? "" : ", " + grouped(mapping.lossy) + " declared lossy";
  if (mapping.fields.empty()) return name + "no two-way field to try" + lossy + "\n";
  std::size_t kept = 0;
  std::size_t generated = 0;
  std::size_t proved = 0;
  std::size_t live = 0;
  for (const TriedField& field : mapping.fields) {
    kept += came_back(field.generated) && came_back(field.live) ? 1 : 0;
    generated += field.generated.report().tried;
    proved += field.generated.report().proved ? 1 : 0;
    live += field.live.report().tried;
  }
  const std::size_t all = mapping.fields.size();
  std::string text = name + (kept == all ? "" : grouped(kept) + " of ");
  text += counted(all, "two-way field", "two-way fields");
  text += (kept == 1 ? " comes back as it went (" : " come back as they went (") +
          counted(generated, "generated value", "generated values");
  if (proved > 0) text += ", " + counted(proved, "table", "tables") + " proved";
  if (live > 0) text += ", " + counted(live, "live value", "live values");
  return text + ")" + lossy + "\n";
}

}  // namespace counterpart::commands
