"""Parties that speak in the domain alone: no store, no signatures, so that a test is about the rules and nothing else.

Everything goes through `decide` and `State.apply`, as in the ledger. Keys are names turned into bytes: the domain
never looks into one. Time stands where the test puts it.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import pytest

from constancia.domain.catalogue import REGISTRY, parse_act
from constancia.domain.identity.appointment import represented_by
from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import Recorded, recorded_entry
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.problems import Refusal
from constancia.domain.state import Change, State
from constancia.domain.values.calendar import format_instant, local_day, parse_edtf
from constancia.domain.values.editions import FIRST, NEWEST
from constancia.domain.values.occurrence import CLAIM_SPAN
from constancia.domain.values.values import canonical, digest

ORIGIN = "example.org/domain"
EDITION = NEWEST  # the law of today; older editions have fixtures
ZONE = "America/Mexico_City"
START = datetime(2019, 3, 1, 18, tzinfo=UTC)
MEMBERS = ("inai", "nosc", "sfp")
KINDS = {"inai": "autonomous_body", "nosc": "civil_society_group", "sfp": "federal_ministry"}
# All that a representative can be given: a refusal here is by a rule, not for lack of scope.
WIDE = sorted(name for name, cls in REGISTRY.items() if cls.signer in ("rep", "root_or_rep"))

Body = dict[str, Any]
_A = TypeVar("_A", bound=Aggregate)


def text(es: str) -> dict[str, str]:
    return {"es": es}


def material(name: str) -> dict[str, str]:
    return {"public_key": base64.b64encode(f"key of {name}".encode()).decode(), "scheme": "ed25519"}


def key_id(name: str) -> str:
    return hashlib.sha256(f"key of {name}".encode()).hexdigest()


def sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def doc(name: str = "texto", lang: str | None = None) -> Body:
    made: Body = {"media_type": "text/plain", "sha256": sha256(name), "size": len(name), "title": text(name)}
    return made | ({"lang": lang} if lang else {})


def evidence(name: str = "minuta") -> Body:
    return {"description": text(name), "sha256": sha256(name)}


@dataclass(frozen=True)
class Voice:
    """Who speaks, with which key."""

    actor: Mapping[str, str]
    key: str


def rep(party: str, name: str | None = None, capacity: str = "representative", key: str | None = None) -> Voice:
    name = name or party
    actor = {"appointment": f"ap-{name}", "capacity": capacity, "party": party, "person": f"p-{name}"}
    return Voice(actor, key or f"rep-{name}")


def root(party: str, key: str | None = None) -> Voice:
    return Voice({"capacity": "root", "party": party}, key or f"root-{party}")


FOUNDERS = Voice({"capacity": "founders"}, "root-inai")


@dataclass
class Stage:
    """A state, the entries that made it, and a clock."""

    state: State = field(default_factory=lambda: State(ORIGIN))
    entries: list[Recorded] = field(default_factory=list)
    undos: list[Change] = field(default_factory=list)
    now: datetime = START

    def on(self, moment: str) -> "Stage":
        """Puts the clock on a day at noon in Mexico, or on an instant."""
        self.now = datetime.fromisoformat(moment if "T" in moment else f"{moment}T18:00:00Z")
        return self

    def copy(self) -> "Stage":
        """The same stage with a future of its own; aggregates and entries are frozen."""
        frozen = {id(aggregate): aggregate for aggregate in self.state.aggregates.values()}
        return Stage(deepcopy(self.state, frozen), [*self.entries], [*self.undos], self.now)

    @property
    def today(self) -> str:
        return local_day(self.now, ZONE).isoformat()

    def lookup(self, leaf_hash: str) -> Recorded | None:
        return next((one for one in self.entries if one.leaf_hash == leaf_hash), None)

    def mode_of(self, when: str) -> str:
        """What happened long ago is said as historical, as the law asks."""
        try:
            start = parse_edtf(when).start
        except ValueError:
            return "live"
        recent = start is not None and start >= local_day(self.now, ZONE) - CLAIM_SPAN
        return "live" if recent else "historical"

    def entry(self, who: Voice | str, type_name: str, body: Body, **members: Any) -> Recorded:
        """An entry as it would stand at the end of the log; members replace those of the statement."""
        voice = rep(who) if isinstance(who, str) else who
        edition = self.state.edition if self.state.size else body.get("edition", FIRST)
        stream = members["stream"] if "stream" in members else parse_act(type_name, edition, body).stream()
        statement = {
            "actor": dict(voice.actor),
            "body": body,
            "id": f"00000000-0000-4000-8000-{len(self.entries):012d}",
            "ledger": ORIGIN,
            "mode": self.mode_of(members.get("occurred_on", self.today)),
            "occurred_on": self.today,
            "schema": edition,
            "seen": {"root": sha256(""), "size": 0},
            "signed_at": format_instant(self.now),
            "stream": stream,
            "type": type_name,
        } | members
        index = len(self.entries)
        return recorded_entry(
            index=index,
            leaf_hash=hashlib.sha256(canonical([index, statement])).hexdigest(),
            recorded_at=f"{self.now:%Y-%m-%dT%H:%M:%S}.000Z",
            keys=(key_id(voice.key),),
            statement=statement,
            originator_version=self.state.version(stream) + 1,
        )

    def take(self, recorded: Recorded) -> Recorded:
        act = decide(self.state, recorded, self.lookup)
        self.undos.append(self.state.apply(recorded, act, self.lookup))
        self.entries.append(recorded)
        self.now += timedelta(seconds=1)
        return recorded

    def says(self, who: Voice | str, type_name: str, body: Body, **members: Any) -> Recorded:
        return self.take(self.entry(who, type_name, body, **members))

    def each(self, type_name: str, body: Body, parties: tuple[str, ...] = MEMBERS) -> Recorded:
        for party in parties:
            self.says(party, type_name, body)
        return self.entries[-1]

    def refused(self, who: Voice | str, type_name: str, body: Body, **members: Any) -> Refusal:
        """The refusal of an act, after which nothing has changed."""
        before = digest(self.state.document())
        with pytest.raises(Refusal) as caught:
            self.take(self.entry(who, type_name, body, **members))
        assert digest(self.state.document()) == before
        return caught.value

    def code(self, who: Voice | str, type_name: str, body: Body, **members: Any) -> str:
        return self.refused(who, type_name, body, **members).code

    def find(self, kind: type[_A], stream: str) -> _A:
        found = self.state.standing(stream)
        assert isinstance(found, kind)
        return found

    def status(self, stream: str) -> str:
        """The state that an act recorded now would meet."""
        found = self.state.standing(stream)
        return found.status_on(local_day(self.now, ZONE)) if found else "none"

    def code_of(self, who: Voice | str, type_name: str, body: Body, **members: Any) -> str:
        """The code of an act's refusal; empty where it was recorded."""
        try:
            self.says(who, type_name, body, **members)
        except Refusal as refusal:
            return refusal.code
        return ""

    # What most tests begin with.

    def open(self, **changed: Any) -> "Stage":
        body = genesis(**changed)
        if body["edition"] == FIRST:
            del body["edition"]  # genesis of the first edition does not name it
        self.says(FOUNDERS, "LedgerOpened", body)
        return self

    def join(self, party: str, *, name: str | None = None, **changed: Any) -> Voice:
        """Appoints a representative with a key."""
        name = name or party
        voice = rep(party, name, changed.get("capacity", "representative"))
        if "person" in changed:
            voice = Voice({**voice.actor, "person": changed["person"]}, voice.key)
        self.appoint(party, appointment(party, name, **changed))
        self.says(voice, "KeyRegistered", registration(party, voice.key, f"ap-{name}"))
        endorsed = {"key": key_id(voice.key), "valid_from": "2019-01-01"}
        limit = {"valid_until": changed["valid_until"]} if "valid_until" in changed else {}
        self.says(root(party), "KeyEndorsed", endorsed | limit)
        return voice

    def appoint(self, party: str, body: Body) -> Recorded:
        """Appoints a person; of one that another party has appointed, as an earlier edition of the law let through."""
        if represented_by(self.state, body["person"], local_day(self.now, ZONE)) <= {party}:
            return self.says(root(party), "RepresentativeAppointed", body)
        return self.past_the_law(self.entry(root(party), "RepresentativeAppointed", body))

    def past_the_law(self, recorded: Recorded) -> Recorded:
        """Records what the law of today refuses, and an earlier edition did not."""
        self.undos.append(self.state.apply(recorded, recorded.act(), self.lookup))
        self.entries.append(recorded)
        self.now += timedelta(seconds=1)
        return recorded

    def outsider(self, party: str = "red", by: str = "inai") -> str:
        """A party that founded nothing: registered, its root endorsed by a founder's, with a representative."""
        self.says(by, "PartyRegistered", {"kind": "civil_society_org", "legal_name": text(party), "party": party})
        self.says(root(party), "KeyRegistered", registration(party, f"root-{party}"))
        self.says(root(by), "KeyEndorsed", {"key": key_id(f"root-{party}"), "valid_from": "2019-01-01"})
        self.join(party)
        return party

    def body(self, name: str = "cc", members: tuple[str, ...] = MEMBERS, **more: Any) -> "Stage":
        established = {
            "governance_body": name,
            "mandate": text("Coordinar"),
            "members": sorted(members),
            "name": text("Comité" if name == "cc" else f"Comité {name}"),
        } | more
        self.each("GovernanceBodyEstablished", established, members)
        return self

    def rules(self, **values: str) -> "Stage":
        rules = {name: {"rule_source": "adopted", "value": value} for name, value in values.items()}
        self.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rules, "version": 1})
        return self

    def decided(self, name: str, act: Body, *, body: str = "cc", voters: tuple[str, ...] = MEMBERS) -> "Stage":
        """An act proposed, voted for and signed by all."""
        self.says(voters[0], "DecisionProposed", proposed(name, act, governance_body=body))
        self.each("VoteCast", {"choice": "for", "decision": name, "digest": digest(act)}, voters)
        self.each("DecisionSigned", {"decision": name, "digest": digest(act)}, voters)
        return self

    def adopted(self, name: str = "c1", scope: Body | None = None, agreeing: tuple[str, ...] = ()) -> "Stage":
        """A commitment adopted with a scope by a signed decision, which parties without a seat have acknowledged."""
        self.says("nosc", "CommitmentProposed", commitment(name))
        body = {"commitment": name, "decision": f"d-{name}", "scope": scope or small_scope()}
        size = len(self.entries)
        self.decided(f"d-{name}", act_of("CommitmentAdopted", body))
        for party in agreeing:
            self.says(party, "EntryAcknowledged", {"target": self.entries[size].leaf_hash})
        self.says("inai", "CommitmentAdopted", body)
        return self

    def fill(self, role: str, party: str, name: str = "c1", **more: Any) -> "Stage":
        """A role of a commitment's scope filled by the word of all members that it does not go to."""
        filled = {"commitment": name, "party": party, "role": role, "since": self.today} | more
        self.each("RoleFilled", filled, tuple(one for one in MEMBERS if one != party))
        return self

    def deliver(self, who: Voice | str, name: str, of: str = "c1") -> "Stage":
        """A first version of a deliverable."""
        self.says(who, "DeliverableSubmitted", {"commitment": of, "deliverable": name, "document": doc(), "version": 1})
        return self

    def contest(self, who: Voice | str, target: Recorded, name: str = "i1", **more: Any) -> Recorded:
        """An entry contested."""
        return self.says(who, "EntryContested", contest_of(target, name, **more))

    def lose(self, *keys: str) -> "Stage":
        """Keys are revoked, each by itself: of roots `root-sfp`, of representatives `rep-sfp`."""
        for key in keys:
            party = key.partition("-")[2]
            voice = root(party) if key.startswith("root-") else rep(party)
            self.says(voice, "KeyRevoked", {"key": key_id(key), "reason": "lost"})
        return self

    def amend(self, edition: int = EDITION) -> "Stage":
        """All founders adopt an edition of the law."""
        for party in MEMBERS:
            self.says(root(party), "LawEditionAdopted", {"edition": edition})
        return self

    def withdraw(self, party: str, body: str = "cc") -> "Stage":
        """A party leaves a body, by its root."""
        leaving = {"effective": self.today, "governance_body": body, "grounds": text("Ya"), "party": party}
        self.says(root(party), "PartyWithdrew", leaving)
        return self


