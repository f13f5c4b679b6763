"""What a decision carries: the rules of an act that takes effect only where a signed decision is about exactly it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol, TypeVar

from constancia.domain.governance.body import acting_body, acting_name, awaited, line_of, seat_rules
from constancia.domain.governance.decision import TWO, Decision
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.rules import ActRule, Breach, rule
from constancia.domain.values.editions import SECOND
from constancia.domain.values.values import StreamName, TypeName

_A = TypeVar("_A", bound="NamesDecision")
_G = TypeVar("_G")


class NamesDecision(Protocol):
    """An act with a member `decision`: the one that it rests on."""

    @property
    def decision(self) -> str:
        """The decision's id."""


def decided_rules(
    deciding: Callable[[_A, _G, Context], str | None],
) -> tuple[ActRule[_A, _G], ActRule[_A, _G], ActRule[_A, _G], ActRule[_A, _G]]:
    """Make the rules by which an act is carried by a decision: it exists, of that body, signed, about exactly this.

    Args:
        deciding: Gives the governance body whose decision it must be; None where that is not fixed.
    """

    def basis(act: _A, on: _G, at: Context) -> Decision | None:
        """Give the decision where it is of the body that is asked for."""
        decision = _decision(at, act.decision)
        body = deciding(act, on, at)
        if decision is None or body is None:
            return decision
        # Also what it decided before it was succeeded.
        line = (other.governance_body for other in line_of(at.state, body))
        return decision if decision.governance_body in (body, *line) else None

    def unknown(act: _A, on: _G, at: Context) -> Breach:
        return _decision(at, act.decision) is None and {"decision": act.decision}

    def foreign(act: _A, on: _G, at: Context) -> Breach:
        # Else any two parties could found a body of their own, and decide there what they could not decide here.
        return (
            _decision(at, act.decision) is not None
            and basis(act, on, at) is None
            and {"body": acting_name(at.state, deciding(act, on, at))}
        )

    def unsigned(act: _A, on: _G, at: Context) -> Breach:
        decision = basis(act, on, at)
        return (
            decision is not None and decision.status != "signed" and {"decision": act.decision, "is": decision.status}
        )

    def different(act: _A, on: _G, at: Context) -> Breach:
        decision = basis(act, on, at)
        if decision is None or decision.status != "signed":
            return None
        recorded = replace(
            decision.act,
            body=at.statement["body"],
            stream=StreamName(at.recorded.originator_id),
            type=TypeName(type(act).__name__),
        )
        return recorded.digest != decision.act_digest and {"expected": decision.act_digest}

    return (
        ActRule("E_NOT_FOUND", "there is no such decision", "no existe esa decisión", unknown, deciding),
        ActRule(
            "E_POLICY", "the body that adopted it changes it", "lo cambia el órgano que lo adoptó", foreign, deciding
        ),
        ActRule(
            "E_POLICY",
            "only a signed decision is a basis",
            "sólo una decisión firmada es base",
            unsigned,
            deciding,
        ),
        ActRule(
            "E_DIGEST_MISMATCH",
            "the act is exactly the one decided",
            "el acto es exactamente el decidido",
            different,
            deciding,
        ),
    )


@rule(
    "E_POLICY",
    "all who sit in the body have signed the decision on a scope",
    "todos los que tienen lugar en el órgano firmaron la decisión sobre un alcance",
    since=SECOND,
)
def signed_by_all(act: NamesDecision, on: object, at: Context) -> Breach:
    """Nobody is bound by others: who sits and could sign has signed, whatever the body's rules say."""
    decision = _decision(at, act.decision)
    if decision is None or decision.status != "signed":
        return None
    missing = sorted(
        awaited(at, acting_body(at.state, decision.governance_body), "DecisionSigned") - decision.signed_by
    )
    return (bool(missing) or len(decision.signed_by) < TWO) and {"missing": missing}


def _recording_body(act: NamesDecision, on: object, at: Context) -> str | None:
    decision = _decision(at, act.decision)
    return acting_name(at.state, decision.governance_body) if decision else None


# What a body has decided is recorded by one of it.
RECORDED_BY_A_MEMBER: Final = seat_rules(_recording_body, since=SECOND)


def signers(at: Context, decision: str) -> frozenset[str]:
    """Give the parties that signed a decision."""
    record = _decision(at, decision)
    return record.signed_by if record else frozenset()


def absent_signers(at: Context, decision: str, bound: frozenset[str]) -> tuple[str, ...] | None:
    """Give, of the parties that a scope binds or that sit in the body, those that did not sign; None where all did."""
    record = _decision(at, decision)
    body = acting_body(at.state, record.governance_body) if record else None
    absent = (bound | frozenset(body.seated if body else ())) - signers(at, decision)
    return tuple(sorted(absent)) or None


def _decision(at: Context, name: str) -> Decision | None:
    return at.find(Decision, f"decision/{name}")
