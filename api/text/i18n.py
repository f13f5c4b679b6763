"""Interface texts in Spanish and English, from gettext catalogues read at run time: nothing to compile.

A message id names its place (`act.AgreementSigned`, `problem.E_STATE`, `cli.demo.done`). Content carries its own
languages; the catalogues contain only the product's own texts.
"""

import io
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


class _Lenient(dict[str, object]):
    """Parameters of a sentence: an optional member that the act left out reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def say(sentence: Sentence, lang: str) -> str:
    """Return an act's readable sentence in a language."""
    params = _Lenient({name: in_language(value, lang) for name, value in sentence.params.items()})
    for name in ("compromised_since", "effective", "since", "until", "valid_from"):
        if name in params:
            params[name] = date_words(str(params[name]), lang)
    for name in ("choice", "level", "declared_kind", "capacity", "verdict", "kind", "outcome", "role", "weight"):
        if name in params:
            word = f"word.{params[name]}"
            text = tr(lang, word)
            params[name] = text if text != word else params[name]
    return catalogue(lang).gettext(sentence.msgid) % params
