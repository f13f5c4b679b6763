"""The stage of the demonstration: an injected clock, and the real path from draft to entry for every signer."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from constancia.api.demo.cast import Cast, Player
from constancia.domain.catalogue import REGISTRY
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.kernel.problems import Refusal
from constancia.domain.sentences import Sentence, sentence_of
from constancia.domain.values.calendar import format_instant, parse_edtf
from constancia.domain.values.occurrence import CLAIM_SPAN
from constancia.domain.values.values import to_json
from constancia.ledger.append.examiner import AppendOutcome
from constancia.ledger.clock import StoryClock
from constancia.ledger.ledger import Ledger
from constancia.ledger.signatory.checkpoint_memory import EMPTY_SEEN
from constancia.ledger.signatory.draft import (
    Occasion,
    draft_statement,
    sign_statement,
)
from constancia.ledger.submission import parse_signed, signed_document

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRefusal:
    """An attempt that the ledger refused, as the story expects."""

    day: str
    who: str
    type: str
    sentence: Sentence
    code: str
    rule: str


@dataclass(slots=True, kw_only=True)
class Stage:
    """The stage of the story. Every statement has its own minute, so that times strictly increase."""

    ledger: Ledger
    clock: StoryClock
    cast: Cast
    refused: list[ExpectedRefusal] = field(default_factory=list)
    outcomes: list[AppendOutcome] = field(default_factory=list)
    frozen: dict[str, str] = field(default_factory=dict)  # digest of each agreement's text

    attempted: str = ""  # SHA-256 of the signed statement that was refused last

    def checkpoint(self) -> bytes:
        """Give the log's checkpoint to a signer's software."""
        return self.ledger.log.checkpoint()

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """Return the log's consistency proof to a signer's software."""
        return self.ledger.log.consistency_proof(old, new)

    def on(self, instant: str) -> None:
        """Move the clock to a day's noon in Mexico City, or to a full UTC instant."""
        text = instant if "T" in instant else f"{instant}T18:00:00Z"
        self.clock.set(max(datetime.fromisoformat(text).astimezone(UTC), self.clock.now() + MINUTE))

    @property
    def today(self) -> str:
        """The current day of the story."""
        return (self.clock.now() - timedelta(hours=6)).date().isoformat()

    def open(self, body: Mapping[str, Any], founders: Sequence[Player]) -> AppendOutcome:
        """Record the genesis, signed by all founders' roots in their order."""
        statement = draft_statement(
            "LedgerOpened",
            "ledger",
            body,
            actor={"capacity": "founders"},
            ledger=self.ledger.origin,
            seen=EMPTY_SEEN,
            occasion=self._occasion(None),
        )
        signatures = [sign_statement(statement, founder.key) for founder in founders]
        return self._submit(signed_document(statement, signatures))

    def say(
        self,
        who: Player,
        type_name: str,
        body: Mapping[str, Any],
        *,
        occurred: str | None = None,
        provenance: str = "invented",
    ) -> AppendOutcome:
        """Draft, sign with the signer's key, submit, and wait for the entry.

        Args:
            who: The signer.
            type_name: Event type.
            body: The body, without its provenance.
            occurred: EDTF; the story's day by default.
            provenance: Which part is from the source and which is invented.

        Returns:
            Its index.

        Raises:
            Refusal: The ledger refuses it.
        """
        return self._submit(self._signed(who, type_name, {**body, "provenance": provenance}, occurred))

    def try_in_vain(self, who: Player, type_name: str, body: Mapping[str, Any], code: str) -> None:
        """Submit an act that must be refused with a code, and record the refusal.

        Raises:
            AssertionError: It was accepted, or refused for another reason.
        """
        size = self.ledger.size
        attempt = self._signed(who, type_name, {**body, "provenance": "invented"}, None)
        try:
            self._submit(attempt)
        except Refusal as refusal:
            if refusal.code != code or self.ledger.size != size:
                raise AssertionError(f"{type_name}: expected {code}, got {refusal}") from refusal
            self.attempted = sha256(attempt).hexdigest()
            name = str(who.appointment["name"]) if who.appointment else who.actor["party"]
            statement = json.loads(attempt)["statement"]
            words = sentence_of(statement, self.ledger.state())
            about = {"day": self.today, "who": name, "type": type_name, "code": code, "rule": refusal.rule}
            self.refused.append(ExpectedRefusal(**about, sentence=words))
        else:
            raise AssertionError(f"{type_name} was accepted; it should be refused with {code}")

    def _signed(self, who: Player, type_name: str, body: Mapping[str, Any], occurred: str | None) -> bytes:
        self.clock.advance(MINUTE)
        stream = REGISTRY[type_name].parse(dict(body)).stream()
        statement = draft_statement(
            type_name,
            stream,
            body,
            actor=who.actor,
            ledger=self.ledger.origin,
            seen=who.watch.update(self),
            occasion=self._occasion(occurred),
        )
        return signed_document(statement, [sign_statement(statement, who.key)])

    def _occasion(self, occurred: str | None) -> Occasion:
        when = occurred or self.today
        start, today = parse_edtf(when).start, date.fromisoformat(self.today)
        mode = "live" if start is not None and start >= today - CLAIM_SPAN else "historical"
        return Occasion(occurred_on=when, signed_at=format_instant(self.clock.now()), mode=mode)

    def _submit(self, document: bytes) -> AppendOutcome:
        done = self.ledger.append(parse_signed(document))
        self.outcomes.append(done)
        return done

    def each(self, players: Sequence[Player], type_name: str, body: Mapping[str, Any], **how: str) -> None:
        """Submit the same body for several signers, one entry each."""
        for player in players:
            self.say(player, type_name, body, **how)

    def leaf_of(self, type_name: str, naming: str = "") -> str:
        """Give the hex leaf hash of the last entry of a type whose bytes name something."""
        marks = (f'"type":"{type_name}"'.encode(), naming.encode())
        entries = (done.entry for done in reversed(self.outcomes))
        return next(entry for entry in entries if all(mark in entry.raw for mark in marks)).leaf_hash.hex()

    def documents_of(self, leaf: str) -> list[str]:
        """Give the SHA-256 of the document that an entry's body cites, if any, by the entry's leaf hash."""
        raw = next(done.entry.raw for done in self.outcomes if done.entry.leaf_hash.hex() == leaf)
        document = json.loads(raw)["statement"]["body"].get("document")
        return [document["sha256"]] if document else []

    def scope_of(self, commitment: str) -> tuple[int, dict[str, Any]]:
        """Give the version of a commitment's scope in force, and the scope as JSON."""
        adopted = next(item for item in self.ledger.state().of(Commitment) if item.commitment == commitment)
        return adopted.scopes[-1].version, to_json(adopted.scopes[-1].scope)

    def entries(self) -> Iterator[bytes]:
        """Give all entries' bytes."""
        return self.ledger.log.entries()
