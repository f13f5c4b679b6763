"""Inclusion and consistency proofs from a Merkle tree (RFC 6962)."""

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.merkle import MerkleTree, split_of


def inclusion_proof(tree: MerkleTree, index: int, size: int) -> list[bytes]:
    """Give the audit path of a leaf in the tree of a size, from the leaf's sibling up.

    Raises:
        Malformed: Not 0 <= index < size <= the tree's size.

    Source: RFC 6962 §2.1.1.
    """
    tree.check_size(size)
    if not 0 <= index < size:
        raise Malformed("index", "index", f"an index below {size}", index)
    start, stop = 0, size
    path: list[bytes] = []
    while stop - start > 1:
        middle = start + split_of(stop - start)
        if index < middle:
            path.append(tree.range_hash(middle, stop))
            stop = middle
        else:
            path.append(tree.range_hash(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(tree: MerkleTree, old: int, new: int) -> list[bytes]:
    """Give the proof that the tree of size `old` is a prefix of that of size `new`; empty for 0 and equal.

    Raises:
        Malformed: Not 0 <= old <= new <= the tree's size.

    Source: RFC 6962 §2.1.2.
    """
    tree.check_size(new)
    if not 0 <= old <= new:
        raise Malformed("size", "old", f"a size up to {new}", old)
    if old in (0, new):
        return []
    start, stop, whole = 0, new, True
    path: list[bytes] = []
    while old != stop:
        middle = start + split_of(stop - start)
        if old <= middle:
            path.append(tree.range_hash(middle, stop))
            stop = middle
        else:
            path.append(tree.range_hash(start, middle))
            start, whole = middle, False
    if not whole:
        path.append(tree.range_hash(start, stop))
    return path[::-1]


def prefix_path(tree: MerkleTree, old: int, new: int) -> list[bytes]:
    """Give the path that `prefix_roots` reads; empty for 0 and equal.

    Raises:
        Malformed: Not 0 <= old <= new <= the tree's size.
    """
    proof = consistency_proof(tree, old, new)
    return proof if not proof or old & (old - 1) else [tree.root(old), *proof]
