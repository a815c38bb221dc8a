#include "mapping/reconcile/stopped_fields.h"

#include "tests/mapping/reconcile/document.h"

namespace counterpart::testing {
namespace {

using ::testing::ElementsAre;
using Kind = SchemaChangeKind;

/// An object of these fields.
ObjectDescription described(const std::vector<std::string>& names) {
  ObjectDescription object;
  for (const std::string& name : names) object.fields.emplace_back().name = name;
  return object;
}

std::set<std::string> stopped(const ObjectMapping& mapping, const std::vector<std::string>& fields, Kind kind,
                              const std::string& field) {
  return stopped_by(mapping, Side::right, described(fields), {{kind, field, ""}});
}

TEST(StoppedFields, AreThoseThatNeedWhatIsGone) {
  const ObjectMapping mapping = mapping_of({text_field("name"), text_field("city")});

  EXPECT_THAT(stopped(mapping, {"name", "city"}, Kind::removed, "city"), ElementsAre("city"));
  EXPECT_THAT(stopped(mapping, {"name", "city", "zip"}, Kind::removed, "zip"), ElementsAre());
}

TEST(StoppedFields, WhatIsOnlyReadMayGrowNarrower) {
  ObjectMapping mapping = mapping_of({text_field("name")});
  for (const Kind kind : {Kind::shortened, Kind::options_removed, Kind::read_only}) {
    mapping.fields[0].direction = Direction::both;
    EXPECT_THAT(stopped(mapping, {"name"}, kind, "name"), ElementsAre("name")) << name_of(kind);
    mapping.fields[0].direction = Direction::to_left;
    EXPECT_THAT(stopped(mapping, {"name"}, kind, "name"), ElementsAre()) << name_of(kind);
  }
  EXPECT_THAT(stopped(mapping, {"name"}, Kind::removed, "name"), ElementsAre("name"));
  EXPECT_THAT(stopped(mapping, {"name"}, Kind::type_changed, "name"), ElementsAre("name"));
}

TEST(StoppedFields, OfOneThatIsDescribedAsAWholeAllPartsStop) {
  ObjectMapping mapping = mapping_of({text_field("name"), text_field("street")});
  mapping.fields[1].side.right = side_of({"addresses[0].street"}, codec<PlainText>());

  EXPECT_THAT(stopped(mapping, {"name", "addresses"}, Kind::removed, "addresses"), ElementsAre("street"));
}

TEST(StoppedFields, RowsStopAsAWhole) {
  const ObjectMapping mapping = document_mapping();
  const std::vector<std::string> fields = {"title", "positions", "positions.article", "positions.colour"};

  EXPECT_THAT(stopped(mapping, fields, Kind::removed, "positions"), ElementsAre("lines"));
  EXPECT_THAT(stopped(mapping, fields, Kind::removed, "positions.article"), ElementsAre("lines"));
  EXPECT_THAT(stopped(mapping, fields, Kind::removed, "positions.colour"), ElementsAre());
  EXPECT_TRUE(without_fields(mapping, {"lines"}).rows.empty());
}

// The danger: a system that leaves out blank fields shows a field that is gone as blank, on all records.
TEST(StoppedFields, AreNotTakenForBlankAndWhatIsRememberedOfThemStays) {
  const ObjectMapping mapping = mapping_of({text_field("name"), text_field("city")});
  Pair pair = agreed(R"({"name":"Anna","city":"Ulm"})", R"({"name":"Anna","city":"Ulm"})");
  pair.left.fields = json(R"({"name":"Anne","city":"Bonn"})");
  pair.right.fields = json(R"({"name":"Anna"})");
  pair.right.absent_is_blank = true;

  const ObjectMapping reduced = without_fields(mapping, {"city"});
  const Decision meanwhile = reconcile(reduced, pair.state, pair.now(), {});

  EXPECT_FALSE(meanwhile.writes(Side::left)) << "the city is not cleared";
  ASSERT_TRUE(meanwhile.writes(Side::right)) << "the name goes on";
  EXPECT_EQ(*meanwhile.after.right, json(R"({"name":"Anne"})"));

  Record held = pair.right;
  held.fields = *meanwhile.after.right;
  const Settlement settled = settle_update(reduced, meanwhile, Side::right, pair.now(), held, true, meanwhile.next, {});
  pair.state = settled.next;
  pair.right.fields = json(R"({"name":"Anne","city":"Ulm"})");
  const Decision back = reconcile(mapping, pair.state, pair.now(), {});
  EXPECT_EQ(*back.after.right, json(R"({"name":"Anne","city":"Bonn"})")) << "what was edited meanwhile is carried over";
}

TEST(StoppedFields, WithoutAMatchKeyNothingIsCreated) {
  ObjectMapping mapping = mapping_of({text_field("name"), text_field("email"), text_field("vat")});
  mapping.match = {{KeyKind::email, 1}, {KeyKind::vat_id, 2}};

  const ObjectMapping nameless = without_fields(mapping, {"name"});
  ASSERT_EQ(nameless.match.size(), 2U);
  EXPECT_EQ(nameless.fields[nameless.match[0].field].name, "email");
  EXPECT_EQ(nameless.fields[nameless.match[1].field].name, "vat");
  EXPECT_EQ(nameless.on_create.right, OnCreate::create);

  const ObjectMapping keyless = without_fields(mapping, {"email"});
  ASSERT_EQ(keyless.match.size(), 1U);
  EXPECT_EQ(keyless.fields[keyless.match[0].field].name, "vat");
  EXPECT_EQ(keyless.on_create.left, OnCreate::ignore);
  EXPECT_EQ(keyless.on_create.right, OnCreate::ignore);
}

}  // namespace
}  // namespace counterpart::testing
