"""Independent assessments: the third track, next to what the responsible report and what others contest.

- N1: an assessor is independent as a party and as a person: it takes no part in the body, the adoption or the work.
  Nor is it a group of a party that does, or an organization that has acknowledged to belong to such a party. Who
  brought it into the ledger is not asked: somebody brings in each party but the founders.
- N2: a value is one of its scale, and never without the scale's name. No track is computed from another.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final

from constancia.domain.commitments.commitment import Commitment, find_commitment, named_responsible
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.governance.body import acting_body
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.kinship import with_kin
from constancia.domain.identity.voice import speaks_for
from constancia.domain.kernel.acts import Act, act, act_base
from constancia.domain.kernel.aggregate import IN_PLACE, Aggregate, Mark, marks_of
from constancia.domain.kernel.context import Context, begins_in_future
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.plans.plan import ActionPlan, find_plan
from constancia.domain.plans.scale import scale
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import Doc, EdtfText, FormError, Identifier, Value

_OF_OTHERS: Final = frozenset({"contests"})  # members that hold the words of others than those whose work it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Value):
    """A value on a scale."""

    scale: Identifier
    value: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment(Aggregate):
    """An assessment as it was published, and by whom."""

    SINCE: ClassVar = THIRD
    ABOUT: ClassVar = ("commitment", "plan")  # one of them

    published: "AssessmentPublished" = field(metadata=IN_PLACE)
    mark: Mark

    @property
    def concerns(self) -> tuple[str, ...]:
        """What it is about."""
        return (self.subject,)

    @property
    def subject(self) -> str:
        """The stream of what it is about."""
        of = self.published
        return f"plan/{of.plan}" if of.commitment is None else f"commitment/{of.commitment}"


@act_base
class AssessmentAct(Act[Assessment]):
    """What is said of an assessment."""

    SINCE: ClassVar = THIRD
    stream_kind: ClassVar = "assessment"
    stream_id: ClassVar = ("assessment",)

    assessment: Identifier


@act
class AssessmentPublished(AssessmentAct):
    """An independent assessor publishes what it finds of a commitment or a plan, with its report."""

    REPORTS: ClassVar = True
    CORRECTABLE: ClassVar = ("period",)
    SORTED: ClassVar = {"values": "scale"}

    commitment: Identifier | None = None
    period: EdtfText
    plan: Identifier | None = None
    report: Doc
    values: tuple[Finding, ...]

    def check_form(self, where: str) -> None:
        """Check that it is about one matter, and finds something."""
        if (self.commitment is None) == (self.plan is None):
            raise FormError(where, "a commitment or a plan", [self.commitment, self.plan])
        if not self.values:
            raise FormError(f"{where}.values", "at least one value", self.values)

    @rule("E_NOT_FOUND", "there is no such adopted commitment", "no existe ese compromiso, o no está adoptado")
    def _commitment_adopted(self, on: object, at: Context) -> Breach:
        named = self.commitment
        commitment = find_commitment(at, named) if named is not None else None
        return named is not None and (commitment is None or not commitment.scopes) and {"adopted commitment": named}

    @rule("E_NOT_FOUND", "there is no such open plan", "no existe ese plan, o no está abierto")
    def _plan_is_there(self, on: object, at: Context) -> Breach:
        return self.plan is not None and find_plan(at, self.plan) is None and {"plan": self.plan}

    @rule("E_NOT_FOUND", "there is no such scale", "no existe esa escala")
    def _scale_known(self, on: object, at: Context) -> Breach:
        return [{"scale": item.scale} for item in self.values if scale(at.state, item.scale) is None]

    @rule("E_POLICY", "a value is one of its scale", "un valor es uno de su escala")
    def _value_of_the_scale(self, on: object, at: Context) -> Breach:
        known = {item: scale(at.state, item.scale) for item in self.values}
        return [
            {"scale": item.scale, "value": item.value, "known": list(values)}
            for item, values in known.items()
            if values is not None and item.value not in values
        ]

    @rule("E_DATE", "the period assessed does not begin in the future", "el periodo evaluado no empieza en el futuro")
    def _has_begun(self, on: object, at: Context) -> Breach:
        return begins_in_future(at, self.period)

    @rule(
        "E_SELF_DEALING",
        "an assessor has no part in the body, the adoption or the work that it assesses",
        "quien evalúa no tiene parte en el órgano, la adopción ni el trabajo que evalúa",
    )
    def _party_independent(self, on: object, at: Context) -> Breach:
        return at.party in self._parties(at) and {"party": at.party}

    @rule(
        "E_SELF_DEALING",
        "nor does the person who speaks for it, for whatever party",
        "tampoco la persona que habla por ella, por ninguna parte",
    )
    def _person_independent(self, on: object, at: Context) -> Breach:
        if at.actor.get("person") in {mark.person for mark in self._work(at) if mark.person is not None}:
            return {"person": at.actor.get("person")}
        return [{"party": party} for party in sorted(self._parties(at)) if party != at.party and speaks_for(at, party)]

    RULES: ClassVar = (
        _commitment_adopted,
        _plan_is_there,
        _scale_known,
        _value_of_the_scale,
        _has_begun,
        _party_independent,
        _person_independent,
    )

    def _matters(self, at: Context) -> Iterable[Aggregate]:
        """Give what is assessed: the commitment, or the plan with the commitments that it carries."""
        plan = find_plan(at, self.plan)
        names = [carried.commitment for carried in plan.commitments] if plan else [self.commitment]
        if plan is not None:
            yield plan
        for name in names:
            commitment = find_commitment(at, name) if name is not None else None
            if commitment is not None:
                yield commitment
                decisions = (at.find(Decision, f"decision/{version.decision}") for version in commitment.scopes)
                yield from (decision for decision in decisions if decision is not None)
                yield from (item for item in at.state.of(DeliverableState) if item.commitment == name)

    def _work(self, at: Context) -> Iterable[Mark]:
        """Give every word by which the matter came about and was worked on; contests are the words of others."""
        for aggregate in self._matters(at):
            yield from marks_of(aggregate, leave_out=_OF_OTHERS)

    def _parties(self, at: Context) -> frozenset[str]:
        """Give the parties that are not independent, with their kin."""
        parties = {mark.party for mark in self._work(at)}
        for matter in self._matters(at):
            if isinstance(matter, Commitment):
                parties |= _responsible(matter)
            if isinstance(matter, ActionPlan | Commitment):
                body = acting_body(at.state, matter.governance_body)
                parties |= set(body.seated if body else ())
        return with_kin(at, parties)

    def begin(self, at: Context) -> Assessment:
        """Record it."""
        return Assessment(stream=self.stream(), published=self, mark=at.mark)


def _responsible(commitment: Commitment) -> set[str]:
    """Give who is or was named as responsible in any of its scopes, or filled a role of it."""
    steps = (step for version in commitment.scopes for step in version.scope.milestones)
    return {name for step in steps for name in named_responsible(step)} | {
        holder.party for holder in commitment.roles or ()
    }


ASSESSMENT: Final = AggregateKind(AssessmentAct, {AssessmentPublished: {NONE: "published"}})
