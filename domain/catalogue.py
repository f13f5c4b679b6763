"""All that can be said: every type, and the table of every kind of aggregate.

Each type makes itself known where it is defined (`acts.act`). Whoever looks types up imports them from here, where all
of them have been; `acts` alone knows only those that something else happened to import.
"""

from typing import Final

from constancia.domain.agreements import agreement
from constancia.domain.commitments import acts as commitment_acts
from constancia.domain.commitments import commitment, deliverable
from constancia.domain.governance import body, decision
from constancia.domain.identity import appointment, genesis, key, party
from constancia.domain.kernel.acts import REGISTRY, UnknownAct, parse_act
from constancia.domain.kernel.machine import Machine
from constancia.domain.remarks import allegation, correction

__all__ = ("MACHINES", "REGISTRY", "UnknownAct", "parse_act")

# Imported for its acts, which register themselves.
_REGISTERS: Final = (commitment_acts,)

MACHINES: Final[dict[str, Machine]] = {
    module.MACHINE.kind: module.MACHINE
    for module in (
        agreement,
        allegation,
        appointment,
        body,
        commitment,
        correction,
        decision,
        deliverable,
        genesis,
        key,
        party,
    )
}
