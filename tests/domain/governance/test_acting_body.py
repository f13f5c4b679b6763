"""What belonged to a body that has been succeeded: its successor decides on it, and nobody else (B1)."""

from collections.abc import Callable
from typing import Any

from tests.domain.commitments.test_commitment import status
from tests.domain.commitments.test_duty import assignment, duty
from tests.domain.complaints.test_complaint import admission, filing
from tests.domain.complaints.test_judges import may_decide
from tests.domain.governance.test_membership import establishing
from tests.domain.participation.test_gathering import convened
from tests.domain.plans.test_deadline import extending, stopping
from tests.domain.plans.test_plan import carrying, closing, opening, submitting
from tests.domain.stage import MEMBERS, Body, Stage, act_of, founded, milestone, proposed, seated, small_scope, text
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.bearing import bearers, fallback_bearers
from constancia.domain.governance.body import acting_body, acting_name
from constancia.domain.values.values import digest

FOUR = tuple(sorted((*MEMBERS, "red")))
STATUS = "CommitmentStatusDecided"
CONDITION = "Sin recursos"
SCOPE = small_scope(
    milestones=[
        milestone(
            lead=["members"], support=["consultant"], fallback={"condition": text(CONDITION), "parties": ["members"]}
        )
    ]
)


def with_matters(stage: Stage | None = None) -> Stage:
    """A commitment, a plan and a duty of the committee."""
    stage = (stage or seated()).adopted("c1", SCOPE)
    stage.each("ActionPlanOpened", opening())
    stage.each("DutyAssigned", assignment("sfp"))
    stage.deliver("inai", "e1")
    stage.outsider("otra")
    return stage


def succeeded() -> Stage:
    """The committee has gone on in another one, with one member more."""
    return with_matters().body("cc2", FOUR, predecessor="cc")


def decide(stage: Stage, type_name: str, body: Body) -> Stage:
    stage.decided(body["decision"], act_of(type_name, body), body="cc2", voters=FOUR)
    stage.says("red", type_name, body)
    return stage


def carry(stage: Stage) -> Stage:
    scope = stage.find(Commitment, "commitment/c1").scopes[0].scope.to_json()
    return decide(stage, "CommitmentCarriedIntoPlan", carrying(scope_digest=digest(scope)))


def accept(stage: Stage) -> Stage:
    stage.each("DeliverableAccepted", {"commitment": "c1", "deliverable": "e1", "version": 1}, ("nosc", "red", "sfp"))
    assert stage.status("deliverable/c1.e1") == "accepted"
    return stage


def each(type_name: str, body: Body, parties: tuple[str, ...] = FOUR) -> Callable[[Stage], object]:
    return lambda stage: stage.each(type_name, body, parties)


def says(type_name: str, body: Body) -> Callable[[Stage], object]:
    return lambda stage: stage.says("red", type_name, body)


ROLE: Body = {"commitment": "c1", "party": "otra", "role": "consultant", "since": "2019-03-01"}
FAILED: Body = {"commitment": "c1", "milestone": "m1", "outcome": "failed", "reasons": text("No hay")}
CHANGE: Body = {
    "commitment": "c1",
    "decision": "d-2",
    "declared_kind": "extension",
    "from_version": 1,
    "scope": SCOPE | {"actions": [*SCOPE["actions"], {"action": "a2", "text": text("Validar")}]},
}
MEETING = convened(about={"commitment": "c1"}, governance_body="cc2", kind="meeting")
WORDS: dict[str, Callable[[Stage], object]] = {
    "closed": lambda stage: decide(stage, STATUS, status("closed")),
    "changed": lambda stage: decide(stage, "ScopeChanged", CHANGE),
    "carried": carry,
    "accepted": accept,
    "completed": says("WorkStarted", {"commitment": "c1", "milestone": "m1"}),
    "role": each("RoleFilled", ROLE),
    "condition": each("ConditionSettled", FAILED),
    "submitted": says("ActionPlanSubmitted", submitting(submitted_to="otra")),
    "plan closed": each("ActionPlanClosed", closing()),
    "extended": lambda stage: decide(stage, "DeadlineMoved", extending()),
    "suspended": says("DeadlineMoved", stopping()),
    "duty": each("DutyAssigned", assignment("nosc", governance_body="cc2", reasons=text("Relevo"))),
    "gathering": says("GatheringConvened", MEETING),
}


@each_row("word", WORDS)
def test_b1_its_successor_decides_on_what_belonged_to_a_body(word: str) -> None:
    stage = succeeded()
    WORDS[word](stage)
    expected = {
        "closed": ("commitment/c1", "closed"),
        "plan closed": ("plan/plan-4", "closed"),
        "submitted": ("plan/plan-4", "submitted"),
        "extended": ("deadline/x1", "extended"),
    }
    if word in expected:
        stream, there = expected[word]
        assert stage.status(stream) == there


@each_row("word", ["condition", "role", "plan closed", "duty"])
def test_b1_a_new_member_is_awaited(word: str) -> None:
    """Without the one that came with the successor nothing of all members takes effect."""
    said = {
        "condition": ("ConditionSettled", FAILED, "commitment/c1"),
        "role": ("RoleFilled", ROLE, "commitment/c1"),
        "plan closed": ("ActionPlanClosed", closing(), "plan/plan-4"),
        "duty": (
            "DutyAssigned",
            assignment("nosc", governance_body="cc2", reasons=text("Relevo")),
            "duty/o2",
        ),
    }
    type_name, body, stream = said[word]
    stage = succeeded()
    stage.each(type_name, body, MEMBERS)
    standing = stage.state.standing(stream)
    assert standing is not None
    assert len(standing.concurring) == 1, "said, and not yet by all"
    stage.says("red", type_name, body)
    standing = stage.state.standing(stream)
    assert standing is not None
    assert standing.concurring == ()


