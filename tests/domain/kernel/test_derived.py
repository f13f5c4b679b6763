"""The form of a derived fact, and the one rule of a missed deadline."""

from datetime import UTC, datetime

import pytest

from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.derived import Derived, Target, missed
from constancia.domain.state import State

DUE = datetime(2019, 9, 1, tzinfo=UTC)
BEFORE = datetime(2019, 3, 1, tzinfo=UTC)


def word(on: str, recorded: str = "2019-12-10") -> Mark:
    return Mark(index=1, leaf_hash="", party="sfp", occurred_on=on, recorded_at=f"{recorded}T18:00:00.000Z")


def target(done: Mark | None, stated: str | None = None) -> Target:
    return Target(
        stream="plan/p", name="submission", window="2019-08-31", due=DUE, on_record=BEFORE, done=done, stated=stated
    )


def test_absent_members_are_left_out() -> None:
    assert Derived(kind="X", stream="s").to_json() == {"kind": "X", "params": {}, "stream": "s"}


@pytest.mark.parametrize(
    ("done", "stated", "count"),
    [
        (None, None, 1),
        (word("2019-12-10"), None, 1),
        (word("2019-08-31", "2019-08-31"), None, 0),
        (word("2019-12-10"), "2019-08-31", 0),  # the first edition takes every date as said
    ],
)
def test_what_was_not_done_by_its_last_day_is_missed(done: Mark | None, stated: str | None, count: int) -> None:
    facts = list(missed(State(), target(done, stated)))
    assert [fact.since for fact in facts] == ["2019-09-01T00:00:00Z"] * count
