"""A ledger as of a size and a day: the one reader of state projections, for command line, interface and pages.

- B4: a row of a day is what had happened by then; `certainty` is `possibly` where a date's precision leaves it open,
  and `otherwise` then has the members that would be different (null: there would be no row).
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from constancia.domain.facts.derive import DerivedFact, derive
from constancia.domain.facts.validity import Validity, validities, who_may_act
from constancia.domain.state import State
from constancia.domain.values.calendar import Certainty, local_day, parse_instant
from constancia.ledger.clock import Clock
from constancia.ledger.errors import NotFound
from constancia.ledger.reader.dated_states import DatedStates, DatedStatesCache
from constancia.ledger.reader.log import Log
from constancia.ledger.reader.states import States
from constancia.ledger.views.as_of import AsOf, read_question, resolve
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.views.projections.base import Row, StateProjection
from constancia.verify.speed.entry_patterns import read_entry

_BY_NAME: Final = {projection.name: projection for projection in STATE_PROJECTIONS}
_LIVE: Final = {"appointment": "appointed", "key": "active"}
_BEFORE: Final = {"appointment": "not_yet", "key": "pending"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingNote:
    """Something that a reader of an answer must know: `recorded_later` or `nothing_known`, and a day (ISO 8601)."""

    code: str
    since: str


# By kind, stream and name.
Answers = Mapping[tuple[str, str, str], Validity]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The state as of a size and a day.

    Attributes:
        as_of: Size, and the day or days for which it is judged.
        known: The state after all that is known; shared, and not to be changed.
        dated: What of it had happened by the day; None where no day was asked.
        opened: When the first entry was recorded; None in an empty log.
        answers: Gives what holds for a time, with the answer for the day of judging; computed once.
        look_up: Gives the answers for who may act, by kind, stream and name; computed once.
    """

    as_of: AsOf
    known: State
    dated: DatedStates | None
    opened: datetime | None
    answers: Callable[[], tuple[Validity, ...]]
    look_up: Callable[[], Answers]

    @property
    def state(self) -> State:
        """The state shown: all that is known, or of that what had possibly happened by the day."""
        return self.dated.possible if self.dated is not None else self.known

    @property
    def size(self) -> int:
        """Number of entries known."""
        return self.as_of.size

    @property
    def at(self) -> datetime:
        """The instant of judging."""
        return self.as_of.at

    @property
    def day(self) -> date:
        """The day of judging in the ledger's zone; of several possible ones the last."""
        return self.as_of.last

    @property
    def indices(self) -> Sequence[int]:
        """The entries shown, in order."""
        return self.dated.indices if self.dated is not None else range(self.size)

    def has(self, index: int) -> bool:
        """Tell whether an entry is among those shown."""
        return self.dated.has(index) if self.dated is not None else 0 <= index < self.size

    def around(self, index: int) -> tuple[int | None, int | None]:
        """Give the entries shown before and after one; None where there is none."""
        place = bisect_left(self.indices, index)
        before = self.indices[place - 1] if place else None
        return before, self.indices[place + 1] if place + 1 < len(self.indices) else None

    @property
    def validities(self) -> tuple[Validity, ...]:
        """What holds for a time, with the answer for the day; empty where no day was asked."""
        return self.answers() if self.dated is not None else ()

    @property
    def who_may_act(self) -> Answers:
        """The answers for seats, organizations, appointments and keys; empty where no day was asked."""
        return self.look_up() if self.dated is not None else {}

    @property
    def notes(self) -> tuple[ReadingNote, ...]:
        """What a reader must know of the answer."""
        if self.opened is None:
            return ()
        since = local_day(self.opened, self.known.timezone).isoformat()
        if not self.size:
            return (ReadingNote(code="nothing_known", since=since),)
        is_before = self.as_of.day is not None and self.day.isoformat() < since
        return (ReadingNote(code="recorded_later", since=since),) if is_before else ()

    def rows(self, name: str) -> list[Row]:
        """Give all rows of a projection."""
        return list(self.each(name))

    def each(self, name: str) -> Iterator[Row]:
        """Yield the rows of a projection, each made when it is asked for."""
        projection = _BY_NAME[name]
        if self.dated is None:
            yield from projection.rows(self.state, self.day)
            return
        for key in projection.keys(self.dated.possible):
            row = self._dated_row(projection, key)
            if row is not None:
                yield row

    def keys(self, name: str) -> Sequence[str] | None:
        """Give the keys of a projection where each has a row; None where rows must be made to know which there are."""
        every = _BY_NAME[name].all_of
        return self.state.streams_of(every) if every is not None and self.dated is None else None

    def row(self, name: str, stream: str) -> Row:
        """Give the row of a stream.

        Raises:
            NotFound: There is none.
        """
        row = self.find(name, stream)
        if row is None:
            raise NotFound(f"there is no {stream}" + ("" if self.as_of.day is None else f" on {self.as_of.day}"))
        return row

    def find(self, name: str, stream: str) -> Row | None:
        """Give the row of a stream; None where there is none."""
        projection = _BY_NAME[name]
        if self.dated is not None:
            return self._dated_row(projection, stream)
        return projection.row(self.state, stream, self.day)

    def facts(self, some: Callable[[State, datetime], tuple[DerivedFact, ...]] = derive) -> tuple[DerivedFact, ...]:
        """Give the derived facts of all that is known; one that not each possible day has is `possibly` so.

        Args:
            some: Derives them, all or some.
        """
        facts = some(self.known, self.at)
        if self.as_of.first == self.as_of.last:
            return facts
        certain = some(self.known, _end_of(self.as_of.first, self.at, self.as_of.last))
        params = {"certainty": Certainty.POSSIBLY.value}
        return tuple(fact if fact in certain else replace(fact, params={**fact.params, **params}) for fact in facts)

    def _dated_row(self, projection: StateProjection, key: str) -> Row | None:
        if self.dated is None:
            return None
        row = projection.row(self.dated.possible, key, self.as_of.last)
        if row is None:
            return None
        answers = self.who_may_act
        row = _with_answers(row, answers)
        certain = projection.row(self.dated.certain, key, self.as_of.first)
        if certain is None:
            return {**row, "certainty": Certainty.POSSIBLY.value, "otherwise": None}
        certain = _with_answers(certain, answers)
        differs = {name: certain.get(name) for name in row if row[name] != certain.get(name)}
        if not differs:
            return {**row, "certainty": Certainty.YES.value}
        return {**row, "certainty": Certainty.POSSIBLY.value, "otherwise": differs}


