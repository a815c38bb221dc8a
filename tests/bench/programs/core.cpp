// How many contacts of 30 fields, and invoices of 200 lines, the pure core decides a second, on one core: both records
// as they were read, what is remembered of the pair, and out comes what is to be written.
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mapping/codecs/codec.h"
#include "mapping/reconcile/reconcile.h"
#include "mapping/reconcile/totals.h"
#include "mapping/values/json.h"

namespace counterpart::bench {
namespace {

using Steady = std::chrono::steady_clock;

struct Spelling {
  std::string codec;
  Native value;
  Native edited;
};
struct Kind {
  Both<Spelling> side;
};

/// What contacts hold, five times over with a name of their own makes thirty.
std::vector<Kind> kinds() {
  return {
      {{{"text", "Hauptstraße 17", "Hauptstraße 18"}, {"text", "Hauptstraße 17", "Hauptstraße 18"}}},
      {{{"email", "ada@Example.com", "ada@example.org"}, {"email", "ada@example.com", "ada@example.org"}}},
      {{{"phone(DE)", "030 901820", "030 901821"}, {"phone(DE)", "+4930901820", "+4930901821"}}},
      {{{"date", "1980-12-31", "1981-01-01"}, {"date('dd.MM.yyyy')", "31.12.1980", "01.01.1981"}}},
      {{{"number", Native::integer(1234), Native::integer(1235)}, {"decimal(de)", "1234,00", "1235,00"}}},
      {{{"boolean", Native(true), Native(false)}, {"boolean('ja','nein')", "ja", "nein"}}},
  };
}

FieldSide side_of(const std::string& name, const std::string& specification, Side side) {
  auto made = make_codec(specification, side, [](std::string_view) { return nullptr; });
  if (const auto* error = std::get_if<CodecError>(&made)) throw std::invalid_argument(error->what);
  FieldSide field;
  field.paths.push_back(Path::parse(name));
  field.name = name;
  field.codec = std::get<CodecPtr>(std::move(made));
  return field;
}

struct Contacts {
  ObjectMapping mapping;
  Both<Native> agreed{Native(Native::Object{}), Native(Native::Object{})};
  Native edited{Native::Object{}};  ///< the left one, every field changed

  Contacts() {
    constexpr int kTimes = 5;
    mapping.name = "contacts";
    for (int time = 0; time < kTimes; ++time) {
      for (const Kind& kind : kinds()) add("field_" + std::to_string(mapping.fields.size()), kind);
    }
  }

 private:
  void add(const std::string& name, const Kind& kind) {
    FieldRule rule;
    rule.name = name;
    for (const Side side : kSides) {
      rule.side[side] = side_of(name, kind.side[side].codec, side);
      agreed[side].set(name, kind.side[side].value);
    }
    edited.set(name, kind.side.left.edited);
    mapping.fields.push_back(std::move(rule));
  }
};

Record record_of(Native fields) {
  Record record;
  record.id = "1";
  record.fields = std::move(fields);
  return record;
}

/// How often a second it is done, over at least 0.7 s.
template <class Do>
double per_second(int turns, Do once) {
  constexpr auto kLeast = std::chrono::milliseconds(700);
  std::size_t done = 0;
  const auto began = Steady::now();
  while (Steady::now() - began < kLeast) {
    for (int turn = 0; turn < turns; ++turn) once();
    done += static_cast<std::size_t>(turns);
  }
  return static_cast<double>(done) / std::chrono::duration<double>(Steady::now() - began).count();
}

/// Decisions a second about this pair; each also must find so many fields to write.
double contacts_per_second(const Contacts& contacts, const Native& left_now, std::size_t writes) {
  constexpr int kTurns = 500;
  const Record left = record_of(left_now);
  const Record right = record_of(contacts.agreed.right);
  LinkState state;
  state.base = contacts.agreed;
  return per_second(kTurns, [&] {
    const Decision decision = reconcile(contacts.mapping, state, {&left, &right}, ReconcileContext{});
    if (decision.fields.size() != writes) throw std::runtime_error("it decided other than it should");
  });
}

/// Lines of product, text, quantity, price, discount and tax rate, which both sides hold and have agreed on.
struct Invoice {
  static constexpr int kLines = 200;
  ObjectMapping mapping;
  Both<Record> record;
  LinkState state;

