#!/usr/bin/python3
"""Judges VAT ids with python-stdnum, for vat_id_test.cpp.

usage: stdnum_oracle.py QUESTIONS ANSWERS

QUESTIONS holds one id in normal form a line; ANSWERS gets "right" or "wrong" for each.
"""
import sys

try:
    import stdnum
    import stdnum.ch.vat
    import stdnum.eu.vat
    import stdnum.gb.vat
    import stdnum.no.mva
except ImportError:
    sys.exit(3)


def is_right(number):
    if number.startswith("CH"):
        return stdnum.ch.vat.is_valid(number + "MWST")
    if number.startswith("NO"):
        return stdnum.no.mva.is_valid(number + "MVA")
    if number.startswith("GB"):
        return stdnum.gb.vat.is_valid(number)
    return stdnum.eu.vat.is_valid(number)


with open(sys.argv[1]) as questions, open(sys.argv[2], "w") as answers:
    for line in questions:
        answers.write("right\n" if is_right(line.strip()) else "wrong\n")
