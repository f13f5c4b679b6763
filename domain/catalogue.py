"""All that can be said, as data: every kind of aggregate with its table, and every type.

What others need to know of types is asked here: who signs them, which streams ask for a seat, what a secretariat may
say, what may be corrected. The verifier has lists of its own, and a test compares them with these.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from constancia.domain.agreements.table import AGREEMENT
from constancia.domain.commitments.acts import COMMITMENT
from constancia.domain.commitments.deliverables.deliverable import DELIVERABLE
from constancia.domain.commitments.duty import DUTY
from constancia.domain.complaints.table import COMPLAINT
from constancia.domain.governance.participants import GOVERNANCE
from constancia.domain.governance.succession import SUCCESSION
from constancia.domain.governance.votes import DECISION
from constancia.domain.identity.appointment import APPOINTMENT
from constancia.domain.identity.edition import LEDGER
from constancia.domain.identity.key import KEY
from constancia.domain.identity.party import PARTY
from constancia.domain.kernel.acts import REGISTRY, Act, Signer, UnknownAct, parse_act
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import Machine
from constancia.domain.participation.contribution import GATHERING
from constancia.domain.participation.response import RESPONSE
from constancia.domain.plans.assessment import ASSESSMENT
from constancia.domain.plans.course import PLAN
from constancia.domain.plans.deadline import DEADLINE
from constancia.domain.remarks.allegation import ALLEGATION
from constancia.domain.remarks.cancellation import CANCELLATION
from constancia.domain.remarks.correction import CORRECTION
from constancia.domain.remarks.entry import ENTRY
from constancia.domain.remarks.statement import STATEMENT
from constancia.domain.values.editions import NEWEST

__all__ = (
    "AGGREGATES",
    "KINDS",
    "MACHINES",
    "REGISTRY",
    "UnknownAct",
    "acts_by_own_key",
    "acts_of_a_secretariat",
    "acts_signed_by",
    "correctable_members",
    "parse_act",
    "seated_streams",
)

AGGREGATES: Final[tuple[AggregateKind, ...]] = (
    LEDGER,
    PARTY,
    APPOINTMENT,
    KEY,
    GOVERNANCE,
    DECISION,
    AGREEMENT,
    COMMITMENT,
    DELIVERABLE,
    GATHERING,
    RESPONSE,
    PLAN,
    DEADLINE,
    ASSESSMENT,
    ALLEGATION,
    COMPLAINT,
    CORRECTION,
    SUCCESSION,
    DUTY,
    STATEMENT,
    ENTRY,
    CANCELLATION,
)
KINDS: Final[dict[str, AggregateKind]] = {kind.name: kind for kind in AGGREGATES}
MACHINES: Final[Mapping[str, Machine]] = {kind.name: kind.machine for kind in AGGREGATES}
REGISTRY.update({cls.__name__: cls for kind in AGGREGATES for cls in kind.acts})


def _names(chosen: Callable[[type[Act[Any]]], bool]) -> frozenset[str]:
    return frozenset(name for name, cls in REGISTRY.items() if chosen(cls))


def acts_signed_by(signer: Signer) -> frozenset[str]:
    """Give the types that exactly this signer makes, such as `root` or `root_or_rep`."""
    return _names(lambda cls: cls.signer == signer)


def acts_by_own_key() -> frozenset[str]:
    """Give the types that a key may say of itself, whatever its holder's scope lists."""
    return _names(lambda cls: cls.by_own_key)


def acts_of_a_secretariat() -> frozenset[str]:
    """Give the types that a secretariat may say."""
    return _names(lambda cls: cls.by_secretariat)


def seated_streams(edition: int = NEWEST) -> tuple[str, ...]:
    """Give the beginnings, such as `decision/`, of the streams whose acts ask for a seat in some governance body."""
    asking = (cls for cls in REGISTRY.values() if cls.seated and edition <= (cls.SEATED_UNTIL or edition))
    return tuple(sorted({f"{cls.stream_kind}/" for cls in asking}))


def correctable_members() -> Mapping[str, tuple[str, ...]]:
    """Give, by type, the members of the body whose texts and dates may be corrected."""
    return {name: cls.CORRECTABLE for name, cls in REGISTRY.items() if cls.CORRECTABLE}
