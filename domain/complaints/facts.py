"""What follows about complaints: who owes an answer by when, who answered when, and who was late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from constancia.domain.complaints.answers import first_answers
from constancia.domain.complaints.complaint import Complaint
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.calendar import deadline, format_instant, local_day, parse_day, parse_edtf, parse_instant
from constancia.domain.kernel.context import StateView
from constancia.domain.kernel.derived import Derived
from constancia.domain.kernel.occurrence import occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedAnswer:
    """An answer that an accused party owes.

    Attributes:
        party: Who owes it.
        due: Last day, in the ledger's zone.
        stands: `answered`, `answered_late`, `owed`, or `late` where it is missing and the day is over.
        answered: The first answer; None where there is none.
        days_late: Days from the last day to the answer, or to the day asked about; 0 where it is in time.
    """

    party: str
    due: str
    stands: str
    answered: Mark | None = None
    days_late: int = 0


def owed_answers(state: StateView, complaint: Complaint, at: datetime) -> tuple[OwedAnswer, ...]:
    """Give the answers that are owed to an admitted complaint at an instant, by party.

    Args:
        state: The state at some size.
        complaint: One of its complaints.
        at: The instant asked about.
    """
    if complaint.admission is None:
        return ()
    due, answers = complaint.admission.due, first_answers(state, complaint)
    today = local_day(at, state.timezone)
    return tuple(_owed(state, party, due, answers.get(party), today.isoformat()) for party in complaint.owed_by)


def _owed(state: StateView, party: str, due: str, answered: Mark | None, today: str) -> OwedAnswer:
    when = _last_day(occurrence(state, answered).on) if answered is not None else today
    late = max(0, (parse_day(when) - parse_day(due)).days)
    answer = "answered_late" if late else "answered"
    stands = answer if answered is not None else "late" if late else "owed"
    return OwedAnswer(party=party, due=due, stands=stands, answered=answered, days_late=late)


def _last_day(when: str) -> str:
    end = parse_edtf(when).end
    return when if end is None else end.isoformat()


def complaint_facts(state: StateView, at: datetime) -> Iterator[Derived]:
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
            yield Derived(
                kind="ResponseRequired",
                stream=complaint.stream,
                since=admitted_on,
                known_index=admission.mark.index,
                params={"days": complaint.response_days, "due": owed.due, "party": owed.party},
            )
            missed = deadline(owed.due, state.timezone)
            if owed.days_late and missed is not None:
                yield Derived(
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