def genesis(**changed: Any) -> Body:
    founders = [
        {"kind": KINDS[one], "legal_name": text(one), "party": one, "root": material(f"root-{one}")} for one in MEMBERS
    ]
    return {
        "charter": doc("carta"),
        "demonstration": True,
        "edition": EDITION,
        "founders": founders,
        "log_key": "example.org+00000000+AA",
        "name": text("Libro"),
        "rules": {"decision_rule": {"rule_source": "product_default", "value": "unanimity"}},
        "timezone": ZONE,
    } | changed


def first_genesis() -> Body:
    """Genesis of the first edition of the law, which does not name it."""
    return {name: value for name, value in genesis().items() if name != "edition"}


def appointment(party: str, name: str | None = None, **changed: Any) -> Body:
    name = name or party
    return {
        "appointment": f"ap-{name}",
        "capacity": "representative",
        "name": f"Persona {name}",
        "party": party,
        "person": f"p-{name}",
        "post": text("Puesto"),
        "scope": WIDE,
        "valid_from": "2019-01-01",
    } | changed


def registration(party: str, key: str, appointment: str | None = None) -> Body:
    body = {"key": key_id(key), "party": party, **material(key)}
    return body | ({"appointment": appointment} if appointment else {})


def act_of(type_name: str, body: Body) -> Body:
    return {"body": body, "stream": parse_act(type_name, EDITION, body).stream(), "type": type_name}


