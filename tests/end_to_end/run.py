"""End-to-end tests: the real binary, real PostgreSQL, real HTTP. Called by tests/run.

    python3 tests/end_to_end/run.py --binary PATH [NAME ...]     NAME: part of a test's name
"""
import argparse
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "deploy"), str(HERE.parent / "stand-ins" / "tryton")]


def chosen(suite, names):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from chosen(test, names)
        elif not names or any(name in test.id() for name in names):
            yield test


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    os.environ["COUNTERPART_BINARY"] = str(pathlib.Path(options.binary).resolve())
    found = unittest.defaultTestLoader.discover(str(HERE), pattern="test_*.py")
    suite = unittest.TestSuite(chosen(found, options.names))
    if suite.countTestCases() == 0:
        print("no end-to-end test of that name")
        return 1
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.skipped)  # a skip is a failure here
    print(f"end to end: {result.testsRun - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
