"""Dates against two readers of EDTF that nobody here wrote: `edtf`, which gives bounds, and `edtf-validate`.

Ours takes level 0 without times, and one open end of level 1. Where the others differ from it is written here, and
nothing else may differ.
"""

import random
import re
import warnings
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

from tests.profile import sampled
from tests.rows import each_row

from constancia.domain.values.calendar import parse_edtf

COUNT = sampled(120, 300)
# What ours takes at all: the form. Which of them are dates is for the calendars to say.
FORM = re.compile(r"(\d{4}(-\d\d(-\d\d)?)?)(/(\d{4}(-\d\d(-\d\d)?)?))?\Z", re.ASCII)
SEASON = re.compile(r"\d{4}-(2[1-9]|3\d|4[01])(?:/|\Z)|/\d{4}-(2[1-9]|3\d|4[01])\Z")


@cache
def library(name: str) -> Any:
    """A module of theirs, imported for these tests alone: every worker collects all tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of their own dependencies
        return import_module(name)


def is_valid(text: str) -> bool:
    return bool(library("edtf_validate.valid_edtf").is_valid(text))


def parts(chance: random.Random) -> str:
    year = chance.choice(
        ("2019", "2020", "1900", "2000", "0001", "9999", f"{chance.randint(1, 9999):04d}", "19", "0000")
    )
    month = chance.choice(("01", "02", "06", "12", "13", "00", "2", "11"))
    day = chance.choice(("01", "28", "29", "30", "31", "32", "00", "7"))
    return "-".join((year, month, day)[: chance.randint(1, 3)])


def texts() -> list[str]:
    chance = random.Random(1)  # noqa: S311 - the same at each run
    single = [parts(chance) for _ in range(COUNT // 2)]
    return sorted({*single, *(f"{parts(chance)}/{parts(chance)}" for _ in range(COUNT // 2))})


def ours(text: str) -> tuple[date | None, date | None] | None:
    try:
        read = parse_edtf(text)
    except ValueError:
        return None
    return read.start, read.end


def theirs(text: str) -> tuple[date, date] | None:
    try:
        read = library("edtf").parse_edtf(text)
        first, last = read.lower_strict(), read.upper_strict()
        return date(*first[:3]), date(*last[:3])
    except (
        library("edtf").EDTFParseException,
        ValueError,
        OverflowError,
    ):  # ValueError: the year 0, which no `date` has
        return None


def test_bounds_are_those_of_edtf() -> None:
    compared = 0
    for text in texts():
        if SEASON.search(text):
            assert ours(text) is None  # level 1: a month above 20 is a season there
            continue
        expected = theirs(text) if FORM.match(text) else None
        if expected is not None and expected[1] < expected[0]:
            expected = None  # they give an interval that ends before it starts
        assert ours(text) == expected, text
        compared += expected is not None
    assert compared > 25


def test_what_is_taken_is_valid_to_edtf_validate_and_the_other_way_round() -> None:
    for text in texts():
        if "/" in text:
            continue  # it refuses an interval whose ends have another precision and the same beginning
        if SEASON.search(text) or "0000" in text:  # a season; the year 0
            assert ours(text) is None
            continue
        is_ours = ours(text) is not None
        if is_ours or FORM.match(text):
            # It takes 29 February in any year.
            assert is_valid(text) == is_ours or ("-02-29" in text and not is_ours), text


@each_row("text", ["2019-02/..", "../2020-08-31"])
def test_one_open_end_is_valid_too(text: str) -> None:
    assert is_valid(text)
    assert None in (ours(text) or ())
