"""Events and decisions among the deliverables are fulfilled by what they are, and by no document."""

from datetime import UTC, datetime
from typing import Any

from tests.domain.commitments.test_commitment import completed, report, status
from tests.domain.participation.test_gathering import called, held, over, promised
from tests.domain.stage import (
    Body,
    Stage,
    act_of,
    commitment,
    deliverable,
    milestone,
    proposed,
    seated,
    small_scope,
    text,
)
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.fulfilment import delivery, first_delivery, fulfilment
from constancia.domain.commitments.scope import Deliverable
from constancia.domain.facts.derive import derive
from constancia.domain.values.values import digest

LATE = datetime(2021, 1, 1, tzinfo=UTC)
FULFILS: Body = {"commitment": "c1", "deliverable": "e3"}


def items(stage: Stage) -> dict[str, Deliverable]:
    scope = stage.find(Commitment, "commitment/c1").scope
    assert scope is not None
    return {item.deliverable: item for item in scope.deliverables}


def stands(stage: Stage) -> dict[str, str]:
    on = stage.find(Commitment, "commitment/c1")
    return {name: delivery(stage.state, on, item) for name, item in items(stage).items()}


def missed(stage: Stage, at: datetime = LATE) -> list[object]:
    return [one.params["target"] for one in derive(stage.state, at) if one.kind == "DeadlineMissed"]


def act(name: str, fulfils: Body | None = FULFILS) -> Body:
    """The adoption of another commitment, which is the decision that was promised."""
    scope = small_scope()
    made = act_of("CommitmentAdopted", {"commitment": f"c-{name}", "decision": name, "scope": scope})
    return made | ({"fulfils": fulfils} if fulfils else {})


def put(name: str = "d9", fulfils: Body | None = FULFILS, stage: Stage | None = None) -> Stage:
    stage = stage or promised()
    stage.says("nosc", "CommitmentProposed", commitment(f"c-{name}"))
    stage.says("sfp", "DecisionProposed", proposed(name, act(name, fulfils)))
    return stage


def signed(name: str = "d9", fulfils: Body | None = FULFILS, stage: Stage | None = None) -> Stage:
    stage = put(name, fulfils, stage)
    on = {"decision": name, "digest": digest(act(name, fulfils))}
    stage.each("VoteCast", on | {"choice": "for"})
    stage.each("DecisionSigned", on)
    return stage


def test_u1_an_event_is_fulfilled_by_the_gathering_that_names_it() -> None:
    stage = called()
    assert stands(stage) == {"e1": "expected", "e2": "expected", "e3": "expected"}
    stage = over()
    assert stands(stage) == {"e1": "expected", "e2": "fulfilled", "e3": "expected"}
    met = fulfilment(stage.state, stage.find(Commitment, "commitment/c1"), items(stage)["e2"])
    assert met is not None
    assert (met.stream, met.on, met.mark.index) == ("gathering/g1", "2019-03-26", len(stage.entries) - 1)


def test_u1_of_several_gatherings_the_first_recorded_counts() -> None:
    stage = over()
    first = len(stage.entries) - 1
    body = held("g0", kind="forum", title=text("Otro"), about={"commitment": "c1", "deliverable": "e2"})
    stage.on("2019-06-01").says("sfp", "GatheringHeld", body, occurred_on="2019-03-26")
    met = fulfilment(stage.state, stage.find(Commitment, "commitment/c1"), items(stage)["e2"])
    assert met is not None
    assert met.mark.index == first


def test_u1_a_decision_is_fulfilled_by_the_signed_decision_that_names_it() -> None:
    assert stands(put())["e3"] == "expected"
    stage = signed()
    assert stands(stage)["e3"] == "fulfilled"
    stage.says("inai", "CommitmentAdopted", act("d9")["body"])


def test_u1_a_signed_decision_that_names_nothing_fulfils_nothing() -> None:
    assert stands(signed(fulfils=None))["e3"] == "expected"


