"""View models: what a page shows, computed from the state at a size and the entries themselves."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from constancia.api.text.i18n import say
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverable import DeliverableState
from constancia.domain.commitments.scope import Milestone, Scope
from constancia.domain.derive import derive, first_submission, flags
from constancia.domain.kernel.calendar import deadline, format_instant, local_day
from constancia.domain.remarks.correction import Correction
from constancia.domain.sentences import sentence_of
from constancia.domain.state import State
from constancia.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry as a line of a timeline: its plain sentence, both dates, and what was corrected about it."""

    index: int
    leaf_hash: str
    type: str
    sentence: str
    party: str
    occurred_on: str
    recorded_at: str
    mode: str
    provenance: str | None
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneLine:
    """A milestone with where it stands: `done`, `overdue`, `running` or `open_ended`."""

    milestone: Milestone
    stands: str
    days_late: int
    due: str | None
    deliverables: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A deadline that passed unmet: what was due (`milestone` or `deliverable`), and when it was met after all."""

    kind: str
    name: str
    title: object
    window: str
    met_on: str | None


def line(ledger: Ledger, state: State, index: int, lang: str) -> Line:
    """Give one entry as a line.

    Args:
        ledger: The ledger.
        state: Resolves names and corrections.
        index: The entry's index.
        lang: Language of the sentence.
    """
    entry = json.loads(ledger.log.entry(index))
    statement = entry["statement"]
    leaf = ledger.log.leaf_hash(index).hex()
    return Line(
        index=index,
        leaf_hash=leaf,
        type=statement["type"],
        sentence=say(sentence_of(statement, state), lang),
        party=statement["actor"].get("party", ""),
        occurred_on=statement["occurred_on"],
        recorded_at=entry["recorded_at"],
        mode=statement["mode"],
        provenance=statement["body"].get("provenance"),
        corrections=tuple(one for one in state.of(Correction) if one.target == leaf),
    )


def timeline(ledger: Ledger, state: State, stream: str, lang: str, limit: int = 300) -> list[Line]:
    """Give what was said about a stream, by when it happened; what happened at the same time, by index."""
    ledger.views.wait(state.size)
    rows = ledger.views.rows("timeline", prefix=f"{stream}#", limit=limit)
    known = [row for _key, row in rows if row["index"] < state.size]
    known.sort(key=lambda row: (row["occurred_from"] or "", row["occurred_until"] or "9999", row["index"]))
    return [line(ledger, state, row["index"], lang) for row in known]


def latest(ledger: Ledger, state: State, lang: str, count: int = 8) -> list[Line]:
    """Give the last entries, newest first."""
    return [line(ledger, state, index, lang) for index in range(state.size - 1, max(-1, state.size - 1 - count), -1)]


def milestones(state: State, commitment: Commitment, at: datetime) -> list[MilestoneLine]:
    """Give a commitment's milestones with where each stands at an instant."""
    scope = commitment.scope
    if scope is None:
        return []
    return [_milestone(state, commitment, scope, one, at) for one in scope.milestones]


def _milestone(state: State, commitment: Commitment, scope: Scope, milestone: Milestone, at: datetime) -> MilestoneLine:
    due = deadline(milestone.window, state.timezone)
    days = 0
    if milestone.milestone not in commitment.open_milestones:
        stands = "done"
    elif due is None:
        stands = "open_ended"
    elif due <= at:
        stands = "overdue"
        days = (local_day(at, state.timezone) - local_day(due, state.timezone)).days + 1
    else:
        stands = "running"
    return MilestoneLine(
        milestone=milestone,
        stands=stands,
        days_late=days,
        due=format_instant(due) if due else None,
        deliverables=tuple(_deliverables(state, commitment, scope, milestone.milestone)),
    )


def _deliverables(state: State, commitment: Commitment, scope: Scope, milestone: str) -> Iterable[dict[str, Any]]:
    for item in scope.deliverables:
        if item.milestone == milestone:
            found = state.aggregates.get(f"deliverable/{commitment.commitment}.{item.deliverable}")
            known = found if isinstance(found, DeliverableState) else None
            yield {
                "item": item,
                "known": known,
                "status": known.status if known else "expected",
                "open_contests": known.open_contests if known else (),
            }


def overdue(state: State, at: datetime) -> list[tuple[Commitment, MilestoneLine]]:
    """Give every milestone that is past its deadline and not reported complete."""
    return [
        (commitment, one)
        for commitment in state.of(Commitment)
        for one in milestones(state, commitment, at)
        if one.stands == "overdue"
    ]


def missed(state: State, commitment: Commitment, at: datetime) -> list[Missed]:
    """Give every deadline of a commitment that had been missed at an instant."""
    facts = [one for one in derive(state, at) if one.kind == "DeadlineMissed" and one.stream == commitment.stream]
    return [_missed(state, commitment, str(one.params["target"]), str(one.params["window"])) for one in facts]


def _missed(state: State, commitment: Commitment, target: str, window: str) -> Missed:
    kind, _, name = target.partition(" ")
    met, title = None, None
    for version in commitment.scopes:  # an item that a later scope dropped still has its title in an earlier one
        for item in version.scope.milestones if kind == "milestone" else version.scope.deliverables:
            if name == (item.milestone if isinstance(item, Milestone) else item.deliverable):
                title = item.title
    if kind == "milestone":
        met = next((one.mark.occurred_on for one in commitment.completed if one.milestone == name), None)
    else:
        submitted = first_submission(state, commitment.commitment, name)
        met = submitted.versions[0].mark.occurred_on if submitted else None
    return Missed(kind=kind, name=name, title=title or name, window=window, met_on=met)


def commitment_flags(state: State, commitment: Commitment, at: datetime) -> tuple[str, ...]:
    """Give a commitment's overlay flags at an instant."""
    return flags(state, commitment, at)
