"""Texts of parties as HTML: what is not in the page's language is marked with its own, for readers and screen readers.

- P1: a text in another language than the page's is in an element with that language in `lang`.
- P2: a word that mixes alphabets, or looks Latin and is not, is marked.
"""

import re
from collections.abc import Callable, Collection, Sequence

from markupsafe import Markup, escape

from constancia.api.text.alphabets import lookalikes
from constancia.api.text.i18n import chosen, isolate, quoted, sentence_parameters, sentence_template, template, tr
from constancia.domain.naming import NamedThing
from constancia.domain.sentences import Sentence
from constancia.domain.values.languages import DEFAULT_LANGUAGES
from constancia.verify.report.printable import printable


def marked(text: object, lang: str, languages: Sequence[str] = DEFAULT_LANGUAGES) -> Markup:
    """Return HTML of a text, in the language that `i18n.in_language` chooses.

    Args:
        text: A text by language, a plain text, or HTML made here.
        lang: The page's language.
        languages: The ledger's authentic languages.

    Returns:
        The text, escaped; in an element with its language where that is not the page's; with a mark at each word whose
        letters look like others.
    """
    if isinstance(text, Markup):
        return text
    tag, words = chosen(text, lang, languages)
    shown: str | Markup = printable(words, len(words), keep="\n\t")
    if odd := lookalikes(words, tag):
        shown = _with_marks(str(shown), odd, lang)
    if tag is None or tag == lang or tag.startswith(f"{lang}-"):
        return escape(shown)
    return Markup('<span lang="{}">{}</span>').format(tag, shown)


def _with_marks(shown: str, odd: Collection[str], lang: str) -> Markup:
    words = re.compile("|".join(sorted(map(re.escape, odd), key=len, reverse=True)))
    mark = Markup('<span class="tag bad" lang="{}">{}</span>').format(lang, tr(lang, "page.other_alphabet"))
    parts, at = [], 0
    for match in words.finditer(shown):
        parts += [escape(shown[at : match.end()]), Markup(" "), mark]
        at = match.end()
    return Markup().join([*parts, escape(shown[at:])])


def marked_message(lang: str, msgid: str, **params: object) -> str:
    """Return a message; HTML where a parameter is HTML."""
    if any(isinstance(value, Markup) for value in params.values()):
        return Markup(template(lang, msgid, params)) % params  # noqa: S704 - the catalogue's own text
    return tr(lang, msgid, **params)


def marked_sentence(sentence: Sentence, lang: str, link: Callable[[str], str | None] | None = None) -> Markup:
    """Return HTML of an act's readable sentence.

    Args:
        sentence: The sentence.
        lang: The page's language.
        link: Gives the address of a stream's page, for titles that lead there; None where it has none.
    """

    def shown(value: object) -> Markup:
        if isinstance(value, NamedThing):
            title = quoted(shown(value.title), lang)
            address = link(value.stream) if link is not None and value.stream is not None else None
            return title if address is None else Markup('<a href="{}">{}</a>').format(address, title)
        return Markup(isolate(str(marked(value, lang, sentence.languages))))  # noqa: S704 - escaped by `marked`

    return Markup(sentence_template(sentence, lang)) % sentence_parameters(sentence, lang, shown)  # noqa: S704
