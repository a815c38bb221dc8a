#include "mapping/values/json.h"

#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/mapping/values/printing.h"

namespace counterpart {
namespace {

using namespace std::string_literals;

std::optional<JsonError> error_of(std::string_view text, const JsonLimits& limits = {}) {
  try {
    parse_json(text, limits);
    return std::nullopt;
  } catch (const JsonError& error) {
    return error;
  }
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

TEST(Json, reads_every_kind_of_value) {
  const Native value = parse_json(R"( {"null": null, "yes": true, "no": false, "number": -12.50e+3,
    "text": "a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00", "list": [1, [], {}], "object": {"": ""}} )");

  EXPECT_TRUE(value.member("null")->is_null());
  EXPECT_TRUE(value.member("yes")->boolean());
  EXPECT_FALSE(value.member("no")->boolean());
  EXPECT_EQ(value.member("number")->number(), "-12.50e+3");
  EXPECT_EQ(value.member("text")->text(), "a\"\\/\b\f\n\r\té😀");
  EXPECT_EQ(value.member("list")->array().size(), 3U);
  EXPECT_EQ(value.member("object")->member("")->text(), "");
}

TEST(Json, keeps_numbers_as_they_were_written) {
  for (const char* number : {"0", "-0", "1.50", "12345678901234567890.10", "1E5", "0.000000000000000000000000000001",
                             "123456789012345678901234567890123456789012345678901234567890", "1e-400", "1e308"}) {
    EXPECT_EQ(parse_json(number).number(), number);
    EXPECT_EQ(print_json(parse_json(number)), number);
  }
}

TEST(Json, keeps_members_and_elements_in_order) {
  const std::string text = R"({"z":1,"a":[3,2,1],"m":{"y":null,"b":true}})";

  EXPECT_EQ(print_json(parse_json(text)), text);
}

struct Refusal {
  std::string text;
  std::string what;
  std::size_t offset;
  std::size_t line;
  std::size_t column;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << testing::PrintToString(refusal.text);
}

class JsonRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(JsonRefuses, with_what_and_where) {
  const auto error = error_of(GetParam().text);