def test_u1_one_that_was_signed_without_a_party_counts_since_the_wait_was_ended() -> None:
    """And not since the last signature: until then it was no basis, and the deliverable was not there."""
    stage = promised()
    stage.says("nosc", "CommitmentProposed", commitment("c-d9"))
    refusing = {"commitment": "c-d9", "decision": "d9", "reasons": text("No"), "to": "rejected"}
    refused = act_of("CommitmentStatusDecided", refusing) | {"fulfils": FULFILS}
    on = {"decision": "d9", "digest": digest(refused)}
    stage.says("sfp", "DecisionProposed", proposed("d9", refused))
    stage.each("VoteCast", on | {"choice": "for"})
    stage.each("DecisionSigned", on, ("inai", "nosc"))
    assert stands(stage)["e3"] == "expected"
    ended = stage.withdraw("sfp").on("2020-01-07").says("inai", "DecisionSigned", on)
    met = fulfilment(stage.state, stage.find(Commitment, "commitment/c1"), items(stage)["e3"])
    assert met is not None
    assert (met.on, met.mark.index) == ("2020-01-07", ended.index)


def test_u1_of_several_decisions_the_first_that_all_have_signed_counts() -> None:
    stage = put("d10", stage=put("d9"))
    on = {name: {"decision": name, "digest": digest(act(name))} for name in ("d9", "d10")}
    for word in on.values():
        stage.each("VoteCast", word | {"choice": "for"})
    stage.each("DecisionSigned", on["d9"], ("inai", "nosc"))
    last = stage.each("DecisionSigned", on["d10"])
    stage.says("sfp", "DecisionSigned", on["d9"])
    met = fulfilment(stage.state, stage.find(Commitment, "commitment/c1"), items(stage)["e3"])
    assert met is not None
    assert (met.stream, met.mark.index) == ("decision/d10", last.index)


def test_a_milestone_is_complete_only_with_its_event_and_its_decision() -> None:
    """The contradiction of a complete milestone beside an outstanding forum can't be said."""
    stage = promised().deliver("inai", "e1")
    refusal = stage.refused("sfp", "MilestoneCompleted", completed())
    assert (refusal.code, refusal.judged_against["missing"]) == ("E_EVIDENCE_REQUIRED", ["e2", "e3"])
    stage = signed(stage=over()).deliver("inai", "e1")
    stage.says("sfp", "MilestoneCompleted", completed())
    stage.says("sfp", "ProgressReported", report(level="complete"))


def test_level_complete_waits_for_the_event_of_a_later_scope() -> None:
    stage = signed(stage=over()).deliver("inai", "e1")
    stage.says("sfp", "MilestoneCompleted", completed())
    scope = stage.find(Commitment, "commitment/c1").scopes[0].scope.to_json()
    more = scope | {"deliverables": [*scope["deliverables"], deliverable("e4", form="event")]}
    change = {"commitment": "c1", "decision": "d-2", "declared_kind": "extension", "from_version": 1, "scope": more}
    stage.decided("d-2", act_of("ScopeChanged", change)).says("inai", "ScopeChanged", change)
    refusal = stage.refused("sfp", "ProgressReported", report(level="complete"))
    assert (refusal.code, refusal.judged_against["missing"]) == ("E_EVIDENCE_REQUIRED", ["e4"])


ONE_DOCUMENT: Body = {"commitment": "c1", "deliverable": "e1", "version": 1}
CONTEST: Body = ONE_DOCUMENT | {"contest": "x1", "evidence": [], "grounds": text("No")}


@each_row(
    ("words", "counts"),
    [
        ([], True),
        ([("inai", "DeliverableAccepted", ONE_DOCUMENT), ("nosc", "DeliverableAccepted", ONE_DOCUMENT)], True),
        ([("red", "DeliverableContested", CONTEST)], False),
        ([("nosc", "DeliverableRejected", ONE_DOCUMENT | {"reasons": text("No")})], False),
    ],
)
def test_complete_and_closed_as_completed_ask_the_same_of_each_deliverable(
    words: list[tuple[str, str, Body]], *, counts: bool
) -> None:
    """With its event and its decision fulfilled, the document alone tells whether the whole can be called complete."""
    stage = signed(stage=over()).deliver("sfp", "e1")
    stage.says("sfp", "MilestoneCompleted", completed())
    for said in words:
        stage.says(*said)
    body = status("closed", outcome="completed")
    put_to_the_vote = proposed("d-closed", act_of("CommitmentStatusDecided", body))
    if counts:
        stage.says("sfp", "ProgressReported", report(level="complete"))
        stage.decided("d-closed", put_to_the_vote["act"])
        stage.says("inai", "CommitmentStatusDecided", body)
        assert stage.status("commitment/c1") == "closed"
        return
    for type_name, word in (("ProgressReported", report(level="complete")), ("DecisionProposed", put_to_the_vote)):
        refusal = stage.refused("sfp", type_name, word)
        assert (refusal.code, refusal.judged_against["missing"]) == ("E_EVIDENCE_REQUIRED", ["e1"])


