"""Names as the eye reads them: in which form those of parties and of bodies are compared."""

import re
import unicodedata
from typing import Final

from constancia.domain.values.values import Text

# ASCII and Latin-1 but letters and digits, combining marks, general punctuation, and what can't be seen: what Unicode
# calls ignorable, the blanks of Hangul, Ogham and Braille, and tags.
_PASSED_OVER: Final = re.compile(
    r"[\x00-/:-@\[-`{-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\u0300-\u036f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u206f\u20d0-\u20ff\u2800\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\ufff0-\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_WITHOUT_DOT: Final = str.maketrans("ıȷ", "ij")


def names_of(name: Text, acronym: str | None = None) -> frozenset[str]:
    """Give the names by which pages and people know a party or a body, in the form in which they are compared.

    Args:
        name: Its name in each language.
        acronym: Its acronym, where it has one.
    """
    return frozenset(map(compared, (*(text for _tag, text in name.by_language), *((acronym,) if acronym else ()))))


def compared(name: str) -> str:
    """Give a name without what the eye passes over: width, capitals, accents, spaces, marks, what can't be seen.

    The ranges are written out, so that no version of Unicode that a Python has changes what is lawful.
    """
    return _PASSED_OVER.sub("", unicodedata.normalize("NFKD", name)).casefold().translate(_WITHOUT_DOT)
