"""What a plan contains: the commitments carried into it, and its document as it was submitted.

- P2: a commitment is carried in with the scope in force then, by its digest; what differs later is computed from it.
"""

from dataclasses import replace
from typing import ClassVar, Literal

from constancia.domain.commitments.commitment import WORKED_ON, find_commitment
from constancia.domain.governance.basis import (
    RECORDED_BY_A_MEMBER,
    absent_signers,
    decided_rules,
    signed_by_all,
    signers,
)
from constancia.domain.governance.body import acting_body, acting_name, seat_rules
from constancia.domain.identity.party import PARTY_EXISTS, unregistered
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context, lies_in_future
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.plans.plan import ActionPlan, Carried, PlanAct, Submission, find_plan, open_plans_of
from constancia.domain.values.values import Count, Day, Digest, Doc, Identifier, Text, digest

Origin = Literal["consultation", "previous_plan", "proactive", "roadmap"]


@act
class CommitmentCarriedIntoPlan(PlanAct):
    """An adopted commitment becomes part of a plan, by decision, with its scope of that moment."""

    by_secretariat: ClassVar = True
    BY_ALL: ClassVar = True

    commitment: Identifier
    decision: Identifier
    origin: Origin
    scope_digest: Digest
    scope_version: Count

    def deciding_body(self, on: ActionPlan | None, at: Context) -> str | None:
        """Give the plan's body."""
        return acting_name(at.state, on.governance_body) if on else None

    @rule("E_NOT_FOUND", "there is no such open plan", "no existe ese plan, o no está abierto")
    def _plan_is_there(self, on: object, at: Context) -> Breach:
        return find_plan(at, self.plan) is None and {"plan": self.plan}

    @rule("E_STATE", "a closed plan takes in no commitment", "un plan cerrado no incorpora compromisos")
    def _plan_is_open(self, on: ActionPlan, at: Context) -> Breach:
        return on.closed is not None

    @rule("E_NOT_FOUND", "there is no such adopted commitment", "no existe ese compromiso, o no está adoptado")
    def _commitment_adopted(self, on: object, at: Context) -> Breach:
        commitment = find_commitment(at, self.commitment)
        return (commitment is None or commitment.scope is None) and {"adopted commitment": self.commitment}

    @rule(
        "E_STATE",
        "a commitment that was withdrawn or closed is carried into no plan",
        "un compromiso retirado o cerrado no se incorpora a ningún plan",
    )
    def _commitment_goes_on(self, on: object, at: Context) -> Breach:
        commitment = find_commitment(at, self.commitment)
        adopted = commitment is not None and commitment.scope is not None
        return adopted and commitment is not None and commitment.status not in WORKED_ON and {"is": commitment.status}

    @rule("E_STATE", "a commitment is part of one open plan", "un compromiso es parte de un solo plan abierto")
    def _in_no_open_plan(self, on: object, at: Context) -> Breach:
        return [{"plan": plan.plan} for plan in open_plans_of(at, self.commitment)]

    @rule(
        "E_POLICY",
        "the body of the plan is the one that adopted the commitment",
        "el órgano del plan es el que adoptó el compromiso",
    )
    def _of_one_body(self, on: ActionPlan, at: Context) -> Breach:
        commitment = find_commitment(at, self.commitment)
        body = acting_name(at.state, commitment.governance_body) if commitment else None
        return commitment is not None and body != acting_name(at.state, on.governance_body) and {"body": body}

    @rule("E_POLICY", "the plan's own body decides on it", "sobre un plan decide su propio órgano")
    def _decided_by_its_body(self, on: ActionPlan, at: Context) -> Breach:
        body = acting_name(at.state, on.governance_body)
        return at.proposed_in not in (None, body) and {"body": body}

    @rule(
        "E_VERSION_CONFLICT",
        "a commitment is carried in with the scope in force",
        "un compromiso se incorpora con el alcance vigente",
    )
    def _scope_in_force(self, on: object, at: Context) -> Breach:
        commitment = find_commitment(at, self.commitment)
        current = len(commitment.scopes) if commitment else 0
        return current > 0 and self.scope_version != current and {"expected": current}

    @rule("E_DIGEST_MISMATCH", "the digest is that of the scope", "la huella es la del alcance")
    def _digest_of_the_scope(self, on: object, at: Context) -> Breach:
        commitment = find_commitment(at, self.commitment)
        scope = commitment.scope if commitment else None
        expected = digest(scope.to_json()) if scope else None
        return expected not in (None, self.scope_digest) and {"expected": expected}

    CONTENT: ClassVar = (
        _plan_is_there,
        _plan_is_open,
        _commitment_adopted,
        _commitment_goes_on,
        _in_no_open_plan,
        _of_one_body,
        _decided_by_its_body,
        _scope_in_force,
        _digest_of_the_scope,
    )
    RULES: ClassVar = (
        _commitment_adopted,
        _commitment_goes_on,
        _in_no_open_plan,
        _of_one_body,
        _scope_in_force,
        _digest_of_the_scope,
        *decided_rules(deciding_body),
        signed_by_all,
        *RECORDED_BY_A_MEMBER,
    )

    def then(self, on: ActionPlan, at: Context) -> ActionPlan:
        """Add the commitment, with those that had signed its baseline and did not sign this."""
        commitment = find_commitment(at, self.commitment)
        bound = signers(at, commitment.scopes[0].decision) if commitment else frozenset()
        carried = Carried(
            commitment=self.commitment,
            origin=self.origin,
            scope_version=self.scope_version,
            scope_digest=self.scope_digest,
            decision=self.decision,
            mark=at.mark,
            without=absent_signers(at, self.decision, bound),
        )
        return replace(on, commitments=(*on.commitments, carried))


