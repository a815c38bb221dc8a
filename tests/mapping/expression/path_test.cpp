#include "mapping/expression/path.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>

#include "mapping/values/json.h"
#include "tests/mapping/values/printing.h"

namespace counterpart {
namespace {

constexpr const char* kParty = R"~({
  "name": "Analytical Engines",
  "address": {"city": "London", "zip": null},
  "Vorname (privat)": "Ada", "it's": 1, "first-name": "A", "$ref": "r", "größe": 7, "7": "seven",
  "tags": ["a", "b"],
  "mechanisms": [
    {"id": 1, "type": "phone", "value": "+44 1", "active": true},
    {"id": 2, "type": "email", "value": "old@x.org", "active": false},
    {"id": 3, "type": "email", "value": "new@x.org", "active": true},
    {"id": 4, "type": "a,b]", "value": "odd", "note": null},
    "not an object"
  ],
  "groups": [{"rows": [{"k": 1}, {"k": 2}]}, {}, {"rows": [{"k": 3}]}]
})~";

std::string found(const char* path, const Native& record) {
  const Native* value = Path::parse(path).find(record);
  return value == nullptr ? "nothing" : print_json(*value);
}

TEST(Path, finds_one_place) {
  const Native party = parse_json(kParty);
  const std::pair<const char*, const char*> cases[] = {
      {"name", R"("Analytical Engines")"},
      {"address.city", R"("London")"},
      {"address.zip", "null"},
      {"address.street", "nothing"},
      {"address.city.x", "nothing"},
      {"missing.city", "nothing"},
      {"'Vorname (privat)'", R"("Ada")"},
      {"\"Vorname (privat)\"", R"("Ada")"},
      {"'it\\'s'", "1"},
      {"\"it's\"", "1"},
      {"first-name", R"("A")"},
      {"$ref", R"("r")"},
      {"größe", "7"},
      {"7", R"("seven")"},
      {"address.'city'", R"("London")"},
      {"tags[0]", R"("a")"},
      {"tags[ 1 ]", R"("b")"},
      {"tags[2]", "nothing"},
      {"name[0]", "nothing"},
      {"tags.a", "nothing"},
      {"mechanisms[type=email].value", R"("old@x.org")"},
      {"mechanisms[type=email,active=true].value", R"("new@x.org")"},
      {"mechanisms[ type = email , active = true ].value", R"("new@x.org")"},
      {"mechanisms[type='email',active='true'].value", R"("new@x.org")"},
      {"mechanisms['type'=email].id", "2"},
      {"mechanisms[id=3].value", R"("new@x.org")"},
      {"mechanisms[id='3'].value", R"("new@x.org")"},
      {"mechanisms[type='a,b]'].value", R"("odd")"},
      {"mechanisms[note=''].id", "4"},
      {"mechanisms[nothing=''].id", "nothing"},
      {"mechanisms[type=fax]", "nothing"},
      {"mechanisms[type=email].missing", "nothing"},
      {"address[type=email]", "nothing"},
      {"mechanisms[*].value", R"("+44 1")"},
      {"mechanisms[*].note", "null"},
      {"groups[*].rows[*].k", "1"},
      {"groups[2].rows[0].k", "3"},
      {"address[*]", "nothing"},
  };
  for (const auto& [path, expected] : cases) EXPECT_EQ(found(path, party), expected) << path;
}

TEST(Path, the_point_is_the_record_itself) {
  Native record = parse_json("[1]");

  EXPECT_EQ(found(".", record), "[1]");
  EXPECT_EQ(Path().text(), ".");
  EXPECT_EQ(Path::parse("."), Path());
  EXPECT_EQ(found("[0]", record), "1");
  Path().set(record, Native("other"));
  EXPECT_EQ(record, Native("other"));
}

TEST(Path, finds_every_place_in_order) {
  const Native party = parse_json(kParty);
  const std::pair<const char*, const char*> cases[] = {
      {"groups[*].rows[*].k", "[1,2,3]"},
      {"mechanisms[*].id", "[1,2,3,4]"},
      {"tags[*]", R"(["a","b"])"},
      {"mechanisms[type=email].id", "[2]"},
      {"name", R"(["Analytical Engines"])"},
      {"missing[*].x", "[]"},
      {"name[*]", "[]"},
  };
  for (const auto& [path, expected] : cases) {
    Native::Array all;
    for (const Native* value : Path::parse(path).find_all(party)) all.push_back(*value);
    EXPECT_EQ(print_json(all), expected) << path;
  }
}

