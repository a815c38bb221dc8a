#include "mapping/codecs/unicode.h"
#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct BlockCase {
  const char* codec;
  const char* text;
  const char* shown;
};

template <class... Parts>
Native address_of(Parts... part) {
  return Native(Native::Array{Native(std::move(part))...});
}

TEST(AddressParts, AreFourPaths) {
  const CodecPtr it = codec("address_parts");

  EXPECT_EQ(it->arity(), 4u);
  EXPECT_EQ(read(it, address_of(" Musterstr. 12", "10115", "Berlin", "Germany")),
            "address [Musterstr. 12|10115|Berlin|DE]");
  EXPECT_EQ(read(it, address_of(Native(), number("10115"), "Berlin", Native())), "address [|10115|Berlin|]");
  EXPECT_EQ(read(it, address_of("", " ", Native(), Native())), "blank");
  EXPECT_EQ(written(it, PostalAddress{"Musterstr. 12", "10115", "", "DE"}), R"(["Musterstr. 12","10115",null,"DE"])");
  EXPECT_EQ(written(codec("address_parts(de)"), PostalAddress{"", "", "Wien", "AT"}),
            R"([null,null,"Wien","Österreich"])");
  EXPECT_EQ(written(it, Blank{}), "null");
}

TEST(AddressParts, HoldARegionWhereThereIsAPathForIt) {
  const CodecPtr five = codec("address_parts(region)");
  const PostalAddress rich{"1 Main St", "62704", "Springfield", "US", "IL"};

  EXPECT_EQ(five->arity(), 5u);
  EXPECT_EQ(read(five, address_of("1 Main St", "62704", "Springfield", "IL", "USA")),
            "address [1 Main St|62704|Springfield|IL|US]");
  EXPECT_EQ(written(five, rich), R"(["1 Main St","62704","Springfield","IL","US"])");

  const CodecPtr four = codec("address_parts");
  EXPECT_EQ(show(four->narrow(rich)), "address [1 Main St|62704|Springfield|US]");
  EXPECT_EQ(written(four, PostalAddress{"", "", "", "", "IL"}), "null") << "nothing of it is held";
  EXPECT_EQ(show(four->put(rich, PostalAddress{"2 Main St", "62704", "Springfield", "US"}).value()),
            "address [2 Main St|62704|Springfield|IL|US]");
  EXPECT_EQ(show(four->put(rich, PostalAddress{"2 Main St", "97401", "Eugene", "US"}).value()),
            "address [2 Main St|97401|Eugene|US]")
      << "another city: the old region would be wrong";
}

TEST(AddressParts, RefuseOtherShapesAndUnknownCountries) {
  EXPECT_EQ(read(codec("address_parts"), address_of("a", "1", "b", "Atlantis")),
            "problem: 'Atlantis' is no country that is known");
  for (const Native& raw : {Native("Berlin"), address_of("a", "b"), address_of("a", "1", "b", Native(true))}) {
    EXPECT_THAT(read(codec("address_parts"), raw), StartsWith("problem: ")) << print_json(raw);
  }
}

TEST(AddressBlock, IsReadAsItsCountryWritesIt) {
  const BlockCase cases[] = {
      {"address_block(DE)", "Musterstr. 12\n10115 Berlin\nDeutschland", "address [Musterstr. 12|10115|Berlin|DE]"},
      {"address_block(DE)", "Musterstr. 12\r\n\r\n 10115  Berlin ", "address [Musterstr. 12|10115|Berlin|DE]"},
      {"address_block(DE)", "c/o Byron\nMusterstr. 12\nD-10115 Berlin",
       "address [c/o Byron\nMusterstr. 12|10115|Berlin|DE]"},
      {"address_block(DE)", "10115 Berlin", "address [|10115|Berlin|DE]"},
      {"address_block(DE)", "Ring 1\n1010 Wien\nÖsterreich", "address [Ring 1|1010|Wien|AT]"},
      {"address_block(DE)", "Ring 1\nA-1010 Wien\nAustria", "address [Ring 1|1010|Wien|AT]"},
      {"address_block(CH)", "Bahnhofstrasse 1\n8001 Zürich", "address [Bahnhofstrasse 1|8001|Zürich|CH]"},
      {"address_block(FR)", "5 rue X\n75001 Paris", "address [5 rue X|75001|Paris|FR]"},
      {"address_block(NL)", "Damrak 1\n1012js Amsterdam", "address [Damrak 1|1012 JS|Amsterdam|NL]"},
      {"address_block(GB)", "10 Downing St\nLondon\nsw1a2aa", "address [10 Downing St|SW1A 2AA|London|GB]"},
      {"address_block(GB)", "10 Downing St\nLondon SW1A 2AA\nUK", "address [10 Downing St|SW1A 2AA|London|GB]"},
      {"address_block(US)", "1 Main St\nSpringfield, IL 62704", "address [1 Main St|62704|Springfield|IL|US]"},
      {"address_block(DE)", "1 Main St\nSpringfield, IL 62704-1234\nUSA",
       "address [1 Main St|62704-1234|Springfield|IL|US]"},
      {"address_block(DE)", "Japan", "address [|||JP]"},
      {"address_block(DE)", " \n ", "blank"},
  };

  for (const BlockCase& it : cases) EXPECT_EQ(read(codec(it.codec), it.text), it.shown) << it.codec << " " << it.text;
}

