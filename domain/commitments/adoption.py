"""A commitment is proposed, adopted with a scope that stays, and changed by all who are bound by it."""

from dataclasses import replace
from typing import ClassVar, Final, Protocol

from constancia.domain.commitments.commitment import (
    OF_ITS_BODY,
    Commitment,
    CommitmentAct,
    ScopeProposal,
    ScopeVersion,
    decided_elsewhere,
    named_responsible,
)
from constancia.domain.commitments.scope import SEVERITY, Scope, ScopeKind, compare
from constancia.domain.governance.basis import (
    RECORDED_BY_A_MEMBER,
    NamesDecision,
    absent_signers,
    decided_rules,
    signed_by_all,
    signers,
)
from constancia.domain.governance.body import GovernanceBody, acting_body, body_of
from constancia.domain.governance.decision import Decision
from constancia.domain.identity.kinship import has_acknowledged
from constancia.domain.identity.party import find_party, unregistered
from constancia.domain.identity.role import is_reserved
from constancia.domain.kernel.acts import act, act_base
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import Breach, rule
from constancia.domain.values.editions import FIRST, SECOND, THIRD
from constancia.domain.values.values import Count, Identifier, Text


@act
class CommitmentProposed(CommitmentAct):
    """A commitment is put forward: the problem it answers and what it aims at."""

    FIRST_CORRECTABLE: ClassVar = ("objective", "problem", "title")
    MEMBER_SINCE: ClassVar = {"governance_body": 2}

    objective: Text
    problem: Text
    title: Text
    governance_body: Identifier | None = None

    @rule("E_NOT_FOUND", "there is no such governance body", "no existe ese órgano de gobernanza")
    def _body_exists(self, on: object, at: Context) -> Breach:
        named = self.governance_body
        return named is not None and body_of(at, named) is None and {"governance body": named}

    # Else any two parties could found a body, and adopt there what was meant for all.
    @rule(
        "E_POLICY",
        "a commitment names the body that decides on it, unless its party sits in exactly one",
        "un compromiso nombra el órgano que decide sobre él, salvo que su parte tenga lugar en uno solo",
        since=SECOND,
    )
    def _names_its_body(self, on: object, at: Context) -> Breach:
        return self._body(at) is None

    RULES: ClassVar = (_body_exists, _names_its_body)

    def _body(self, at: Context) -> str | None:
        """Give the body named, or the only one in which the party sits; none in the first edition."""
        if self.governance_body is not None or at.edition == FIRST:
            return self.governance_body
        bodies = [body.governance_body for body in at.state.of(GovernanceBody) if body.is_seated(at.party)]
        return bodies[0] if len(bodies) == 1 else None

    def begin(self, at: Context) -> Commitment:
        """Create the commitment."""
        return Commitment(
            stream=self.stream(),
            commitment=self.commitment,
            title=self.title,
            problem=self.problem,
            objective=self.objective,
            proposed=at.mark,
            governance_body=self._body(at),
        )


class HasScope(Protocol):
    """An act with a member `scope`."""

    @property
    def scope(self) -> Scope:
        """The scope that it puts forward."""


class DecidedScope(HasScope, NamesDecision, Protocol):
    """An act that records a scope by a decision."""


@rule(
    "E_POLICY",
    "a commitment has milestones, each with a responsible",
    "un compromiso tiene hitos, cada uno con responsable",
)
def _has_responsible(act: HasScope, on: object, at: Context) -> Breach:
    return not act.scope.milestones or any(not milestone.lead for milestone in act.scope.milestones)


# In the first edition only adoption asked for it.
_STILL_HAS_RESPONSIBLE: Final = replace(_has_responsible, since=SECOND)


# Else a name that is nobody's would be anybody's.
@rule(
    "E_NOT_FOUND",
    "a responsible is a registered party, a role, or the members",
    "responsable es una parte registrada, un papel o los integrantes",
    since=SECOND,
)
def _responsible_known(act: HasScope, on: object, at: Context) -> Breach:
    return unregistered(at, sorted(_responsible_in(act.scope)))


