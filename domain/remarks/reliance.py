"""What rests upon a document: who cited it first, and what was agreed, decided or alleged with it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.genesis import LedgerState
from constancia.domain.kernel.aggregate import document_of, marks_of
from constancia.domain.kernel.context import Context, EntryView, StateView
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.remarks.allegation import Allegation
from constancia.domain.remarks.remarked_entry import EntryContest, EntryResponse, RemarkedEntry
from constancia.domain.remarks.statement import Statement


def objects_in(item: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object within a JSON value, itself among them."""
    if isinstance(item, Mapping):
        yield item
        for member in item.values():
            yield from objects_in(member)
    elif isinstance(item, list):
        for member in item:
            yield from objects_in(member)


def first_citations(at: Context, documents: Iterable[str]) -> Mapping[str, EntryView]:
    """Give the first entry that cites each of some documents, of those that the state still speaks of.

    Args:
        at: Gives the state, and looks entries up.
        documents: Documents, by SHA-256.

    Returns:
        The entries by document; what no entry cites is not in it.
    """
    asked, first = frozenset(documents), dict[str, EntryView]()
    citing = (
        aggregate for aggregate in at.state.aggregates.values() if not asked.isdisjoint(_cited(document_of(aggregate)))
    )
    marks = {mark.index: mark for aggregate in citing for mark in marks_of(aggregate)}
    for index in sorted(marks):
        entry = at.lookup(marks[index].leaf_hash)
        if entry is not None:
            first = dict.fromkeys(asked & _cited(entry.statement["body"]), entry) | first
    return first


def rested_upon(state: StateView, documents: Iterable[str], holder: str) -> Iterator[tuple[str, str]]:
    """Yield the documents that others rest upon, each with the stream in which they do.

    Args:
        state: The state.
        documents: Documents, by SHA-256.
        holder: The party that cited them: what it alone alleges keeps none of them.
    """
    for stream, part in _resting(state, holder):
        cited = _cited(document_of(part))
        yield from ((name, stream) for name in documents if name in cited)


def _cited(item: Any) -> frozenset[Any]:
    return frozenset(part.get("sha256") for part in objects_in(item))


def _resting(state: StateView, holder: str) -> Iterator[tuple[str, object]]:
    """Yield what was agreed, decided, published, accepted, and what other parties than the holder allege or contest."""
    for kind in (LedgerState, Agreement, Decision, ActionPlan, Statement):
        yield from ((aggregate.stream, aggregate) for aggregate in state.of(kind))
    for work in state.of(DeliverableState):
        if work.status == "accepted":
            yield work.stream, work
        yield from ((work.stream, contest) for contest in work.contests if contest.mark.party != holder)
    for allegation in state.of(Allegation):
        if allegation.said.party != holder:
            yield allegation.stream, allegation
    for entry in state.of(RemarkedEntry):
        remarks: tuple[EntryContest | EntryResponse, ...] = (*entry.contests, *entry.responses)
        yield from ((entry.stream, remark) for remark in remarks if remark.mark.party != holder)
