#include <algorithm>
#include <gmock/gmock.h>

#include "mapping/values/json.h"
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using test::Folder;
using test::read_in;
using test::Variable;
using testing::HasSubstr;

/// A table, and a field that uses it.
std::string with_table(const std::string& table, const std::string& codec = "option(states)") {
  return "systems: { crm: { connector: plain }, erp: { connector: plain } }\n"
         "tables:\n"
         "  states: " +
         table +
         "\n"
         "syncs:\n"
         "  s:\n"
         "    between: { left: crm, right: erp }\n"
         "    objects:\n"
         "      - left: a\n"
         "        right: b\n"
         "        fields: [{ left: state, right: state, as: \"" +
         codec + "\" }]\n";
}

/// How the right reads and writes: "GmbH>limited" for each spelling, "?" where it cannot be read.
std::string read_right(const Configuration& configuration, const std::vector<std::string>& spellings) {
  const Codec& codec = *configuration.syncs.at(0).mappings.at(0).fields.at(0).side.right.codec;
  std::string text;
  for (const std::string& spelling : spellings) {
    const Parsed parsed = codec.parse(Native(spelling));
    const auto* value = std::get_if<Value>(&parsed);
    text += (text.empty() ? "" : " ") + spelling + ">" + (value == nullptr ? "?" : describe(*value));
  }
  return text;
}

struct Written {
  std::string what;
  std::string file;
};

TEST(TableFile, SaysTheSameHoweverItIsWritten) {
  const Written files[] = {
      {"semicolons", "left;right\ncustomer;Kunde\nlead;Interessent, kalt\n"},
      {"commas and quotes", "left,right\ncustomer,Kunde\nlead,\"Interessent, kalt\"\n"},
      {"a byte order mark and Windows' line ends",
       "\xEF\xBB\xBFleft;right\r\ncustomer;Kunde\r\nlead;Interessent, kalt\r\n"},
      {"the other order", "right;left\nKunde;customer\nInteressent, kalt;lead\n"},
      {"German headings", "Rechts;Links\nKunde;customer\nInteressent, kalt;lead\n"},
      {"one heading of ours", "ERP;left\nKunde;customer\nInteressent, kalt;lead\n"},
      {"headings of their own", "CRM;ERP\ncustomer;Kunde\nlead;Interessent, kalt\n"},
      {"blank lines and spaces", "\n left ; right \n\n customer ; Kunde \n;\nlead;Interessent, kalt"},
  };

  for (const Written& written : files) {
    const Folder folder;
    folder.write("states.csv", written.file);
    const auto reading = read_in(folder, with_table("{ file: states.csv }"));

    EXPECT_EQ(reading.mistakes, "") << written.what;
    EXPECT_EQ(read_right(reading.configuration, {"Kunde", "Interessent, kalt", "right", "Rechts", "ERP", ""}),
              "Kunde>customer Interessent, kalt>lead right>? Rechts>? ERP>? >")
        << written.what;
  }
}

TEST(TableFile, MayHoldQuotesAndLineBreaks) {
  const Folder folder;
  folder.write("t/states.csv", "left;right\nsmall;\"1/2\"\" pipe\"\nlong;\"two\nlines\"\n");

  const auto reading = read_in(folder, with_table("{ file: t/states.csv }"));

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_EQ(read_right(reading.configuration, {"1/2\" pipe", "two\nlines"}), "1/2\" pipe>small two\nlines>long");
}

TEST(TableFile, ThatIsWrongIsTold) {
  const Written files[] = {
      {"states.csv:1:1: the table's file is empty; begin it with a line of two headings: left;right\n", ""},
      {"states.csv:1:1: expected two columns, found 1; separate them by ; or , as in the first line, and put a cell "
       "that holds one in quotes\n",
       "left right\na b\n"},
      {"states.csv:3:1: expected two columns, found 3; separate them by ; or , as in the first line, and put a cell "
       "that holds one in quotes\n",
       "left,right\na,b\nc,d,e\n"},
      {"states.csv:1:1: both columns are headed 'left'; head one left and the other right\n", "left;links\na;b\n"},
      {"states.csv:4:3: the file is not written in UTF-8: this character is of another encoding; save it as UTF-8: in "
       "Excel as 'CSV UTF-8', in LibreOffice as 'Text CSV' with the character set UTF-8, in Google Sheets with File, "
       "Download, CSV\n",
       "left;right\na;b\nc;d\nx;\xFC"
       "ber\n"},
      {"states.csv:3:6: a quotation mark stands inside a cell, or text after the one that closes it; put the whole "
       "cell "
       "in quotation marks, and write each one inside it twice\n",
       "left;right\na;b\nc;1/2\" pipe\n"},
      {"states.csv:3:3: the quotation mark that begins this cell is never closed; close it; a quotation mark inside a "
       "quoted cell is written twice\n",
       "left;right\na;b\nc;\"d\n"},
      {"c.yaml:3:11: the table 'states' has no rows; add some, or remove it\n", "left;right\n"},
  };

  for (const Written& written : files) {
    const Folder folder;
    folder.write("states.csv", written.file);
    EXPECT_EQ(read_in(folder, with_table("{ file: states.csv }")).mistakes, written.what);
  }
}

