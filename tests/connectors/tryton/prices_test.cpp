// What Tryton is sent of a line's prices.

#include "connectors/tryton/prices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/tryton/unsuitable.h"
#include "mapping/values/json.h"

namespace counterpart::tryton {
namespace {

using testing::HasSubstr;

struct Priced {
  const char* before;  ///< "" for a new line
  const char* after;
  const char* sent;
};

/// {"unit_price":"9"} for what Tryton is sent as {"__class__":"Decimal","decimal":"9"}.
std::string shown(const Native& values) {
  Native plain = Native::Object{};
  for (const auto& [name, value] : values.object())
    plain.set(name, value.member("decimal") != nullptr ? *value.member("decimal") : value);
  return print_json(plain);
}

std::string sent(const std::string& before, const std::string& after) {
  Native values = Native::Object{};
  if (before.empty()) {
    add_prices(nullptr, parse_json(after), values);
  } else {
    const Native then = parse_json(before);
    add_prices(&then, parse_json(after), values);
  }
  return shown(values);
}

/// Why a new line is refused, or what is sent of it.
std::string refusal(const std::string& line) {
  try {
    return "sent: " + sent("", line);
  } catch (const Unsuitable& fault) {
    return fault.what();
  }
}

TEST(Prices, FollowFromEachOtherExactly) {
  constexpr const char* kReduced = R"({"base_price":"10","discount_rate":"0.1000","unit_price":"9.0000"})";
  constexpr const char* kPlain = R"({"base_price":"10","discount_rate":null,"unit_price":"10"})";
  const std::vector<Priced> cases = {
      {"", R"({"base_price":"1199.9","discount_rate":"0.125"})", R"({"unit_price":"1049.9125","base_price":"1199.9"})"},
      {"", R"({"base_price":4.05})", R"({"unit_price":"4.05","base_price":null})"},
      {"", R"({"base_price":"80","discount_rate":0})", R"({"unit_price":"80","base_price":"80"})"},
      {"", R"({"base_price":"9.99","discount_rate":"0.3333"})", R"({"unit_price":"6.6603","base_price":"9.99"})"},
      {"", R"({"base_price":"10","discount_rate":"0.1","unit_price":"9.00"})",
       R"({"unit_price":"9","base_price":"10"})"},
      {"", R"({"unit_price":"7.50"})", R"({"unit_price":"7.5"})"},
      {kReduced, kReduced, "{}"},
      {kReduced, R"({"base_price":"20","discount_rate":"0.1000","unit_price":"9.0000"})",
       R"({"unit_price":"18","base_price":"20"})"},
      {kReduced, R"({"base_price":"10","discount_rate":null,"unit_price":"9.0000"})",
       R"({"unit_price":"10","base_price":null})"},
      {kReduced, R"({"base_price":"10","discount_rate":"0.1000","unit_price":"8"})", R"({"unit_price":"8"})"},
      {kPlain, R"({"base_price":"10","discount_rate":"0.05","unit_price":"10"})",
       R"({"unit_price":"9.5","base_price":"10"})"},
      {kPlain, R"({"quantity":3})", "{}"}};
  for (const Priced& each : cases) {
    SCOPED_TRACE(std::string(each.before) + " -> " + each.after);
    EXPECT_EQ(each.sent, sent(each.before, each.after));
  }
}

TEST(Prices, ThatTrytonCannotHoldAreRefused) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {R"({"base_price":"0.01","discount_rate":"0.125"})", "cannot hold a price of 0.01 less a discount_rate of 0.125"},
      {R"({"base_price":"10","discount_rate":"0.12345"})", "prices and rates have four digits"},
      {R"({"base_price":"10","discount_rate":"0.1","unit_price":"8"})", "make a unit_price of 9, not 8"},
      {R"({"discount_rate":"0.1","unit_price":"8"})", "needs its base_price"},
      {R"({"base_price":"ten"})", "'base_price' takes a number, not 'ten'"}};
  for (const auto& [line, words] : cases) EXPECT_THAT(refusal(line), HasSubstr(words)) << line;
}

}  // namespace
}  // namespace counterpart::tryton
