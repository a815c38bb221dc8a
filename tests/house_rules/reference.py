"""The README's reference of every key, made by `counterpart check --reference`.

    python3 tests/house_rules/reference.py [--binary PATH]            exit code 1 where the README says something else
    python3 tests/house_rules/reference.py [--binary PATH] --write    puts it there
"""
import argparse
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
BINARY = ROOT / ".cache" / "build" / "server" / "counterpart"
MARKS = re.compile(r"(<!-- reference: made .*? -->\n).*(<!-- reference: end -->\n)", re.S)
REMEDY = "build `counterpart`, then run: python3 tests/house_rules/reference.py --write"


def with_reference(text, binary):
    """The README with the reference that this binary gives."""
    told = subprocess.run([str(binary), "check", "--reference"], stdout=subprocess.PIPE, text=True, check=True).stdout
    result, count = MARKS.subn(lambda marks: f"{marks[1]}\n{told}\n{marks[2]}", text)
    if count != 1:
        raise SystemExit("README.md has no place for the reference: the two comments <!-- reference: … --> are missing")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=BINARY)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    before = README.read_text()
    after = with_reference(before, options.binary)
    if options.write:
        README.write_text(after)
    elif before != after:
        print("README.md does not hold what the tables say; " + REMEDY)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
