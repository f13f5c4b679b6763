"""Cancellation of personal data: requested, then blocked or denied, and destroyed only after it was blocked.

The chain is never altered. What can be destroyed is what lies next to it: the salt and value behind a commitment, and
the bytes of a document that an entry cites. What was agreed can't be hidden in this way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal

from constancia.domain.identity.voice import can_say, speaks_for
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark
from constancia.domain.kernel.context import Context, EntryView, StateView, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.remarks.correction import value_at
from constancia.domain.remarks.reliance import first_citations, objects_in, rested_upon
from constancia.domain.values.calendar import parse_day
from constancia.domain.values.editions import THIRD
from constancia.domain.values.sealing import Sealed
from constancia.domain.values.values import Day, Digest, FormError, Hex64, Identifier, Label, Text, Value

WITHDRAWN: Final = ("blocked", "destroyed")  # the later one outweighs
Outcome = Literal["blocked", "denied", "destroyed"]
# Why a request is denied; each is explained by the decision's reasons.
Ground = Literal[
    "already_done", "legal_obligation", "not_accredited", "not_competent", "no_such_data", "proceedings",
    "public_function", "third_party_rights", "what_was_agreed",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationItem(Value):
    """What a request is about: an entry, and in it a commitment, a cited document, or a member in plain."""

    SINCE: ClassVar = THIRD

    entry: Hex64
    commitment: Hex64 | None = None
    document: Hex64 | None = None
    field: Label | None = None

    def check_form(self, where: str) -> None:
        """Check that it names one thing."""
        named = [name for name in ("commitment", "document", "field") if getattr(self, name) is not None]
        if len(named) != 1:
            raise FormError(where, "one of commitment, document and field", named)

    def is_in(self, entry: EntryView) -> bool:
        """Tell whether an entry has what is named."""
        if self.field is not None:
            return value_at(entry.statement, self.field.split(".")) is not None
        member, value = ("commitment", self.commitment) if self.commitment else ("sha256", self.document)
        return any(part.get(member) == value for part in objects_in(entry.statement["body"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationOutcome:
    """One decision on a request, as it was said."""

    SINCE: ClassVar = THIRD

    to: str
    legal_basis: Text
    reasons: Text
    remedy: Text
    mark: Mark
    ground: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation(Aggregate):
    """A request with what was decided on it.

    Attributes:
        holder: The party that said the entries concerned: what they name is with it.
        authors: The persons who said those entries.
        destroying: Who has said that it is to be destroyed.
    """

    SINCE: ClassVar = THIRD

    cancellation: str
    holder: str
    items: tuple[CancellationItem, ...]
    request: str
    received_on: str
    requested: Mark
    applicant: Sealed | None = None
    due: str | None = None
    authors: tuple[str, ...] = ()
    outcomes: tuple[CancellationOutcome, ...] = ()
    destroying: tuple[Mark, ...] = ()
    destroying_digest: str | None = None

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents concerned, by SHA-256."""
        return tuple(sorted({item.document for item in self.items if item.document is not None}))

    @property
    def commitments(self) -> tuple[str, ...]:
        """The commitments concerned."""
        return tuple(sorted({item.commitment for item in self.items if item.commitment is not None}))

    @property
    def last(self) -> CancellationOutcome | None:
        """The decision that holds."""
        return self.outcomes[-1] if self.outcomes else None

    @property
    def concerns(self) -> tuple[str, ...]:
        """The party that holds what is concerned."""
        return (f"party/{self.holder}",)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:  # noqa: ARG003
        """Give it once it is known: the first word names an entry, and not what that was said of."""
        return before


@act_base
class CancellationAct(Act[Cancellation]):
    """What is said of a request for cancellation."""

    SINCE: ClassVar = THIRD
    stream_kind: ClassVar = "cancellation"
    stream_id: ClassVar = ("cancellation",)

    cancellation: Identifier


