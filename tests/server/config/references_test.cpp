// Fields that name other records, records that are final, and numbers as match keys, in the configuration.

#include <gmock/gmock.h>

#include "mapping/codecs/reference.h"
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using test::read;
using testing::HasSubstr;

std::string objects(const std::string& contacts, const std::string& more = "") {
  return "systems:\n  crm: { connector: plain, url: http://127.0.0.1:1 }\n  erp: { connector: plain }\nsyncs:\n  s:\n"
         "    between: { left: crm, right: erp }\n    objects:\n"
         "      - { left: companies, right: parties, fields: [{ left: name, right: name }] }\n"
         "      - left: contacts\n        right: persons\n" +
         more + "        fields:\n          - " + contacts + "\n";
}

TEST(ReferencesInConfiguration, AreReadWithWhatEachSideSays) {
  const auto reading = read(objects(
      "{ left: company, right: employer, as: { left: reference(companies), right: \"reference(companies, number, "
      "required)\" } }"));
  ASSERT_EQ(reading.mistakes, "");
  const FieldRule& rule = reading.configuration.syncs.at(0).mappings.at(1).fields.at(0);
  EXPECT_EQ(reference_of(*rule.side.left.codec)->mapping, "companies");
  EXPECT_FALSE(reference_of(*rule.side.left.codec)->required);
  EXPECT_TRUE(reference_of(*rule.side.right.codec)->required);
}

TEST(ReferencesInConfiguration, ToNothingThatIsMappedAreMistakesAtTheirPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"{ left: company, right: employer, as: reference(company) }",
       "12:51: there is no object mapping 'company' in this sync to refer to; name one of: companies, contacts"},
      {"{ left: company, right: employer, as: { left: reference(companies), right: reference(contacts) } }",
       "the two sides do not name records of the same mapping"},
      {"{ left: company, right: employer, as: { left: reference(companies), right: text } }",
       "the two sides do not name records of the same mapping"},
      {"{ left: company, right: employer, as: reference }", "the mapping's name is missing"},
  };
  for (const auto& [field, mistake] : cases) EXPECT_THAT(read(objects(field)).mistakes, HasSubstr(mistake)) << field;
}

TEST(FinalInConfiguration, IsAnExpressionForEachSide) {
  const auto reading =
      read(objects("{ left: name, right: name }", "        final: { right: \"state == 'posted'\" }\n"));
  ASSERT_EQ(reading.mistakes, "");
  const ObjectMapping& mapping = reading.configuration.syncs.at(0).mappings.at(1);
  EXPECT_FALSE(mapping.final_when.left);
  EXPECT_EQ(mapping.final_when.right->text(), "state == 'posted'");
  EXPECT_THAT(read(objects("{ left: name, right: name }", "        final: \"state ==\"\n")).mistakes,
              HasSubstr("11:25: in the expression"));
  // and it is part of what decides
  EXPECT_NE(read(objects("{ left: name, right: name }")).configuration.syncs.at(0).version,
            reading.configuration.syncs.at(0).version);
}

TEST(MatchInConfiguration, TakesACodeAsKey) {
  const auto reading = read(objects("{ left: number, right: no, as: code }", "        match: [number]\n"));
  ASSERT_EQ(reading.mistakes, "");
  EXPECT_EQ(reading.configuration.syncs.at(0).mappings.at(1).match.at(0).kind, KeyKind::code);
}

}  // namespace
}  // namespace counterpart
