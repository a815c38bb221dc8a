#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/codecs/codec.h"
#include "mapping/expression/expression.h"
#include "mapping/expression/path.h"
#include "mapping/schema/value_rules.h"
#include "mapping/values/record.h"
#include "mapping/values/side.h"

namespace counterpart {

/// Which way a field goes.
enum class Direction : std::uint8_t { both, to_left, to_right };

/// True if values may be carried to that side.
constexpr bool allows(Direction direction, Side to) {
  return direction == Direction::both || direction == (to == Side::left ? Direction::to_left : Direction::to_right);
}

/// What happens to a change that the direction forbids to carry over.
enum class Forbidden : std::uint8_t { tolerate, restore, alert };

/// Who wins when both sides changed a field since they last agreed.
enum class ConflictRule : std::uint8_t { left, right, latest, manual, keep_non_blank, min, max };

/// Who wins when two records are linked that differ and have no base yet (one blank: fill).
enum class InitialRule : std::uint8_t { left, right, manual };

/// What to do with a record that has no counterpart; keyed by the side that is written to.
enum class OnCreate : std::uint8_t { create, ignore };

/// What to do when the other side's record is gone; keyed by the side that is written to.
enum class OnDelete : std::uint8_t { ignore, park };

/// One side of a field rule.
struct FieldSide {
  std::vector<Path> paths;  ///< as many as the codec's arity
  std::string name;         ///< the paths' texts joined by " + ": the key in bases and messages
  CodecPtr codec;
  std::optional<Expression> clean;  ///< over the name `value`, part of reading this side; with several paths, of each
  std::shared_ptr<const ValueRules> validate = nullptr;  ///< what is asked of values written here; nullptr: nothing
};

struct FieldRule {
  std::string name;  ///< for messages and `explain`
  Both<FieldSide> side;
  Direction direction = Direction::both;
  Forbidden forbidden = Forbidden::tolerate;
  ConflictRule conflict = ConflictRule::manual;
  InitialRule initial = InitialRule::manual;
  bool empty_never_overwrites = false;
};

/// One side of a collection of child rows.
struct RowsSide {
  Path path;             ///< of the array of rows, in the record
  std::string id;        ///< the member of a row that holds its own id
  Native on_create_set;  ///< object: path text → value put into rows added there
};

/// Where amounts are rounded to the currency's minor unit: each row's, or their sum.
enum class RoundAt : std::uint8_t { row, document };
enum class DiscountIs : std::uint8_t { percent, amount };
enum class SumOf : std::uint8_t { discount, net, tax, gross };
std::string_view name_of(SumOf sum);

/// A sum that a record itself tells.
struct ToldSum {
  SumOf sum = SumOf::gross;
  FieldSide field;
};

/// How the rows of a document add up: net = quantity × price − discount, tax of the net, a rate at a time.
struct TotalsRule {
  std::optional<std::size_t> quantity;  ///< indexes into RowsRule::fields; a row without quantity counts once
  std::size_t price = 0;                ///< of one piece, net
  std::optional<std::size_t> discount;
  DiscountIs discount_is = DiscountIs::percent;
  std::optional<std::size_t> tax;  ///< a rate in percent
  RoundAt round = RoundAt::row;
  unsigned digits = 2;  ///< of the currency's minor unit
  Both<std::vector<ToldSum>> told;
};

/// Child rows of a record: lines of a document, addresses. Rows are linked by their own ids, never by their place.
struct RowsRule {
  std::string name;  ///< for messages, history and frozen rows
  Both<RowsSide> side;
  std::vector<FieldRule> fields;  ///< their paths begin in the row
  std::vector<std::size_t> key;  ///< indexes into `fields`: what pairs rows without a link, where it matches one to one
  Direction direction = Direction::both;         ///< to which sides rows may be added, and from which removed
  ConflictRule conflict = ConflictRule::manual;  ///< a row removed on one side and edited on the other
  InitialRule initial = InitialRule::manual;     ///< rows that one side has alone when two records are linked first
  std::optional<TotalsRule> totals;
};

enum class KeyKind : std::uint8_t { email, vat_id, code };
constexpr std::string_view name_of(KeyKind kind) {
  return kind == KeyKind::email ? "email" : kind == KeyKind::vat_id ? "vat_id" : "code";
}

/// A field that says who a record is, in order of trust.
struct MatchKey {
  KeyKind kind = KeyKind::email;
  std::size_t field = 0;  ///< index into ObjectMapping::fields
};

/// A record that a record turns into.
struct Heir {
  std::string mapping;  ///< the object mapping that it takes part in
  Path id;              ///< where the record tells its id
};

/// When a record turns into others of its system: a lead that is converted.
struct Becoming {
  Expression when;  ///< over the record, as `where`
  std::vector<Heir> heirs;
};

/// An object type on the left, its counterpart type on the right, and the rules between them.
struct ObjectMapping {
  std::string name;
  Both<std::string> object;               ///< the connectors' object names
  Both<std::optional<Expression>> where;  ///< scope: the record's top-level members by name
  /// True of a record that its system does not let anybody edit any more (a posted invoice); over its members, as
  /// `where`.
  Both<std::optional<Expression>> final_when;
  Both<std::optional<Becoming>> becomes;
  Both<Native> on_create_set;  ///< object: path text → value put into records created there
  Both<OnCreate> on_create{OnCreate::create, OnCreate::create};
  Both<OnDelete> on_delete{OnDelete::park, OnDelete::park};
  std::vector<MatchKey> match;
  std::vector<FieldRule> fields;
  std::vector<RowsRule> rows;
};

/// What a record shows in its fields, or one of its child rows in its own.
struct Shown {
  Shown(const Record& record) : fields(&record.fields), absent_is_blank(record.absent_is_blank) {}
  Shown(const Native& row, bool blank_where_absent) : fields(&row), absent_is_blank(blank_where_absent) {}

