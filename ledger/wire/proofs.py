"""Inclusion and consistency proofs from a Merkle tree, and the check that a witness makes (RFC 6962, RFC 9162)."""

from collections.abc import Sequence

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.merkle import EMPTY_ROOT, MerkleTree, split_of
from constancia.verify.wire.merkle import prefix_roots


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


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Check a consistency proof.

    Args:
        old_size: Size of the older tree; 0 is consistent with everything, with an empty proof.
        new_size: Size of the newer tree.
        old_root: Root of the older tree.
        new_root: Root of the newer tree.
        proof: Hashes as of RFC 6962 §2.1.2.

    Returns:
        Whether the older tree is a prefix of the newer.

    Source: RFC 9162 §2.1.4.2.
    """
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = proof if old_size & (old_size - 1) else [old_root, *proof]
    return prefix_roots(old_size=old_size, new_size=new_size, path=path) == (old_root, new_root)
