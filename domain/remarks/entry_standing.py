"""The standing of an entry, which is nobody's word: asserted, acknowledged, contested, answered.

- R5: a contest is open until it is answered or withdrawn. While one is open, the entry is contested; where all that
  were upheld are answered, it is answered. Neither a contest nor a response is ever left out of what is shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from constancia.domain.commitments.commitment import Commitment, ProgressStatement
from constancia.domain.identity.key import Key
from constancia.domain.kernel.aggregate import Aggregate, Mark, marks_of
from constancia.domain.kernel.context import StateView
from constancia.domain.remarks.remarked_entry import EntryResponse, RemarkedEntry
from constancia.domain.values.editions import FIRST
from constancia.domain.values.values import Evidence, Text

EntryStanding = Literal["asserted", "acknowledged", "contested", "answered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestStanding:
    """A contest of an entry, and what became of it.

    Attributes:
        contest: Its id; None for a contest of an earlier edition, which has none.
        grounds: Why.
        evidence: On what.
        mark: Who contests, and when.
        own_level: The level of completion that the contester finds.
        answered: Who answered it, in order.
        withdrawn: Its author's later word.
    """

    contest: str | None
    grounds: Text
    evidence: tuple[Evidence, ...]
    mark: Mark
    own_level: str | None
    answered: tuple[Mark, ...]
    withdrawn: Mark | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it, and its author upholds it."""
        return not self.answered and self.withdrawn is None


def remarks_on(state: StateView, leaf_hash: str) -> RemarkedEntry | None:
    """Give what was said of an entry; None where nothing was."""
    remarked = state.standing(f"entry/{leaf_hash}")
    return remarked if isinstance(remarked, RemarkedEntry) else None


def contests_of(state: StateView, leaf_hash: str) -> tuple[ContestStanding, ...]:
    """Give the contests of an entry, in the order of recording.

    Args:
        state: The state at some size.
        leaf_hash: The entry's.

    Returns:
        All of them, also answered and withdrawn ones.
    """
    remarked = remarks_on(state, leaf_hash)
    report = _contested_report(state, leaf_hash)
    if remarked is None and report is None:
        return ()
    contests = [*_former_contests(state, report), *(_contests(remarked) if remarked else ())]
    return tuple(sorted(contests, key=lambda contest: contest.mark.index))


def contested_entries(state: StateView) -> Iterable[str]:
    """Give the leaf hashes of the entries that were contested, each once."""
    remarked: Iterable[RemarkedEntry] = state.of(RemarkedEntry)
    targets = [entry.target for entry in remarked if entry.contests]
    commitments = state.outlines(Commitment).values()
    return dict.fromkeys([*targets, *(leaf for commitment in commitments for leaf in commitment.contested)])


def responses_to(state: StateView, leaf_hash: str) -> tuple[EntryResponse, ...]:
    """Give all responses to an entry and to contests of it, in the order of recording."""
    remarked = remarks_on(state, leaf_hash)
    return remarked.responses if remarked else ()


def standing_of(state: StateView, leaf_hash: str) -> EntryStanding:
    """Give the standing of an entry, by what was said of it.

    Args:
        state: The state at some size.
        leaf_hash: The entry's.

    Returns:
        `contested` while a contest is open; `answered` where those that were upheld are; else `acknowledged` where
        somebody whom it concerns has acknowledged it; `answered` where only it itself was, as an accusation is;
        `asserted` where none of this was said.
    """
    upheld = [contest for contest in contests_of(state, leaf_hash) if contest.withdrawn is None]
    if upheld:
        return "contested" if any(contest.is_open for contest in upheld) else "answered"
    remarked = remarks_on(state, leaf_hash)
    if remarked is not None and remarked.acknowledged:
        return "acknowledged"
    answered = remarked is not None and any(response.answers is None for response in remarked.responses)
    return "answered" if answered else "asserted"


def contested_level(state: StateView, commitment: Commitment) -> str | None:
    """Give the level last found by a contester of another party than the reporter's, where one gave a level.

    Args:
        state: The state that holds the commitment.
        commitment: The commitment.

    Returns:
        The level; None where no contest that its author upholds has one. A response changes nothing about it.
    """
    levels = [
        (contest.mark.index, contest.own_level)
        for report in commitment.reports
        for contest in contests_of(state, report.mark.leaf_hash)
        if contest.own_level and contest.withdrawn is None and contest.mark.party != report.mark.party
    ]
    return max(levels)[1] if levels else None


def contests_within(state: StateView, aggregate: Aggregate) -> Iterator[tuple[Mark, ContestStanding]]:
    """Give each contest of what an aggregate is made of, with the mark of the entry that it contests."""
    for mark in sorted(marks_of(aggregate), key=lambda mark: mark.index):
        for contest in contests_of(state, mark.leaf_hash):
            yield mark, contest


def verdicts_on(state: StateView, leaf_hash: str) -> Mapping[str, str]:
    """Give what a party said of a suspect signature on an entry: `affirmed` or `disowned`, by party."""
    keys = state.on_topic(Key, f"entry/{leaf_hash}")
    return {key.party: verdict for key in keys for target, verdict in key.reaffirmed if target == leaf_hash}


def disowned(state: StateView) -> Mapping[str, str]:
    """Give the leaf hashes of the signatures that their parties have disowned, with the party."""
    return {} if state.edition == FIRST else state.once(_disowned)


def _disowned(state: StateView) -> Mapping[str, str]:
    keys: Iterable[Key] = state.of(Key)
    return {target: key.party for key in keys for target, verdict in key.reaffirmed if verdict == "disowned"}


def _contests(remarked: RemarkedEntry) -> Iterator[ContestStanding]:
    for contest in remarked.contests:
        answered = (response.mark for response in remarked.responses if contest.contest in (response.answers or ()))
        yield ContestStanding(
            contest=contest.contest,
            grounds=contest.grounds,
            evidence=contest.evidence,
            mark=contest.mark,
            own_level=contest.own_level,
            answered=tuple(answered),
            withdrawn=contest.withdrawn,
        )


def _former_contests(state: StateView, report: ProgressStatement | None) -> Iterator[ContestStanding]:
    """Give the contests that an earlier edition of the law added to a report; each is answered as an entry."""
    for contest in report.contests if report else ():
        remarked = remarks_on(state, contest.mark.leaf_hash)
        yield ContestStanding(
            contest=None,
            grounds=contest.grounds,
            evidence=contest.evidence,
            mark=contest.mark,
            own_level=contest.own_level,
            answered=tuple(response.mark for response in remarked.responses) if remarked else (),
            withdrawn=None,
        )


def _contested_report(state: StateView, leaf_hash: str) -> ProgressStatement | None:
    """Give the report that an entry is, where an earlier edition let it be contested, and it was."""
    commitments = state.on_topic(Commitment, f"entry/{leaf_hash}")
    reports = (report for commitment in commitments for report in commitment.reports if report.contests)
    return next((report for report in reports if report.mark.leaf_hash == leaf_hash), None)