@act
class CancellationRequested(CancellationAct):
    """Somebody has asked for personal data to be cancelled. Who asks is sealed; the request itself is not published."""

    by_secretariat: ClassVar = True

    items: tuple[CancellationItem, ...]
    received_on: Day
    request: Digest
    applicant: Sealed | None = None
    due: Day | None = None

    @classmethod
    def is_confidential(cls, body: Mapping[str, Any]) -> bool:  # noqa: ARG003 - of any form it may name who asks
        """Tell that it is: who asks is sealed."""
        return True

    def check_form(self, where: str) -> None:
        """Check that it names something, each thing once."""
        if not self.items or len(set(self.items)) != len(self.items):
            raise FormError(f"{where}.items", "at least one item, each once", len(self.items))

    @rule("E_NOT_FOUND", "the entry has what is to be cancelled", "el registro tiene lo que se pide cancelar")
    def _is_there(self, on: object, at: Context) -> Breach:
        named = ((item, at.lookup(item.entry)) for item in self.items)
        return [{"entry": item.entry} for item, entry in named if entry is None or not item.is_in(entry)]

    @rule("E_POLICY", "a request goes to one holder", "una solicitud se dirige a un solo responsable")
    def _one_holder(self, on: object, at: Context) -> Breach:
        parties = sorted({entry.statement["actor"].get("party", "") for entry in self._entries(at)})
        return len(parties) > 1 and {"parties": parties}

    @rule("E_ROLE", "a party seals what it holds itself", "una parte sella lo que ella misma guarda")
    def _own_seal(self, on: object, at: Context) -> Breach:
        return self.applicant is not None and self.applicant.by != at.party and {"by": self.applicant.by}

    @rule("E_DATE", "what was received is not in the future", "lo recibido no está en el futuro")
    def _was_received(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.received_on)

    @rule("E_DATE", "an answer is due after the request", "la respuesta vence después de la solicitud")
    def _due_later(self, on: object, at: Context) -> Breach:
        return self.due is not None and self.due < self.received_on and {"due": self.due}

    RULES: ClassVar = (_is_there, _one_holder, _own_seal, _was_received, _due_later)

    def _entries(self, at: Context) -> Iterator[EntryView]:
        for item in self.items:
            entry = at.lookup(item.entry)
            if entry is not None:
                yield entry

    def begin(self, at: Context) -> Cancellation:
        """Take the request in."""
        actors = [entry.statement["actor"] for entry in self._entries(at)]
        return Cancellation(
            stream=self.stream(),
            cancellation=self.cancellation,
            holder=actors[0].get("party", "") if actors else "",
            items=self.items,
            request=self.request,
            received_on=self.received_on,
            requested=at.mark,
            applicant=self.applicant,
            due=self.due,
            authors=tuple(sorted({actor["person"] for actor in actors if "person" in actor})),
        )


