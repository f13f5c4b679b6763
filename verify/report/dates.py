"""How a date reads within a sentence: the words of an interval, and the preposition before a day, a month, an interval.

Spanish has an article before a day and none before a month or a year: "desde el 5 de mayo", "desde mayo". Sentences are
written with the words that a day takes; what a reader gets fits the precision of the date.
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Final

OPEN: Final = ".."
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Precision(Enum):
    """What a date is: a day, a month or a year, or an interval, which has its own preposition."""

    DAY = "day"
    PERIOD = "period"
    INTERVAL = "interval"


# What is before a day, and before a month or a year, in an interval: its start, its end, open after, open before.
_WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "es": {
        "start": ("del", "de"), "end": ("al", "a"), "since": ("desde el", "desde"),
        "until": ("a más tardar el", "a más tardar en"),
    },
    "en": {"start": ("from", "from"), "end": ("to", "to"), "since": ("from", "from"), "until": ("by", "by")},
}  # fmt: skip
# What becomes of the words before a day where the date is no day; each is tried in order, just before the parameter.
_FITTED: Final[Mapping[str, Mapping[Precision, Sequence[tuple[str, str]]]]] = {
    "es": {
        Precision.PERIOD: (
            (r"\b([Dd]esde|[Hh]asta) el ", r"\1 "), (r"\bdel ", "de "), (r"\bal ", "a "), (r"\bel ", "en "),
            (r"\bEl ", "En "),
        ),
        Precision.INTERVAL: ((r"\b(?:(?:desde|hasta|con efecto|a más tardar) el|desde|hasta|el|del|al) ", ""),),
    },
    "en": {
        Precision.PERIOD: ((r"\bon ", "in "), (r"\bOn ", "In ")),
        Precision.INTERVAL: ((r"\b(?:with effect on|on|from|since|until|by) ", ""),),
    },
}  # fmt: skip


def precision_of(text: str) -> Precision:
    """Tell what a date is; what is no date is taken for a day: no word before it changes.

    Args:
        text: EDTF.
    """
    first, slash, second = text.partition("/")
    if slash and first != second:
        return Precision.INTERVAL
    return Precision.PERIOD if re.fullmatch(r"\d{4}(-\d{2})?", first) else Precision.DAY


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
    if second == OPEN:
        return f"{_before('since', first, lang)} {start}"
    if first == OPEN:
        return f"{_before('until', second, lang)} {end}"
    return f"{_before('start', first, lang)} {start} {_before('end', second, lang)} {end}"


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
    return 2 if _DAY.fullmatch(first) and _DAY.fullmatch(second) and first[:7] == second[:7] else 1


@lru_cache(maxsize=1_024)
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
    for words, instead in _FITTED[lang].get(precision, ()):
        template = re.sub(words + f"(?={re.escape(parameter)})", instead, template)
    return template


def _before(place: str, text: str, lang: str) -> str:
    return _WORDS[lang][place][0 if _DAY.fullmatch(text) else 1]
