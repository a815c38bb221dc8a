#include <gmock/gmock.h>

#include "mapping/config/node.h"
#include "mapping/values/json.h"

namespace counterpart::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// An environment with one variable and one file.
std::optional<std::string> small_world(std::string_view kind, std::string_view name) {
  if (kind == "env" && name == "TOKEN") return "s3cret";
  if (kind == "env" && name == "PORT") return "8080";
  if (kind == "env" && name == "EMPTY") return "";
  if (kind == "file" && name == "keys/erp") return "from a file";
  return std::nullopt;
}

struct Reading {
  Node node;
  std::string mistakes;
};

Reading read(std::string_view text) {
  Problems problems;
  Node node = parse_yaml(text, "c.yaml", small_world, problems);
  return {std::move(node), problems.print()};
}

std::string as_json(std::string_view text) {
  const Reading reading = read(text);
  return reading.mistakes.empty() ? print_json(reading.node.to_native()) : reading.mistakes;
}

TEST(Yaml, ReadsScalarsAsTheyAreMeant) {
  struct Case {
    std::string yaml, json;
  };
  const Case cases[] = {
      {"a: text", R"({"a":"text"})"},
      {"a: 12", R"({"a":12})"},
      {"a: -12.50", R"({"a":-12.50})"},
      {"a: 1e3", R"({"a":1e3})"},
      {"a: 12345678901234567890.10", R"({"a":12345678901234567890.10})"},
      {"a: true", R"({"a":true})"},
      {"a: False", R"({"a":false})"},
      {"a: null", R"({"a":null})"},
      {"a:", R"({"a":null})"},
      {"a: ~", R"({"a":null})"},
      {"a: '12'", R"({"a":"12"})"},
      {"a: \"true\"", R"({"a":"true"})"},
      {"a: 'null'", R"({"a":"null"})"},
      {"a: !!str 12", R"({"a":"12"})"},
      {"a: |\n  12", R"({"a":"12"})"},
  };

  for (const Case& c : cases) EXPECT_EQ(as_json(c.yaml), c.json) << c.yaml;
}

TEST(Yaml, KeepsAsTextWhatOtherReadersWouldChange) {
  // NO is Norway; 007 is a post code's cousin; 0x1F, 1_000, +1 and .5 are no numbers of ours.
  for (const std::string text : {"NO", "no", "yes", "on",    "off",        "y",  "007", "01067", "0x1F", "1_000",
                                 "+1", ".5", "1.",  "12:30", "2026-01-31", "1e", "-",   "nan",   ".inf", "tRUE"}) {
    EXPECT_EQ(as_json("[" + text + "]"), "[\"" + text + "\"]");
  }
}

TEST(Yaml, KeepsTheOrderOfTheFile) {
  EXPECT_EQ(as_json("z: 1\na: {y: [1, {x: 2}], b: 3}"), R"({"z":1,"a":{"y":[1,{"x":2}],"b":3}})");
}

TEST(Yaml, KnowsThePlaceOfEveryKeyAndValue) {
  const Reading reading = read("a: 1\nb:\n  c: [x,\n     y]\n");
  const Node& b = reading.node.members.at(1).value;
  const Node& list = b.members.at(0).value;

  EXPECT_EQ(reading.node.members.at(1).place.line, 2);
  EXPECT_EQ(b.members.at(0).place.column, 3);
  EXPECT_EQ(list.items.at(1).place.file, "c.yaml");
  EXPECT_EQ(list.items.at(1).place.line, 4);
  EXPECT_EQ(list.items.at(1).place.column, 6);
}

TEST(Yaml, CountsColumnsInCharacters) {
  const Reading reading = read("{'Straße': ü, x: y}");

  EXPECT_EQ(reading.node.members.at(1).place.column, 15);
}

