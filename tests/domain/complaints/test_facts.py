"""Who owes an answer by when, and who is late: derived, and unmade by nobody."""

from datetime import UTC, datetime

from tests.domain.complaints.test_complaint import (
    admission,
    admit,
    admitted,
    answered,
    complaint,
    facts,
    filed,
    filing,
    missed,
    resolved,
)
from tests.domain.governance.test_succession import ending
from tests.domain.stage import MEMBERS, Body, Stage, act_of, doc, seated
from tests.rows import each_row

from constancia.domain.complaints.facts import owed_answers
from constancia.domain.facts.derive import derive
from constancia.domain.identity.succession import open_duties

# Answers, and who is late.


def test_an_answer_is_owed_by_each_accused_from_the_admission_on() -> None:
    stage = seated()
    admit(stage, "red")
    stage.says("red", "ComplaintFiled", filing(against=["nosc", "sfp"]))
    assert not facts(stage, "ResponseRequired")
    stage.says("inai", "ComplaintAdmitted", admission())
    owed = facts(stage, "ResponseRequired")
    assert [(fact.params["party"], fact.params["due"], fact.params["days"]) for fact in owed] == [
        ("nosc", "2019-03-31", 30),
        ("sfp", "2019-03-31", 30),
    ]
    assert {fact.known_index for fact in owed} == {stage.entries[-1].index}


def test_18_a_term_ends_with_its_last_day_in_the_ledgers_zone() -> None:
    """Admitted on 7 September, due on 7 October, which ends at 05:00Z in Mexico; 13 days late on the 20th."""
    stage = filed().on("2019-09-07")
    stage.says("inai", "ComplaintAdmitted", admission())
    assert missed(stage.on("2019-10-08T04:59:59Z")) == []
    assert missed(stage.on("2019-10-08T05:00:00Z")) == ["response sfp"]
    (fact,) = facts(stage, "DeadlineMissed")
    assert (fact.since, fact.params["window"]) == ("2019-10-08T05:00:00Z", "2019-10-07")
    answered(stage.on("2019-10-20"), "sfp")
    (fact,) = facts(stage, "DeadlineMissed")
    assert (fact.params["claimed_on"], fact.params["recorded_at"]) == ("2019-10-20", "2019-10-20T18:00:00.000Z")


def test_an_answer_in_time_is_no_missed_deadline_at_any_later_time() -> None:
    stage = answered(admitted().on("2019-03-31"), "sfp")
    assert missed(stage.on("2020-01-01")) == []


def test_a_complaint_that_is_not_admitted_hides_no_other() -> None:
    stage = filed("red", against=["nosc"])
    for name in ("q2", "q3"):
        stage.says("nosc", "ComplaintFiled", filing(name))
    stage.says("inai", "ComplaintAdmitted", admission("q3"))
    owed = [fact.stream for fact in derive(stage.state, stage.now) if fact.kind == "ResponseRequired"]
    assert owed == ["complaint/q3"]


# The day of the answer, if any, and the day asked about, which is judged as of its evening: how it stands, days late.
STANDS: list[tuple[str | None, str, str, int]] = [
    (None, "2019-03-31", "owed", 0),
    (None, "2019-04-01", "late", 1),
    (None, "2019-04-30", "late", 30),
    ("2019-03-31", "2019-03-31", "answered", 0),
    ("2019-03-31", "2019-04-30", "answered", 0),
    ("2019-04-01", "2019-04-01", "answered_late", 1),
    ("2019-04-10", "2019-04-30", "answered_late", 10),
]


@each_row(("said", "asked", "stands", "late"), STANDS)
def test_how_an_answer_stands(said: str | None, asked: str, stands: str, late: int) -> None:
    """It is due on 31 March. Its lateness ends with the answer."""
    stage = admitted()
    if said is not None:
        answered(stage.on(said), "sfp")
    [owed] = owed_answers(stage.state, complaint(stage), stage.on(asked).now)
    assert (owed.stands, owed.days_late, owed.days_late_now) == (stands, late, late)


def test_nobody_owes_an_answer_to_what_is_not_admitted() -> None:
    stage = filed()
    assert owed_answers(stage.state, complaint(stage), stage.now) == ()


def test_15_silence_and_a_resolution_do_not_unmake_a_missed_deadline() -> None:
    stage = resolved()
    assert missed(stage) == ["response sfp"]