  ASSERT_TRUE(error) << "was accepted";
  EXPECT_NE(std::string(error->what()).find(GetParam().what), std::string::npos) << error->what();
  EXPECT_EQ(error->offset(), GetParam().offset) << error->what();
  EXPECT_EQ(error->line(), GetParam().line);
  EXPECT_EQ(error->column(), GetParam().column);
}

INSTANTIATE_TEST_SUITE_P(structure, JsonRefuses,
                         testing::ValuesIn(std::vector<Refusal>{
                             Refusal{"", "no value", 0, 1, 1},                        //
                             Refusal{" \n ", "no value", 3, 2, 2},                    //
                             Refusal{"{", "key in double quotes", 1, 1, 2},           //
                             Refusal{"{a:1}", "key in double quotes", 1, 1, 2},       //
                             Refusal{"{'a':1}", "key in double quotes", 1, 1, 2},     //
                             Refusal{"{\"a\" 1}", "a colon is missing", 5, 1, 6},     //
                             Refusal{"{\"a\":1 \"b\":2}", "a comma or }", 7, 1, 8},   //
                             Refusal{"{\"a\":1,}", "key in double quotes", 7, 1, 8},  //
                             Refusal{"[1 2]", "a comma or ]", 3, 1, 4},               //
                             Refusal{"[1,]", "no JSON value", 3, 1, 4},               //
                             Refusal{"[\n\n  nul]", "no JSON value", 8, 3, 6},        //
                             Refusal{"[1]]", "something follows", 3, 1, 4},           //
                             Refusal{"1 1", "something follows", 2, 1, 3},            //
                             Refusal{"{} // done", "something follows", 3, 1, 4},     //
                             Refusal{"/* */1", "no JSON value", 0, 1, 1},             //
                             Refusal{"NaN", "no JSON value", 0, 1, 1},                //
                             Refusal{"Infinity", "no JSON value", 0, 1, 1},           //
                             Refusal{"True", "no JSON value", 0, 1, 1}}));

INSTANTIATE_TEST_SUITE_P(numbers, JsonRefuses,
                         testing::ValuesIn(std::vector<Refusal>{Refusal{"01", "something follows", 1, 1, 2},       //
                                                                Refusal{"+1", "no JSON value", 0, 1, 1},           //
                                                                Refusal{".5", "no JSON value", 0, 1, 1},           //
                                                                Refusal{"1.", "after a decimal point", 2, 1, 3},   //
                                                                Refusal{"1e", "in an exponent", 2, 1, 3},          //
                                                                Refusal{"-", "no JSON value", 1, 1, 2},            //
                                                                Refusal{"[0x10]", "a comma or ]", 2, 1, 3},        //
                                                                Refusal{"[1e309]", "larger than 1e308", 1, 1, 2},  //
                                                                Refusal{"[1e999999999999]", "larger than", 1, 1, 2}}));

INSTANTIATE_TEST_SUITE_P(texts, JsonRefuses,
                         testing::ValuesIn(std::vector<Refusal>{
                             Refusal{"\"abc", "not closed", 4, 1, 5},                        //
                             Refusal{"[\"\xC3\xA9\", \"\\x\"]", "no such escape", 8, 1, 8},  // columns count characters
                             Refusal{"\"a\nb\"", "raw control character", 2, 1, 3},          //
                             Refusal{"\"\\u12g4\"", "four hexadecimal digits", 1, 1, 2},     //
                             Refusal{"\"a\xFF\"", "not UTF-8", 2, 1, 3},                     //
                             Refusal{"\"\xC0\x80\"", "not UTF-8", 1, 1, 2},                  // overlong NUL
                             Refusal{"\"\xED\xA0\x80\"", "not UTF-8", 1, 1, 2},              // a surrogate as bytes
                             Refusal{"\"\xF4\x90\x80\x80\"", "not UTF-8", 1, 1, 2},          // above U+10FFFF
                             Refusal{"\"\xE2\x82\"", "not UTF-8", 1, 1, 2},                  // cut off
                             Refusal{"{\"k\xFF\":1}", "not UTF-8", 3, 1, 4},                 //
                             Refusal{"\"\\ud83d\"", "surrogate", 1, 1, 2},                   // high alone
                             Refusal{"\"\\ud83dx\"", "surrogate", 1, 1, 2},                  //
                             Refusal{"\"\\ud83d\\u0041\"", "surrogate", 1, 1, 2},            //
                             Refusal{"\"ab\\ude00\"", "surrogate", 3, 1, 4},                 // low alone
                             Refusal{"\"\\ud83d\\ude00\\ude00\"", "surrogate", 13, 1, 14},   // low after a pair
                             Refusal{"[\"\\\\\\\"\\udc00\"]", "surrogate", 6, 1, 7},         // after escaped quotes
                             Refusal{"{\"\\udc00\":1}", "surrogate", 2, 1, 3}}));            // in a key

INSTANTIATE_TEST_SUITE_P(traps_of_rapidjson, JsonRefuses,
                         testing::ValuesIn(std::vector<Refusal>{
                             Refusal{"\xEF\xBB\xBF{}", "byte order mark", 0, 1, 1},   //
                             Refusal{"{}\0"s, "NUL", 2, 1, 3},                        //
                             Refusal{"{}\0garbage"s, "NUL", 2, 1, 3},                 //
                             Refusal{"\0"s, "NUL", 0, 1, 1},                          //
                             Refusal{"\"a\0b\""s, "NUL", 2, 1, 3},                    //
                             Refusal{"\"a\\u0000b\"", "\\u0000", 2, 1, 3},            //
                             Refusal{"{\"\\u0000\":1}", "\\u0000", 2, 1, 3},          //
                             Refusal{"{\"a\":1,\"a\":2}", "twice", 7, 1, 8},          //
                             Refusal{"{\"a\":1,\n\"\\u0061\":2}", "twice", 8, 2, 1},  // by content
                             Refusal{"[{\"b\":{\"a\":1,\"a\":1}}]", "twice", 13, 1, 14}}));

TEST(Json, takes_one_key_in_several_objects) {
  EXPECT_NO_THROW(parse_json(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
}

TEST(Json, finds_a_duplicate_among_many_keys) {
  std::string text = "{";
  for (int i = 0; i < 1'000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  const std::size_t last_key = text.size();

  EXPECT_FALSE(error_of(text + "\"fresh\":0}"));
  for (const char* again : {"key0", "key15", "key16", "key17", "key999"}) {
    const auto error = error_of(text + "\"" + again + "\":0}");
    ASSERT_TRUE(error) << again;
    EXPECT_EQ(error->offset(), last_key);
  }
}

/// 60,000 keys: comparing each with each would be noticed.
TEST(Json, reads_very_many_keys) {
  std::string text = "{";
  for (int i = 0; i < 60'000; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";

  EXPECT_EQ(parse_json(text + "}").object().size(), 60'000U);
}

TEST(Json, limits_depth) {
  const auto arrays = [](std::size_t depth) { return repeated("[", depth) + repeated("]", depth); };
  const auto objects = [](std::size_t depth) { return repeated(R"({"a":)", depth) + "1" + repeated("}", depth); };

  EXPECT_FALSE(error_of(arrays(64)));
  EXPECT_FALSE(error_of(objects(64)));
  for (const std::string& text : {arrays(65), objects(65)}) {
    const auto error = error_of(text);
    ASSERT_TRUE(error);
    EXPECT_NE(std::string(error->what()).find("nested deeper than 64"), std::string::npos) << error->what();
  }
  EXPECT_EQ(error_of(arrays(65))->offset(), 64U);
  EXPECT_TRUE(error_of("[[[]]]", {.depth = 2}));
  EXPECT_FALSE(error_of("[[]]", {.depth = 2}));
  EXPECT_FALSE(error_of("[[],[],[[]]]", {.depth = 3})) << "siblings are not nested";
}

TEST(Json, survives_a_million_open_brackets) {
  for (const char* open : {"[", "{\"a\":", "[{\"a\":"}) {
    EXPECT_TRUE(error_of(repeated(open, 1'000'000))) << open;
  }
}

TEST(Json, prints_a_thousand_levels) {
  Native value;
  for (int level = 0; level < 1'000; ++level) {
    Native::Array outer;
    outer.push_back(std::move(value));
    value = Native(std::move(outer));
  }

  EXPECT_EQ(print_json(value), repeated("[", 1'000) + "null" + repeated("]", 1'000));
}

TEST(Json, limits_size) {
  const std::string text = "[1,2,3]";

  EXPECT_FALSE(error_of(text, {.bytes = 7}));
  const auto error = error_of(text, {.bytes = 6});
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("longer than 6 bytes"), std::string::npos) << error->what();
}

TEST(Json, an_error_says_where_and_repeats_nothing_of_the_text) {
  const auto error = error_of("{\n  \"canary-key\": \"canary\",\n  \"canary-key\": 1}");

  ASSERT_TRUE(error);
  EXPECT_STREQ(error->what(), "invalid JSON at line 3, column 3: a key stands twice in one object");
}

TEST(Json, escapes_what_must_be_escaped_and_nothing_else) {
  EXPECT_EQ(print_json(Native("\"\\/\b\f\n\r\t\x01\x1F\x7F é 😀")), R"("\"\\/\b\f\n\r\t\u0001\u001f)"
                                                                    "\x7F é 😀\"");
  EXPECT_EQ(print_json(Native(Native::Object{{"a\"b", Native("")}})), R"({"a\"b":""})");
}

class RandomTree {
 public:
  explicit RandomTree(unsigned seed) : random_(seed) {}

  Native make(int depth) {
    switch (pick(depth > 0 ? 7 : 5)) {
      case 0:
        return {};
      case 1:
        return pick(2) == 0;
      case 2:
        return Native(Native::Number{std::to_string(pick(1'000'000)) + "." + std::to_string(pick(1'000))});
      case 3:
      case 4:
        return text();
      case 5: {
        Native::Array array;
        for (int i = pick(5); i > 0; --i) array.push_back(make(depth - 1));
        return array;
      }
      default: {
        Native object = Native(Native::Object{});
        for (int i = pick(30); i > 0; --i) object.set(text(), make(depth - 1));
        return object;
      }
    }
  }

  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

 private:
  std::string text() {
    static const std::vector<std::string> parts = {"a", "\"", "\\", "\n",    "\x01",
                                                   "é", "😀", "/",  "u0041", "\xEF\xBF\xBF"};
    std::string result;
    for (int i = pick(8); i > 0; --i) result += parts[static_cast<std::size_t>(pick(static_cast<int>(parts.size())))];
    return result;
  }

  std::mt19937 random_;
};

TEST(Json, what_is_printed_reads_back_equal) {
  RandomTree random(20'261'121);
  for (int i = 0; i < 2'000; ++i) {
    const Native value = random.make(4);
    ASSERT_EQ(parse_json(print_json(value)), value);
  }
}

/// Whatever bytes come: a value or a JsonError, and a value prints to what reads back equal.
TEST(Json, survives_mutated_texts) {
  RandomTree random(7);
  int accepted = 0;
  for (int i = 0; i < 5'000; ++i) {
    std::string text = print_json(random.make(3));
    for (int changes = random.pick(4); changes > 0; --changes) {
      text[static_cast<std::size_t>(random.pick(static_cast<int>(text.size())))] = static_cast<char>(random.pick(256));
    }
    try {
      const Native value = parse_json(text);
      ASSERT_EQ(parse_json(print_json(value)), value);
      ++accepted;
    } catch (const JsonError& error) {
      ASSERT_LE(error.offset(), text.size());
      ASSERT_GE(error.column(), 1U);
    }
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace counterpart