TEST(Yaml, KnowsThePlaceInsideAScalarWhereItStandsLiterally) {
  const Reading reading = read(
      "plain: abcdef\n"
      "quoted: 'abcdef'\n"
      "umlaut: äbcdef\n"
      "escaped: \"a\\u0062cdef\"\n"
      "filled: ${env:TOKEN}\n");
  const auto column = [&](const char* key) { return reading.node.find(key)->place_in(3).column; };

  EXPECT_EQ(column("plain"), 8 + 3);
  EXPECT_EQ(column("quoted"), 10 + 3);
  EXPECT_EQ(column("umlaut"), 9 + 2) << "three bytes, two characters";
  EXPECT_EQ(column("escaped"), 10) << "not literal: the scalar's own place";
  EXPECT_EQ(column("filled"), 9) << "not literal: the scalar's own place";
}

TEST(Yaml, AnEmptyFileIsNothing) {
  const Reading reading = read("# only a comment\n");

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_EQ(reading.node.kind, Node::Kind::null);
  EXPECT_EQ(reading.node.place.line, 1);
}

TEST(Yaml, AcceptsAByteOrderMarkAndWindowsLines) {
  EXPECT_EQ(as_json("\xEF\xBB\xBF"
                    "a: 1\r\nb: 2\r\n"),
            R"({"a":1,"b":2})");
}

TEST(Yaml, FillsInWhatTheWorldHolds) {
  struct Case {
    std::string yaml, json;
  };
  const Case cases[] = {
      {"${env:TOKEN}", R"(["s3cret"])"},
      {"'${env:TOKEN}'", R"(["s3cret"])"},
      {"Bearer ${env:TOKEN}!", R"(["Bearer s3cret!"])"},
      {"${env:TOKEN}${file:keys/erp}", R"(["s3cretfrom a file"])"},
      {"${env:PORT}", "[8080]"},
      {"'${env:PORT}'", R"(["8080"])"},
      {"'${env:EMPTY}'", R"([""])"},
      {"$${env:TOKEN}", R"(["${env:TOKEN}"])"},
      {"'${timestamp}.${body}'", R"(["${timestamp}.${body}"])"},
      {"'$${record.id}'", R"(["${record.id}"])"},
      {"cost $5 {x}", R"(["cost $5 {x}"])"},
  };

  for (const Case& c : cases) EXPECT_EQ(as_json("- " + c.yaml), c.json) << c.yaml;
}

TEST(Yaml, NotesAReferenceOfAKindItDoesNotKnow) {
  EXPECT_EQ(read("a: 'x ${token}'").node.find("a")->left_reference->column, 7);
  EXPECT_FALSE(read("a: '$${token} ${env:TOKEN}'").node.find("a")->left_reference);
}

TEST(Yaml, TellsWhatCouldNotBeFilledIn) {
  EXPECT_TRUE(read("a: [x, { b: '${env:NONE}' }]").node.holds_unreadable());
  EXPECT_FALSE(read("a: [x, { b: '${env:EMPTY}' }]").node.holds_unreadable());
}

TEST(Yaml, NeverFillsInWhatAnInterpolationGave) {
  Problems problems;
  const auto nested = [](std::string_view, std::string_view) { return std::optional<std::string>("${env:OTHER}"); };

  const Node node = parse_yaml("${env:A}", "c.yaml", nested, problems);

  EXPECT_EQ(node.scalar, "${env:OTHER}");
  EXPECT_TRUE(problems.empty());
}

TEST(Yaml, NeverShowsWhatAnInterpolationGave) {
  EXPECT_EQ(read("${env:TOKEN}").node.shown(), "something else in what ${…} stands for");
  EXPECT_EQ(read("token").node.shown(), "'token'");
}