def _responsible_in(scope: Scope) -> frozenset[str]:
    """Give the parties that a scope names as responsible, by their own names."""
    named = {name for milestone in scope.milestones for name in named_responsible(milestone)}
    return frozenset(name for name in named if not is_reserved(name))


# Else two could found a body of their own, and have a third miss there what it never promised.
@rule(
    "E_POLICY",
    "who has no seat in the body and did not sign answers for a milestone once it acknowledged the proposal's entry",
    "quien no tiene lugar en el órgano ni firmó responde de un hito si reconoció el registro que propuso la decisión",
    since=THIRD,
)
def _agreed_by_who_answers(act: DecidedScope, on: Commitment, at: Context) -> Breach:
    decision = at.find(Decision, f"decision/{act.decision}")
    body = acting_body(at.state, decision.governance_body) if decision is not None else None
    if decision is None or body is None:
        return None
    before = _responsible_in(on.scope) if on.scope is not None else frozenset()
    named = _responsible_in(act.scope) - before - decision.signed_by
    outside = (party for party in named if not body.is_seated(party))
    proposal = decision.proposed
    return [
        {"party": party, "entry": proposal.index}
        for party in sorted(outside)
        if find_party(at, party) is not None and not has_acknowledged(at.state, proposal.leaf_hash, party)
    ]


# Rules of a proposal alone: where the act itself is recorded, its table says the same.
@rule("E_NOT_FOUND", "what the act concerns exists", "aquello a lo que se refiere el acto existe", since=SECOND)
def _is_there(act: CommitmentAct, on: object, at: Context) -> Breach:
    return on is None


@rule("E_STATE", "a commitment is adopted once", "un compromiso se adopta una vez", since=SECOND)
def _adopted_once(act: CommitmentAct, on: Commitment, at: Context) -> Breach:
    return bool(on.scopes)


@rule(
    "E_STATE",
    "an adopted commitment's scope is changed",
    "se cambia el alcance de un compromiso adoptado",
    since=SECOND,
)
def _adopted(act: CommitmentAct, on: Commitment, at: Context) -> Breach:
    return not on.scopes


@rule(*OF_ITS_BODY, since=SECOND)
def _of_its_body(act: CommitmentAct, on: Commitment, at: Context) -> Breach:
    return decided_elsewhere(at, on)


