"""How a plan begins and ends, by the word of all members; and the table of all acts on it.

- P1: nobody opens or closes a plan alone: the members of its body say an equal text, and the last gives effect.
- P3: a plan is not closed while a commitment carried into it is open, nor called better than its commitments.
"""

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar, Final, Literal

from constancia.domain.commitments.commitment import find_commitment
from constancia.domain.governance.body import acting_name, awaited, body_of, is_alone, seat_rules
from constancia.domain.kernel.acts import act, act_base
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.plans.contents import ActionPlanSubmitted, CommitmentCarriedIntoPlan
from constancia.domain.plans.plan import ActionPlan, Closing, PlanAct
from constancia.domain.values.values import Count, Day, Doc, EdtfText, Identifier, Text

PlanOutcome = Literal["completed", "not_completed", "partially"]


@act_base
class MembersPlanAct(PlanAct):
    """What the members of the plan's body say of it together, each by its own entry over an equal text."""

    REPORTS: ClassVar = True
    concurring: ClassVar = True

    def body(self, on: ActionPlan | None, at: Context) -> str:
        """Give the body whose members say it."""
        return (acting_name(at.state, on.governance_body) if on else None) or ""

    def suffices(self, on: ActionPlan, at: Context) -> bool:
        """Tell whether, with this word, all have said it who are awaited: who has left is not."""
        needed = awaited(at, body_of(at, self.body(on, at)), type(self).__name__)
        return bool(needed) and at.joined().parties >= needed

    @abstractmethod
    def settle(self, on: ActionPlan, at: Context) -> ActionPlan:
        """Give the effect of the last word."""

    def then(self, on: ActionPlan, at: Context) -> ActionPlan:
        """Add this member's word; with the last one it has its effect."""
        concurrence = at.joined()
        if not self.suffices(on, at):
            return replace(on, concurring=on.with_concurrence(concurrence))
        return self.settle(replace(on, concurring=on.without_concurrence(concurrence)), at)


def _its_body(act: MembersPlanAct, on: ActionPlan | None, at: Context) -> str:
    return act.body(on, at)


@rule("E_POLICY", "no party decides alone in a body", "ninguna parte decide sola en un órgano")
def _not_alone(act: MembersPlanAct, on: ActionPlan | None, at: Context) -> Breach:
    return is_alone(at, body_of(at, act.body(on, at)), type(act).__name__)


_BY_THE_MEMBERS: Final = (*seat_rules(_its_body), _not_alone)


@act
class ActionPlanOpened(MembersPlanAct):
    """The members open a plan: its number, its period, and the day by which it is to be submitted."""

    due: Day | None = None
    governance_body: Identifier
    ordinal: Count
    period: EdtfText
    title: Text

    def body(self, on: ActionPlan | None, at: Context) -> str:
        """Give the body that it names."""
        return self.governance_body

    @rule("E_NOT_FOUND", "there is no such governance body", "no existe ese órgano de gobernanza")
    def _body_exists(self, on: object, at: Context) -> Breach:
        return body_of(at, self.governance_body) is None and {"governance body": self.governance_body}

    # Else a second plan of the same number, with a later deadline, would stand for the first.
    @rule("E_STATE", "a body opens one plan of a number", "un órgano abre un solo plan de cada número")
    def _ordinal_is_new(self, on: object, at: Context) -> Breach:
        body = acting_name(at.state, self.governance_body)
        others = (plan for plan in at.state.of(ActionPlan) if plan.plan != self.plan and plan.status != "opening")
        return [
            {"plan": plan.plan}
            for plan in others
            if plan.ordinal == self.ordinal and acting_name(at.state, plan.governance_body) == body
        ]

    RULES: ClassVar = (_body_exists, *_BY_THE_MEMBERS, _ordinal_is_new)

    def begin(self, at: Context) -> ActionPlan:
        """Begin with the first member's word."""
        return self.then(self._opened(at), at)

    def _opened(self, at: Context) -> ActionPlan:
        return ActionPlan(
            stream=self.stream(),
            plan=self.plan,
            title=self.title,
            ordinal=self.ordinal,
            period=self.period,
            governance_body=self.governance_body,
            opened=at.mark,
            due=self.due,
        )

    def settle(self, on: ActionPlan, at: Context) -> ActionPlan:
        """Open it with the text that all have said; other texts that were on the table are not opened."""
        return replace(self._opened(at), status="opened", version=on.version)


@act
class ActionPlanClosed(MembersPlanAct):
    """The members close a plan: each commitment carried into it has come to its end."""

    outcome: PlanOutcome
    report: Doc | None = None

    @rule(
        "E_STATE",
        "a plan is closed once each of its commitments is closed or withdrawn",
        "un plan se cierra cuando cada uno de sus compromisos está cerrado o retirado",
    )
    def _no_open_commitment(self, on: ActionPlan, at: Context) -> Breach:
        carries = {carried.commitment: find_commitment(at, carried.commitment) for carried in on.commitments}
        still = sorted(name for name, commitment in carries.items() if commitment is None or commitment.ended is None)
        return bool(still) and {"open": still}

    @rule(
        "E_POLICY",
        "a plan is not called better than its commitments are",
        "un plan no se califica mejor que sus compromisos",
    )
    def _not_called_better(self, on: ActionPlan, at: Context) -> Breach:
        ended = [
            commitment.ended.outcome or "withdrawn"
            for carried in on.commitments
            if (commitment := find_commitment(at, carried.commitment)) is not None and commitment.ended is not None
        ]
        computed = outcome_of(ended)
        return _FROM_WORST.index(self.outcome) > _FROM_WORST.index(computed) and {"computed": computed}

    RULES: ClassVar = (*_BY_THE_MEMBERS, _no_open_commitment, _not_called_better)

    def settle(self, on: ActionPlan, at: Context) -> ActionPlan:
        """Close it."""
        return replace(on, status="closed", closed=Closing(outcome=self.outcome, mark=at.mark, report=self.report))


_FROM_WORST: Final = ("not_completed", "partially", "completed")


def outcome_of(ended: list[str]) -> str:
    """Compute how well a plan ended from how its commitments did; one that carries none has completed nothing.

    Args:
        ended: The outcome of each: one of a commitment's, or `withdrawn`.
    """
    if ended and all(outcome == "completed" for outcome in ended):
        return "completed"
    return "partially" if any(outcome in ("completed", "partially") for outcome in ended) else "not_completed"


PLAN: Final = AggregateKind(
    PlanAct,
    {
        ActionPlanOpened: {NONE: "opening", "opening": "opening"},
        CommitmentCarriedIntoPlan: {"opened": "opened", "submitted": "submitted"},
        ActionPlanSubmitted: {"opened": "submitted", "submitted": "submitted"},
        ActionPlanClosed: {"opened": "opened", "submitted": "submitted"},
    },
)
