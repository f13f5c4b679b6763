"""Who holds what in the directory: appointments, and keys with their life (SPEC §7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from constancia.verify.core.formats.signatures import PublicKey

FOREVER: Final = "9999-12-31"


@dataclass(slots=True, kw_only=True)
class Mandate:
    """A representative's appointment; days are of the ledger's zone, both ends included."""

    party: str
    person: str
    capacity: str
    scope: frozenset[str]
    valid_from: str
    valid_until: str
    revoked: bool = False

    def is_in_force(self, day: str | None) -> bool:
        """Tell whether it is in force on a day (None: the day can't be known, so it is not judged)."""
        return not self.revoked and (day is None or self.valid_from <= day <= self.valid_until)


@dataclass(slots=True, kw_only=True)
class RegisteredKey:
    """A key and its life: `pending`, `active`, `retired`, `revoked`, `compromised`."""

    public: PublicKey
    party: str
    appointment: str | None
    actor: Mapping[str, str]
    state: str = "pending"
    valid_from: str = ""
    valid_until: str = FOREVER
