"""Errors in the reader's language: the program's own errors are English sentences, known here by their fixed parts.

The catalogue has each sentence as the id `error.<sentence>`, with `{}` for each part that varies; such a part may be a
sentence of its own. A test compares the catalogue with the errors that the code raises.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from constancia.api.text.i18n import catalogue, message_ids
from constancia.verify.report.words import TLS

_PREFIX: Final = "error."
_HOLE: Final = "{}"
_MOST_NESTED: Final = 4  # sentences within sentences: a reason within a reason, after the place of each


def error_words(text: str, lang: str) -> str:
    """Give an error's sentence in a language.

    Args:
        text: The sentence in English, as `str` gives it.
        lang: `es` or `en`.

    Returns:
        The sentence; as it is where it is unknown. In English the operating system's own sentences alone change.
    """
    return _translated(text, lang, _MOST_NESTED)


def _translated(text: str, lang: str, depth: int) -> str:
    for parts, pattern, template in _patterns(lang) if depth else ():
        # A pattern alone tries each place of a long text for each part that varies.
        if not (text.startswith(parts[0]) and text.endswith(parts[-1]) and all(part in text for part in parts)):
            continue
        match = pattern.fullmatch(text)
        if match is not None:
            return template.format(*(_translated(part, lang, depth - 1) for part in match.groups()))
    return _of_place(text, lang, depth - 1) if depth and text.endswith("]") else text


def _of_place(text: str, lang: str, depth: int) -> str:
    """Give `PLACE: SENTENCE [CODE]`, as `Unreadable` says it, without the place once more that a system adds."""
    head, bracket, code = text.rpartition(" [")
    place, colon, sentence = head.partition(": ")
    translated = _translated(sentence, lang, depth)
    if translated != sentence:
        translated = translated.removeprefix(f"'{place}': ")
    return f"{place}{colon}{translated}{bracket}{code}"


@cache
def _patterns(lang: str) -> Sequence[tuple[list[str], re.Pattern[str], str]]:
    """Give each sentence's fixed parts and pattern, the most specific first, with its translation."""
    known = [name.removeprefix(_PREFIX) for name in message_ids(lang) if name.startswith(_PREFIX)]
    known.sort(key=lambda sentence: len(sentence.replace(_HOLE, "")), reverse=True)
    translations = catalogue(lang)
    by_parts = [(sentence.split(_HOLE), translations.gettext(_PREFIX + sentence)) for sentence in known]
    for code, words in TLS.items():  # the verifier's own, which has no catalogue; after an address, or by itself
        for form in ("{}", "{{}}: {}", f"{{{{}}}}: {{}} [{code}]"):
            by_parts.insert(0, (form.format(words["en"]).split(_HOLE), form.format(words[lang])))
    return [(parts, re.compile("(.*?)".join(map(re.escape, parts)), re.DOTALL), text) for parts, text in by_parts]
