"""Complaints: filed, admitted, dismissed, resolved, withdrawn, pair by pair."""

from tests.domain.complaints.test_complaint import (
    Q,
    admission,
    admitted,
    dismissed,
    filed,
    filing,
    resolution,
    resolved,
    withdrawn,
)
from tests.domain.stage import Body, Stage, seated
from tests.domain.tables import Walk
from tests.rows import each_row

from constancia.domain.complaints.complaint import Complaint


def ending(stage: Stage) -> tuple[str, str, Body]:
    """A decision that fits the state: dismissed before it is admitted, found upon once the accused could answer."""
    known = stage.state.standing(Q)
    admitted_before = isinstance(known, Complaint) and known.admission is not None
    if admitted_before:
        stage.on("2019-06-01")  # the term for answers is over
    return "inai", "ComplaintResolved", resolution("settled" if admitted_before else "dismissed")


WALK = Walk(
    kind="complaint",
    stream=Q,
    table={
        "ComplaintFiled": {"none": "filed"},
        "ComplaintAdmitted": {"filed": "admitted"},
        "ComplaintResolved": {"filed": "dismissed", "admitted": "resolved"},
    },
    reach={
        "none": seated,
        "filed": filed,
        "admitted": admitted,
        "dismissed": dismissed,
        "resolved": resolved,
        "withdrawn": withdrawn,
    },
    acts={
        "ComplaintFiled": lambda _stage: ("nosc", "ComplaintFiled", filing()),
        "ComplaintAdmitted": lambda _stage: ("inai", "ComplaintAdmitted", admission()),
        "ComplaintResolved": ending,
    },
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()
