"""End-to-end tests: the real binary, real PostgreSQL, real HTTP. Called by tests/run.

    python3 tests/end_to_end/run.py --binary PATH [--jobs N] [--without FILE] [NAME ...]     NAME: part of a test's name

With more than one job and no NAME, files of tests run side by side, each in a process of its own; all but one with
--without.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
LONGEST = ("test_several_daemons", "test_outages", "test_adversity", "test_hostile", "test_hostile_http")
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "deploy"), str(HERE.parent / "stand-ins" / "tryton")]


def chosen(suite, names):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from chosen(test, names)
        elif not names or any(name in test.id() for name in names):
            yield test


def run_file(binary, file):
    command = [sys.executable, __file__, "--binary", binary, f"{file.stem}."]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(done.stdout, flush=True)
    return done.returncode == 0


def run_files(binary, jobs, without):
    """The files that take longest first; every file's output in one piece."""
    wanted = [file for file in HERE.glob("test_*.py") if file.name != without]
    files = sorted(wanted, key=lambda file: (file.stem not in LONGEST, file.stem))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        good = list(pool.map(lambda file: run_file(binary, file), files))
    print(f"end to end: {good.count(True)} files passed, {good.count(False)} failed")
    return 0 if good and all(good) else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--without")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if options.jobs > 1 and not options.names:
        return run_files(options.binary, options.jobs, options.without)
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
