"""What the ledger itself answers: versions, digests, the next free name. People are not asked to copy those."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from constancia.domain.agreements.agreement import Agreement
from constancia.domain.catalogue import KINDS, REGISTRY
from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.deliverables.deliverable import DeliverableState
from constancia.domain.governance.body import GovernanceBody
from constancia.domain.governance.decision import Decision
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.plans.plan import ActionPlan
from constancia.domain.state import State
from constancia.domain.values.values import digest, to_json

_NUMBERED: Final = re.compile(r"(.*?)-?([0-9]{1,9})\Z")
# Acts that bring the next version of what they are about; others concern the present one.
_NEXT_VERSION: Final = frozenset({"AgreementDrafted", "DeliverableRevised", "DeliverableSubmitted"})
# The usual first letters of new names.
_LETTERS: Final[Mapping[str, str]] = {
    "agreement": "ag", "appointment": "ap", "assessment": "as", "commitment": "c", "condition": "cond",
    "contest": "x", "correction": "co", "decision": "d", "deliverable": "d", "gathering": "reunion", "milestone": "m",
    "person": "p", "plan": "plan", "proposal": "sp", "report": "r", "response": "resp",
}  # fmt: skip


def known_value(type_name: str, member: str, stream: str, given: Mapping[str, Any], state: State) -> str | None:
    """Give what the ledger answers for a member of an act's body; None where a person must.

    Args:
        type_name: The act's type.
        member: The member.
        stream: The stream that the act is about; empty where it begins one.
        given: What is known of the body.
        state: What there is.
    """
    about = state.aggregates.get(stream)
    if member == "version" and type_name in _NEXT_VERSION:
        return str(_version(about) + 1)
    if type_name == "GovernanceRulesAdopted" and isinstance(about, GovernanceBody) and member == "version":
        return str(about.rules[-1].version + 1 if about.rules else 1)
    finder = _FINDERS.get((type(about).__name__, member))
    if finder is not None:
        return finder(about)
    return _of_plan(member, given, state) if type_name == "CommitmentCarriedIntoPlan" else None


def _version(about: Aggregate | None) -> int:
    if isinstance(about, DeliverableState):
        return about.current.version
    return about.current.version if isinstance(about, Agreement) else 0


def _of_agreement(member: str) -> Callable[[Any], str | None]:
    def value(about: Agreement) -> str | None:
        current = about.current
        known = {"docset": current.docset_digest, "version": str(current.version)}
        return known.get(member)

    return value


_FINDERS: Final[Mapping[tuple[str, str], Callable[[Any], str | None]]] = {
    ("Agreement", "docset"): _of_agreement("docset"),
    ("Agreement", "version"): _of_agreement("version"),
    ("ActionPlan", "version"): lambda about: str(_submissions(about) + 1),
    ("Commitment", "from_version"): lambda about: str(about.scopes[-1].version) if about.scopes else None,
    ("Decision", "digest"): lambda about: about.act_digest,
    ("DeliverableState", "version"): lambda about: str(_version(about)),
}


def _submissions(plan: ActionPlan) -> int:
    return len(plan.submissions)


def _of_plan(member: str, given: Mapping[str, Any], state: State) -> str | None:
    commitment = state.aggregates.get(f"commitment/{given.get('commitment')}")
    if not isinstance(commitment, Commitment) or commitment.scope is None:
        return None
    if member == "scope_version":
        return str(commitment.scopes[-1].version)
    return str(digest(to_json(commitment.scope))) if member == "scope_digest" else None


def new_name(type_name: str, member: str, state: State) -> str:
    """Give a free name for something new: the next number among those of its kind, or the entry's to be.

    Args:
        type_name: The act that begins it.
        member: The member that names it.
        state: The names that are taken.
    """
    cls = REGISTRY.get(type_name)
    letters = _LETTERS.get(member, member[:3])
    if cls is None or member not in cls.stream_id or cls.stream_kind == "entry":
        return f"{letters}-{state.size + 1}"
    taken = [aggregate.stream.partition("/")[2] for aggregate in state.of(KINDS[cls.stream_kind].aggregate)]
    numbered = [match for name in taken if (match := _NUMBERED.match(name)) is not None and match[1] == letters]
    number = max((int(match[2]) for match in numbered), default=0) + 1
    return f"{letters}-{number}"


def carried_body(stream: str, type_name: str, state: State) -> dict[str, Any] | None:
    """Give the body of an act that a signed decision carries: exactly the one that was decided.

    Args:
        stream: The decision's stream.
        type_name: The act's type.
        state: What there is.
    """
    decision = state.aggregates.get(stream)
    if not isinstance(decision, Decision) or decision.act.type != type_name:
        return None
    body: dict[str, Any] = dict(decision.act.body)
    return body


def is_carried(type_name: str) -> bool:
    """Tell whether an act takes effect only by a decision that has it in full."""
    cls = REGISTRY[type_name]
    return cls.stream_kind != "decision" and "decision" in cls.__dataclass_fields__ and type_name != "DeadlineMoved"


def decided_types(edition: int) -> list[str]:
    """Give the types of acts that can be put to the vote under an edition of the law."""
    return [
        name
        for name, cls in REGISTRY.items()
        if cls.stream_kind != "decision"
        and "decision" in cls.__dataclass_fields__
        and cls.SINCE <= edition <= (cls.UNTIL or edition)
    ]


def decisions_to_carry(type_name: str, state: State) -> list[Decision]:
    """Give the signed decisions on an act of a type."""
    return [item for item in state.of(Decision) if item.status == "signed" and item.act.type == type_name]
