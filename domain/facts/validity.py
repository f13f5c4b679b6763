"""What is in force on a day, with three answers: yes, no, and possibly where the precision of a date leaves it open.

Bodies and seats, organizations of a party, appointments, keys, rules, scopes, roles, agreements, decisions,
deliverables. All of them answer from everything that a state holds, also from what was recorded later than the day.

- Y1: a day is judged at its end: what begins on it is in force, what is revoked or left on it is not. A `valid_until`
  or `until` is a last day, and still within.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.facts.derive import derive, was_member
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.key import Key
from constancia.domain.identity.party import Party
from constancia.domain.kernel.acts import Recorded
from constancia.domain.state import State
from constancia.domain.values.calendar import Certainty
from constancia.domain.values.moves import ALWAYS, NEVER, Span, answer, counts_by, span_of
from constancia.domain.values.occurrence import occurrence

_ALWAYS: Final = datetime(9000, 1, 1, tzinfo=UTC)
_OUTCOMES: Final = frozenset(
    {
        "AgreementEnteredIntoForce", "AgreementLapsed", "AgreementTerminated", "DecisionAdopted", "DecisionLapsed",
        "DecisionRejected", "DecisionSignedByAll", "DecisionSignedWithout", "DeliverableAcceptedByAll",
    }
)  # fmt: skip
KINDS: Final = ("appointment", "body", "key", "organization", "role", "rules", "scope", "seat", *sorted(_OUTCOMES))
_KEY_ENDS: Final = ("KeyRotated", "KeyRevoked", "KeyCompromised")
_NO, _POSSIBLY, _YES = Certainty.NO, Certainty.POSSIBLY, Certainty.YES


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEntry:
    """An entry's index, its type, and the EDTF date that counts for it."""

    index: int
    type: str
    on: str


