#include <functional>
#include <gmock/gmock.h>

#include "mapping/values/json.h"
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

const Native& at(const Native& root, std::initializer_list<const char*> path) {
  const Native* here = &root;
  for (const char* name : path) {
    here = here->member(name);
    if (here == nullptr) throw std::runtime_error(std::string("the schema has no ") + name);
  }
  return *here;
}

class Schema : public testing::Test {
 protected:
  Native schema_ = configuration_schema(test::fake_kinds());

  const Native& property(std::initializer_list<const char*> names) const {
    const Native* here = &schema_;
    for (const char* name : names) here = &at(*here, {"properties", name});
    return *here;
  }
  const Native& system(std::size_t kind) const {
    return at(schema_, {"properties", "systems", "additionalProperties", "oneOf"}).array().at(kind);
  }
};

/// Every object schema in the tree that has properties, with the way there.
void walk(const Native& node, const std::string& way,
          const std::function<void(const Native& object, const std::string& way)>& visit) {
  if (node.is_array()) {
    for (const Native& item : node.array()) walk(item, way + "/*", visit);
  }
  if (!node.is_object()) return;
  const Native* properties = node.member("properties");
  if (properties != nullptr && node.member("type") != nullptr) visit(node, way);
  for (const auto& [name, value] : node.object()) walk(value, way + "/" + name, visit);
}

TEST_F(Schema, SaysWhichDraftItIs) {
  EXPECT_EQ(at(schema_, {"$schema"}).text(), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(print_json(at(schema_, {"required"})), R"(["systems","syncs"])");
}

TEST_F(Schema, KnowsEveryKeyByADescriptionAndNoOtherKey) {
  int sections = 0;
  walk(schema_, "", [&](const Native& object, const std::string& way) {
    ++sections;
    EXPECT_NE(object.member("additionalProperties"), nullptr) << way;
    for (const auto& [name, value] : object.member("properties")->object()) {
      const Native* description = value.member("description");
      EXPECT_TRUE(description != nullptr && description->is_text() && !description->text().empty())
          << way << " " << name;
    }
  });
  EXPECT_GT(sections, 30);
}

TEST_F(Schema, OnlyASystemOfTheUsersOwnDefinitionIsOpen) {
  std::vector<std::string> open;
  walk(schema_, "", [&](const Native& object, const std::string&) {
    const Native& rest = *object.member("additionalProperties");
    if (!rest.is_bool() || rest.boolean()) open.push_back(at(object, {"title"}).text());
  });

  EXPECT_THAT(open, testing::ElementsAre("a connector of your own"));
}

TEST_F(Schema, ShowsDefaultsLimitsAndWords) {
  EXPECT_EQ(at(property({"listen", "hooks"}), {"default"}).text(), "127.0.0.1:8080");
  EXPECT_EQ(at(property({"work", "workers"}), {"default"}).number(), "4");
  EXPECT_EQ(at(property({"work", "workers"}), {"minimum"}).number(), "1");
  EXPECT_EQ(at(property({"work", "backoff", "most"}), {"default"}).text(), "5m");
  EXPECT_EQ(at(property({"evidence", "kept"}), {"default"}).text(), "7d");
  EXPECT_EQ(print_json(at(property({"log", "format"}), {"enum"})), R"(["text","json"])");
  EXPECT_EQ(at(property({"database"}), {"default"}).text(), "embedded");
}

TEST_F(Schema, DescribesEachConnectorsOwnKeys) {
  const Native& demo = system(0);
  EXPECT_EQ(at(demo, {"title"}).text(), "Demo CRM");
  EXPECT_EQ(at(demo, {"properties", "connector", "const"}).text(), "demo");
  EXPECT_EQ(at(demo, {"properties", "token", "description"}).text(), "The API token.");
  EXPECT_EQ(at(demo, {"properties", "region", "description"}).text(), "Where the data lives. Default: eu.");
  EXPECT_EQ(print_json(at(demo, {"required"})), R"(["connector","url","token"])");

  const Native& plain = system(1);
  EXPECT_EQ(plain.member("properties")->member("token"), nullptr);
  EXPECT_EQ(print_json(at(plain, {"required"})), R"(["connector"])");
}

TEST_F(Schema, DescribesFields) {
  const Native& field = at(schema_, {"properties", "syncs", "additionalProperties", "properties", "objects", "items",
                                     "properties", "fields", "items"});
  EXPECT_EQ(print_json(at(field, {"required"})), R"(["left","right"])");
  EXPECT_EQ(print_json(at(field, {"properties", "direction", "enum"})),
            R"(["both","to_left","to_right","<->","<-","->"])");
}

}  // namespace
}  // namespace counterpart
