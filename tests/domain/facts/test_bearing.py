"""Who bears what at present: orphaned duties, separate voices, who acts in a fallback, who speaks for one that left."""

from datetime import date
from itertools import permutations

from tests.domain.commitments.test_conditions import expecting, settling
from tests.domain.commitments.test_duty import assigned, duty
from tests.domain.governance.test_succession import ending
from tests.domain.identity.test_party import composite, left
from tests.domain.stage import MEMBERS, Stage, act_of, milestone, root, seated, small_scope, text
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.bearing import (
    answered_before,
    bearers,
    bearing_facts,
    fallback_bearers,
    is_orphaned,
    kind_changed,
    represents_as_left,
    responsible_for,
    separate_voices,
)
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.succession import Succession, open_duties


def orphaned(stage: Stage) -> list[tuple[str, object]]:
    facts = bearing_facts(stage.state)
    return [(fact.stream, fact.params) for fact in facts if fact.kind == "DutyOrphaned"]


def test_p5_a_duty_is_orphaned_once_its_bearer_was_dissolved_or_has_left() -> None:
    stage = assigned("nosc")
    assert not is_orphaned(stage.state, duty(stage))
    assert orphaned(stage) == []
    gone = ending("nosc", orphaned=sorted(open_duties(stage.state, "nosc")))
    stage.each("PartySucceeded", gone)
    assert is_orphaned(stage.state, duty(stage))
    assert orphaned(stage) == [("duty/o2", {"bearers": ["nosc"]})]
    stage = assigned("nosc").withdraw("nosc")
    assert is_orphaned(stage.state, duty(stage))
    assert orphaned(stage) == [("duty/o2", {"bearers": ["nosc"]})]


def test_p5_a_duty_of_several_is_orphaned_with_the_last_of_them() -> None:
    stage = assigned("inai", "nosc").withdraw("nosc")
    assert [bearer.standing for bearer in bearers(stage.state, duty(stage))] == ["bears", "left"]
    assert not is_orphaned(stage.state, duty(stage))
    stage.withdraw("inai")
    assert is_orphaned(stage.state, duty(stage))
    assert orphaned(stage) == [("duty/o2", {"bearers": ["inai", "nosc"]})]
    back = {"conditions": text("Vuelve"), "effective": "2019-03-01", "governance_body": "cc", "party": "nosc"}
    for voice in (root("nosc"), "sfp"):
        stage.says(voice, "PartyReturned", back)
    assert [bearer.standing for bearer in bearers(stage.state, duty(stage))] == ["left", "bears"]
    assert orphaned(stage) == []


def test_parties_in_one_successor_are_one_voice_and_a_dissolved_one_is_none() -> None:
    stage = seated()
    assert separate_voices(stage.state, MEMBERS) == 3
    stage.each("PartySucceeded", ending("inai", "sfp"), ("inai", "sfp", "nosc"))
    assert separate_voices(stage.state, MEMBERS) == 2
    stage.each("PartySucceeded", ending("nosc"), ("nosc", "sfp"))
    assert separate_voices(stage.state, MEMBERS) == 1


@each_row("parties", list(permutations(MEMBERS)))
def test_voices_are_counted_in_any_order(parties: tuple[str, ...]) -> None:
    stage = seated()
    stage.each("PartySucceeded", ending("nosc"))
    assert separate_voices(stage.state, parties) == 2
    stage.each("PartySucceeded", ending("inai", "sfp"), ("inai", "sfp"))
    assert separate_voices(stage.state, parties) == 1


def test_members_of_a_fallback_are_those_that_sit() -> None:
    stage = expecting()
    stage.each("ConditionSettled", settling())
    stage.withdraw("nosc")
    commitment = stage.find(Commitment, "commitment/c1")
    milestone = commitment.scope.milestone("m1") if commitment.scope else None
    assert milestone is not None
    assert fallback_bearers(stage.state, commitment, milestone) == ("inai", "sfp")


def responsible(stage: Stage, name: str = "m1") -> tuple[str, ...]:
    promised = stage.find(Commitment, "commitment/c1")
    step = promised.scope.milestone(name) if promised.scope else None
    assert step is not None
    return responsible_for(stage.state, promised, step)


def before(stage: Stage, name: str = "m1") -> tuple[str, ...]:
    promised = stage.find(Commitment, "commitment/c1")
    step = promised.scope.milestone(name) if promised.scope else None
    assert step is not None
    return answered_before(stage.state, promised, step)


def test_13_who_leads_answers_and_once_a_condition_has_failed_who_was_to_act_then() -> None:
    stage = expecting()
    assert (responsible(stage), responsible(stage, "m2")) == ((), ("nosc",))
    stage.fill("consultant", "red")
    assert responsible(stage) == ("red",)
    stage.each("ConditionSettled", settling())
    assert responsible(stage) == MEMBERS
    assert responsible(stage, "m2") == ("nosc",)
    began = [fact for fact in bearing_facts(stage.state) if fact.kind == "FallbackBegan"]
    settled = stage.entries[-1]
    assert [(fact.stream, fact.since, fact.known_index, fact.params) for fact in began] == [
        ("commitment/c1", "2019-03-01", settled.index, {"bearers": list(MEMBERS), "milestone": "m1"})
    ]