History = Mapping[str, Sequence[DatedEntry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """Something that holds for a time, and whether it does on the day asked.

    Attributes:
        kind: One of `KINDS`: the name of a derived fact, or what holds by its own dates.
        stream: The aggregate concerned.
        name: What holds: a party, an organization, an appointment, a key, a version; role, milestone and party.
        holds: The answer.
        since: EDTF of its beginning; None where there is none.
        until: EDTF of its end; None where it has none.
        changes: Each withdrawal and return of a seat, with its EDTF date.
    """

    kind: str
    stream: str
    name: str
    holds: Certainty
    since: str | None = None
    until: str | None = None
    changes: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, object]:
        """Give its JSON form; absent members are left out."""
        item: dict[str, object] = {"holds": self.holds.value, "kind": self.kind, "name": self.name}
        item |= {"stream": self.stream}
        if self.changes:
            item["changes"] = [{"change": change, "effective": when} for change, when in self.changes]
        return item | {name: value for name in ("since", "until") if (value := getattr(self, name)) is not None}


def counts_on(ledger: State, entry: Recorded) -> str:
    """Give the EDTF date that counts for an entry."""
    return occurrence(ledger, _Said(occurred_on=entry.statement["occurred_on"], recorded_at=entry.recorded_at)).on


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    occurred_on: str
    recorded_at: str


def who_may_act(state: State, first: date, last: date, history: History) -> tuple[Validity, ...]:
    """Give the answers for seats, organizations, appointments and keys alone, which lists show; as `validities`."""
    days = (first, last)
    dated = (*_appointments(state, days, history), *_keys(state, days, history))
    return (*_seats(state, days), *_organizations(state, days), *dated)


def validities(state: State, first: date, last: date, history: History) -> tuple[Validity, ...]:
    """Give everything that holds for a time, with its answer for the day.

    Args:
        state: All that is known.
        first: First possible day.
        last: Last possible day.
        history: The entries of each stream, in order.

    Returns:
        By stream, kind and order of recording.
    """
    days = (first, last)
    answers = [
        *_bodies(state, days),
        *_seats(state, days),
        *_organizations(state, days),
        *_appointments(state, days, history),
        *_keys(state, days, history),
        *_rules(state, days, history),
        *_scopes(state, days),
        *_roles(state, days, history),
        *_outcomes(state, days, history),
    ]
    return tuple(sorted(answers, key=lambda validity: (validity.stream, validity.kind)))


def answer_for(
    days: tuple[date, date], since: str | None, until: str | None = None, ended: str | None = None
) -> Certainty:
    """Answer for what holds from a date on.

    Args:
        days: First and last possible day.
        since: EDTF of its beginning; None where it always held.
        until: EDTF of its last day.
        ended: EDTF of the day on which it ends before that, such as its revocation.
    """
    return _between(days, _span(since, ALWAYS), _span(until, NEVER), _span(ended, NEVER))


def _between(days: tuple[date, date], since: Span, until: Span, ended: Span) -> Certainty:
    """As `answer_for`. Nothing has its last day before its first: what is known of either narrows the other."""
    first = Span(first=since.first, last=min(since.last, until.last))
    last = Span(first=max(until.first, since.first), last=until.last)
    if first.first > first.last:  # the dates contradict each other
        first, last = since, until
    return answer(counts_by((first, last.day_after().earlier(ended)), days), {1})


def _span(when: str | None, missing: Span) -> Span:
    return missing if when is None else span_of(when)


def _bodies(state: State, days: tuple[date, date]) -> Iterator[Validity]:
    for body in state.of(GovernanceBody):
        since, name = body.established_on, body.governance_body
        ended = next((when for seat in body.seats for change, when, _ in seat.changes if change == "succeeded"), None)
        holds = _NO if since is None else answer_for(days, since, ended=ended)
        yield Validity(kind="body", stream=body.stream, name=name, holds=holds, since=since, until=ended)


def _seats(state: State, days: tuple[date, date]) -> Iterator[Validity]:
    for body in state.of(GovernanceBody):
        for seat in body.seats:
            changes = tuple((change, effective) for change, effective, _index in seat.changes)
            yield Validity(
                kind="seat",
                stream=body.stream,
                name=seat.party,
                holds=was_member(body, seat.party, *days),
                since=body.established_on,
                until=None if seat.seated or not changes else changes[-1][1],
                changes=changes,
            )


def _organizations(state: State, days: tuple[date, date]) -> Iterator[Validity]:
    for party in state.of(Party):
        for member in party.organizations:
            holds = answer_for(days, member.since, member.until)
            yield Validity(
                kind="organization", stream=party.stream, name=member.organization, holds=holds, since=member.since,
                until=member.until,
            )  # fmt: skip


def _last_of(history: History, stream: str, *types: str) -> str | None:
    return next((entry.on for entry in reversed(history.get(stream, ())) if entry.type in types), None)


def _date_of(history: History, stream: str, index: int | None) -> str | None:
    return next((entry.on for entry in history.get(stream, ()) if entry.index == index), None)


def _appointments(state: State, days: tuple[date, date], history: History) -> Iterator[Validity]:
    for appointment in state.of(Appointment):
        revoked = _last_of(history, appointment.stream, "RepresentativeRevoked")
        yield Validity(
            kind="appointment",
            stream=appointment.stream,
            name=appointment.appointment,
            holds=answer_for(days, appointment.valid_from, appointment.valid_until, revoked),
            since=appointment.valid_from,
            until=revoked or appointment.valid_until,
        )


def _keys(state: State, days: tuple[date, date], history: History) -> Iterator[Validity]:
    genesis = state.aggregates.get("ledger")
    founders = genesis.opened.founders if isinstance(genesis, LedgerState) else ()
    roots = (state.standing(f"key/{founder.root.key_id}") for founder in founders)
    known = {key.stream: key for key in (*roots, *state.of(Key)) if isinstance(key, Key)}
    opened = next((entry.on for entry in history.get("ledger", ())), None)
    pinned = {f"key/{founder.root.key_id}" for founder in founders}
    for key in known.values():
        endorsed = opened if key.stream in pinned else _last_of(history, key.stream, "KeyEndorsed")
        if endorsed is None:
            continue
        ended = _last_of(history, key.stream, *_KEY_ENDS)
        yield _of_key(key, days, endorsed, ended)


def _of_key(key: Key, days: tuple[date, date], endorsed: str, ended: str | None) -> Validity:
    # An endorsement counts from its entry on, also where it names an earlier day.
    start = span_of(endorsed).later(_span(key.valid_from, ALWAYS))
    holds = _between(days, start, _span(key.valid_until, NEVER), _span(ended, NEVER))
    if holds is _YES and key.compromised_since and answer_for(days, key.compromised_since) is not _NO:
        holds = _POSSIBLY  # it was in force, and may have been in other hands
    since = endorsed if key.valid_from is None else max(endorsed, key.valid_from, key=lambda when: span_of(when).first)
    until = ended or key.valid_until
    return Validity(kind="key", stream=key.stream, name=key.key, holds=holds, since=since, until=until)


def _rules(state: State, days: tuple[date, date], history: History) -> Iterator[Validity]:
    opened = next((entry.on for entry in history.get("ledger", ())), None)
    for body in state.of(GovernanceBody):
        dates = {entry.index: entry.on for entry in history.get(body.stream, ())}
        # Version 0 are the rules that genesis gave.
        begins = [(0, opened), *((rules.version, dates.get(rules.since_index)) for rules in body.rules)]
        yield from _versions("rules", body.stream, begins, days)


def _scopes(state: State, days: tuple[date, date]) -> Iterator[Validity]:
    for commitment in state.of(Commitment):
        begins = [(version.version, occurrence(state, version.mark).on) for version in commitment.scopes]
        yield from _versions("scope", commitment.stream, begins, days)


def _roles(state: State, days: tuple[date, date], history: History) -> Iterator[Validity]:
    for commitment in state.of(Commitment):
        for holder in commitment.roles or ():
            since = occurrence(state, holder.mark, holder.since).on
            ended = None if holder.until_index is None else _date_of(history, commitment.stream, holder.until_index)
            name = " ".join((holder.role, *([holder.milestone] if holder.milestone else ()), holder.party))
            holds = answer_for(days, since, ended=ended)
            yield Validity(kind="role", stream=commitment.stream, name=name, holds=holds, since=since, until=ended)


def _versions(
    kind: str, stream: str, begins: Sequence[tuple[int | None, str | None]], days: tuple[date, date]
) -> Iterator[Validity]:
    """Yield versions of which each one ends where the next begins; one without a number is the end of all."""
    counts = counts_by([_span(since, ALWAYS) for _version, since in begins], days)
    for count, (version, since) in enumerate(begins, 1):
        if version is None:
            return
        end = begins[count][1] if count < len(begins) else None
        holds = answer(counts, {count})
        yield Validity(kind=kind, stream=stream, name=str(version), holds=holds, since=since, until=end)


def _outcomes(state: State, days: tuple[date, date], history: History) -> Iterator[Validity]:
    """Yield derived facts that begin and do not end; an agreement's version ends where the next comes into force."""
    in_force: dict[str, list[tuple[int, str | None]]] = {}
    ended: dict[str, str | None] = {}
    for fact in derive(state, _ALWAYS):
        if fact.kind not in _OUTCOMES:
            continue
        since = (fact.since or "").partition("T")[0] or _date_of(history, fact.stream, fact.known_index)
        version = fact.params.get("version", "")
        if fact.kind == "AgreementEnteredIntoForce" and isinstance(version, int):
            in_force.setdefault(fact.stream, []).append((version, since))
        else:
            holds = answer_for(days, since)
            yield Validity(kind=fact.kind, stream=fact.stream, name=str(version), holds=holds, since=since)
        if fact.kind == "AgreementTerminated":
            ended[fact.stream] = since
    for stream, begins in in_force.items():
        end = [(None, ended[stream])] if stream in ended else []
        yield from _versions("AgreementEnteredIntoForce", stream, [*sorted(begins), *end], days)
