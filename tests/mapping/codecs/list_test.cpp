// Lists: several texts, or several of a table's options, whose order tells nothing.
#include "support.h"

namespace counterpart::testing {
namespace {

using ::testing::StartsWith;

/// Interests of a customer: "trade fair" and "exhibition" are one on the right.
const ValueTable kInterests{{{"news", "Nachrichten"}, {"trade fair", "Messe"}, {"exhibition", "Messe"}, {"art", "1"}}};
const ValueTable kNumbers{{{"news", "1"}, {"fair", "2"}}};

const ValueTable* list_tables(std::string_view name) {
  if (name == "interests") return &kInterests;
  return name == "numbers" ? &kNumbers : nullptr;
}

CodecPtr options(std::string_view specification, Side side) {
  return codec(specification, side, list_tables);
}

Native array(std::vector<Native> items) {
  return Native(std::move(items));
}

Value set_of(std::set<std::string> items) {
  return items.empty() ? Value(Blank{}) : Value(TextSet{std::move(items)});
}

TEST(ListCodec, ReadsArraysAndTexts) {
  EXPECT_EQ(read(codec("list"), array({"b", "a", number("5"), "a "})), "list [5][a][b]");
  EXPECT_EQ(read(codec("list(';')"), "b; a;;A\u0308 ; a;"), "list [a][b][Ä]");
  EXPECT_EQ(read(codec("list(',')"), "b,a;c"), "list [a;c][b]");
  EXPECT_EQ(read(codec("list('|')"), "a"), "list [a]");
}

TEST(ListCodec, TakesNoneForBlank) {
  EXPECT_EQ(read(codec("list"), array({})), "blank");
  EXPECT_EQ(read(codec("list"), array({"", Native(), " "})), "blank");
  EXPECT_EQ(read(codec("list(';')"), " ; ;"), "blank");
}

TEST(ListCodec, PrintsInOneOrder) {
  EXPECT_EQ(written(codec("list"), set_of({"b", "a"})), R"(["a","b"])");
  EXPECT_EQ(written(codec("list(';')"), set_of({"b", "a"})), "\"a;b\"");
  EXPECT_EQ(written(codec("list('; ')"), set_of({"b", "a"})), "\"a; b\"");
}

TEST(ListCodec, RefusesWhatIsNoListThere) {
  const Parsed text = codec("list")->parse("a;b");
  ASSERT_TRUE(std::holds_alternative<Problem>(text));
  EXPECT_EQ(std::get<Problem>(text).what, "'a;b' is no JSON array");
  EXPECT_EQ(std::get<Problem>(text).remedy, "name the separator in the mapping, as in list(';')");

  EXPECT_EQ(read(codec("list"), array({Native(Native::Array{})})), "problem: '[]' is no text in a list");
  EXPECT_EQ(read(codec("list(';')"), array({"a"})), "problem: '[\"a\"]' is no list of texts");
  EXPECT_EQ(written(codec("list(';')"), set_of({"a;b", "c"})),
            "problem: 'a;b' cannot be one of several texts between ';'");
}

TEST(OptionsCodec, IsSpelledByItsSidesColumn) {
  EXPECT_EQ(read(options("options(interests)", Side::left), array({"news", "art"})), "list [art][news]");
  EXPECT_EQ(read(options("options(interests, ';')", Side::right), "Nachrichten; 1"), "list [art][news]");
  EXPECT_EQ(written(options("options(interests, '; ')", Side::right), set_of({"art", "news"})), "\"1; Nachrichten\"");
  EXPECT_EQ(read(options("options(numbers)", Side::right), array({number("2"), "1"})), "list [fair][news]");
  EXPECT_EQ(written(options("options(numbers, number)", Side::right), set_of({"fair", "news"})), "[2,1]");
}

TEST(OptionsCodec, NamesTheUnknownOne) {
  const Parsed parsed = options("options(interests, ';')", Side::right)->parse("Nachrichten;Kino");

  ASSERT_TRUE(std::holds_alternative<Problem>(parsed));
  EXPECT_EQ(std::get<Problem>(parsed).what, "'Kino' is not in the table 'interests'");
  EXPECT_THAT(std::get<Problem>(parsed).remedy, StartsWith("add 'Kino' to the table 'interests'"));
  EXPECT_EQ(written(options("options(interests)", Side::left), set_of({"news", "Kino"})),
            "problem: 'Kino' is not in the table 'interests'");
}

TEST(OptionsCodec, WithOneSpellingForTwoKeepsWhichItWas) {
  const CodecPtr right = options("options(interests, ';')", Side::right);
  const Value both = set_of({"exhibition", "news", "trade fair"});

  EXPECT_EQ(show(right->narrow(both)), "list [news][trade fair]");
  EXPECT_EQ(written(right, both), "\"Nachrichten;Messe\"");
  EXPECT_EQ(show(right->put(both, set_of({"trade fair"})).value()), "list [exhibition][trade fair]")
      << "a person took the news away";
  EXPECT_EQ(show(right->put(set_of({"exhibition"}), set_of({"news", "trade fair"})).value()),
            "list [exhibition][news]");
  EXPECT_EQ(show(right->put(both, set_of({"news"})).value()), "list [news]");
}

TEST(OptionsCodec, RefusesTablesThatItCouldNotReadBack) {
  const ValueTable table{{{"a;b", " c"}}};
  const TableLookup lookup = [&](std::string_view) { return &table; };

  EXPECT_THAT(refusal("options(any, ';')", Side::left, lookup),
              StartsWith("8: 'a;b' in the table 'any' cannot be one of a list"));
  EXPECT_THAT(refusal("options(any)", Side::right, lookup),
              StartsWith("8: ' c' in the table 'any' cannot be one of a list"));
  EXPECT_EQ(refusal("options(any, '|')", Side::left, lookup), "");
  EXPECT_EQ(refusal("options(numbers, number)", Side::left, list_tables), "17: 'fair' in the table is no plain number");
}

TEST(OptionsCodec, IsGoneThroughWhereTheOptionsAreFew) {
  EXPECT_EQ(options("options(numbers)", Side::left)->values().size(), 3U) << "the one, the other, both";
  ValueTable many;
  for (int i = 0; i < 40; ++i) many.rows.emplace_back(std::to_string(i), std::to_string(i));
  EXPECT_TRUE(codec("options(t)", Side::left, [&](std::string_view) { return &many; })->values().empty());
}

RC_GTEST_PROP(ListCodecs, HoldAllTexts, ()) {
  const auto items = [] {
    std::set<std::string> texts;
    for (const std::string& text : *rc::gen::container<std::vector<std::string>>(any_text(5))) {
      const Parsed parsed = codec("list('|')")->parse(text);
      if (const auto* set = std::get_if<TextSet>(&std::get<Value>(parsed))) texts.merge(std::set(set->items));
    }
    return set_of(std::move(texts));
  };
  const Value old = items();
  const Value edit = items();
  for (const char* name : {"list", "list(';')", "list('; ')", "list(' | ')"}) {
    holds(codec(name), old);
    puts(codec(name), old, edit);
  }
}

RC_GTEST_PROP(ListCodecs, AreStable, ()) {
  const auto text = text_of({"a", "b", "Ä", "A\u0308", ";", "; ", " ", ",", "|"}, 10);
  for (const char* name : {"list(';')", "list(', ')", "list('|')"}) is_stable(codec(name), Native(*text));
  is_stable(codec("list"), array({Native(*text), Native(*text), number("5"), Native()}));
}

RC_GTEST_PROP(OptionsCodecs, HoldAllOptionsOfAnyTable, ()) {
  const auto word = rc::gen::elementOf(std::vector<std::string>{"a", "b", "c", "Ä", "A\u0308", "e\u0301", "1", "x y"});
  const auto rows = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::pair<std::string, std::string>>>(rc::gen::pair(word, word)));
  const ValueTable table{rows};
  const TableLookup lookup = [&](std::string_view) { return &table; };
  const CodecPtr left = codec("options(t)", Side::left, lookup);
  const auto some = [&] {
    Native::Array chosen;
    for (const auto& row :
         *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(rc::gen::elementOf(rows))) {
      chosen.emplace_back(row.first);
    }
    return value_of(left->parse(Native(std::move(chosen))));
  };
  const Value old = some();
  const Value edit = some();

