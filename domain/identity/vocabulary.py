"""The words that are a ledger's own: kinds of party and capacities, listed by genesis or, where it lists none, these.

- V1: nobody is appointed as `root` or `founders`: those are the capacities of keys that no appointment names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, NewType

from constancia.domain.values.editions import LAST_OF_ES_AND_EN
from constancia.domain.values.values import FormError, Identifier, Text, Value

PartyKind = NewType("PartyKind", str)
Capacity = NewType("Capacity", str)

# Of a ledger that lists none, and of every ledger in editions 1 and 2; whether such a party has organizations (a
# working group since the third edition).
DEFAULT_KINDS: Final[Mapping[str, bool]] = {
    "federal_ministry": False,
    "autonomous_body": False,
    "civil_society_group": True,
    "civil_society_org": False,
    "academia": False,
    "international_body": False,
    "working_group": True,
    "individual": False,
    "company": False,
}
SECRETARIAT: Final = "secretariat"  # it records, and speaks for nobody
DEFAULT_CAPACITIES: Final = (
    "head",
    "commissioner",
    "representative",
    "co_representative",
    "director_general",
    "alternate",
    SECRETARIAT,
    "consultant",
    "member",
)
NEVER_APPOINTED: Final = ("founders", "root")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedKind(Value):
    """A kind of party with its name; whether a party of it is composed of organizations."""

    SINCE: ClassVar = LAST_OF_ES_AND_EN + 1

    kind: Identifier
    name: Text
    composite: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCapacity(Value):
    """A capacity in which persons are appointed, with its name."""

    SINCE: ClassVar = LAST_OF_ES_AND_EN + 1

    capacity: Identifier
    name: Text

    def check_form(self, where: str) -> None:
        """Check that it is not the capacity of a key that no appointment names."""
        if self.capacity in NEVER_APPOINTED:
            raise FormError(f"{where}.capacity", f"none of {', '.join(NEVER_APPOINTED)}", self.capacity)


def check_choice(value: str, choices: Sequence[str], where: str) -> None:
    """Check that a value is one of a closed list.

    Raises:
        FormError: It is not.
    """
    if value not in choices:
        raise FormError(where, f"one of {', '.join(choices)}", value)
