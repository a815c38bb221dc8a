#include "mapping/reconcile/row_intents.h"

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>

#include "mapping/reconcile/row_pairing.h"

namespace counterpart {
namespace {

/// Raw values of the given fields, with the row's id.
Native raw_fields(const RowsRule& rule, Side side, const std::vector<std::size_t>& fields, const Native& row,
                  const std::string& id) {
  Native raw{Native::Object{}};
  if (!id.empty()) raw.set(kRowId, id);
  for (const std::size_t field : fields) {
    raw.set(rule.fields[field].side[side].name, raw_in(rule.fields[field].side[side], row));
  }
  return raw;
}

Native id_alone(const std::string& id) {
  Native row{Native::Object{}};
  row.set(kRowId, id);
  return row;
}

std::vector<std::size_t> written_fields(const RowDecision& row, Side side) {
  std::vector<std::size_t> written;
  for (const FieldDecision& field : row.fields) {
    if (is_write(field.result) && field.to == side) written.push_back(field.field);
  }
  return written;
}

/// The rows without an id, in their order.
std::vector<const Native*> new_rows(const RowsSide& side, const Native& fields) {
  std::vector<const Native*> rows;
  const Native* all = side.path.find(fields);
  if (all == nullptr || !all->is_array()) return rows;
  for (const Native& row : all->array()) {
    const Native* id = row.member(side.id);
    if (id == nullptr || id->is_null()) rows.push_back(&row);
  }
  return rows;
}

/// The element of a list under that name; null where there is none.
Native element(const Native& object, const std::string& name, std::size_t place) {
  const Native* list = object.member(name);
  return list != nullptr && list->is_array() && place < list->array().size() ? list->array()[place] : Native{};
}

/// Puts a raw value back to where raw_in() finds it.
void put_raw(const FieldSide& side, const Native& raw, Native& row) {
  if (side.paths.size() == 1) return side.paths.front().set(row, raw);
  for (std::size_t i = 0; i < side.paths.size() && raw.is_array(); ++i) {
    if (i < raw.array().size()) side.paths[i].set(row, raw.array()[i]);
  }
}

bool lists_id(const Native& rows, const std::string& id) {
  return rows.is_array() && std::ranges::any_of(rows.array(), [&](const Native& row) { return id_in(row) == id; });
}

struct Lists {
  Native::Array before, sent, source;

