"""House rules that a compiler does not know. Each rule is first shown a violation that it must find.

Run from the project's root: python3 tests/house_rules/check.py
"""
import pathlib
import re
import subprocess
import sys

TOP = {"CMakeLists.txt", "README.md", "LICENSE", "server", "connectors", "mapping", "migrations", "deploy", "tests"}
VENDORS = r"hubspot|salesforce|pipedrive|tryton|odoo|dolibarr|espocrm|suitecrm|weclapp|zoho|dynamics365"
CPP = re.compile(r"\.(cpp|h)$")


def lines_matching(pattern, text, flags=0):
    found = re.compile(pattern, flags)
    return [number for number, line in enumerate(text.splitlines(), 1) if found.search(line)]


def awaited_expressions(text):
    """(line, expression) of each co_await, up to the end of its statement."""
    for match in re.finditer(r"\bco_await\b", text):
        depth, end = 0, match.end()
        while end < len(text) and not (depth == 0 and text[end] in ";,)"):
            depth += (text[end] in "([{") - (text[end] in ")]}")
            if depth < 0:
                break
            end += 1
        yield text.count("\n", 0, match.start()) + 1, text[match.end():end]


def functions(text):
    """(first line, number of lines, text) of functions at namespace scope, as clang-format lays them out."""
    start, rows = None, text.splitlines()
    for number, line in enumerate(rows, 1):
        if re.match(r"^[A-Za-z].*[({]$|^[A-Za-z].*\) .*\{$", line) and not re.match(
                r"^(namespace|class|struct|enum|union|template|using|extern|constexpr|const|static const)\b", line):
            start = start or number
        if line == "}" and start:
            yield start, number - start + 1, "\n".join(rows[start - 1:number])
            start = None
        elif line in ("", "};") and start and rows[start - 1].endswith(";"):
            start = None


def rule_pqxx(name, text):
    """libpqxx is included in server/store (and its tests) only."""
    if name.startswith(("server/store/", "tests/server/store/")):
        return []
    return lines_matching(r"#include\s*<pqxx", text)


def rule_vendors(name, text):
    """No vendor is named outside connectors (and tests)."""
    if not name.startswith(("server/", "mapping/")):
        return []
    return lines_matching(VENDORS, text, re.I)


def rule_pure_core(name, text):
    """mapping/ knows no sockets, threads, clocks or databases, and nothing of the other rooms."""
    if not name.startswith("mapping/"):
        return []
    return lines_matching(r'#include\s*(<boost/(asio|beast)|<thread>|<mutex>|<pqxx|<sys/|"(server|connectors)/)|'
                          r"(system|steady|high_resolution)_clock::now", text)


def rule_connectors_know_no_server(name, text):
    """connectors/ includes nothing of server/, no sockets, no database."""
    if not name.startswith("connectors/"):
        return []
    return lines_matching(r'#include\s*("server/|<pqxx|<boost/beast|<boost/asio/(ip|local)/)', text)


def rule_binary_floating_point(name, text):
    """Binary floating point never comes near values."""
    if not name.startswith("mapping/"):
        return []
    code = re.sub(r'"(\\.|[^"\\\n])*"|//.*', "", text)
    # RapidJSON's handler must have the function; ours refuses to be called.
    return lines_matching(r"\b(double|float)\b", code.replace("bool Double(double) { return false; }", ""))


def rule_await(_name, text):
    """g++ 12 destroys lambdas and braced aggregates inside a co_await expression twice."""
    return [line for line, expression in awaited_expressions(text)
            if re.search(r"\[[&=\w, ]*\]\s*(\(|\{|mutable)", expression) or re.search(r"[(,]\s*\{", expression)
            or re.search(r"\b[A-Z]\w*\{[^}]", expression)]


def rule_long_line(name, text):
    """Lines have at most 120 columns."""
    # A raw string in a test is data: it cannot be broken.
    raw = name.startswith("tests/")
    return [n for n, line in enumerate(text.splitlines(), 1) if len(line) > 120 and not (raw and 'R"' in line)]


