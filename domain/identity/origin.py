"""Who brought a party in: a founder is there since genesis, any other party was registered by one that was there."""

from collections.abc import Iterator

from constancia.domain.identity.genesis import LedgerState
from constancia.domain.identity.party import Party
from constancia.domain.kernel.context import StateView


def founders_of(state: StateView) -> tuple[str, ...]:
    """Give the parties that genesis names as founders; none before it."""
    genesis = state.standing("ledger")
    return tuple(founder.party for founder in genesis.opened.founders) if isinstance(genesis, LedgerState) else ()


def is_founder(state: StateView, party: str) -> bool:
    """Tell whether genesis names a party as a founder."""
    return party in founders_of(state)


def brought_in_by(state: StateView, party: str) -> str | None:
    """Give the founder that a party is in the ledger by, directly or through others that it brought in.

    Args:
        state: The state.
        party: The party's id.

    Returns:
        The founder; None for a founder, and for a party that was registered under the first two editions of the law.
    """
    chain = tuple(registrars_of(state, party))
    return chain[-1] if chain and is_founder(state, chain[-1]) else None


def registrars_of(state: StateView, party: str) -> Iterator[str]:
    """Yield who registered a party, who registered that one, and so on; nobody for a founder.

    Args:
        state: The state.
        party: The party's id.

    Yields:
        The parties; the first two editions of the law note none.
    """
    registered = state.standing(f"party/{party}")
    while isinstance(registered, Party) and registered.registered_by is not None:
        yield registered.registered_by
        registered = state.standing(f"party/{registered.registered_by}")
