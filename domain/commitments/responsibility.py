"""Who does it: roles that are filled, and fallbacks whose condition has failed, by the word of all members."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Final, Literal

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.commitments.commitment import (
    Commitment,
    CommitmentAct,
    DeclaredCondition,
    RoleHolder,
    SettledCondition,
    named_responsible,
)
from constancia.domain.commitments.precedents import ends_by_all_when_met, released, settled_by_the_parties
from constancia.domain.commitments.scope import Milestone
from constancia.domain.governance.body import acting_body, acting_name, awaited, has_seat, is_alone, seat_rules
from constancia.domain.governance.decision import TWO
from constancia.domain.identity.kinship import has_acknowledged
from constancia.domain.identity.party import party_registered
from constancia.domain.identity.role import Role
from constancia.domain.identity.succession import succession_of
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import act, act_base
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import SECOND, THIRD
from constancia.domain.values.values import EdtfText, FormError, Identifier, Text


@act_base
class BodysAct(CommitmentAct):
    """What the members of the commitment's body say of it together, each by its own entry over an equal text."""

    SINCE: ClassVar = SECOND
    by_secretariat: ClassVar = False
    concurring: ClassVar = True

    def suffices(self, on: Commitment, at: Context) -> bool:
        """Tell whether, with this word, all have said it who are awaited: who has left is not."""
        needed = awaited(at, acting_body(at.state, on.governance_body), type(self).__name__) - self.parties_concerned(
            at
        )
        return bool(needed) and at.joined().parties >= needed and self.is_open(on)

    def is_open(self, on: Commitment) -> bool:
        """Tell whether the matter is not settled yet."""
        return True

    def settle(self, on: Commitment, at: Context) -> Commitment:
        """Give the effect of the last word."""
        return on

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Add this member's word; with the last one it has its effect."""
        concurrence = at.joined()
        if not self.suffices(on, at):
            return replace(on, concurring=on.with_concurrence(concurrence))
        return self.settle(replace(on, concurring=on.without_concurrence(concurrence)), at)


def _its_body(act: BodysAct, on: Commitment, at: Context) -> str:
    return acting_name(at.state, on.governance_body) or ""


_ALONE: Final = ("E_POLICY", "no party decides alone in a body", "ninguna parte decide sola en un órgano")


@rule(*_ALONE, until=SECOND)
def _not_alone_there(act: BodysAct, on: Commitment, at: Context) -> Breach:
    body = acting_body(at.state, on.governance_body)
    return body is not None and len(body.seated) < TWO


# Else one decides alone where the others sit and can't speak.
@rule(*_ALONE, since=THIRD)
def _not_alone(act: BodysAct, on: Commitment, at: Context) -> Breach:
    return is_alone(at, acting_body(at.state, on.governance_body), type(act).__name__)


@rule("E_NOT_FOUND", "there is no such milestone", "no existe ese hito")
def _milestone_exists(act: BodysAct, on: Commitment, at: Context) -> Breach:
    named = getattr(act, "milestone", None)
    return named is not None and on.scope is not None and on.scope.milestone(named) is None and {"milestone": named}


BY_THE_BODY: Final = (*seat_rules(_its_body), _not_alone_there, _not_alone, _milestone_exists)


