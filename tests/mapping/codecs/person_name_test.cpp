#include "mapping/codecs/unicode.h"
#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

template <class... Parts>
Native parts(Parts... part) {
  return Native(Native::Array{Native(std::move(part))...});
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

TEST(NameParts, HoldATitleWhereThereIsAPathForIt) {
  const CodecPtr it = codec("name_parts(title)");

  EXPECT_EQ(it->arity(), 3u);
  EXPECT_EQ(read(it, parts("Dr.", "Ada", "Lovelace")), "name [Dr.|Ada|Lovelace]");
  EXPECT_EQ(read(it, parts(Native(), "Ada", "Lovelace")), "name [Ada|Lovelace]");
  EXPECT_EQ(read(it, parts("Dr.", "", Native())), "name [Dr.||]");
  EXPECT_EQ(written(it, PersonName{"Ada", "Lovelace", "Dr."}), R"(["Dr.","Ada","Lovelace"])");
  EXPECT_EQ(written(it, PersonName{"Ada", "Lovelace"}), R"([null,"Ada","Lovelace"])");
  EXPECT_THAT(read(it, parts("Ada", "Lovelace")), StartsWith("problem: "));
  EXPECT_EQ(refusal("name_parts(titel)"), "11: 'titel' is not known here: write one of title");
}

TEST(NameParts, WithoutATitleLeaveTheOtherSidesAlone) {
  const CodecPtr it = codec("name_parts");
  const PersonName rich{"Ada", "Byron", "Dr."};

  EXPECT_EQ(show(it->narrow(rich)), "name [Ada|Byron]");
  EXPECT_EQ(written(it, PersonName{"", "", "Dr."}), "null") << "nothing of it is held";
  EXPECT_EQ(show(it->put(rich, PersonName{"Ada", "Lovelace"}).value()), "name [Dr.|Ada|Lovelace]");
  EXPECT_EQ(show(it->put(rich, PersonName{"Prof. Ada", "Byron"}).value()), "name [Prof. Ada|Byron]")
      << "who has no field for titles writes them before the given name";
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
      {"Sheldon Al Bakri", "name [Sheldon Al|Bakri]"},
      {"Maria del Carmen García López", "name [Maria del Carmen García|López]"},
      {"Dr. Ada Lovelace", "name [Dr.|Ada|Lovelace]"},
      {"Prof. Dr. med. Karl von der Heide", "name [Prof. Dr. med.|Karl|von der Heide]"},
      {"Prof.Dr.-Ing. Karl Heide", "name [Prof.Dr.-Ing.|Karl|Heide]"},
      {"DIPL.-KFM. Karl Heide", "name [DIPL.-KFM.|Karl|Heide]"},
      {"Frau Dr Heide", "name [Frau Dr||Heide]"},
      {"Mag Heide", "name [Mag|Heide]"},
      {"Mag. Heide", "name [Mag.||Heide]"},
      {"M. A. Heide", "name [M. A.|Heide]"},
      {"Prof. Dr.", "name [Prof.||Dr.]"},
      {"Martin Luther King Jr.", "name [Martin Luther|King Jr.]"},
      {"Ada Lovelace, Ph.D., MBA", "name [Ada|Lovelace, Ph.D., MBA]"},
      {"Yo-Yo Ma", "name [Yo-Yo|Ma]"},
      {"Amartya Sen", "name [Amartya|Sen]"},
      {"Ada von Lovelace, geb. Byron", "name [Ada|von Lovelace, geb. Byron]"},
      {"Müller-Lüdenscheidt, Hans", "name [Hans|Müller-Lüdenscheidt]"},
      {"García Márquez, Dr. Ana", "name [Dr.|Ana|García Márquez]"},
      {"Goethe, Johann Wolfgang von", "name [Johann Wolfgang|von Goethe]"},
      {"King, Martin Luther, Jr.", "name [Martin Luther|King, Jr.]"},
      {"Müller, Dr.", "name [Dr.||Müller]"},
      {"Hans Müller, Dipl.-Ing.", "name [Dipl.-Ing.|Hans|Müller]"},
      {"Müller, Hans, Maria", "name [Müller, Hans,|Maria]"},
      {", MBA", "name [,|MBA]"},
  };

  for (const Case& it : cases) EXPECT_EQ(read(codec("full_name"), it.text), it.name) << it.text;
  EXPECT_EQ(written(codec("full_name"), PersonName{"Anna", "Müller"}), "\"Anna Müller\"");
  EXPECT_EQ(written(codec("full_name"), PersonName{"", "Müller"}), "\"Müller\"");
  EXPECT_EQ(written(codec("full_name"), PersonName{"Anna", ""}), "\"Anna\"");
  EXPECT_EQ(written(codec("full_name"), PersonName{"Ada", "Lovelace, MBA", "Dr."}), "\"Dr. Ada Lovelace, MBA\"");
  EXPECT_EQ(respelled(codec("full_name"), "Lovelace, Dr. Ada"), "\"Dr. Ada Lovelace\"");
  EXPECT_EQ(written(codec("full_name"), PersonName{"Ada, Augusta", "Lovelace"}),
            "problem: 'Ada, Augusta Lovelace' holds a comma, after which the given name would be read");
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
      {{"Ana", "García Márquez", "Dr."}, "Dr. Ana María García Márquez", "name [Dr.|Ana María|García Márquez]"},
      {{"Ana", "García Márquez", "Dr."}, "Prof. Dr. Ana García Márquez", "name [Prof. Dr.|Ana|García Márquez]"},
      {{"Ana", "García Márquez", "Dr."}, "Ana García Márquez", "name [Ana|García Márquez]"},
      {{"Ana", "García Márquez", "Licenciada"},
       "Licenciada Eva García Márquez",
       "name [Licenciada|Eva|García Márquez]"},
      {{"Dr. Ana", "García Márquez"}, "Prof. Ana García Márquez", "name [Prof. Ana|García Márquez]"},
      {{"Dr. Ana", "García"}, "Prof. Eva Pérez", "name [Prof. Eva|Pérez]"},
      {{"Ana", "García"}, "Pérez López, Eva", "name [Eva|Pérez López]"},
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
  EXPECT_EQ(read(it, "García Márquez, Dr. Ana"), "name [Dr.|Ana|García Márquez]");
  EXPECT_EQ(read(it, "García, Dr."), "name [Dr.||García]");
  EXPECT_EQ(read(it, "García, Dr. \u00a0Ana"), "name [Dr.|Ana|García]");
  EXPECT_EQ(written(it, PersonName{"", "García", "Dr.  Ana"}), "\"García, Dr. Ana\"") << "as what is held of it";
  EXPECT_EQ(written(it, PersonName{"Ana", "García Márquez", "Dr."}), "\"García Márquez, Dr. Ana\"");
  EXPECT_EQ(show(it->put(PersonName{"Dr. Ana", "García"}, PersonName{"Eva", "García", "Dr."}).value()),
            "name [Dr. Eva|García]");
  EXPECT_EQ(show(it->put(PersonName{"Ana", "García", "Sra."}, PersonName{"Sra. Eva", "García"}).value()),
            "name [Sra.|Eva|García]");
  EXPECT_THAT(written(it, PersonName{"Ana", "García, Dr."}), StartsWith("problem: "));
}

