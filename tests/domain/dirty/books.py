"""The oracle's own books: who is who, which key speaks, who sits, who said what. Kept from accepted statements alone.

Nothing of `domain/` is used. What an accepted act must not be is checked here before it is written down; what the
domain made of it is compared in `effects`.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from tests.domain.dirty.reading import EDITION, WEEK, Json, Span, agreed_digest, instant, local_day, require, span

# By the specification: what each party concerned says once, over an equal text.
CONCURRING = frozenset(
    {"GovernanceBodyEstablished", "GovernanceRulesAdopted", "PartyReturned", "DeliverableAccepted", "RoleFilled",
     "ConditionSettled", "LawEditionAdopted", "ConditionDeclared", "DutyAssigned", "ParticipantAdmitted",
     "PartySucceeded", "StatementPublished"}
)  # fmt: skip
# What others have agreed to, or go by: one of them corrects none of it.
AGREED_TO = {
    "AgreementDrafted": {"docset", "parties", "title"},
    "AgreementSigned": {"docset", "reservation"},
    "AgreementTextFrozen": {"docset", "required", "window"},
    "CommitmentAdopted": {"scope"},
    "CommitmentProposed": {"objective", "problem", "title"},
    "ConditionSettled": {"outcome", "reasons"},
    "DecisionProposed": {"act", "closes", "question"},
    "DeliverableRevised": {"document"},
    "DeliverableSubmitted": {"document"},
    "GovernanceBodyEstablished": {"mandate", "members", "name"},
    "GovernanceRulesAdopted": {"rules"},
    "PartyRegistered": {"kind", "legal_name"},
    "PartyReturned": {"conditions", "effective"},
    "RepresentativeAppointed": {"name", "person", "post", "scope"},
    "RoleFilled": {"party", "role", "since"},
    "ScopeChangeProposed": {"reasons", "scope"},
    "ScopeChanged": {"scope"},
}
# A secretariat records, and commits nobody.
COMMITTING = frozenset(
    {"VoteCast", "DecisionSigned", "DissentRecorded", "AgreementSigned", "GovernanceBodyEstablished", "PartyReturned",
     "GovernanceRulesAdopted", "DeliverableAccepted", "DeliverableRejected", "RoleFilled", "ConditionSettled",
     "PartyWithdrew", "ConditionDeclared", "DutyAssigned", "ParticipantAdmitted", "PartySucceeded",
     "StatementPublished", "AllegationMade", "EntryAcknowledged", "EntryContested",
     "ResponseGiven"}
)  # fmt: skip


class Entry(Protocol):
    """What the oracle reads of an entry."""

    index: int
    leaf_hash: str
    recorded_at: str
    keys: tuple[str, ...]
    statement: Json


@dataclass
class Key:
    """A key as its statements tell."""

    party: str
    appointment: str | None = None
    status: str = "pending"
    valid_from: date | None = None
    valid_until: date | None = None

    def speaks(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return self.status == "active" and begun and (self.valid_until is None or day <= self.valid_until)


@dataclass
class Appointment:
    """An appointment as it was said."""

    said: Json
    revoked: bool = False

    def holds(self, day: date) -> bool:
        until = self.said.get("valid_until")
        return (
            not self.revoked
            and date.fromisoformat(self.said["valid_from"]) <= day
            and (until is None or day <= date.fromisoformat(until))
        )


@dataclass
class Decision:
    """A decision: votes and signatures as (party → person)."""

    said: Json
    voters: frozenset[str]
    rule_version: int
    opened: date
    votes: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    signed: dict[str, str | None] = field(default_factory=dict)

    @property
    def body(self) -> str:
        return str(self.said["governance_body"])


@dataclass
class Word:
    """One statement, flat."""

    index: int
    leaf_hash: str
    type: str
    stream: str
    party: str
    person: str | None
    body: Json
    statement: Json
    day: date
    key: str


class Books:
    """All that the oracle knows."""

    def __init__(self) -> None:
        self.zone = "UTC"
        self.rules: Json = {}
        self.opened: date = date.min
        self.words: list[Word] = []
        self.by_leaf: dict[str, Word] = {}
        self.founders: dict[str, str] = {}
        self.parties: dict[str, Json] = {}
        self.keys: dict[str, Key] = {}
        self.appointments: dict[str, Appointment] = {}
        self.seats: dict[str, dict[str, bool]] = {}  # established bodies: party → sits
        self.succeeded: dict[str, str] = {}  # bodies that have ended, and what has come after them
        self.gone: set[str] = set()  # parties that have ended
        self.rule_versions: dict[str, int] = defaultdict(int)
        self.decisions: dict[str, Decision] = {}
        self.agreements: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.scopes: dict[str, list[Word]] = defaultdict(list)
        self.proposals: dict[str, Word] = {}
        self.deliveries: dict[tuple[str, str], list[Word]] = defaultdict(list)
        self.said: dict[tuple[str, str, str], dict[str, str | None]] = defaultdict(dict)
        self.ids: dict[str, tuple[str, ...]] = {}

    # Questions.

    def able(self, party: str, type_name: str, day: date) -> bool:
        """Whether a party has a root, or a representative's key that covers a type."""
        return party not in self.gone and any(
            one.party == party and one.speaks(day) and (one.appointment is None or self._covers(one, type_name, day))
            for one in self.keys.values()
        )

    def _covers(self, key: Key, type_name: str, day: date) -> bool:
        held = self.appointments.get(key.appointment or "")
        return held is not None and held.holds(day) and type_name in held.said["scope"]

    def acting(self, body: str) -> str:
        """Give the body that acts now for one: what belonged to a body belongs to the one that came after it."""
        while body in self.succeeded:
            body = self.succeeded[body]
        return body

    def sitting(self, body: str) -> set[str]:
        if body in self.succeeded:
            return set()
        return {party for party, sits in self.seats.get(body, {}).items() if sits}

    def awaited(self, body: str, type_name: str, day: date) -> set[str]:
        """Who sits and can still say it."""
        return {one for one in self.sitting(body) if self.able(one, type_name, day)}

    def serves(self, person: str | None, party: str, day: date) -> bool:
        """Whether a person holds an appointment of a party on a day."""
        return person is not None and any(
            one.said["person"] == person and one.said["party"] == party and one.holds(day)
            for one in self.appointments.values()
        )

    def equal_words(self, word: Word) -> dict[str, str | None]:
        """Who has said an equal text on the stream, with the persons."""
        return self.said[word.type, word.stream, agreed_digest(word.body)]

    def counts(self, word: Word, when: str | None = None) -> Span:
        """The days that a word's date counts as: a claim counts from its recording."""
        said = span(when or word.statement["occurred_on"])
        early = said.end is not None and said.end < self.opened
        recent = said.start is not None and said.start >= word.day - WEEK
        return said if early or recent else Span(word.day, word.day)

    # Checks of every act.

    def word(self, entry: Entry) -> Word:
        """Read an entry."""
        said = entry.statement
        actor = said["actor"]
        return Word(
            index=entry.index,
            leaf_hash=entry.leaf_hash,
            type=said["type"],
            stream=said["stream"],
            party=actor.get("party", ""),
            person=actor.get("person"),
            body=said["body"],
            statement=said,
            day=local_day(instant(entry.recorded_at), self.zone),
            key=entry.keys[0],
        )

    def check(self, entry: Entry) -> Word:
        """Check what holds of every accepted act: its place, its key, its office, its dates, its stream."""
        require(entry.index == len(self.words), "1", f"entry {entry.index} after {len(self.words)}")
        require(len(entry.keys) == 1, "5", "one entry, one signer")
        if not self.words:
            self.zone = entry.statement["body"]["timezone"]
        word = self.word(entry)
        if self.words:
            self._check_voice(word)
        self._check_dates(word)
        self._check_stream(word)
        return word

    def _check_voice(self, word: Word) -> None:
        actor = word.statement["actor"]
        require(word.statement["schema"] == EDITION, "edition", f"said under edition {word.statement['schema']}")
        require(word.party, "4", f"{word.type} by nobody's party")
        if word.type == "KeyRegistered":
            require(word.key == word.body["key"], "3", "a key is registered by another key")
        else:
            key = self.keys.get(word.key)
            require(key is not None and key.speaks(word.day), "3", f"{word.type} with a key that is {key}")
            assert key is not None
            require((key.party, key.appointment) == (word.party, actor.get("appointment")), "3", "another's key")
        if "appointment" not in actor:
            return
        held = self.appointments.get(actor["appointment"])
        require(held is not None, "3", f"{word.type} without an appointment")
        assert held is not None
        named = (held.said["party"], held.said["person"], held.said["capacity"])
        require(named == (word.party, word.person, actor["capacity"]), "3", f"{named} said as {dict(actor)}")
        own = word.type in ("KeyRegistered", "KeyRevoked") and word.body["key"] == word.key
        if not own:
            require(held.holds(word.day), "3", f"{word.type} outside the appointment")
            require(word.type in held.said["scope"], "3", f"{word.type} outside the scope of the appointment")
        secretariat = actor["capacity"] == "secretariat"
        require(not (secretariat and word.type in COMMITTING), "3", f"a secretariat says {word.type}")

    def _check_dates(self, word: Word) -> None:
        said = word.statement["occurred_on"]
        when = span(said)
        require(when.start is None or when.start <= word.day, "20", f"occurred on {said}, recorded {word.day}")
        if word.statement["mode"] == "live":
            require("/" not in said and len(said) == 10, "time", f"live, and occurred on {said}")
            require(when.start is not None and when.start >= word.day - WEEK, "time", f"live, and claims {said}")

    def _check_stream(self, word: Word) -> None:
        kind, _, _name = word.stream.partition("/")
        members = {"deliverable": ("commitment", "deliverable"), "ledger": ()}.get(kind, (kind.split("/")[0],))
        own = {"entry": ("target",), "governance": ("governance_body",), "succession": ("party",)}
        members = own.get(kind, members)
        ids = (kind, *(word.body[one] for one in members))
        require(self.ids.setdefault(word.stream, ids) == ids, "stream", f"{word.stream} is of {ids} too")
