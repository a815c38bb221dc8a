// VAT ids: one normal form, and the check digits of thirty countries.
#include <map>
#include <random>
#include <set>

#include "mapping/codecs/vat_check.h"
#include "support.h"
#include "tests/mapping/oracle.h"

namespace counterpart::testing {
namespace {

using codecs::check_vat_id;
using codecs::VatCheck;
using ::testing::StartsWith;

TEST(VatIdCodec, ReadsEverySpellingAsOne) {
  for (const char* text : {"DE136695976", "de 136 695 976", "DE-136.695/976", " DE\u00a0136695976 "}) {
    EXPECT_EQ(read(codec("vat_id"), text), "text DE136695976") << text;
  }
  EXPECT_EQ(read(codec("vat_id"), "ATU 13585627"), "text ATU13585627");
  EXPECT_EQ(read(codec("vat_id"), "IE8D79739I"), "text IE8D79739I");
  EXPECT_EQ(read(codec("vat_id"), "CHE-100.155.212 MWST"), "text CHE100155212");
  EXPECT_EQ(read(codec("vat_id"), "CHE 100155212 TVA"), "text CHE100155212");
  EXPECT_EQ(read(codec("vat_id"), "NO 995525828 MVA"), "text NO995525828");
  EXPECT_EQ(read(codec("vat_id"), "GR 094259216"), "text EL094259216");
  EXPECT_EQ(written(codec("vat_id"), std::string("de 136695976")), "\"DE136695976\"");
}

TEST(VatIdCodec, RefusesWhatIsNoneAndSaysWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"123456789", "'123456789' is no VAT id"},
      {"DE1", "'DE1' is no VAT id"},
      {"DE12345678901234", "'DE12345678901234' is no VAT id"},
      {"DE123456789ß", "'DE123456789ß' is no VAT id"},
      {"Dé123456", "'Dé123456' is no VAT id"},
      {"-", "'-' is no VAT id"},
      {"keine", "'keine' is no VAT id"},
      {"DE12345", "'DE12345' has not the form of a VAT id of DE"},
      {"DE136695977", "'DE136695977' is no VAT id: its check digits are wrong"},
  };
  for (const auto& [text, why] : cases) {
    EXPECT_EQ(read(codec("vat_id"), text), std::string("problem: ") + why);
    EXPECT_THAT(written(codec("vat_id"), std::string(text)), StartsWith("problem: ")) << text;
  }
  EXPECT_THAT(read(codec("vat_id"), number("123456789")), StartsWith("problem: "));
}

TEST(VatIdCodec, LetsAnyPassWhereToldAndThoseOfOtherCountries) {
  EXPECT_EQ(read(codec("vat_id(unchecked)"), "DE 136695977"), "text DE136695977");
  EXPECT_EQ(read(codec("vat_id(unchecked)"), "DE12345"), "text DE12345");
  EXPECT_EQ(read(codec("vat_id"), "RS 100000024"), "text RS100000024");
}

RC_GTEST_PROP(VatIdCodec, HoldsEveryId, ()) {
  const std::string body = *text_of({"A", "z", "0", "9", "+", "*", " ", ".", "-", "/"}, 13);
  is_stable(codec("vat_id(unchecked)"), Native("fr" + body));
  is_stable(codec("vat_id"), Native("fr" + body));
  is_stable(codec("vat_id"), Native("ch" + body + "mwst"));
  const Parsed parsed = codec("vat_id(unchecked)")->parse("fr12" + body.substr(0, 11));
  RC_ASSERT(std::holds_alternative<Value>(parsed));
  holds(codec("vat_id(unchecked)"), value_of(parsed));
}

/// Ids of a form (9: a digit, ?: a letter or digit, others as they are), of which many are right: each with all that
/// can stand in one place.
void add_ids(const std::string& form, int bases, std::mt19937& random, std::vector<std::string>& ids) {
  constexpr std::string_view kAny = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const auto one_of = [&](std::string_view characters) { return characters[random() % characters.size()]; };
  for (int i = 0; i < bases; ++i) {
    std::string id = form;
    std::vector<std::size_t> open;
    for (std::size_t at = 2; at < form.size(); ++at) {
      if (form[at] == '9' || form[at] == '?') open.push_back(at);
      if (form[at] == '9') id[at] = one_of(kAny.substr(0, 10));
      if (form[at] == '?') id[at] = one_of(kAny);
    }
    const std::size_t varied = random() % 3 == 0 ? open[random() % open.size()] : open.back();
    for (const char c : form[varied] == '9' ? kAny.substr(0, 10) : kAny) {
      id[varied] = c;
      ids.push_back(id);
    }
  }
}

std::vector<std::string> many_ids() {
  const char* const forms[] = {
      "ATU99999999",   "BE0999999999",  "BE1999999999",  "BG999999999",    "BG9999999999",    "CHE999999999",
      "CY99999999?",   "CZ99999999",    "CZ699999999",   "CZ529999999",    "CZ8901999999",    "DE999999999",
      "DK99999999",    "EE999999999",   "EL999999999",   "ES99999999?",    "ES?9999999?",     "ESB99999999",
      "ESX9999999?",   "FI99999999",    "FR99999999999", "FR?9999999999",  "FR9?999999999",   "FR??999999999",
      "GB999999999",   "GBGD999",       "GBHA999",       "HR99999999999",  "HU99999999",      "IE9999999?",
      "IE9999999??",   "IE9?99999?",    "IT99999990999", "LT999999919",    "LT999999999919",  "LU99999999",
      "LV99999999999", "LV01018019999", "MT99999999",    "NL999999999B99", "NO999999999",     "PL9999999999",
      "PT999999999",   "RO99",          "RO999999",      "RO9999999999",   "RO1800101999999", "SE999999999901",
      "SI99999999",    "SK9999999999",  "XI999999999",   "XX999999999",    "DE99999999",      "ATX99999999"};
  std::mt19937 random(20'261'122);
  std::vector<std::string> ids;
  for (const char* form : forms) add_ids(form, 400, random, ids);
  return ids;
}

/// Who is a person by the number, its rule here asks for less of the date of birth than stdnum's does.
bool may_be_a_person(const std::string& id) {
  return (id.starts_with("BG") && id.size() == 12) || (id.starts_with("CZ") && id.size() > 10) ||
         id.starts_with("LV") || id.starts_with("SK") || (id.starts_with("RO") && id.size() == 15);
}

TEST(VatIdCodec, JudgesAsStdnumDoes) {
  const std::vector<std::string> ids = many_ids();
  const std::vector<std::string> answers = ask_oracle("tests/mapping/codecs/stdnum_oracle.py", "python3-stdnum", ids);

  std::map<std::string, int> right;
  std::vector<std::string> differ;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool ours = check_vat_id(ids[i]) == VatCheck::right;
    const bool theirs = answers[i] == "right";
    right[ids[i].substr(0, 2)] += theirs ? 1 : 0;
    if (ours != theirs && !(ours && may_be_a_person(ids[i]))) differ.push_back(ids[i] + " is " + answers[i]);
  }

  EXPECT_EQ(right.size(), 32U);
  for (const auto& [country, count] : right) {
    EXPECT_TRUE(count > 20 || country == "XX") << country << ": nothing was proved";
  }
  if (differ.size() > 20) differ.resize(20);
  EXPECT_THAT(differ, ::testing::IsEmpty());
}

}  // namespace
}  // namespace counterpart::testing
