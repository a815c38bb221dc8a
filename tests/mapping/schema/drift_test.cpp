#include "mapping/schema/drift.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/expression/path.h"
#include "mapping/schema/description_json.h"

namespace counterpart {
namespace {

using testing::ElementsAre;

FieldDescription field(std::string name, std::string type = "text") {
  FieldDescription made;
  made.name = std::move(name);
  made.type = std::move(type);
  return made;
}

FieldDescription options(std::vector<std::string> all) {
  FieldDescription made = field("state", "option");
  made.options = std::move(all);
  return made;
}

FieldDescription with(const std::function<void(FieldDescription&)>& change) {
  FieldDescription made = field("name");
  made.max_length = 40;
  change(made);
  return made;
}

ObjectDescription object(std::vector<FieldDescription> fields) {
  return {std::move(fields), {}};
}

std::vector<std::string> told(const ObjectDescription& before, const ObjectDescription& now) {
  std::vector<std::string> lines;
  for (const SchemaChange& change : changes_between(before, now)) {
    lines.push_back(std::string(name_of(change.kind)) + (narrows(change.kind) ? "!" : "") + ": " + change.field + " " +
                    change.what);
  }
  return lines;
}

TEST(SchemaDrift, TellsEachChangeOfAFieldAndWhetherItNarrows) {
  const FieldDescription before = with([](FieldDescription&) {});
  struct Case {
    std::function<void(FieldDescription&)> change;
    const char* expected;
  };
  const Case cases[] = {
      {[](FieldDescription& f) { f.type = "number"; }, "type_changed!: name is of type 'number' instead of 'text'"},
      {[](FieldDescription& f) { f.max_length = 20; }, "shortened!: name holds 20 characters instead of 40 characters"},
      {[](FieldDescription& f) { f.max_length = 80; }, "lengthened: name holds 80 characters instead of 40 characters"},
      {[](FieldDescription& f) { f.max_length.reset(); },
       "lengthened: name holds any number of characters instead of 40 characters"},
      {[](FieldDescription& f) { f.required = true; }, "required: name must be filled now"},
      {[](FieldDescription& f) { f.read_only = true; }, "read_only!: name cannot be written any more"},
      {[](FieldDescription& f) { f.options = {"a"}; }, "options_removed!: name takes the options 'a' only"},
  };
  for (const Case& each : cases) {
    EXPECT_THAT(told(object({before}), object({with(each.change)})), ElementsAre(each.expected));
  }
  EXPECT_THAT(told(object({before}), object({before})), ElementsAre());
  EXPECT_THAT(told(object({before}), object({with([](FieldDescription& f) { f.label = "Nom"; })})), ElementsAre())
      << "a label decides nothing";
}

TEST(SchemaDrift, TellsFieldsThatCameAndWent) {
  FieldDescription custom = field("score", "number");
  custom.custom = custom.required = true;

  EXPECT_THAT(told(object({field("a"), field("b")}), object({field("b"), custom, field("c", "")})),
              ElementsAre("added: score is a new custom field (number), and must be filled", "added: c is a new field",
                          "removed!: a is gone"));
}

TEST(SchemaDrift, TellsOptionsThatCameAndWent) {
  EXPECT_THAT(told(object({options({"a", "b", "c"})}), object({options({"b", "d", "e"})})),
              ElementsAre("options_removed!: state has not these options any more: 'a', 'c'",
                          "options_added: state has new options: 'd', 'e'"));
  EXPECT_THAT(told(object({options({"a", "b"})}), object({options({"b", "a"})})), ElementsAre()) << "in another order";
  EXPECT_THAT(told(object({options({"a"})}), object({options({})})),
              ElementsAre("options_added: state takes any value, not options only"));
}

TEST(SchemaDrift, WhoTellsNoFieldsHasLostNone) {
  EXPECT_THAT(told(object({field("a")}), object({})), ElementsAre());
  EXPECT_THAT(told(object({}), object({field("a")})), ElementsAre());
  EXPECT_EQ(accepted_after(object({field("a")}), object({})), object({field("a")}));
}

TEST(SchemaDrift, WhatIsNarrowerStaysAsItWasAcceptedAndAllElseIsTaken) {
  const FieldDescription name = with([](FieldDescription&) {});
  const FieldDescription shorter = with([](FieldDescription& f) { f.max_length = 20; });
  const ObjectDescription accepted = object({name, field("gone"), options({"a"})});
  const ObjectDescription now = object({shorter, options({"a", "b"}), field("fresh")});

  const ObjectDescription next = accepted_after(accepted, now);

  EXPECT_EQ(next, object({name, options({"a", "b"}), field("fresh"), field("gone")}));
  std::vector<std::string> narrowed;
  for (const SchemaChange& change : narrowings_between(next, now)) narrowed.push_back(change.field);
  EXPECT_THAT(narrowed, ElementsAre("name", "gone"));
  EXPECT_TRUE(narrowings_between(accepted_after(next, next), next).empty()) << "when all is back";
}

TEST(ObjectDescription, IsKeptAsJsonAndReadAgain) {
  FieldDescription full = options({"a", "b"});
  full.required = full.read_only = full.custom = true;
  full.max_length = 40;
  full.label = "Stand";
  const ObjectDescription description{{full, field("plain")}, true};

  EXPECT_EQ(description_from(to_native(description)), description);
  EXPECT_EQ(description_from(Native()), ObjectDescription());
}

TEST(ObjectDescription, FindsTheFieldOfAPath) {
  const ObjectDescription description =
      object({field("address.city"), field("phones"), field("lines"), field("lines.price"), field("Vorname (privat)")});
  const auto name = [](const FieldDescription* found) { return found == nullptr ? "-" : found->name; };

  EXPECT_EQ(name(description.field_at(Path::parse("address.city"))), "address.city");
  EXPECT_EQ(name(description.field_at(Path::parse("'Vorname (privat)'"))), "Vorname (privat)");
  EXPECT_EQ(name(description.field_at(Path::parse("phones[type=work].number"))), "-");
  EXPECT_EQ(name(description.field_around(Path::parse("phones[type=work].number"))), "phones");
  EXPECT_EQ(name(description.row_field_at(Path::parse("lines"), Path::parse("price"))), "lines.price");
  EXPECT_EQ(name(description.row_field_at(Path::parse("lines"), Path::parse("text"))), "-");
}

}  // namespace
}  // namespace counterpart
