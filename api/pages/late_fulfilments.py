"""Deadlines that passed and were met afterwards: what is late no more, and was."""

from collections.abc import Iterator
from dataclasses import dataclass

from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.lateness import missed_facts
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.commitments.deliverables.fulfilment import first_delivery
from constancia.domain.commitments.gathering import Gathering
from constancia.domain.facts.derive import DerivedFact
from constancia.domain.governance.decision import Decision
from constancia.domain.state import State
from constancia.domain.values.calendar import local_day, parse_edtf, parse_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFulfilment:
    """A deadline that passed and was met afterwards: what it was, its window, and the day on which it was met.

    `party` says so. Where that day is within the window, it was said too late: `recorded_on` is the day on which it was
    recorded.
    """

    title: object
    about: object
    stream: str
    window: str
    met_on: str
    party: str
    recorded_on: str | None = None


def late_fulfilments(frame: Frame) -> list[LateFulfilment]:
    """Give the deadlines of commitments that passed and were met afterwards, the last one first."""
    met = []
    for fact in missed_facts(frame, _with_something_done(frame.as_of.known)):
        commitment = frame.state.aggregates.get(fact.stream)
        if not isinstance(commitment, Commitment) or "claimed_on" not in fact.params:
            continue
        kind, _, name = str(fact.params["target"]).partition(" ")
        title = _title(commitment, kind, name)
        met.append(
            LateFulfilment(
                title=title if title is not None else name,
                about=commitment.title.to_json(),
                stream=commitment.stream,
                window=str(fact.params["window"]),
                met_on=str(fact.params["claimed_on"]),
                party=_party(frame.state, commitment, kind, name),
                recorded_on=_recorded_late(frame, fact),
            )
        )
    return sorted(met, key=lambda item: item.met_on, reverse=True)


def _with_something_done(state: State) -> Iterator[str]:
    """Give the commitments of which a milestone is reported complete, or something that they promised is delivered."""
    delivered = {*state.streams_of(DeliverableState), *(topic for each in state.of(Gathering) for topic in each.topics)}
    delivered |= {outline.fulfils for outline in state.outlines(Decision).values()}
    for stream, outline in state.outlines(Commitment).items():
        name = stream.partition("/")[2]
        if outline.has_completed or any(f"deliverable/{name}.{item}" in delivered for item in outline.deliverables):
            yield stream


def _recorded_late(frame: Frame, fact: DerivedFact) -> str | None:
    """Give the day on which something was recorded that is said to have been done in time."""
    last, claimed = parse_edtf(str(fact.params["window"])).end, parse_edtf(str(fact.params["claimed_on"])).end
    if last is None or claimed is None or claimed > last:
        return None
    return local_day(parse_instant(str(fact.params["recorded_at"])), frame.state.timezone).isoformat()


def _party(state: State, commitment: Commitment, kind: str, name: str) -> str:
    """Give the party by whose word something was met; empty where a past day of the page has not got that word yet."""
    if kind == "milestone":
        said_by = (completion.mark.party for completion in commitment.completed if completion.milestone == name)
        return next(said_by, "")
    items = (version.scope.deliverable(name) for version in reversed(commitment.scopes))
    item = next((each for each in items if each is not None), None)
    met = first_delivery(state, commitment, item) if item is not None else None
    return met.mark.party if met is not None else ""


def _title(commitment: Commitment, kind: str, name: str) -> object:
    for version in reversed(commitment.scopes):
        item = version.scope.milestone(name) if kind == "milestone" else version.scope.deliverable(name)
        if item is not None:
            return item.title.to_json()
    return None
