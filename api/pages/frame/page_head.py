"""What a page's head says of it: its own address in both languages, which part and which past it is, a short text."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from constancia.api.forms.purposes import name_in, type_of
from constancia.api.opendata.tables.all_tables import named
from constancia.api.text.dates import moment_words
from constancia.api.text.i18n import tr
from constancia.ledger.views.reading import Reading

MOST: Final = 160  # characters of a description: search engines and those who share a link show no more
PARTS: Final = ("before", "start")  # parameters by which a part of a list or of a timeline is asked for
CITING: Final = {"es": "citar", "en": "cite"}  # the page on how to cite an entry, below the entry's own
_RECEIPT: Final = {"es": "constancia", "en": "receipt"}  # an entry's receipt, below the entry's own page
_READY: Final = {"es": "listo", "en": "ready"}  # the page of a draft that was made, below those of forms
# Parameters of the page of changes, whose names are in the page's language: Spanish, English.
_OF_CHANGES: Final = (("de", "from"), ("a", "to"), ("parte", "party"), ("compromiso", "commitment"))


def brief(text: str, room: int = MOST) -> str:
    """Give a text on one line that has at most so many characters, cut between words.

    Args:
        text: The text.
        room: How many characters there may be.
    """
    words = " ".join(text.split())
    if len(words) <= room:
        return words
    return words[: room - 1].rpartition(" ")[0].rstrip(" ,;:.") + "…"


def own_query(asked: Mapping[str, str], as_of: Mapping[str, str], *, is_changes: bool) -> str:
    """Give the parameters that make a page another page than the same path without: its past, its part, its dates.

    Args:
        asked: All parameters of the address.
        as_of: Those that say what the page is as of.
        is_changes: Whether it is the page of changes, which has two moments of its own.
    """
    own = dict(as_of) | {name: asked[name] for name in PARTS if asked.get(name, "0") not in ("", "0")}
    if is_changes:
        own |= {name: asked[name] for names in _OF_CHANGES for name in names if asked.get(name)}
    return urlencode(own)


def in_other_names(query: str, lang: str) -> str:
    """Give a query of the page of changes with the names that the page in the other language has.

    Args:
        query: The query.
        lang: The language whose names it has.
    """
    names = dict(_OF_CHANGES if lang == "es" else [(english, spanish) for spanish, english in _OF_CHANGES])
    return urlencode([(names.get(name, name), value) for name, value in parse_qsl(query)])


def which_words(asked: Mapping[str, str], reading: Reading, size: int, lang: str) -> str:
    """Say which part of a list or timeline, and which past, a page shows; nothing for all of the present.

    Args:
        asked: The address's parameters.
        reading: What the page is as of.
        size: The ledger's size today.
        lang: `es` or `en`.
    """
    words = []
    if asked.get("before"):
        words.append(tr(lang, "page.title_before", index=asked["before"]))
    elif asked.get("start", "0") not in ("", "0"):
        words.append(tr(lang, "page.title_from", number=asked["start"]))
    day = reading.as_of.day
    if day or reading.size != size:
        shown = moment_words(str(day or reading.day.isoformat()), lang, reading.state.timezone)
        words.append(tr(lang, "page.title_past", day=shown, size=reading.size))
    return "; ".join(words)


def path_in_other(path: str, lang: str, segments: Mapping[str, str]) -> str:
    """Give the path of the same page in the other language.

    Args:
        path: The path, from the language on.
        lang: Its language.
        segments: What sections are called in paths: Spanish name → English name.
    """
    other = "en" if lang == "es" else "es"
    table = segments if lang == "es" else {english: spanish for spanish, english in segments.items()}
    parts = path.split("/")
    parts[1] = other
    if len(parts) > 2:
        parts[2] = table.get(parts[2], parts[2])
    if len(parts) > 3 and parts[2] in ("data", "datos"):
        file = named(lang, parts[3]) or named(other, parts[3])
        parts[3] = file.named(other) if file else parts[3]
    if len(parts) > 3 and parts[2] in ("prepare", "preparar"):
        purpose = type_of(parts[3])
        parts[3] = name_in(purpose, other) if purpose else _READY[other] if parts[3] in _READY.values() else parts[3]
    for names in (CITING, _RECEIPT):
        if len(parts) > 4 and parts[4] in names.values():
            parts[4] = names[other]
    return "/".join(parts)
