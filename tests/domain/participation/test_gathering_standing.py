"""What follows of gatherings and answers: not held so far, held late, late contributions, answers that are owed."""

from datetime import UTC, datetime
from typing import Any

from tests.domain.participation.test_gathering import (
    called,
    contributed,
    convened,
    found,
    heard,
    held,
    over,
    promised,
    unconvened,
)
from tests.domain.participation.test_response import answered, theme
from tests.domain.stage import Body, Stage, act_of, commitment, seated, text
from tests.rows import each_row

from constancia.domain.facts.derive import derive
from constancia.domain.participation.gathering_standing import gathering_standing, is_late, response_due, unanswered
from constancia.domain.participation.gathering_standing import responses_to as responses

LATE = datetime(2021, 1, 1, tzinfo=UTC)


def facts(stage: Stage, at: datetime = LATE, stream: str = "gathering/g1") -> list[Any]:
    return [one for one in derive(stage.state, at) if one.stream == stream]


def kinds(stage: Stage, at: datetime = LATE) -> list[str]:
    return [one.kind for one in facts(stage, at)]


@each_row(
    ("instant", "stands"),
    [("2019-03-27T05:59:59", "convened"), ("2019-03-27T06:00:00", "not_held"), ("2021-01-01T00:00:00", "not_held")],
)
def test_r1_it_is_not_held_so_far_from_the_end_of_its_last_day_on(instant: str, stands: str) -> None:
    stage, at = called(), datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert gathering_standing(stage.state, found(stage), at).stands == stands
    assert kinds(stage, at) == (["GatheringNotHeld"] if stands == "not_held" else [])


def test_a_gathering_without_an_end_is_awaited() -> None:
    stage = called(window="2019-03-26/..")
    assert gathering_standing(stage.state, found(stage), LATE).stands == "convened"


def test_moved_in_time_it_is_not_missed() -> None:
    stage = called()
    stage.says("sfp", "GatheringConvened", convened(window="2019-04-09"))
    assert kinds(stage, datetime(2019, 4, 1, tzinfo=UTC)) == []
    assert kinds(stage, datetime(2019, 4, 11, tzinfo=UTC)) == ["GatheringNotHeld"]


def test_r1_a_call_after_the_fact_unmakes_nothing() -> None:
    stage = called().on("2019-04-02")
    stage.says("sfp", "GatheringConvened", convened(window="2019-04-09"))
    assert [one.params["window"] for one in facts(stage, datetime(2019, 4, 8, tzinfo=UTC))] == ["2019-03-26"]
    stage.on("2019-04-09").says("sfp", "GatheringHeld", held(window="2019-04-09"))
    assert kinds(stage) == ["GatheringNotHeld"]
    assert gathering_standing(stage.state, found(stage), LATE).stands == "held"


def test_r1_a_call_after_the_fact_defers_no_answer() -> None:
    stage = with_term(10).on("2019-05-15")
    late = convened(window="2020-05-10", kind="consultation", about={"commitment": "c1"})
    stage.says("sfp", "GatheringConvened", late)
    assert [one.params["window"] for one in missed(stage)] == ["2019-05-20"]


def test_held_in_time() -> None:
    assert kinds(over()) == []


def test_held_late_says_so() -> None:
    stage = called().on("2019-04-02")
    stage.says("sfp", "GatheringHeld", held(window="2019-04-02"))
    fact, missed = facts(stage)
    assert (fact.kind, fact.since, fact.known_index) == ("GatheringHeldLate", "2019-04-02", len(stage.entries) - 1)
    assert (missed.kind, missed.params) == ("GatheringNotHeld", {"window": "2019-03-26"})
    assert fact.params == {"claimed_on": "2019-04-02", "window": "2019-03-26"}


def test_a_backdated_holding_counts_from_its_recording() -> None:
    """Two years later somebody says that it took place in time: the claim is shown, the lateness stays."""
    stage = called().on("2021-02-01")
    stage.says("sfp", "GatheringHeld", held(), occurred_on="2019-03-26")
    fact, _missed = facts(stage, datetime(2021, 3, 1, tzinfo=UTC))
    assert (fact.kind, fact.since, fact.params["claimed_on"]) == ("GatheringHeldLate", "2021-02-01", "2019-03-26")


def test_a_backdated_holding_before_the_ledger_began_is_contradicted_by_its_own_call() -> None:
    stage = called().on("2021-02-01")
    stage.says("sfp", "GatheringHeld", held(window="2019-02-26"), occurred_on="2019-02-26")
    assert kinds(stage, datetime(2021, 3, 1, tzinfo=UTC)) == ["GatheringHeldLate", "GatheringNotHeld"]


def test_r2_a_late_contribution_is_late_and_taken() -> None:
    stage = heard()
    stage.on("2019-05-10").says("red", "ContributionReceived", contributed())
    stage.on("2019-05-11").says("red", "ContributionReceived", contributed("k2"))
    gathering = found(stage)
    assert [is_late(stage.state, gathering, one) for one in gathering.contributions] == [False, True]


