"""When something happened, as far as the record shows it: what is claimed to be earlier counts from its recording.

- T1: a live act happened on one day, at most `CLAIM_SPAN` before its recording. It counts from the day that it says.
- T2: what is said to have happened earlier is said as `historical`. Only an act that reports a fact can be.
- T3: a historical date before the ledger's opening counts as said: no record can contradict it. A later one counts
  from the day of recording; the date that was claimed is given next to it. So does an earlier one where the record
  does contradict it: what was on record before it fell due was not done before the ledger began (`as_recorded`).

The first edition of the law took every date as said.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

from constancia.domain.values.calendar import Edtf, local_day, parse_edtf, parse_instant
from constancia.domain.values.editions import SECOND

CLAIM_SPAN: Final = timedelta(days=7)  # SPEC §6.2; long enough for a paper that is recorded after a weekend


class DatedLedger(Protocol):
    """What is asked of a state (`state.State` is one)."""

    @property
    def timezone(self) -> str:
        """The ledger's zone."""

    @property
    def edition(self) -> int:
        """The edition of the law in force."""

    @property
    def opened_on(self) -> date | None:
        """The day of genesis in the ledger's zone; None before it."""


class DatedMark(Protocol):
    """What is asked of an entry's mark (`aggregate.Mark` is one)."""

    @property
    def occurred_on(self) -> str:
        """EDTF, as it is said."""

    @property
    def recorded_at(self) -> str:
        """RFC 3339 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """When something happened.

    Attributes:
        on: EDTF that counts.
        claimed_on: EDTF that was claimed and does not count; None if the date counts as said.
    """

    on: str
    claimed_on: str | None = None


def occurrence(ledger: DatedLedger, mark: DatedMark, stated: str | None = None) -> Occurrence:
    """Give the date that counts for an entry (rules T1 to T3).

    Args:
        ledger: The state at any size that holds the entry.
        mark: The place of the entry.
        stated: EDTF of a member that dates an effect (a withdrawal's `effective`); by default `occurred_on`.

    Returns:
        The date that counts, and the one that was claimed where that is another.
    """
    when = mark.occurred_on if stated is None else stated
    recorded = local_day(parse_instant(mark.recorded_at), ledger.timezone)
    if ledger.edition < SECOND or counts_as_said(parse_edtf(when), recorded, ledger.opened_on):
        return Occurrence(on=when)
    return Occurrence(on=recorded.isoformat(), claimed_on=when)


def as_recorded(ledger: DatedLedger, mark: DatedMark, met: Occurrence) -> Occurrence:
    """Give the date that counts where the record contradicts a date before the ledger's opening: that of recording.

    Args:
        ledger: The state.
        mark: The place of the entry.
        met: What `occurrence` gave for it.
    """
    recorded = local_day(parse_instant(mark.recorded_at), ledger.timezone)
    start = parse_edtf(met.on).start
    if start is not None and start >= recorded - CLAIM_SPAN:
        return met
    return Occurrence(on=recorded.isoformat(), claimed_on=met.claimed_on or met.on)


def counts_as_said(when: Edtf, recorded: date, opened_on: date | None) -> bool:
    """Tell whether a date counts as it is said.

    Args:
        when: The date.
        recorded: Day of recording.
        opened_on: Day of genesis.
    """
    if opened_on is None or (when.end is not None and when.end < opened_on):
        return True
    return when.start is not None and when.start >= recorded - CLAIM_SPAN


def is_one_day(when: Edtf) -> bool:
    """Tell whether a date is one whole day, neither a month, a year nor an interval."""
    return when.start is not None and when.start == when.end and "/" not in when.text
