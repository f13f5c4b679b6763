"""Answers to a complaint. They are acts about the entry that filed it, and none of this room."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from constancia.domain.complaints.complaint import Complaint, answer_of
from constancia.domain.identity.succession import holder_of
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.kernel.context import StateView


class EntryAnswer(Protocol):
    """A response to an entry (`EntryResponse` is one, in the room of remarks)."""

    @property
    def mark(self) -> Mark:
        """Whose word it is."""

    @property
    def answers(self) -> tuple[str, ...] | None:
        """The contests that it answers; None where it answers the entry itself."""


@runtime_checkable
class AnsweredEntry(Protocol):
    """The aggregate of what was said of an entry (`RemarkedEntry` is one, in the room of remarks)."""

    @property
    def responses(self) -> Sequence[EntryAnswer]:
        """All responses."""


def answers_to(state: StateView, entry: str) -> tuple[Mark, ...]:
    """Give the words by which an entry was answered, in the order of recording.

    Args:
        state: The state at some size.
        entry: Hex leaf hash of the entry.

    Returns:
        The mark of each response on the stream `entry/<leaf hash>` to the entry itself, and not to a contest of it.
    """
    about: object = state.standing(f"entry/{entry}")
    responses = about.responses if isinstance(about, AnsweredEntry) else ()
    return tuple(response.mark for response in responses if response.answers is None)


def first_answers(state: StateView, complaint: Complaint) -> dict[str, Mark]:
    """Give the first answer of each accused party: its own, or of who took its answer over; no other."""
    answers: dict[str, Mark] = {}
    for mark in answers_to(state, complaint.filed.leaf_hash):
        for accused in complaint.against:
            if mark.party in (accused, holder_of(state, accused, answer_of(complaint))):
                answers.setdefault(accused, mark)
    return answers
