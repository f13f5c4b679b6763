"""What the models of pictures are made from: the rows as of the page's size and day, and names in its language."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from constancia.api.pages.decision_waits import gone_from
from constancia.api.pictures.svg import ForeignText
from constancia.api.text.i18n import chosen, tr
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.party import Party
from constancia.domain.identity.succession import succession_of
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.remarks.entry_standing import verdicts_on
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections.base import Row
from constancia.ledger.views.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSource:
    """A reading of a ledger, for a page in a language."""

    reading: Reading
    ledger: Ledger
    lang: str

    @property
    def day(self) -> str:
        """The day looked at (ISO 8601)."""
        return self.reading.day.isoformat()

    @property
    def is_present(self) -> bool:
        """Whether the page shows all that is known, as of now."""
        return self.reading.as_of.day is None and self.reading.size == self.ledger.size

    def latest(self, name: str, kind: type[Aggregate], most: int) -> tuple[list[Row], int]:
        """Give the rows of the newest aggregates of a kind, newest first, and how many older ones there are.

        Args:
            name: The projection.
            kind: The aggregates' class.
            most: How many rows at most: no picture grows with the ledger.
        """
        streams = self.reading.state.streams_of(kind)
        return self._rows(name, reversed(streams[-most:])), max(len(streams) - most, 0)

    def decisions_on(self, stream: str) -> list[Row]:
        """Give the rows of the decisions whose act is of a stream, in their order."""
        decisions = self.reading.state.on_topic(Decision, stream)
        return self._rows("decisions", (each.stream for each in decisions if each.act.stream == stream))

    def deliverables(self, streams: Iterable[str]) -> Mapping[str, Row]:
        """Give the rows of deliverables, by stream."""
        return {row["stream"]: row for row in self._rows("deliverables", streams)}

    def _rows(self, name: str, streams: Iterable[str]) -> list[Row]:
        rows = []
        for stream in streams:
            with contextlib.suppress(NotFound):  # it had not happened by the day asked
                rows.append(self.reading.row(name, stream))
        return rows

    def words(self, text: object) -> ForeignText:
        """Give a text in the page's language, or in another with that language's tag."""
        language, words = chosen(text, self.lang, self.reading.state.languages)
        is_other = language is not None and language != self.lang and not language.startswith(f"{self.lang}-")
        return ForeignText(words, language if is_other else None)

    def party_words(self, name: str) -> ForeignText:
        """Give a party's short name: acronym, else legal name."""
        aggregate = self.reading.state.aggregates.get(f"party/{name}")
        if not isinstance(aggregate, Party):
            return ForeignText(name)
        return ForeignText(aggregate.acronym) if aggregate.acronym else self.words(aggregate.legal_name)

    def party(self, name: str) -> str:
        """Give a party's short name, for a sentence."""
        return self.party_words(name).clean

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

    def is_disowned(self, mark: Row) -> bool:
        """Tell whether a party has said that a signature in its name, which an entry's mark names, is not its own."""
        return verdicts_on(self.reading.state, mark["leaf_hash"]).get(mark["party"]) == "disowned"

    def ended_on(self, party: str) -> str | None:
        """Give since when a party exists no more (EDTF); None while it does, and while that is not settled."""
        succession = succession_of(self.reading.state, party)
        return succession.effective if succession is not None else None

    def gone_from(self, decision: Row) -> tuple[str, ...]:
        """Give the parties whose vote or signature a decision lacks, and that can say neither any more."""
        return gone_from(self.reading.state, decision)

    def statement(self, index: int) -> Mapping[str, Any]:
        """Give the statement of an entry."""
        statement: Mapping[str, Any] = json.loads(self.ledger.log.entry(index))["statement"]
        return statement


def is_certain(row: Row) -> bool:
    """Tell whether the dates' precision leaves no doubt on a row as of the day asked."""
    return row.get("certainty") != "possibly"
