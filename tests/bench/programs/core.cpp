// How many contacts of 30 fields the pure core decides a second, on one core: both records as they were read, what is
// remembered of the pair, and out comes what is to be written.
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mapping/codecs/codec.h"
#include "mapping/reconcile/reconcile.h"
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

/// Decisions a second about this pair; each also must find so many fields to write.
double per_second(const Contacts& contacts, const Native& left_now, std::size_t writes) {
  constexpr int kTurns = 500;
  constexpr auto kLeast = std::chrono::milliseconds(700);
  const Record left = record_of(left_now);
  const Record right = record_of(contacts.agreed.right);
  const ReconcileContext context;
  LinkState state;
  state.base = contacts.agreed;
  std::size_t decided = 0;
  const auto began = Steady::now();
  while (Steady::now() - began < kLeast) {
    for (int turn = 0; turn < kTurns; ++turn) {
      const Decision decision = reconcile(contacts.mapping, state, {&left, &right}, context);
      if (decision.fields.size() != writes) throw std::runtime_error("it decided other than it should");
      ++decided;
    }
  }
  return static_cast<double>(decided) / std::chrono::duration<double>(Steady::now() - began).count();
}

void measure() {
  const Contacts contacts;
  const std::string one_field = contacts.mapping.fields.front().name;
  Native one = contacts.agreed.left;
  one.set(one_field, *contacts.edited.member(one_field));
  std::printf(
      R"({"fields":%zu,"unchanged_per_second":%.0f,"one_changed_per_second":%.0f,"all_changed_per_second":%.0f})",
      contacts.mapping.fields.size(), per_second(contacts, contacts.agreed.left, 0), per_second(contacts, one, 1),
      per_second(contacts, contacts.edited, contacts.mapping.fields.size()));
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
