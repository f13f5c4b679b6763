"""What is decided of a commitment as a whole: rejected, suspended, resumed, withdrawn, closed.

- K1: a status that binds (all but a rejection) is decided by all who sit in the commitment's body; nobody is bound by
  others. Who had signed the baseline and did not sign it stays visible (`without`).
- K2: a decided status hides no lateness: what had fallen due before it stays missed, and a suspension stops no clock.
- K3: each status rests on a decision of its own, proposed after the status before it was recorded.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Final, Literal

from constancia.domain.commitments.commitment import (
    OF_ITS_BODY,
    Commitment,
    CommitmentAct,
    DecidedStatus,
    decided_elsewhere,
    find_commitment,
)
from constancia.domain.commitments.deliverables.fulfilment import undelivered
from constancia.domain.governance.basis import (
    RECORDED_BY_A_MEMBER,
    absent_signers,
    decided_rules,
    signed_by_all,
    signers,
)
from constancia.domain.governance.decision import Decision
from constancia.domain.kernel.acts import act
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import THIRD
from constancia.domain.values.values import FormError, Identifier, Text

Outcome = Literal["carried_over", "completed", "not_completed", "partially"]
# What is decided → state before → state after. `resumed` leads back to where the work was (`then`).
STATUS_MOVES: Final[Mapping[str, Mapping[str, str]]] = {
    "rejected": {"proposed": "rejected"},
    "suspended": {"adopted": "suspended", "in_progress": "suspended"},
    "resumed": {"suspended": "adopted"},
    "withdrawn": {
        "proposed": "withdrawn",
        "adopted": "withdrawn",
        "in_progress": "withdrawn",
        "suspended": "withdrawn",
    },
    "closed": {"adopted": "closed", "in_progress": "closed", "suspended": "closed"},
}


@act
class CommitmentStatusDecided(CommitmentAct):
    """The decided status of a commitment is recorded. It stays in every list, marked; what was said of it stays."""

    SINCE: ClassVar = THIRD
    BY_ALL: ClassVar = True
    MOVES_BY: ClassVar = "to"

    continued_by: Identifier | None = None
    decision: Identifier
    outcome: Outcome | None = None
    reasons: Text
    to: Literal["closed", "rejected", "resumed", "suspended", "withdrawn"]

    def check_form(self, where: str) -> None:
        """Check that what is closed, and nothing else, has an outcome, and what is carried over goes on elsewhere."""
        if (self.outcome is not None) != (self.to == "closed"):
            raise FormError(f"{where}.outcome", "an outcome where `to` is closed, and only there", self.outcome)
        if (self.continued_by is not None) != (self.outcome == "carried_over"):
            expected = "the commitment that continues it where it is carried over, and only there"
            raise FormError(f"{where}.continued_by", expected, self.continued_by)

    def adopting_body(self, on: Commitment | None, at: Context) -> str | None:
        """Give the body that decides on the commitment."""
        return on.governance_body if on else None

    @rule("E_NOT_FOUND", "what the act concerns exists", "aquello a lo que se refiere el acto existe")
    def _is_there(self, on: object, at: Context) -> Breach:
        return find_commitment(at, self.commitment) is None

    @rule(
        "E_STATE",
        "the commitment's state allows the status that is decided",
        "el estado del compromiso permite el que se decide",
    )
    def _possible(self, on: Commitment, at: Context) -> Breach:
        return on.status not in STATUS_MOVES[self.to] and {"is": on.status, "to": self.to}

    # Else one party would repeat a decision that all have revoked by a later one, or record one left over from before.
    @rule(
        "E_STATE",
        "a status is decided after the one before it was recorded",
        "un estado se decide después de registrarse el anterior",
    )
    def _decided_since(self, on: Commitment, at: Context) -> Breach:
        decision = at.find(Decision, f"decision/{self.decision}")
        earlier = on.decided[-1] if on.decided else None
        if decision is None or earlier is None or decision.proposed.index > earlier.mark.index:
            return None
        return {"decision": self.decision, "decided_since": earlier.to}

    @rule(*OF_ITS_BODY)
    def _of_its_body(self, on: Commitment, at: Context) -> Breach:
        return decided_elsewhere(at, on)

    @rule(
        "E_POLICY",
        "all who sit in the body have signed the decision on a status that binds",
        "todos los que tienen lugar en el órgano firmaron la decisión sobre un estado que obliga",
    )
    def _signed_by_all(self, on: object, at: Context) -> Breach:
        return self.needs_all and signed_by_all.broken(self, on, at)

    @rule(
        "E_POLICY",
        "a proposal is withdrawn with the signature of the party that proposed it",
        "una propuesta se retira con la firma de la parte que la propuso",
    )
    def _by_who_proposed(self, on: Commitment, at: Context) -> Breach:
        own = self.to != "withdrawn" or on.status != "proposed" or on.proposed.party in signers(at, self.decision)
        return not own and {"proposed_by": on.proposed.party}

    @rule(
        "E_MILESTONES_OPEN",
        "closed as completed means that all milestones are",
        "cerrado como cumplido significa que todos los hitos lo están",
    )
    def _all_milestones(self, on: Commitment, at: Context) -> Breach:
        return self.outcome == "completed" and bool(on.open_milestones) and {"open": list(on.open_milestones)}

    @rule(
        "E_EVIDENCE_REQUIRED",
        "closed as completed means that all deliverables are submitted, and none is rejected or contested",
        "cerrado como cumplido significa que todos los entregables se entregaron y ninguno está rechazado ni impugnado",
    )
    def _all_delivered(self, on: Commitment, at: Context) -> Breach:
        missing = undelivered(at.state, on) if self.outcome == "completed" else []
        return bool(missing) and {"missing": missing}

    @rule(
        "E_NOT_FOUND",
        "what is carried over is continued by another commitment, which is not at its end",
        "lo que se traslada lo continúa otro compromiso, que no ha terminado",
    )
    def _continued(self, on: object, at: Context) -> Breach:
        if self.continued_by is None:
            return None
        other = find_commitment(at, self.continued_by)
        is_open = other is not None and other.ended is None and other.status != "rejected"
        return (not is_open or self.continued_by == self.commitment) and {"commitment": self.continued_by}

    CONTENT: ClassVar = (_is_there, _possible, _of_its_body, _all_milestones, _all_delivered, _continued)
    RULES: ClassVar = (
        _possible,
        _decided_since,
        *decided_rules(adopting_body),
        _signed_by_all,
        _by_who_proposed,
        _all_milestones,
        _all_delivered,
        _continued,
        *RECORDED_BY_A_MEMBER,
    )

    @property
    def needs_all(self) -> bool:
        """A rejection binds nobody: the body's own rules decide on it."""
        return self.to != "rejected"

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Add the status; what is resumed goes on where it was."""
        bound = signers(at, on.scopes[0].decision) if on.scopes else frozenset()
        decided = DecidedStatus(
            to=self.to,
            decision=self.decision,
            reasons=self.reasons,
            mark=at.mark,
            outcome=self.outcome,
            continued_by=self.continued_by,
            without=absent_signers(at, self.decision, bound) if self.needs_all else None,
        )
        has_begun = bool(on.started or on.reports or on.completed)
        status = "in_progress" if self.to == "resumed" and has_begun else on.status
        return replace(on, status=status, decided=(*(on.decided or ()), decided))
