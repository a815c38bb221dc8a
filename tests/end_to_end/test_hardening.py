"""The binary that is installed is hardened as server/build/hardening.cmake asks: looked up in the file itself.

Each property is first looked for in a program that was built without it, where it must be missed.
"""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SOFT = ["-O1", "-fno-pie", "-no-pie", "-fno-stack-protector", "-U_FORTIFY_SOURCE", "-U_GLIBCXX_ASSERTIONS",
        "-Wl,-z,norelro", "-Wl,-z,lazy", "-Wl,-z,execstack", "-Wl,-rpath,/tmp"]
PROGRAM = """
#include <cstring>
#include <vector>
int main(int count, char** words) {
  char copy[16];
  std::strcpy(copy, words[count - 1]);
  return std::vector<int>{1, 2, 3}[std::strlen(copy) % 3];
}
"""


def readelf(binary, *options):
    return subprocess.run(["readelf", "-W", *options, str(binary)], stdout=subprocess.PIPE, text=True, check=True).stdout


def is_position_independent(binary):
    """Loaded at another address each time (PIE)."""
    return bool(re.search(r"Type:\s+DYN\b", readelf(binary, "-h")) and re.search(r"FLAGS_1.*\bPIE\b", readelf(binary, "-d")))


def has_full_relro(binary):
    """What is relocated is read-only before main() runs: GNU_RELRO, and everything bound at once."""
    now = re.search(r"BIND_NOW|FLAGS_1.*\bNOW\b", readelf(binary, "-d"))
    return bool(now and "GNU_RELRO" in readelf(binary, "-l"))


def has_no_executable_stack(binary):
    """Neither the stack nor any other segment is both writable and executable."""
    segments = [line.split() for line in readelf(binary, "-l").splitlines() if re.match(r"\s+[A-Z_]+\s+0x", line)]
    flags = [(segment[0], set("".join(segment[6:-1]))) for segment in segments]
    return "GNU_STACK" in dict(flags) and not any({"W", "E"} <= of for _, of in flags)


def has_a_stack_protector(binary):
    """Functions with buffers look for an overflow before they return."""
    return "__stack_chk_fail" in readelf(binary, "--dyn-syms")


def is_fortified(binary):
    """libc's checking functions are called (_FORTIFY_SOURCE)."""
    return bool(set(re.findall(r"\b__\w+_chk\b", readelf(binary, "--dyn-syms"))))


def asserts_in_the_library(binary):
    """The C++ library checks bounds (_GLIBCXX_ASSERTIONS)."""
    return "__glibcxx_assert_fail" in readelf(binary, "--dyn-syms")


def takes_libraries_from_the_system_only(binary):
    """No folder of the build machine is searched for libraries."""
    return not re.search(r"\((RPATH|RUNPATH|TEXTREL)\)", readelf(binary, "-d"))


class Hardening(unittest.TestCase):
    PROPERTIES = (is_position_independent, has_full_relro, has_no_executable_stack, has_a_stack_protector, is_fortified,
                  asserts_in_the_library, takes_libraries_from_the_system_only)

    def test_each_property_is_missed_where_it_is_not_there(self):
        with tempfile.TemporaryDirectory(prefix="counterpart-soft-") as folder:
            source, soft = pathlib.Path(folder) / "soft.cpp", pathlib.Path(folder) / "soft"
            source.write_text(PROGRAM)
            subprocess.run(["g++", *SOFT, "-o", str(soft), str(source)], check=True)
            for has in self.PROPERTIES:
                self.assertFalse(has(soft), has.__doc__)

    def test_the_binary_has_them_all(self):
        binary = os.environ["COUNTERPART_BINARY"]
        missing = [has.__doc__ for has in self.PROPERTIES if not has(binary)]
        self.assertEqual(missing, [], f"{binary} lacks what server/build/hardening.cmake asks for")


if __name__ == "__main__":
    unittest.main()