  void add(Native was, Native wanted, Native origin) {
    before.push_back(std::move(was));
    sent.push_back(std::move(wanted));
    source.push_back(std::move(origin));
  }
};

}  // namespace

void add_rows_to_intent(const ObjectMapping& mapping, std::size_t rows, const Decision& decision, Side side,
                        const Both<const Record*>& now, IntentFields& fields) {
  const RowsRule& rule = mapping.rows[rows];
  const Side from = other(side);
  const auto added = new_rows(rule.side[side], *decision.after[side]);
  auto next_added = added.begin();
  Lists lists;
  for (const RowDecision& row : decision.rows) {
    if (row.rows != rows || !row.writes(side)) continue;
    const auto written = written_fields(row, side);
    const std::string& id = row.id[side];
    const Native* was = id.empty() || now[side] == nullptr ? nullptr : find_row(rule.side[side], now[side]->fields, id);
    const Native* origin = find_row(rule.side[from], now[from]->fields, row.id[from]);
    if (row.result == RowResult::remove) {
      const bool blank_where_absent = now[side] != nullptr && now[side]->absent_is_blank;
      lists.add(was == nullptr ? id_alone(id) : base_of_row(rule, side, {id, was}, blank_where_absent), id_alone(id),
                Native{});
    } else if (row.result == RowResult::add) {
      if (next_added == added.end() || origin == nullptr) continue;
      lists.add(Native{}, raw_fields(rule, side, written, **next_added++, ""),
                raw_fields(rule, from, written, *origin, row.id[from]));
    } else if (was != nullptr && origin != nullptr) {
      const Native* sent = find_row(rule.side[side], std::as_const(*decision.after[side]), id);
      if (sent == nullptr) continue;
      lists.add(raw_fields(rule, side, written, *was, id), raw_fields(rule, side, written, *sent, id),
                raw_fields(rule, from, written, *origin, row.id[from]));
    }
  }
  if (lists.sent.empty()) return;
  for (const RowDecision& row : decision.rows) {
    if (row.rows != rows || row.id[side].empty()) continue;
    lists.before.push_back(id_alone(row.id[side]));
  }
  if (now[side] != nullptr) fields.before.set(rule.side[side].path.text(), std::move(lists.before));
  fields.sent.set(rule.side[side].path.text(), std::move(lists.sent));
  fields.source.set(rule.side[from].path.text(), std::move(lists.source));
}

RowsInIntent::RowsInIntent(const RowsRule& rule, Side side, const IntentFields& intent, const Record& held,
                           FieldStates& next)
    : rule_(rule), side_(side), linked_(rule, next), absent_is_blank_(held.absent_is_blank) {
  const std::string target = rule.side[side].path.text();
  const Native* sent = intent.sent.member(target);
  if (sent == nullptr || !sent->is_array()) return;
  shown_ = known_rows_of(rule.side[side], held);
  for (std::size_t i = 0; i < sent->array().size(); ++i) {
    Row& row = rows_.emplace_back();
    row.sent = sent->array()[i];
    row.before = element(intent.before, target, i);
    row.source = element(intent.source, rule.side[other(side)].path.text(), i);
  }
  const Native* before = intent.before.member(target);
  for (Row& row : rows_) row.held = row.is_added() ? nullptr : shown(id_in(row.sent));
  look_for_unknown(before == nullptr ? Native{} : *before,
                   !intent.before.is_object() || intent.before.object().empty());
  for (Row& row : rows_) look_at(row);
}

bool RowsInIntent::done() const {
  return std::ranges::all_of(rows_, [](const Row& row) { return row.found == Found::as_sent; });
}

bool RowsInIntent::is_overtaken() const {
  return !done() && !std::ranges::all_of(rows_, [](const Row& row) { return row.found == Found::as_before; });
}

/// Rows that nobody knows yet may be those that were to be added, or others of the intent under new ids.
void RowsInIntent::look_for_unknown(const Native& before, bool is_create) {
  std::vector<Row*> wanted;
  std::vector<ShownRow> sent;
  std::deque<Native> natives;
  for (Row& row : rows_) {
    if (row.held != nullptr) continue;
    wanted.push_back(&row);
    sent.push_back({"", &natives.emplace_back(expected(row))});
  }
  std::vector<ShownRow> unknown;
  for (const ShownRow& row : shown_) {
    if (!linked_.find(side_, row.id) && !lists_id(before, row.id)) unknown.push_back(row);
  }
  const Tell tell = is_create ? Tell::by_order : Tell::by_key;
  const auto found = find_sent_rows(rule_, side_, sent, unknown, absent_is_blank_, tell);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (found[i] != nullptr) wanted[i]->held = shown(found[i]->id);
  }
}

/// What a row is to look like after the write; one to be removed, before it.
Native RowsInIntent::expected(const Row& row) const {
  Native native{Native::Object{}};
  const auto pair = row.is_added() ? std::nullopt : linked_.find(side_, id_in(row.sent));
  const Native& told = row.is_removed() ? row.before : row.sent;
  for (const FieldRule& field : rule_.fields) {
    const std::string& name = field.side[side_].name;
    const Native* raw = told.member(name);
    if (raw == nullptr && pair) raw = linked_.base(*pair, side_).member(name);
    if (raw != nullptr) put_raw(field.side[side_], *raw, native);
  }
  return native;
}

const ShownRow* RowsInIntent::shown(std::string_view id) const {
  const auto found = std::ranges::find(shown_, id, &ShownRow::id);
  return found == shown_.end() ? nullptr : &*found;
}

