"""Conditions as the texts have them: what a part of what was agreed depends on, and what begins if it fails.

Who acts when the condition of a milestone fails is in the scope (`Fallback`), and nowhere else. What is declared here
is the wording of each language, and conditions of other kinds.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import Commitment, ConditionKind, DeclaredCondition
from constancia.domain.commitments.precedents import (
    before_the_signatures,
    declared_by_the_parties,
    holding_back,
    of_an_agreement,
)
from constancia.domain.commitments.responsibility import BY_THE_BODY, BodysAct
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, FormError, Identifier, StreamName, Text


@act
class ConditionDeclared(BodysAct):
    """A text's condition is put on record, of a milestone or of something else; each member says it equally."""

    SINCE: ClassVar = THIRD
    REPORTS: ClassVar = True

    concerns: StreamName | None = None
    condition: Identifier
    fallback: Text | None = None
    kind: ConditionKind
    milestone: Identifier | None = None
    source: Doc | None = None
    text: Text

    def check_form(self, where: str) -> None:
        """Check that it is of a milestone or of something else, and that only a milestone has a fallback."""
        if (self.milestone is None) == (self.concerns is None):
            raise FormError(f"{where}.concerns", "either milestone or concerns", self.concerns)
        if self.fallback is not None and self.milestone is None:
            raise FormError(f"{where}.fallback", "a fallback of a milestone only", "a fallback")

    @rule("E_NOT_FOUND", "what the condition concerns is on record", "aquello a lo que atañe la condición consta")
    def _concerns_something(self, on: object, at: Context) -> Breach:
        named = self.concerns
        return named is not None and at.state.standing(named) is None and {"concerns": named}

    @rule("E_STATE", "a condition's id is used once", "el identificador de una condición se usa una vez")
    def _id_is_new(self, on: Commitment, at: Context) -> Breach:
        return on.declared_condition(self.condition) is not None

    @rule("E_NOT_FOUND", "the milestone has a fallback with a condition", "el hito tiene un respaldo con condición")
    def _has_fallback(self, on: Commitment, at: Context) -> Breach:
        milestone = on.scope.milestone(self.milestone) if on.scope and self.milestone else None
        return milestone is not None and milestone.fallback is None and {"milestone": self.milestone}

    # The scope is what was agreed: another wording next to it would be a second truth.
    @rule(
        "E_POLICY",
        "the condition of a milestone is the one that the scope has, in each of its languages",
        "la condición de un hito es la que tiene el alcance, en cada uno de sus idiomas",
    )
    def _as_in_the_scope(self, on: Commitment, at: Context) -> Breach:
        milestone = on.scope.milestone(self.milestone) if on.scope and self.milestone else None
        agreed = milestone.fallback if milestone else None
        return agreed is not None and agreed.condition != self.text and {"scope": agreed.condition.to_json()}

    RULES: ClassVar = (
        *BY_THE_BODY,
        _concerns_something,
        of_an_agreement,
        declared_by_the_parties,
        before_the_signatures,
        _id_is_new,
        _has_fallback,
        _as_in_the_scope,
    )

    def is_open(self, on: Commitment) -> bool:
        """Tell whether it is not on record yet."""
        return on.declared_condition(self.condition) is None

    def settle(self, on: Commitment, at: Context) -> Commitment:
        """Put it on record."""
        declared = DeclaredCondition(
            condition=self.condition,
            kind=self.kind,
            text=self.text,
            mark=at.mark,
            milestone=self.milestone,
            concerns=self.concerns,
            fallback=self.fallback,
            source=self.source,
        )
        return replace(on, declared=(*(on.declared or ()), declared))

    def others(self, after: Commitment, at: Context) -> Iterable[Agreement]:
        """Hold back the agreement that it concerns, where it is a condition precedent."""
        return holding_back(after.declared_condition(self.condition), after, at)
