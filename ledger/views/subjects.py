"""What streams are about, entry by entry: the small part of the fold that stored rows need, without the rest of it.

What a statement says of it is read from its JSON. Where it does not say it (a correction names an entry, and not what
that was said of), a folded state is asked, of this size or a later one.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from constancia.domain.catalogue import KINDS
from constancia.domain.kernel.context import Lookup
from constancia.domain.state import State
from constancia.ledger.store.mapper import SaidEntry

_AT_HAND: Final = 16_384  # streams; what one beyond them is about is asked of the state when it is spoken of
# Classes of aggregates that are about nothing but themselves, as parties, bodies, agreements and commitments are.
_ABOUT_NOTHING: Final = frozenset(
    kind.aggregate for kind in KINDS.values() if not kind.aggregate.ABOUT and "concerned" not in vars(kind.aggregate)
)

StateOf = Callable[[], State]


class StreamSubjects:
    """What each stream is about after the entries taken in, the newest of them at hand. Of one thread at a time."""

    def __init__(self, lookup: Lookup) -> None:
        """Find earlier entries by `lookup`."""
        self._lookup = lookup
        self._at_hand: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def take(self, entry: SaidEntry, state: StateOf) -> tuple[str, ...]:
        """Give what an entry's stream is about after it.

        Args:
            entry: The entry after the last one taken in.
            state: Gives a state that has the entry; it may have later ones too.
        """
        stream = entry.originator_id
        aggregate = KINDS[stream.partition("/")[0]].aggregate
        if aggregate in _ABOUT_NOTHING:
            return ()
        before = None if entry.originator_version == 1 else self.of(stream, entry.index - 1, state)
        after = aggregate.concerned(before, entry.statement)
        return self._note(stream, self._ask(stream, entry.index, state) if after is None else after)

    def of(self, stream: str, index: int, state: StateOf) -> tuple[str, ...]:
        """Give what a stream is about after the last entry taken in.

        Args:
            stream: A stream that is there.
            index: The entry's index.
            state: As above.
        """
        if KINDS[stream.partition("/")[0]].aggregate in _ABOUT_NOTHING:
            return ()
        at_hand = self._at_hand.get(stream)
        return self._note(stream, self._ask(stream, index, state)) if at_hand is None else at_hand

    def _ask(self, stream: str, index: int, state: StateOf) -> tuple[str, ...]:
        aggregate = state().standing(stream)
        return aggregate.concerned_at(index, self._said_in) if aggregate is not None else ()

    def _note(self, stream: str, concerned: tuple[str, ...]) -> tuple[str, ...]:
        self._at_hand[stream] = concerned
        if len(self._at_hand) > _AT_HAND:
            self._at_hand.popitem(last=False)
        return concerned

    def _said_in(self, leaf_hash: str) -> Mapping[str, Any]:
        entry = self._lookup(leaf_hash)
        if entry is None:
            raise LookupError(f"there is no entry {leaf_hash}")
        return entry.statement