  Invoice() {
    mapping.name = "invoices";
    RowsRule lines;
    lines.name = "lines";
    for (const Side side : kSides) lines.side[side] = {Path::parse("lines"), "id", {}};
    add_fields(lines);
    TotalsRule totals;
    totals.quantity = 2;
    totals.price = 3;
    totals.discount = 4;
    totals.tax = 5;
    lines.totals = totals;
    mapping.rows.push_back(std::move(lines));
    Native::Array left;
    Native::Array right;
    for (int i = 0; i < kLines; ++i) add_line(i, left, right);
    record.left = record_of(Native(Native::Object{{"lines", Native(std::move(left))}}));
    record.right = record_of(Native(Native::Object{{"lines", Native(std::move(right))}}));
    settle();
  }

  /// With so many of its lines edited on the left.
  Record edited(int lines) const {
    Record now = record.left;
    auto& rows = now.fields.member("lines")->array();
    for (std::size_t i = 0; i < static_cast<std::size_t>(lines); ++i)
      rows[i].set("price", Native(Native::Number{"7.77"}));
    return now;
  }

 private:
  static void add_fields(RowsRule& lines) {
    const std::pair<const char*, Both<const char*>> fields[] = {{"product", {"text", "text"}},
                                                                {"description", {"text", "text"}},
                                                                {"quantity", {"number", "decimal(de)"}},
                                                                {"price", {"number", "decimal(de)"}},
                                                                {"discount", {"percent", "percent(sign, de)"}},
                                                                {"tax", {"percent(fraction)", "percent"}}};
    for (const auto& [name, codecs] : fields) {
      FieldRule& rule = lines.fields.emplace_back();
      rule.name = name;
      for (const Side side : kSides) rule.side[side] = side_of(name, codecs[side], side);
    }
  }

  static void add_line(int i, Native::Array& left, Native::Array& right) {
    const std::string number = std::to_string(i);
    const bool reduced = i % 2 == 0;
    left.push_back(Native(Native::Object{{"id", number},
                                         {"product", "A-" + number},
                                         {"description", "Artikel " + number},
                                         {"quantity", Native::integer(1 + i % 9)},
                                         {"price", Native(Native::Number{"19." + std::to_string(10 + i % 90)})},
                                         {"discount", Native::integer(i % 30)},
                                         {"tax", Native(Native::Number{reduced ? "0.07" : "0.19"})}}));
    right.push_back(Native(Native::Object{{"id", "r" + number},
                                          {"product", "A-" + number},
                                          {"description", "Artikel " + number},
                                          {"quantity", std::to_string(1 + i % 9)},
                                          {"price", "19," + std::to_string(10 + i % 90)},
                                          {"discount", std::to_string(i % 30) + " %"},
                                          {"tax", Native::integer(reduced ? 7 : 19)}}));
  }

  void settle() { state = reconcile(mapping, state, {&record.left, &record.right}, ReconcileContext{}).next; }
};

double invoices_per_second(const Invoice& invoice, int edited) {
  constexpr int kTurns = 20;
  const Record left = invoice.edited(edited);
  return per_second(kTurns, [&] {
    const Decision decision =
        reconcile(invoice.mapping, invoice.state, {&left, &invoice.record.right}, ReconcileContext{});
    if (decision.rows.size() != static_cast<std::size_t>(edited) || decision.parked()) {
      throw std::runtime_error("it decided other than it should");
    }
  });
}

/// Both sides' sums, compared.
double sums_per_second(const Invoice& invoice) {
  constexpr int kTurns = 20;
  FieldStates state = invoice.state;
  return per_second(kTurns, [&] {
    if (compare_totals(invoice.mapping, {invoice.record.left, invoice.record.right}, state)) {
      throw std::runtime_error("the sums are not the same");
    }
  });
}

void measure() {
  const Contacts contacts;
  const std::string one_field = contacts.mapping.fields.front().name;
  Native one = contacts.agreed.left;
  one.set(one_field, *contacts.edited.member(one_field));
  const std::size_t fields = contacts.mapping.fields.size();
  std::printf(
      R"({"fields":%zu,"unchanged_per_second":%.0f,"one_changed_per_second":%.0f,"all_changed_per_second":%.0f,)",
      fields, contacts_per_second(contacts, contacts.agreed.left, 0), contacts_per_second(contacts, one, 1),
      contacts_per_second(contacts, contacts.edited, fields));
  const Invoice invoice;
  std::printf(R"("lines":%d,"unchanged_invoices_per_second":%.0f,"one_line_changed_per_second":%.0f,)", Invoice::kLines,
              invoices_per_second(invoice, 0), invoices_per_second(invoice, 1));
  std::printf(R"("all_lines_changed_per_second":%.0f,"sums_per_second":%.0f})",
              invoices_per_second(invoice, Invoice::kLines), sums_per_second(invoice));
  std::puts("");
}

}  // namespace
}  // namespace counterpart::bench

int main() {
  try {
    counterpart::bench::measure();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_core: %s\n", error.what());
    return 1;
  }
}
