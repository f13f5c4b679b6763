"""Derived facts: by nobody's word, recomputed from state and instant, none missing and none too many."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.agreements.test_agreement import signed_by
from tests.domain.commitments.deliverables.test_deliverable import accepted, in_hand
from tests.domain.commitments.test_commitment import adopted, brought_to, completed, deciding, report
from tests.domain.governance.test_decision import ADOPTION, FOR, ground, opened, signature, voted
from tests.domain.stage import (
    Body,
    Stage,
    act_of,
    commitment,
    deliverable,
    key_id,
    milestone,
    proposed,
    root,
    seated,
    small_scope,
    text,
)
from tests.domain.strategies import few
from tests.domain.test_oracles import history
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.derive import DerivedFact, derive, derived_at, flags, was_member
from constancia.domain.facts.milestones import milestone_standing
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.values.calendar import Certainty
from constancia.domain.values.values import digest

LATE = datetime(2021, 1, 1, tzinfo=UTC)
STATE = history().state


def kinds(stage: Stage, at: datetime = LATE) -> list[str]:
    return [one.kind for one in derive(stage.state, at)]


def fact(stage: Stage, kind: str, at: datetime = LATE) -> DerivedFact:
    (one,) = [one for one in derive(stage.state, at) if one.kind == kind]
    return one


def test_16_nothing_follows_from_a_founding() -> None:
    assert kinds(seated()) == []


def test_6_entered_into_force_since_the_latest_day_that_was_signed_for() -> None:
    stage = signed_by("nosc", "inai")
    body = {"agreement": "ag", "docset": stage.entries[-1].statement["body"]["docset"], "version": 1}
    stage.on("2019-03-05").says("sfp", "AgreementSigned", body, occurred_on="2019-03-04")
    assert fact(stage, "AgreementEnteredIntoForce").since == "2019-03-04"


@each_row("when", ["2019-03", "2019", "1999-01-01", "2019-03-01/2019-03-05", "2019-02-25"])
def test_19_a_signature_is_of_one_day_and_of_these_days(when: str) -> None:
    stage = signed_by("nosc", "inai")
    body = {"agreement": "ag", "docset": stage.entries[-1].statement["body"]["docset"], "version": 1}
    assert stage.on("2019-03-05").code("sfp", "AgreementSigned", body, occurred_on=when, mode="live") == "E_DATE"
    assert stage.code("sfp", "AgreementSigned", body, occurred_on=when, mode="historical") == "E_DATE"


def test_18_in_force_is_never_earlier_than_the_text() -> None:
    stage = signed_by("nosc", "inai")
    frozen = next(one for one in stage.entries if one.statement["type"] == "AgreementTextFrozen")
    body = {"agreement": "ag", "docset": stage.entries[-1].statement["body"]["docset"], "version": 1}
    stage.on("2019-03-05").says("sfp", "AgreementSigned", body, occurred_on="2019-02-26")
    since = fact(stage, "AgreementEnteredIntoForce").since
    assert since is not None
    assert since >= frozen.statement["occurred_on"]


def test_lapsed_exactly_when_the_window_is_over() -> None:
    stage = signed_by("nosc", "inai", window="2019-03-01/2019-03-30")
    end = datetime(2019, 3, 31, 6, tzinfo=UTC)
    assert kinds(stage, end - timedelta(seconds=1)) == []
    assert fact(stage, "AgreementLapsed", end).since == "2019-03-31T06:00:00Z"


def test_in_force_never_lapses() -> None:
    assert kinds(signed_by("nosc", "inai", "sfp", window="2019-03-01/2019-03-30")) == ["AgreementEnteredIntoForce"]


@each_row(
    ("stage", "expected"),
    [
        (lambda: opened("9999-01-01"), []),
        (lambda: voted({"inai": "for"}, "9999-01-01"), []),
        (opened, ["DecisionLapsed"]),
        (lambda: voted({"inai": "for"}), ["DecisionRejected"]),
        (lambda: voted(FOR), ["DecisionAdopted"]),
        (lambda: voted(FOR | {"sfp": "against"}), ["DecisionRejected"]),
        (lambda: voted({"inai": "for"}, "2019-03-05"), ["DecisionRejected"]),
        (lambda: opened("2019-03-05"), ["DecisionLapsed"]),
        (
            lambda: voted({"inai": "for", "nosc": "for"}, "2019-03-05", decision_rule="majority"),
            ["DecisionRejected"],
        ),
    ],
)
def test_what_became_of_a_vote(stage: Any, expected: list[str]) -> None:
    assert kinds(stage()) == expected


def test_a_vote_that_is_open_hides_no_other() -> None:
    stage, act = opened("9999-01-01"), act_of("CommitmentAdopted", ADOPTION | {"decision": "d2"})
    stage.says("inai", "DecisionProposed", proposed("d2", act, closes="2019-03-05"))
    assert kinds(stage) == ["DecisionLapsed"]


def test_a_decision_is_signed_by_all_since_the_last_of_them() -> None:
    stage = voted(FOR)
    for party, day in (("nosc", "2019-03-02"), ("sfp", "2019-03-04"), ("inai", "2019-03-07")):
        stage.on(day).says(party, "DecisionSigned", signature())
    signed = fact(stage, "DecisionSignedByAll")
    assert (signed.since, signed.known_index) == ("2019-03-07", stage.entries[-1].index)


def test_what_one_that_has_left_since_it_voted_did_not_sign_is_signed_without_it() -> None:
    stage = ground()
    act = act_of(
        "CommitmentStatusDecided", {"commitment": "c1", "decision": "d1", "reasons": text("No"), "to": "rejected"}
    )
    on = {"decision": "d1", "digest": digest(act)}
    stage.says("inai", "DecisionProposed", proposed("d1", act))
    stage.each("VoteCast", on | {"choice": "for"})
    stage.each("DecisionSigned", on, ("inai", "sfp"))
    assert "DecisionSignedWithout" not in kinds(stage)
    stage.withdraw("nosc").on("2019-05-31").says("sfp", "DecisionSigned", on)
    signed = fact(stage, "DecisionSignedWithout")
    assert (signed.params, signed.known_index) == ({"without": ["nosc"]}, stage.entries[-1].index)
    assert signed.since == "2019-05-31"
    assert "DecisionSignedByAll" not in kinds(stage)


def test_accepted_by_all_names_the_version() -> None:
    assert fact(accepted(), "DeliverableAcceptedByAll").params == {"version": 1}
    assert "DeliverableAcceptedByAll" not in kinds(in_hand())


def missed(stage: Stage, at: datetime = LATE) -> list[tuple[object, str | None]]:
    return [(one.params["target"], one.since) for one in derive(stage.state, at) if one.kind == "DeadlineMissed"]


def test_15_every_target_is_missed_once_a_due_instant() -> None:
    assert missed(adopted()) == [
        ("deliverable e1", "2019-03-27T06:00:00Z"),
        ("deliverable e2", "2019-09-01T05:00:00Z"),
        ("milestone m1", "2019-03-27T06:00:00Z"),
        ("milestone m2", "2019-09-01T05:00:00Z"),
    ]


def test_15_a_day_that_is_moved_away_and_back_again_is_missed_once() -> None:
    stage = seated().adopted("c1", small_scope(milestones=[milestone(window="2019-03-01/2019-03-05")]))
    for number, day, window in ((2, "2019-03-10", "2019-04"), (3, "2019-03-12", "2019-03-01/2019-03-05")):
        change(stage.on(day), number, window)
    twice = missed(stage)
    assert len(twice) == len(set(twice))
    assert ("milestone m1", "2019-03-06T06:00:00Z") in twice


def test_15_what_is_recorded_within_the_span_counts_from_the_day_that_it_says() -> None:
    stage = adopted().on("2019-04-01").deliver("inai", "e1")
    stage.says("inai", "MilestoneCompleted", completed(), occurred_on="2019-03-26")
    assert "milestone m1" not in [target for target, _since in missed(stage)]


@each_row("claimed", ["2019-03-26", "2019-03"])
def test_15_a_later_word_dated_in_time_is_a_claim_next_to_the_missed_deadline(claimed: str) -> None:
    stage = adopted().on("2021-04-10").deliver("inai", "e1")
    before = missed(stage)
    stage.says("inai", "MilestoneCompleted", completed(), occurred_on=claimed)
    assert sorted(missed(stage)) == sorted(before)
    found = [one for one in derive(stage.state, stage.now) if one.params.get("target") == "milestone m1"]
    assert [one.params["claimed_on"] for one in found] == [claimed]
    assert str(found[0].params["recorded_at"]).startswith("2021-04-10")


def test_15_what_was_done_a_day_late_is_missed_for_ever() -> None:
    stage = adopted().on("2019-03-27").deliver("inai", "e1")
    stage.says("inai", "MilestoneCompleted", completed())
    assert ("milestone m1", "2019-03-27T06:00:00Z") in missed(stage)


def test_d13_a_fact_holds_from_its_day_and_possibly_within_the_precision_of_it() -> None:
    stage = signed_by("nosc", "inai", "sfp")
    assert "AgreementEnteredIntoForce" not in kinds(stage, datetime(2015, 1, 1, tzinfo=UTC))
    assert "AgreementEnteredIntoForce" in kinds(stage, datetime(2019, 3, 3, tzinfo=UTC))
    assert derived_at(DerivedFact(kind="X", stream="s", since="2017-05"), date(2017, 4, 30)) is None
    within = derived_at(DerivedFact(kind="X", stream="s", since="2017-05"), date(2017, 5, 10))
    assert within is not None
    assert within.params["certainty"] == "possibly"
    assert derived_at(DerivedFact(kind="X", stream="s", since="2017-05"), date(2017, 6, 1)) == DerivedFact(
        kind="X", stream="s", since="2017-05"
    )


def test_a_window_of_the_last_year_of_the_calendar_is_no_fault() -> None:
    stage = seated().adopted("c1", small_scope(milestones=[milestone(window="9999")]))
    assert missed(stage) == []


def test_expired_keys_and_appointments() -> None:
    stage = seated()
    stage.join("nosc", name="short", valid_until="2019-06-30")
    assert kinds(stage, datetime(2019, 7, 1, 5, 59, tzinfo=UTC)) == ["AppointmentExpired", "KeyExpired"]
    assert kinds(stage, datetime(2019, 7, 1, 4, 59, tzinfo=UTC)) == []


@few
@given(st.timedeltas(timedelta(0), timedelta(days=2000)), st.timedeltas(timedelta(0), timedelta(days=2000)))
def test_16_what_time_has_made_true_it_does_not_unmake(since: timedelta, later: timedelta) -> None:
    state = STATE
    at = datetime(2019, 1, 1, tzinfo=UTC) + since
    before, after = derive(state, at), derive(state, at + later)
    assert [one for one in before if one not in after] == []


def test_16_facts_are_the_same_each_time_and_sorted() -> None:
    one, other = derive(history().state, LATE), derive(history().state, LATE)
    assert one == other
    assert [(fact.stream, fact.kind) for fact in one] == sorted((fact.stream, fact.kind) for fact in one)


def test_a_fact_leaves_out_what_it_does_not_know() -> None:
    assert DerivedFact(kind="K", stream="s").to_json() == {"kind": "K", "params": {}, "stream": "s"}
    whole = DerivedFact(kind="K", stream="s", since="2019", known_index=3, params={"a": 1}).to_json()
    assert whole == {"kind": "K", "known_index": 3, "params": {"a": 1}, "since": "2019", "stream": "s"}


def test_a_member_that_came_back_sat_before_and_after_and_not_between() -> None:
    stage = seated().on("2019-04-01").withdraw("nosc").on("2019-05-01")
    back = {"conditions": text("Vuelve"), "effective": stage.today, "governance_body": "cc", "party": "nosc"}
    stage.says(root("nosc"), "PartyReturned", back)
    stage.each("PartyReturned", back, ("inai", "sfp"))
    body = stage.find(GovernanceBody, "governance/cc")
    days = (date(2019, 2, 28), date(2019, 3, 31), date(2019, 4, 15), date(2019, 5, 1))
    assert [was_member(body, "nosc", day).value for day in days] == ["no", "yes", "no", "yes"]
    assert was_member(body, "red", date(2019, 5, 1)) is Certainty.NO


def commitment_flags(stage: Stage, at: datetime = LATE) -> tuple[str, ...]:
    return flags(stage.state, stage.find(Commitment, "commitment/c1"), at)


def test_27_flags_are_computed_and_stay() -> None:
    stage = adopted()
    assert commitment_flags(stage, datetime(2019, 3, 27, 5, 59, tzinfo=UTC)) == ()
    assert commitment_flags(stage, datetime(2019, 3, 27, 6, tzinfo=UTC)) == ("overdue",)
    stage.contest("red", stage.says("inai", "ProgressReported", report("r1")))
    assert commitment_flags(stage, stage.now) == ("contested",)


def test_15_a_milestone_taken_out_in_time_is_a_reduction_and_no_missed_deadline() -> None:
    scope = small_scope(actions=[], deliverables=[], milestones=[milestone("m1"), milestone("m2", "2019-06")])
    stage = seated().adopted("c1", scope)
    smaller = scope | {"milestones": [milestone("m1")]}
    body: Body = {"commitment": "c1", "decision": "d-2", "declared_kind": "reduction", "from_version": 1,
                  "scope": smaller}  # fmt: skip
    act = {"body": body, "stream": "commitment/c1", "type": "ScopeChanged"}
    stage.decided("d-2", act)
    stage.says("sfp", "ScopeChanged", body)
    assert [target for target, _since in missed(stage)] == ["milestone m1"]
    assert "scope_reduced" in commitment_flags(stage)


DUE = datetime(2019, 5, 25, 5, tzinfo=UTC)  # of a window up to 24 May
INSTANT = timedelta(seconds=1)


def standing(window: str, at: datetime, ended: datetime | None = None, *, is_done: bool = False) -> tuple[str, int]:
    """Of a milestone, whose commitment is withdrawn at an instant where one is given."""
    scope = small_scope(actions=[], deliverables=[], milestones=[milestone(window=window)])
    stage = seated().adopted("c1", scope)
    if ended is not None:
        said = deciding("withdrawn", stage)
        stage.now = ended
        stage.says(*said)
    elif is_done:
        stage.says("inai", "MilestoneCompleted", completed())
    promised = stage.find(Commitment, "commitment/c1")
    found = milestone_standing(stage.state, promised, promised.scopes[-1].scope.milestones[0], at)
    assert found.due == (None if window.endswith("..") else DUE)
    return found.stands, found.days_late


UP_TO_MAY, OPEN = "2019-03-26/2019-05-24", "2019-03-26/.."


@each_row(
    ("window", "at", "ended", "expected"),
    [
        (UP_TO_MAY, DUE - INSTANT, None, ("running", 0)),
        (UP_TO_MAY, DUE, None, ("overdue", 1)),
        (UP_TO_MAY, DUE + timedelta(days=1) - INSTANT, None, ("overdue", 1)),
        (UP_TO_MAY, DUE + timedelta(days=1), None, ("overdue", 2)),
        (OPEN, DUE, None, ("open_ended", 0)),
        (UP_TO_MAY, LATE, DUE - INSTANT, ("ended", 0)),
        (UP_TO_MAY, LATE, DUE, ("overdue", 1)),  # it was late when its commitment ended, and is no later since
        (UP_TO_MAY, LATE, DUE + timedelta(days=3), ("overdue", 4)),
        (UP_TO_MAY, DUE, DUE + timedelta(days=3), ("overdue", 1)),
        (OPEN, LATE, DUE, ("ended", 0)),
    ],
)
def test_15_standing_of_a_milestone_around_its_deadline_and_its_commitments_end(
    window: str, at: datetime, ended: datetime | None, expected: tuple[str, int]
) -> None:
    assert standing(window, at, ended) == expected
    assert standing(window, at, is_done=True) == ("done", 0)


def test_only_a_rejection_is_answered_to_who_proposed() -> None:
    assert "ReasonedResponseOwed" not in kinds(brought_to("suspended"))
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    assert kinds(brought_to("rejected", stage)).count("ReasonedResponseOwed") == 1


def test_15_a_milestone_that_is_not_due_hides_none_after_it() -> None:
    steps = [milestone("m1", "2019-03/.."), milestone("m2", "2030"), milestone("m3", "2019-04")]
    stage = seated().adopted("c1", small_scope(milestones=steps))
    assert [target for target, _since in missed(stage)] == ["milestone m3"]


@each_row("window", ["2018", "2019-02-28", "2019-03-01"])
def test_15_a_deadline_that_had_passed_when_its_commitment_was_adopted_is_missed(window: str) -> None:
    stage = seated().on("2019-03-02").adopted("c1", small_scope(milestones=[milestone(window=window)]))
    assert [target for target, _since in missed(stage)] == ["deliverable e1", "milestone m1"]


def change(stage: Stage, number: int, window: str) -> Stage:
    """The milestone's window is replaced by all."""
    body: Body = {"commitment": "c1", "decision": f"d-{number}", "declared_kind": "deferral",
                  "from_version": number - 1, "scope": small_scope(milestones=[milestone(window=window)])}  # fmt: skip
    stage.decided(f"d-{number}", {"body": body, "stream": "commitment/c1", "type": "ScopeChanged"})
    stage.says("sfp", "ScopeChanged", body)
    return stage