def _end_of(day: date, at: datetime, last: date) -> datetime:
    """Give the instant of judging, on another day."""
    return at - (last - day)


def _with_answers(row: Row, answers: Answers) -> Row:
    """Replace the states of today, of who may act, by those of the day."""
    changed: dict[str, Any] = {**row}
    for member in ("appointments", "keys"):
        if member in row:
            changed[member] = [_answered(item, answers) for item in row[member]]
    if row.get("stream", "").startswith("party/"):
        party = row["party"]
        changed["seats"] = [
            _seated(item, answers.get(("seat", f"governance/{item['governance_body']}", party)))
            for item in row["seats"]
        ]
    if row.get("stream", "").startswith("governance/") and "seats" in row:
        changed["seats"] = [_seated(item, answers.get(("seat", row["stream"], item["party"]))) for item in row["seats"]]
        changed["seated"] = [item["party"] for item in changed["seats"] if item["seated"]]
    return changed


def _answered(item: Row, answers: Answers) -> Row:
    kind, _, name = item["stream"].partition("/")
    validity = answers.get((kind, item["stream"], name))
    if validity is None:
        return item
    if validity.holds is not Certainty.NO:
        return {**item, "holds": validity.holds.value, "status": _LIVE[kind]}
    is_live = item["status"] == _LIVE[kind]
    return {**item, "holds": validity.holds.value, "status": _BEFORE[kind] if is_live else item["status"]}


def _seated(seat: Row, validity: Validity | None) -> Row:
    if validity is None:
        return seat
    return {**seat, "holds": validity.holds.value, "seated": validity.holds is not Certainty.NO}


class Readings:
    """Reads one ledger as of sizes and days."""

    def __init__(self, log: Log, states: States, clock: Clock) -> None:
        """Read the log and its states; the clock judges the present."""
        self._log = log
        self._states = states
        self._clock = clock
        self._dated = DatedStatesCache(log, states.near)

    def at(self, size: int | None, known: str | None, at: str | None) -> Reading:
        """Give a reading; see `Ledger.as_of`."""
        timezone = self._states.at().timezone
        as_of = resolve(read_question(size, known, at, timezone), self._log, self._clock, timezone)
        state = self._states.at(as_of.size)
        opened = parse_instant(read_entry(self._log.entry(0)).recorded_at) if self._log.size else None
        dated = self._dated.at(state, as_of.first, as_of.last) if as_of.day is not None else None
        history = dated.history if dated is not None else self._dated.history(state)
        asked = (state, as_of.first, as_of.last, history)
        return Reading(
            as_of=as_of,
            known=state,
            dated=dated,
            opened=opened,
            answers=cache(lambda: validities(*asked)),
            look_up=cache(lambda: {(each.kind, each.stream, each.name): each for each in who_may_act(*asked)}),
        )
