#include "mapping/config/table.h"

#include <gmock/gmock.h>

#include "mapping/values/json.h"

namespace counterpart::config {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::Pair;

enum class Colour { red, green };

struct Wheel {
  Place place;
  std::string kind = "round";
  std::int64_t spokes = 36;
};

struct Car {
  std::string name;
  std::int64_t seats = 4;
  bool open = false;
  Colour colour = Colour::green;
  milliseconds warm_up{90'000};
  std::vector<std::string> owners;
  std::vector<std::string> keys;
  std::optional<std::string> note;
  Wheel spare;
  std::vector<Wheel> wheels;
  std::vector<std::pair<std::string, Wheel>> by_name;
  std::vector<std::pair<std::string, std::string>> labels;
  Native extra;
  std::int64_t gears = 5;
};

Table<Wheel> wheel_table() {
  Table<Wheel> table("a wheel", "One wheel.");
  table.required("kind", &Wheel::kind, text(), "What it is like.")
      .optional("spokes", &Wheel::spokes, integer(0, 100), "How many.");
  return table;
}

Table<Car> gearbox_table() {
  Table<Car> table("a gearbox", "The gearbox.");
  table.optional("gears", &Car::gears, integer(1, 9), "How many gears.");
  return table;
}

Table<Car> car_table() {
  Table<Car> table("a car", "A car.");
  table.required("name", &Car::name, config::name(), "What it is called.")
      .optional("seats", &Car::seats, integer(1, 9), "How many seats.")
      .optional("open", &Car::open, boolean(), "Without a roof.")
      .optional("colour", &Car::colour, choice<Colour>({{"red", Colour::red}, {"green", Colour::green}}), "Its colour.")
      .optional("warm_up", &Car::warm_up, duration(), "Before it drives.")
      .optional("owners", &Car::owners, list_of(text()), "Who owns it.")
      .optional("keys", &Car::keys, one_or_list_of(text()), "What opens it.")
      .optional("note", &Car::note, maybe(text()), "A note.")
      .optional("spare", &Car::spare, wheel_table().type(), "The spare wheel.")
      .optional("wheels", &Car::wheels, list_of(placed(wheel_table().type())), "Its wheels.")
      .optional("by_name", &Car::by_name, map_of(wheel_table().type()), "Its wheels, named.")
      .optional("labels", &Car::labels, text_map_of(text()), "Labels.")
      .optional("extra", &Car::extra, anything(), "Anything else.")
      .section("gearbox", gearbox_table())
      .check([](const Car& car, const Node& node, Problems& problems) {
        if (car.open && car.seats > 2) problems.add(node.place, "an open car has two seats");
      });
  return table;
}

struct Reading {
  Car car;
  std::string mistakes;
};

Reading read(std::string_view text) {
  Problems problems;
  const auto world = [](std::string_view, std::string_view name) -> std::optional<std::string> {
    return std::string(name);
  };
  const Node node = parse_yaml(text, "car.yaml", world, problems);
  Car car = car_table().read(node, problems);
  return {std::move(car), problems.print()};
}

TEST(Table, ReadsWhatIsWritten) {
  const Reading reading = read(
      "name: herbie\n"
      "seats: 5\n"
      "colour: red\n"
      "warm_up: 250ms\n"
      "owners: [Jim, Thorndyke]\n"
      "keys: only one\n"
      "note: '53'\n"
      "spare: {kind: flat}\n"
      "wheels:\n"
      "  - {kind: big}\n"
      "  - {kind: small, spokes: 8}\n"
      "by_name: {front: {kind: big}}\n"
      "labels: {'Straße 1': €}\n"
      "extra: [1, {a: true}]\n"
      "gearbox: {gears: 4}\n");
  const Car& car = reading.car;

  ASSERT_EQ(reading.mistakes, "");
  EXPECT_EQ(car.name, "herbie");
  EXPECT_EQ(car.seats, 5);
  EXPECT_EQ(car.colour, Colour::red);
  EXPECT_EQ(car.warm_up, milliseconds(250));
  EXPECT_THAT(car.owners, ElementsAre("Jim", "Thorndyke"));
  EXPECT_THAT(car.keys, ElementsAre("only one"));
  EXPECT_EQ(car.note, "53");
  EXPECT_EQ(car.spare.kind, "flat");
  EXPECT_EQ(car.spare.spokes, 36) << "what is not written keeps its default";
  EXPECT_EQ(car.wheels.at(1).spokes, 8);
  EXPECT_EQ(car.wheels.at(1).place.line, 11);
  EXPECT_EQ(car.by_name.at(0).first, "front");
  EXPECT_THAT(car.labels, ElementsAre(Pair("Straße 1", "€")));
  EXPECT_EQ(print_json(car.extra), R"([1,{"a":true}])");
  EXPECT_EQ(car.gears, 4);
}

TEST(Table, WhatIsNotWrittenKeepsItsDefault) {
  const Reading reading = read("name: herbie");

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_EQ(reading.car.seats, 4);
  EXPECT_EQ(reading.car.colour, Colour::green);
  EXPECT_EQ(reading.car.note, std::nullopt);
  EXPECT_EQ(reading.car.gears, 5);
}

TEST(Table, ASectionWithNothingInItIsEmpty) {
  EXPECT_EQ(read("name: herbie\nlabels:\ngearbox:\n").mistakes, "");
}

TEST(Table, DurationsHaveUnits) {
  const std::pair<std::string, milliseconds> cases[] = {
      {"0s", milliseconds(0)},         {"250ms", milliseconds(250)},    {"30s", milliseconds(30'000)},
      {"5m", milliseconds(300'000)},   {"2h", milliseconds(7'200'000)}, {"7d", milliseconds(604'800'000)},
      {"'5m'", milliseconds(300'000)},
  };

  for (const auto& [text, expected] : cases) {
    const Reading reading = read("name: a\nwarm_up: " + text);
    EXPECT_EQ(reading.mistakes, "") << text;
    EXPECT_EQ(reading.car.warm_up, expected) << text;
  }
}

TEST(Table, DurationsPrintInTheLargestUnitThatKeepsThemWhole) {
  EXPECT_EQ(print_duration(milliseconds(0)), "0s");
  EXPECT_EQ(print_duration(milliseconds(1'500)), "1500ms");
  EXPECT_EQ(print_duration(milliseconds(90'000)), "90s");
  EXPECT_EQ(print_duration(milliseconds(86'400'000)), "1d");
}

TEST(Table, NumbersAndSwitchesMayComeFromTheEnvironmentEvenInQuotes) {
  const Reading reading = read("name: a\nseats: \"${env:7}\"\nopen: '${env:false}'");

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_EQ(reading.car.seats, 7);
}

struct Mistaken {
  std::string yaml;
  std::string mistakes;
};

TEST(Table, TellsEveryMistakeWithItsPlaceAndARemedy) {
  const Mistaken cases[] = {
      {"seats: 4", "car.yaml:1:1: the key 'name' is missing in a car; add it: What it is called.\n"},
      {"", "car.yaml:1:1: the key 'name' is missing in a car; add it: What it is called.\n"},
      {"[1]", "car.yaml:1:1: expected a map (a car), found a list\n"},
      {"name: 'a b'", "car.yaml:1:7: expected a short name (letters, digits, _ and -), found 'a b'\n"},
      {"name: a\nseat: 4", "car.yaml:2:1: unknown key 'seat' in a car; did you mean 'seats'?\n"},
      {"name: a\nspare: {kind: x, tyre: y}",
       "car.yaml:2:18: unknown key 'tyre' in a wheel; known are: kind or spokes\n"},
      {"name: a\nseats: 10", "car.yaml:2:8: expected a whole number from 1 to 9, found '10'\n"},
      {"name: a\nseats: four", "car.yaml:2:8: expected a whole number from 1 to 9, found 'four'\n"},
      {"name: a\nseats: 1.5", "car.yaml:2:8: expected a whole number from 1 to 9, found '1.5'\n"},
      {"name: a\nseats: 99999999999999999999",
       "car.yaml:2:8: expected a whole number from 1 to 9, found "
       "'99999999999999999999'\n"},
      {"name: a\nseats: '4'",
       "car.yaml:2:8: expected a whole number from 1 to 9, found '4'; remove the quotes if they are too much\n"},
      {"name: a\nopen: yes", "car.yaml:2:7: expected true or false, found 'yes'\n"},
      {"name: a\ncolour: gren", "car.yaml:2:9: expected red or green, found 'gren'; did you mean 'green'?\n"},
      {"name: a\ncolour: [red]", "car.yaml:2:9: expected red or green, found a list\n"},
      {"name: a\nwarm_up: 30",
       "car.yaml:2:10: expected a duration such as 30s, 5m, 250ms, found '30'; add the unit: ms, s, m, h or d\n"},
      {"name: a\nwarm_up: soon", "car.yaml:2:10: expected a duration such as 30s, 5m, 250ms, found 'soon'\n"},
      {"name: a\nwarm_up: -5s", "car.yaml:2:10: expected a duration such as 30s, 5m, 250ms, found '-5s'\n"},
      {"name: a\nwarm_up: 99999999999999999d",
       "car.yaml:2:10: expected a duration such as 30s, 5m, 250ms, found '99999999999999999d'\n"},
      {"name: a\nowners: Jim",
       "car.yaml:2:9: expected a list, found 'Jim'; write [first, second], or lines that begin with -\n"},
      {"name: a\nowners: [Jim, [x], {}]",
       "car.yaml:2:15: expected text, found a list\ncar.yaml:2:20: expected text, found a map\n"},
      {"name: a\nkeys: []",
       "car.yaml:2:7: expected at least one item, found a list; fill the list, or remove the key\n"},
      {"name: a\nnote:", "car.yaml:2:1: expected text, found nothing\n"},
      {"name: a\nwheels: [{spokes: 1}]",
       "car.yaml:2:10: the key 'kind' is missing in a wheel; add it: What it is like.\n"},
      {"name: a\nby_name: {'front left': {kind: x}}",
       "car.yaml:2:11: 'front left' is no short name; use letters, digits, _ and -, at most 63\n"},
      {"name: a\nopen: true", "car.yaml:1:1: an open car has two seats\n"},
      {"name: a\ngearbox: {gears: 0, gear: 1}",
       "car.yaml:2:18: expected a whole number from 1 to 9, found '0'\n"
       "car.yaml:2:21: unknown key 'gear' in a gearbox; did you mean 'gears'?\n"},
  };

  for (const Mistaken& c : cases) EXPECT_EQ(read(c.yaml).mistakes, c.mistakes) << c.yaml;
}

TEST(Table, TellsAllMistakesAtOnce) {
  EXPECT_EQ(read("nam: a\nseats: 0\nwheels: [{}, {kind: x, spokes: many}]\nopen: 1").mistakes,
            "car.yaml:1:1: the key 'name' is missing in a car; add it: What it is called.\n"
            "car.yaml:1:1: unknown key 'nam' in a car; did you mean 'name'?\n"
            "car.yaml:2:8: expected a whole number from 1 to 9, found '0'\n"
            "car.yaml:3:10: the key 'kind' is missing in a wheel; add it: What it is like.\n"
            "car.yaml:3:32: expected a whole number from 0 to 100, found 'many'\n"
            "car.yaml:4:7: expected true or false, found '1'\n");
}

TEST(Table, NeverShowsWhatCameFromTheEnvironment) {
  EXPECT_EQ(read("name: a\nseats: ${env:hunter2}\ncolour: ${env:hunter2}").mistakes,
            "car.yaml:2:8: expected a whole number from 1 to 9, found something else in what ${…} stands for\n"
            "car.yaml:3:9: expected red or green, found something else in what ${…} stands for\n");
}

TEST(Table, DescribesItselfAsJsonSchema) {
  const Native schema = car_table().schema();
  const Native& properties = *schema.member("properties");
  const auto property = [&](const char* name) { return print_json(*properties.member(name)); };

  EXPECT_EQ(print_json(*schema.member("type")), R"("object")");
  EXPECT_EQ(print_json(*schema.member("description")), R"("A car.")");
  EXPECT_EQ(print_json(*schema.member("required")), R"(["name"])");
  EXPECT_EQ(print_json(*schema.member("additionalProperties")), "false");
  EXPECT_EQ(property("seats"),
            R"({"type":"integer","minimum":1,"maximum":9,"description":"How many seats.","default":4})");
  EXPECT_EQ(property("open"), R"({"type":"boolean","description":"Without a roof.","default":false})");
  EXPECT_EQ(property("colour"),
            R"({"type":"string","enum":["red","green"],"description":"Its colour.","default":"green"})");
  EXPECT_EQ(
      property("warm_up"),
      R"json({"type":"string","pattern":"^[0-9]+(ms|s|m|h|d)$|\\$\\{(env|file):","description":"Before it drives.","default":"90s"})json");
  EXPECT_EQ(property("note"), R"({"type":["string","number","boolean"],"description":"A note."})");
  EXPECT_EQ(property("spare"),
            R"({"type":"object","description":"The spare wheel.","properties":{)"
            R"("kind":{"type":["string","number","boolean"],"description":"What it is like."},)"
            R"("spokes":{"type":"integer","minimum":0,"maximum":100,"description":"How many.","default":36}},)"
            R"("required":["kind"],"additionalProperties":false})");
  EXPECT_EQ(print_json(*properties.member("keys")->member("anyOf")->array().at(1).member("minItems")), "1");
  EXPECT_EQ(print_json(*properties.member("by_name")->member("propertyNames")),
            R"({"pattern":"^[A-Za-z0-9_-]{1,63}$"})");
  EXPECT_EQ(property("gearbox").find("How many gears."), property("gearbox").rfind("How many gears."));
}

/// The key and those inside it, each with the whole way to it.
void list_keys(const std::vector<KeyDoc>& keys, const std::string& section, std::vector<std::string>& lines) {
  for (const KeyDoc& key : keys) {
    lines.push_back(section + key.key + " | " + key.type + " | " + key.default_text + " | " + key.doc +
                    (key.required ? " *" : ""));
    list_keys(key.inner, section + key.key + key.way + ".", lines);
  }
}

TEST(Table, DocumentsItsKeysAndThoseInside) {
  std::vector<std::string> lines;
  list_keys(car_table().keys(), "", lines);

  EXPECT_THAT(lines, testing::IsSupersetOf({
                         "name | a short name (letters, digits, _ and -) |  | What it is called. *",
                         "seats | a whole number from 1 to 9 | 4 | How many seats.",
                         "open | true or false | false | Without a roof.",
                         "colour | red or green | green | Its colour.",
                         "warm_up | a duration such as 30s, 5m, 250ms | 90s | Before it drives.",
                         "gearbox.gears | a whole number from 1 to 9 | 5 | How many gears.",
                         "spare.kind | text |  | What it is like. *",
                         "wheels[].spokes | a whole number from 0 to 100 | 36 | How many.",
                         "by_name.NAME.kind | text |  | What it is like. *",
                     }));
}

}  // namespace
}  // namespace counterpart::config