TEST(AddressBlock, IsNeverSplitWrongly) {
  const BlockCase cases[] = {
      {"address_block(DE)", "Musterstr. 12, 10115 Berlin", "problem: 'Musterstr. 12, 10115 Berlin' does not end like"},
      {"address_block(DE)", "Musterstr. 12\nBerlin", "problem: "},
      {"address_block(DE)", "Ring 1\n1010 Wien", "problem: "},
      {"address_block(DE)", "Ring 1\nA-1010 Wien", "problem: "},
      {"address_block(DE)", "Musterstr. 12\n101155 Berlin", "problem: "},
      {"address_block(DE)", "Musterstr. 12\n10115", "problem: "},
      {"address_block(DE)", "10115 Berlin\nTel. 030 1234567", "problem: "},
      {"address_block(GB)", "10 Downing St\nLondon", "problem: "},
      {"address_block(GB)", "SW1A 2AA", "problem: "},
      {"address_block(US)", "1 Main St\nSpringfield 62704", "problem: "},
      {"address_block(US)", "1 Main St\nSpringfield, XX 62704", "problem: "},
      {"address_block(US)", "1 Main St\nSpringfield, IL 62704 x", "problem: "},
      {"address_block(DE)", "1-1 Chiyoda\nTokyo\nJapan", "problem: how addresses of JP are written is not known"},
  };

  for (const BlockCase& it : cases) {
    EXPECT_THAT(read(codec(it.codec), it.text), StartsWith(it.shown)) << it.codec << " " << it.text;
  }
  const Parsed parsed = codec("address_block(DE)")->parse("Berlin");
  EXPECT_THAT(std::get<Problem>(parsed).what, HasSubstr("in '10115 Berlin' and the country"));
  EXPECT_THAT(std::get<Problem>(parsed).remedy, HasSubstr("map its parts with address_parts"));
  EXPECT_THAT(read(codec("address_block(DE)"), number("5")), StartsWith("problem: '5' is no address"));
}

TEST(AddressBlock, IsPrintedAsItsCountryWritesIt) {
  const CodecPtr it = codec("address_block(DE)");

  EXPECT_EQ(written(it, PostalAddress{"Musterstr. 12", "10115", "Berlin", "DE"}), R"("Musterstr. 12\n10115 Berlin")");
  EXPECT_EQ(written(it, PostalAddress{"Ring 1", "1010", "Wien", "AT"}), R"("Ring 1\n1010 Wien\nAustria")");
  EXPECT_EQ(written(codec("address_block(DE, de)"), PostalAddress{"", "1010", "Wien", "AT"}),
            R"("1010 Wien\nÖsterreich")");
  EXPECT_EQ(written(it, PostalAddress{"10 Downing St", "SW1A 2AA", "London", "GB"}),
            R"("10 Downing St\nLondon\nSW1A 2AA\nUnited Kingdom")");
  EXPECT_EQ(written(codec("address_block(US)"), PostalAddress{"1 Main St", "62704", "Springfield", "US", "IL"}),
            R"("1 Main St\nSpringfield, IL 62704")");
  EXPECT_EQ(written(it, PostalAddress{"", "", "", "DE"}), R"("Germany")");
  EXPECT_EQ(written(it, PostalAddress{"", "", "", "JP"}), R"("Japan")");
}

TEST(AddressBlock, IsNotPrintedWhereItWouldBeReadOtherwise) {
  const CodecPtr it = codec("address_block(DE)");

  EXPECT_THAT(written(it, PostalAddress{"Musterstr. 12", "", "Berlin", "DE"}),
              StartsWith("problem: 'Musterstr. 12\nBerlin' does not end like an address in DE"));
  EXPECT_THAT(written(it, PostalAddress{"", "", "Austria", "DE"}),
              StartsWith("problem: 'Austria, DE' would be read as an address of another country"));
  EXPECT_THAT(written(it, PostalAddress{"1-1 Chiyoda", "100-0001", "Tokyo", "JP"}),
              StartsWith("problem: how addresses of JP are written is not known; of AT, BE,"));
}

