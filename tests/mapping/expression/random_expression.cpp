#include "tests/mapping/expression/random_expression.h"

namespace counterpart {
namespace {

const std::vector<std::string> text_names = {"t", "u", "o.city", "o.inner.zip", "l[0]", "numeric"};
const std::vector<std::string> nothing = {"z", "o.missing", "missing", "l[7]", "none", "None", "missing.deeper"};
const std::vector<std::string> plain_filters = {"lower",  "upper",     "title",  "capitalize", "trim",
                                                "base64", "urlencode", "string", "trim|title"};

}  // namespace

Native RandomExpression::scope() {
  Native scope;
  scope.set("t", raw_text(12));
  scope.set("u", raw_text(3));
  scope.set("numeric", one_of({"12", " -3.75 ", "+8", "abc", "", "1e3", "007", "-0"}));
  scope.set("n", Native(Native::Number{raw_number()}));
  scope.set("m", Native(Native::Number{raw_number()}));
  scope.set("b", pick(2) == 0);
  scope.set("c", pick(2) == 0);
  scope.set("z", Native());
  Native::Array list{raw_text(4)};
  for (int i = pick(4); i > 0; --i) list.emplace_back(raw_text(3));
  scope.set("l", list);
  scope.set("empty", Native(Native::Array{}));
  Native& object = scope.set("o", Native());
  object.set("city", raw_text(6));
  object.set("inner", Native()).set("zip", raw_text(5));
  return scope;
}

RandomExpression::Piece RandomExpression::any(int depth) {
  switch (pick(10)) {
    case 0:
    case 1:
    case 2:
      return text(depth);
    case 3:
    case 4:
      return number(depth);
    case 5:
    case 6:
      return truth(depth);
    case 7:
      return list(depth);
    case 8:
      return text_or_nothing(depth);
    default: {
      if (depth == 0) return {one_of(nothing), primary};
      const Piece left = any(depth - 1);
      const Piece right = any(depth - 1);
      if (pick(2) == 0) return {at(conjunction, left) + " and " + at(negation, right), conjunction};
      return {at(disjunction, left) + " or " + at(conjunction, right), disjunction};
    }
  }
}

RandomExpression::Piece RandomExpression::text(int depth) {
  if (depth > 0) return text_made(depth - 1);
  return {pick(2) == 0 ? literal(raw_text(5)) : one_of(text_names), primary};
}

RandomExpression::Piece RandomExpression::text_made(int depth) {
  switch (pick(9)) {
    case 0:
      return {at(product, text(depth)) + " ~ " + at(product, any(depth)), joined};
    case 1:
      return {
          at(product, text_or_nothing(depth)) + " ~ " + at(product, number(depth)) + " ~ " + at(product, truth(depth)),
          joined};
    case 2:
      return chosen([&](int d) { return text(d); }, depth);
    case 3:
      return filter(text_or_nothing(depth), "default(" + at(conditional, text(depth)) + ")");
    case 4:
      return filter(any(0), "default(" + at(conditional, text(depth)) + ", true)|string");
    case 5:
      return filter(pick(2) == 0 ? number(depth) : truth(depth), one_of({"string", "upper", "trim", "title"}));
    case 6:
      return filter(list(depth), pick(3) == 0 ? "join" : "join(" + at(conditional, text(0)) + ")");
    case 7:
      return {at(disjunction, text(depth)) + (pick(2) == 0 ? " or " : " and ") + at(negation, text(depth)),
              disjunction};
    default:
      return text_filter(text(depth), depth);
  }
}

RandomExpression::Piece RandomExpression::text_filter(const Piece& input, int depth) {
  if (pick(3) != 0) return filter(input, one_of(plain_filters));
  if (pick(3) == 0) return filter(input, "truncate(" + truncation() + ")");
  if (pick(3) == 0) return pattern_filter(input);
  std::string call = "replace(" + literal(one_of({"a", "aa", "é", " ", "-", "\"", "'", "1", "ab"})) + ", " +
                     at(conditional, pick(2) == 0 ? text(0) : number(depth > 0 ? 1 : 0));
  if (pick(4) == 0) call += ", " + std::to_string(pick(3));
  return filter(input, call + ")");
}

std::string RandomExpression::truncation() {
  std::string arguments = std::to_string(pick(12));
  if (pick(2) == 0) return arguments;
  arguments += one_of({", true", ", false"});
  if (pick(2) == 0) return arguments;
  arguments += ", " + literal(one_of({"…", "", "..", " "}));
  return pick(2) == 0 ? arguments : arguments + ", " + std::to_string(pick(4));
}

/// Patterns that RE2 and Python understand alike.
RandomExpression::Piece RandomExpression::pattern_filter(const Piece& input) {
  const std::string pattern =
      literal(one_of({"[^0-9]", "a+", "a*", "b?", "", "^a", "(a|b)(.)", "(é)|(A)()", "[A-Za-z]{2,3}", "(?i)[ab]", ".",
                      "[ \t]+", "(?:a|[^ ])+?", "x", "\\\\", "[.#]"}));
  switch (pick(4)) {
    case 0:
      return filter(input, "regex_search(" + pattern + ")|default('-')");
    case 1:
      return filter(input, "regex_match(" + pattern + ")|string");
    default:
      return filter(input, "regex_replace(" + pattern + ", " + literal(one_of({"", "-", "é", "\\\\", "a b"})) + ")");
  }
}

RandomExpression::Piece RandomExpression::text_or_nothing(int depth) {
  if (depth == 0) return {one_of(nothing), primary};
  switch (pick(4)) {
    case 0:
      return {at(disjunction, text(depth - 1)) + " if " + at(disjunction, truth(depth - 1)), conditional};
    case 1:
      return text_filter(text_or_nothing(depth - 1), depth - 1);
    case 2:
      return filter(pick(2) == 0 ? list(depth - 1) : Piece{"empty", primary}, one_of({"first", "last"}));
    default:
      return filter(text(depth - 1), one_of({"first", "last"}));
  }
}

RandomExpression::Piece RandomExpression::number(int depth) {
  if (depth > 0) return number_made(depth - 1);
  if (pick(2) == 0) return {one_of({"n", "m"}), primary};
  const std::string number = raw_number();
  return {number, number.front() == '-' ? sign : primary};
}

RandomExpression::Piece RandomExpression::number_made(int depth) {
  switch (pick(8)) {
    case 0:
    case 1:
      return calculated(depth);
    case 7:
      return filter(number(0), "round(" + std::to_string(pick(3)) + one_of({", 'ceil')", ", 'floor')"}));
    case 2:
      return {"-" + at(sign, number(depth)), sign};
    case 3:
      return filter(number(depth), "abs");
    case 4:
      return filter(pick(2) == 0 ? text_or_nothing(depth) : list(depth), "length");
    case 5:
      return filter(one_of({"numeric", "b", "n", "z"}) == "b" ? truth(0) : Piece{"numeric", primary},
                    "int(" + at(conditional, number(depth)) + ")");
    default:
      return chosen([&](int d) { return number(d); }, depth);
  }
}

RandomExpression::Piece RandomExpression::calculated(int depth) {
  const Piece left = number(depth);
  const Piece right = number(depth);
  if (pick(4) == 0) return {at(product, left) + " * " + at(filtered, right), product};
  // Never by 0: Jinja sees that only where it comes to it.
  if (pick(4) == 0) return {at(product, left) + " / " + one_of({"2", "-7", "0.3", "12", "(m*m + 1)"}), product};
  return {at(sum, left) + (pick(2) == 0 ? " + " : " - ") + at(joined, right), sum};
}

RandomExpression::Piece RandomExpression::truth(int depth) {
  if (depth > 0) return truth_made(depth - 1);
  return {one_of({"b", "c", "true", "false", "True", "False"}), primary};
}

RandomExpression::Piece RandomExpression::truth_made(int depth) {
  switch (pick(7)) {
    case 0:
      return {"not " + at(negation, any(depth)), negation};
    case 1:
      return {at(sum, text(depth)) + (pick(2) == 0 ? " in " : " not in ") +
                  at(sum, pick(2) == 0 ? text(depth) : list(depth)),
              comparison};
    case 2:
      return {at(conjunction, truth(depth)) + " and " + at(negation, truth(depth)), conjunction};
    case 3:
      return {at(disjunction, truth(depth)) + " or " + at(conjunction, truth(depth)), disjunction};
    case 4:
      return filter(text_or_nothing(depth), one_of({"startswith", "endswith"}) + "(" + at(conditional, text(0)) + ")");
    default:
      return compared(depth);
  }
}

RandomExpression::Piece RandomExpression::compared(int depth) {
  static const std::vector<std::string> equality = {" == ", " != "};
  static const std::vector<std::string> order = {" == ", " != ", " < ", " <= ", " > ", " >= "};
  switch (pick(6)) {
    case 0:
      return {at(sum, number(depth)) + one_of(order) + at(sum, number(depth)), comparison};
    case 1:
      return {at(sum, text(depth)) + one_of(order) + at(sum, text(depth)), comparison};
    case 2:
      return {at(sum, number(depth)) + one_of(order) + at(sum, number(depth)) + one_of(order) + at(sum, number(depth)),
              comparison};
    case 3:
      return {at(sum, list(depth)) + one_of(equality) + at(sum, list(depth)), comparison};
    case 4:
      return {at(sum, truth(depth)) + one_of(equality) + at(sum, pick(2) == 0 ? truth(depth) : text(depth)),
              comparison};
    default:
      return {at(sum, text_or_nothing(depth)) + one_of(equality) + at(sum, pick(2) == 0 ? text(depth) : number(depth)),
              comparison};
  }
}

RandomExpression::Piece RandomExpression::list(int depth) {
  if (depth == 0) return {one_of({"l", "empty", "[]"}), primary};
  switch (pick(4)) {
    case 0:
      return filter(text(depth - 1),
                    pick(2) == 0 ? "split" : "split(" + literal(one_of({",", " ", "a", "--", "é"})) + ")");
    case 1:
      return chosen([&](int d) { return list(d); }, depth - 1);
    case 2:
      return {one_of({"l", "empty"}), primary};
    default: {
      std::string elements = at(conditional, text(depth - 1));
      for (int i = pick(3); i > 0; --i) elements += ", " + at(conditional, text(depth - 1));
      return {"[" + elements + "]", primary};
    }
  }
}

template <class Make>
RandomExpression::Piece RandomExpression::chosen(Make make, int depth) {
  const std::string yes = at(disjunction, make(depth));
  const std::string condition = at(disjunction, pick(2) == 0 ? truth(depth) : any(depth));
  return {yes + " if " + condition + " else " + at(conditional, make(depth)), conditional};
}

std::string RandomExpression::at(Level level, const Piece& piece) {
  const bool needless = pick(8) == 0;
  return piece.level < level || needless ? "(" + piece.text + ")" : piece.text;
}

std::string RandomExpression::raw_text(int length_max) {
  static const std::vector<std::string> characters = {
      "a",  "a",  "a", "b", "A", "B", "Z", "é", "É", "ß", "İ", "Σ", "ς", "σ",  "ǆ",  "ﬁ", "😀", " ", " ", "\u00a0",
      "\t", "\n", "-", "(", "{", "[", "<", ",", ".", "#", "1", "2", "'", "\"", "\\", "}", "$",  "%", "&", "+"};
  std::string text;
  for (int i = pick(length_max + 1); i > 0; --i) text += one_of(characters);
  return text;
}

std::string RandomExpression::literal(const std::string& raw) {
  const char quote = pick(2) == 0 ? '\'' : '"';
  std::string text(1, quote);
  for (const char c : raw) {
    if (c == quote || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text + quote;
}

std::string RandomExpression::raw_number() {
  return one_of({"0", "1", "2", "7", "12", "-3", "100", "0.1", "0.2", "0.25", "1.5", "-0.75", "19.99", "123456"});
}

std::string RandomExpression::one_of(const std::vector<std::string>& choices) {
  return choices[static_cast<std::size_t>(pick(static_cast<int>(choices.size())))];
}

}  // namespace counterpart