void RowsInIntent::look_at(Row& row) {
  row.found = found_in(row);
  if (row.is_added() || row.is_removed() || row.held == nullptr) {
    has_one_from_before_ = has_one_from_before_ || row.found == Found::as_before;
    took_effect_ = took_effect_ || row.found == Found::as_sent;
    return;
  }
  // Each field tells by itself: a person may have changed another one of the row since.
  for (const FieldRule& field : rule_.fields) {
    const Native* sent = row.sent.member(field.side[side_].name);
    const Native* before = row.before.member(field.side[side_].name);
    if (sent == nullptr || before == nullptr) continue;
    const Shown now(*row.held->native, absent_is_blank_);
    const bool is_sent = holds_sent(field.side[side_], *sent, now);
    const bool is_before = holds_sent(field.side[side_], *before, now);
    took_effect_ = took_effect_ || (is_sent && !is_before);
    has_one_from_before_ = has_one_from_before_ || (is_before && !is_sent);
  }
}

RowsInIntent::Found RowsInIntent::found_in(const Row& row) const {
  if (row.is_removed()) return row.held == nullptr ? Found::as_sent : Found::as_before;
  if (row.held == nullptr) return row.is_added() ? Found::as_before : Found::otherwise;
  if (holds_all(row.sent, *row.held)) return Found::as_sent;
  return !row.is_added() && holds_all(row.before, *row.held) ? Found::as_before : Found::otherwise;
}

bool RowsInIntent::holds_all(const Native& fields, const ShownRow& row) const {
  return std::ranges::all_of(rule_.fields, [&](const FieldRule& field) {
    const Native* raw = fields.member(field.side[side_].name);
    return raw == nullptr || holds_sent(field.side[side_], *raw, Shown(*row.native, absent_is_blank_));
  });
}

bool RowsInIntent::is_told(const Row& row, bool took_effect) const {
  return row.held != nullptr && (row.found == Found::as_sent || took_effect);
}

void RowsInIntent::settle(bool took_effect, bool is_create) {
  if (is_create && !std::ranges::all_of(rows_, [&](const Row& row) { return is_told(row, took_effect); })) return;
  for (const Row& row : rows_) {
    if (row.is_removed()) {
      settle_removed(row);
    } else if (!row.is_added()) {
      settle_fields(row, took_effect);
    } else if (is_told(row, took_effect)) {
      link(row);
    }
  }
}

void RowsInIntent::settle_removed(const Row& row) {
  const auto pair = linked_.find(side_, id_in(row.sent));
  if (row.found != Found::as_sent || !pair) return;
  linked_.forget(linked_.ids(*pair));
  linked_.drop(*pair);
}

void RowsInIntent::settle_fields(const Row& row, bool took_effect) {
  const auto pair = linked_.find(side_, id_in(row.sent));
  if (!pair || row.held == nullptr) return;
  FieldStates state = linked_.state_of(*pair);
  state.base[side_].set(kRowId, row.held->id);
  for (const FieldRule& rule : rule_.fields) {
    const FieldSide& field = rule.side[side_];
    const FieldSide& origin = rule.side[other(side_)];
    const Native* sent = row.sent.member(field.name);
    const Native* source = row.source.member(origin.name);
    if (sent == nullptr || source == nullptr) continue;
    const Shown held(*row.held->native, absent_is_blank_);
    const bool as_sent = holds_sent(field, *sent, held);
    if (!as_sent && !took_effect) continue;
    state.base[side_].set(field.name, as_sent ? raw_of(field, held).value_or(Native{}) : *sent);
    state.base[other(side_)].set(origin.name, *source);
  }
  linked_.put(*pair, std::move(state));
}

void RowsInIntent::link(const Row& row) {
  Both<Native> bases;
  bases[other(side_)] = row.source;
  bases[side_] = row.sent;
  bases[side_].set(kRowId, row.held->id);
  linked_.add(std::move(bases));
}

}  // namespace counterpart
