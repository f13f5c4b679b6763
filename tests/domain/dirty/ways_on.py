"""No dead ends: from any state, with any one party gone, each matter that waits has a lawful way on for the others.

Gone is a party that has left all bodies, has lost all its keys, or says nothing. For each waiting matter a few ways are
tried, in order; each is a short script of acts, judged by `decide` as in the ledger.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.domain.dirty.reading import require
from tests.domain.stage import (
    MEMBERS,
    WIDE,
    Body,
    Stage,
    Voice,
    act_of,
    doc,
    key_id,
    proposed,
    registration,
    root,
    text,
)

from constancia.domain.governance.body import GovernanceBody, acting_name
from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.problems import Refusal
from constancia.domain.values.calendar import local_day
from constancia.domain.values.values import digest

GONE = ("left", "lost", "silent")
ENDED = ("closed", "rejected", "withdrawn")  # of a commitment: nothing of it waits any more


class Others:
    """Those who are still there; what they say is taken back at the end (`trying`)."""

    def __init__(self, stage: Stage, voices: Iterable[Voice], gone: str, how: str) -> None:
        self.stage, self.gone, self.how = stage, gone, how
        self.all = list(voices)
        self.voices = [one for one in self.all if one.actor["party"] != gone]
        self.made = 0

    def aggregate(self, stream: str) -> Any:
        return self.stage.state.aggregates.get(stream)

    def new(self, prefix: str) -> str:
        self.made += 1
        return f"way-{prefix}-{self.made}"

    def say(self, voices: Iterable[Voice], type_name: str, body: Body) -> bool:
        """Try the voices in turn until one is accepted."""
        for voice in voices:
            entry = self.stage.entry(voice, type_name, body)
            try:
                decide(self.stage.state, entry, self.stage.lookup)
            except Refusal:
                continue
            self.stage.take(entry)
            return True
        return False

    def of(self, party: str) -> list[Voice]:
        """The party's representatives who can still speak; of a party that has ended, nobody."""
        end: Any = self.aggregate(f"succession/{party}")
        if end is not None and end.settled is not None:
            return []
        named = (one for one in self.voices if one.actor["party"] == party)
        return [one for one in named if one.actor["capacity"] == "representative" and self.speaks(one)]

    def speaks(self, voice: Voice) -> bool:
        """Whether a voice's key and appointment hold today, with the whole scope of a representative."""
        day = local_day(self.stage.now, "America/Mexico_City")
        key: Any = self.stage.state.standing(f"key/{key_id(voice.key)}")
        if key is None or key.status != "active" or not key.is_within(day):
            return False
        held: Any = self.aggregate(f"appointment/{voice.actor.get('appointment')}")
        return "appointment" not in voice.actor or bool(
            held.is_in_force(day) and len(held.scope) > 2 and held.person == voice.actor["person"]
        )

    def renew(self) -> None:
        """Give each party with a root a fresh representative, whose person serves nobody else."""
        for party in sorted({one.actor["party"] for one in self.voices}):
            name = self.new(party)
            said = {
                "appointment": f"ap-{name}", "capacity": "representative", "name": "Nueva", "party": party,
                "person": f"p-{name}", "post": text("P"), "scope": WIDE, "valid_from": "2019-01-01",
            }  # fmt: skip
            voice = Voice(
                {"appointment": f"ap-{name}", "capacity": "representative", "party": party, "person": f"p-{name}"},
                f"rep-{name}",
            )
            roots = [one for one in self.voices if one.actor["party"] == party and one.actor["capacity"] == "root"]
            endorsed = {"key": key_id(voice.key), "valid_from": "2019-01-01"}
            if (
                self.say(roots, "RepresentativeAppointed", said)
                and self.say([voice], "KeyRegistered", registration(party, voice.key, f"ap-{name}"))
                and self.say(roots, "KeyEndorsed", endorsed)
            ):
                self.voices.insert(0, voice)

    def decides(self, body: str, type_name: str, act: Body) -> bool:
        """Propose, vote, sign and record something in a body."""
        name = self.new("d")
        said = act | {"decision": name}
        put = act_of(type_name, said)
        seated = [one for one in self.aggregate(f"governance/{body}").seated if one != self.gone]
        if not self.say(self.each(seated), "DecisionProposed", proposed(name, put, governance_body=body)):
            return False
        for party in seated:
            self.say(self.of(party), "VoteCast", {"choice": "for", "decision": name, "digest": digest(put)})
        for party in seated:
            self.say(self.of(party), "DecisionSigned", {"decision": name, "digest": digest(put)})
        return self.say(self.each(seated), type_name, said)

    def each(self, parties: Iterable[str]) -> list[Voice]:
        return [voice for party in parties for voice in self.of(party)]


