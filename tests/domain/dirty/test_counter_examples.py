"""What the dirty model has found, each as its shortest sequence. All of it was accepted once."""

from contextlib import suppress
from datetime import UTC, date, datetime
from random import Random

import pytest
from tests.domain.dirty.draws import DRAWS, Draw
from tests.domain.dirty.players import Players, Said
from tests.domain.stage import (
    MEMBERS,
    Stage,
    Voice,
    act_of,
    appointment,
    commitment,
    deliverable,
    doc,
    evidence,
    founded,
    key_id,
    milestone,
    proposed,
    registration,
    rep,
    root,
    seated,
    small_scope,
    text,
)
from tests.rows import each_row

from constancia.domain.catalogue import KINDS, UnknownAct
from constancia.domain.facts.derive import derive, was_member
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.problems import Refusal
from constancia.domain.values.calendar import Certainty
from constancia.domain.values.values import digest

WINDOW = "2019-03-26/2019-05-24"


def serving(stage: Stage, party: str, name: str, person: str) -> Voice:
    """A person who serves a second party."""
    voice = Voice(dict(rep(party, name).actor) | {"person": person}, f"rep-{name}")
    stage.appoint(party, appointment(party, name, person=person))
    stage.says(voice, "KeyRegistered", registration(party, voice.key, f"ap-{name}"))
    stage.says(root(party), "KeyEndorsed", {"key": key_id(voice.key), "valid_from": "2019-01-01"})
    return voice


def adoption(stage: Stage, name: str = "d-c1") -> dict[str, str]:
    """A commitment's adoption is put to the vote; gives what votes and signatures name."""
    stage.says("nosc", "CommitmentProposed", commitment())
    act = act_of("CommitmentAdopted", {"commitment": "c1", "decision": name, "scope": small_scope()})
    stage.says("inai", "DecisionProposed", proposed(name, act))
    return {"decision": name, "digest": digest(act)}


def with_an_outsider(stage: Stage) -> None:
    """A commitment for which an outsider answers, with a member."""
    stage.outsider("con")
    lead = {"milestones": [milestone("m1", WINDOW, lead=["con", "inai"])], "deliverables": [deliverable("e1")]}
    stage.adopted("c1", small_scope(**lead), agreeing=("con",))


def overruling(stage: Stage) -> dict[str, str]:
    """A third party contests the work, and overruling that is put to the vote; gives what votes and signatures name."""
    of = {"commitment": "c1", "contest": "x1", "deliverable": "e1"}
    stage.says("red", "DeliverableContested", of | {"evidence": [], "grounds": text("No"), "version": _version(stage)})
    act = act_of("ContestOverruled", of | {"decision": "d-x", "reasons": text("No"), "version": _version(stage)})
    stage.says("nosc", "DecisionProposed", proposed("d-x", act))
    return {"decision": "d-x", "digest": digest(act)}


def _version(stage: Stage) -> int:
    return len(stage.state.aggregates["deliverable/c1.e1"].versions)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_act_on_a_stream_of_another_kind_is_refused_and_raises_nothing_else(kind: str) -> None:
    stage = seated()
    stage.adopted()
    stage.deliver("inai", "e1")
    streams = [one for one in stage.state.aggregates if one.partition("/")[0] == kind] or [f"{kind}/none"]
    for type_name, draw in sorted(DRAWS.items()):
        said = _well_formed(stage, draw)
        if said is None or stage.entry(*said).originator_id in streams:
            continue
        with pytest.raises(Refusal) as refusal:
            decide(stage.state, stage.entry(*said, stream=streams[-1]), stage.lookup)
        assert "E_MALFORMED" in (refusal.value.code, *(code for code, _rule in refusal.value.also)), type_name


def _well_formed(stage: Stage, draw: Draw) -> Said | None:
    """The first draw that has its type's form; others, such as of a torn scope, name no stream."""
    for seed in range(1, 20):
        said = draw(Players(Random(seed), stage))  # noqa: S311 - a test's choices
        if said is None:
            continue
        with suppress(UnknownAct):
            stage.entry(*said)
            return said
    return None


def test_26_who_voted_for_one_party_does_not_sign_for_another() -> None:
    stage = seated()
    double = serving(stage, "sfp", "double", "p-nosc")
    named = adoption(stage)
    stage.each("VoteCast", named | {"choice": "for"})
    stage.says("inai", "DecisionSigned", named)
    assert stage.code(double, "DecisionSigned", named) == "E_SELF_DEALING"
    stage.each("DecisionSigned", named, ("nosc", "sfp"))


def test_26_who_was_appointed_by_a_party_concerned_after_voting_does_not_sign() -> None:
    stage = seated()
    with_an_outsider(stage)
    stage.deliver("inai", "e1")
    named = overruling(stage)
    stage.each("VoteCast", named | {"choice": "for"}, ("nosc", "sfp"))
    serving(stage, "inai", "double", "p-sfp")
    assert stage.code("sfp", "DecisionSigned", named) == "E_SELF_DEALING"


