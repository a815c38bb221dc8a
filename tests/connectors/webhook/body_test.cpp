// Bodies that are no JSON: read whole, or refused with what and where.
#include "connectors/webhook/body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/values/json.h"

namespace counterpart::hook {
namespace {

using testing::HasSubstr;

struct Read {
  std::string body;
  std::string tree;  ///< as JSON
};

void PrintTo(const Read& read, std::ostream* out) {
  *out << read.body.substr(0, 60);
}

std::string tree_of(BodyFormat::Type type, const std::string& body) {
  BodyFormat format;
  format.type = type;
  return print_json(read_body(format, body));
}

std::string refusal_of(BodyFormat::Type type, const std::string& body) {
  try {
    return "taken: " + tree_of(type, body);
  } catch (const HookFormatError& error) {
    return error.what();
  }
}

// --- forms ----------------------------------------------------------------------------------------------

class Forms : public testing::TestWithParam<Read> {};

TEST_P(Forms, AreTrees) {
  EXPECT_EQ(tree_of(BodyFormat::Type::form, GetParam().body), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Forms,
    testing::Values(Read{"", "{}"}, Read{"a=1", R"({"a":"1"})"}, Read{"a=1&b=&c", R"({"a":"1","b":"","c":""})"},
                    Read{"a=x+y%2Bz%26", R"({"a":"x y+z&"})"}, Read{"n=M%C3%BCller", R"({"n":"Müller"})"},
                    Read{"a=1&a=2&a=3", R"({"a":["1","2","3"]})"}, Read{"a[]=1&a[]=2", R"({"a":["1","2"]})"},
                    Read{"a[b][c]=1&a[d]=2", R"({"a":{"b":{"c":"1"},"d":"2"}})"},
                    Read{"a[0][id]=1&a[1][id]=2", R"({"a":[{"id":"1"},{"id":"2"}]})"},
                    Read{"a[1]=x", R"({"a":{"1":"x"}})"}, Read{"a%5Bb%5D=1", R"({"a":{"b":"1"}})"},
                    Read{"a[b=1&[c]=2&d]=3", R"({"a[b":"1","[c]":"2","d]":"3"})"}));

class WrongForms : public testing::TestWithParam<Read> {};

TEST_P(WrongForms, AreNamed) {
  EXPECT_THAT(refusal_of(BodyFormat::Type::form, GetParam().body), HasSubstr(GetParam().tree));
}

std::string many_fields(int count, const std::string& name) {
  std::string body;
  for (int i = 0; i < count; ++i) body += name + std::to_string(i) + "=1&";
  return body;
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongForms,
    testing::Values(Read{"a=%", "an escape is malformed"}, Read{"a=%4", "an escape is malformed"},
                    Read{"a=%GG", "an escape is malformed"}, Read{"a=%00", "an escape is malformed"},
                    Read{"a=%FF", "not UTF-8"}, Read{"a=%ED%A0%80", "not UTF-8"}, Read{"%C0%AF=1", "not UTF-8"},
                    Read{"a=\xF4\x90\x80\x80", "not UTF-8"},
                    Read{"a=1&a[b]=2", "form field 'a[b]' is a value and a group"},
                    Read{"a[b]=2&a=1", "form field 'a' is a value and a group"},
                    Read{many_fields(10'001, "a=1&b"), "more than 10000 form fields"},
                    Read{many_fields(1'001, "a"), "has too many others beside it"},
                    Read{"a[b][c][d][e][f][g][h][i][j][k][l][m][n][o][p][q]=1", "has too many brackets"}));

TEST(FormField, ThatHoldsTheBodyAsJsonMustBeThere) {
  BodyFormat format;
  format.type = BodyFormat::Type::form;
  format.json_field = "payload";

  EXPECT_EQ(print_json(read_body(format, "payload=%7B%22a%22%3A1%7D")), R"({"a":1})");
  EXPECT_THROW(read_body(format, "other=1"), HookFormatError);
  EXPECT_THROW(read_body(format, "payload=%7B"), HookFormatError);
}

// --- XML ------------------------------------------------------------------------------------------------

class Xml : public testing::TestWithParam<Read> {};

TEST_P(Xml, IsATree) {
  EXPECT_EQ(tree_of(BodyFormat::Type::xml, GetParam().body), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(Table, Xml,
                         testing::Values(Read{"<a/>", R"({"a":""})"}, Read{"<a> x </a>", R"({"a":" x "})"},
                                         Read{"<a>\n <b>1</b>\n <c>2</c>\n</a>", R"({"a":{"b":"1","c":"2"}})"},
                                         Read{"<a><b>1</b><b>2</b><b>3</b></a>", R"({"a":{"b":["1","2","3"]}})"},
                                         Read{"<n:a xmlns:n='u' n:k='v'>x</n:a>", R"({"a":{"@k":"v","#text":"x"}})"},
                                         Read{"<a xmlns:xsi='u'><b xsi:nil='true'/></a>", R"({"a":{"b":null}})"},
                                         Read{"<a>&lt;&amp;&#252;<![CDATA[<x>]]></a>", R"({"a":"<&ü<x>"})"},
                                         Read{"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xfc</a>", R"({"a":"ü"})"},
                                         Read{"<!-- c --><a><?pi x?>1</a>", R"({"a":"1"})"}));

class WrongXml : public testing::TestWithParam<Read> {};

TEST_P(WrongXml, IsNamed) {
  EXPECT_THAT(refusal_of(BodyFormat::Type::xml, GetParam().body), HasSubstr(GetParam().tree));
}

std::string nested(int levels) {
  std::string body;
  for (int i = 0; i < levels; ++i) body += "<a>";
  for (int i = 0; i < levels; ++i) body += "</a>";
  return body;
}

std::string siblings(int count) {
  std::string body = "<r>";
  for (int i = 0; i < count; ++i) body += "<a" + std::to_string(i) + "/>";
  return body + "</r>";
}

constexpr const char* kLaughs =
    "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]>"
    "<l k='&c;'>&c;</l>";

INSTANTIATE_TEST_SUITE_P(
    Table, WrongXml,
    testing::Values(Read{"", "no XML"}, Read{"{}", "no well-formed XML"}, Read{"<a>", "no well-formed XML"},
                    Read{"<a></b>", "no well-formed XML"}, Read{"<a/><b/>", "no well-formed XML"},
                    Read{"<a>&x;</a>", "XML"}, Read{"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "document type"},
                    Read{"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "document type"},
                    Read{kLaughs, "document type"}, Read{nested(65), "more than 64 levels"},
                    Read{siblings(1'001), "too many different elements"}, Read{"<a>\xff</a>", "no well-formed XML"},
                    Read{std::string("<a>\0</a>", 8), "no well-formed XML"}));

}  // namespace
}  // namespace counterpart::hook