@each_row("value", [0, -1, True, "30", 100_000])
def test_a_term_is_a_number_of_days(value: object) -> None:
    rules = {"response_term_days": {"rule_source": "adopted", "value": value}}
    said = {"governance_body": "cc", "rules": rules, "version": 1}
    assert seated().code("inai", "GovernanceRulesAdopted", said) == "E_POLICY"


def test_suspended_terms_give_a_second_figure_and_hide_no_lateness() -> None:
    stage = admitted()  # on 1 March: due on 31 March
    halted = {
        "answers": "complaints",
        "basis": doc("decreto"),
        "deadline": "answers",
        "kind": "suspended",
        "move": "s1",
    }
    stage.on("2019-03-20").says("inai", "DeadlineMoved", halted | {"from_day": "2019-03-21"})
    stage.on("2019-03-30").says(
        "inai", "DeadlineMoved", halted | {"from_day": "2019-03-21", "kind": "resumed", "to_day": "2019-03-30"}
    )
    stage = answered(stage.on("2019-04-05"), "sfp")
    [owed] = owed_answers(stage.state, complaint(stage), datetime(2019, 5, 1, tzinfo=UTC))
    assert (owed.due, owed.days_late, owed.stands) == ("2019-03-31", 5, "answered_late")
    assert (owed.due_now, owed.days_late_now) == ("2019-04-10", 0)
    assert missed(stage) == ["response sfp"]


HALTED: Body = {
    "answers": "complaints",
    "basis": doc("decreto"),
    "deadline": "answers",
    "from_day": "2019-03-20",
    "kind": "suspended",
    "move": "s1",
}


def due_now(stage: Stage) -> str:
    """The last day for the answer of sfp, as on the evening of 30 April; without any suspension it is 31 March."""
    [owed] = owed_answers(stage.state, complaint(stage), datetime(2019, 5, 1, tzinfo=UTC))
    return owed.due_now


@each_row(("who", "due"), [("inai", "2019-05-12"), ("nosc", "2019-05-12"), ("sfp", "2019-03-31")])
def test_q4_no_accused_party_stops_its_own_clock(who: str, due: str) -> None:
    stage = admitted().on("2019-03-20")
    stage.says(who, "DeadlineMoved", HALTED)
    assert due_now(stage) == due


def test_q4_who_goes_on_in_another_party_stops_no_clock_of_its_own_through_it() -> None:
    stage = admitted(subject="governance/cc").on("2019-03-20")
    stage.body("other", ("nosc", "red", "sfp"))
    gone = ending("sfp", "nosc", moved=sorted(open_duties(stage.state, "sfp")), mode="merged")
    stage.each("PartySucceeded", gone, ("sfp", "nosc", "inai", "red"))
    stage.says("nosc", "DeadlineMoved", HALTED)
    assert due_now(stage) == "2019-03-31"


def test_q4_a_seat_in_another_body_stops_no_clock() -> None:
    stage = admitted(subject="governance/cc").on("2019-03-20")
    stage.outsider("otra")
    stage.body("friends", ("otra", "red"))
    stage.says("red", "DeadlineMoved", HALTED)
    assert due_now(stage) == "2019-03-31"
    stage.body("cc2", (*MEMBERS, "red"), predecessor="cc")
    stage.says("red", "DeadlineMoved", HALTED | {"move": "s2"})
    assert due_now(stage) == "2019-05-12", "its place in the successor counts for the complaints of the body"


def test_q4_a_decision_of_the_body_stops_the_clock_though_the_accused_records_it() -> None:
    stage = admitted().on("2019-03-20")
    body = HALTED | {"decision": "d-stop"}
    stage.decided("d-stop", act_of("DeadlineMoved", body))
    stage.says("sfp", "DeadlineMoved", body)
    assert due_now(stage) == "2019-05-12"


def test_q4_a_backdated_suspension_stops_the_clock_a_week_before_it_was_said() -> None:
    stage = admitted().on("2019-03-29")
    stage.says("inai", "DeadlineMoved", HALTED | {"from_day": "2019-03-02", "to_day": "2019-03-31"})
    assert due_now(stage) == "2019-04-10", "10 days, from 22 March on"
    stage = admitted().on("2019-04-20")
    stage.says("inai", "DeadlineMoved", HALTED | {"from_day": "2019-03-02"})
    assert due_now(stage) == "2019-03-31"
