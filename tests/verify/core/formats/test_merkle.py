"""The tree that the core grows: every size that it has had has its root, and no other size has one."""

import pytest
from tests.rows import each_row

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.merkle import EMPTY_ROOT, HASH_BYTES, MerkleTree, hash_leaf


def test_root_of_each_size_is_the_one_of_a_tree_that_ends_there() -> None:
    tree, roots = MerkleTree(), [EMPTY_ROOT]
    for number in range(40):
        tree.append(hash_leaf(bytes([number])))
        roots.append(tree.root())
    assert [tree.root(size) for size in range(41)] == roots
    assert len(set(roots)) == 41


def test_tree_stores_the_complete_subtrees_of_each_level_and_nothing_else() -> None:
    tree = MerkleTree()
    for size in range(40):
        stored = [len(row) // HASH_BYTES for row in tree._levels]
        assert stored == [size >> level for level in range(max(1, size.bit_length()))]
        tree.append(hash_leaf(bytes([size])))


@each_row("size", [-1, 6, 7, 8, 9, 2**53])
def test_size_that_the_tree_has_not_had_is_refused(size: int) -> None:
    tree = MerkleTree()
    tree.extend(hash_leaf(bytes([number])) for number in range(5))
    with pytest.raises(Malformed, match="a size up to 5"):
        tree.root(size)
