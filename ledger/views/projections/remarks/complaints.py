"""Complaints: open, answers owed and late, resolved. Of a protected one nothing that it protects. Key: the stream."""

from datetime import date
from typing import Final

from constancia.domain.complaints.complaint import Complaint
from constancia.domain.complaints.facts import OwedAnswer, owed_answers
from constancia.domain.kernel.aggregate import document_of
from constancia.domain.state import State
from constancia.ledger.views.projections.base import Row, rows_of, start_of

# What could lead to who complains: the word itself, what it is about, and when it was taken in by whom in person.
_PROTECTED: Final = ("digest", "filed", "subject", "text", "pseudonym", "concurring", "version")


def _row(state: State, key: str, day: date) -> Row | None:
    complaint = state.aggregates.get(key)
    if not isinstance(complaint, Complaint):
        return None
    answers = owed_answers(state, complaint, start_of(day, state.timezone))
    document = document_of(complaint)
    if complaint.protected:
        document = {name: value for name, value in document.items() if name not in _PROTECTED}
    return {
        **document,
        "answers": [_answer(answer) for answer in answers],
        "continued_by": _continued_by(state, complaint),
        "filer": complaint.filer,
        "is_late": any(answer.stands == "late" for answer in answers),
        "is_open": complaint.is_open,
        "was_taken_in": complaint.was_taken_in,
    }


def _continued_by(state: State, complaint: Complaint) -> list[str]:
    """Give the complaints that continue one."""
    others = state.on_topic(Complaint, complaint.stream)
    return [other.complaint for other in others if other.continues == complaint.complaint]


def _answer(answer: OwedAnswer) -> Row:
    return {
        "answered": document_of(answer.answered),
        "days_late": answer.days_late,
        "days_late_now": answer.days_late_now,
        "due": answer.due,
        "due_now": answer.due_now,
        "party": answer.party,
        "stands": answer.stands,
    }


COMPLAINTS: Final = rows_of("complaints", "complaint", Complaint, _row)