TEST(TableFile, ThatIsNotThereIsToldOnce) {
  const Folder folder;

  EXPECT_EQ(
      read_in(folder, with_table("{ file: states.csv }", "option(states, default=a)")).mistakes,
      "c.yaml:3:19: the table's file 'states.csv' cannot be read; name a CSV file beside the configuration that "
      "counterpart's user may read, of at most 4 MiB; a table with one row `file` is written rows: { file: … }\n");
}

TEST(TableVariable, HoldsAJsonObject) {
  const Folder folder;
  const Variable variable("COUNTERPART_TEST_STATES", R"({"customer": "Kunde", "on": true, "vip": 7})");

  const auto reading = read_in(folder, with_table("{ env: COUNTERPART_TEST_STATES }"));

  EXPECT_EQ(reading.mistakes, "");
  EXPECT_EQ(read_right(reading.configuration, {"Kunde", "true", "7"}), "Kunde>customer true>on 7>vip");
}

TEST(TableVariable, ThatIsWrongIsToldWithoutItsText) {
  const Written variables[] = {
      {"invalid JSON at line 1, column 7: a colon is missing after a key", R"({"hunter2"})"},
      {"invalid JSON at line 2, column 3: a key stands twice in one object", "{\"a\": \"b\",\n  \"a\": \"hunter2\"}"},
      {"it is JSON, but no object", "\"hunter2\""},
      {"the value of its key no. 2 is no text", R"({"a": "b", "hunter2": ["c"]})"},
  };

  for (const Written& written : variables) {
    const Folder folder;
    const Variable variable("COUNTERPART_TEST_STATES", written.file);
    const std::string mistakes = read_in(folder, with_table("{ env: COUNTERPART_TEST_STATES }")).mistakes;

    const std::size_t end = mistakes.find("; set it to a JSON object of texts such as");
    EXPECT_EQ(std::ranges::count(mistakes, '\n'), 1) << mistakes;
    EXPECT_EQ(mistakes.find("hunter2"), std::string::npos) << mistakes;
    EXPECT_THAT(mistakes.substr(0, end), HasSubstr("c.yaml:3:18: the environment variable 'COUNTERPART_TEST_STATES' "
                                                   "holds no table: "));
    if (written.what.starts_with("invalid JSON at line 1")) continue;  // the column is the reader's own
    EXPECT_THAT(mistakes.substr(0, end), HasSubstr(written.what));
  }
}

TEST(TableVariable, ThatIsNotSetIsTold) {
  const Folder folder;

  EXPECT_EQ(read_in(folder, with_table("{ env: COUNTERPART_TEST_NOBODY }")).mistakes,
            "c.yaml:3:18: the environment variable 'COUNTERPART_TEST_NOBODY' is not set; set it where counterpart is "
            "started; a table with one row `env` is written rows: { env: … }\n");
}

TEST(TableRows, MayBeSpelledAsTheOtherFormsAre) {
  const Written tables[] = {
      {"Datei>file", "{ rows: { file: Datei } }"},
      {"Datei>rows", "{ rows: Datei }"},
      {"Datei>file", "{ file: Datei, env: Umwelt }"},
  };

  for (const Written& written : tables) {
    const Folder folder;
    const auto reading = read_in(folder, with_table(written.file));
    EXPECT_EQ(reading.mistakes, "") << written.file;
    EXPECT_EQ(read_right(reading.configuration, {"Datei"}), written.what);
  }
}

TEST(TableRows, ThatSayNothingAreRefused) {
  const Written files[] = {
      {"states.csv:3:1: the row 'a', 'x' stands twice in the table 'states'; remove one\n", "left;right\na;x\na;x\n"},
      {"states.csv:4:1: the row 'a', 'y' stands twice in the table 'states'; remove one\n",
       "left;right\na;x\na;y\na;y\n"},
      {"states.csv:5:1: the row 'b', 'y' of the table 'states' says nothing: 'b' is written 'x', and 'y' is read as "
       "'a', by other rows; remove it, or put it before those\n",
       "left;right\na;x\nb;x\na;y\nb;y\n"},
      {"states.csv:3:1: the row 'A\u0308', 'x' stands twice in the table 'states'; remove one\n",
       "left;right\n\u00c4;x\nA\u0308;x\n"},
      {"states.csv:3:1: the row 'a', 'y' of the table 'states' says nothing: 'a' is written 'x', and 'y' is read as "
       "'b', by other rows; remove it, or put it before those\n",
       "left;right\na;x\na;y\nb;y\n"},
      {"", "left;right\na;x\na;y\nb;x\n"},
  };

  for (const Written& written : files) {
    const Folder folder;
    folder.write("states.csv", written.file);
    EXPECT_EQ(read_in(folder, with_table("{ file: states.csv }")).mistakes, written.what);
  }
}