def proposed(name: str, act: Body, **changed: Any) -> Body:
    return {"act": act, "decision": name, "governance_body": "cc", "question": text("¿Se adopta?")} | changed


def commitment(name: str = "c1") -> Body:
    return {"commitment": name, "objective": text("Fin"), "problem": text("Problema"), "title": text(name)}


def contest_of(target: Recorded, name: str = "i1", **changed: Any) -> Body:
    return {"contest": name, "evidence": [], "grounds": text("No consta"), "target": target.leaf_hash} | changed


def milestone(name: str = "m1", window: str = "2019-03-26/2019-05-24", **changed: Any) -> Body:
    return {"lead": ["inai", "sfp"], "milestone": name, "title": text(name), "window": window} | changed


def deliverable(name: str = "e1", of: str = "m1", **changed: Any) -> Body:
    return {"deliverable": name, "form": "document", "milestone": of, "title": text(name)} | changed


def small_scope(**changed: Any) -> Body:
    return {
        "actions": [{"action": "a1", "milestone": "m1", "text": text("Convocar")}],
        "deliverables": [deliverable()],
        "milestones": [milestone()],
    } | changed


def founded(**changed: Any) -> Stage:
    """Three founders with representatives, and nothing else; of an earlier edition with `edition=1`."""
    return _played("founded", canonical({"edition": EDITION} | changed)).copy()


def seated(**changed: Any) -> Stage:
    """They sit in a committee; `red` stands outside."""
    return _played("seated", canonical({"edition": EDITION} | changed)).copy()


@cache
def _played(name: str, changed: bytes) -> Stage:
    """What thousands of tests begin with is played once, and copied."""
    if name == "seated":
        stage = _played("founded", changed).copy()
        stage.outsider()
        return stage.body()
    stage = Stage().open(**json.loads(changed))
    for party in MEMBERS:
        registered = {"kind": KINDS[party], "legal_name": text(party), "party": party}
        stage.says(root(party), "PartyRegistered", registered)
        stage.join(party)
    return stage