TEST(Path, puts_values_and_makes_what_is_missing) {
  const struct {
    const char* before;
    const char* path;
    const char* value;
    const char* after;
  } cases[] = {
      {"null", "name", "1", R"({"name":1})"},
      {R"({"name":0,"x":2})", "name", "1", R"({"name":1,"x":2})"},
      {"{}", "address.city", R"("London")", R"({"address":{"city":"London"}})"},
      {R"({"address":null})", "address.city", R"("London")", R"({"address":{"city":"London"}})"},
      {R"({"address":{"zip":1}})", "address.city", "null", R"({"address":{"zip":1,"city":null}})"},
      {"{}", "address.city", "null", R"({"address":{"city":null}})"},
      {"{}", "tags[2]", "1", R"({"tags":[null,null,1]})"},
      {R"({"tags":[1,2]})", "tags[0]", "null", R"({"tags":[null,2]})"},
      {"{}", "rows[1].city", R"("x")", R"({"rows":[null,{"city":"x"}]})"},
      {R"({"m":[{"type":"phone"}]})", "m[type=email].value", R"("a@b")",
       R"({"m":[{"type":"phone"},{"type":"email","value":"a@b"}]})"},
      {R"({"m":[{"type":"email","value":"old","id":7}]})", "m[type=email].value", R"("a@b")",
       R"({"m":[{"type":"email","value":"a@b","id":7}]})"},
      {"{}", "m[type=email,active=true,rank=1,zip='10115',flag='true'].value", "5",
       R"({"m":[{"type":"email","active":true,"rank":1,"zip":"10115","flag":"true","value":5}]})"},
      {"{}", "m[code=007,version=1.2.3,negative=-0.5,bad=-05].v", "5",
       R"({"m":[{"code":"007","version":"1.2.3","negative":-0.5,"bad":"-05","v":5}]})"},
      {"{}", "m[type=email]", R"({"value":"x"})", R"({"m":[{"value":"x","type":"email"}]})"},
      {R"({"m":[{"type":"email","value":1}]})", "m[type=email]", R"({"type":"email","value":2})",
       R"({"m":[{"type":"email","value":2}]})"},
      {"{}", "a[k=1].b[l=2].c", "3", R"({"a":[{"k":1,"b":[{"l":2,"c":3}]}]})"},
      {"{}", "'a b'.'c.d'", "1", R"({"a b":{"c.d":1}})"},
  };
  for (const auto& c : cases) {
    Native record = parse_json(c.before);
    Path::parse(c.path).set(record, parse_json(c.value));
    EXPECT_EQ(print_json(record), c.after) << c.path;
    if (parse_json(c.value).is_null()) continue;
    EXPECT_NE(Path::parse(c.path).find(record), nullptr) << c.path << ": what was put there is found there";
  }
}

TEST(Path, null_through_a_condition_removes_a_row_that_holds_nothing_more) {
  const struct {
    const char* before;
    const char* path;
    const char* after;
  } cases[] = {
      {R"({"m":[{"t":"a","v":1},{"t":"b","v":2}]})", "m[t=a].v", R"({"m":[{"t":"b","v":2}]})"},
      {R"({"m":[{"t":"a","v":1},{"t":"a","v":2}]})", "m[t=a].v", R"({"m":[{"t":"a","v":2}]})"},
      {R"({"m":[{"t":"a","v":1}]})", "m[t=a]", R"({"m":[]})"},
      {R"({"m":[{"id":7,"t":"a","v":1}]})", "m[t=a].v", R"({"m":[]})"},
      {R"({"m":[{"t":"a","v":1}]})", "m[t=a].x.y", R"({"m":[{"t":"a","v":1}]})"},
      {R"({"m":[{"t":"a","city":"x","street":"y"}]})", "m[t=a].city", R"({"m":[{"t":"a","city":null,"street":"y"}]})"},
      {R"({"m":[{"t":"b","v":1}]})", "m[t=a].v", R"({"m":[{"t":"b","v":1}]})"},
      {R"({"a":[{"k":"1","b":[{"l":"2"},{"l":"3"}]}]})", "a[k=1].b[l=2].c", R"({"a":[{"k":"1","b":[{"l":"3"}]}]})"},
      {"{}", "m[t=a].v", "{}"},
      {R"({"m":null})", "m[t=a].v", R"({"m":null})"},
      {R"({"m":"text"})", "m[t=a].v", R"({"m":"text"})"},
      {"{}", "x.m[t=a].v", "{}"},
  };
  for (const auto& c : cases) {
    Native record = parse_json(c.before);
    Path::parse(c.path).set(record, Native());
    EXPECT_EQ(print_json(record), c.after) << c.path;
  }
}

