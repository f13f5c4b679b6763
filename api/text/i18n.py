"""Interface texts in Spanish and English, from gettext catalogues read at run time: nothing to compile.

A message id names its place (`act.AgreementSigned`, `problem.E_STATE`, `cli.demo.done`). Content carries its own
languages; the catalogues contain only the product's own texts.
"""

import io
import unicodedata
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from constancia.api.text.dates import date_words
from constancia.domain.sentences import Sentence

LANGUAGES: Final = ("es", "en")
DEFAULT_LANGUAGE: Final = "es"


@cache
def catalogue(lang: str) -> GNUTranslations:
    """Return the translations of a language; Spanish for any other language."""
    known = lang if lang in LANGUAGES else DEFAULT_LANGUAGE
    path = files("constancia.api").joinpath("locale", known, "LC_MESSAGES", "constancia.po")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(path.read_bytes()), locale=known))
    compiled.seek(0)
    return GNUTranslations(compiled)


def tr(lang: str, msgid: str, **params: object) -> str:
    """Return a message in a language, with its named parameters filled in.

    Args:
        lang: `es` or `en`.
        msgid: The message's id; without a translation the id is shown, which a test forbids.
        params: Values for `%(name)s` placeholders.
    """
    text = catalogue(lang).gettext(msgid)
    return text % params if params else text


def in_language(text: object, lang: str) -> str:
    """Return a bilingual text in a language, or in Spanish if there is no other; plain texts unchanged."""
    if isinstance(text, Mapping):
        return str(text.get(lang) or text.get("es") or next(iter(text.values()), ""))
    chosen = getattr(text, lang, None) or getattr(text, "es", None)
    return str(chosen if chosen is not None else text)


# Parameters of sentences that are dates, and those that are one of several choices.
_DATES: Final = (
    "compromised_since", "due", "effective", "from_day", "on", "period", "since", "to_day", "until", "valid_from",
)  # fmt: skip
_WORDS: Final = (
    "answers", "capacity", "choice", "deadline", "declared_kind", "kind", "level", "mode", "origin", "outcome",
    "participation", "role", "verdict", "weight",
)  # fmt: skip


class _Lenient(dict[str, object]):
    """Parameters of a sentence: an optional member that the act left out reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def say(sentence: Sentence, lang: str, *, for_page: bool = False) -> str:
    """Return an act's readable sentence in a language.

    Args:
        sentence: Message id and parameters.
        lang: `es` or `en`.
        for_page: Whether a browser shows it, which understands marks of direction; a terminal prints them escaped.
    """
    params = _Lenient({name: in_language(value, lang) for name, value in sentence.params.items()})
    for name in _DATES:
        if name in params:
            params[name] = date_words(str(params[name]), lang)
    for name in _WORDS:
        if name in params:
            word = f"word.{params[name]}"
            text = tr(lang, word)
            params[name] = text if text != word else params[name]
    if for_page:
        params = _Lenient({name: isolate(value) if isinstance(value, str) else value for name, value in params.items()})
    return catalogue(lang).gettext(sentence.msgid) % params


def isolate(text: str) -> str:
    """Keep a text that runs from right to left from reordering the sentence around it.

    Args:
        text: A text from outside; it holds no marks of direction of its own (SPEC §1).

    Returns:
        The text, within FIRST STRONG ISOLATE and its end where a letter of it runs from right to left.

    Source: Unicode Bidirectional Algorithm (UAX 9), isolating formatting characters.
    """
    runs_left = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)
    return f"\u2068{text}\u2069" if runs_left else text