TEST(Yaml, TellsEveryMistakeWithItsPlaceAndARemedy) {
  struct Case {
    std::string yaml, mistakes;
  };
  const Case cases[] = {
      {"a: 1\nb: 2\na: 3", "c.yaml:3:1: the key 'a' stands here twice; keep one of them; the first is in line 1\n"},
      {"a: {b: 1, b: 2}", "c.yaml:1:11: the key 'b' stands here twice; keep one of them; the first is in line 1\n"},
      {"a: 1\n---\nb: 2", "c.yaml:2:1: a second YAML document begins here; keep one document a file\n"},
      {"--- 1\n--- 2\n--- 3", "c.yaml:2:1: a second YAML document begins here; keep one document a file\n"},
      {",a: b", "c.yaml:1:1: this is no valid YAML: nothing can begin so; correct it here\n"},
      {"a: !secret x", "c.yaml:1:4: the YAML tag '!secret' is not supported; remove it\n"},
      {"? [a]\n: 1", "c.yaml:1:3: a key must be text, found a list; quote it if it is meant as text\n"},
      {"a: &x {b: 1}\nc:\n  <<: *x",
       "c.yaml:3:3: merge keys (<<) are not supported; write the keys out, or give a whole value an alias\n"},
      {"a: ${env:NONE} ${file:gone}",
       "c.yaml:1:4: the environment variable 'NONE' is not set; set it where counterpart is started, or write "
       "${file:PATH}\n"
       "c.yaml:1:16: the file 'gone' cannot be read; make it, and let counterpart's user read it; relative paths start "
       "at the configuration's folder\n"},
      {"a: 'x ${env:TOKEN'",
       "c.yaml:1:7: '${env:' has no closing }; write ${env:NAME} or ${file:PATH}, or $${ for a literal ${\n"},
      {"a: ${env:}", "c.yaml:1:4: ${env:} names nothing; write ${env:NAME} or ${file:PATH}\n"},
  };

  for (const Case& c : cases) EXPECT_EQ(read(c.yaml).mistakes, c.mistakes) << c.yaml;
}

TEST(Yaml, RefusesTabsInTheIndentation) {
  for (const std::string text : {"a:\n\tb: 1", "a:\n \tb: 1", "a:\n  b: 1\n\tc: 2"}) {
    EXPECT_THAT(read(text).mistakes, testing::HasSubstr("a tab in the indentation; indent with spaces\n")) << text;
  }
  EXPECT_EQ(read("a: 1\t# a tab elsewhere\n\t# or before a comment\n\t\n").mistakes, "");
}

TEST(Yaml, TellsWhereTheSyntaxIsWrong) {
  for (const std::string text : {"a: [1, 2", "a: 'open", "a: b: c", "}", "a: *unknown", "a: @x"}) {
    EXPECT_THAT(read(text).mistakes, testing::MatchesRegex("c.yaml:[0-9]+:[0-9]+: this is no valid YAML: .*")) << text;
  }
}

TEST(Yaml, ReadsAliasesAsWhatTheyStandFor) {
  EXPECT_EQ(as_json("a: &x {b: [1]}\nc: *x"), R"({"a":{"b":[1]},"c":{"b":[1]}})");
}

TEST(Yaml, RefusesAliasesThatWouldGrowWithoutEnd) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string before(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += "*" + before + ",";
    bomb += "]\n";
  }

  EXPECT_THAT(read(bomb).mistakes, testing::HasSubstr("aliases stand for more than 1000 values; write the values out"));
}

TEST(Yaml, RefusesAnAliasInsideItsOwnAnchor) {
  EXPECT_EQ(read("a: &x [1, *x]").mistakes,
            "c.yaml:1:11: an alias stands inside its own anchor; write the value out\n");
}

TEST(Yaml, SurvivesAbsurdNesting) {
  const Reading reading = read(std::string(100'000, '['));

  EXPECT_THAT(reading.mistakes, testing::HasSubstr("this is no valid YAML"));
}

TEST(Yaml, WithoutAWorldInterpolationIsAMistake) {
  Problems problems;
  const Node node = parse_yaml("a: ${env:TOKEN}\nb: ${record.id}", "x.yaml", {}, problems);

  EXPECT_EQ(problems.print(),
            "x.yaml:1:4: ${env:TOKEN} has no meaning in this file; only a configuration file may use it\n");
  EXPECT_EQ(node.find("b")->scalar, "${record.id}");
  EXPECT_FALSE(node.find("b")->left_reference);
}

}  // namespace
}  // namespace counterpart::config
