#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/reconcile/oscillation.h"
#include "mapping/reconcile/rules.h"
#include "mapping/values/record.h"

namespace counterpart {

/// No field's name.
inline constexpr std::string_view kRecordActivity = "";

/// What is remembered of fields that two records, or two of their rows, share.
struct FieldStates {
  Both<Native> base;  ///< objects: FieldSide::name → raw value that side held when the two last agreed; of a record
                      ///< also its child rows (linked_rows.h)
  std::set<std::string> frozen;  ///< names of fields held for a person; of a record also of rows, and of their fields
  std::map<std::string, Activity> activity;  ///< by field name; the whole record's under kRecordActivity
};

/// What is remembered of a link.
struct LinkState : FieldStates {};

/// What decides besides records and rules; handed in, for the core has no clock.
struct ReconcileContext {
  Instant now{};
  Both<std::optional<Instant>> changed_at{};  ///< when each side's change was made or its news came, for `latest`
  Both<bool> changed_by_person{};             ///< another user than ours is named as the last writer
  std::chrono::microseconds clock_skew{std::chrono::seconds(2)};  ///< inside it `latest` takes `leading`
  Side leading = Side::left;
  OscillationLimits oscillation{};
};

enum class FieldResult : std::uint8_t {
  agreed,     ///< equal on both sides; bases move, nothing is written
  write,      ///< the other side's change is carried to `to`
  conflict,   ///< both changed; the rule chose, `to` is written
  fill,       ///< first time linked, `to` is blank
  initial,    ///< first time linked and different; the rule chose, `to` is written
  restore,    ///< a change against the direction is put back on `to`
  tolerated,  ///< a change against the direction is left; bases move
  alert,      ///< a change against the direction is reported, bases stay; decided anew at each pass, so the
              ///< receiver keeps one a value
  frozen,     ///< held for a person (manual, no put, or oscillation); bases stay
  waiting,    ///< `to` has no counterpart yet of the record that the value names; bases stay
  problem,    ///< unreadable here or not holdable there; the record parks
};
std::string_view name_of(FieldResult result);

/// True for the results that write to FieldDecision::to: write, conflict, fill, initial, restore.
bool is_write(FieldResult result);

/// What was decided for one field. Fields with nothing to decide are not listed, nor are fields that
/// were frozen before.
struct FieldDecision {
  std::size_t field = 0;  ///< index into ObjectMapping::fields
  FieldResult result = FieldResult::agreed;
  Side to = Side::left;  ///< the side written to, where the result writes; a problem's side
  Both<Value> now;       ///< canonical, as read; Unknown where it cannot be read
  Value sent;            ///< canonical, as it will be held by `to` (narrowed), where the result writes or waits
  std::string rule;      ///< which rule, in words: "changed on left", "conflict: latest, left is newer"
  std::optional<Problem> problem;
};

enum class RowResult : std::uint8_t {
  fields,     ///< a row on both sides: what was decided is in its fields
  linked,     ///< on both sides, and linked now; its fields may say more
  add,        ///< to `to`, which has no such row
  remove,     ///< from `to`
  gone,       ///< removed on both sides
  tolerated,  ///< added or removed against the direction: left so
  frozen,     ///< held for a person as a whole
  problem,    ///< it cannot be read, told apart or made; the record parks
};
std::string_view name_of(RowResult result);

/// What was decided for one child row. Rows with nothing to decide are not listed.
struct RowDecision {
  std::size_t rows = 0;  ///< index into ObjectMapping::rows
  RowResult result = RowResult::fields;
  Both<std::string> id;               ///< the row's own ids; "" where it has none (yet)
  Side to = Side::left;               ///< the side written to; a problem's side
  std::string rule;                   ///< in words, as FieldDecision::rule
  std::vector<FieldDecision> fields;  ///< indexes into RowsRule::fields; of an added row what it is made of
  std::optional<Problem> problem;     ///< of the row as a whole

