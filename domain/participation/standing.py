"""The state of a gathering at an instant, and which answers are owed: derived, said by nobody.

- R1: a gathering whose days are over and that nobody reports as held is not held so far. That accuses nobody.
- R2: a contribution that came in after the days of the gathering is late; it is answered all the same.
- R3: a contribution is answered once a response recorded after it names it, or has a theme that names none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from constancia.domain.commitments.gathering import Contribution, Gathering
from constancia.domain.kernel.calendar import Certainty, deadline, format_instant, has_begun, local_day, parse_edtf
from constancia.domain.kernel.context import StateView
from constancia.domain.kernel.derived import Derived
from constancia.domain.kernel.occurrence import Occurrence, as_recorded, occurrence
from constancia.domain.participation.response import ReasonedResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheringStanding:
    """The state of a gathering.

    Attributes:
        stands: `convened`, `not_held`, `held`, or `held_late`.
        due: First instant after the days for which it was last convened; None where it has no end, or no call.
        ended: When its holding counts as over; None unless it was held.
    """

    stands: str
    due: datetime | None
    ended: Occurrence | None = None


def gathering_standing(state: StateView, gathering: Gathering, at: datetime) -> GatheringStanding:
    """Give the state of a gathering at an instant."""
    call = gathering.convenings[-1] if gathering.convenings else None
    due = deadline(call.window, state.timezone) if call else None
    if gathering.holding is None:
        return GatheringStanding(stands="not_held" if due is not None and due <= at else "convened", due=due)
    met = occurrence(state, gathering.holding.mark, gathering.holding.ended)
    if call is None or due is None:
        return GatheringStanding(stands="held", due=due, ended=met)
    if due > datetime.fromisoformat(call.mark.recorded_at):
        met = as_recorded(state, gathering.holding.mark, met)
    late = has_begun(met.on, local_day(due, state.timezone) - timedelta(days=1)) is Certainty.NO
    return GatheringStanding(stands="held_late" if late else "held", due=due, ended=met)


def is_late(state: StateView, gathering: Gathering, contribution: Contribution) -> bool:
    """Tell whether a contribution came in after the days of its gathering."""
    end = parse_edtf(gathering.window).end if gathering.window else None
    return end is not None and has_begun(occurrence(state, contribution.mark).on, end) is Certainty.NO


def responses_to(state: StateView, stream: str) -> tuple[ReasonedResponse, ...]:
    """Give the answers to a gathering or a commitment, in the order of recording."""
    return tuple(response for response in state.of(ReasonedResponse) if stream in response.concerns)


def unanswered(gathering: Gathering, responses: tuple[ReasonedResponse, ...]) -> tuple[str, ...]:
    """Give the contributions that no response answers."""
    return tuple(
        contribution.contribution
        for contribution in gathering.contributions
        if not any(
            response.mark.index > contribution.mark.index
            and any(
                theme.contributions is None or contribution.contribution in theme.contributions
                for theme in response.themes
            )
            for response in responses
        )
    )


def response_due(state: StateView, gathering: Gathering) -> datetime | None:
    """Give the first instant after the term for an answer; None where no rule sets one, or the days have no end."""
    end = parse_edtf(gathering.window).end if gathering.window else None
    if end is None or gathering.response_term is None or not gathering.contributions:
        return None
    return deadline((end + timedelta(days=gathering.response_term)).isoformat(), state.timezone)


def participation_facts(state: StateView, at: datetime) -> Iterator[Derived]:
    """Yield what follows of gatherings and answers at an instant."""
    for gathering in state.of(Gathering):
        yield from _of_gathering(state, gathering, at)


def _of_gathering(state: StateView, gathering: Gathering, at: datetime) -> Iterator[Derived]:
    standing, stream = gathering_standing(state, gathering, at), gathering.stream
    if standing.stands == "not_held" and standing.due is not None:
        window: dict[str, object] = {"window": gathering.window}
        yield Derived(kind="GatheringNotHeld", stream=stream, since=format_instant(standing.due), params=window)
    if standing.stands == "held_late" and standing.ended is not None and gathering.holding is not None:
        dates = {"claimed_on": standing.ended.claimed_on or standing.ended.on, "window": gathering.window}
        index = gathering.holding.mark.index
        yield Derived(kind="GatheringHeldLate", stream=stream, since=standing.ended.on, known_index=index, params=dates)
    yield from _answers(state, gathering, at)


def _answers(state: StateView, gathering: Gathering, at: datetime) -> Iterator[Derived]:
    """Yield that an answer is owed once the days are over, and that it was not there when it was due."""
    over = deadline(gathering.window, state.timezone) if gathering.window else None
    responses = responses_to(state, gathering.stream)
    missing = unanswered(gathering, responses)
    if missing and over is not None and over <= at:
        params: dict[str, object] = {"contributions": list(missing)}
        yield Derived(kind="ReasonedResponseOwed", stream=gathering.stream, since=format_instant(over), params=params)
    due = response_due(state, gathering)
    if due is None or due > at:
        return
    last_day = local_day(due, state.timezone) - timedelta(days=1)
    in_time = tuple(
        response
        for response in responses
        if has_begun(occurrence(state, response.mark).on, last_day) is not Certainty.NO
    )
    late = unanswered(gathering, in_time)
    came_in_time = [name for name in late if not _came_after(state, gathering, name, last_day.isoformat())]
    if came_in_time:
        params = {"contributions": came_in_time, "target": "response", "window": last_day.isoformat()}
        yield Derived(kind="DeadlineMissed", stream=gathering.stream, since=format_instant(due), params=params)


def _came_after(state: StateView, gathering: Gathering, name: str, last_day: str) -> bool:
    """Tell whether a contribution came in after the term for an answer was over."""
    contribution = gathering.contribution(name)
    end = parse_edtf(last_day).end
    return (
        contribution is not None
        and end is not None
        and has_begun(occurrence(state, contribution.mark).on, end) is Certainty.NO
    )
