#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "mapping/expression/expression.h"
#include "tests/mapping/expression/evaluation.h"

namespace counterpart {
namespace {

std::string rendered(std::string_view text) {
  const Native scope = parse_json(R"({"id":"a b","n":12,"price":1.50,"nothing":null,"yes":true,
                                      "native":{"a":[1,"x"]},"list":[1,2]})");
  return print_json(Template::parse(text).evaluate(scope_of(scope)));
}

TEST(Template, joins_texts_and_expressions) {
  const struct {
    const char* text;
    const char* value;
  } cases[] = {
      {"", R"("")"},
      {"plain { } $ text", R"("plain { } $ text")"},
      {"/contacts/${id | urlencode}?n=${n}", R"("/contacts/a%20b?n=12")"},
      {"${n}${n}", R"("1212")"},
      {"${n} ", R"("12 ")"},
      {"a${nothing}b${missing}c", R"("abc")"},
      {"is ${yes}", R"("is true")"},
      {"body=${native}", R"("body={\"a\":[1,\"x\"]}")"},
      {"$${n}", R"("${n}")"},
      {"a $${ b", R"("a ${ b")"},
      {"$$${n}", R"("$${n}")"},
      {"$ ${n}", R"("$ 12")"},
      {"${'}'}!", R"("}!")"},
      {"${\"}'\"}!", R"("}'!")"},
      {"${'\\'}'}!", R"("'}!")"},
      {"${ '${' ~ n ~ '}' }!", R"("${12}!")"},
      {"{${n}}", R"("{12}")"},
      {"Zoë ${n}", R"("Zoë 12")"},
  };
  for (const auto& c : cases) EXPECT_EQ(rendered(c.text), c.value) << c.text;
}

TEST(Template, that_is_one_expression_keeps_its_type) {
  const struct {
    const char* text;
    const char* value;
  } cases[] = {
      {"${n}", "12"},         {"${price}", "1.50"},   {"${yes}", "true"},    {"${native}", R"({"a":[1,"x"]})"},
      {"${nothing}", "null"}, {"${missing}", "null"}, {"${ list[1] }", "2"}, {"${n == 12}", "true"},
  };
  for (const auto& c : cases) EXPECT_EQ(rendered(c.text), c.value) << c.text;
}

TEST(Template, tells_its_names_once) {
  const Template text = Template::parse("${a.b}/${c}/${a | default(d)}");

  EXPECT_EQ(text.names(), (std::vector<std::string>{"a", "c", "d"}));
  EXPECT_EQ(text.text(), "${a.b}/${c}/${a | default(d)}");
  EXPECT_TRUE(Template::parse("none").names().empty());
}

TEST(Template, refuses_mistakes_with_the_column_in_the_whole_text) {
  const struct {
    const char* text;
    const char* what;
    std::size_t column;
  } cases[] = {
      {"ab ${n", "the } that ends this ${ is missing", 3},
      {"ab ${n | trim('}')", "the } that ends this ${ is missing", 3},
      {"ab ${}", "an expression is expected", 5},
      {"ab ${n | trm}", "did you mean 'trim'?", 9},
      {"${n}${a b}", "an operator is expected", 8},
      {"${a['}", "the } that ends this ${ is missing", 0},
  };
  for (const auto& c : cases) {
    try {
      Template::parse(c.text);
      ADD_FAILURE() << c.text << " was accepted";
    } catch (const ExpressionError& error) {
      EXPECT_NE(std::string(error.what()).find(c.what), std::string::npos) << error.what();
      EXPECT_EQ(error.column(), c.column) << c.text;
    }
  }
}

TEST(Template, makes_at_most_64_KiB_of_text_but_passes_any_value_on) {
  const Native scope = parse_json(R"({"large":")" + std::string(70'000, 'a') + R"("})");

  EXPECT_THROW(Template::parse("x${large}").evaluate(scope_of(scope)), EvaluationError);
  EXPECT_EQ(Template::parse("${large}").evaluate(scope_of(scope)).text().size(), 70'000U);
}

}  // namespace
}  // namespace counterpart