std::string notes_of(const Folder& folder, const std::string& yaml) {
  config::Problems problems;
  read_configuration(folder.write("c.yaml", yaml), problems, test::find_fake);
  EXPECT_EQ(problems.print(), "");
  std::string notes = problems.print_notes();
  const std::string prefix = folder.path().string() + "/";
  for (std::size_t at = notes.find(prefix); at != std::string::npos; at = notes.find(prefix)) {
    notes.erase(at, prefix.size());
  }
  return notes;
}

TEST(TableNotes, SayWhichOfSeveralSpellingsIsWritten) {
  const Folder folder;

  EXPECT_EQ(
      notes_of(folder, with_table("{ customer: Kunde, lead: Interessent, new: Interessent, cold: Interessent }")),
      "c.yaml:3:49: note: in the table 'states', 'Interessent' on the right stands for 'lead', 'new' and 'cold' on "
      "the left: 'lead' is written there; put the row first whose spelling is to be written\n");
}

TEST(TableNotes, SayBothWaysWhatTheCodecDoes) {
  const Folder folder;
  folder.write("states.csv", "left;right\ncustomer;Kunde\ncustomer;Stammkunde\nlead;Interessent\nnew;Interessent\n");
  const std::string yaml = with_table("{ file: states.csv }");

  EXPECT_EQ(
      notes_of(folder, yaml),
      "states.csv:3:1: note: in the table 'states', 'customer' on the left stands for 'Kunde' and 'Stammkunde' on "
      "the right: 'Kunde' is written there; put the row first whose spelling is to be written\n"
      "states.csv:5:1: note: in the table 'states', 'Interessent' on the right stands for 'lead' and 'new' on the "
      "left: 'lead' is written there; put the row first whose spelling is to be written\n");
  const Configuration configuration = read_in(folder, yaml).configuration;
  const Codec& right = *configuration.syncs.at(0).mappings.at(0).fields.at(0).side.right.codec;
  EXPECT_EQ(read_right(configuration, {"Kunde", "Stammkunde", "Interessent"}),
            "Kunde>customer Stammkunde>customer Interessent>lead");
  EXPECT_EQ(std::get<Native>(right.print(std::string("customer"))), Native("Kunde"));
}

TEST(TableNotes, SayThatTheFirstLineIsTakenForHeadings) {
  const Folder folder;
  folder.write("states.csv", "customer;Kunde\nlead;Interessent\n");

  EXPECT_EQ(notes_of(folder, with_table("{ file: states.csv }")),
            "states.csv:1:1: note: the first line is taken for headings, its first column ('customer') for the left; "
            "head the columns left and right\n");
}

/// The version of the mapping, and all that the configuration says.
std::pair<std::string, WrittenPlaces> said_by(const std::string& file, const std::string& variable) {
  const Folder folder;
  folder.write("states.csv", file);
  const Variable set("COUNTERPART_TEST_STATES", variable);
  const bool by_file = !file.empty();
  const auto reading =
      read_in(folder, with_table(by_file ? "{ file: states.csv }" : "{ env: COUNTERPART_TEST_STATES }"));
  EXPECT_EQ(reading.mistakes, "");
  return {reading.configuration.syncs.at(0).version, reading.configuration.written};
}

TEST(TableEdits, AreAnotherVersionOfTheMappingAndAreTold) {
  const auto file = said_by("left;right\na;x\nb;y\n", "");
  const auto edited_file = said_by("left;right\na;x\nb;z\n", "");
  const auto variable = said_by("", R"({"a": "x", "b": "y"})");
  const auto edited_variable = said_by("", R"({"a": "x", "b": "z"})");

  EXPECT_NE(file.first, edited_file.first);
  EXPECT_EQ(changes_between(file.second, edited_file.second).print(), "changed: tables.states.file");
  EXPECT_NE(variable.first, edited_variable.first);
  EXPECT_EQ(changes_between(variable.second, edited_variable.second).print(), "changed: tables.states.env");
  EXPECT_EQ(file.first, variable.first) << "where rows come from decides nothing";
}

TEST(TableEdits, OfTheOrderAreAnotherVersionWhereItDecides) {
  const std::string first = said_by("left;right\na;x\na;y\n", "").first;
  EXPECT_NE(first, said_by("left;right\na;y\na;x\n", "").first) << "the first spelling of a is written";
  EXPECT_EQ(said_by("left;right\na;x\nb;y\n", "").first, said_by("left;right\nb;y\na;x\n", "").first);
}

}  // namespace
}  // namespace counterpart
