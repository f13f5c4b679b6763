"""Conditions precedent: what is declared and settled on a commitment holds back the agreement that it concerns."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from constancia.domain.agreements.agreement import Agreement, Precedent
from constancia.domain.agreements.texts import ended_with, entered
from constancia.domain.commitments.commitment import Commitment, DeclaredCondition
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

    One that is met lets a version that all have signed enter into force; one that failed lets it lapse.
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
    if condition.outcome == "failed":
        yield replace(after, status="lapsed" if after.in_force is None else "in_force")
    elif after.status == "awaiting_condition":
        after = entered(after, at)
        yield after
        yield from ended_with(after, at)
    else:
        yield after