  const Native* fields;
  bool absent_is_blank;  ///< the system leaves out blank fields
};

/// A field's canonical value on one side: Unknown where the top-level member is missing (Blank where
/// the record says absent_is_blank), Blank where a deeper step is; cleaned, then parsed.
Parsed read_field(const FieldSide& side, const Shown& record);

/// The raw value that a base keeps: the native at the path (an array of them for several paths);
/// null where nothing is there; nullopt where the value is unknown.
std::optional<Native> raw_of(const FieldSide& side, const Shown& record);

/// raw_of() in fields that are no record (yet), such as the ones to be sent; null where absent.
Native raw_in(const FieldSide& side, const Native& fields);

/// raw_of(side, record) == raw, without copying anything.
bool holds_raw(const FieldSide& side, const Shown& record, const Native& raw);

/// True if the side shows what was sent there, or what it would hold of it.
bool holds_sent(const FieldSide& side, const Native& raw_sent, const Shown& held);

/// The canonical value of a raw kept in a base, cleaned and parsed with today's codec.
Parsed parse_raw(const FieldSide& side, const Native& raw);

/// Puts a value, narrowed and spelled by the side's codec, into a record's fields; a Problem where it
/// cannot be held.
std::optional<Problem> write_field(const FieldSide& side, const Value& value, Native& fields);

/// What the side would hold of a value; blank and unknown stay what they are.
Value narrowed(const FieldSide& side, const Value& value);

/// l = r, or one is what the other's side would hold of it.
bool equal(const FieldRule& rule, const Value& left, const Value& right);

/// True if the record is in the mapping's scope on that side. Throws EvaluationError.
bool in_scope(const ObjectMapping& mapping, Side side, const Record& record);

/// An heir that a record tells of.
struct TurnedInto {
  std::string mapping;
  std::string id;
};

/// What the record has turned into; nullopt: it is still itself. Throws EvaluationError.
std::optional<std::vector<TurnedInto>> turned_into(const ObjectMapping& mapping, Side side, const Record& record);

/// True if the record is final on that side: it is not to be written. Throws EvaluationError.
bool is_final(const ObjectMapping& mapping, Side side, const Record& record);

}  // namespace counterpart
