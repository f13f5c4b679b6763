"""Editions of the law: which rules judge an entry, permanently (SPEC §6.1).

- E1: an entry is judged by the edition in force at its index, by that one at any later time.
- E2: `statement.schema` names the edition under which the act is said; it must be the one in force.
- E3: an edition never changes once a ledger has been founded under it; a tightened rule is a rule of a later edition.
"""

from typing import Final

FIRST: Final = 1  # genesis of this edition does not name it
SECOND: Final = 2  # knows claims: what happened earlier than it was recorded
THIRD: Final = 3  # knows the rest of the process
NEWEST: Final = 3
LAST_OF_ES_AND_EN: Final = 2  # in it and before, texts, kinds of party and capacities are of closed lists


def is_known(edition: int) -> bool:
    """Tell whether this program can judge acts of an edition."""
    return FIRST <= edition <= NEWEST