def own_work(stage: Stage) -> None:
    """p-inai submits for the outsider, whose colleague revises; then the appointment ends."""
    with_an_outsider(stage)
    author = serving(stage, "con", "author", "p-inai")
    stage.deliver(author, "e1")
    revised = {"answers": [], "changes": text("Más"), "commitment": "c1", "deliverable": "e1", "document": doc("v2")}
    stage.says("con", "DeliverableRevised", revised | {"version": 2})
    stage.says(root("con"), "RepresentativeRevoked", {"appointment": "ap-author", "reason": text("Ya")})


@each_row("type_name", ["DeliverableAccepted", "DeliverableRejected"])
def test_26_who_wrote_an_earlier_version_does_not_judge_the_next(type_name: str) -> None:
    stage = seated()
    own_work(stage)
    body = {"commitment": "c1", "deliverable": "e1", "version": 2}
    body |= {"reasons": text("No")} if type_name == "DeliverableRejected" else {}
    assert stage.code("inai", type_name, body) == "E_SELF_DEALING"
    stage.says("sfp", type_name, body)


def test_26_who_wrote_it_does_not_overrule_the_contest_of_it_for_another_party() -> None:
    stage = seated()
    own_work(stage)
    named = overruling(stage)
    assert stage.code("inai", "VoteCast", named | {"choice": "for"}) == "E_SELF_DEALING"
    stage.says("sfp", "VoteCast", named | {"choice": "for"})


def test_26_a_voter_whose_own_cause_it_has_become_since_votes_no_more() -> None:
    stage = seated()
    with_an_outsider(stage)
    stage.deliver("con", "e1")
    named = overruling(stage)
    of = {"commitment": "c1", "deliverable": "e1"}
    stage.says("sfp", "DeliverableRejected", of | {"reasons": text("No"), "version": 1})
    stage.says("inai", "DeliverableSubmitted", of | {"document": doc("v2"), "version": 2})
    assert stage.code("inai", "VoteCast", named | {"choice": "for"}) == "E_SELF_DEALING"
    stage.says("sfp", "VoteCast", named | {"choice": "for"})


def kinds(stage: Stage) -> list[str]:
    return [one.kind for one in derive(stage.state, stage.now)]


@each_row("ends", ["KeyRevoked", "KeyCompromised"])
def test_16_a_key_that_has_expired_has_expired_also_once_it_is_ended(ends: str) -> None:
    stage = founded()
    stage.join("sfp", name="soon", valid_until="2019-04-01")
    stage.on("2019-05-01")
    assert "KeyExpired" in kinds(stage)
    body = {"reason": "lost"} if ends == "KeyRevoked" else {"compromised_since": "2019-03-20"}
    stage.says(root("sfp"), ends, body | {"key": key_id("rep-soon")})
    assert "KeyExpired" in kinds(stage)


@each_row("claimed", ["../2017-05", "1999-01-01", "2018"])
@each_row("target", ["milestone m1", "deliverable e1"])
def test_15_a_date_before_the_ledger_makes_no_deadline_met_that_was_on_record_before(claimed: str, target: str) -> None:
    stage = seated()
    stage.adopted()
    stage.on("2019-06-20")
    past = {"mode": "historical", "occurred_on": claimed}
    if target.startswith("milestone"):
        stage.deliver("inai", "e1")
        body = {"commitment": "c1", "evidence": [evidence()], "milestone": "m1"}
        stage.says("inai", "MilestoneCompleted", body, **past)
    else:
        first = {"commitment": "c1", "deliverable": "e1", "document": doc(), "version": 1}
        stage.says("inai", "DeliverableSubmitted", first, **past)
    facts = derive(stage.state, datetime(2019, 7, 1, tzinfo=UTC))
    missed = [one for one in facts if one.kind == "DeadlineMissed" and one.params["target"] == target]
    assert [(one.params["claimed_on"], str(one.params["recorded_at"])[:10]) for one in missed] == [
        (claimed, "2019-06-20")
    ]


@each_row(("mode", "effective"), [("historical", "2018-06-01"), ("live", "2019-02-28")])
def test_14_who_has_voted_had_not_left_whatever_its_withdrawal_claims(mode: str, effective: str) -> None:
    stage = founded()
    said = {"governance_body": "cc", "mandate": text("M"), "members": ["inai", "nosc", "sfp"], "name": text("N")}
    for party in MEMBERS:
        stage.says(party, "GovernanceBodyEstablished", said, mode="historical", occurred_on="2011-12")
    named = adoption(stage)
    stage.says("nosc", "VoteCast", named | {"choice": "for"})
    stage.on("2019-03-05")
    leaving = {"effective": effective, "governance_body": "cc", "grounds": text("Ya"), "party": "nosc"}
    when = effective if mode == "historical" else stage.today
    stage.says(root("nosc"), "PartyWithdrew", leaving, mode=mode, occurred_on=when)
    body = stage.find(GovernanceBody, "governance/cc")
    assert was_member(body, "nosc", date(2019, 3, 1)) is Certainty.YES
    assert was_member(body, "nosc", date(2019, 3, 6)) is Certainty.NO
