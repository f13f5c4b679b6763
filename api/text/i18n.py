"""Interface texts in Spanish and English, from gettext catalogues: compiled ones, or a checkout's sources.

A message id names its place (`act.AgreementSigned`, `problem.E_STATE`, `cli.demo.done`). Content carries its own
languages; the catalogues contain only the product's own texts.
"""

import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from gettext import GNUTranslations
from importlib.resources import files
from typing import Final, TypeVar

from constancia.api.text.catalogues.catalogue import compiled
from constancia.api.text.dates import DateWords, date_words
from constancia.domain.naming import NamedThing
from constancia.domain.sentences import Sentence
from constancia.domain.values.languages import DEFAULT_LANGUAGES, language_shown
from constancia.domain.values.values import Text
from constancia.verify.report.dates import fitted

LANGUAGES: Final = ("es", "en")
DEFAULT_LANGUAGE: Final = "es"


class Messages:
    """The messages of a language by id.

    Args:
        texts: The messages that are translated, in the order of their files.
        ids: The ids of all messages, in order.
    """

    def __init__(self, texts: Mapping[str, str], ids: tuple[str, ...]) -> None:
        self._texts = texts
        self.ids = ids

    def gettext(self, message: str) -> str:
        """Return a message; the id itself where there is no translation."""
        return self._texts.get(message, message)


@cache
def catalogue(lang: str) -> Messages:
    """Return the translations of a language; Spanish for any other language."""
    known = lang if lang in LANGUAGES else DEFAULT_LANGUAGE
    raw = compiled(known, partial(catalogue_texts, known))
    # The standard library reads them and shows their ids nowhere.
    texts = {name: text for name, text in vars(GNUTranslations(io.BytesIO(raw)))["_catalog"].items() if name}
    return Messages(texts, tuple(sorted(texts)))


def message_ids(lang: str) -> tuple[str, ...]:
    """Return the ids of a language's messages, in order."""
    return catalogue(lang).ids


def catalogue_texts(lang: str) -> Mapping[str, bytes]:
    """Return the sources of a language's catalogue, a file a room of the product: name → gettext PO; a checkout's."""
    folder = files("constancia.api").joinpath("locale", lang, "LC_MESSAGES")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir(), key=str) if path.name.endswith(".po")}


def tr(lang: str, msgid: str, **params: object) -> str:
    """Return a message in a language, with its named parameters filled in.

    Args:
        lang: `es` or `en`.
        msgid: The message's id; without a translation the id is shown, which a test forbids.
        params: Values for `%(name)s` placeholders.
    """
    text = template(lang, msgid, params)
    return text % params if params else text


# Parameters that count what the message names, and the end of the id of the message for one of it.
_COUNTS: Final = ("count", "days", "size", "times")
_ONE: Final = "_one"


@cache
def _single(lang: str) -> frozenset[str]:
    """Return the ids of the messages that say something of one thing alone."""
    return frozenset(msgid for msgid in message_ids(lang) if msgid.endswith(_ONE))


def template(lang: str, msgid: str, params: Mapping[str, object]) -> str:
    """Return a message with its placeholders: in the singular for one, the right preposition before each date.

    Args:
        lang: `es` or `en`.
        msgid: The message's id.
        params: Its parameters; those that are `DateWords` decide what is before them.
    """
    if not params:
        return catalogue(lang).gettext(msgid)
    is_one = any(str(params[name]) == "1" for name in _COUNTS if name in params)
    single = f"{msgid}{_ONE}" if is_one else msgid
    text = catalogue(lang).gettext(single if single in _single(lang) else msgid)
    for name, value in params.items():
        if isinstance(value, DateWords):
            text = fitted(text, f"%({name})s", value.precision, lang)
    return text


def in_language(text: object, lang: str, languages: Sequence[str] = DEFAULT_LANGUAGES) -> str:
    """Return a text in the reader's language, or in another that it has; plain texts unchanged.

    Args:
        text: A text by language, or what is shown as it is.
        lang: The reader's language.
        languages: The ledger's authentic languages, for a text that the reader's language lacks.
    """
    return chosen(text, lang, languages)[1]


