"""What streams are about, read from statements, is what the fold says: entry by entry, whatever is at hand."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import pytest
from tests.domain.commitments.test_duty import assignment
from tests.domain.complaints.test_complaint import filing
from tests.domain.dirty.play import Tally, play
from tests.domain.governance.test_succession import WHOLE, world
from tests.domain.participation.test_gathering import FORUM, convened, held, promised
from tests.domain.plans.test_assessment import assessing, of_the_plan, watched
from tests.domain.plans.test_deadline import extended
from tests.domain.plans.test_plan import carried, carrying
from tests.domain.remarks.test_cancellation import destroyed
from tests.domain.remarks.test_statement import release
from tests.domain.stage import Stage, act_of, deliverable, founded, seated, small_scope, text
from tests.domain.test_oracles import history
from tests.rows import each_row

from constancia.domain.catalogue import AGGREGATES
from constancia.domain.commitments.gathering import Gathering
from constancia.domain.kernel.acts import Recorded
from constancia.domain.remarks.correction import Correction
from constancia.domain.remarks.remarked_entry import RemarkedEntry
from constancia.domain.state import State
from constancia.ledger.views import subjects as concerned
from constancia.ledger.views.projections.timeline import TIMELINE
from constancia.ledger.views.subjects import StreamSubjects

Subjects = tuple[str, ...]
SEEDS = range(1, 9)


def by_the_fold(entry: Recorded, state: State) -> Subjects:
    """The streams that an entry concerns, by the state right after it: the rule that rows are to follow."""
    aggregate = state.aggregates.get(entry.originator_id)
    subjects = {entry.originator_id, *(aggregate.concerns if aggregate else ())}
    while isinstance(aggregate, Correction | RemarkedEntry):
        aggregate = state.aggregates.get(aggregate.target_stream)
        subjects |= set(aggregate.concerns if aggregate else ())
    decision = entry.statement["body"].get("decision")
    return tuple(sorted(subjects | ({f"decision/{decision}"} if isinstance(decision, str) else set())))


def by_rows(about: StreamSubjects, entry: Recorded, state: State) -> Subjects:
    rows = dict(TIMELINE.rows(entry, about, lambda: state))
    assert list(rows) == [f"{subject}#{entry.index:010d}" for subject in ("all", *rows[min(rows)]["subjects"])]
    return tuple(rows[min(rows)]["subjects"])


def states(stage: Stage) -> Iterator[tuple[Recorded, State]]:
    """Each entry with the state right after it."""
    state = State(stage.state.origin)
    for entry in stage.entries:
        state.apply(entry, lookup=stage.lookup)
        yield entry, state


def differences(stage: Stage) -> list[tuple[str, int, str, Subjects, Subjects]]:
    """Where a way of reading says something other than the fold: way, index, type, by the fold, by the way."""
    followed, rebuilt, differing = StreamSubjects(stage.lookup), StreamSubjects(stage.lookup), []
    for entry, state in states(stage):
        expected = by_the_fold(entry, state)
        ways = {
            "state at the entry": by_rows(followed, entry, state),
            "state at the end": by_rows(rebuilt, entry, stage.state),
            "nothing at hand, state at the entry": by_rows(StreamSubjects(stage.lookup), entry, state),
            "nothing at hand, state at the end": by_rows(StreamSubjects(stage.lookup), entry, stage.state),
        }
        differing += [
            (way, entry.index, entry.statement["type"], expected, subjects)
            for way, subjects in ways.items()
            if subjects != expected
        ]
    return differing


def streams_of_one_name() -> Stage:
    """Two deliverables with one stream, as the first edition let them be: it is about the first one's commitment."""
    stage = seated(edition=1)
    for name, item in (("c.x", "e1"), ("c", "x.e1")):
        stage.adopted(name, small_scope(deliverables=[deliverable(item)]))
    stage.deliver("inai", "e1", of="c.x")
    version = {"commitment": "c", "contest": "k1", "deliverable": "x.e1", "evidence": [], "version": 1}
    stage.says("sfp", "DeliverableContested", version | {"grounds": text("Otra")})
    return stage


def gathering_that_is_said_more_of() -> Stage:
    """First about a commitment alone, then about its event; remarks between; and a second word that adds nothing."""
    stage = promised()
    first = stage.says("sfp", "GatheringConvened", convened(about={"commitment": "c1"}))
    stage.contest("inai", first)
    moved = stage.says("sfp", "GatheringConvened", convened(about=FORUM, window="2019-03-27"))
    stage.contest("inai", moved, "i2")
    again = stage.says("sfp", "GatheringConvened", convened(about={"commitment": "c1"}, window="2019-03-27"))
    stage.contest("inai", again, "i6")
    other = stage.says("sfp", "GatheringConvened", convened("g2", about={"commitment": "c1"}))
    stage.on("2019-03-28").says("inai", "GatheringHeld", held("g2", attendance=0), occurred_on="2019-03-26")
    stage.contest("nosc", other, "i3")
    stage.says("sfp", "GatheringHeld", held("g2", about=FORUM), occurred_on="2019-03-26")
    stage.contest("nosc", first, "i4")
    stage.contest("inai", other, "i5")
    assert [stage.find(Gathering, f"gathering/{name}").concerns for name in ("g1", "g2")] == [
        ("commitment/c1", "deliverable/c1.e2"), ("commitment/c1",)
    ]  # fmt: skip
    return stage


