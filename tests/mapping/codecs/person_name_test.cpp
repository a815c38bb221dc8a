#include "mapping/codecs/unicode.h"
#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

Native parts(Native given, Native family) {
  Native::Array both;
  both.push_back(std::move(given));
  both.push_back(std::move(family));
  return Native(std::move(both));
}

TEST(NameParts, AreTwoPaths) {
  const CodecPtr it = codec("name_parts");

  EXPECT_EQ(it->arity(), 2u);
  EXPECT_EQ(read(it, parts(" Anna ", "Mu\u0308ller")), "name [Anna|Müller]");
  EXPECT_EQ(read(it, parts(Native(), "Müller")), "name [|Müller]");
  EXPECT_EQ(read(it, parts("Anna", "  ")), "name [Anna|]");
  EXPECT_EQ(read(it, parts(Native(), "")), "blank");
  EXPECT_EQ(read(it, Native()), "blank");
  EXPECT_EQ(written(it, PersonName{"Anna", "Müller"}), R"(["Anna","Müller"])");
  EXPECT_EQ(written(it, PersonName{"", "Müller"}), R"([null,"Müller"])");
  EXPECT_EQ(written(it, Blank{}), "null");
}

TEST(NameParts, RefuseOtherShapes) {
  for (const Native& raw : {Native("Anna Müller"), Native(Native::Array(3)), parts("Anna", number("5"))}) {
    EXPECT_THAT(read(codec("name_parts"), raw), StartsWith("problem: ")) << print_json(raw);
  }
}

TEST(FullName, GuessesTheSplit) {
  struct Case {
    const char* text;
    const char* name;
  };
  const Case cases[] = {
      {"Anna Müller", "name [Anna|Müller]"},
      {"  Anna   Maria  Müller ", "name [Anna Maria|Müller]"},
      {"Müller", "name [|Müller]"},
      {"Johann Wolfgang von Goethe", "name [Johann Wolfgang|von Goethe]"},
      {"Ludwig van Beethoven", "name [Ludwig|van Beethoven]"},
      {"Ursula von der Leyen", "name [Ursula|von der Leyen]"},
      {"Karl-Theodor zu Guttenberg", "name [Karl-Theodor|zu Guttenberg]"},
      {"Vincent Van Gogh", "name [Vincent|Van Gogh]"},
      {"Leonardo da Vinci", "name [Leonardo|da Vinci]"},
      {"von Goethe", "name [|von Goethe]"},
      {"Al Gore", "name [Al|Gore]"},
      {"Van Morrison", "name [Van|Morrison]"},
      {"Anna von", "name [Anna|von]"},
      {"von von von", "name [|von von von]"},
  };

  for (const Case& it : cases) EXPECT_EQ(read(codec("full_name"), it.text), it.name) << it.text;
  EXPECT_EQ(written(codec("full_name"), PersonName{"Anna", "Müller"}), "\"Anna Müller\"");
  EXPECT_EQ(written(codec("full_name"), PersonName{"", "Müller"}), "\"Müller\"");
  EXPECT_EQ(written(codec("full_name"), PersonName{"Anna", ""}), "\"Anna\"");
  EXPECT_THAT(read(codec("full_name"), number("5")), StartsWith("problem: "));
}

TEST(FullName, HoldsOfASplitWhatTheJoinedTextTells) {
  const CodecPtr it = codec("full_name");

  EXPECT_EQ(show(it->narrow(PersonName{"Anna", "Maria Müller"})), "name [Anna Maria|Müller]");
  EXPECT_EQ(show(it->narrow(PersonName{"Anna", ""})), "name [|Anna]");
  EXPECT_EQ(show(it->narrow(PersonName{"Anna", "Müller"})), "name [Anna|Müller]");
}

TEST(FullName, KeepsTheOldSplitWhereAnEditLeavesAPartOfIt) {
  struct Case {
    PersonName old;
    const char* edit;
    const char* kept;
  };
  const Case cases[] = {
      {{"Ana", "García Márquez"}, "Ana García Márquez", "name [Ana|García Márquez]"},
      {{"Ana", "García Márquez"}, "Ana María García Márquez", "name [Ana María|García Márquez]"},
      {{"Ana", "García Márquez"}, "Ana Pérez López", "name [Ana|Pérez López]"},
      {{"Ana", "García Márquez"}, "Eva Pérez López", "name [Eva Pérez|López]"},
      {{"Ana", "García Márquez"}, "García Márquez", "name [|García Márquez]"},
      {{"Ana", "García"}, "Ana", "name [Ana|]"},
      {{"Ana", "García"}, "Anabel Garcíaz", "name [Anabel|Garcíaz]"},
  };
  const CodecPtr it = codec("full_name");

  for (const Case& row : cases) {
    EXPECT_EQ(show(it->put(row.old, value_of(it->parse(row.edit))).value()), row.kept) << row.edit;
  }
  EXPECT_EQ(show(it->put(PersonName{"Ana", "García"}, Blank{}).value()), "blank");
  EXPECT_EQ(show(it->put(Blank{}, PersonName{"Ana", "García"}).value()), "name [Ana|García]");
}

TEST(FullName, WithFamilyFirstLosesNothing) {
  const CodecPtr it = codec("full_name('family, given')");

  EXPECT_EQ(read(it, "García Márquez, Ana"), "name [Ana|García Márquez]");
  EXPECT_EQ(read(it, "García Márquez,Ana "), "name [Ana|García Márquez]");
  EXPECT_EQ(read(it, "García Márquez"), "name [|García Márquez]");
  EXPECT_EQ(read(it, ", Ana"), "name [Ana|]");
  EXPECT_EQ(read(it, " , "), "blank");
  EXPECT_THAT(read(it, "García, Ana, Dr."), StartsWith("problem: "));
  EXPECT_EQ(written(it, PersonName{"Ana", "García Márquez"}), "\"García Márquez, Ana\"");
  EXPECT_EQ(written(it, PersonName{"Ana", ""}), "\", Ana\"");
  EXPECT_EQ(written(it, PersonName{"", "García"}), "\"García\"");
  EXPECT_THAT(written(it, PersonName{"Ana", "García, Dr."}), StartsWith("problem: "));
}

/// Names of any words, spaces inside them included, as name_parts would read them.
rc::Gen<Value> any_name() {
  const auto part = rc::gen::map(
      text_of({"Anna", "Mu\u0308ller", "von", "Van", "de", "la", "al", "y", " ", "  ", "-", "ß", "\u0301"}, 6),
      [](const std::string& text) { return codecs::to_nfc(codecs::trimmed(text)); });
  return rc::gen::map(rc::gen::pair(part, part), [](const std::pair<std::string, std::string>& both) {
    const bool blank = both.first.empty() && both.second.empty();
    return blank ? Value(Blank{}) : Value(PersonName{both.first, both.second});
  });
}

RC_GTEST_PROP(PersonNames, AreHeldByEveryCodec, ()) {
  const Value name = *any_name();
  const Value edit = *any_name();
  for (const char* spec : {"name_parts", "full_name", "full_name('family, given')"}) {
    holds(codec(spec), name);
    puts(codec(spec), name, edit);
  }
}

RC_GTEST_PROP(PersonNames, AreStable, ()) {
  const std::string text = *any_text();
  is_stable(codec("name_parts"), parts(text, *any_text()));
  is_stable(codec("full_name"), Native(text));
  is_stable(codec("full_name('family, given')"), Native(text));
}

}  // namespace
}  // namespace counterpart::testing
