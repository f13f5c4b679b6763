"""The rows of one batch, computed without any input or output.

A batch is what one transaction stores: entries, their packed leaf hashes and the signed checkpoint
over the tree with them in it. All or nothing of it is ever there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from constancia.ledger.errors import Fatal
from constancia.verify.wire.merkle import HASH_BYTES

# One transaction's size: bounds the pause of the writer and what a failure makes unsure.
MAX_BATCH: Final = 512

SignCheckpoint = Callable[[int, bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What goes into the store besides the entries' own rows.

    Attributes:
        first_index: Index of the batch's first entry.
        size: Tree size after it.
        leaf_hashes: 32 bytes for each entry, packed.
        checkpoint: The signed note for `size`.
        statement_ids: The statements' ids, one for each entry.
    """

    first_index: int
    size: int
    leaf_hashes: bytes
    checkpoint: bytes
    statement_ids: tuple[str, ...]

    @property
    def positions(self) -> range:
        """The store's positions of the entries: index + 1 each."""
        return range(self.first_index + 1, self.size + 1)


def stored_batch(first_index: Any, size: Any, leaf_hashes: Any, checkpoint: Any) -> Batch:
    """Return the batch that a row of `batches` has, without its statement ids.

    Raises:
        Fatal: A value is of another type than the writer gives: the tables were altered.
    """
    types = tuple(map(type, (first_index, size, leaf_hashes, checkpoint)))
    if types != (int, int, bytes, str):
        raise Fatal("a batch has a value of another type", where=f"batches, first_index {first_index}")
    return Batch(
        first_index=first_index, size=size, leaf_hashes=leaf_hashes, checkpoint=checkpoint.encode(), statement_ids=()
    )


def plan_batch(
    *,
    first_index: int,
    leaf_hashes: bytes,
    statement_ids: Sequence[str],
    root: bytes,
    sign: SignCheckpoint,
) -> Batch:
    """Compute a batch's rows and has its checkpoint signed.

    Args:
        first_index: Size of the tree before the batch.
        leaf_hashes: Packed leaf hashes of the batch's entries.
        statement_ids: Ids of their statements.
        root: Root of the tree with the batch in it.
        sign: Gives the signed note for a size and a root.

    Returns:
        The rows.

    Raises:
        ValueError: There are no entries, too many, or the lists differ in length.
    """
    count = len(statement_ids)
    if not 0 < count <= MAX_BATCH or len(leaf_hashes) != count * HASH_BYTES:
        raise ValueError(f"a batch has 1 to {MAX_BATCH} entries with one leaf hash each")
    size = first_index + count
    return Batch(
        first_index=first_index,
        size=size,
        leaf_hashes=leaf_hashes,
        checkpoint=sign(size, root),
        statement_ids=tuple(statement_ids),
    )
