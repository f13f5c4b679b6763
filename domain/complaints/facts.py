"""What follows about complaints: who owes an answer by when, who answered when, and who was late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from constancia.domain.complaints.answers import first_answers
from constancia.domain.complaints.complaint import Admission, Complaint
from constancia.domain.governance.body import acting_name
from constancia.domain.identity.succession import with_heirs
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.context import StateView
from constancia.domain.kernel.fact import DerivedFact
from constancia.domain.plans.deadline import DeadlineMove, clock_stops, moves_of, with_stops
from constancia.domain.values.calendar import deadline, format_instant, local_day, parse_day, parse_edtf, parse_instant
from constancia.domain.values.occurrence import occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedAnswer:
    """An answer that an accused party owes.

    Attributes:
        party: Who owes it.
        due: Last day, in the ledger's zone.
        stands: `answered`, `answered_late`, `owed`, or `late` where it is missing and the day is over.
        answered: The first answer; None where there is none.
        days_late: Days from the last day to the answer, or to the day asked about; 0 where it is in time.
        due_now: The last day where days on which the terms were suspended by a legal act do not count.
        days_late_now: The days late by that one. The first figure stays next to it.
    """

    party: str
    due: str
    stands: str
    answered: Mark | None
    days_late: int
    due_now: str
    days_late_now: int


def owed_answers(state: StateView, complaint: Complaint, at: datetime) -> tuple[OwedAnswer, ...]:
    """Give the answers that are owed to an admitted complaint at an instant, by party.

    Args:
        state: The state at some size.
        complaint: One of its complaints.
        at: The instant asked about.
    """
    if complaint.admission is None:
        return ()
    today = local_day(at, state.timezone)
    return tuple(_owed(state, complaint, complaint.admission, party, today) for party in complaint.owed_by)


def _moves(state: StateView, complaint: Complaint) -> Iterator[DeadlineMove]:
    """Give the suspensions that concern a complaint: said in its body, and by nobody accused in it alone."""
    body, accused = acting_name(state, complaint.governance_body), with_heirs(state, set(complaint.against))
    for move in moves_of(state, "answers", answers="complaints"):
        by_others = move.decision is not None or move.mark.party not in accused
        if by_others and any(acting_name(state, named) == body for named in move.bodies):
            yield move


def _owed(state: StateView, complaint: Complaint, admission: Admission, party: str, today: date) -> OwedAnswer:
    answered = first_answers(state, complaint).get(party)
    due, admitted_on = parse_day(admission.due), local_day(parse_instant(admission.mark.recorded_at), state.timezone)
    due_now = with_stops(due, clock_stops(_moves(state, complaint), today, state.timezone), admitted_on)
    when = _last_day(occurrence(state, answered).on) if answered is not None else today
    late = max(0, (when - due).days)
    answer = "answered_late" if late else "answered"
    return OwedAnswer(
        party=party,
        due=admission.due,
        stands=answer if answered is not None else "late" if late else "owed",
        answered=answered,
        days_late=late,
        due_now=due_now.isoformat(),
        days_late_now=max(0, (when - due_now).days),
    )


def _last_day(when: str) -> date:
    return parse_edtf(when).end or date.max


def complaint_facts(state: StateView, at: datetime) -> Iterator[DerivedFact]:
    """Give the derived facts about all complaints at an instant.

    Yields:
        ResponseRequired for each answer that is owed, since the admission; DeadlineMissed for each that was not given
        in time. A late answer is named, and takes neither away.
    """
    for complaint in state.of(Complaint):
        admission = complaint.admission
        if admission is None:
            continue
        admitted_on = local_day(parse_instant(admission.mark.recorded_at), state.timezone).isoformat()
        for owed in owed_answers(state, complaint, at):
            yield DerivedFact(
                kind="ResponseRequired",
                stream=complaint.stream,
                since=admitted_on,
                known_index=admission.mark.index,
                params={"days": complaint.response_days, "due": owed.due, "party": owed.party},
            )
            missed = deadline(owed.due, state.timezone)
            if owed.days_late and missed is not None:
                yield DerivedFact(
                    kind="DeadlineMissed",
                    stream=complaint.stream,
                    since=format_instant(missed),
                    params=_missed(state, owed),
                )


def _missed(state: StateView, owed: OwedAnswer) -> dict[str, object]:
    params: dict[str, object] = {"target": f"response {owed.party}", "window": owed.due}
    if owed.answered is not None:
        met = occurrence(state, owed.answered)
        params |= {"claimed_on": met.claimed_on or met.on, "recorded_at": owed.answered.recorded_at}
    return params
