"""Three parties with keys of their own, who open a ledger and speak in it: what the tests talk with.

Everything goes the way that a client's software goes: canonical bytes, PAE, a real signature. The
only thing made up is the story.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from constancia.domain.values.calendar import local_day
from constancia.domain.values.editions import FIRST, NEWEST
from constancia.ledger.clock import new_uuid
from constancia.ledger.submission import SignedStatement
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.dsse import signed_bytes
from constancia.verify.core.formats.signatures import KeyId, Signature, key_id_of
from constancia.verify.wire.merkle import EMPTY_ROOT

ORIGIN = "example.org/test-ledger"
TIMEZONE = "America/Mexico_City"
START = datetime(2019, 3, 1, 12, tzinfo=UTC)
SCHEMA = f'"schema":{NEWEST}'.encode()  # in a statement of these parties
PARTIES = ("inai", "nosc", "sfp")
KINDS = {
    "inai": "autonomous_body",
    "nosc": "civil_society_group",
    "sfp": "federal_ministry",
}
SCOPE = sorted(
    (
        "AgreementDrafted", "AgreementSigned", "AgreementTextFrozen", "CommitmentAdopted",
        "CommitmentProposed", "CorrectionRecorded", "DecisionProposed", "DecisionSigned",
        "DeliverableAccepted", "DeliverableContested", "DeliverableSubmitted", "DissentRecorded",
        "GovernanceBodyEstablished", "GovernanceRulesAdopted", "KeyRotated", "MilestoneCompleted",
        "PartyNameRecorded", "ProgressReported", "VoteCast", "WorkStarted", "AllegationMade", "EntryAcknowledged",
        "EntryContested", "ResponseGiven", "SignatureReaffirmed",
    )
)  # fmt: skip


class Key:
    """A person's or party's key pair."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.spki = self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = key_id_of(self.spki)

    @property
    def material(self) -> dict[str, str]:
        return {"public_key": base64.b64encode(self.spki).decode(), "scheme": "ed25519"}

    def sign(self, statement: bytes) -> Signature:
        return Signature(key=KeyId(self.key_id), sig=self._private.sign(signed_bytes(statement)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A statement with its signatures, ready to be submitted."""

    statement: bytes
    signatures: tuple[Signature, ...]

    @property
    def parsed(self) -> SignedStatement:
        """What `Ledger.append` takes."""
        return SignedStatement.read(self.statement, self.signatures)


class Tip(Protocol):
    """What a signer's software sees of a ledger."""

    @property
    def size(self) -> int: ...

    def root(self, size: int | None = None) -> bytes: ...


def text(es: str) -> dict[str, str]:
    return {"es": es}


def doc(content: bytes = b"texto", lang: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "media_type": "text/plain",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "title": text("Documento"),
    }
    return made | ({"lang": lang} if lang else {})


class World:
    """The parties. `say` hands what they sign to whatever takes statements."""

    def __init__(self, log_key: str, *, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.log_key = log_key
        self.log_cosigner: str | None = None
        self.demonstration = True
        self.roots = {party: Key() for party in PARTIES}
        self.keys = {party: Key() for party in PARTIES}
        self.now = START
        self.edition = NEWEST  # of the law
        self.seen: tuple[int, bytes] = (0, EMPTY_ROOT)

    @property
    def today(self) -> str:
        """The day where the parties are: in the evening there, UTC has begun the next one."""
        return local_day(self.now, TIMEZONE).isoformat()

    def copy(self) -> "World":
        """The same parties with the same keys, and a memory of their own."""
        other = copy(self)
        other.roots, other.keys = dict(self.roots), dict(self.keys)
        return other

    def look(self, tip: Tip) -> None:
        """Takes note of a ledger's end, as a signer's software does before signing."""
        self.seen = (tip.size, tip.root(tip.size))

    def statement(
        self,
        type_name: str,
        body: Mapping[str, Any],
        *,
        stream: str,
        actor: Mapping[str, str],
        **members: Any,
    ) -> bytes:
        size, root = self.seen
        return canonical(
            {
                "actor": actor,
                "body": body,
                "id": new_uuid(),
                "ledger": self.origin,
                "mode": "live",
                "occurred_on": self.today,
                "schema": self.edition,
                "seen": {"root": root.hex(), "size": size},
                "signed_at": f"{self.now:%Y-%m-%dT%H:%M:%SZ}",
                "stream": stream,
                "type": type_name,
            }
            | members
        )

    def root_says(self, party: str, type_name: str, stream: str, /, **body: Any) -> Signed:
        raw = self.statement(type_name, body, stream=stream, actor={"capacity": "root", "party": party})
        return Signed(statement=raw, signatures=(self.roots[party].sign(raw),))

    def actor(self, party: str) -> dict[str, str]:
        return {
            "appointment": f"ap-{party}",
            "capacity": "representative",
            "party": party,
            "person": f"p-{party}",
        }

    def says(self, party: str, type_name: str, stream: str, /, **body: Any) -> Signed:
        raw = self.statement(type_name, body, stream=stream, actor=self.actor(party))
        return Signed(statement=raw, signatures=(self.keys[party].sign(raw),))

    def genesis(self) -> Signed:
        body = {
            "charter": doc(b"charter"),
            "demonstration": self.demonstration,
            **({} if self.edition == FIRST else {"edition": self.edition}),
            "founders": [
                {
                    "kind": KINDS[party],
                    "legal_name": text(party.upper()),
                    "party": party,
                    "root": self.roots[party].material,
                }
                for party in PARTIES
            ],
            "log_key": self.log_key,
            "name": text("Libro de prueba"),
            "rules": {"decision_rule": {"rule_source": "product_default", "value": "unanimity"}},
            "timezone": TIMEZONE,
            **({} if self.log_cosigner is None else {"log_cosigner": self.log_cosigner}),
        }
        raw = self.statement("LedgerOpened", body, stream="ledger", actor={"capacity": "founders"})
        return Signed(statement=raw, signatures=tuple(self.roots[party].sign(raw) for party in PARTIES))

    def party_registered(self, party: str) -> Signed:
        return self.root_says(
            party,
            "PartyRegistered",
            f"party/{party}",
            kind=KINDS[party],
            legal_name=text(party.upper()),
            party=party,
        )

    def appointed(self, party: str) -> Signed:
        return self.root_says(
            party,
            "RepresentativeAppointed",
            f"appointment/ap-{party}",
            appointment=f"ap-{party}",
            capacity="representative",
            name=f"Persona de {party}",
            party=party,
            person=f"p-{party}",
            post=text("Representante"),
            scope=SCOPE,
            valid_from="2019-01-01",
        )

    def key_registered(self, party: str, key: Key | None = None) -> Signed:
        key = key or self.keys[party]
        body = {"appointment": f"ap-{party}", "key": key.key_id, "party": party, **key.material}
        raw = self.statement("KeyRegistered", body, stream=f"key/{key.key_id}", actor=self.actor(party))
        return Signed(statement=raw, signatures=(key.sign(raw),))

    def key_endorsed(self, party: str, key: Key | None = None) -> Signed:
        key_id = (key or self.keys[party]).key_id
        return self.root_says(party, "KeyEndorsed", f"key/{key_id}", key=key_id, valid_from="2019-01-01")

    def body_established(self, party: str) -> Signed:
        return self.says(
            party,
            "GovernanceBodyEstablished",
            "governance/committee",
            governance_body="committee",
            mandate=text("Coordinar"),
            members=list(PARTIES),
            name=text("Comité"),
        )

    def founding(self) -> list[Callable[[], Signed]]:
        """The acts from genesis to a seated governance body, in order, each made when it is due."""
        acts: list[Callable[[], Signed]] = [self.genesis]
        for party in PARTIES:
            acts += [
                partial(self.party_registered, party),
                partial(self.appointed, party),
                partial(self.key_registered, party),
                partial(self.key_endorsed, party),
            ]
        acts += [partial(self.body_established, party) for party in PARTIES]
        return acts

    def commitment(self, name: str, deliverable: str = "e1") -> list[Callable[[], Signed]]:
        """The acts from a proposal to an adopted commitment with one report, in order."""
        stream, decision = f"commitment/{name}", f"decision/d-{name}"
        adopted = {"commitment": name, "decision": f"d-{name}", "scope": scope(deliverable)}
        act = {"body": adopted, "stream": stream, "type": "CommitmentAdopted"}
        digest = "sha256:" + hashlib.sha256(canonical(act)).hexdigest()
        acts: list[Callable[[], Signed]] = [
            lambda: self.says(
                "nosc",
                "CommitmentProposed",
                stream,
                commitment=name,
                objective=text("Objetivo"),
                problem=text("Problema"),
                title=text(f"Compromiso {name}"),
            ),
            lambda: self.says(
                "nosc",
                "DecisionProposed",
                decision,
                act=act,
                decision=f"d-{name}",
                governance_body="committee",
                question=text("¿Se adopta?"),
            ),
        ]
        basis = {"decision": f"d-{name}", "digest": digest}
        for type_name, more in (("VoteCast", {"choice": "for"}), ("DecisionSigned", {})):
            acts += [partial(self.says, party, type_name, decision, **basis, **more) for party in PARTIES]
        acts.append(lambda: self.says("inai", "CommitmentAdopted", stream, **adopted))
        acts.append(
            lambda: self.says(
                "inai",
                "ProgressReported",
                stream,
                commitment=name,
                evidence=[evidence()],
                level="limited",
                narrative=text("Avance inicial"),
                period="2019-03",
                report="r1",
            )
        )
        return acts

    def allege(
        self, name: str, party: str = "nosc", *, length: int = 300, words: str = "No consta lo informado. "
    ) -> Signed:
        """An allegation about a commitment: about 1 KiB as an entry, and legal any number of times."""
        allegation = f"al-{new_uuid()}"
        return self.says(
            party,
            "AllegationMade",
            f"allegation/{allegation}",
            allegation=allegation,
            alleged_actor=text("Alguien"),
            commitment=name,
            description=text((words * 20)[:length]),
            evidence=[evidence()],
            kind="other",
            since="2019-03",
        )

    def contest(self, target: str, party: str = "nosc", name: str = "i1", **more: Any) -> Signed:
        """A contest of an entry, which its hex leaf hash names."""
        body = {"contest": name, "evidence": [evidence()], "grounds": text("No consta"), "target": target, **more}
        return self.says(party, "EntryContested", f"entry/{target}", **body)

    def advance(self, by: timedelta = timedelta(hours=1)) -> datetime:
        self.now += by
        return self.now


def evidence() -> dict[str, Any]:
    return {"description": text("Minuta"), "sha256": hashlib.sha256(b"minuta").hexdigest()}


def scope(deliverable: str = "e1") -> dict[str, Any]:
    return {
        "actions": [{"action": "a1", "milestone": "m1", "text": text("Convocar")}],
        "deliverables": [{"deliverable": deliverable, "form": "document", "milestone": "m1", "title": text("Informe")}],
        "milestones": [
            {
                "lead": list(PARTIES),
                "milestone": "m1",
                "title": text("Foro"),
                "window": "2019-03-26/2019-05-24",
            }
        ],
    }


def play(acts: Sequence[Callable[[], Signed]], take: Callable[[Signed], object]) -> None:
    """Has each act signed when its turn comes, and taken in before the next one."""
    for act in acts:
        take(act())
