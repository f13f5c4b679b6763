"""Conditions precedent: what is declared and settled on a commitment holds back the agreement that it concerns."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from constancia.domain.agreements.agreement import Agreement, Precedent
from constancia.domain.agreements.texts import ENDED_BY_ALL, bound_without, ended_with, entered
from constancia.domain.commitments.commitment import Commitment, DeclaredCondition
from constancia.domain.governance.body import acting_body
from constancia.domain.identity.voice import can_say
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule

PRECEDENT: Final = "precedent"


def agreement_of(at: Context, kind: str, concerns: str | None) -> Agreement | None:
    """Give the agreement that a condition precedent concerns, or None."""
    return at.find(Agreement, concerns) if kind == PRECEDENT and concerns is not None else None


@rule(
    "E_POLICY",
    "a condition precedent concerns an agreement",
    "una condición suspensiva atañe a un acuerdo",
)
def of_an_agreement(act: Any, on: object, at: Context) -> Breach:
    """Check that a condition precedent has something to hold back."""
    return act.kind == PRECEDENT and agreement_of(at, act.kind, act.concerns) is None and {"concerns": act.concerns}


# Else a party that has signed would be bound by what it did not sign, or released from it.
@rule(
    "E_STATE",
    "a condition precedent is declared before anybody signs the text",
    "una condición suspensiva se declara antes de que alguien firme el texto",
)
def before_the_signatures(act: Any, on: object, at: Context) -> Breach:
    """Check that nobody has signed the last version."""
    agreement = agreement_of(at, act.kind, act.concerns)
    return agreement is not None and bool(agreement.current.signatures or agreement.terminated)


_BY_THE_PARTIES: Final = (
    "E_POLICY",
    "a condition precedent is declared and settled in a body where all parties to the text sit",
    "una condición suspensiva se declara y se resuelve en un órgano donde tienen lugar todas las partes del texto",
)


def _parties_outside(at: Context, commitment: Commitment, agreement: Agreement | None, type_name: str) -> Breach:
    """Find parties to the last version that can speak, and have no word here: others would hold it back, or end it."""
    body = acting_body(at.state, commitment.governance_body)
    seated = body.seated if body is not None else ()
    return agreement is not None and [
        {"party": party}
        for party in agreement.current.parties
        if party not in seated and not agreement.has_left(party) and can_say(at, party, type_name)
    ]


@rule(*_BY_THE_PARTIES)
def declared_by_the_parties(act: Any, on: Commitment, at: Context) -> Breach:
    """Check that all parties to the text have a word on the condition."""
    return _parties_outside(at, on, agreement_of(at, act.kind, act.concerns), type(act).__name__)


@rule(*_BY_THE_PARTIES)
def settled_by_the_parties(act: Any, on: Commitment, at: Context) -> Breach:
    """Check that all parties to the text have a word on what became of the condition."""
    return _parties_outside(at, on, _held_back(act, on, at), type(act).__name__)


@rule(*ENDED_BY_ALL)
def ends_by_all_when_met(act: Any, on: Commitment, at: Context) -> Breach:
    """Check that nobody has become a party to an agreement that the text terminates since all have signed it."""
    agreement = _held_back(act, on, at)
    if agreement is None or act.outcome != "met":
        return None
    return bound_without(at, agreement.current.terminates, agreement.current.parties)


def _held_back(act: Any, on: Commitment, at: Context) -> Agreement | None:
    declared = on.declared_condition(act.condition)
    return agreement_of(at, declared.kind, declared.concerns) if declared is not None else None


def holding_back(condition: DeclaredCondition | None, on: Commitment, at: Context) -> Iterable[Agreement]:
    """Give the agreement whose last version a condition holds back, where it was declared with this entry."""
    if condition is None or condition.mark != at.mark:
        return
    agreement = agreement_of(at, condition.kind, condition.concerns)
    if agreement is not None:
        added = Precedent(
            commitment=on.commitment, condition=condition.condition, text=condition.text, mark=condition.mark
        )
        version = agreement.current
        yield agreement.with_current(replace(version, precedents=(*(version.precedents or ()), added)))


def released(condition: DeclaredCondition | None, on: Commitment, at: Context) -> Iterable[Agreement]:
    """Give the agreements that change where a condition was settled with this entry.

    One that is met lets a version that all have signed enter into force; one that failed lets it lapse. An agreement
    that has ended stays ended.
    """
    if condition is None or condition.settled != at.mark:
        return
    agreement = agreement_of(at, condition.kind, condition.concerns)
    name = (on.commitment, condition.condition)
    precedents = agreement.current.precedents or () if agreement is not None else ()
    if agreement is None or name not in {(precedent.commitment, precedent.condition) for precedent in precedents}:
        return
    settled = tuple(
        replace(precedent, outcome=condition.outcome, settled=condition.settled)
        if (precedent.commitment, precedent.condition) == name
        else precedent
        for precedent in precedents
    )
    after = agreement.with_current(replace(agreement.current, precedents=settled))
    if condition.outcome == "failed" and after.terminated is None:
        yield replace(after, status="lapsed" if after.in_force is None else "in_force")
    elif after.status == "awaiting_condition":
        after = entered(after, at)
        yield after
        yield from ended_with(after, at)
    else:
        yield after
