// `fields: FILE`: field rows that are kept as a spreadsheet.
#include "server/config/sheet_columns.h"
#include "tests/server/config/world.h"

namespace counterpart {
namespace {

using ::testing::HasSubstr;

std::string with_fields(const std::string& fields, const std::string& rest = "") {
  return "systems: { crm: { connector: plain }, erp: { connector: plain } }\n"
         "tables: { forms: { limited: GmbH } }\n"
         "syncs:\n"
         "  s:\n"
         "    between: { left: crm, right: erp }\n"
         "    leading: left\n"
         "    objects:\n"
         "      - left: contacts\n"
         "        right: persons\n"
         "        fields: " +
         fields + "\n" + rest;
}

test::Reading read_sheet(const std::string& csv, const std::string& yaml = with_fields("sheet.csv")) {
  const test::Folder folder;
  folder.write("sheet.csv", csv);
  return test::read_in(folder, yaml);
}

std::string version_of(const test::Reading& reading) {
  EXPECT_EQ(reading.mistakes, "");
  return reading.configuration.syncs.at(0).version;
}

struct Row {
  const char* csv;   ///< below the headings
  const char* yaml;  ///< the same rows
};

TEST(Sheets, HaveTheSameFingerprintAsTheRowsInYaml) {
  const std::string headings =
      "left field;direction;right field;left type;right type;table;max length;cleaning left;cleaning right;conflict;"
      "initial;against direction;empty never overwrites;name;note;example left;example right;validate left;validate "
      "right\n";
  const Row rows[] = {
      {"a;;b", "[{ left: a, right: b }]"},
      {"a;;b\n;;;;;\n\nc;;d", "[{ left: a, right: b }, { left: c, right: d }]"},
      {"a;↔;b", "[{ left: a, right: b, direction: both }]"},
      {"a;->;b", "[{ left: a, right: b, direction: to_right }]"},
      {"a;←;b", "[{ left: a, right: b, direction: to_left }]"},
      {"a;;b;email", "[{ left: a, right: b, as: { left: email } }]"},
      {"a;;b;date;date('dd.MM.yyyy')", "[{ left: a, right: b, as: { left: date, right: \"date('dd.MM.yyyy')\" } }]"},
      {"a;;b;email;email", "[{ left: a, right: b, as: email }]"},
      {"a;;b;;;forms", "[{ left: a, right: b, as: option(forms) }]"},
      {"a;;b;option(forms);;forms", "[{ left: a, right: b, as: option(forms) }]"},
      {"a;;b;;;;40", "[{ left: a, right: b, as: text(40) }]"},
      {"g + f;;n;name_parts;full_name", "[{ left: [g, f], right: n, as: { left: name_parts, right: full_name } }]"},
      {"\"g\n'f + x'\";;n;name_parts;full_name",
       "[{ left: [g, \"'f + x'\"], right: n, as: { left: name_parts, right: full_name } }]"},
      {"a;;b;;;;;trim;\"replace('#','') | lower\"",
       "[{ left: a, right: b, clean: { left: trim, right: \"replace('#','') | lower\" } }]"},
      {"a;;b;;;;;;;latest", "[{ left: a, right: b, conflict: latest }]"},
      {"a;;b;;;;;;;;Right", "[{ left: a, right: b, initial: right }]"},
      {"a;to_left;b;;;;;;;;;restore", "[{ left: a, right: b, direction: to_left, against_direction: restore }]"},
      {"a;;b;;;;;;;;;;ja", "[{ left: a, right: b, empty_never_overwrites: true }]"},
      {"a;;b;;;;;;;;;;;Ort", "[{ left: a, right: b, name: Ort }]"},
      {"a;;b;;;;;;;;;;;;for people;x;x", "[{ left: a, right: b }]"},
      {"a;;b;;;;;;;;;;;;;;;max_length: 40;\"characters: latin, pattern: '[A-Z]+', options: [A, B]\"",
       "[{ left: a, right: b, validate: { left: { max_length: 40 }, right: { characters: latin, pattern: '[A-Z]+', "
       "options: [A, B] } } }]"},
  };

  for (const Row& row : rows) {
    EXPECT_EQ(version_of(read_sheet(headings + row.csv)), version_of(test::read(with_fields(row.yaml)))) << row.csv;
  }
}

TEST(Sheets, SayWhichFieldsAreLossy) {
  const std::pair<const char*, bool> spellings[] = {
      {"", false}, {"no", false}, {"yes", true}, {"Ja", true}, {"x", true}};

  for (const auto& [spelling, lossy] : spellings) {
    const auto reading = read_sheet(std::string("left field,verlustbehaftet,right field\na,") + spelling + ",b\n");
    EXPECT_EQ(reading.mistakes, "") << spelling;
    EXPECT_EQ(reading.configuration.syncs.at(0).written.at(0).fields.at(0).lossy, lossy) << spelling;
  }
}

TEST(Sheets, TakeADirectionInManySpellings) {
  const std::pair<const char*, Direction> spellings[] = {
      {"", Direction::both},           {"↔", Direction::both},         {"<->", Direction::both},
      {"both", Direction::both},       {"Beide", Direction::both},     {"<=>", Direction::both},
      {"→", Direction::to_right},      {"->", Direction::to_right},    {"to_right", Direction::to_right},
      {"=>", Direction::to_right},     {"←", Direction::to_left},      {"<-", Direction::to_left},
      {"to_left", Direction::to_left}, {"To left", Direction::to_left}};

  for (const auto& [spelling, direction] : spellings) {
    const auto reading = read_sheet(std::string("left field,direction,right field\na,") + spelling + ",b\n");
    EXPECT_EQ(reading.mistakes, "") << spelling;
    EXPECT_EQ(reading.configuration.syncs.at(0).mappings.at(0).fields.at(0).direction, direction) << spelling;
  }
}

TEST(Sheets, TakeHeadingsInBothLanguagesAndInAnyOrderAndCase) {
  const std::string wanted = version_of(test::read(with_fields("[{ left: a, right: b, as: { right: email } }]")));

  for (const char* csv :
       {"left field,right field,right type\na,b,email", " RIGHT TYPE ,Left_Field,right-field\nemail,a,b",
        "rechter Typ\tRECHTES FELD\tlinkes  Feld\nemail\tb\ta"}) {
    EXPECT_EQ(version_of(read_sheet(csv)), wanted) << csv;
  }
  EXPECT_EQ(drafts::column_with("LEER ÜBERSCHREIBT NIE"), drafts::SheetColumn::empty_never_overwrites);
}

TEST(Sheets, GiveEachMappingItsRows) {
  const std::string yaml = with_fields("sheet.csv",
                                       "      - left: companies\n"
                                       "        right: firms\n"
                                       "        fields: sheet.csv\n");

  const auto reading = read_sheet("object,left field,right field\ncontacts,a,b\ncompanies,c,d\n,e,f\n", yaml);

  EXPECT_EQ(reading.mistakes, "");
  const auto& mappings = reading.configuration.syncs.at(0).mappings;
  const auto names = [](const ObjectMapping& mapping) {
    std::string all;
    for (const FieldRule& rule : mapping.fields) all += rule.name;
    return all;
  };
  EXPECT_EQ(names(mappings.at(0)), "ae");
  EXPECT_EQ(names(mappings.at(1)), "ce");
}

struct Wrong {
  const char* csv;
  const char* mistake;
};

TEST(Sheets, TellEveryMistakeByItsCell) {
  const Wrong cases[] = {
      {"left field,rihgt field\na,b",
       "sheet.csv:1:1: the sheet has no column 'right field'; the first row holds the headings: name the column in it\n"
       "sheet.csv:1:12: unknown heading 'rihgt field'; did you mean 'right field'?\n"},
      {"linkes Feld,rechtes Feld,Bemerkng\na,b,c", "unknown heading 'Bemerkng'; did you mean 'Bemerkung'?"},
      {"left field,right field,left\na,b,c", "sheet.csv:1:24: the column 'left field' stands here twice"},
      {"left field,right field\n",
       "the sheet 'sheet.csv' has no rows below its headings; fill in a row for each field"},
      {"", "sheet.csv:1:1: the sheet is empty"},
      {"left field,right field\na,b,c", "sheet.csv:2:5: cell C2: this cell stands in a column without a heading"},
      {"left field,right field\na,\n,b",
       "sheet.csv:2:3: cell B2 (right field): the row has no right field; write the field's path there, or clear the "
       "row\n"
       "sheet.csv:3:1: cell A3 (left field): the row has no left field"},
      {"left field,right field,left type\na,b,emial",
       "sheet.csv:2:5: cell C2 (left type): in the type 'emial': there is no codec 'emial'"},
      {"left field,right field,left type\na,b,\"date('dd.MM.yyyy', xx)\"",
       "sheet.csv:2:25: cell C2 (left type): in the type 'date('dd.MM.yyyy', xx)'"},
      {"left field,right field,Bereinigung links\na,b,trim | lowr",
       "sheet.csv:2:12: cell C2 (Bereinigung links): in the expression 'trim | lowr'"},
      {"left field,right field\n\n\na.[x,b", "sheet.csv:4:3: cell A4 (left field): in the path"},
      {"left field,right field\na + ,b", "sheet.csv:2:2: cell A2 (left field): in the path 'a +'"},
      {"left field,right field,conflict\na,b,lates",
       "sheet.csv:2:5: cell C2 (conflict): expected leading, left, right, latest, manual, keep_non_blank, min or max, "
       "found 'lates'; did you mean 'latest'?"},
      {"left field,right field,direction\na,b,up",
       "sheet.csv:2:5: cell C2 (direction): expected both, to_left, to_right"},
      {"left field,right field,empty never overwrites\na,b,perhaps",
       "sheet.csv:2:5: cell C2 (empty never overwrites): expected true or false, found 'perhaps'"},
      {"left field,right field,table,left type,right type\na,b,forms,email,email",
       "sheet.csv:2:5: cell C2 (table): both sides have a type already, so 'forms' would mean nothing"},
      {"left field,right field,table\na,b,form",
       "sheet.csv:2:5: cell C2 (table): in the type 'option(form)': there is no table 'form'; did you mean 'forms'?"},
      {"left field,right field,max length,left type\na,b,40,email",
       "sheet.csv:2:5: cell C2 (max length): a longest length is of text, and a side of this row has another type"},
      {"left field,right field,max length\na,b,forty",
       "sheet.csv:2:5: cell C2 (max length): expected a whole number of characters, found 'forty'"},
      {"left field,right field\na,b\na,c", "sheet.csv:3:1: cell A3 (left field): the left path 'a' is mapped twice"},
      {"left field,right field,example left\na,b,x", "cell C2 (example left): the example shows one side only"},
      {"object,left field,right field\ncontacts,a,b\ncontcats,c,d",
       "sheet.csv:3:1: cell A3 (object): no mapping takes this row: none that names this sheet is called 'contcats'; "
       "did you mean 'contacts'?"},
      {"sync,left field,right field\ns,a,b\nt,c,d",
       "sheet.csv:3:1: cell A3 (sync): no mapping takes this row: none that names this sheet is called 't'"},
      {"sync,left field,right field\nt,c,d",
       "c.yaml:10:17: the sheet 'sheet.csv' has no row for 'contacts' of sync 's'"},
      {"left field,right field\nStra\xDF"
       "e,b",
       "sheet.csv:2:5: the file is not written in UTF-8"},
  };

  for (const Wrong& wrong : cases) {
    EXPECT_THAT(read_sheet(wrong.csv).mistakes, HasSubstr(wrong.mistake)) << wrong.csv;
  }
}

TEST(Sheets, AreFilesBesideTheConfigurationThatCanBeRead) {
  EXPECT_EQ(
      test::read(with_fields("missing.csv")).mistakes,
      "c.yaml:10:17: the sheet 'missing.csv' cannot be read; write the field rows here, or name a CSV file that is "
      "there, that counterpart's user may read, and that has at most 4 MiB; relative paths start at the "
      "configuration's folder\n");
  const test::Variable name("COUNTERPART_TEST_SHEET", "sheet.csv");
  EXPECT_THAT(read_sheet("left field,right field\na,b", with_fields("'${env:COUNTERPART_TEST_SHEET}'")).mistakes,
              HasSubstr("c.yaml:10:17: the sheet's name comes from ${…}"));
}

TEST(Sheets, ShowTheirChangesCellByCellAtAReload) {
  const auto before = read_sheet("left field,right field,left type\na,b,email");
  const auto after = read_sheet("left field,right field,left type\na,b,date");

  EXPECT_EQ(changes_between(before.configuration.written, after.configuration.written).print(),
            "changed: syncs.s.objects[0].fields[0].as.left");
}

}  // namespace
}  // namespace counterpart
