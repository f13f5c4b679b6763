"""All that can be said: every type, and the table of every kind of aggregate.

Each type makes itself known where it is defined (`acts.act`). Whoever looks types up imports them from here, where all
of them have been; `acts` alone knows only those that something else happened to import.
"""

from typing import Final

from constancia.domain import (
    agreement,
    allegation,
    appointment,
    commitment,
    commitment_acts,
    correction,
    decision,
    deliverable,
    governance,
    key,
    opening,
    party,
)
from constancia.domain.acts import REGISTRY, UnknownAct, parse_act
from constancia.domain.machine import Machine

__all__ = ("MACHINES", "REGISTRY", "UnknownAct", "parse_act")

# Imported for its acts, which register themselves.
_REGISTERS: Final = (commitment_acts,)

MACHINES: Final[dict[str, Machine]] = {
    module.MACHINE.kind: module.MACHINE
    for module in (
        agreement,
        allegation,
        appointment,
        commitment,
        correction,
        decision,
        deliverable,
        governance,
        key,
        opening,
        party,
    )
}
