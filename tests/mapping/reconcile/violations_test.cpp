#include "mapping/reconcile/violations.h"

#include "tests/mapping/reconcile/document.h"

namespace counterpart::testing {
namespace {

std::shared_ptr<const ValueRules> at_most(std::size_t length) {
  auto rules = std::make_shared<ValueRules>();
  rules->max_length = length;
  return rules;
}

std::shared_ptr<const ValueRules> required() {
  auto rules = std::make_shared<ValueRules>();
  rules->required = true;
  return rules;
}

std::string words_of(const std::optional<Violation>& violation) {
  return violation ? violation->field + ": " + violation->problem.what : "may be written";
}

std::string update(const ObjectMapping& mapping, const Pair& pair, Side side,
                   const ObjectDescription* there = nullptr) {
  const Decision decision = reconcile(mapping, pair.state, pair.now(), {});
  return words_of(first_violation(mapping, decision, side, false, there));
}

std::string create(const ObjectMapping& mapping, std::string_view source, const ObjectDescription* there = nullptr) {
  const Decision decision = decide_create(mapping, Side::right, record(source));
  return words_of(first_violation(mapping, decision, Side::right, true, there));
}

ObjectDescription described(std::string name, const std::function<void(FieldDescription&)>& set) {
  ObjectDescription object;
  object.fields.emplace_back().name = std::move(name);
  set(object.fields.back());
  return object;
}

TEST(Violations, OnlyWhatIsWrittenToThatSideIsLookedAt) {
  ObjectMapping mapping = mapping_of({text_field("name"), text_field("city")});
  mapping.fields[0].side.right.validate = at_most(5);
  Pair pair = agreed(R"({"name":"Annabella","city":"Ulm"})", R"({"name":"Annabella","city":"Ulm"})");

  pair.left.fields = json(R"({"name":"Annabella","city":"Bonn"})");
  EXPECT_EQ(update(mapping, pair, Side::right), "may be written") << "the long name is not ours to write";

  pair.left.fields = json(R"({"name":"Rosalinde","city":"Bonn"})");
  EXPECT_EQ(update(mapping, pair, Side::right),
            "name: 'Rosalinde' has 9 characters, and 5 are allowed there (max_length)");
  EXPECT_EQ(update(mapping, pair, Side::left), "may be written");
}

TEST(Violations, WhatTheSystemSaysOfItsFieldCountsToo) {
  const ObjectMapping mapping = mapping_of({text_field("name")});
  const auto there = described("name", [](FieldDescription& field) {
    field.max_length = 3;
    field.required = true;
  });
  Pair pair = agreed(R"({"name":"Ann"})", R"({"name":"Ann"})");

  pair.left.fields = json(R"({"name":"Anna"})");
  EXPECT_EQ(update(mapping, pair, Side::right, &there),
            "name: 'Anna' has 4 characters, and 3 are allowed there (max_length)");

  pair.left.fields = json(R"({"name":""})");
  EXPECT_EQ(update(mapping, pair, Side::right, &there), "name: it would be blank, and must be filled (required)");
}

TEST(Violations, OfARecordThatIsCreatedMappedFieldsThatMustBeFilledAreLookedAt) {
  ObjectMapping mapping = mapping_of({text_field("name"), text_field("city")});
  const auto there = described("city", [](FieldDescription& field) { field.required = true; });

  EXPECT_EQ(create(mapping, R"({"name":"Anna"})", &there), "city: it would be blank, and must be filled (required)");
  EXPECT_EQ(create(mapping, R"({"name":"Anna","city":"Ulm"})", &there), "may be written");

  mapping.on_create_set.right = json(R"({"city":"Bonn"})");
  EXPECT_EQ(create(mapping, R"({"name":"Anna"})", &there), "may be written") << "the mapping itself fills it";

  mapping.on_create_set.right = Native();
  mapping.fields[1].direction = Direction::to_left;
  EXPECT_EQ(create(mapping, R"({"name":"Anna"})", &there), "may be written") << "it is not ours to fill";

  mapping.fields[0].side.right.validate = required();
  EXPECT_EQ(create(mapping, R"({"name":"","city":"Ulm"})"), "name: it would be blank, and must be filled (required)");
}

TEST(Violations, OfAValueInSeveralPlacesThePlaceIsNamed) {
  FieldRule name;
  name.name = "name";
  name.side.left = side_of({"full"}, codec("full_name"));
  name.side.right = side_of({"given", "family"}, codec("name_parts"));
  name.side.right.validate = at_most(6);
  const ObjectMapping mapping = mapping_of({name});

  EXPECT_EQ(create(mapping, R"({"full":"Ada Lovelace"})"),
            "name: family: 'Lovelace' has 8 characters, and 6 are allowed there (max_length)");
}

TEST(Violations, ARowsFieldIsNamedWithItsRow) {
  ObjectMapping mapping = document_mapping();
  const Pair pair = agreed(R"({"title":"T","lines":[{"id":"1","product":"bolt","quantity":1,"price":"2"}]})",
                           R"({"title":"T","positions":[]})");
  EXPECT_EQ(update(mapping, pair, Side::right), "may be written");

  const auto there = described("positions.article", [](FieldDescription& field) { field.max_length = 3; });
  EXPECT_EQ(update(mapping, pair, Side::right, &there),
            "lines[1].product: 'bolt' has 4 characters, and 3 are allowed there (max_length)");

  auto unit = text_field("unit");
  unit.side.right.validate = required();
  mapping.rows[0].fields.push_back(unit);
  EXPECT_EQ(update(mapping, pair, Side::right), "lines[1].unit: it would be blank, and must be filled (required)");
}

}  // namespace
}  // namespace counterpart::testing
