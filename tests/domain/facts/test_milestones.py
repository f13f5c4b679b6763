"""The state of a milestone at an instant, through the end of its window and of its commitment."""

from datetime import UTC, datetime

from tests.domain.test_oracles import history

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.milestones import Standing, milestone_standing, outlined_standing
from constancia.domain.outlines import MilestoneOutline
from constancia.domain.values.calendar import deadline

BEFORE, AFTER = datetime(2010, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


def test_open_milestone_runs_until_its_end_and_is_then_overdue() -> None:
    state = history().state
    commitments = [each for each in state.of(Commitment) if each.scope is not None and each.ended is None]
    open_steps = [
        (each, step)
        for each in commitments
        for step in (each.scope.milestones if each.scope else ())
        if step.milestone in each.open_milestones and deadline(step.window, state.timezone) is not None
    ]
    assert open_steps
    for commitment, step in open_steps:
        due = deadline(step.window, state.timezone)
        assert due is not None
        assert milestone_standing(state, commitment, step, BEFORE) == Standing(stands="running", due=due)
        assert milestone_standing(state, commitment, step, due) == Standing(stands="overdue", due=due, days_late=1)
        assert milestone_standing(state, commitment, step, AFTER).days_late > 3_000


def test_outline_s_end_and_completion_count_as_the_commitment_s() -> None:
    state = history().state
    outline = next(each for each in state.outlines(Commitment).values() if each.milestones)
    step = MilestoneOutline("m", "2019-03", True, ())
    assert outlined_standing(state.timezone, outline._replace(ended_at=None), step, AFTER).stands == "overdue"
    early = outline._replace(ended_at="2019-02-01T00:00:00Z")
    assert outlined_standing(state.timezone, early, step, AFTER).stands == "ended"
    late = outlined_standing(state.timezone, outline._replace(ended_at="2019-04-03T18:00:00Z"), step, AFTER)
    assert (late.stands, late.days_late) == ("overdue", 3)
    assert outlined_standing(state.timezone, outline, step._replace(is_open=False), AFTER).stands == "done"
    assert outlined_standing(state.timezone, outline, step._replace(window="2019-03/.."), AFTER).stands == "open_ended"
