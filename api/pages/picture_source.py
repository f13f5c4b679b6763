"""What the models of pictures are made from: the rows as of the page's size and day, and names in its language."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from constancia.api.pages.rows_cache import RowsCache
from constancia.api.pictures.svg import Words
from constancia.api.text.i18n import chosen, in_language, tr
from constancia.domain.identity.party import Party
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A reading of a ledger, for a page in a language."""

    reading: Reading
    ledger: Ledger
    lang: str
    cache: RowsCache | None = None

    @property
    def day(self) -> str:
        """The day looked at (ISO 8601)."""
        return self.reading.day.isoformat()

    @property
    def is_present(self) -> bool:
        """Whether the page shows all that is known, as of now."""
        return self.reading.as_of.day is None and self.reading.size == self.ledger.size

    def rows(self, name: str) -> list[Row]:
        """Give all rows of a projection."""
        return self.reading.rows(name) if self.cache is None else self.cache.rows(self.reading, name)

    def words(self, text: object) -> Words:
        """Give a text in the page's language, or in another with that language's tag."""
        language, words = chosen(text, self.lang, self.reading.state.languages)
        is_other = language is not None and language != self.lang and not language.startswith(f"{self.lang}-")
        return Words(words, language if is_other else None)

    def party(self, name: str) -> str:
        """Give a party's short name as plain text: acronym, else legal name."""
        aggregate = self.reading.state.aggregates.get(f"party/{name}")
        if not isinstance(aggregate, Party):
            return name
        return aggregate.acronym or in_language(aggregate.legal_name, self.lang, self.reading.state.languages)

    def parties(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give the short names of parties, in their order."""
        return tuple(self.party(name) for name in names)

    def say(self, msgid: str, **params: object) -> str:
        """Give a message in the page's language."""
        return tr(self.lang, msgid, **params)

    def word(self, name: str) -> str:
        """Give the word for a state."""
        words = tr(self.lang, f"word.{name}")
        return name if words == f"word.{name}" else words

    def verdicts(self) -> Mapping[str, Mapping[str, str]]:
        """Give what parties said of suspect signatures: leaf hash → party → `affirmed` or `disowned`."""
        return {row["target"]: row["verdicts"] for row in self.rows("remarks") if row["verdicts"]}

    def statement(self, index: int) -> Mapping[str, Any]:
        """Give the statement of an entry."""
        statement: Mapping[str, Any] = json.loads(self.ledger.log.entry(index))["statement"]
        return statement


def is_certain(row: Row) -> bool:
    """Tell whether the dates' precision leaves no doubt on a row as of the day asked."""
    return row.get("certainty") != "possibly"