@act
class RoleFilled(BodysAct):
    """A party fills a role that the scope names, by the word of all members: until then the role is open to nobody.

    Since the third edition a party that sits in a body, this or another, fills it once it has acknowledged one of these
    words: two of three do not bind the third. Who said it before says it once more to give it effect.
    """

    milestone: Identifier | None = None
    party: Identifier
    replaces: Identifier | None = None
    role: Role
    since: EdtfText

    @rule("E_NOT_FOUND", "the scope names no such role", "el alcance no nombra ese papel")
    def _named_by_the_scope(self, on: Commitment, at: Context) -> Breach:
        listed = on.scope.milestones if on.scope else ()
        named = {
            name for step in listed if self.milestone in (None, step.milestone) for name in named_responsible(step)
        }
        return self.role not in named and {"role": self.role}

    @rule("E_STATE", "the party does not fill the role yet", "la parte aún no desempeña el papel")
    def _not_yet(self, on: Commitment, at: Context) -> Breach:
        return any(self._is(holder, self.party) for holder in on.roles or ())

    @rule("E_NOT_FOUND", "who is replaced fills the role", "quien es reemplazada desempeña el papel")
    def _replaces_a_holder(self, on: Commitment, at: Context) -> Breach:
        gone = self.replaces
        return gone is not None and not any(self._is(holder, gone) for holder in on.roles or ()) and {"party": gone}

    @rule("E_SELF_DEALING", "who gets a role does not give it", "quien recibe un papel no lo otorga")
    def _not_to_oneself(self, on: object, at: Context) -> Breach:
        return speaks_for(at, self.party)

    @rule(
        "E_PARTY_SUCCEEDED",
        "a role goes to a party that has no successor",
        "un papel se da a una parte que no tiene sucesora",
        since=THIRD,
    )
    def _still_there(self, on: object, at: Context) -> Breach:
        return succession_of(at.state, self.party) is not None

    @rule("E_DATE", "a role does not begin in the future", "un papel no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.since)

    RULES: ClassVar = (
        *BY_THE_BODY,
        party_registered,
        _still_there,
        _not_to_oneself,
        _named_by_the_scope,
        _not_yet,
        _replaces_a_holder,
        _has_begun,
    )

    def _is(self, holder: RoleHolder, party: str) -> bool:
        return (holder.role, holder.milestone, holder.party, holder.until_index) == (
            self.role,
            self.milestone,
            party,
            None,
        )

    def is_open(self, on: Commitment) -> bool:
        """Tell whether the party does not fill it yet."""
        return not any(self._is(holder, self.party) for holder in on.roles or ())

    def suffices(self, on: Commitment, at: Context) -> bool:
        """Tell whether all members have said it who are awaited, and a party that sits in a body agrees."""
        words = (mark.leaf_hash for mark in at.joined().marks)
        agrees = (
            at.edition < THIRD
            or not has_seat(at, self.party)
            or any(has_acknowledged(at.state, word, self.party) for word in words)
        )
        return agrees and BodysAct.suffices(self, on, at)

    def parties_concerned(self, at: Context) -> frozenset[str]:
        """Give the party that gets the role; a member that loses it says it with the others."""
        return frozenset({self.party})

    def settle(self, on: Commitment, at: Context) -> Commitment:
        """Add the holder; one that is replaced ends."""
        gone = self.replaces
        before = (
            replace(holder, until_index=at.mark.index) if gone is not None and self._is(holder, gone) else holder
            for holder in on.roles or ()
        )
        added = RoleHolder(role=self.role, party=self.party, milestone=self.milestone, since=self.since, mark=at.mark)
        return replace(on, roles=(*before, added))


@act
class ConditionSettled(BodysAct):
    """The members say what became of a condition; the parties of a milestone's fallback act once it has failed."""

    MEMBER_SINCE: ClassVar = {"condition": 3}

    condition: Identifier | None = None
    milestone: Identifier | None = None
    outcome: Literal["failed", "met"]
    reasons: Text

    def check_form(self, where: str) -> None:
        """Check that it names a milestone with its fallback, or a declared condition of something else."""
        if self.milestone is None and self.condition is None:
            raise FormError(f"{where}.milestone", "this member", "nothing")
        if self.milestone is not None and self.condition is not None:
            raise FormError(f"{where}.condition", "either milestone or condition", self.condition)

    @rule("E_NOT_FOUND", "the milestone has a fallback with a condition", "el hito tiene un respaldo con condición")
    def _has_condition(self, on: Commitment, at: Context) -> Breach:
        milestone = self._milestone(on)
        return milestone is not None and milestone.fallback is None and {"milestone": self.milestone}

    @rule("E_NOT_FOUND", "there is no such declared condition", "no existe esa condición declarada")
    def _declared(self, on: Commitment, at: Context) -> Breach:
        named = self.condition
        return named is not None and on.declared_condition(named) is None and {"condition": named}

    @rule(
        "E_POLICY",
        "the condition of a milestone is settled under the milestone's name",
        "la condición de un hito se resuelve con el nombre del hito",
    )
    def _of_no_milestone(self, on: Commitment, at: Context) -> Breach:
        declared = on.declared_condition(self.condition)
        return declared is not None and declared.milestone is not None and {"milestone": declared.milestone}

    @rule("E_STATE", "a condition is settled once", "una condición se resuelve una vez")
    def _settled_once(self, on: Commitment, at: Context) -> Breach:
        return not self.is_open(on)

    RULES: ClassVar = (
        *BY_THE_BODY,
        _has_condition,
        _declared,
        _of_no_milestone,
        settled_by_the_parties,
        ends_by_all_when_met,
        _settled_once,
    )

    def _milestone(self, on: Commitment) -> Milestone | None:
        return on.scope.milestone(self.milestone) if on.scope and self.milestone else None

    def is_open(self, on: Commitment) -> bool:
        """Tell whether this condition is not settled yet."""
        if self.condition is not None:
            declared = on.declared_condition(self.condition)
            return declared is None or declared.settled is None
        milestone = self._milestone(on)
        return milestone is None or on.settled_condition(milestone) is None

    def settle(self, on: Commitment, at: Context) -> Commitment:
        """Note the outcome."""
        if self.condition is not None:
            return replace(on, declared=tuple(self._settled(condition, at) for condition in on.declared or ()))
        milestone = self._milestone(on)
        if milestone is None or milestone.fallback is None:
            return on
        settled = SettledCondition(
            milestone=milestone.milestone,
            condition=milestone.fallback.condition,
            outcome=self.outcome,
            reasons=self.reasons,
            mark=at.mark,
        )
        return replace(on, conditions=(*(on.conditions or ()), settled))

    def others(self, after: Commitment, at: Context) -> Iterable[Agreement]:
        """Let the agreement go on that a condition precedent held back, or lapse."""
        return released(after.declared_condition(self.condition), after, at)

    def _settled(self, condition: DeclaredCondition, at: Context) -> DeclaredCondition:
        if condition.condition != self.condition:
            return condition
        return replace(condition, outcome=self.outcome, reasons=self.reasons, settled=at.mark)