def test_an_answer_is_owed_once_it_is_over_and_only_where_something_came_in() -> None:
    stage = heard()
    assert "ReasonedResponseOwed" not in kinds(stage)
    stage.says("red", "ContributionReceived", contributed())
    assert "ReasonedResponseOwed" not in kinds(stage, datetime(2019, 5, 9, tzinfo=UTC))
    owed = next(one for one in facts(stage) if one.kind == "ReasonedResponseOwed")
    assert (owed.params, owed.since) == ({"answered_by": [], "unanswered": ["k1"]}, "2019-05-11T05:00:00Z")
    stage.on("2019-05-20").says("sfp", "ReasonedResponsePublished", answered())
    owed = next(one for one in facts(stage) if one.kind == "ReasonedResponseOwed")
    assert owed.params == {"answered_by": ["r1"], "unanswered": []}


def test_r3_an_answer_is_no_answer_to_what_it_does_not_name_nor_to_what_came_later() -> None:
    stage = heard()
    for name in ("k1", "k2"):
        stage.says("red", "ContributionReceived", contributed(name))
    stage.says("sfp", "ReasonedResponsePublished", answered("r1", theme(contributions=["k1"])))
    assert unanswered(found(stage), responses(stage.state, "gathering/g1")) == ("k2",)
    stage.says("sfp", "ReasonedResponsePublished", answered("r2"))
    assert unanswered(found(stage), responses(stage.state, "gathering/g1")) == ()
    stage.says("red", "ContributionReceived", contributed("k3"))
    assert unanswered(found(stage), responses(stage.state, "gathering/g1")) == ("k3",)


def with_term(days: int, *, window: str = "2019-04/2019-05-10", came: str | None = None) -> Stage:
    stage = promised()
    rules = {"response_term_days": {"rule_source": "adopted", "value": days}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rules, "version": 1})
    call: Body = {"about": {"commitment": "c1"}, "kind": "consultation", "window": window}
    stage.says("sfp", "GatheringConvened", convened(**call))
    stage.on("2019-05-02").says("red", "ContributionReceived", contributed(), occurred_on=came or "2019-05-02")
    return stage


def missed(stage: Stage) -> list[Any]:
    return [one for one in facts(stage) if one.kind == "DeadlineMissed"]


def test_an_answer_that_the_rules_set_a_term_for_is_missed_after_it() -> None:
    (fact,) = missed(with_term(10))
    assert fact.params == {"contributions": ["k1"], "target": "response", "window": "2019-05-20"}


def test_an_answer_on_the_last_day_is_in_time_and_a_day_later_it_is_not() -> None:
    stage = with_term(10).on("2019-05-20")
    stage.says("sfp", "ReasonedResponsePublished", answered())
    assert missed(stage) == []
    stage = with_term(10).on("2019-05-21")
    stage.says("sfp", "ReasonedResponsePublished", answered())
    assert len(missed(stage)) == 1


def test_a_backdated_answer_does_not_undo_the_missed_term() -> None:
    stage = with_term(10).on("2020-05-21")
    stage.says("sfp", "ReasonedResponsePublished", answered(), occurred_on="2019-05-15")
    assert len(missed(stage)) == 1


BEFORE_THE_LEDGER = ("2018-05-10", "2018", "../2018", "2017-01/2018-12")


@each_row("when", BEFORE_THE_LEDGER)
def test_r4_a_late_contribution_is_not_made_timely_by_a_date_before_the_ledger(when: str) -> None:
    stage = called(kind="consultation", window="2018-01/2019-05-10", about={"commitment": "c1"}).on("2019-07-01")
    stage.says("red", "ContributionReceived", contributed(), occurred_on=when)
    gathering = found(stage)
    assert is_late(stage.state, gathering, gathering.contributions[0])


@each_row("when", BEFORE_THE_LEDGER)
def test_r4_a_late_answer_is_not_made_timely_by_a_date_before_the_ledger(when: str) -> None:
    """Its contribution has one too: else the answer would be refused as older than what it answers."""
    stage = with_term(10, window="2018-01/2019-05-10", came="2018-01").on("2020-05-21")
    stage.says("sfp", "ReasonedResponsePublished", answered(), occurred_on=when)
    assert len(missed(stage)) == 1


@each_row("when", BEFORE_THE_LEDGER)
def test_r4_no_contribution_makes_an_answer_missed_by_a_date_before_the_ledger(when: str) -> None:
    stage = with_term(10, window="2018-01/2019-05-10").on("2019-05-15")
    stage.says("sfp", "ReasonedResponsePublished", answered())
    stage.on("2019-06-01").says("red", "ContributionReceived", contributed("k2"), occurred_on=when)
    assert missed(stage) == []


