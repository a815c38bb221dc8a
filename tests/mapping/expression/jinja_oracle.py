#!/usr/bin/python3
"""Evaluates expressions with Jinja2 itself, for jinja_test.cpp.

usage: jinja_oracle.py CASES ANSWERS

CASES holds one JSON object a line: {"expression": text, "scope": object}. ANSWERS gets one line for
each: the value as compact JSON, or "error: " and the exception's name.

Counterpart's documented differences (mapping/expression/expression.h) are applied here and nowhere
else: missing is None, None prints as nothing and passes through filters, true and false print in
lower case, lists as JSON, numbers are decimals, a quotient has 28 digits and 40 decimal places at most, int refuses
what is no number. All the rest is Jinja's own; Python's `re` stands for the filters that take patterns.
"""
import base64
import builtins
import decimal
import functools
import json
import re
import sys

try:
    import jinja2
    import jinja2.compiler
    import jinja2.filters
    import jinja2.lexer
    import jinja2.runtime
except ImportError:
    sys.exit(3)

decimal.getcontext().prec = 400


def number_text(number):
    """A number as Counterpart prints it: no exponent, no trailing zeros, no negative zero."""
    return format(number.normalize(), "f") if number else "0"


def text_of(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return number_text(value)
    if isinstance(value, (list, dict)):
        return as_json(value)
    return builtins.str(value)


class PrintingType(type):
    """Stands for `str` inside Jinja: calls print as above, instance checks are those of str."""

    def __call__(cls, value=""):
        return text_of(value)

    def __instancecheck__(cls, value):
        return isinstance(value, builtins.str)


class Printing(metaclass=PrintingType):
    pass


def quotient(left, right):
    """Exact but for 28 digits, half to even: in the oracle's own precision no digit is lost before."""
    left, right = decimal.Decimal(left), decimal.Decimal(right)
    exact = left / right
    digits = max(exact.adjusted() - 27, -40)
    return exact.quantize(decimal.Decimal(1).scaleb(digits), decimal.ROUND_HALF_EVEN)


def rounded(value, *arguments):
    """Jinja's own result is a binary number, whose shortest spelling is the decimal meant."""
    return decimal.Decimal(repr(jinja2.filters.do_round(value, *arguments)))


class NoneForMissingElse(jinja2.compiler.CodeGenerator):
    def visit_Div(self, node, frame):
        self.write("quotient(")
        self.visit(node.left, frame)
        self.write(", ")
        self.visit(node.right, frame)
        self.write(")")

    def visit_CondExpr(self, node, frame):
        if node.expr2 is None:
            node.expr2 = jinja2.nodes.Const(None)
        super().visit_CondExpr(node, frame)


def passing_none(function):
    """The filter, but None goes through it untouched."""
    position = 1 if hasattr(function, "jinja_pass_arg") else 0

    @functools.wraps(function)
    def wrapped(*arguments):
        return None if arguments[position] is None else function(*arguments)

    return wrapped


NO_NUMBER = object()


def strict_int(value, *default):
    number = NO_NUMBER if value is None else jinja2.filters.do_int(value, NO_NUMBER)
    if number is not NO_NUMBER:
        return number
    if not default and value is not None:
        raise ValueError("no number")
    return default[0] if default else None


def make_environment():
    jinja2.filters.str = jinja2.runtime.str = jinja2.filters.soft_str = Printing
    jinja2.lexer.literal_eval = builtins.Decimal = decimal.Decimal
    builtins.quotient = quotient
    environment = jinja2.Environment(optimized=False)
    environment.code_generator_class = NoneForMissingElse
    environment.undefined = lambda *_, **__: None
    for name in "lower upper title capitalize trim replace join first last abs urlencode truncate".split():
        environment.filters[name] = passing_none(environment.filters[name])
    environment.filters.update(
        {
            "default": lambda value, *rest: rest[0] if value is None else jinja2.filters.do_default(value, *rest),
            "length": lambda value: 0 if value is None else len(value),
            "string": text_of,
            "int": strict_int,
            # Methods of Python's texts in Jinja, filters here.
            "split": passing_none(lambda value, *separator: text_of(value).split(*separator)),
            "startswith": lambda value, start: value is not None and text_of(value).startswith(start),
            "endswith": lambda value, end: value is not None and text_of(value).endswith(end),
            "round": passing_none(rounded),
            "regex_replace": passing_none(lambda value, find, to: re.sub(find, to, text_of(value))),
            "regex_search": passing_none(lambda value, find: (re.search(find, text_of(value)) or [None])[0]),
            "regex_match": lambda value, find: value is not None and bool(re.match(find, text_of(value))),
            "base64": passing_none(lambda value: base64.b64encode(text_of(value).encode()).decode()),
        }
    )
    return environment


def as_json(value):
    if isinstance(value, list):
        return "[" + ",".join(map(as_json, value)) + "]"
    if isinstance(value, bool) or value is None or isinstance(value, builtins.str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ",".join(as_json(k) + ":" + as_json(v) for k, v in value.items()) + "}"
    return text_of(value)


def answer(environment, case):
    try:
        return as_json(environment.compile_expression(case["expression"])(**case["scope"]))
    except Exception as error:  # any refusal of Jinja's counts as one
        return "error: " + type(error).__name__


def main(cases, answers):
    environment = make_environment()
    with open(cases, encoding="utf-8") as lines, open(answers, "w", encoding="utf-8", newline="\n") as out:
        for line in lines:
            print(answer(environment, json.loads(line, parse_float=decimal.Decimal)), file=out)


main(sys.argv[1], sys.argv[2])
