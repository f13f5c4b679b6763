"""How a date reads within a sentence: the words of an interval, and the preposition before a day, a month, an interval.

Spanish has an article before a day and none before a month or a year: "desde el 5 de mayo", "desde mayo". Sentences are
written with the words that a day takes; what a reader gets fits the precision of the date.
"""

import re
from typing import Literal

from constancia.verify.report.words import DATES

_DAY = len("2019-03-26")
Precision = Literal["day", "period", "interval"]  # a day; a month or a year; what has its own preposition


def precision_of(text: str) -> Precision:
    """Tell what a date (EDTF) is; what is no date is taken for a day: no word before it changes."""
    first, slash, second = text.partition("/")
    is_period = re.fullmatch(r"\d{4}(-\d{2})?", first)
    return "interval" if slash and first != second else "period" if is_period else "day"


def interval_words(first: str, second: str, start: str, end: str, lang: str) -> str:
    """Give an interval in words.

    Args:
        first: Its start in EDTF, or `..`.
        second: Its end in EDTF, or `..`.
        start: The start in words, without what `common` says; not read where it is open.
        end: The end in words; not read where it is open.
        lang: `es` or `en`.

    Returns:
        Such as "del 26 de marzo al 24 de mayo de 2019", "desde agosto de 2019", "a más tardar en mayo de 2017".
    """
    begins, ends, words = len(first) < _DAY, len(second) < _DAY, DATES["spans"][lang].split(",")
    if ".." in (first, second):
        return f"{words[4 + begins]} {start}" if second == ".." else f"{words[6 + ends]} {end}"
    return f"{words[begins]} {start} {words[2 + ends]} {end}"


def common(first: str, second: str) -> int:
    """Tell how much the start of an interval need not say, because its end says it too.

    Args:
        first: The start in EDTF.
        second: The end in EDTF.

    Returns:
        0 for nothing, 1 for the year, 2 for year and month.
    """
    if first[:4] != second[:4] or "-" not in first or "-" not in second:
        return 0
    return 2 if len(first) == len(second) == _DAY and first[:7] == second[:7] else 1


def fitted(template: str, parameter: str, precision: Precision, lang: str) -> str:
    """Give a sentence's template with the right preposition before a date: "el 5 de mayo de 2017", "en mayo de 2017".

    Args:
        template: The template, with the words before a day: "se retiró el %(day)s".
        parameter: How the date's place is written, such as `%(day)s`.
        precision: The date's.
        lang: `es` or `en`.

    Returns:
        The template for a date of that precision.
    """
    for rule in DATES[precision][lang].split(",") if precision in DATES else ():
        words, _, instead = rule.partition("=")
        template = re.sub(rf"\b{words} (?={re.escape(parameter)})", f"{instead} " if instead else "", template)
    return template