def test_r4_a_later_call_to_days_before_the_ledger_makes_neither_holding_nor_contribution_timely() -> None:
    stage = called(kind="consultation", about={"commitment": "c1"}, window="2019-03-26").on("2021-02-01")
    again = convened(kind="consultation", about={"commitment": "c1"}, window="2018-01/2018-02")
    stage.says("sfp", "GatheringConvened", again, occurred_on="2018-01")
    stage.says("red", "ContributionReceived", contributed(), occurred_on="2018-02")
    stage.says("sfp", "GatheringHeld", held(window="2018-02"), occurred_on="2018-02")
    gathering = found(stage)
    assert is_late(stage.state, gathering, gathering.contributions[0])
    assert gathering_standing(stage.state, gathering, datetime(2021, 3, 1, tzinfo=UTC)).stands == "held_late"


def test_what_was_over_before_the_ledger_knew_of_it_counts_as_said() -> None:
    """A consultation of 2017, with what came in then and its answer, is recorded afterwards: nothing contradicts it."""
    stage = seated()
    call = convened(about=None, governance_body="cc", kind="consultation", window="2017-03/2017-04")
    call = {name: value for name, value in call.items() if value is not None}
    stage.says("sfp", "GatheringConvened", call, occurred_on="2017-03-01")
    stage.says("red", "ContributionReceived", contributed(), occurred_on="2017-04-01")
    gathering = found(stage)
    assert not is_late(stage.state, gathering, gathering.contributions[0])


def test_r4_an_answer_was_owed_once_it_was_on_record_though_its_days_were_over_before() -> None:
    """Recorded between the end of its days and that of the term: an answer dated before the ledger is a late one."""
    stage = seated()
    rules = {"response_term_days": {"rule_source": "adopted", "value": 30}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rules, "version": 1})
    call = convened(governance_body="cc", kind="consultation", window="2019-02/2019-02-27")
    del call["about"]
    stage.on("2019-03-05").says("sfp", "GatheringConvened", call, occurred_on="2019-02-26")
    stage.says("red", "ContributionReceived", contributed(), occurred_on="2019-02-26")
    stage.on("2019-06-01").says("sfp", "ReasonedResponsePublished", answered(), occurred_on="2019-02-27")
    assert [one.params["window"] for one in missed(stage)] == ["2019-03-29"]


def test_what_came_in_after_the_term_does_not_make_it_missed() -> None:
    stage = with_term(10).on("2019-05-15")
    stage.says("sfp", "ReasonedResponsePublished", answered())
    stage.on("2019-06-01").says("red", "ContributionReceived", contributed("k2"))
    assert missed(stage) == []
    assert "ReasonedResponseOwed" in kinds(stage)


def test_the_term_is_that_of_the_rules_when_it_was_convened() -> None:
    stage = with_term(10)
    rules = {"response_term_days": {"rule_source": "adopted", "value": 900}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rules, "version": 2})
    assert len(missed(stage)) == 1


@each_row("days", [0, -1, "10", True, 4000])
def test_a_term_is_a_number_of_days(days: object) -> None:
    rules = {"response_term_days": {"rule_source": "adopted", "value": days}}
    body = {"governance_body": "cc", "rules": rules, "version": 1}
    assert seated().code("sfp", "GovernanceRulesAdopted", body) == "E_POLICY"


def test_a_rejected_proposal_is_owed_an_answer_until_there_is_one() -> None:
    stage = seated()
    stage.says("red", "CommitmentProposed", commitment("c9") | {"governance_body": "cc"})
    body = {"commitment": "c9", "decision": "d-9", "reasons": text("No procede"), "to": "rejected"}
    stage.decided("d-9", act_of("CommitmentStatusDecided", body))
    stage.says("inai", "CommitmentStatusDecided", body)
    owed = [one for one in derive(stage.state, LATE) if one.kind == "ReasonedResponseOwed"]
    assert [one.stream for one in owed] == ["commitment/c9"]
    stage.says("sfp", "ReasonedResponsePublished", answered(commitment="c9"))
    (fact,) = [one for one in derive(stage.state, LATE) if one.kind == "ReasonedResponseOwed"]
    assert fact.params["answered_by"] == ["r1"]


def test_an_answer_to_what_nobody_convened_is_due_once_it_is_over_and_not_before() -> None:
    stage = seated()
    rules = {"response_term_days": {"rule_source": "adopted", "value": 30}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": rules, "version": 1})
    stage.says("sfp", "GatheringHeld", unconvened(kind="consultation"), occurred_on="2019-02")
    stage.says("red", "ContributionReceived", contributed(), occurred_on="2019-02")
    due = [response_due(stage.state, found(stage), datetime(2019, month, 15, tzinfo=UTC)) for month in (2, 3)]
    assert due == [None, datetime(2019, 3, 31, 6, tzinfo=UTC)]


def test_what_nobody_convened_was_not_missed_on_any_day() -> None:
    stage = seated()
    stage.says("sfp", "GatheringHeld", unconvened(), occurred_on="2019-02")
    assert kinds(stage) == []