@act
class CommitmentAdopted(CommitmentAct):
    """The decided scope is recorded: from here on it is the baseline, which never changes."""

    BY_ALL: ClassVar = True

    decision: Identifier
    scope: Scope

    def adopting_body(self, on: Commitment | None, at: Context) -> str | None:
        """Give the body that the proposal names; in the first edition none, and any adopted."""
        return on.governance_body if on else None

    @rule(
        "E_POLICY",
        "who proposed a commitment without naming a body signs its adoption",
        "quien propuso un compromiso sin nombrar órgano firma su adopción",
        since=SECOND,
    )
    def _by_who_proposed(self, on: Commitment, at: Context) -> Breach:
        return on.governance_body is None and on.proposed.party not in signers(at, self.decision)

    CONTENT: ClassVar = (_is_there, _adopted_once, _of_its_body, _has_responsible, _responsible_known)
    RULES: ClassVar = (
        _has_responsible,
        _responsible_known,
        _agreed_by_who_answers,
        *decided_rules(adopting_body),
        signed_by_all,
        _by_who_proposed,
        *RECORDED_BY_A_MEMBER,
    )

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Freeze the baseline."""
        decision = at.find(Decision, f"decision/{self.decision}")
        without = absent_signers(at, self.decision, frozenset()) if at.edition > FIRST else None
        baseline = ScopeVersion(version=1, scope=self.scope, decision=self.decision, mark=at.mark, without=without)
        return replace(on, scopes=(baseline,), governance_body=decision.governance_body if decision else None)


@act_base
class ScopeAct(CommitmentAct):
    """What puts another scope in place of the one in force, and says what kind of change it is."""

    declared_kind: ScopeKind
    from_version: Count
    scope: Scope


@rule("E_VERSION_CONFLICT", "the change starts from the scope in force", "el cambio parte del alcance vigente")
def _from_the_scope_in_force(act: ScopeAct, on: Commitment, at: Context) -> Breach:
    current = len(on.scopes)
    if not current or act.from_version == current:
        return None
    moved = on.scopes[act.from_version :] if act.from_version >= 1 else ()
    changed = [path for version in moved if version.diff for path in (*version.diff.added, *version.diff.removed)]
    return {"expected": current, "changed_since": changed}


@rule("E_SCOPE_LABEL", "a change is not called milder than it is", "un cambio no se llama más leve de lo que es")
def _not_called_milder(act: ScopeAct, on: Commitment, at: Context) -> Breach:
    if on.scope is None:
        return None
    diff = compare(on.scope, act.scope)
    return SEVERITY.index(act.declared_kind) < SEVERITY.index(diff.kind) and {
        "declared": act.declared_kind,
        "computed": diff.kind,
        "removed": list(diff.removed),
        "deferred": list(diff.deferred),
    }


@act
class ScopeChangeProposed(ScopeAct):
    """Somebody proposes another scope, and says what kind of change it is."""

    FIRST_CORRECTABLE: ClassVar = ("reasons",)

    proposal: Identifier
    reasons: Text

    @rule("E_STATE", "a proposal's id is used once", "el identificador de una propuesta se usa una vez")
    def _id_is_new(self, on: Commitment, at: Context) -> Breach:
        return any(proposal.proposal == self.proposal for proposal in on.proposals)

    RULES: ClassVar = (
        _id_is_new,
        _from_the_scope_in_force,
        _not_called_milder,
        _STILL_HAS_RESPONSIBLE,
        _responsible_known,
    )

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Keep the proposal, with the kind computed."""
        diff = compare(on.scopes[-1].scope, self.scope)
        proposal = ScopeProposal(
            proposal=self.proposal,
            from_version=self.from_version,
            declared_kind=self.declared_kind,
            computed_kind=diff.kind,
            reasons=self.reasons,
            scope=self.scope,
            diff=diff,
            mark=at.mark,
        )
        return replace(on, proposals=(*on.proposals, proposal))


@act
class ScopeChanged(ScopeAct):
    """The decided scope is recorded as a new version; the baseline remains."""

    BY_ALL: ClassVar = True

    decision: Identifier

    def adopting_body(self, on: Commitment | None, at: Context) -> str | None:
        """Give the body that adopted the commitment."""
        return on.governance_body if on else None

    CONTENT: ClassVar = (
        _is_there,
        _adopted,
        _of_its_body,
        _from_the_scope_in_force,
        _not_called_milder,
        _STILL_HAS_RESPONSIBLE,
        _responsible_known,
    )
    RULES: ClassVar = (
        _from_the_scope_in_force,
        _not_called_milder,
        _STILL_HAS_RESPONSIBLE,
        _responsible_known,
        _agreed_by_who_answers,
        *decided_rules(adopting_body),
        signed_by_all,
        *RECORDED_BY_A_MEMBER,
    )

    def then(self, on: Commitment, at: Context) -> Commitment:
        """Add the version, with those that had signed the baseline and did not sign it."""
        diff = compare(on.scopes[-1].scope, self.scope)
        bound = signers(at, on.scopes[0].decision)
        version = ScopeVersion(
            version=len(on.scopes) + 1,
            scope=self.scope,
            decision=self.decision,
            mark=at.mark,
            computed_kind=diff.kind,
            declared_kind=self.declared_kind,
            diff=diff,
            without=absent_signers(at, self.decision, bound) if at.edition > FIRST else None,
        )
        return replace(on, scopes=(*on.scopes, version))