@contextmanager
def trying(stage: Stage) -> Iterator[None]:
    """Take back what is said within."""
    size, now = len(stage.entries), stage.now
    try:
        yield
    finally:
        while len(stage.entries) > size:
            stage.state.undo(stage.undos.pop())
            stage.entries.pop()
        stage.now = now


def goes(others: Others) -> None:
    """Let the party go."""
    stage, gone = others.stage, others.gone
    own = [one for one in others.all if one.actor["party"] == gone]
    roots = [one for one in own if one.actor["capacity"] == "root"]
    if others.how == "left":
        for one in list(stage.state.of(GovernanceBody)):
            said = {"governance_body": one.governance_body, "grounds": text("Ya"), "party": gone}
            others.say(roots, "PartyWithdrew", said | {"effective": _today(stage)})
        if any(one.is_seated(gone) for one in stage.state.of(GovernanceBody)):
            others.how = "silent"  # without a root it can't leave, and its representatives can still speak
    elif others.how == "lost":
        for voice in sorted(own, key=lambda one: one.actor["capacity"] == "root"):
            others.say([*roots, voice], "KeyRevoked", {"key": key_id(voice.key), "reason": "lost"})


def _today(stage: Stage) -> str:
    return local_day(stage.now, "America/Mexico_City").isoformat()


def ways_on(stage: Stage, voices: Iterable[Voice], gone: str, how: str) -> int:
    """Check that each waiting matter has a way on; gives how many there were."""
    voices = list(voices)
    others = Others(stage, voices, gone, how)
    count = 0
    with trying(stage):
        others.renew()
        goes(others)
        for stream, one in list(stage.state.aggregates.items()):
            kind = stream.partition("/")[0]
            way = WAYS.get(kind)
            if way is None:
                continue
            with trying(stage):
                found = way(others, one)
            require(found is not False, "dead end", f"{stream} ({one.status}), {gone} is {how}")
            count += found is True
    return count


def _enough(others: Others, body: str | None) -> bool:
    """Whether two members are left who can speak: below that nobody decides, by design."""
    found: Any = others.aggregate(f"governance/{body}")
    if found is None or found.status != "established":
        return False
    return len([one for one in found.seated if one != others.gone and others.of(one)]) > 1


def _acting(others: Others, body: str | None) -> str:
    """Who acts now for a body: what belonged to one that was succeeded belongs to its successor."""
    return acting_name(others.stage.state, body) or ""


def _decision(others: Others, one: Any) -> bool | None:
    if one.status not in ("proposed", "voting", "adopted") or not _enough(others, one.governance_body):
        return None
    day = local_day(others.stage.now + timedelta(days=3_700), "America/Mexico_City")
    # Voting ends some day; what is adopted and not signed by who has gone is signed by the rest, or decided again.
    if one.status != "adopted":
        return bool(one.status_on(day) not in ("proposed", "voting"))
    signed = {"decision": one.decision, "digest": one.act_digest}
    for party in one.voters:
        others.say(others.of(party), "DecisionSigned", signed)
    if others.aggregate(one.stream).status == "signed" or others.how == "silent":
        return True
    about = others.aggregate(one.act.stream)
    return about is None or one.act.type != "CommitmentAdopted" or _commitment(others, about) is not False