def test_18_an_event_held_in_time_misses_no_deadline_and_one_held_late_does() -> None:
    assert missed(over()) == ["deliverable e1", "deliverable e3", "milestone m1"]
    stage = called().on("2019-06-01")
    stage.says("sfp", "GatheringHeld", held(window="2019-06-01"))
    fact = next(one for one in derive(stage.state, LATE) if one.params.get("target") == "deliverable e2")
    assert fact.params["claimed_on"] == "2019-06-01"


def test_18_a_backdated_holding_does_not_undo_a_missed_deadline() -> None:
    stage = called().on("2021-02-01")
    stage.says("sfp", "GatheringHeld", held(), occurred_on="2019-03-26")
    assert "deliverable e2" in missed(stage, datetime(2021, 3, 1, tzinfo=UTC))


def test_18_an_interval_counts_by_its_end() -> None:
    stage = called(window="2019-05/2019-06").on("2019-05-27")
    stage.says("sfp", "GatheringHeld", held(window="2019-05-06/2019-05-27"), occurred_on="2019-05-27")
    assert "deliverable e2" in missed(stage)
    stage = called(window="2019-05/2019-06").on("2019-05-27")
    stage.says("sfp", "GatheringHeld", held(window="2019-05-06/2019-05-24"), occurred_on="2019-05-24")
    assert "deliverable e2" not in missed(stage)


def test_18_a_decision_signed_late_is_late() -> None:
    assert "deliverable e3" not in missed(signed())
    assert "deliverable e3" in missed(signed(stage=promised().on("2019-06-01")))


# Editions.


def of_edition(edition: int) -> Stage:
    """A committee with a commitment that promises an event, under an earlier edition of the law."""
    scope = small_scope(deliverables=[deliverable("e2", form="event")], milestones=[milestone()])
    return seated(edition=edition).adopted("c1", scope)


@each_row("edition", [1, 2])
def test_u2_earlier_editions_took_a_document_for_an_event(edition: int) -> None:
    stage = of_edition(edition).deliver("inai", "e2")
    on = stage.find(Commitment, "commitment/c1")
    assert delivery(stage.state, on, items(stage)["e2"]) == "submitted"
    assert "deliverable e2" not in missed(stage)
    met = first_delivery(stage.state, on, items(stage)["e2"])
    assert met is not None
    assert met.stream == "deliverable/c1.e2"


def test_u2_what_an_earlier_edition_took_still_counts_and_is_not_accepted_any_more() -> None:
    stage = of_edition(2).deliver("inai", "e2")
    stage.amend(3)
    assert stage.state.edition == 3
    on = stage.find(Commitment, "commitment/c1")
    assert delivery(stage.state, on, items(stage)["e2"]) == "submitted"
    assert "deliverable e2" not in missed(stage)
    accepted = {"commitment": "c1", "deliverable": "e2", "version": 1}
    assert stage.code("sfp", "DeliverableAccepted", accepted) == "E_STATE"
    stage.says("sfp", "MilestoneCompleted", completed())


@each_row("edition", [1, 2])
@each_row(
    "changed",
    [
        {"milestones": [milestone(objective=text("Fin"))]},
        {"deliverables": [deliverable("e2", form="event", agenda=[text("A")])]},
        {"indicators": [{"direction": "higher", "indicator": "i1", "target": "1", "title": text("T"), "unit": "u"}]},
    ],
)
def test_new_members_of_a_scope_are_of_the_third_edition(edition: int, changed: dict[str, Any]) -> None:
    stage = of_edition(edition)
    scope = small_scope(deliverables=[deliverable("e2", form="event")]) | changed
    proposal = {"commitment": "c1", "declared_kind": "extension", "from_version": 1, "proposal": "p1",
                "reasons": text("R"), "scope": scope}  # fmt: skip
    refusal = stage.refused("sfp", "ScopeChangeProposed", proposal, stream="commitment/c1")
    assert (refusal.code, refusal.judged_against["since"]) == ("E_MALFORMED", 3)


def test_what_a_decision_fulfils_is_of_the_third_edition() -> None:
    stage = of_edition(2)
    body = proposed("d9", act("d9", {"commitment": "c1", "deliverable": "e2"}))
    refusal = stage.refused("sfp", "DecisionProposed", body, stream="decision/d9")
    assert (refusal.code, refusal.judged_against["where"]) == ("E_MALFORMED", "body.act.fulfils")