def rescheduled(stage: Stage, window: str) -> Stage:
    """It is replaced nine days after the commitment's adoption."""
    return change(stage.on("2019-03-10"), 2, window)


def test_15_a_deadline_moved_away_in_time_is_not_missed() -> None:
    """Neither that of the first scope nor that of one between is in force on its day."""
    stage = seated().adopted("c1", small_scope(milestones=[milestone(window="2019-05")]))
    for number, day, window in ((2, "2019-03-10", "2019-04"), (3, "2019-03-20", "2019-06")):
        change(stage.on(day), number, window)
    assert {since for _target, since in missed(stage)} == {"2019-07-01T05:00:00Z"}


@each_row("window", ["2018-01/2018-02", "2017", "2019-03-01/2019-03-09"])
def test_15_a_deadline_moved_into_the_past_hides_nothing(window: str) -> None:
    """Once a target and due instant, since the day that was named; what follows the change is late."""
    stage = rescheduled(seated().adopted(), window)
    late = missed(stage)
    assert [target for target, _since in late] == ["deliverable e1", "milestone m1"]
    stage.deliver("inai", "e1")
    stage.says("inai", "MilestoneCompleted", completed())
    assert missed(stage) == late


@each_row("is_delivered", [False, True])
def test_15_a_deliverable_moved_to_a_milestone_whose_day_has_passed_is_late_unless_it_is_there(
    is_delivered: bool,
) -> None:
    """Its own milestone's day is in no scope any more when it comes."""
    steps = [milestone("m1", "2019-03-05"), milestone("m2", "2019-12")]
    stage = seated().adopted("c1", small_scope(deliverables=[deliverable("e1", "m2")], milestones=steps))
    if is_delivered:
        stage.deliver("inai", "e1")
    body: Body = {"commitment": "c1", "decision": "d-2", "declared_kind": "clarification", "from_version": 1,
                  "scope": small_scope(milestones=steps)}  # fmt: skip
    stage.on("2019-03-10").decided("d-2", {"body": body, "stream": "commitment/c1", "type": "ScopeChanged"})
    stage.says("sfp", "ScopeChanged", body)
    expected = [("milestone m1", "2019-03-06T06:00:00Z"), ("milestone m2", "2020-01-01T06:00:00Z")]
    late = [] if is_delivered else [("deliverable e1", "2019-03-06T06:00:00Z")]
    assert missed(stage) == late + expected