def test_13_members_that_lead_are_those_that_sit_or_who_has_taken_over() -> None:
    lead = ["members", "red", "sfp"]
    stage = seated().adopted("c1", small_scope(milestones=[milestone(lead=lead), milestone("m2")]), agreeing=("red",))
    assert responsible(stage) == (*MEMBERS, "red")
    stage.withdraw("nosc")
    assert responsible(stage) == ("inai", "sfp", "red")
    assert responsible(stage, "m2") == ("inai", "sfp")


def test_who_took_a_duty_over_answers_for_it() -> None:
    stage = seated().adopted("c1", small_scope(milestones=[milestone(lead=["inai", "sfp"])]))
    stage.outsider("nueva")
    moved = sorted(open_duties(stage.state, "inai"))
    for voice in ("inai", "nueva", "nosc", "sfp"):
        assert before(stage) == ()
        stage.says(voice, "PartySucceeded", ending("inai", "nueva", moved=moved))
    assert responsible(stage) == ("nueva", "sfp")
    assert before(stage) == ("inai",)


def test_nobody_takes_over_what_had_ended_before() -> None:
    """Who was late with a commitment that was withdrawn stays who was late with it."""
    for lead in (["inai", "sfp"], ["members"]):
        stage = seated().adopted("c1", small_scope(milestones=[milestone(lead=lead)])).on("2019-06-01")
        stage.outsider("nueva")
        as_named = responsible(stage)
        ended = {"commitment": "c1", "decision": "d-end", "reasons": text("Razones"), "to": "withdrawn"}
        stage.decided("d-end", act_of("CommitmentStatusDecided", ended))
        open_still = stage.copy()
        stage.says("inai", "CommitmentStatusDecided", ended)
        for each in (stage, open_still):
            moved = sorted(open_duties(each.state, "inai"))
            for voice in ("inai", "nueva", "nosc", "sfp"):
                each.says(voice, "PartySucceeded", ending("inai", "nueva", moved=moved))
            each.withdraw("nosc")
        assert (responsible(stage), before(stage)) == (as_named, ())
        assert "inai" in as_named
        assert "inai" not in responsible(open_still)
        assert before(open_still) == ("inai",)


@each_row("said", [True, False])
@each_row(("party", "is_another_kind"), [("red", False), ("inai", True)])
def test_independence_has_changed_where_it_is_said_or_the_kind_is_another(
    party: str, *, is_another_kind: bool, said: bool
) -> None:
    stage = seated()
    stage.outsider("nueva")
    body = ending(party, "nueva", independence_changed=said)
    for voice in (party, "nueva", *(name for name in MEMBERS if name != party)):
        stage.says(voice, "PartySucceeded", body)
    succession = stage.find(Succession, f"succession/{party}")
    assert kind_changed(stage.state, succession) is is_another_kind
    found = [fact for fact in bearing_facts(stage.state) if fact.kind == "IndependenceChanged"]
    expected = [{"said": said, "successors": ["nueva"]}] if said or is_another_kind else []
    assert [fact.params for fact in found] == expected


def test_what_a_party_leaves_to_nobody_is_said_with_its_end() -> None:
    stage = assigned("nosc")
    duties = sorted(open_duties(stage.state, "nosc"))
    stage.each("PartySucceeded", ending("nosc", orphaned=duties))
    found = [fact for fact in bearing_facts(stage.state) if fact.kind == "DutiesOrphaned"]
    assert [(fact.stream, fact.since, fact.known_index, fact.params) for fact in found] == [
        ("succession/nosc", "2019-03-01", stage.entries[-1].index, {"duties": duties})
    ]
    stage = seated()
    stage.each("PartySucceeded", ending("nosc"))
    assert [fact.kind for fact in bearing_facts(stage.state) if fact.kind == "DutiesOrphaned"] == []


def test_who_represents_an_organization_that_has_left_is_marked_from_then_on() -> None:
    stage = composite()
    stage.join("nosc", name="red-person", on_behalf_of="red")
    spoken = stage.find(Appointment, "appointment/ap-red-person")
    day = date.fromisoformat(stage.today)
    assert not represents_as_left(stage.state, spoken, day)
    stage.says(root("nosc"), "MemberOrganizationLeft", left(until="2019-02-27"))
    assert represents_as_left(stage.state, spoken, day)
    assert not represents_as_left(stage.state, spoken, date(2019, 2, 27))
    stage.says(root("nosc"), "RepresentativeRevoked", {"appointment": "ap-red-person", "reason": text("Ya")})
    assert not represents_as_left(stage.state, stage.find(Appointment, "appointment/ap-red-person"), day)