  for (const Side side : kSides) {
    for (const char* name : {"options(t)", "options(t, ';')", "options(t, ' , ')"}) {
      const CodecPtr it = codec(name, side, lookup);
      holds(it, old);
      puts(it, old, edit);
    }
  }
}

TEST(OptionsCodec, GoesOnWithUnknownOnesWhereThatIsSaid) {
  const Native some = array({"Nachrichten", "Kino"});
  EXPECT_EQ(read(options("options(interests, pass)", Side::right), some), "list [Kino][news]");
  EXPECT_EQ(read(options("options(interests, default=art)", Side::right), some), "list [art][news]");
  EXPECT_EQ(written(options("options(interests, ';', pass)", Side::right), set_of({"Kino", "news"})),
            "\"Kino;Nachrichten\"");
  EXPECT_EQ(written(options("options(interests, default=art)", Side::right), set_of({"Kino", "news"})),
            R"(["1","Nachrichten"])");
  EXPECT_EQ(refusal("options(interests, text)", Side::left, list_tables),
            "19: 'text' is not known here: write one of number, pass, default=");
}

RC_GTEST_PROP(OptionsCodecs, HoldUnknownOptionsWhereThatIsSaid, ()) {
  const auto word = rc::gen::elementOf(std::vector<std::string>{"a", "b", "c", "Ä", "A\u0308", "1", "x y", "zz"});
  const auto rows = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::pair<std::string, std::string>>>(rc::gen::pair(word, word)));
  const ValueTable table{rows};
  const TableLookup lookup = [&](std::string_view) { return &table; };
  const CodecPtr left = codec("options(t, pass)", Side::left, lookup);
  const auto some = [&] {
    Native::Array chosen;
    for (const std::string& item : *rc::gen::container<std::vector<std::string>>(word)) chosen.emplace_back(item);
    return value_of(left->parse(Native(std::move(chosen))));
  };
  const Value old = some();
  const Value edit = some();

  for (const Side side : kSides) {
    for (const std::string& name : {std::string("options(t, pass)"), std::string("options(t, pass, ';')"),
                                    "options(t, default='" + rows.front().first + "')"}) {
      const CodecPtr it = codec(name, side, lookup);
      holds(it, old);
      puts(it, old, edit);
    }
  }
}

}  // namespace
}  // namespace counterpart::testing
