"""The state of a milestone at an instant: done, overdue, running. The one rule, for pages and terminal."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.scope import Milestone
from constancia.domain.kernel.context import StateView
from constancia.domain.outlines import CommitmentOutline, MilestoneOutline
from constancia.domain.values.calendar import deadline, local_day, parse_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of a milestone at an instant.

    Attributes:
        stands: `done`, `overdue`, `running`, `open_ended` where its window has no end, or `ended` where its commitment
            was withdrawn or closed before it fell due.
        due: First instant after its window; None where the window has no end.
        days_late: Days of the ledger's zone since its last day, from 1, up to the commitment's end; 0 unless overdue.
    """

    stands: str
    due: datetime | None
    days_late: int = 0


def milestone_standing(state: StateView, commitment: Commitment, milestone: Milestone, at: datetime) -> Standing:
    """Give the state of a milestone of a commitment's scope at an instant."""
    ended = commitment.ended.mark.recorded_at if commitment.ended else None
    is_open = milestone.milestone in commitment.open_milestones
    return _standing(state.timezone, milestone.window, ended, at, is_open=is_open)


def outlined_standing(
    timezone: str, commitment: CommitmentOutline, milestone: MilestoneOutline, at: datetime
) -> Standing:
    """Give the same by outlines, and the name of the ledger's zone: who asks for many looks it up once."""
    return _standing(timezone, milestone.window, commitment.ended_at, at, is_open=milestone.is_open)


@lru_cache(maxsize=4_096)
def _standing(timezone: str, window: str, ended_at: str | None, at: datetime, *, is_open: bool) -> Standing:
    due = deadline(window, timezone)
    if not is_open:
        return Standing(stands="done", due=due)
    ended = parse_instant(ended_at) if ended_at is not None else None
    if ended is not None and (due is None or ended < due):
        return Standing(stands="ended", due=due)
    if due is None:
        return Standing(stands="open_ended", due=None)
    if due > at:
        return Standing(stands="running", due=due)
    at = at if ended is None else min(at, ended)
    days = (local_day(at, timezone) - local_day(due, timezone)).days + 1
    return Standing(stands="overdue", due=due, days_late=days)
