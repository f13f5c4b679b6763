"""How a plan begins and ends: the table walked, opened and closed by the word of all members."""

from datetime import UTC, datetime

from tests.domain.plans.test_plan import (
    LATE,
    P4,
    carried,
    carrying,
    closed,
    closing,
    ended,
    found,
    opened,
    opening,
    submitted,
    submitting,
)
from tests.domain.stage import MEMBERS, Body, Stage, act_of, seated, text
from tests.domain.tables import Said, Walk, codes, words
from tests.rows import each_row

from constancia.domain.facts.derive import derive
from constancia.domain.plans.course import outcome_of


def _carry(stage: Stage) -> Said:
    body = carrying()
    if stage.status(P4) in ("opened", "submitted"):
        stage.decided(body["decision"], act_of("CommitmentCarriedIntoPlan", body))
    return "inai", "CommitmentCarriedIntoPlan", body


def _one_opening() -> Stage:
    stage = seated().adopted()
    stage.says("inai", "ActionPlanOpened", opening())
    return stage


WALK = Walk(
    kind="plan",
    stream=P4,
    table={
        "ActionPlanOpened": {"none": "opening", "opening": "opening"},
        "CommitmentCarriedIntoPlan": {"opened": "opened", "submitted": "submitted"},
        "ActionPlanSubmitted": {"opened": "submitted", "submitted": "submitted"},
        "ActionPlanClosed": {"opened": "opened", "submitted": "submitted"},
    },
    reach={
        "none": lambda: seated().adopted(),
        "opening": _one_opening,
        "opened": opened,
        "submitted": submitted,
        "closed": closed,
    },
    acts={
        "ActionPlanOpened": lambda stage: ("nosc", "ActionPlanOpened", opening()),
        "CommitmentCarriedIntoPlan": _carry,
        "ActionPlanSubmitted": lambda stage: (
            "sfp",
            "ActionPlanSubmitted",
            submitting(2 if stage.status(P4) in ("submitted", "closed") else 1),
        ),
        "ActionPlanClosed": lambda stage: ("nosc", "ActionPlanClosed", closing()),
    },
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


# Opening.


def test_p1_a_plan_is_opened_with_the_last_members_word() -> None:
    stage = seated()
    for party in ("inai", "nosc"):
        stage.says(party, "ActionPlanOpened", opening())
        assert stage.status(P4) == "opening"
    stage.says("sfp", "ActionPlanOpened", opening())
    assert (stage.status(P4), found(stage).due) == ("opened", "2019-08-31")


def test_p1_the_text_that_all_have_said_is_the_one_that_opens_it() -> None:
    stage = seated()
    stage.says("sfp", "ActionPlanOpened", opening(due="2020-08-31"))  # it would like another year
    for party in ("inai", "nosc"):
        stage.says(party, "ActionPlanOpened", opening())
    assert stage.status(P4) == "opening"
    stage.says("sfp", "ActionPlanOpened", opening())
    assert (found(stage).due, found(stage).concurring) == ("2019-08-31", ())


def test_p1_who_has_left_is_not_awaited() -> None:
    stage = seated()
    stage.each("ActionPlanOpened", opening(), ("inai", "sfp"))
    assert stage.code("sfp", "ActionPlanOpened", opening()) == "E_ALREADY_SIGNED"
    stage.withdraw("nosc").says("sfp", "ActionPlanOpened", opening())
    assert stage.status(P4) == "opened"


@each_row(
    ("who", "changed", "code"),
    [
        ("red", {}, "E_NOT_SEATED"),
        ("inai", {"governance_body": "none"}, "E_NOT_SEATED"),
        ("inai", {"due": "2019-02-30"}, "E_MALFORMED"),
        ("inai", {"period": "2021/2019"}, "E_MALFORMED"),
        ("inai", {"plan": "a/b"}, "E_MALFORMED"),
    ],
)
def test_who_opens_what(who: str, changed: Body, code: str) -> None:
    refusal = seated().refused(who, "ActionPlanOpened", opening(**changed), stream=P4)
    assert refusal.code == code


def test_a_secretariat_opens_no_plan() -> None:
    stage = seated()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    assert codes(stage.refused(clerk, "ActionPlanOpened", opening())) == {"E_ROLE"}


def test_one_person_opens_it_for_one_party() -> None:
    stage = seated()
    both = stage.join("nosc", name="both", person="p-inai")
    stage.says("inai", "ActionPlanOpened", opening())
    assert stage.code(both, "ActionPlanOpened", opening()) == "E_SELF_DEALING"


def test_a_second_plan_of_the_same_number_does_not_take_its_place() -> None:
    assert opened().code("sfp", "ActionPlanOpened", opening("plan-4b", due="2020-08-31")) == "E_STATE"


def test_a_number_is_taken_once_a_plan_of_it_is_opened() -> None:
    """Of two drafts of one number the first that all have said is the plan; the other never is."""
    stage = seated()
    stage.each("ActionPlanOpened", opening("plan-4b"), ("inai", "nosc"))
    stage.each("ActionPlanOpened", opening())
    assert words(stage.refused("sfp", "ActionPlanOpened", opening("plan-4b"))) == ["a body opens one plan of a number"]


def test_the_third_plan_is_said_as_history() -> None:
    stage = seated()
    third = opening("plan-3", ordinal=3, period="2016/2018", title=text("Tercer plan"))
    del third["due"]
    for party in MEMBERS:
        stage.says(party, "ActionPlanOpened", third, occurred_on="2016/2018")
    assert found(stage, "plan-3").opened.occurred_on == "2016/2018"
    assert [fact.kind for fact in derive(stage.state, LATE)] == ["ActionPlanEnded"]


# Closed.


def test_p3_a_plan_is_not_closed_while_a_commitment_of_it_is_open() -> None:
    stage = carried()
    refusal = stage.refused("inai", "ActionPlanClosed", closing())
    assert (refusal.code, refusal.judged_against["open"]) == ("E_STATE", ["c1"])
    ended(stage)
    stage.each("ActionPlanClosed", closing("partially"))
    assert stage.status(P4) == "closed"


def test_p3_a_commitment_carried_in_meanwhile_holds_the_last_word_back() -> None:
    stage = opened()
    stage.each("ActionPlanClosed", closing(), ("inai", "nosc"))
    carried(stage)
    assert stage.code("sfp", "ActionPlanClosed", closing()) == "E_STATE"


@each_row(
    ("to", "outcome", "best"),
    [
        ("withdrawn", None, "not_completed"),
        ("closed", "not_completed", "not_completed"),
        ("closed", "partially", "partially"),
    ],
)
def test_p3_a_plan_is_not_called_better_than_its_commitments(to: str, outcome: str | None, best: str) -> None:
    stage = ended(carried(), to, **({"outcome": outcome} if outcome else {}))
    ranks = ["not_completed", "partially", "completed"]
    for better in ranks[ranks.index(best) + 1 :]:
        refusal = stage.refused("inai", "ActionPlanClosed", closing(better))
        assert (refusal.code, refusal.judged_against["computed"]) == ("E_POLICY", best)
    stage.each("ActionPlanClosed", closing(best))


@each_row(
    ("ended_as", "outcome"),
    [
        ([], "not_completed"),
        (["completed"], "completed"),
        (["completed", "completed"], "completed"),
        (["completed", "partially"], "partially"),
        (["completed", "not_completed"], "partially"),
        (["withdrawn", "completed"], "partially"),
        (["partially", "withdrawn"], "partially"),
        (["not_completed", "withdrawn"], "not_completed"),
    ],
)
def test_p3_how_a_plan_ended_follows_from_how_its_commitments_did(ended_as: list[str], outcome: str) -> None:
    assert outcome_of(ended_as) == outcome


@each_row("better", ["partially", "completed"])
def test_p3_a_plan_that_carries_nothing_has_completed_nothing(better: str) -> None:
    refusal = opened().refused("inai", "ActionPlanClosed", closing(better))
    assert (refusal.code, refusal.judged_against["computed"]) == ("E_POLICY", "not_completed")


def test_p1_who_has_left_is_not_awaited_for_the_closing() -> None:
    stage = opened()
    stage.each("ActionPlanClosed", closing(), ("inai", "sfp"))
    stage.withdraw("nosc").says("sfp", "ActionPlanClosed", closing())
    assert stage.status(P4) == "closed"


def test_what_is_open_at_the_end_of_the_period_follows_from_the_entries() -> None:
    stage = carried()
    after = datetime(2022, 2, 1, tzinfo=UTC)
    (fact,) = [fact for fact in derive(stage.state, after) if fact.kind == "ActionPlanEnded"]
    assert (fact.since, fact.params["open"]) == ("2022-01-01T06:00:00Z", ["c1"])
    (fact,) = [fact for fact in derive(ended(stage).state, after) if fact.kind == "ActionPlanEnded"]
    assert fact.params["open"] == []
