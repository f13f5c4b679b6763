"""The state of a gathering at an instant, and which answers are owed: derived, said by nobody.

- R1: a gathering whose days are over and that nobody reports as held is not held so far. That accuses nobody. That it
  was not held on the days of a call stays a fact: neither a later call nor a later holding unmakes it.
- R2: a contribution that came in after the days of the gathering is late; it is answered all the same.
- R3: a contribution is answered once a response recorded after it names it, or has a theme that names none.
- R4: no word is made timely by its date: what was said of a gathering that was on record before the term was over did
  not happen before the ledger began.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Final

from constancia.domain.commitments.gathering import Contribution, Convening, Gathering
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.context import StateView
from constancia.domain.kernel.fact import DerivedFact
from constancia.domain.participation.response import ReasonedResponse
from constancia.domain.values.calendar import (
    Certainty,
    days_after,
    deadline,
    format_instant,
    has_begun,
    local_day,
    parse_instant,
)
from constancia.domain.values.occurrence import Occurrence, as_recorded, occurrence

OWED: Final = "ReasonedResponseOwed"


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
    met = _counted(state, gathering, gathering.holding.mark, due, gathering.holding.ended)
    late = due is not None and _is_after(met.on, _last_day(state, due))
    return GatheringStanding(stands="held_late" if late else "held", due=due, ended=met)


def _counted(
    state: StateView, gathering: Gathering, mark: Mark, due: datetime | None, stated: str | None = None
) -> Occurrence:
    """Give the date of a word that counts: a call on record before its days were over contradicts an older one.

    Args:
        state: The state.
        gathering: What the word is about.
        mark: The word.
        due: First instant after its term.
        stated: EDTF of the day that the word itself names; None where `occurred_on` dates it.
    """
    met = occurrence(state, mark, stated)
    for call in gathering.convenings:
        over, known = deadline(call.window, state.timezone), parse_instant(call.mark.recorded_at)
        if over is None or known < over or (due is not None and known < due):
            return as_recorded(state, mark, met)
    return met


def _last_day(state: StateView, due: datetime) -> date:
    return local_day(due, state.timezone) - timedelta(days=1)


def _is_after(when: str, day: date) -> bool:
    return has_begun(when, day) is Certainty.NO


def _calls_over(state: StateView, gathering: Gathering, at: datetime) -> Iterator[tuple[Convening, datetime]]:
    """Give each call whose days were over before another one moved it, with the first instant after them."""
    moves = (parse_instant(call.mark.recorded_at) for call in gathering.convenings[1:])
    for call, moved in zip_longest(gathering.convenings, moves):
        due = deadline(call.window, state.timezone)
        if due is not None and due <= at and (moved is None or moved >= due):
            yield call, due


def _over(state: StateView, gathering: Gathering, at: datetime) -> datetime | None:
    """Give the instant since when a gathering is over, for who awaits an answer: a later call moves it no more."""
    if gathering.convenings:
        return next((due for _call, due in _calls_over(state, gathering, at)), None)
    due = deadline(gathering.window, state.timezone) if gathering.window else None
    return due if due is not None and due <= at else None


def is_late(state: StateView, gathering: Gathering, contribution: Contribution) -> bool:
    """Tell whether a contribution came in after the days of its gathering."""
    due = deadline(gathering.window, state.timezone) if gathering.window else None
    return due is not None and _is_past(state, gathering, contribution.mark, due)


def _is_past(state: StateView, gathering: Gathering, mark: Mark, due: datetime) -> bool:
    """Tell whether a word came after a term, by the date of it that counts."""
    return _is_after(_counted(state, gathering, mark, due).on, _last_day(state, due))


def responses_to(state: StateView, stream: str) -> tuple[ReasonedResponse, ...]:
    """Give the answers to a gathering or a commitment, in the order of recording."""
    return state.on_topic(ReasonedResponse, stream)


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


def response_due(state: StateView, gathering: Gathering, at: datetime) -> datetime | None:
    """Give the first instant after the term for an answer; None where no rule sets one, or nothing is owed yet."""
    over = _over(state, gathering, at)
    if over is None or gathering.response_term is None or not gathering.contributions:
        return None
    last = days_after(_last_day(state, over), gathering.response_term)
    return deadline(last.isoformat(), state.timezone)


def participation_facts(state: StateView, at: datetime) -> Iterator[DerivedFact]:
    """Yield what follows of gatherings and answers at an instant."""
    for gathering in state.of(Gathering):
        yield from _of_gathering(state, gathering, at)
        yield from _answers(state, gathering, at)


def _of_gathering(state: StateView, gathering: Gathering, at: datetime) -> Iterator[DerivedFact]:
    holding, stream = gathering.holding, gathering.stream
    for call, due in _calls_over(state, gathering, at):
        met = _counted(state, gathering, holding.mark, due, holding.ended) if holding is not None else None
        if met is None or _is_after(met.on, _last_day(state, due)):
            window: dict[str, object] = {"window": call.window}
            yield DerivedFact(kind="GatheringNotHeld", stream=stream, since=format_instant(due), params=window)
    standing = gathering_standing(state, gathering, at)
    if standing.stands == "held_late" and standing.ended is not None and holding is not None:
        dates = {"claimed_on": standing.ended.claimed_on or standing.ended.on, "window": gathering.window}
        on, index = standing.ended.on, holding.mark.index
        yield DerivedFact(kind="GatheringHeldLate", stream=stream, since=on, known_index=index, params=dates)


def _answers(state: StateView, gathering: Gathering, at: datetime) -> Iterator[DerivedFact]:
    """Yield that an answer is owed once the days are over, by what it was given, and that it was missed when due."""
    over, responses = _over(state, gathering, at), responses_to(state, gathering.stream)
    if over is not None and gathering.contributions:
        params: dict[str, object] = {
            "answered_by": [response.response for response in responses],
            "unanswered": list(unanswered(gathering, responses)),
        }
        yield DerivedFact(kind=OWED, stream=gathering.stream, since=format_instant(over), params=params)
    due = response_due(state, gathering, at)
    if due is None or due > at:
        return
    last_day = _last_day(state, due)
    in_time = [answer for answer in responses if not _is_past(state, gathering, answer.mark, due)]
    missed = [
        name
        for name in unanswered(gathering, tuple(in_time))
        if (came := gathering.contribution(name)) and not _is_past(state, gathering, came.mark, due)
    ]
    if missed:
        params = {"contributions": missed, "target": "response", "window": last_day.isoformat()}
        yield DerivedFact(kind="DeadlineMissed", stream=gathering.stream, since=format_instant(due), params=params)
