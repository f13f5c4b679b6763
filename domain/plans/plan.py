"""The action plan as an aggregate: its number and period, what it carries, what was submitted, how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from constancia.domain.kernel.acts import Act, act_base
from constancia.domain.kernel.aggregate import Aggregate, Mark, SaidIn
from constancia.domain.kernel.context import Context
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, Identifier, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A commitment in the plan: where it comes from, the scope at the carry, who was bound by it and did not sign."""

    SINCE: ClassVar = THIRD

    commitment: str
    origin: str
    scope_version: int
    scope_digest: str
    decision: str
    mark: Mark
    without: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One version of the plan's document as it was submitted: on which day, to whom."""

    SINCE: ClassVar = THIRD

    version: int
    document: Doc
    on: str
    submitted_to: str
    mark: Mark
    changes: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a plan ended."""

    SINCE: ClassVar = THIRD

    outcome: str
    mark: Mark
    report: Doc | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlan(Aggregate):
    """An action plan with the commitments carried into it, its submissions and its end."""

    SINCE: ClassVar = THIRD

    plan: str
    title: Text
    ordinal: int
    period: str
    governance_body: str
    opened: Mark
    due: str | None = None
    commitments: tuple[Carried, ...] = ()
    submissions: tuple[Submission, ...] = ()
    closed: Closing | None = None

    @property
    def concerns(self) -> tuple[str, ...]:
        """The commitments that it carries."""
        return tuple(f"commitment/{carried.commitment}" for carried in self.commitments)

    @classmethod
    def concerned(cls, before: tuple[str, ...] | None, statement: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Add the commitment that the act carries in; no other act on a plan names one."""
        commitment = statement["body"].get("commitment")
        return (*(before or ()), *(() if commitment is None else (f"commitment/{commitment}",)))

    def concerned_at(self, index: int, said_in: SaidIn) -> tuple[str, ...]:
        """Give the commitments that it carried after an entry."""
        return tuple(f"commitment/{each.commitment}" for each in self.commitments if each.mark.index <= index)


def find_plan(at: Context, name: str | None) -> ActionPlan | None:
    """Give a plan by its id, once its members have opened it."""
    plan = at.find(ActionPlan, f"plan/{name}")
    return plan if plan is not None and plan.status != "opening" else None


@act_base
class PlanAct(Act[ActionPlan]):
    """What is said of an action plan."""

    SINCE: ClassVar = THIRD
    stream_kind: ClassVar = "plan"
    stream_id: ClassVar = ("plan",)

    plan: Identifier


def open_plans_of(at: Context, commitment: str) -> list[ActionPlan]:
    """Give the plans that are not closed and carry a commitment."""
    plans = at.state.of(ActionPlan)
    return [plan for plan in plans if plan.closed is None and any(c.commitment == commitment for c in plan.commitments)]