@act
class CancellationDecided(CancellationAct):
    """A request is decided: blocked, denied, or, after it was blocked, destroyed by the word of two persons."""

    SORTED: ClassVar = {"documents": ""}

    documents: tuple[Hex64, ...]
    legal_basis: Text
    reasons: Text
    remedy: Text
    to: Outcome
    ground: Ground | None = None
    until: Day | None = None

    def check_form(self, where: str) -> None:
        """Check that a block has its end, a denial its ground, and nothing else has them."""
        for name, outcome in (("until", "blocked"), ("ground", "denied")):
            if (getattr(self, name) is not None) != (self.to == outcome):
                raise FormError(f"{where}.{name}", f"this member if and only if to is {outcome}", getattr(self, name))

    @rule(
        "E_ROLE",
        "who holds the data decides first; another party only where that one can't speak any more",
        "decide primero quien guarda los datos; otra parte, sólo cuando aquélla ya no puede hablar",
    )
    def _by_the_holder(self, on: Cancellation, at: Context) -> Breach:
        is_others = at.party != on.holder and can_say(at, on.holder, type(self).__name__)
        return is_others and not self._is_second(on, at) and {"holder": on.holder}

    @rule(
        "E_STATE",
        "it is blocked first, once, and destroyed after it was blocked",
        "primero se bloquea, una vez, y se destruye después de bloquear",
    )
    def _in_order(self, on: Cancellation, at: Context) -> Breach:
        expected = {"blocked": ("requested",), "denied": ("requested", "blocked"), "destroyed": ("blocked",)}[self.to]
        return on.status not in expected and {"status": on.status}

    @rule("E_DIGEST_MISMATCH", "the documents are those of the request", "los documentos son los de la solicitud")
    def _of_the_request(self, on: Cancellation, at: Context) -> Breach:
        return self.documents != on.documents and {"expected": list(on.documents)}

    @rule(
        "E_POLICY",
        "what is in a signed act in plain is denied: the chain keeps it",
        "lo que un acto firmado dice a la vista se niega: la cadena lo conserva",
    )
    def _not_in_plain(self, on: Cancellation, at: Context) -> Breach:
        plain = [item.field for item in on.items if item.field is not None]
        return self.to != "denied" and [{"field": field} for field in plain]

    @rule(
        "E_POLICY",
        "no cancellation hides what was agreed or decided, or what another party alleges",
        "ninguna cancelación oculta lo acordado o decidido, ni lo que otra parte señala",
    )
    def _not_what_was_agreed(self, on: Cancellation, at: Context) -> Breach:
        if self.to == "denied":
            return None
        return [{"document": name, "stream": stream} for name, stream in rested_upon(at.state, on.documents, on.holder)]

    # Else any party could hide what another one handed in: by citing it, and asking itself.
    @rule(
        "E_POLICY",
        "the party that cited a document first decides on it",
        "sobre un documento decide la parte que lo citó primero",
    )
    def _cited_it_first(self, on: Cancellation, at: Context) -> Breach:
        if self.to == "denied":
            return None
        first = sorted(first_citations(at, on.documents).items())
        parties = ((name, entry, entry.statement["actor"].get("party", "")) for name, entry in first)
        return [
            {"document": name, "entry": entry.leaf_hash, "party": party}
            for name, entry, party in parties
            if party != on.holder
        ]

    @rule("E_DATE", "a block ends after it begins", "un bloqueo termina después de empezar")
    def _ends_later(self, on: object, at: Context) -> Breach:
        return self.until is not None and parse_day(self.until) < at.day and {"until": self.until}

    @rule("E_DATE", "it is destroyed when the block has ended", "se destruye cuando ha terminado el bloqueo")
    def _block_has_ended(self, on: Cancellation, at: Context) -> Breach:
        until = on.last.until if on.last else None
        return self.to == "destroyed" and until is not None and at.day <= parse_day(until) and {"until": until}

    @rule(
        "E_SELF_DEALING",
        "two persons decide that something is destroyed; for a document they are of two parties",
        "dos personas deciden destruir; si es un documento, son de dos partes",
    )
    def _by_two(self, on: Cancellation, at: Context) -> Breach:
        if not self._is_second(on, at):
            return None
        return [
            {"party": mark.party}
            for mark in on.destroying
            if mark.person == at.actor.get("person") or (on.documents and speaks_for(at, mark.party))
        ]

    @rule(
        "E_SELF_DEALING",
        "who cited a document does not decide that it is destroyed",
        "quien citó un documento no decide que se destruya",
    )
    def _not_ones_own(self, on: Cancellation, at: Context) -> Breach:
        person = at.actor.get("person")
        return self.to == "destroyed" and bool(on.documents) and person in on.authors and {"person": person}

    RULES: ClassVar = (
        _by_the_holder,
        _in_order,
        _of_the_request,
        _not_in_plain,
        _not_what_was_agreed,
        _cited_it_first,
        _ends_later,
        _block_has_ended,
        _by_two,
        _not_ones_own,
    )

    def then(self, on: Cancellation, at: Context) -> Cancellation:
        """Note the decision; a destruction takes effect with the second person's word."""
        outcome = CancellationOutcome(
            to=self.to,
            legal_basis=self.legal_basis,
            reasons=self.reasons,
            remedy=self.remedy,
            mark=at.mark,
            ground=self.ground,
            until=self.until,
        )
        if self.to != "destroyed":
            return replace(on, status=self.to, outcomes=(*on.outcomes, outcome), destroying=(), destroying_digest=None)
        if not self._is_second(on, at):  # the first word, or another one in its place
            return replace(on, destroying=(at.mark,), destroying_digest=at.said_digest)
        return replace(on, status="destroyed", outcomes=(*on.outcomes, outcome), destroying=(*on.destroying, at.mark))

    def _is_second(self, on: Cancellation, at: Context) -> bool:
        """Tell whether it is the second word of a destruction: equal to the first."""
        is_begun = on.status == "blocked" and bool(on.destroying)
        return self.to == "destroyed" and is_begun and on.destroying_digest == at.said_digest


def withdrawals(state: StateView) -> dict[str, Cancellation]:
    """Give the documents whose bytes are not shown any more, by SHA-256, each with the cancellation that says why.

    Where several name a document, one that destroyed it says why, else one that blocks it; of equals the first that
    was decided.
    """
    withdrawn = [cancellation for cancellation in state.of(Cancellation) if cancellation.status in WITHDRAWN]
    return {
        document: cancellation
        for cancellation in sorted(withdrawn, key=_weight)  # of a document named twice the last one stays
        for document in cancellation.documents
    }


def _weight(cancellation: Cancellation) -> tuple[int, int]:
    return WITHDRAWN.index(cancellation.status), -cancellation.outcomes[-1].mark.index


CANCELLATION: Final = AggregateKind(
    CancellationAct,
    {
        CancellationRequested: {NONE: "requested"},
        # Which of them it moves to, `to` says; one word of two leaves it blocked.
        CancellationDecided: {"requested": "blocked", "blocked": "blocked"},
    },
)