/// Names of any words, spaces inside them included, as name_parts(title) would read them.
rc::Gen<Value> any_name() {
  const auto part =
      rc::gen::map(text_of({"Anna", "Mu\u0308ller", "von", "Van",  "de",   "la",   "al",  "y",     " ", " ", "  ", "-",
                            "ß",    "\u0301",       "Dr.", "Dr. ", "med.", " Jr.", "MBA", " geb. "},
                           6),
                   [](const std::string& text) { return codecs::to_nfc(codecs::trimmed(text)); });
  return rc::gen::map(rc::gen::tuple(part, part, part),
                      [](const std::tuple<std::string, std::string, std::string>& it) {
                        const auto& [given, family, title] = it;
                        const bool blank = given.empty() && family.empty() && title.empty();
                        return blank ? Value(Blank{}) : Value(PersonName{given, family, title});
                      });
}

RC_GTEST_PROP(PersonNames, AreHeldByEveryCodec, ()) {
  const Value name = *any_name();
  const Value edit = *any_name();
  for (const char* spec : {"name_parts", "name_parts(title)", "full_name", "full_name('family, given')"}) {
    holds(codec(spec), name);
    puts(codec(spec), name, edit);
  }
}

RC_GTEST_PROP(PersonNames, WithCommasAreHeldOrRefused, ()) {
  const auto word = text_of({"Anna", "von", ",", ", ", " ", "Dr. ", " MBA", " geb. "}, 6);
  const auto name = [&] {
    const std::string given = codecs::collapsed(*word);
    const std::string family = codecs::collapsed(*word);
    return given.empty() && family.empty() ? Value(Blank{}) : Value(PersonName{given, family});
  };
  const Value old = name();
  const Value edit = name();
  const CodecPtr it = codec("full_name");

  puts(it, old, edit);
  if (std::holds_alternative<Native>(it->print(old))) holds(it, old);
}

RC_GTEST_PROP(PersonNames, AreStable, ()) {
  const std::string text = *any_text();
  is_stable(codec("name_parts"), parts(text, *any_text()));
  is_stable(codec("name_parts(title)"), parts(*any_text(), text, *any_text()));
  is_stable(codec("full_name"), Native(text));
  is_stable(codec("full_name"), *text_of({"Ada", "von", ",", ", ", " ", "Dr.", " MBA", " geb. "}, 8));
  is_stable(codec("full_name('family, given')"), Native(text));
}

}  // namespace
}  // namespace counterpart::testing