def duty_that_goes_to_another() -> Stage:
    """Proposed, assigned, assigned again and ended, with a contest of its first word after each."""
    stage = seated()
    first = stage.says("inai", "DutyAssigned", assignment("inai"))
    stage.contest("sfp", first)
    stage.each("DutyAssigned", assignment("inai"), ("nosc", "sfp"))
    stage.contest("sfp", first, "i2")
    stage.each("DutyAssigned", assignment("nosc", reasons=text("Relevo")))
    stage.contest("sfp", first, "i3")
    return stage


def succession_with_remarks() -> Stage:
    """Contests of a party's end before and after it is settled, and of what was said of the duty."""
    stage = world()
    first = stage.says("inai", "PartySucceeded", WHOLE)
    stage.contest("nosc", first)
    stage.each("PartySucceeded", WHOLE, ("nueva", "nosc", "sfp"))
    stage.contest("nosc", first, "i2")
    return stage


def plan_that_carries_more() -> Stage:
    """A plan with a commitment, contested, then with another one, and then with two, the one right after the other."""
    stage = carried()
    opened = next(entry for entry in stage.entries if entry.statement["type"] == "ActionPlanOpened")
    stage.contest("nosc", opened)
    carried(stage.adopted("c2"), name="c2")
    stage.contest("nosc", opened, "i2")
    bodies = [carrying(name=name) for name in ("c3", "c4")]
    for body in bodies:
        stage.adopted(body["commitment"])
        stage.decided(body["decision"], act_of("CommitmentCarriedIntoPlan", body))
    for body in bodies:
        stage.says("inai", "CommitmentCarriedIntoPlan", body)
    return stage


def plan_that_is_moved_and_assessed() -> Stage:
    """What is about a plan and a commitment: a move of its deadline, assessments, a statement, and complaints."""
    stage = watched()
    for number, body in enumerate((assessing(), of_the_plan() | {"assessment": "as-2"})):
        stage.contest("nosc", stage.says("irm", "AssessmentPublished", body), f"i{number}")
    extended(stage)
    stage.each("StatementPublished", release(about="commitment/c1"))
    for name, more in (("q1", {"subject": "plan/plan-4"}), ("q2", {"continues": "q1"})):
        stage.says("nosc", "ComplaintFiled", filing(name, **more))
    return stage


def root_that_is_spoken_of_first_by_its_end() -> Stage:
    """The first word on a founder's root names no party; genesis does."""
    return founded().lose("root-sfp")


STAGES: Sequence[Callable[[], Stage]] = (
    history,
    streams_of_one_name,
    gathering_that_is_said_more_of,
    duty_that_goes_to_another,
    succession_with_remarks,
    plan_that_carries_more,
    plan_that_is_moved_and_assessed,
    root_that_is_spoken_of_first_by_its_end,
    destroyed,
)


@cache
def played(seed: int) -> Stage:
    return play(seed, 400, Tally())


@each_row("told", STAGES, ids=lambda told: told.__name__)
def test_what_was_told_concerns_what_the_fold_says(told: Callable[[], Stage]) -> None:
    assert differences(told()) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_played_concerns_what_the_fold_says(seed: int) -> None:
    assert differences(played(seed)) == []


def test_every_kind_that_concerns_something_is_among_them() -> None:
    stages = [*(told() for told in STAGES), *map(played, SEEDS)]
    seen = {type(each) for stage in stages for each in stage.state.aggregates.values() if each.concerns}
    silent = {kind.aggregate for kind in AGGREGATES if kind.aggregate in concerned._ABOUT_NOTHING}
    assert {kind.aggregate for kind in AGGREGATES} - seen == silent


def test_streams_beyond_those_at_hand_are_asked_of_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concerned, "_AT_HAND", 2)
    stage = history()
    about = StreamSubjects(stage.lookup)
    for entry, state in states(stage):
        assert by_rows(about, entry, stage.state) == by_the_fold(entry, state)
        assert len(about._at_hand) <= 2


def asked_of(stage: Stage, about: StreamSubjects) -> Iterator[Recorded]:
    """The entries for which a state is asked."""
    for entry in stage.entries:
        asked = False

        def state() -> State:
            nonlocal asked
            asked = True
            return stage.state

        about.take(entry, state)
        if asked:
            yield entry


def test_most_entries_are_not_folded() -> None:
    """A state is asked for where a first word names another entry or no party, and where words have to be counted."""
    for stage in (*(told() for told in STAGES), *map(played, SEEDS)):
        asked = list(asked_of(stage, StreamSubjects(stage.lookup)))
        once = Counter(entry.originator_id for entry in asked if kind_of(entry) not in ("duty", "succession"))
        assert {stream.partition("/")[0] for stream in once} <= {
            "cancellation", "correction", "entry", "gathering", "key"
        }  # fmt: skip
        assert set(once.values()) <= {1}
        assert {entry.statement["type"] for entry in asked if kind_of(entry) == "gathering"} <= {"GatheringHeld"}


def kind_of(entry: Recorded) -> str:
    return entry.originator_id.partition("/")[0]


def test_as_many_streams_as_fit_are_at_hand_and_the_oldest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concerned, "_AT_HAND", 2)
    stage = plan_that_is_moved_and_assessed()
    about, asked = StreamSubjects(stage.lookup), 0

    def state() -> State:
        nonlocal asked
        asked += 1
        return stage.state

    for name, times in (("q1", 1), ("q2", 2), ("q1", 2), ("q2", 2), ("q1", 2)):
        about.of(f"complaint/{name}", stage.entries[-1].index, state)
        assert asked == times
    about.of("plan/plan-4", stage.entries[-1].index, state)
    about.of("complaint/q2", stage.entries[-1].index, state)
    assert asked == 3
    about.of("complaint/q1", stage.entries[-1].index, state)
    assert asked == 4
