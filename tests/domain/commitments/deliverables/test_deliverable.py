"""Deliverables: versions by hash, contests that block, acceptance by every member but never by who submitted."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.domain.governance.test_succession import ending
from tests.domain.stage import MEMBERS, Body, Stage, act_of, doc, milestone, proposed, root, seated, small_scope, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.catalogue import parse_act
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.identity.succession import open_duties
from constancia.domain.kernel.context import Context
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.values import digest

E1 = "deliverable/c1.e1"


def of(version: int = 1, **more: Any) -> Body:
    return {"commitment": "c1", "deliverable": "e1", "version": version} | more


def submitted(version: int = 1) -> Body:
    return of(version, document=doc(f"v{version}"))


def contested(version: int = 1, contest: str = "x1") -> Body:
    return of(version, contest=contest, evidence=[], grounds=text("Falta"))


def revised(version: int = 2, answers: list[str] | None = None) -> Body:
    return submitted(version) | {"answers": answers or [], "changes": text("Añade")}


def rejected(version: int = 1) -> Body:
    return of(version, reasons=text("Sin actores"))


def expected(*support: str) -> Stage:
    """A deliverable of INAI and SFP, with the support of an expert, whose role `red` fills."""
    scope = small_scope(milestones=[milestone(support=list(support or ("consultant",)))])
    stage = seated().adopted("c1", scope)
    return stage if support else stage.fill("consultant", "red")


def in_hand(*more: tuple[str, str, Body]) -> Stage:
    """A first version by an outsider, and what was said of it."""
    stage = expected()
    stage.says("red", "DeliverableSubmitted", submitted())
    for who, type_name, body in more:
        stage.says(who, type_name, body)
    return stage


def accepted() -> Stage:
    stage = in_hand()
    stage.each("DeliverableAccepted", of())
    return stage


def overruling(contest: str = "x1", version: int = 1) -> Body:
    return of(version, contest=contest, decision=f"d-{contest}", reasons=text("No procede"))


def overruled(stage: Stage, voters: tuple[str, ...] = ("inai", "sfp")) -> tuple[str, str, Body]:
    """The overruling of a contest that is open, decided by those whom it does not concern."""
    if "x1" in answers_for(stage):
        stage.decided("d-x1", act_of("ContestOverruled", overruling()), voters=voters)
    return "inai", "ContestOverruled", overruling()


def contested_after_acceptance() -> Stage:
    stage = accepted()
    stage.says("nosc", "DeliverableContested", contested())
    return stage


def found(stage: Stage) -> DeliverableState:
    return stage.find(DeliverableState, E1)


def version_of(stage: Stage) -> int:
    one = stage.state.standing(E1)
    return one.current.version if isinstance(one, DeliverableState) else 0


WALK = Walk(
    kind="deliverable",
    stream=E1,
    table={
        "DeliverableSubmitted": {"none": "submitted", "rejected": "submitted"},
        "DeliverableContested": {"submitted": "contested", "contested": "contested", "accepted": "accepted"},
        "DeliverableRevised": {"submitted": "submitted", "contested": "submitted", "rejected": "submitted"},
        "DeliverableAccepted": {"submitted": "submitted"},
        "DeliverableRejected": {"submitted": "rejected", "contested": "rejected"},
        "ContestOverruled": {"contested": "submitted", "accepted": "accepted"},
    },
    reach={
        "none": expected,
        "submitted": in_hand,
        "contested": lambda: in_hand(("nosc", "DeliverableContested", contested())),
        "rejected": lambda: in_hand(("nosc", "DeliverableRejected", rejected())),
        "accepted": contested_after_acceptance,
    },
    acts={
        "DeliverableSubmitted": lambda stage: ("red", "DeliverableSubmitted", submitted(version_of(stage) + 1)),
        "DeliverableContested": lambda stage: ("nosc", "DeliverableContested", contested(contest="x2")),
        "DeliverableRevised": lambda stage: (
            "red", "DeliverableRevised", revised(version_of(stage) + 1, answers_for(stage))
        ),
        "DeliverableAccepted": lambda stage: ("inai", "DeliverableAccepted", of()),
        "DeliverableRejected": lambda stage: ("inai", "DeliverableRejected", rejected()),
        "ContestOverruled": overruled,
    },
    words={("accepted", "DeliverableAccepted"): "E_ALREADY_SIGNED"},
)  # fmt: skip


def answers_for(stage: Stage) -> list[str]:
    one = stage.state.standing(E1)
    return list(one.open_contests) if isinstance(one, DeliverableState) else []


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_accepted_exactly_when_every_member_has() -> None:
    stage = in_hand()
    for party in ("inai", "nosc"):
        stage.says(party, "DeliverableAccepted", of())
        assert found(stage).accepted_version is None
    stage.says("sfp", "DeliverableAccepted", of())
    assert (found(stage).accepted_version, found(stage).status) == (1, "accepted")
    assert found(stage).accepted_index == stage.entries[-1].index


def test_26_who_submitted_neither_accepts_nor_rejects() -> None:
    stage = expected()
    stage.says("sfp", "DeliverableSubmitted", submitted())
    assert stage.code("sfp", "DeliverableAccepted", of()) == "E_SELF_DEALING"
    assert stage.code("sfp", "DeliverableRejected", rejected()) == "E_SELF_DEALING"
    stage.each("DeliverableAccepted", of(), ("inai", "nosc"))
    assert found(stage).status == "accepted"


def test_26_a_colleague_of_the_submitter_is_the_same_party() -> None:
    stage = expected()
    stage.says("sfp", "DeliverableSubmitted", submitted())
    colleague = stage.join("sfp", name="colleague")
    assert stage.code(colleague, "DeliverableAccepted", of()) == "E_SELF_DEALING"


def test_26_self_dealing_of_an_outsider_is_named_first() -> None:
    refusal = in_hand().refused("red", "DeliverableAccepted", of())
    assert refusal.code == "E_SELF_DEALING"
    assert "E_NOT_SEATED" in codes(refusal)


def test_26_a_person_that_submitted_neither_judges_nor_contests_it_for_another_party() -> None:
    stage = in_hand()
    both = stage.join("nosc", name="both", person="p-red")
    for type_name, body in (("DeliverableAccepted", of()), ("DeliverableContested", contested())):
        assert codes(stage.refused(both, type_name, body)) == {"E_SELF_DEALING"}
    stage.says(root("red"), "RepresentativeRevoked", {"appointment": "ap-red", "reason": text("Ya")})
    assert stage.code(both, "DeliverableAccepted", of()) == "E_SELF_DEALING", "it was its work all the same"


def test_outsiders_neither_accept_nor_reject() -> None:
    stage = in_hand()
    stage.outsider("otra")
    assert stage.code("otra", "DeliverableAccepted", of()) == "E_NOT_SEATED"
    assert stage.code("otra", "DeliverableRejected", rejected()) == "E_NOT_SEATED"


def test_a_member_accepts_a_version_once() -> None:
    stage = in_hand(("inai", "DeliverableAccepted", of()))
    assert stage.code("inai", "DeliverableAccepted", of()) == "E_ALREADY_SIGNED"


def test_acceptance_of_one_version_is_none_of_the_next() -> None:
    stage = in_hand(("inai", "DeliverableAccepted", of()), ("nosc", "DeliverableAccepted", of()))
    stage.says("red", "DeliverableRevised", revised())
    stage.says("sfp", "DeliverableAccepted", of(2))
    assert found(stage).status == "submitted"
    stage.each("DeliverableAccepted", of(2), ("inai", "nosc"))
    assert found(stage).accepted_version == 2


def test_a_contest_blocks_acceptance_until_a_version_answers_it() -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested()))
    assert stage.code("inai", "DeliverableAccepted", of()) == "E_STATE"
    stage.says("red", "DeliverableRevised", revised(2))
    assert found(stage).status == "contested"
    assert stage.code("inai", "DeliverableAccepted", of(2)) == "E_STATE"
    stage.says("red", "DeliverableRevised", revised(3, ["x1"]))
    assert found(stage).status == "submitted"
    assert found(stage).contests[0].answered_in == 3


def test_27_a_rejection_does_not_answer_a_contest() -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested()), ("nosc", "DeliverableRejected", rejected()))
    stage.says("red", "DeliverableSubmitted", submitted(2))
    assert found(stage).open_contests == ("x1",)
    assert stage.code("inai", "DeliverableAccepted", of(2)) == "E_STATE"


def test_27_a_contest_after_acceptance_stays_beside_it() -> None:
    stage = accepted()
    stage.says("nosc", "DeliverableContested", contested())
    assert found(stage).status == "accepted"
    assert found(stage).open_contests == ("x1",)


def test_who_submitted_revises() -> None:
    assert in_hand().code("sfp", "DeliverableRevised", revised()) == "E_ROLE"


def test_answers_are_contests_that_are_open() -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested()))
    assert stage.code("red", "DeliverableRevised", revised(2, ["x9"])) == "E_NOT_FOUND"
    stage.says("red", "DeliverableRevised", revised(2, ["x1"]))
    assert stage.code("red", "DeliverableRevised", revised(3, ["x1"])) == "E_NOT_FOUND"


def test_a_contests_id_is_used_once() -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested()))
    assert stage.code("sfp", "DeliverableContested", contested()) == "E_STATE"


@each_row(
    ("who", "type_name", "body"),
    [
        ("red", "DeliverableRevised", revised(3)),
        ("nosc", "DeliverableContested", contested(2)),
        ("inai", "DeliverableAccepted", of(2)),
        ("inai", "DeliverableRejected", rejected(2)),
    ],
)
def test_acts_concern_the_version_at_hand(who: str, type_name: str, body: Body) -> None:
    assert in_hand().code(who, type_name, body) == "E_VERSION_CONFLICT"


def test_a_first_version_is_the_first() -> None:
    assert expected().code("red", "DeliverableSubmitted", submitted(2)) == "E_VERSION_CONFLICT"


def test_only_what_the_scope_names_is_delivered() -> None:
    stage = expected()
    assert stage.code("red", "DeliverableSubmitted", submitted() | {"deliverable": "e9"}) == "E_NOT_FOUND"
    assert stage.code("red", "DeliverableSubmitted", submitted() | {"commitment": "c9"}) == "E_NOT_FOUND"


def test_versions_stay() -> None:
    stage = in_hand(("red", "DeliverableRevised", revised()))
    assert [one.document.sha256 for one in found(stage).versions] == [doc("v1")["sha256"], doc("v2")["sha256"]]


def test_who_has_withdrawn_is_not_waited_for() -> None:
    stage = in_hand(("inai", "DeliverableAccepted", of()))
    withdrawn = {"effective": "2019-03", "governance_body": "cc", "grounds": text("Ya"), "party": "nosc"}
    stage.says(root("nosc"), "PartyWithdrew", withdrawn)
    assert stage.code("nosc", "DeliverableAccepted", of()) == "E_PARTY_WITHDRAWN"
    stage.says("sfp", "DeliverableAccepted", of())
    assert found(stage).status == "accepted"


def test_the_three_members_of_the_walk_are_those_that_sit() -> None:
    assert {one.party for one in found(accepted()).concurring[0].marks} == set(MEMBERS)


@each_row(("who", "code"), [("inai", None), ("sfp", None), ("nosc", None), ("red", "E_ROLE")])
def test_who_is_not_responsible_does_not_take_a_deliverables_place(who: str, code: str | None) -> None:
    stage = expected("nosc")
    if code is None:
        stage.says(who, "DeliverableSubmitted", submitted())
    else:
        assert stage.code(who, "DeliverableSubmitted", submitted()) == code


@each_row("edition", [1, 3])
@each_row("role", ["governance-body", "members"])
def test_a_collective_delivers_through_its_members_only(role: str, edition: int) -> None:
    stage = seated(edition=edition).adopted("c1", small_scope(milestones=[milestone(lead=[role])]))
    stage.outsider("otra")
    stage.body("dd", ("otra", "red"))
    assert stage.code("red", "DeliverableSubmitted", submitted()) == "E_ROLE"
    stage.says("nosc", "DeliverableSubmitted", submitted())


def test_after_a_rejection_another_responsible_may_deliver() -> None:
    stage = in_hand(("nosc", "DeliverableRejected", rejected()))
    stage.says("sfp", "DeliverableSubmitted", submitted(2))
    assert stage.code("sfp", "DeliverableAccepted", of(2)) == "E_SELF_DEALING"


def test_case_42_a_decision_overrules_a_contest_and_acceptance_goes_on() -> None:
    stage = in_hand()
    stage.outsider("otra")
    stage.says("otra", "DeliverableContested", contested())
    assert stage.code("inai", "DeliverableAccepted", of()) == "E_STATE"
    stage.decided("d-x1", act_of("ContestOverruled", overruling()))
    assert stage.code("otra", "ContestOverruled", overruling()) == "E_NOT_SEATED"
    stage.says("inai", "ContestOverruled", overruling())
    assert [(one.contest, one.overruled_by) for one in found(stage).contests] == [("x1", "d-x1")]
    stage.each("DeliverableAccepted", of())
    assert found(stage).status == "accepted"


@each_row(("rule", "outcome"), [("majority", "signed"), ("unanimity", "rejected")])
def test_case_42_here_the_bodys_rules_decide(rule: str, outcome: str) -> None:
    stage = in_hand().rules(decision_rule=rule)
    stage.outsider("otra")
    stage.says("otra", "DeliverableContested", contested())
    act = act_of("ContestOverruled", overruling())
    stage.says("inai", "DecisionProposed", proposed("d-x1", act))
    for party, choice in (("inai", "for"), ("nosc", "for"), ("sfp", "against")):
        stage.says(party, "VoteCast", {"choice": choice, "decision": "d-x1", "digest": digest(act)})
    if outcome == "signed":
        signature = {"decision": "d-x1", "digest": digest(act)}
        assert stage.code("sfp", "DecisionSigned", signature) == "E_ROLE", "it voted against"
        stage.each("DecisionSigned", {"decision": "d-x1", "digest": digest(act)}, ("inai", "nosc"))
    assert stage.status("decision/d-x1") == outcome


def test_case_42_who_contests_or_submitted_has_no_vote_on_it() -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested()))
    act = act_of("ContestOverruled", overruling())
    stage.says("inai", "DecisionProposed", proposed("d-x1", act))
    vote = {"choice": "against", "decision": "d-x1", "digest": digest(act)}
    assert stage.code("nosc", "VoteCast", vote) == "E_NOT_SEATED"
    stage.join("nosc", name="colleague")
    for person in ("p-nosc", "p-colleague"):  # who contested, and who speaks for the party that did
        double = stage.join("sfp", name=f"double-{person}", person=person)
        assert stage.code(double, "VoteCast", vote) == "E_SELF_DEALING"


@pytest.mark.parametrize(("of_party", "other"), [("nosc", "sfp"), ("red", "inai")])
def test_case_42_a_person_that_contested_or_submitted_votes_for_nobody(of_party: str, other: str) -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested()))
    act = act_of("ContestOverruled", overruling())
    stage.says("inai", "DecisionProposed", proposed("d-x1", act))
    stage.says(root(of_party), "RepresentativeRevoked", {"appointment": f"ap-{of_party}", "reason": text("Ya")})
    moved = stage.join(other, name="moved", person=f"p-{of_party}")
    vote = {"choice": "against", "decision": "d-x1", "digest": digest(act)}
    assert stage.code(moved, "VoteCast", vote) == "E_SELF_DEALING"


def test_case_42_who_took_over_the_work_while_it_is_voted_on_has_no_vote_any_more() -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested()))
    act = act_of("ContestOverruled", overruling())
    stage.says("inai", "DecisionProposed", proposed("d-x1", act))
    vote = {"choice": "for", "decision": "d-x1", "digest": digest(act)}
    stage.copy().says("sfp", "VoteCast", vote)
    gone = ending("red", "sfp", moved=open_duties(stage.state, "red"))
    stage.each("PartySucceeded", gone, ("red", *MEMBERS))
    assert stage.code("sfp", "VoteCast", vote) == "E_SELF_DEALING"
    stage.says("sfp", "DeliverableRevised", revised())
    assert stage.refused("sfp", "VoteCast", vote).judged_against["party"] == "sfp"


@each_row("stage", [expected, in_hand])
def test_a_contest_that_is_not_there_is_nobodys_cause(stage: Callable[[], Stage]) -> None:
    there = stage()
    act = parse_act("ContestOverruled", NEWEST, overruling())
    at = Context(state=there.state, recorded=there.entry("inai", "ContestOverruled", overruling()))
    assert (act.parties_concerned(at), act.persons_concerned(at)) == (frozenset(), frozenset())


def test_a_deliverable_is_about_its_commitment() -> None:
    assert found(in_hand()).concerns == ("commitment/c1",)


def test_case_42_another_body_overrules_nothing() -> None:
    stage = in_hand(("nosc", "DeliverableContested", contested())).body("dd", ("inai", "sfp"))
    put = proposed("d-x1", act_of("ContestOverruled", overruling()), governance_body="dd")
    refusal = stage.refused("inai", "DecisionProposed", put)
    assert (refusal.code, refusal.judged_against["body"]) == ("E_POLICY", "cc")


@each_row(("by", "left", "who"), [("red", (), None), ("nosc", (), "sfp"), ("nosc", ("sfp",), "inai")])
def test_case_42_two_whom_it_does_not_concern_decide_or_nobody(by: str, left: tuple[str, ...], who: str | None) -> None:
    stage = seated().adopted().deliver("inai", "e1")
    stage.says(by, "DeliverableContested", contested())
    for party in left:
        stage.withdraw(party)
    put = proposed("d-x1", act_of("ContestOverruled", overruling()))
    if who is None:
        stage.says("inai", "DecisionProposed", put)
        return
    refusal = stage.refused(who, "DecisionProposed", put)
    rules = [rule for _code, rule in (("", refusal.rule), *refusal.also)]
    assert "a decision is taken by at least two whom it does not concern" in rules


def test_case_42_a_contest_that_is_not_open_is_not_put_to_the_vote() -> None:
    act = act_of("ContestOverruled", overruling())
    assert in_hand().code("inai", "DecisionProposed", proposed("d-x1", act)) == "E_NOT_FOUND"


def test_case_24_who_has_left_is_not_awaited_by_those_who_have_accepted_already() -> None:
    stage = in_hand(("inai", "DeliverableAccepted", of()), ("sfp", "DeliverableAccepted", of()))
    assert stage.code("sfp", "DeliverableAccepted", of()) == "E_ALREADY_SIGNED"
    stage.withdraw("nosc").says("sfp", "DeliverableAccepted", of())
    assert found(stage).status == "accepted"