TEST(Path, refuses_to_write_where_the_record_has_another_shape) {
  const struct {
    const char* record;
    const char* path;
    const char* what;
    std::size_t column;
  } cases[] = {
      {R"({"name":"Ada"})", "name.first", "a single value where the path needs an object", 5},
      {R"({"name":"Ada"})", "name[0]", "a single value where the path needs a list", 4},
      {R"({"name":true})", "name[t=a].v", "a single value where the path needs a list", 4},
      {R"({"tags":[]})", "tags.x", "a list where the path needs an object", 5},
      {R"({"tags":{}})", "tags[0]", "an object where the path needs a list", 4},
      {R"({"tags":[1]})", "tags[*]", "[*] is for reading only", 4},
      {R"({"tags":[1]})", "tags[*].x.y", "[*] is for reading only", 4},
      {"[]", "name", "a list where the path needs an object", 0},
  };
  for (const auto& c : cases) {
    Native record = parse_json(c.record);
    try {
      Path::parse(c.path).set(record, Native("x"));
      ADD_FAILURE() << c.path << " was put into " << c.record;
    } catch (const PathError& error) {
      EXPECT_NE(std::string(error.what()).find(c.what), std::string::npos) << error.what();
      EXPECT_EQ(error.column(), c.column) << c.path;
    }
    EXPECT_EQ(print_json(record), c.record) << "nothing was changed";
  }
}

TEST(Path, refuses_a_wrong_text_with_its_column) {
  const struct {
    const char* text;
    const char* what;
    std::size_t column;
  } cases[] = {
      {"", "a name is expected", 0},
      {"a.", "a name is expected", 2},
      {"a..b", "a name is expected", 2},
      {".a", "a name is expected", 0},
      {" a", "a name is expected", 0},
      {"a b", "goes on with . or [", 1},
      {"a(b)", "goes on with . or [", 1},
      {"Vorname (privat)", "stand in quotes", 7},
      {"a.'b", "the quote is not closed", 2},
      {"''", "a name cannot be empty", 0},
      {"a.\"\"", "a name cannot be empty", 2},
      {"'a\\n'", "a backslash stands only before", 2},
      {"a[", "a position, * or name=value", 2},
      {"a[]", "a position, * or name=value", 2},
      {"a[0", "= after the name", 3},
      {"a[-1]", "positions count from 0", 2},
      {"a[10000]", "a position is at most 9999", 2},
      {"a[99999999999999999999999]", "a position is at most 9999", 2},
      {"a[1 2]", "] after the position", 4},
      {"a[*", "] after [*", 3},
      {"a[*x]", "] after [*", 3},
      {"a[type]", "= after the name", 6},
      {"a[type=]", "a value is missing", 7},
      {"a[type=email", "] or , after", 12},
      {"a[type=email,]", "a position, * or name=value", 13},
      {"a[type=O'Brien]", "needs quotes", 8},
      {"a[type=a=b]", "needs quotes", 8},
      {"a[type='a'b]", "] or , after", 10},
      {"a[type=email]x", "goes on with . or [", 13},
  };
  for (const auto& c : cases) {
    try {
      Path::parse(c.text);
      ADD_FAILURE() << "'" << c.text << "' was accepted";
    } catch (const PathError& error) {
      EXPECT_NE(std::string(error.what()).find(c.what), std::string::npos) << c.text << ": " << error.what();
      EXPECT_EQ(error.column(), c.column) << c.text << ": " << error.what();
    }
  }
}

TEST(Path, has_at_most_32_steps) {
  std::string text = "a";
  for (int i = 1; i < 32; ++i) text += ".a";

  EXPECT_EQ(Path::parse(text).steps().size(), 32U);
  EXPECT_THROW(Path::parse(text + ".a"), PathError);
}

TEST(Path, compares_by_its_steps) {
  EXPECT_EQ(Path::parse("a.b[type=x]"), Path::parse("'a'.\"b\"[ type = x ]"));
  EXPECT_FALSE(Path::parse("a.b") == Path::parse("a.c"));
  EXPECT_EQ(Path::parse("a.'b'").text(), "a.'b'");
}

TEST(Path, begins_a_longer_text) {
  EXPECT_EQ(Path::parse_prefix("a.b | trim").text(), "a.b");
  EXPECT_EQ(Path::parse_prefix("a[type=x].c~d").text(), "a[type=x].c");
  EXPECT_EQ(Path::parse_prefix("a").text(), "a");
  EXPECT_THROW(Path::parse_prefix("| trim"), PathError);
}

TEST(Path, has_a_tail) {
  EXPECT_EQ(Path::parse("a.b[0].c").tail(), Path::parse("b[0].c"));
  EXPECT_EQ(Path::parse("a.b[0].c").tail().text(), "b[0].c");
  EXPECT_EQ(Path::parse("a[0].c").tail().text(), "[0].c");
  EXPECT_EQ(Path::parse("a").tail(), Path());
}

}  // namespace
}  // namespace counterpart