TEST(AddressBlock, LeavesTheOtherSideWhatItCannotShow) {
  const CodecPtr it = codec("address_block(DE)");
  const PostalAddress bare{"Musterstr. 12", "10115", "Berlin", ""};

  EXPECT_EQ(show(it->narrow(bare)), "address [Musterstr. 12|10115|Berlin|DE]");
  EXPECT_EQ(show(it->put(bare, PostalAddress{"Weg 3", "10115", "Berlin", "DE"}).value()),
            "address [Weg 3|10115|Berlin|]");
  EXPECT_EQ(show(it->put(PostalAddress{"Weg 3", "10115", "Berlin", "DE", "Berlin"},
                         PostalAddress{"Weg 4", "10115", "Berlin", "DE"})
                     .value()),
            "address [Weg 4|10115|Berlin|Berlin|DE]");
  EXPECT_EQ(show(it->put(bare, PostalAddress{"Ring 1", "1010", "Wien", "AT"}).value()),
            "address [Ring 1|1010|Wien|AT]");
}

/// Addresses of parts that fit together often, and often not.
rc::Gen<Value> any_address() {
  const auto one_of = [](std::vector<std::string> texts) { return rc::gen::elementOf(std::move(texts)); };
  const auto street = one_of({"", "Weg 1", "a\nb", "A  1\n\n", "10115 Berlin", "Austria", "c/o X, Y\nWeg 2"});
  const auto code = one_of({"", "10115", "1010", "SW1A 2AA", "sw1a2aa", "62704", "62704-1234", "x", "D-10115"});
  const auto city = one_of({"", "Berlin", "Wien", "Austria", "Springfield", "10115 Berlin", "London", "St. Ives, X"});
  const auto country = one_of({"", "DE", "AT", "GB", "US", "JP", "CH"});
  const auto region = one_of({"", "", "IL", "Tyrol"});
  return rc::gen::map(rc::gen::tuple(street, code, city, country, region), [](const auto& it) {
    const auto& [street_of, code_of, city_of, country_of, region_of] = it;
    const Native raw = address_of(street_of, code_of, city_of, region_of, country_of);
    return value_of(codec("address_parts(region)")->parse(raw));
  });
}

RC_GTEST_PROP(Addresses, AreHeldByTheirParts, ()) {
  const Value old = *any_address();
  const Value edit = *any_address();
  for (const char* name :
       {"address_parts", "address_parts(region)", "address_parts(de)", "address_parts(de, region)"}) {
    holds(codec(name), old);
    puts(codec(name), old, edit);
  }
}

RC_GTEST_PROP(Addresses, AreHeldByBlocksOrRefused, ()) {
  const Value old = *any_address();
  const Value edit = *any_address();
  for (const char* name : {"address_block(DE)", "address_block(GB, de)", "address_block(US)"}) {
    const CodecPtr it = codec(name);
    puts(it, old, edit);
    if (std::holds_alternative<Native>(it->print(old))) holds(it, old);
  }
}

RC_GTEST_PROP(Addresses, AreHeldByBlocksWhereTheyAreComplete, ()) {
  const auto line = text_of({"Weg 1", "Ring", " ", "ß", "e\u0301", "-", "c/o", "12"}, 5);
  const auto named = [&] { return "X" + *line; };
  const Value old = PostalAddress{codecs::to_nfc(codecs::collapsed(named())) + "\n7", "10115",
                                  codecs::to_nfc(codecs::collapsed(named())), "DE"};
  const Value edit = PostalAddress{"Ring 1", "1010", codecs::to_nfc(codecs::collapsed(named())), "AT"};
  for (const char* name : {"address_block(DE)", "address_block(AT, de)", "address_block(US, fr)"}) {
    RC_ASSERT(show(codec(name)->narrow(old)) == show(old));
    holds(codec(name), old);
    holds(codec(name), edit);
    puts(codec(name), old, edit);
  }
}

RC_GTEST_PROP(Addresses, AreStable, ()) {
  const auto block = text_of({"Weg 1", "10115 ", "Berlin", "\n", "\n", " ", "1010 Wien", "Austria", "London",
                              "SW1A 2AA", ", IL 62704", "D-", "DE"},
                             8);
  for (const char* name : {"address_block(DE)", "address_block(AT, de)", "address_block(GB)", "address_block(US)"}) {
    is_stable(codec(name), Native(*block));
  }
  is_stable(codec("address_parts"), address_of(*block, *any_text(), *any_text(), "Österreich"));
}

}  // namespace
}  // namespace counterpart::testing