def rule_long_file(_name, text):
    """A file holds one thing: at most 600 lines."""
    return [600] if len(text.splitlines()) > 600 else []


def rule_long_function(name, text):
    """A function has at most 60 lines, a coroutine 40."""
    if name.startswith("tests/"):
        return []
    return [first for first, length, body in functions(text) if length > (40 if "co_await" in body else 60)]


def rule_sleep(name, text):
    """Nothing sleeps: tests wait for signals, the daemon for its clock."""
    if name == "server/store/embedded.cpp":  # waits for another process to come up, before the io thread runs
        return []
    return lines_matching(r"sleep_for|sleep_until\(|\busleep\(|\bnanosleep\(", text)


def rule_unfinished(_name, text):
    """Nothing is left unfinished."""
    return lines_matching(r"\b(TODO|FIXME|XXX)\b|not implemented", text)


def rule_sql_clock(name, text):
    """SQL takes the time from counterpart.now() alone, so that a session may set it."""
    if not name.endswith(".sql") or name.startswith("migrations/"):
        return []
    code = re.sub(r"--.*", "", text)
    return lines_matching(r"(?<!counterpart\.)\bnow\(\)|current_timestamp|clock_timestamp|localtimestamp", code, re.I)


def rule_sql_in_code(name, text):
    """SQL lives in .sql files, not in C++."""
    if not CPP.search(name) or name.startswith("tests/"):
        return []
    return lines_matching(r'"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s', text)


# rule, a file name it applies to, a text that violates it
RULES = [
    (rule_pqxx, "server/worker/a.cpp", "#include <pqxx/pqxx>\n"),
    (rule_vendors, "server/a.cpp", "void sync_hubspot();\n"),
    (rule_pure_core, "mapping/a.cpp", "#include <boost/asio/ip/tcp.hpp>\n"),
    (rule_connectors_know_no_server, "connectors/a.cpp", '#include "server/store/store.h"\n'),
    (rule_binary_floating_point, "mapping/a.cpp", "double price = 0;\n"),
    (rule_await, "server/a.cpp", "co_await run([&] { return 1; });\n"),
    (rule_await, "server/b.cpp", "co_await send({1, 2});\n"),
    (rule_await, "server/c.cpp", "co_await send(Order{1, 2});\n"),
    (rule_long_line, "server/a.cpp", "x" * 121),
    (rule_long_file, "server/a.cpp", "int a;\n" * 601),
    (rule_long_function, "server/a.cpp", "void f() {\n" + "  g();\n" * 60 + "}\n"),
    (rule_long_function, "server/b.cpp", "awaitable<void> f() {\n" + "  co_await g();\n" * 40 + "}\n"),
    (rule_sleep, "tests/a.cpp", "std::this_thread::sleep_for(1s);\n"),
    (rule_unfinished, "server/a.cpp", "// TODO later\n"),
    (rule_sql_clock, "server/store/sql/a.sql", "SELECT now();\n"),
    (rule_sql_in_code, "server/a.cpp", 'exec("SELECT 1");\n'),
]


def applies(rule, name):
    if rule in (rule_sql_clock,):
        return name.endswith(".sql")
    return bool(CPP.search(name))


def main():
    faults = [f"{rule.__name__} does not find its own violation" for rule, name, bad in RULES if not rule(name, bad)]
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], stdout=subprocess.PIPE, text=True, check=True)
    names = [name for name in listed.stdout.splitlines() if pathlib.Path(name).is_file()]
    for top in sorted({name.split("/")[0] for name in names}):
        if not top.startswith(".") and top not in TOP:
            faults.append(f"{top}: does not belong at the top level")
    rules = {rule for rule, _, _ in RULES}
    for name in names:
        text = pathlib.Path(name).read_text(errors="replace")
        for rule in rules:
            if applies(rule, name):
                faults += [f"{name}:{line}: {rule.__doc__}" for line in rule(name, text)]
    print("\n".join(sorted(faults)))
    print(f"{len(rules)} house rules, {len(names)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
