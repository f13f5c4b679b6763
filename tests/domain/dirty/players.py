"""Players that do what adversaries do: acts of every type of the catalogue, drawn from what exists, seldom quite right.

A player looks at the state as anybody can, and chooses: to push something that waits, or to say something new, mostly
valid, sometimes with one thing wrong. All choices come from one seeded generator.
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from tests.domain.dirty import cancellations as _cancellations  # noqa: F401 - its draws are listed too
from tests.domain.dirty import complaints as _complaints  # noqa: F401 - and these
from tests.domain.dirty import deeds as _deeds  # noqa: F401 - and these
from tests.domain.dirty import endings as _endings  # noqa: F401 - and these
from tests.domain.dirty import gatherings as _gatherings  # noqa: F401 - and these
from tests.domain.dirty import plans as _plans  # noqa: F401 - and these
from tests.domain.dirty import remarks as _remarks  # noqa: F401 - and these
from tests.domain.dirty.books import CONCURRING
from tests.domain.dirty.draws import DRAWS
from tests.domain.stage import (
    MEMBERS,
    Body,
    Stage,
    Voice,
    appointment,
    commitment,
    deliverable,
    doc,
    founded,
    key_id,
    milestone,
    registration,
    rep,
    root,
    text,
)

from constancia.domain.values.values import digest

Said = tuple[Voice, str, Body]
PROVENANCE = ("seed", "public", "invented")
OUTSIDERS = ("red", "con")
ENDING = ("KeyCompromised", "KeyRevoked", "KeyRotated", "PartyWithdrew", "RepresentativeRevoked")
DOCSET: Body = {"authentic": "es", "documents": [doc("hoja", "es")]}
# What leads to deeper states is drawn more often.
DEEP = ("DecisionProposed", "DecisionProposed", "DecisionProposed", "DeliverableSubmitted", "DeliverableAccepted",
        "DeliverableContested", "MilestoneCompleted", "RoleFilled", "PartyReturned", "CorrectionRecorded",
        "KeyRegistered", "SignatureReaffirmed")  # fmt: skip
# Persons who serve a second party: its id, the appointment's name, the person.
TWICE = (("con", "two", "p-inai"), ("nosc", "too", "p-sfp"))


def _serving(party: str, name: str, person: str) -> Voice:
    return Voice(dict(rep(party, name).actor) | {"person": person}, f"rep-{name}")


def world() -> Stage:
    """Three founders, two registered outsiders, a secretariat, and a person who serves an outsider and a founder."""
    stage = founded()
    for party in OUTSIDERS:
        stage.outsider(party)
    stage.join("sfp", name="sec", capacity="secretariat")
    for party, name, person in TWICE:
        voice = _serving(party, name, person)
        stage.appoint(party, appointment(party, name, person=person))
        stage.says(voice, "KeyRegistered", registration(party, voice.key, f"ap-{name}"))
        stage.says(root(party), "KeyEndorsed", {"key": key_id(voice.key), "valid_from": "2019-01-01"})
    stage.join("sfp", name="soon", valid_until="2019-05-01")
    return stage.body()


def deep_world() -> Stage:
    """The same, with rules, an agreement to sign, commitments of every age, a contested deliverable, a third body."""
    stage = world()
    agreed = {"agreement": "ag-0", "docset": DOCSET, "parties": list(MEMBERS), "title": text("Hoja"), "version": 1}
    stage.says("inai", "AgreementDrafted", agreed)
    frozen = {"agreement": "ag-0", "docset": digest(DOCSET), "required": list(MEMBERS), "version": 1}
    stage.says("sfp", "AgreementTextFrozen", frozen)
    items = [milestone("m1", "2019-03-01/2019-03-20", lead=["consultant", "inai", "sfp"])]
    fallback = {"condition": text("Sin recursos"), "parties": ["nosc"]}
    items.append(milestone("m2", "2019-05", lead=["members"], fallback=fallback))
    delivered = [deliverable("e1", contents=["a", "b"]), deliverable("e2")]
    for name in ("c0", "c00"):
        stage.adopted(name, {"actions": [], "deliverables": delivered, "milestones": items})
    stage.deliver("inai", "e1", of="c0")
    contested = {"commitment": "c0", "contest": "x0", "deliverable": "e1", "evidence": [], "grounds": text("No")}
    stage.says("red", "DeliverableContested", contested | {"version": 1})
    stage.deliver("sfp", "e2", of="c0")
    stage.says("nosc", "CommitmentProposed", commitment("c000"))
    return stage.body("duo", ("inai", "red"))


@cache
def _entries(start: int) -> tuple[Stage, ...]:
    return (STARTS[start](),)


STARTS = (world, deep_world)


def begin(start: int) -> Stage:
    """A stage of its own that has one of the beginnings behind it."""
    told = _entries(start)[0]
    stage = Stage(now=told.now)
    for entry in told.entries:
        stage.undos.append(stage.state.apply(entry, lookup=told.lookup))
        stage.entries.append(entry)
    return stage


@dataclass
class Players:
    """Everybody who may speak, and what they have thought of so far."""

    rng: random.Random
    stage: Stage
    voices: list[Voice] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        names = [(one, one) for one in (*MEMBERS, *OUTSIDERS)]
        self.voices = [rep(party, name) for party, name in (*names, ("sfp", "soon"))]
        self.voices += [_serving(*one) for one in TWICE]
        self.voices += [rep("sfp", "sec", "secretariat")]
        self.voices += [root(one) for one in (*MEMBERS, *OUTSIDERS)]

    # Choices.

    def pick(self, items: Any, default: Any = None) -> Any:
        items = list(items)
        return self.rng.choice(items) if items else default

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def new(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}{self.made}"

    def known(self, kind: str, default: str = "none") -> str:
        """An id of something that exists, the later ones more often."""
        names = [one.partition("/")[2] for one in self.stage.state.aggregates if one.startswith(f"{kind}/")]
        return str(self.pick(names[-6:], default))

    def shown(self, stream: str) -> Any:
        return self.stage.state.aggregates.get(stream)

    def voice(self, party: str | None = None, *, as_root: bool = False) -> Voice:
        fitting = [
            one
            for one in self.voices
            if (party is None or one.actor["party"] == party) and (one.actor["capacity"] == "root") == as_root
        ]
        able = [one for one in fitting if getattr(self.shown(f"key/{key_id(one.key)}"), "status", "") == "active"]
        chosen = self.pick(able if able and self.chance(0.9) else fitting)
        return chosen or self.pick(self.voices)  # type: ignore[no-any-return]

    def member(self) -> str:
        return str(self.pick(MEMBERS))

    def anybody(self) -> str:
        return str(self.pick((*MEMBERS, *MEMBERS, *OUTSIDERS)))

    def day(self, *, back: int = 0) -> str:
        return (self.stage.now - timedelta(days=back)).date().isoformat()

    def when(self) -> dict[str, str]:
        """Mode and date: mostly today; sometimes backdated, historical, vague, or to come."""
        if self.chance(0.75):
            return {}
        back = self.day(back=self.rng.randrange(1, 7))
        return self.pick(  # type: ignore[no-any-return]
            (
                {"occurred_on": back},
                {"occurred_on": back},
                {"occurred_on": self.day(back=40)},
                {"occurred_on": "2019-03"},
                {"mode": "historical", "occurred_on": self.day(back=40)},
                {"mode": "historical", "occurred_on": "2017-05"},
                {"mode": "historical", "occurred_on": "../2017-05"},
                {"mode": "historical", "occurred_on": "1999-01-01"},
                {"mode": "historical"},
                {"occurred_on": "2999-01-01"},
            )
        )

    def said_before(self, types: frozenset[str], last: int = 40) -> Any:
        """One of the last entries of some types."""
        return self.pick(one for one in self.stage.entries[-last:] if one.statement["type"] in types)

    # Scopes.

    def scope(self, before: Body | None = None) -> Body:
        """A scope, new or changed: cut, moved, widened, emptied, with names of parties, roles, or nobody."""
        if before is None:
            leads = sorted({self.member(), self.pick(("inai", "sfp", "consultant", "members", "con"))})
            items = [milestone("m1", self._window(), lead=leads)]
            if self.chance(0.5):
                fallback = {"condition": text("Sin recursos"), "parties": [self.anybody()]}
                items.append(milestone("m2", self._window(), lead=[self.member()], fallback=fallback))
            delivered = [deliverable("e1", contents=["a", "b"])]
            return {"actions": [], "deliverables": delivered, "milestones": items}
        scope = dict(before)
        change = self.rng.randrange(6)
        if change == 0:
            scope["deliverables"] = []
        elif change == 1:
            scope["milestones"] = [{**one, "window": self._window()} for one in before["milestones"]]
        elif change == 2:
            scope["deliverables"] = [*before["deliverables"], deliverable(f"z{self.made}")]
        elif change == 3:
            scope["milestones"] = [{**one, "lead": [self.pick(("nosc", "lorax", "rapporteur"))]} for one in
                                   before["milestones"]]  # fmt: skip
        elif change == 4:
            scope["milestones"] = []
            scope["deliverables"] = []
        else:
            scope["milestones"] = [{**one, "title": text(self.new("t"))} for one in before["milestones"]]
        return scope

    def _window(self) -> str:
        start = self.day(back=self.rng.randrange(-5, 30))
        end = self.day(back=-self.rng.randrange(3, 90))
        return str(self.pick((f"{start}/{end}", f"{start}/{end}", end, end[:7], f"{start}/..")))

    # What waits.

    def push(self) -> Said | None:
        """Say what something waits for."""
        return self.pick((self._concur, self._concur, *[self._decide] * 5, self._agree, self._endorse))()  # type: ignore[no-any-return]

    def _concur(self) -> Said | None:
        entry = self.said_before(CONCURRING)
        if entry is None:
            return None
        body = dict(entry.statement["body"])
        if self.chance(0.3):
            body["provenance"] = self.pick(PROVENANCE)
        asks_root = entry.statement["type"] == "LawEditionAdopted"
        return self.voice(self.anybody(), as_root=asks_root), entry.statement["type"], body

    def _decide(self) -> Said | None:
        decision = self.shown(f"decision/{self.known('decision')}")
        if decision is None:
            return None
        named = {"decision": decision.decision, "digest": decision.act_digest}
        status = decision.status
        if status in ("proposed", "voting"):
            rest = [one for one in decision.voters if one not in decision.standing_votes] or list(decision.voters)
            choice = self.pick((*["for"] * 8, "abstain", "against"))
            return self.voice(self.pick(rest)), "VoteCast", named | {"choice": choice}
        if status == "adopted":
            rest = [one for one in decision.must_sign if one not in decision.signed_by] or list(decision.voters)
            return self.voice(self.pick(sorted(rest))), "DecisionSigned", named
        if status == "signed":
            act = decision.act.to_json()
            return self.voice(self.pick(decision.voters)), act["type"], act["body"]
        return None

    def _agree(self) -> Said | None:
        agreement = self.shown(f"agreement/{self.known('agreement')}")
        if agreement is None:
            return None
        current = agreement.current
        named = {"agreement": agreement.agreement, "docset": current.docset_digest, "version": current.version}
        if agreement.status == "drafted":
            window = {"window": self._window()} if self.chance(0.4) else {}
            required = {"required": list(current.parties)} | window
            return self.voice(self.pick(current.parties)), "AgreementTextFrozen", named | required
        rest = [one for one in current.parties if one not in current.signed_by] or list(current.parties)
        return self.voice(self.pick(rest)), "AgreementSigned", named

    def _endorse(self) -> Said | None:
        pending = [one for one in self.stage.state.aggregates.values() if getattr(one, "status", "") == "pending"]
        key = self.pick(pending)
        if key is None:
            return None
        by = key.party if key.appointment else self.member()
        until = {"valid_until": self.day(back=-60)} if self.chance(0.4) else {}
        return root(by), "KeyEndorsed", {"key": key.key, "valid_from": self.day(back=1)} | until

    def say(self) -> Said | None:
        """Say something of a type chosen evenly."""
        name = self.pick(DEEP) if self.chance(0.35) else self.pick(sorted(DRAWS))
        # What ends keys and offices ends the play too, so it is drawn less often.
        return DRAWS[name](self) if name not in ENDING or self.chance(0.2) else None

    def spoil(self, said: Said) -> tuple[Said, dict[str, Any]]:
        """Put one thing wrong."""
        voice, type_name, body = said
        wrong: dict[str, Any] = {}
        body = dict(body)
        change = self.rng.randrange(9)
        if change <= 2:
            voice = self.pick(self.voices)
        elif change == 3:
            voice = Voice(voice.actor, self.pick(self.voices).key)
        elif change == 4 and body:
            name = self.pick(sorted(body))
            body[name] = self.pick((self.anybody(), self.known("commitment"), 2, "", text("x"), [], digest("x")))
        elif change == 5 and body:
            del body[self.pick(sorted(body))]
        elif change == 6:
            wrong["schema"] = self.pick((1, 2, 99))
        elif change == 7:
            body["version"] = body.get("version", 1) + 1
        else:
            wrong["stream"] = self.pick(list(self.stage.state.aggregates))
        return (voice, type_name, body), wrong