def _commitment(others: Others, one: Any) -> bool | None:
    if one.status in ENDED:
        return None
    body = _acting(others, one.governance_body)
    sits = others.aggregate(f"governance/{body}")
    # A silent member that sits and can speak is not passed over in what binds it: it must leave, or speak.
    if not _enough(others, body) or (others.how == "silent" and others.gone in sits.seated):
        return None
    lead = next(party for party in sits.seated if party != others.gone and others.of(party))
    items = {"milestone": "m1", "lead": [lead], "title": text("M"), "window": "2019-03/2030-01"}
    scope = {"actions": [], "deliverables": [], "milestones": [items]}
    if one.status == "proposed":
        return others.decides(body, "CommitmentAdopted", {"commitment": one.commitment, "scope": scope})
    change = {"declared_kind": "reduction", "from_version": len(one.scopes), "scope": scope}
    return others.decides(body, "ScopeChanged", change | {"commitment": one.commitment})


def _deliverable(others: Others, one: Any) -> bool | None:
    commitment = others.aggregate(f"commitment/{one.commitment}")
    body = _acting(others, commitment.governance_body)
    sits = others.aggregate(f"governance/{body}")
    if one.status == "accepted" or commitment.status in ENDED or not _enough(others, body):
        return None
    of = {"commitment": one.commitment, "deliverable": one.deliverable}
    judges = [party for party in sits.seated if party not in (others.gone, one.current.mark.party)]
    if not judges:
        return None
    if one.status == "submitted":
        for party in judges:
            others.say(others.of(party), "DeliverableAccepted", of | {"version": one.current.version})
        done = others.aggregate(one.stream).status == "accepted"
        silent = others.how == "silent" and others.gone in sits.seated and others.gone != one.current.mark.party
        return done or silent
    rejected = one.status == "rejected" or others.say(
        others.each(judges), "DeliverableRejected", of | {"reasons": text("No"), "version": one.current.version}
    )
    again = of | {"document": doc("otra vez"), "version": one.current.version + 1}
    if rejected and others.say(others.voices, "DeliverableSubmitted", again):
        return True
    # Nobody who is left is responsible: the members put somebody else in charge.
    return _commitment(others, commitment) is not False


def _agreement(others: Others, one: Any) -> bool | None:
    rest = [party for party in one.current.parties if party != others.gone and others.of(party)]
    if one.status == "in_force" or len(rest) < 2:
        return None
    docset = one.current.docset.to_json()
    name = others.new("ag")
    drafted = {"agreement": name, "docset": docset, "parties": sorted(rest), "title": text("T"), "version": 1}
    text_of = {"agreement": name, "docset": digest(docset), "version": 1}
    frozen = others.say(others.each(rest), "AgreementDrafted", drafted) and others.say(
        others.each(rest), "AgreementTextFrozen", text_of | {"required": sorted(rest)}
    )
    return frozen and all(others.say(others.of(party), "AgreementSigned", text_of) for party in rest)


def _body(others: Others, one: Any) -> bool | None:
    if one.status != "established" or not _enough(others, one.governance_body) or others.how == "silent":
        return None
    rules = {"decision_rule": {"rule_source": "adopted", "value": "majority"}}
    said = {"governance_body": one.governance_body, "rules": rules, "version": len(one.rules) + 1}
    for party in one.seated:
        others.say(others.of(party), "GovernanceRulesAdopted", said)
    return len(others.aggregate(one.stream).rules) > len(one.rules)


def _root(others: Others, one: Any) -> bool | None:
    """A party that has lost its roots gets another, so that it can speak again."""
    if others.how != "lost" or one.party != others.gone:
        return None
    voice = root(others.gone, others.new("root"))
    if not others.say([voice], "KeyRegistered", registration(others.gone, voice.key)):
        return False
    roots = [who for who in others.voices if who.actor["capacity"] == "root"]
    for who in roots:
        others.say([who], "KeyEndorsed", {"key": key_id(voice.key), "valid_from": "2019-01-01"})
    if not any(who.actor["party"] in MEMBERS and others.speaks(who) for who in roots):
        return None
    return bool(others.aggregate(f"key/{key_id(voice.key)}").status == "active")


WAYS: dict[str, Callable[[Others, Any], bool | None]] = {
    "agreement": _agreement,
    "commitment": _commitment,
    "decision": _decision,
    "deliverable": _deliverable,
    "governance": _body,
    "party": _root,
}
