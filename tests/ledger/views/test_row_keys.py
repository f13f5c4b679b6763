"""Each row of a state projection has a key of its own, and is what is found by it."""

from collections.abc import Callable
from datetime import date

from tests.domain.plans.test_plan import opening
from tests.domain.stage import Stage, milestone, seated, small_scope
from tests.domain.test_oracles import history
from tests.rows import each_row

from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.views.projections.base import StateProjection

DAY = date(2031, 1, 1)


def of_like_names() -> Stage:
    """Plans that are named as a commitment, or as it and its milestone together."""
    milestones = sorted(("m1", "submission", "x.submission"))
    stage = seated().adopted("foro", small_scope(milestones=[milestone(name) for name in milestones]))
    for ordinal, plan in enumerate(("foro", "foro.x", "foro.m1"), 4):
        stage.each("ActionPlanOpened", opening(plan, ordinal=ordinal))
    return stage


@each_row("played", [history, of_like_names])
@each_row("projection", STATE_PROJECTIONS, ids=lambda projection: str(projection.name))
def test_each_row_is_found_by_its_own_key(projection: StateProjection, played: Callable[[], Stage]) -> None:
    state = played().state
    keys = list(projection.keys(state))
    assert len(set(keys)) == len(keys)
    found = [row for key in keys if (row := projection.row(state, key, DAY)) is not None]
    assert found == list(projection.rows(state, DAY))
    assert len({str(row) for row in found}) == len(found)