  bool writes(Side side) const;  ///< the row, or a field of it
  bool has_problem() const;      ///< the row, or a field of it
};

struct Decision {
  std::vector<FieldDecision> fields;  ///< of a parked record only its problems: nothing else is carried out
  std::vector<RowDecision> rows;      ///< so too
  Both<std::optional<Native>> after;  ///< per side to be written: the record's fields with the changes put in
  LinkState next;                   ///< state to store when nothing (more) is written; written fields keep their bases
  std::vector<std::string> thawed;  ///< frozen fields on which the sides agree again

  bool writes(Side side) const { return after[side].has_value(); }
  bool parked() const;  ///< some field or row has result `problem`
};

/// Compares each side with its base and decides field by field (engine: reconciling a link).
/// Pure: the same input gives the same decision. A state that is moved in costs no copy: it becomes
/// Decision::next.
Decision reconcile(const ObjectMapping& mapping, LinkState state, const Both<const Record*>& now,
                   const ReconcileContext& context);

/// The record to create on `target` for a source without counterpart: on_create_set, then every
/// field that may go that way and is neither blank nor unknown, and all child rows so too. Problems as in reconcile().
/// `next` holds no bases; settle_create() makes them. Throws PathError for an on_create_set that names
/// no writable path.
Decision decide_create(const ObjectMapping& mapping, Side target, const Record& source);

/// What a confirmed write left behind.
struct Settlement {
  LinkState next;
  bool dirty = false;                 ///< something came back other than it was read or sent: one more pass
  std::vector<std::string> adjusted;  ///< fields the system normalised while storing them
  /// Rows that the system did not add or remove as it was told, by name, with why: held for a person.
  std::map<std::string, std::string> frozen;
};

/// After `side` was written: `sent_from` the records the decision was made from, `held` what the
/// system now really holds. `own_revision`: `held` is our own write's answer, or its revision is
/// unique and our write's own, so that a difference is the system's normalisation, not a person.
/// Starts from `state` (decision.next, or an earlier settlement when both sides were written).
Settlement settle_update(const ObjectMapping& mapping, const Decision& decision, Side side,
                         const Both<const Record*>& sent_from, const Record& held, bool own_revision,
                         const LinkState& state, const ReconcileContext& context);

/// Bases after a create on `target`: `source` as it was read, `held` as it was created.
Settlement settle_create(const ObjectMapping& mapping, const Decision& decision, Side target, const Record& source,
                         const Record& held);

/// What an intent says of the fields it writes: objects of FieldSide::name → raw. `before`: what the written side held
/// when it was decided, of fields that it had; `sent`; `source`: what the other side held, by its own names.
struct IntentFields {
  Native before;
  Native sent;
  Native source;
};

/// The fields a decision writes to `side`, for its intent.
IntentFields intent_fields(const ObjectMapping& mapping, const Decision& decision, Side side,
                           const Both<const Record*>& now);

/// Settles an update whose result is unknown (crash or time-out): fields of `held` that hold what was sent get both
/// bases moved to (source value then, held now). An update takes effect as a whole: those that hold neither that nor
/// what was there before were changed since by somebody who saw what was sent, and that is their base; not so where
/// another field still holds what was there before (it is written again) and none holds anew what was sent. A create
/// of which `held` is surely what it made took effect, too; else a value that is blank, or differs where most do, may
/// be a person's own: it gets no base.
struct IntentSettlement {
  LinkState next;
  std::set<std::string> confirmed;  ///< FieldSide::name of the written side: holds what was sent
  bool done = false;                ///< every field does
};
enum class Made : std::uint8_t { surely, perhaps };
IntentSettlement settle_intent(const ObjectMapping& mapping, Side side, const IntentFields& intent, const Record& held,
                               const LinkState& state, Made made = Made::surely);

/// Of that update: the fields (FieldSide::name) of which nothing tells whether they were written, for `held` holds
/// neither what was sent nor what was there before: somebody has changed them since. Lists of rows (their path) so too.
std::set<std::string> overtaken_fields(const ObjectMapping& mapping, Side side, const IntentFields& intent,
                                       const Record& held);

}  // namespace counterpart
