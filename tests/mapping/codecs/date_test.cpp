#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(DateCodec, ReadsAndPrintsItsForm) {
  struct Case {
    const char* codec;
    const char* text;
  };
  const Case cases[] = {
      {"date", "2026-03-01"},
      {"date('dd.MM.yyyy')", "01.03.2026"},
      {"date('d.M.yyyy')", "1.3.2026"},
      {"date('yyyyMMdd')", "20260301"},
      {"date('MM/dd/yyyy')", "03/01/2026"},
      {"date(\"'am' dd.MM.yyyy\")", "am 01.03.2026"},
      {"date('d. MMMM yyyy', de)", "1. März 2026"},
      {"date('EEEE, d. MMMM yyyy', de)", "Sonntag, 1. März 2026"},
      {"date('EEE, d MMM yyyy')", "Sun, 1 Mar 2026"},
      {"date('E, d MMM yyyy')", "Sun, 1 Mar 2026"},
      {"date('EE d. MMMM yyyy', de)", "So. 1. März 2026"},
      {"date(\"E 'o''clock of' dMMMyyyy\")", "Sun o'clock of 1Mar2026"},
  };

  for (const Case& it : cases) {
    EXPECT_EQ(read(codec(it.codec), it.text), "date 2026-03-01") << it.codec;
    EXPECT_EQ(written(codec(it.codec), day(2026, 3, 1)), "\"" + std::string(it.text) + "\"") << it.codec;
  }
}

TEST(DateCodec, RefusesOtherFormsAndDaysThatAreNone) {
  struct Case {
    const char* codec;
    const char* text;
  };
  const Case cases[] = {
      {"date", "2026-3-1"},
      {"date", "2026-02-29"},
      {"date", "2026-13-01"},
      {"date", "2026-00-10"},
      {"date", "0000-01-01"},
      {"date", "2026-03-01T00:00:00Z"},
      {"date", "01.03.2026"},
      {"date", "+2026-03-01"},
      {"date('dd.MM.yyyy')", "31.02.2026"},
      {"date('dd.MM.yyyy')", "1.3.2026"},
      {"date('dd.MM.yyyy')", "01.03.26"},
      {"date('dd.MM.yyyy')", "01.03.20266"},
      {"date('dd.MM.yyyy')", "01.03.2026 x"},
      {"date('d.M.yyyy')", "123.3.2026"},
      {"date('d. MMMM yyyy', de)", "31. Februar 2026"},
      {"date('d. MMMM yyyy', de)", "1. March 2026"},
      {"date('d. MMMM yyyy', de)", "1. März 26"},
      {"date('d. MMMM yyyy', de)", "1. März 2026 x"},
      {"date('EEE, d MMM yyyy')", "Mon, 1 Mar 2026"},
  };

  for (const Case& it : cases) EXPECT_THAT(read(codec(it.codec), it.text), StartsWith("problem: ")) << it.text;
  EXPECT_EQ(read(codec("date('dd.MM.yyyy')"), "31.02.2026"), "problem: '31.02.2026' is no date of the form dd.MM.yyyy");
  EXPECT_THAT(read(codec("date"), number("20260301")), StartsWith("problem: "));
}

TEST(DateCodec, ReadsNamesInAnyCaseAndDaysWithZero) {
  EXPECT_EQ(read(codec("date('d. MMMM yyyy', de)"), "01. MÄRZ 2026"), "date 2026-03-01");
  EXPECT_EQ(read(codec("date('d. MMMM yyyy', de)"), "1. Ma\u0308rz 2026"), "date 2026-03-01");
  EXPECT_EQ(read(codec("date('d.M.yyyy')"), "01.03.2026"), "date 2026-03-01");
}

TEST(DateCodec, CountsByTheGregorianCalendarBeforeItsReform) {
  const Date date = day(1500, 2, 28);

  EXPECT_EQ(read(codec("date"), "1500-02-29"), "problem: '1500-02-29' is no date of the form yyyy-MM-dd");
  EXPECT_EQ(written(codec("date('d. MMMM yyyy', de)"), date), "\"28. Februar 1500\"");
  EXPECT_EQ(read(codec("date('d. MMMM yyyy', de)"), "28. Februar 1500"), "date 1500-02-28");
}

TEST(DateCodec, PrintsNoDatesItCannotReadAgain) {
  EXPECT_THAT(written(codec("date"), day(10000, 1, 1)), StartsWith("problem: "));
  EXPECT_THAT(written(codec("date"), day(0, 1, 1)), StartsWith("problem: "));
  EXPECT_THAT(written(codec("date"), day(2026, 2, 30)), StartsWith("problem: "));
}

TEST(DateCodec, RefusesPatternsThatLoseOrConfuse) {
  struct Case {
    const char* codec;
    const char* why;
  };
  const Case cases[] = {
      {"date('dd.MM.yy')", "write the year with four digits, yyyy"},
      {"date('dd.MM.y')", "write the year with four digits, yyyy"},
      {"date('dd.MM.YYYY')", "has Y, the year of the week: write yyyy"},
      {"date('dd.mm.yyyy')", "must show year, month and day"},
      {"date('MM.yyyy')", "must show year, month and day"},
      {"date('dd.MM.yyyy HH:mm')", "shows a time: use datetime"},
      {"date('DD.MM.yyyy')", "has the letter 'DD'"},
      {"date('dd.MM.MM.yyyy')", "has 'M' twice"},
      {"date('ddd.MM.yyyy')", "has 'ddd', which is too long or too short"},
      {"date('dMyyyy')", "nothing ends 'd'"},
      {"date(\"dd.MM.yyyy 'Uhr\")", "a quote in the pattern"},
      {"date('dd. MMMM yyyy', xx)", "there is no locale 'xx'"},
      {"date(' dd.MM.yyyy')", "begins or ends with white space"},
      {"date('d. MMMM yyyy\u00a0', de)", "begins or ends with white space"},
      {"date(\"dd.MM.yyyy' '\")", "begins or ends with white space"},
      {"date('MMMd1 yyyy')", "shows 'Jan11 2026', which cannot be read again"},
  };

  for (const Case& it : cases) EXPECT_THAT(refusal(it.codec), HasSubstr(it.why)) << it.codec;
}

RC_GTEST_PROP(DateCodec, HoldsEveryDay, ()) {
  const Date date = *any_date();
  for (const char* name :
       {"date", "date('dd.MM.yyyy')", "date('d.M.yyyy')", "date('yyyyMMdd')", "date('d. MMMM yyyy', de)",
        "date('EEEE, d. MMM yyyy', fr)", "date('E d. MMM yyyy', de)", "date('LLLL d yyyy')"}) {
    holds(codec(name), date);
  }
}

RC_GTEST_PROP(DateCodec, IsStable, ()) {
  const Native raw(*text_of({"0", "1", "2", "30", "31", "2026", "0000", ".", "-", "März", "Mai", " "}, 8));
  for (const char* name : {"date", "date('dd.MM.yyyy')", "date('d.M.yyyy')", "date('d. MMMM yyyy', de)"}) {
    is_stable(codec(name), raw);
  }
}

}  // namespace
}  // namespace counterpart::testing
