"""State machines as tables: (state, move) → next state. A pair that is not listed is illegal (E_STATE)."""

from collections.abc import Mapping
from typing import Final

NONE: Final = "none"


class Machine:
    """The machine of one kind of aggregate.

    Args:
        kind: Stream kind, such as `agreement`.
        rows: Move → {state before: state after}. A move is an event type, or a type and its choice
            (`CommitmentStatusDecided.closed`) where the next state depends on what the act chooses.
    """

    __slots__ = ("kind", "rows")

    def __init__(self, kind: str, rows: Mapping[str, Mapping[str, str]]) -> None:
        self.kind = kind
        self.rows: dict[str, dict[str, str]] = {name: dict(row) for name, row in rows.items()}

    def next_state(self, state: str, move: str) -> str | None:
        """Give the state after a move, or None where the pair is illegal."""
        return self.rows.get(move, {}).get(state)
