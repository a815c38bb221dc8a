#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

TEST(RegistrationCodec, ReadsOneEntryInItsManySpellings) {
  const std::pair<const char*, const char*> cases[] = {
      {"Amtsgericht Charlottenburg HRB 12345 B", "Amtsgericht Charlottenburg HRB 12345 B"},
      {"HRB 12345 B, AG Charlottenburg", "Amtsgericht Charlottenburg HRB 12345 B"},
      {"HRB12345B (Amtsgericht CHARLOTTENBURG)", "Amtsgericht Charlottenburg HRB 12345 B"},
      {"hrb 12.345 b charlottenburg", "Amtsgericht Charlottenburg HRB 12345 B"},
      {"Handelsregister München, HRB Nr. 098 765", "Amtsgericht München HRB 98765"},
      {"MU\u0308NCHEN HRB:98765", "Amtsgericht München HRB 98765"},
      {"Amtsgericht Frankfurt Am Main, HRA 7", "Amtsgericht Frankfurt am Main HRA 7"},
      {"AG Lübeck HRB 1234 HL", "Amtsgericht Lübeck HRB 1234 HL"},
      {"GNR 12", "GnR 12"},
      {"VR 4711 Bonn", "Amtsgericht Bonn VR 4711"},
      {"FN 123456a", "FN 123456A"},
      {" sc 123  456", "SC 123 456"},
      {"GnR345MAIN", "GNR345MAIN"},
      {"HRB 12 nr.", "HRB 12"},
  };
  for (const auto& [raw, entry] : cases) {
    EXPECT_EQ(read(codec("registration"), raw), std::string("text ") + entry) << raw;
  }
  EXPECT_EQ(read(codec("registration"), number("1234567")), "text 1234567");
}

TEST(RegistrationCodec, RefusesWhatIsNoNumber) {
  for (const char* raw : {"HRB", "Amtsgericht München", "keine", "HRB B München"}) {
    EXPECT_THAT(read(codec("registration"), raw), StartsWith("problem: ")) << raw;
  }
}

TEST(RegistrationCodec, OfTheNumberKeepsTheCourtThatIsThere) {
  const CodecPtr short_one = codec("registration(number)");
  const Value whole = std::string("Amtsgericht München HRB 98765");

  EXPECT_EQ(written(short_one, whole), "\"HRB 98765\"");
  EXPECT_EQ(read(short_one, "hrb 98765, München"), "text HRB 98765");
  EXPECT_EQ(show(short_one->put(whole, std::string("HRB 98765")).value()), "text Amtsgericht München HRB 98765");
  EXPECT_EQ(show(short_one->put(whole, std::string("HRB 1")).value()), "text HRB 1");
}

RC_GTEST_PROP(RegistrationCodec, IsStable, ()) {
  const auto text =
      *text_of({"HRB", "hra", "GnR", "Amtsgericht", "AG", "München", "Frankfurt", "am", "MAIN", "B", "HL", "nr.",
                "12",  "0",   "345", " ",           ",",  "(",       ")",         ".",  "-",    "ß", "x",  "PR"},
               14);
  for (const char* name : {"registration", "registration(number)"}) is_stable(codec(name), text);
}

}  // namespace
}  // namespace counterpart::testing
