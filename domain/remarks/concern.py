"""Whom an entry concerns, and who may answer it: data by type, and what the entry and its matter name."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Final

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment, named_responsible
from constancia.domain.governance.body import GovernanceBody, acting_body
from constancia.domain.governance.decision import DecidedAct, parse_decided
from constancia.domain.identity.party import find_party
from constancia.domain.kernel.acts import parse_act
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context, EntryView
from constancia.domain.values.values import Text, Value

# What is contested by another act than `EntryContested`, and by which one.
CONTESTED_OTHERWISE: Final[Mapping[str, str]] = {
    "DeliverableContested": "DeliverableRevised",
    "DeliverableRevised": "DeliverableContested",
    "DeliverableSubmitted": "DeliverableContested",
    "EntryAcknowledged": "EntryContested",
    "EntryContested": "ResponseGiven",
    "ProgressContested": "ResponseGiven",
    "ResponseGiven": "EntryContested",
}
# Remarks are about an entry, never about each other: what answers or supports one is said of the entry itself.
REMARKS: Final = frozenset({"EntryAcknowledged", "EntryContested", "ResponseGiven"})
# Types that accuse somebody, and the members that name the accused parties. Where none is named, any party may answer
# but the one that accuses, and nobody acknowledges. The accused answer the entry itself.
ACCUSING: Final[Mapping[str, tuple[str, ...]]] = {
    "AllegationMade": ("accused",),
    "ComplaintFiled": ("against",),
    "ScopeReductionReported": (),
}
# An earlier edition's contest, which is an entry of its own: who reported answers it.
_CONTEST_OF_A_REPORT: Final = "ProgressContested"
_STREAM_OF: Final[Mapping[str, str]] = {"governance_body": "governance"}  # other members are called as the stream is


def authors_of(entry: EntryView) -> tuple[str, ...]:
    """Give the parties that say an entry: one, or for genesis all founders."""
    party = entry.statement["actor"].get("party")
    if party is not None:
        return (party,)
    return tuple(founder["party"] for founder in entry.statement["body"].get("founders", ()))


def is_answerable(type_name: str) -> bool:
    """Tell whether an entry of a type is answered itself, and not only the contests of it."""
    return type_name in ACCUSING or type_name == _CONTEST_OF_A_REPORT


def accused_by(at: Context, entry: EntryView) -> frozenset[str] | None:
    """Give the parties that an entry accuses; None where it accuses somebody and names no party.

    Args:
        at: Gives the state.
        entry: An entry whose type `is_answerable`.
    """
    statement = entry.statement
    if statement["type"] == _CONTEST_OF_A_REPORT:
        commitment = at.find(Commitment, entry.originator_id)
        report = commitment.report(statement["body"]["report"]) if commitment else None
        return frozenset({report.mark.party} if report else ())
    named = (statement["body"].get(member, ()) for member in ACCUSING[statement["type"]])
    return frozenset(party for parties in named for party in parties) or None


def concerned_by(at: Context, entry: EntryView) -> frozenset[str]:
    """Give the parties that an entry concerns: the accused of one that accuses; else whom it and its matters name.

    Args:
        at: Gives the state.
        entry: The entry.

    Returns:
        Registered parties, its author among them where it is named.
    """
    if is_answerable(entry.statement["type"]):
        return accused_by(at, entry) or frozenset()
    named = set(_own_words(entry))
    for aggregate in _matters(at, entry):
        named |= set(_parties_of(at, aggregate))
    return frozenset(party for party in named if find_party(at, party) is not None)


def _own_words(entry: EntryView) -> Iterator[str]:
    """Give what the body names, without the identifiers that it is called by, which may equal a party's by chance."""
    statement = entry.statement
    act = parse_act(statement["type"], statement["schema"], statement["body"])
    own = () if act.stream_kind == "party" else act.stream_id
    for member in fields(act):
        if member.name not in own:
            yield from _names(getattr(act, member.name), statement["schema"])


def _names(value: object, edition: int) -> Iterator[str]:
    """Give every string within a value, at any depth, but those of texts: a text names nobody, in any language."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, DecidedAct):
        yield from _names(parse_decided(value, edition), edition)
    elif isinstance(value, Value) and not isinstance(value, Text):
        yield from _names(tuple(getattr(value, member.name) for member in fields(value)), edition)
    elif isinstance(value, dict | tuple):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _names(member, edition)


def _matters(at: Context, entry: EntryView) -> Iterator[Aggregate]:
    """Give what an entry is about: its stream's aggregate, those that its body names, and what these concern."""
    body = entry.statement["body"]
    named = (f"{_STREAM_OF.get(name, name)}/{value}" for name, value in body.items() if isinstance(value, str))
    waiting, seen = [entry.originator_id, *named], set[str]()
    while waiting:
        stream = waiting.pop()
        aggregate = None if stream in seen else at.state.standing(stream)
        seen.add(stream)
        if aggregate is not None:
            yield aggregate
            waiting.extend(aggregate.concerns)


def _parties_of(at: Context, aggregate: Aggregate) -> Iterator[str]:
    """Give who has a part in a matter: who sits in its body, is responsible in its scope, or a party to its text."""
    if isinstance(aggregate, Commitment) and aggregate.scope is not None:
        for milestone in aggregate.scope.milestones:
            yield from named_responsible(milestone)
    if isinstance(aggregate, Agreement):
        yield from aggregate.current.parties
    name = getattr(aggregate, "governance_body", None)
    body = aggregate if isinstance(aggregate, GovernanceBody) else acting_body(at.state, name)
    if body is not None:
        yield from body.seated