@act
class ActionPlanSubmitted(PlanAct):
    """A member submits the plan, or a new version that corrects it. Late or in time follows from its first version."""

    REPORTS: ClassVar = True
    by_secretariat: ClassVar = True
    CORRECTABLE: ClassVar = ("changes",)

    changes: Text | None = None
    document: Doc
    on: Day
    submitted_to: Identifier
    version: Count

    def its_body(self, on: ActionPlan, at: Context) -> str | None:
        """Give the plan's body."""
        return acting_name(at.state, on.governance_body)

    @rule(*PARTY_EXISTS)
    def _receiver_registered(self, on: object, at: Context) -> Breach:
        return unregistered(at, (self.submitted_to,))

    @rule(
        "E_SELF_DEALING",
        "a plan is submitted to a party outside its body",
        "un plan se entrega a una parte ajena a su órgano",
    )
    def _to_another(self, on: ActionPlan, at: Context) -> Breach:
        body = acting_body(at.state, on.governance_body)
        return body is not None and body.is_seated(self.submitted_to) and {"party": self.submitted_to}

    @rule("E_VERSION_CONFLICT", "the version is the next one", "la versión es la siguiente")
    def _next_version(self, on: ActionPlan, at: Context) -> Breach:
        expected = len(on.submissions) + 1
        return self.version != expected and {"expected": expected}

    @rule("E_POLICY", "a new version says what it changes", "una versión nueva dice qué cambia")
    def _says_what_changes(self, on: ActionPlan, at: Context) -> Breach:
        return bool(on.submissions) and self.changes is None

    @rule(
        "E_DATE",
        "what is said to have happened does not lie in the future",
        "lo que se dice ocurrido no está en el futuro",
    )
    def _has_happened(self, on: object, at: Context) -> Breach:
        return lies_in_future(at, self.on)

    @rule(
        "E_DATE",
        "a version is not submitted before the one that it corrects",
        "una versión no se entrega antes que la que corrige",
    )
    def _in_order(self, on: ActionPlan, at: Context) -> Breach:
        return bool(on.submissions) and self.on < on.submissions[-1].on and {"found": self.on}

    RULES: ClassVar = (
        *seat_rules(its_body),
        _receiver_registered,
        _to_another,
        _next_version,
        _says_what_changes,
        _has_happened,
        _in_order,
    )

    def then(self, on: ActionPlan, at: Context) -> ActionPlan:
        """Add the version."""
        submission = Submission(
            version=self.version,
            document=self.document,
            on=self.on,
            submitted_to=self.submitted_to,
            mark=at.mark,
            changes=self.changes,
        )
        return replace(on, submissions=(*on.submissions, submission))
