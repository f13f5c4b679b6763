"""The form of a derived fact, and the one rule of a missed deadline."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from tests.rows import each_row

from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.fact import DerivedFact, DueMatter, missed
from constancia.domain.state import State

DUE = datetime(2019, 9, 1, tzinfo=UTC)
BEFORE = datetime(2019, 3, 1, tzinfo=UTC)


def word(on: str, recorded: str = "2019-12-10") -> Mark:
    return Mark(index=1, leaf_hash="", party="sfp", occurred_on=on, recorded_at=f"{recorded}T18:00:00.000Z")


def target(done: Mark | None, stated: str | None = None) -> DueMatter:
    return DueMatter(
        stream="plan/p", name="submission", window="2019-08-31", due=DUE, on_record=BEFORE, done=done, stated=stated
    )


class Ledger(NamedTuple):
    """Opened on 1 March 2019."""

    edition: int
    timezone: str = "UTC"
    opened_on: date | None = date(2019, 3, 1)


LATE = {"claimed_on": "2019-12-10", "recorded_at": "2019-12-10T18:00:00.000Z"}
EARLIER = LATE | {"claimed_on": "2018-06"}


# The deadline of 31 August 2019: what was recorded in December, by the date that it claims.
@each_row(
    ("edition", "done", "on_record", "more"),
    [
        *((edition, None, BEFORE, {}) for edition in (1, 2, 3)),
        *((edition, word("2019-08-31", "2019-08-31"), BEFORE, None) for edition in (1, 2, 3)),
        # Of the ledger's time: counts from its recording, with both dates.
        (1, word("2019-08-30"), BEFORE, None),
        *((edition, word("2019-08-30"), BEFORE, LATE | {"claimed_on": "2019-08-30"}) for edition in (2, 3)),
        # Of these days: late, as it says.
        (1, word("2019-12-10"), BEFORE, {}),
        *((edition, word("2019-12-10"), BEFORE, LATE) for edition in (2, 3)),
        # Of before the ledger: no record contradicts it, unless the deadline was on record before it fell due.
        (1, word("2018-06"), BEFORE, None),
        *((edition, word("2018-06"), DUE - timedelta(seconds=1), EARLIER) for edition in (2, 3)),
        *((edition, word("2018-06"), DUE, None) for edition in (1, 2, 3)),
        *((edition, word("2018-06"), DUE + timedelta(seconds=1), None) for edition in (1, 2, 3)),
    ],
)
def test_a_missed_deadline_by_edition_and_by_what_was_on_record(
    edition: int, done: Mark | None, on_record: datetime, more: dict[str, object] | None
) -> None:
    facts = list(missed(Ledger(edition), replace(target(done), on_record=on_record)))
    common = {"target": "submission", "window": "2019-08-31"}
    assert [fact.params for fact in facts] == ([] if more is None else [common | more])


def test_absent_members_are_left_out() -> None:
    assert DerivedFact(kind="X", stream="s").to_json() == {"kind": "X", "params": {}, "stream": "s"}


@each_row(
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
