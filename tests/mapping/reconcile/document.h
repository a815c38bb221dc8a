#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mapping/reconcile/linked_rows.h"
#include "tests/mapping/reconcile/support.h"

namespace counterpart::testing {

/// A document on both sides, with lines: left `lines` of `id`, right `positions` of `no`; product, quantity, price.
inline ObjectMapping document_mapping() {
  ObjectMapping mapping = mapping_of({text_field("title")});
  RowsRule lines;
  lines.name = "lines";
  lines.side.left = {Path::parse("lines"), "id", {}};
  lines.side.right = {Path::parse("positions"), "no", {}};
  const auto field = [](const std::string& name, const std::string& right, const char* l, const char* r) {
    FieldRule rule;
    rule.name = name;
    rule.side = {side_of({name}, codec(l)), side_of({right}, codec(r, Side::right))};
    rule.conflict = ConflictRule::left;
    rule.initial = InitialRule::left;
    return rule;
  };
  lines.fields = {field("product", "article", "text", "text"), field("quantity", "count", "number", "decimal(de)"),
                  field("price", "amount", "decimal", "decimal(de)")};
  lines.key = {0};
  mapping.rows.push_back(std::move(lines));
  return mapping;
}

/// A system that holds one document, and gives ids to new rows.
struct Holder {
  const RowsSide* rows = nullptr;
  Record record;
  int next_id = 1;
  std::function<void(Native& fields)> stores;  ///< what it makes of what it is sent, before ids are given

  Native::Array& all() { return rows->path.find(record.fields)->array(); }

  Native* find(std::string_view member, std::string_view value) {
    for (Native& row : all()) {
      const Native* held = row.member(member);
      if (held != nullptr && held->plain() == value) return &row;
    }
    return nullptr;
  }

  void add(Native row) {
    row.set(rows->id, Native(std::to_string(next_id++)));
    all().push_back(std::move(row));
  }

  bool remove(std::string_view member, std::string_view value) {
    return std::erase_if(all(), [&](const Native& row) {
             const Native* held = row.member(member);
             return held != nullptr && held->plain() == value;
           }) > 0;
  }

  void renew_ids() {
    for (Native& row : all()) row.set(rows->id, Native(std::to_string(next_id++)));
  }

  void store(Native fields) {
    if (stores) stores(fields);
    record.fields = std::move(fields);
    for (Native& row : all()) {
      const Native* id = row.member(rows->id);
      if (id == nullptr || id->is_null()) row.set(rows->id, Native(std::to_string(next_id++)));
    }
  }
};

/// The document in both systems, and what is remembered of the link; and the passes that a worker makes.
struct Document {
  ObjectMapping mapping = document_mapping();
  Both<Holder> system;
  LinkState state;
  ReconcileContext context;
  std::vector<RowDecision> decided;  ///< of all passes
  int writes = 0;

  Document() {
    for (const Side side : kSides) {
      system[side].rows = &mapping.rows[0].side[side];
      system[side].record.id = "7";
    }
    system.left.record.fields = json(R"({"title": "t", "lines": []})");
    system.right.record.fields = json(R"({"title": "t", "positions": []})");
    system.right.next_id = 101;
  }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  Both<const Record*> now() const { return {&system.left.record, &system.right.record}; }

  void add_left(const std::string& product, const std::string& quantity, const std::string& price) {
    Native row{Native::Object{}};
    row.set("product", product);
    row.set("quantity", Native(Native::Number{quantity}));
    row.set("price", price);
    system.left.add(std::move(row));
  }

  void add_right(const std::string& article, const std::string& count, const std::string& amount) {
    Native row{Native::Object{}};
    row.set("article", article);
    row.set("count", count);
    row.set("amount", amount);
    system.right.add(std::move(row));
  }

  Decision decide() { return reconcile(mapping, state, now(), context); }

  /// One pass: decide, write, settle. Whether anything was written.
  bool pass() {
    context.now += std::chrono::seconds(1);
    const Record left = system.left.record;
    const Record right = system.right.record;
    const Both<const Record*> read{&left, &right};
    Decision decision = reconcile(mapping, state, read, context);
    for (const RowDecision& row : decision.rows) decided.push_back(row);
    if (decision.parked()) return false;
    state = decision.next;
    bool wrote = false;
    for (const Side side : kSides) {
      if (!decision.writes(side)) continue;
      wrote = true;
      ++writes;
      system[side].store(*decision.after[side]);
      state = settle_update(mapping, decision, side, read, system[side].record, false, state, context).next;
    }
    return wrote;
  }

  /// Passes until nothing is written any more; at most so many.
  int rest(int most = 20) {
    for (int passes = 0; passes < most; ++passes) {
      if (!pass()) return passes;
    }
    ADD_FAILURE() << "it writes for ever";
    return most;
  }

  /// "product × quantity @ price" of each row, in order.
  std::vector<std::string> left_rows() { return rows_of_side(Side::left, "product", "quantity", "price"); }
  std::vector<std::string> right_rows() { return rows_of_side(Side::right, "article", "count", "amount"); }

  std::vector<std::string> rows_of_side(Side side, const char* product, const char* quantity, const char* price) {
    std::vector<std::string> shown;
    const auto plain = [](const Native& row, const char* name) {
      const Native* value = row.member(name);
      return value == nullptr ? std::string() : value->plain();
    };
    for (const Native& row : system[side].all()) {
      shown.push_back(plain(row, product) + " × " + plain(row, quantity) + " @ " + plain(row, price));
    }
    return shown;
  }
};

}  // namespace counterpart::testing
