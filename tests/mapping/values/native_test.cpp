#include "mapping/values/native.h"

#include <gtest/gtest.h>
#include <type_traits>

#include "mapping/values/json.h"
#include "tests/mapping/values/printing.h"

namespace counterpart {
namespace {

TEST(Native, finds_members_only_in_objects) {
  const Native contact = parse_json(R"({"name":"Ada","age":36,"note":null})");

  ASSERT_NE(contact.member("name"), nullptr);
  EXPECT_EQ(contact.member("name")->text(), "Ada");
  ASSERT_NE(contact.member("note"), nullptr);
  EXPECT_TRUE(contact.member("note")->is_null());
  EXPECT_EQ(contact.member("email"), nullptr);
  EXPECT_EQ(Native("text").member("name"), nullptr);
  EXPECT_EQ(Native().member("name"), nullptr);
}

TEST(Native, sets_and_removes_members_and_keeps_their_order) {
  Native contact;

  contact.set("name", "Ada");
  contact.set("age", Native::integer(36));
  contact.set("city", "London");
  contact.set("name", "Grace").text();

  EXPECT_EQ(print_json(contact), R"({"name":"Grace","age":36,"city":"London"})");
  EXPECT_TRUE(contact.remove("age"));
  EXPECT_FALSE(contact.remove("age"));
  EXPECT_EQ(print_json(contact), R"({"name":"Grace","city":"London"})");
  EXPECT_FALSE(Native("text").remove("name"));
}

TEST(Native, set_gives_the_member_to_go_on_with) {
  Native contact;

  contact.set("address", Native()).set("city", "London");

  EXPECT_EQ(print_json(contact), R"({"address":{"city":"London"}})");
}

TEST(Native, plain_is_the_text_of_a_scalar) {
  const struct {
    const char* json;
    const char* plain;
  } cases[] = {
      {R"("Zoë")", "Zoë"},
      {"12345678901234567890.10", "12345678901234567890.10"},
      {"true", "true"},
      {"false", "false"},
      {"null", ""},
      {R"([1,"a"])", R"([1,"a"])"},
      {R"({"a":1.50})", R"({"a":1.50})"},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_json(c.json).plain(), c.plain) << c.json;
}

TEST(Native, equality_ignores_the_order_of_members_but_not_of_elements) {
  const struct {
    const char* a;
    const char* b;
    bool equal;
  } cases[] = {
      {R"({"a":1,"b":2})", R"({"b":2,"a":1})", true},
      {R"({"a":1,"b":2})", R"({"a":2,"b":1})", false},
      {R"({"a":1,"b":2})", R"({"a":1})", false},
      {R"({"a":1,"b":2})", R"({"a":1,"c":2})", false},
      {R"({"a":{"x":1,"y":[{"p":1,"q":2}]}})", R"({"a":{"y":[{"q":2,"p":1}],"x":1}})", true},
      {"[1,2]", "[2,1]", false},
      {"1", "1.0", false},  // by their text: Native knows no arithmetic
      {"1", R"("1")", false},
      {"null", "false", false},
      {"[]", "{}", false},
      {R"("a")", R"("a")", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(parse_json(c.a) == parse_json(c.b), c.equal) << c.a << " and " << c.b;
    EXPECT_EQ(parse_json(c.b) == parse_json(c.a), c.equal) << c.b << " and " << c.a;
  }
}

TEST(Native, compares_large_objects_in_any_order_without_quadratic_cost) {
  Native::Object forward;
  for (int i = 0; i < 60'000; ++i) forward.emplace_back("key" + std::to_string(i), Native::integer(i));
  Native::Object backward(forward.rbegin(), forward.rend());
  Native::Object changed = backward;
  changed.front().second = Native("other");

  EXPECT_TRUE(Native(forward) == Native(backward));
  EXPECT_FALSE(Native(forward) == Native(changed));
}

/// Comparing member by member must not double the work on each level.
TEST(Native, compares_deep_objects_in_another_order_in_linear_time) {
  std::string a = "1";
  std::string b = "1";
  for (int level = 0; level < 60; ++level) {
    a = R"({"x":)" + a + R"(,"y":2})";
    b = R"({"y":2,"x":)" + b + "}";
  }

  EXPECT_EQ(parse_json(a), parse_json(b));
}

TEST(Native, makes_no_true_out_of_numbers_and_pointers) {
  EXPECT_FALSE((std::is_constructible_v<Native, int>));
  EXPECT_FALSE((std::is_constructible_v<Native, void*>));
  EXPECT_TRUE(Native(true).is_bool());
  EXPECT_TRUE(Native("true").is_text());
  EXPECT_EQ(Native::integer(-5).number(), "-5");
}

}  // namespace
}  // namespace counterpart