def chosen(text: object, lang: str, languages: Sequence[str]) -> tuple[str | None, str]:
    """Return the words that `in_language` chooses, and their language; None for it where the text names none."""
    if not isinstance(text, Text | Mapping):
        return None, str(text)
    if not text:
        return None, ""
    members = text.to_json() if isinstance(text, Text) else text
    by_language = {str(name).replace("_", "-"): words for name, words in members.items()}
    tag = language_shown(tuple(by_language), lang, languages)
    return tag, str(by_language[tag])


def language_name(tag: str, lang: str) -> str:
    """Return a language's name in a language, such as "Portugués (Brasil)"; the tag where CLDR has no name for it."""
    names = _names()[lang]
    first, *rest = tag.split("-")
    keys = [part.title() if len(part) == 4 else part.upper() for part in rest]
    details = [names["scripts" if len(key) == 4 else "territories"].get(key) for key in keys]
    name = names["languages"].get(first)
    if name is None or None in details:
        return tag
    shown = f" ({', '.join(filter(None, details))})" if details else ""
    return name[:1].upper() + name[1:] + shown


@cache
def _names() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return names of languages, scripts and territories: CLDR's, written by `tools/build_language_names.py`."""
    text = files("constancia.api").joinpath("locale", "names.json").read_text("utf-8")
    names: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(text)
    return names


# Parameters of sentences that are dates, and those that are choices with a name (message id `word.<choice>`).
_DATES: Final = (
    "compromised_since", "due", "effective", "from_day", "new_value", "on", "period", "received_on", "since",
    "to_day", "until", "valid_from", "window",
)  # fmt: skip
_WORDS: Final = (
    "answers", "capacity", "choice", "contributor", "deadline", "declared_kind", "field", "kind", "level", "mode",
    "origin", "outcome", "participation", "role", "to", "verdict", "weight",
)  # fmt: skip


_S = TypeVar("_S", bound=str)
_QUOTES: Final = {"es": ("«", "»"), "en": ("“", "”")}


class _Lenient(dict[str, str]):
    """Parameters of a sentence: an optional member that the act left out reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""


def say(sentence: Sentence, lang: str) -> str:
    """Return an act's readable sentence in a language."""

    def shown(value: object) -> str:
        if isinstance(value, NamedThing):
            return quoted(in_language(value.title, lang, sentence.languages), lang)
        return in_language(value, lang, sentence.languages)

    return sentence_template(sentence, lang) % sentence_parameters(sentence, lang, shown)


def sentence_template(sentence: Sentence, lang: str) -> str:
    """Return the message of an act's sentence with its placeholders, fitted to its dates."""
    dates = {name: date_words(str(value), lang) for name, value in sentence.params.items() if name in _DATES}
    return template(lang, sentence.msgid, dates)


def quoted(words: _S, lang: str) -> _S:
    """Put a title between the quotation marks of a language."""
    opening, closing = _QUOTES[lang]
    return type(words)(opening) + words + type(words)(closing)  # type: ignore[return-value]  # of the same kind


def sentence_parameters(sentence: Sentence, lang: str, shown: Callable[[object], _S]) -> Mapping[str, str]:
    """Return the parameters of a sentence's message, each made by a function from a text or a word."""
    params = _Lenient()
    for name, value in sentence.params.items():
        if isinstance(value, tuple):
            params[name] = shown(", ").join(shown(item) for item in value)
        elif name in _DATES:
            params[name] = shown(date_words(str(value), lang))
        elif name in _WORDS and isinstance(value, str):
            word = f"word.field_{value}" if name == "field" else f"word.{value}"
            text = tr(lang, word)
            params[name] = shown(text if text != word else value)
        else:
            params[name] = shown(value)
    return params


def isolate(text: str) -> str:
    """Keep a text that runs from right to left from reordering the sentence around it.

    Args:
        text: A text from outside; it holds no marks of direction of its own (SPEC §1).

    Returns:
        The text, within FIRST STRONG ISOLATE and its end where a letter of it runs from right to left.

    Source: Unicode Bidirectional Algorithm (UAX 9), isolating formatting characters.
    """
    if text.isascii():
        return text
    runs_left = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)
    return f"\u2068{text}\u2069" if runs_left else text