def test_b1_a_body_that_is_only_being_founded_acts_for_nobody() -> None:
    stage = with_matters()
    stage.each("GovernanceBodyEstablished", establishing("shadow", ("inai", "nosc", "otra", "sfp"), predecessor="cc"))
    assert acting_name(stage.state, "cc") == "cc"
    stage.body("cc2", FOUR, predecessor="cc")
    acting = acting_body(stage.state, "cc")
    assert acting is not None
    assert (acting.governance_body, acting.status) == ("cc2", "established")
    stage.says("nosc", "ComplaintFiled", filing(governance_body="cc2"))
    assert stage.code("otra", "ComplaintAdmitted", admission()) == "E_NOT_SEATED"


def test_a_complaint_is_decided_in_the_body_that_acts_and_not_in_one_that_is_being_founded() -> None:
    stage = with_matters()
    stage.says("nosc", "ComplaintFiled", filing())
    stage.each("GovernanceBodyEstablished", establishing("aa", ("inai", "nosc", "otra", "sfp"), predecessor="cc"))
    assert may_decide(stage) == {"inai"}
    stage.body("cc2", (*MEMBERS, "ogp") if stage.outsider("ogp") else (), predecessor="cc")
    assert may_decide(stage) == {"inai", "ogp"}


def test_b1_authority_goes_along_a_chain() -> None:
    stage = succeeded().body("cc3", FOUR, predecessor="cc2")
    assert acting_name(stage.state, "cc") == "cc3"
    stage.each("ActionPlanClosed", closing(), FOUR)
    assert stage.status("plan/plan-4") == "closed"


def test_b1_another_body_decides_on_nothing_of_it() -> None:
    stage = succeeded().body("junta", ("otra", "red"))
    vote = proposed("d-closed", act_of(STATUS, status("closed")), governance_body="junta")
    refusal = stage.refused("red", "DecisionProposed", vote)
    assert (refusal.code, refusal.judged_against["body"]) == ("E_POLICY", "cc2")
    assert stage.code("otra", "ActionPlanClosed", closing()) == "E_NOT_SEATED"


def test_b1_the_successor_opens_no_second_plan_of_a_number_of_its_predecessor() -> None:
    stage = succeeded()
    again = opening("plan-4b", governance_body="cc2", due="2020-08-31")
    assert stage.code("inai", "ActionPlanOpened", again) == "E_STATE"


def test_b1_what_was_decided_before_the_succession_and_signed_by_all_who_sit_is_recorded_after_it() -> None:
    stage = with_matters()
    stage.decided("d-closed", act_of(STATUS, status("closed")))
    stage.body("cc2", MEMBERS, predecessor="cc")
    stage.says("inai", STATUS, status("closed"))
    assert stage.status("commitment/c1") == "closed"


def test_b1_a_new_member_is_not_bound_by_what_was_decided_before_it_came() -> None:
    stage = with_matters()
    stage.decided("d-closed", act_of(STATUS, status("closed")))
    stage.body("cc2", FOUR, predecessor="cc")
    refusal = stage.refused("inai", STATUS, status("closed"))
    assert (refusal.code, refusal.judged_against["missing"]) == ("E_POLICY", ["red"])


@each_row("gone", [("nosc",), ("inai", "nosc")])
def test_b1_nobody_takes_over_a_body_in_which_it_sits_alone_or_not_at_all(gone: tuple[str, ...]) -> None:
    stage = with_matters()
    for party in ("sfp", *gone):
        stage.withdraw(party)
    left = tuple(party for party in MEMBERS if party not in ("sfp", *gone))
    body = establishing("cc2", (*left, "otra", "red"), predecessor="cc")
    refusal = stage.refused("red", "GovernanceBodyEstablished", body)
    assert (refusal.code, refusal.judged_against["predecessor"]) == ("E_POLICY", "cc")


def test_b1_before_the_third_edition_no_body_acts_for_another() -> None:
    stage = founded(edition=2).body("cc").body("cc2", MEMBERS, predecessor="cc")
    assert acting_name(stage.state, "cc") == "cc"


# Who bears what.


def holders(stage: Stage) -> list[tuple[str | None, str]]:
    return [(bearer.holder, bearer.standing) for bearer in bearers(stage.state, duty(stage))]


def test_p5_who_leaves_the_successor_has_left_its_duty() -> None:
    stage = succeeded()
    assert holders(stage) == [("sfp", "bears")]
    stage.withdraw("sfp", "cc2")
    assert holders(stage) == [("sfp", "left")]


def test_p5_who_had_left_before_the_succession_has_left_and_comes_back_with_a_seat_in_the_successor() -> None:
    stage = with_matters().withdraw("sfp")
    assert holders(stage) == [("sfp", "left")]
    stage.body("cc2", ("inai", "nosc"), predecessor="cc")
    assert holders(stage) == [("sfp", "left")]
    stage = with_matters().withdraw("sfp").body("cc2", MEMBERS, predecessor="cc")
    assert holders(stage) == [("sfp", "bears")]


def test_members_of_a_fallback_are_those_of_the_body_that_acts() -> None:
    stage: Any = succeeded()
    commitment = stage.find(Commitment, "commitment/c1")
    (step,) = commitment.scope.milestones
    assert fallback_bearers(stage.state, commitment, step) == FOUR


def test_b1_a_founding_that_others_never_joined_succeeds_nothing() -> None:
    stage = founded().body("cc")
    stage.says("inai", "GovernanceBodyEstablished", establishing("aa", predecessor="cc"))
    stage.body("cc2", MEMBERS, predecessor="cc")
    assert acting_name(stage.state, "cc") == "cc2"