def test_15_what_was_done_before_its_deadline_was_moved_into_the_past_is_not_late_by_that() -> None:
    stage = seated().adopted().on("2019-03-08").deliver("inai", "e1")
    assert [target for target, _since in missed(rescheduled(stage, "2019-03-01/2019-03-05"))] == ["milestone m1"]


def test_15_a_scope_that_leaves_a_passed_deadline_as_it_was_delivers_no_second_one() -> None:
    stage = seated().adopted("c1", small_scope(milestones=[milestone(window="2019-03-05")]))
    stage.on("2019-03-10")
    before = missed(stage)
    assert missed(rescheduled(stage, "2019-03-04/2019-03-05")) == before


def test_case_31_a_signature_that_its_party_disowns_is_a_fact_and_a_flag() -> None:
    stage = voted(FOR)
    entry = stage.says("nosc", "DecisionSigned", signature())
    stage.each("DecisionSigned", signature(), ("inai", "sfp"))
    stage.says("sfp", "CommitmentAdopted", ADOPTION)
    compromise = {"compromised_since": "2019-03-01", "key": key_id("rep-nosc")}
    stage.says(root("nosc"), "KeyCompromised", compromise)
    assert "SignatureDisowned" not in kinds(stage)
    later = stage.join("nosc", name="later")
    stage.says(
        later, "SignatureReaffirmed", {"key": key_id("rep-nosc"), "target": entry.leaf_hash, "verdict": "disowned"}
    )
    said = fact(stage, "SignatureDisowned")
    assert (said.stream, said.params["party"], said.params["index"]) == ("decision/d1", "nosc", entry.index)
    assert stage.status("decision/d1") == "signed"
    assert "disowned" in commitment_flags(stage, stage.now)
    stage.says("inai", "CommitmentProposed", commitment("c2"))
    assert flags(stage.state, stage.find(Commitment, "commitment/c2"), stage.now) == ()
