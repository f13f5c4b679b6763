"""Moved deadlines: extended by decision, suspended and resumed by a legal act; what had been missed stays missed."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.plans.test_plan import P4, closing, found, opened, standing, submitted
from tests.domain.stage import ZONE, Body, Stage, act_of, doc, seated
from tests.domain.stage import proposed as put_to_the_vote
from tests.domain.tables import Said, Walk, codes, words
from tests.rows import each_row

from constancia.domain.facts.derive import derive
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.plans.deadline import DeadlineMove, clock_stops, last_day, moves_of, with_stops
from constancia.domain.values.values import Doc

TYPE = "DeadlineMoved"
LATE = datetime(2023, 1, 1, tzinfo=UTC)


def extending(to: str = "2019-10-31", start: str = "2019-08-31", what: str = "plan_submission") -> Body:
    return {
        "basis": doc("resolución"),
        "deadline": what,
        "decision": "d-ext",
        "from_day": start,
        "kind": "extended",
        "move": "x1",
        "plan": "plan-4",
        "to_day": to,
    }


def stopping(kind: str = "suspended", start: str = "2019-04-01", to: str | None = None, name: str = "s1") -> Body:
    body = {
        "basis": doc("decreto"),
        "deadline": "plan_submission",
        "from_day": start,
        "kind": kind,
        "move": name,
        "plan": "plan-4",
    }
    return body | ({"to_day": to} if to else {})


def of_answers(**changed: str) -> Body:
    body = {name: value for name, value in stopping().items() if name != "plan"}
    return body | {"answers": "complaints", "deadline": "answers"} | changed


def extended(stage: Stage | None = None, body: Body | None = None) -> Stage:
    stage, body = stage or opened(), body or extending()
    stage.decided(body["decision"], act_of(TYPE, body)).says("inai", TYPE, body)
    return stage


def suspended() -> Stage:
    stage = opened()
    stage.says("inai", TYPE, stopping())
    return stage


def resumed() -> Stage:
    stage = suspended().on("2019-06-01")
    stage.says("nosc", TYPE, stopping("resumed", to="2019-05-31"))
    return stage


def missed(stage: Stage, at: datetime = LATE) -> list[object]:
    facts = derive(stage.state, at)
    return [fact.params["window"] for fact in facts if fact.kind == "DeadlineMissed" and fact.stream == P4]


def _extension(stage: Stage) -> Said:
    body = extending() | {"move": "s1"}
    if stage.status("deadline/s1") == "none":
        stage.decided("d-ext", act_of(TYPE, body))
    return "inai", TYPE, body


WALK = Walk(
    kind="deadline",
    stream="deadline/s1",
    table={
        "DeadlineMoved.extended": {"none": "extended"},
        "DeadlineMoved.suspended": {"none": "suspended"},
        "DeadlineMoved.resumed": {"suspended": "resumed"},
    },
    reach={
        "none": opened,
        "extended": lambda: extended(body=extending() | {"move": "s1"}),
        "suspended": suspended,
        "resumed": resumed,
    },
    acts={
        "DeadlineMoved.extended": _extension,
        "DeadlineMoved.suspended": lambda _: ("inai", TYPE, stopping()),
        "DeadlineMoved.resumed": lambda _: ("inai", TYPE, stopping("resumed", to="2019-05-31")),
    },
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


# Extended.


def test_an_extension_in_time_moves_the_deadline_and_both_figures_are_given() -> None:
    stage = extended()
    assert missed(stage) == ["2019-10-31"]
    late = standing(submitted(stage.on("2019-12-10"), on="2019-12-10"))
    assert (late.due, late.due_now) == (date(2019, 8, 31), date(2019, 10, 31))
    assert (late.days_late, late.days_late_now) == (101, 40)


def test_d4_an_extension_recorded_after_the_deadline_unmakes_nothing() -> None:
    stage = extended(opened().on("2019-09-15"))
    assert missed(stage, datetime(2019, 9, 20, tzinfo=UTC)) == ["2019-08-31"]
    assert missed(stage) == ["2019-08-31", "2019-10-31"]


@each_row(("at", "expected"), [("2019-09-01T04:00:00Z", []), ("2019-09-01T05:00:00Z", ["2019-08-31"])])
def test_d4_the_instant_of_recording_decides(at: str, expected: list[str]) -> None:
    stage = opened()
    stage.decided("d-ext", act_of(TYPE, extending()))
    stage.on(at).says("inai", TYPE, extending())
    assert missed(stage, datetime(2019, 10, 1, tzinfo=UTC)) == expected


def test_d4_an_extension_said_to_have_happened_earlier_counts_from_its_recording() -> None:
    stage = opened()
    stage.decided("d-ext", act_of(TYPE, extending())).on("2019-12-01")
    stage.says("inai", TYPE, extending(), occurred_on="2019-08-01")
    assert "2019-08-31" in missed(stage)


def test_the_end_of_the_period_is_extended_by_decision() -> None:
    stage = opened(period="2019-09-01/2021-08-31")
    extended(stage, extending("2022-08-31", "2021-08-31", "plan_end"))
    assert last_day(stage.state, found(stage), "plan_end") == "2022-08-31"
    ends = [fact.params["window"] for fact in derive(stage.state, LATE) if fact.kind == "ActionPlanEnded"]
    assert ends == ["2022-08-31"]


@each_row(
    ("changed", "code"),
    [
        ({"to_day": "2019-08-30"}, "E_DATE"),
        ({"to_day": "2019-08-31"}, "E_DATE"),
        ({"from_day": "2019-07-31"}, "E_VERSION_CONFLICT"),
        ({"plan": "plan-5"}, "E_NOT_FOUND"),
        ({"deadline": "milestone", "plan": None}, "E_POLICY"),
        ({"deadline": "answers", "plan": None, "answers": "complaints"}, "E_POLICY"),
    ],
)
def test_what_is_no_extension_is_not_put_to_the_vote(changed: Body, code: str) -> None:
    body = {name: value for name, value in (extending() | changed).items() if value is not None}
    vote = put_to_the_vote("d-ext", act_of(TYPE, body))
    assert opened().code("inai", "DecisionProposed", vote) == code


def test_nobody_extends_its_own_deadline_alone() -> None:
    stage = opened()
    alone = {name: value for name, value in extending().items() if name != "decision"}
    assert stage.code("sfp", TYPE, alone) == "E_POLICY"
    assert stage.code("sfp", TYPE, extending()) == "E_NOT_FOUND"
    stage.body("junta", ("inai", "sfp"))
    vote = put_to_the_vote("d-ext", act_of(TYPE, extending()), governance_body="junta")
    assert stage.code("sfp", "DecisionProposed", vote) == "E_POLICY"


def test_what_is_over_is_not_extended() -> None:
    vote = put_to_the_vote("d-ext", act_of(TYPE, extending()))
    assert submitted().code("inai", "DecisionProposed", vote) == "E_STATE"
    stage = opened()
    stage.each("ActionPlanClosed", closing())
    assert stage.code("inai", "DecisionProposed", vote) == "E_STATE"


def test_a_second_extension_starts_from_the_first() -> None:
    stage = extended()
    again = extending("2019-11-30", "2019-10-31") | {"decision": "d-ext2", "move": "x2"}
    extended(stage, again)
    assert missed(stage) == ["2019-11-30"]


# Suspended.


def test_q2_a_suspension_hides_no_lateness_and_gives_a_second_figure() -> None:
    stage = resumed()  # 61 days, 1 April to 31 May
    assert missed(stage) == ["2019-08-31"]
    late = standing(submitted(stage.on("2019-12-10"), on="2019-12-10"))
    assert (late.days_late, late.days_late_now, late.due_now) == (101, 40, date(2019, 10, 31))


def test_the_clock_is_stopped_until_it_is_resumed() -> None:
    stage = suspended()
    assert standing(stage, "2019-04-30").is_stopped
    assert standing(stage, "2019-12-10").days_late_now == 0
    assert standing(stage, "2019-12-10").days_late == 101
    assert not standing(resumed(), "2019-06-02").is_stopped


def test_a_suspension_after_the_deadline_stops_nothing() -> None:
    stage = opened().on("2019-10-01")
    stage.says("inai", TYPE, stopping(start="2019-09-15", to="2019-11-30"))
    late = standing(stage, "2019-12-10")
    assert (late.days_late, late.days_late_now) == (101, 101)


@each_row("from_day", ["2019-03-05", "2018-01-01", "0001-01-01"])
def test_q4_a_backdated_suspension_stops_the_clock_a_week_before_it_was_said(from_day: str) -> None:
    stage = opened().on("2019-12-10")
    stage.says("inai", TYPE, stopping(start=from_day))
    late = standing(stage, "2019-12-20")
    assert (late.days_late, late.days_late_now) == (111, 111), "it was late before the clock stopped"
    stage = opened().on("2019-08-25")
    stage.says("inai", TYPE, stopping(start=from_day))
    stage.on("2019-09-04").says("inai", TYPE, stopping("resumed", start=from_day, to="2019-09-03"))
    assert standing(stage, "2019-12-20").due_now == date(2019, 9, 17), "17 days, from 18 August to 3 September"


def test_q4_a_suspension_that_was_over_before_it_was_said_stops_nothing() -> None:
    stage = opened().on("2019-08-25")
    stage.says("inai", TYPE, stopping(start="2019-04-01", to="2019-05-31"))
    assert standing(stage, "2019-12-10").days_late_now == 101


def test_q4_what_was_stopped_before_the_plan_was_opened_does_not_lengthen_its_term() -> None:
    stage = opened()
    stage.says("inai", TYPE, stopping(start="2019-02-22", to="2019-03-10"))
    assert standing(stage, "2019-12-10").due_now == date(2019, 9, 10), "10 days, from 1 March on"


def test_q4_a_backdated_resumption_makes_nobody_late_for_the_time_before() -> None:
    stage = suspended().on("2019-12-10")
    stage.says("nosc", TYPE, stopping("resumed", to="2019-04-02"))
    late = standing(stage, "2019-12-10")
    assert (late.days_late, late.days_late_now) == (101, 0)
    assert late.due_now == date(2020, 5, 3), "246 days, from 1 April to 2 December"


@each_row(("said", "to"), [("2019-08-01", "2019-07-31"), ("2019-04-15", "2019-05-31"), ("2019-08-01", "2019-04-15")])
def test_a_suspension_with_a_last_day_is_not_prolonged_or_ended_afterwards(said: str, to: str) -> None:
    stage = opened()
    stage.says("inai", TYPE, stopping(to="2019-04-30"))
    refusal = stage.on(said).refused("inai", TYPE, stopping("resumed", to=to))
    assert (refusal.code, refusal.judged_against["ends"]) == ("E_DATE", "2019-04-30")
    for day, until in (("2019-04-15", "2019-04-14"), ("2019-04-30", "2019-04-30"), ("2019-04-30", "2019-04-01")):
        stage.copy().on(day).says("inai", TYPE, stopping("resumed", to=until))


def test_a_suspension_has_one_day_or_more() -> None:
    opened().says("inai", TYPE, stopping(to="2019-04-01"))


def test_a_plans_clock_goes_on_by_the_word_of_who_sits_in_the_plans_body_and_no_other_seat_is_asked_for() -> None:
    stage = suspended().withdraw("nosc").on("2019-06-01")
    again = stopping("resumed", to="2019-05-31")
    assert words(stage.refused("red", TYPE, again)) == ["the party holds a seat in the body"]
    assert words(stage.refused("nosc", TYPE, again)) == ["a party that has withdrawn does not act in the body"]


def test_terms_are_suspended_in_each_body_of_who_says_it_or_in_the_one_that_decided_it() -> None:
    stage = seated().body("other", ("red", "sfp"))
    decided = of_answers(decision="d-stop")
    stage.decided("d-stop", act_of(TYPE, decided))
    for body, bodies in ((of_answers(), ("cc", "other")), (decided, ("cc",))):
        there = stage.copy()
        there.says("sfp", TYPE, body)
        assert there.find(DeadlineMove, "deadline/s1").bodies == bodies


def test_terms_of_answers_go_on_by_the_word_of_who_sits_where_they_were_suspended() -> None:
    stage = seated()
    stage.outsider("otra")
    stage.body("friends", ("otra", "red"))
    stage.says("inai", TYPE, of_answers())
    again = of_answers(kind="resumed", to_day="2019-05-31")
    assert stage.on("2019-06-01").code("red", TYPE, again) == "E_NOT_SEATED"
    stage.body("cc2", ("inai", "nosc", "red", "sfp"), predecessor="cc").says("red", TYPE, again)


@each_row(
    ("who", "body", "code"),
    [
        ("red", stopping(), "E_NOT_SEATED"),
        ("red", of_answers(), "E_NOT_SEATED"),
        ("inai", stopping(to="2019-03-31"), "E_DATE"),
        ("inai", stopping("resumed", to="2019-05-01"), "E_NOT_FOUND"),
        ("inai", stopping() | {"deadline": "milestone"}, "E_MALFORMED"),
        ("inai", {n: v for n, v in stopping().items() if n != "plan"} | {"deadline": "milestone"}, "E_POLICY"),
        ("inai", of_answers(answers="parking"), "E_MALFORMED"),
        ("inai", of_answers(plan="plan-4"), "E_MALFORMED"),
        ("inai", stopping() | {"answers": "complaints"}, "E_MALFORMED"),
        ("inai", {n: v for n, v in of_answers().items() if n != "answers"}, "E_MALFORMED"),
        ("inai", stopping("resumed"), "E_MALFORMED"),
        ("inai", stopping() | {"decision": "d-9"}, "E_NOT_FOUND"),
    ],
)
def test_who_suspends_what(who: str, body: Body, code: str) -> None:
    assert opened().code(who, TYPE, body, stream="deadline/s1") == code


@each_row(
    ("changed", "code"),
    [
        ({"from_day": "2019-04-02"}, "E_VERSION_CONFLICT"),
        ({"to_day": "2019-03-31"}, "E_DATE"),
        ({"deadline": "plan_end"}, "E_POLICY"),
    ],
)
def test_what_is_resumed_is_what_was_suspended(changed: Body, code: str) -> None:
    stage = suspended().on("2019-06-01")
    assert code in codes(stage.refused("inai", TYPE, stopping("resumed", to="2019-05-31") | changed))


def test_terms_of_answers_are_suspended_as_a_class() -> None:
    stage = seated()
    stage.says("inai", TYPE, of_answers())
    (move,) = moves_of(stage.state, "answers", answers="complaints")
    assert clock_stops([move], date(2019, 4, 10), ZONE) == [(date(2019, 4, 1), date(2019, 4, 10))]
    assert list(moves_of(stage.state, "answers", answers="contests")) == []
    assert stage.find(DeadlineMove, "deadline/s1").concerns == ()


DAYS = st.integers(0, 60).map(lambda n: date(2019, 1, 1) + timedelta(days=n))
SPANS = st.lists(st.tuples(DAYS, DAYS), max_size=5)  # also such as end before they begin, which are no days


SAID = Mark(index=0, leaf_hash="", party="inai", occurred_on="2019-01-01", recorded_at="2019-01-01T18:00:00.000Z")
BASIS = Doc.parse(doc("decreto"))


def move(number: int, span: tuple[date, date]) -> DeadlineMove:
    return DeadlineMove(
        stream=f"deadline/{number}", move=str(number), deadline="answers", basis=BASIS, from_day=span[0].isoformat(),
        mark=SAID, to_day=span[1].isoformat(), answers="complaints", status="resumed",
    )  # fmt: skip


@given(SPANS, DAYS)
def test_every_stopped_day_counts_once(spans: list[tuple[date, date]], today: date) -> None:
    stops = clock_stops([move(number, span) for number, span in enumerate(spans)], today, ZONE)
    listed = [first + timedelta(days=n) for first, last in stops for n in range((last - first).days + 1)]
    days = {first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1)}
    assert sorted(listed) == sorted(day for day in days if day <= today)
    assert all(after[0] > before[1] for before, after in pairwise(stops))


@given(SPANS, DAYS, DAYS)
def test_a_term_has_as_many_days_that_count_as_without_stops(
    spans: list[tuple[date, date]], one: date, other: date
) -> None:
    """Walked day by day: each day of the term on which the clock was stopped is made up for after its end."""
    begins, due = min(one, other), max(one, other)
    stops = clock_stops([move(number, span) for number, span in enumerate(spans)], date(2019, 12, 31), ZONE)
    stopped = {first + timedelta(days=n) for first, last in stops for n in range((last - first).days + 1)}
    counted = (day for n in range(365) if (day := begins + timedelta(days=n)) not in stopped)
    assert with_stops(due, stops, begins) == list(islice(counted, (due - begins).days + 1))[-1]
    assert with_stops(due, stops, begins=date(2020, 1, 1)) == due


@given(SPANS, st.dates(), st.dates())
def test_no_day_is_too_late_for_a_stopped_clock(spans: list[tuple[date, date]], due: date, until: date) -> None:
    """The calendar ends on the last day of 9999; a term that would end later ends on that one."""
    moves = [move(number, (first, max(first, until))) for number, (first, _last) in enumerate(spans)]
    assert due <= with_stops(due, clock_stops(moves, date.max, ZONE)) <= date.max
