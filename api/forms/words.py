"""The words of forms: labels, hints, choices and faults, from the catalogues."""

from collections.abc import Sequence
from typing import Final

from constancia.api.forms.answers.reading import AnswerFault
from constancia.api.forms.fields import Field, FieldKind, MessageId, Title
from constancia.api.text.error_words import error_words
from constancia.api.text.i18n import chosen, in_language, language_name, tr
from constancia.verify.report.printable import printable

_HINTED: Final = frozenset(
    {
        FieldKind.DATE,
        FieldKind.DAY,
        FieldKind.DIGEST,
        FieldKind.DOCUMENT,
        FieldKind.ENTRY,
        FieldKind.HASH,
        FieldKind.NAME,
        FieldKind.NUMBER,
        FieldKind.QUANTITY,
    }
)
_MOST_OPTIONS: Final = 8  # that a sentence names


class FormWords:
    """Says what a form shows, in a language.

    Args:
        lang: `es` or `en`.
        languages: The ledger's authentic languages, for titles that the language lacks.
    """

    def __init__(self, lang: str, languages: Sequence[str]) -> None:
        self.lang = lang
        self._languages = languages

    def act(self, type_name: str) -> str:
        """Give what an act does, as one would say that one wants to do it."""
        return self._own(f"form.act_{type_name}", type_name)

    def label(self, item: Field) -> str:
        """Give a question's label: the owner's own word for the member, else the member's."""
        name = item.name
        own = self._own(f"form.field_{item.owner}_{name}", "")
        return own or self._own(f"form.field_{name}", name.replace("_", " "))

    def hint(self, item: Field, *, in_terminal: bool = False) -> str:
        """Give how an answer is written; empty where that goes without saying.

        Args:
            item: The question.
            in_terminal: Whether a file is named by its path, and not chosen.
        """
        if in_terminal and item.kind in (FieldKind.DOCUMENT, FieldKind.HASH):
            return self._own("form.hint_path", "")
        own = self._own(f"form.tip_{item.owner}_{item.name}", "") or self._own(f"form.tip_{item.name}", "")
        return own or (self._own(f"form.hint_{item.kind.value}", "") if item.kind in _HINTED else "")

    def title(self, title: Title) -> str:
        """Give a choice's title."""
        if isinstance(title, MessageId):
            return self._own(title, title.partition(".")[2].removeprefix("act_"))
        return printable(in_language(title, self.lang, self._languages))

    def foreign(self, title: Title) -> str:
        """Give the language of a choice's title where it is another than the page's; empty elsewhere."""
        tag = chosen(title, self.lang, self._languages)[0] or self.lang
        return "" if tag == self.lang or tag.startswith(f"{self.lang}-") else tag

    def language(self, tag: str) -> str:
        """Give a language's name, as it is written within a sentence."""
        return language_name(tag, self.lang) if self.lang == "en" else language_name(tag, self.lang).lower()

    def fault(self, fault: AnswerFault) -> str:
        """Give what is wrong with an answer: what happened, what was expected, what to do."""
        item = fault.field
        shown = [self.title(option.title) for option in item.options[:_MOST_OPTIONS]]
        params = {
            "label": self.label(item),
            "options": ", ".join([*shown, *(["…"] if len(item.options) > _MOST_OPTIONS else [])]) or "—",
            "languages": ", ".join(self.language(tag) for tag in item.languages),
            **{name: printable(value) for name, value in fault.params.items()},
        }
        if "language" in params:
            params["language"] = self.language(params["language"])
        if "expected" in params:
            params["expected"] = error_words(params["expected"], self.lang)
        return tr(self.lang, f"form.fault_{fault.code}", **params)

    def _own(self, msgid: str, otherwise: str) -> str:
        text = tr(self.lang, msgid)
        return otherwise if text == msgid else text
