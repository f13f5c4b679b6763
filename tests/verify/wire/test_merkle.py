"""The Merkle tree: roots and proofs against RFC 6962's text, public vectors and an independent implementation."""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import each_row
from tests.verify.public_vectors import vector_lines

from constancia.ledger.wire.proofs import consistency_proof, inclusion_proof
from constancia.verify.core.errors import Malformed
from constancia.verify.wire.merkle import (
    EMPTY_ROOT,
    Tree,
    hash_children,
    hash_leaf,
    verify_consistency,
    verify_inclusion,
)
from constancia.verify.wire.tiles import tile_width, tiles_between

LEAVES = [hash_leaf(b"leaf %d" % number) for number in range(70_000)]
SMALL = Tree(LEAVES[:600])
SIZES = st.integers(0, 600)


def root_by_the_text(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hash_children(root_by_the_text(leaves[:split]), root_by_the_text(leaves[split:]))


def theirs(count: int) -> Any:
    """The same tree in another implementation."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(count):
        tree.append_entry(b"leaf %d" % number)
    return tree


@each_row("size", [*range(70), 127, 128, 129, 255, 256, 257, 511, 512, 513, 600])
def test_root_is_the_one_of_the_rfcs_own_words(size: int) -> None:
    assert SMALL.root(size) == root_by_the_text(LEAVES[:size])
    assert Tree(LEAVES[:size]).root() == SMALL.root(size)


def test_empty_tree_and_one_leaf() -> None:
    assert Tree().root() == EMPTY_ROOT == hashlib.sha256().digest()
    assert Tree([LEAVES[0]]).root() == LEAVES[0]


def test_roots_are_those_of_an_independent_implementation() -> None:
    other = theirs(140)
    for size in range(1, 141):
        assert SMALL.root(size) == other.get_root(size)


@each_row("size", [1, 2, 3, 7, 8, 64, 65, 100])
def test_inclusion_proofs_are_those_of_an_independent_implementation(size: int) -> None:
    other = theirs(size)
    for index in range(size):
        # Theirs begins with the leaf itself.
        path = other.prove_inclusion(index + 1, size).serialize()["path"]
        assert [one.hex() for one in inclusion_proof(SMALL, index, size)] == path[1:]


@each_row(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 8), (7, 8), (8, 9), (63, 100), (64, 100)])
def test_their_consistency_proof_leads_to_our_roots(old: int, new: int) -> None:
    # Theirs has another layout than RFC 6962's, so the roots are what can be compared.
    proof = theirs(new).prove_consistency(old, new)
    pymerkle.verify_consistency(SMALL.root(old), SMALL.root(new), proof, prior_size=old, later_size=new)
    with pytest.raises(pymerkle.InvalidProof):
        pymerkle.verify_consistency(SMALL.root(new), SMALL.root(new), proof)


@given(st.integers(1, 600), st.data())
def test_inclusion_proof_holds_for_its_leaf_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size + 2))
    proof = inclusion_proof(SMALL, index, size)
    root = SMALL.root(size)
    assert verify_inclusion(leaf_hash=LEAVES[index], index=index, size=size, proof=proof, root=root)
    if other != index:
        assert not verify_inclusion(leaf_hash=LEAVES[index], index=other, size=size, proof=proof, root=root)
        assert not verify_inclusion(leaf_hash=LEAVES[other], index=index, size=size, proof=proof, root=root)


@given(st.integers(1, 600), st.data())
def test_changed_inclusion_proof_does_not_hold(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(SMALL, index, size)
    changed = data.draw(mutated(proof))
    root = SMALL.root(size)
    assert changed == proof or not verify_inclusion(
        leaf_hash=LEAVES[index], index=index, size=size, proof=changed, root=root
    )


@given(SIZES, SIZES, st.data())
def test_consistency_proof_holds_and_a_changed_one_does_not(one: int, two: int, data: st.DataObject) -> None:
    old, new = sorted((one, two))
    proof = consistency_proof(SMALL, old, new)
    roots = {"old_root": SMALL.root(old), "new_root": SMALL.root(new)}
    assert verify_consistency(old_size=old, new_size=new, proof=proof, **roots)
    changed = data.draw(mutated(proof))
    assert changed == proof or not verify_consistency(old_size=old, new_size=new, proof=changed, **roots)
    wrong = {**roots, data.draw(st.sampled_from(["old_root", "new_root"])): hashlib.sha256(b"another").digest()}
    assert (old, wrong["new_root"]) == (0, hashlib.sha256(b"another").digest()) or not verify_consistency(
        old_size=old, new_size=new, proof=proof, **wrong
    )


def mutated(proof: list[bytes]) -> st.SearchStrategy[list[bytes]]:
    """A proof with one hash flipped, dropped, doubled, put in, swapped, cut short or made longer."""
    at = st.integers(0, max(0, len(proof) - 1))
    flip = at.map(lambda i: [bytes([b[0] ^ 1]) + b[1:] if k == i else b for k, b in enumerate(proof)])
    drop = at.map(lambda i: proof[:i] + proof[i + 1 :])
    double = at.map(lambda i: proof[:i] + proof[i : i + 1] * 2 + proof[i + 1 :])
    put_in = at.map(lambda i: [*proof[:i], bytes(32), *proof[i:]])
    swap = at.map(lambda i: [*proof[:i], *proof[i : i + 2][::-1], *proof[i + 2 :]])
    short = at.map(lambda i: [b[:31] if k == i else b for k, b in enumerate(proof)])
    long = at.map(lambda i: [b + b"\x00" if k == i else b for k, b in enumerate(proof)])
    return st.one_of(flip, drop, double, put_in, swap, short, long)


def test_consistency_from_nothing_needs_the_empty_root_and_no_proof() -> None:
    root = SMALL.root(5)
    assert verify_consistency(old_size=0, new_size=5, old_root=EMPTY_ROOT, new_root=root, proof=[])
    assert not verify_consistency(old_size=0, new_size=5, old_root=bytes(32), new_root=root, proof=[])
    assert not verify_consistency(old_size=0, new_size=5, old_root=EMPTY_ROOT, new_root=root, proof=[root])
    assert not verify_consistency(old_size=6, new_size=5, old_root=root, new_root=root, proof=[])


@each_row(("index", "size"), [(0, 0), (-1, 5), (5, 5), (6, 5), (2**64, 5)])
def test_inclusion_outside_the_tree_never_holds(index: int, size: int) -> None:
    assert not verify_inclusion(leaf_hash=LEAVES[0], index=index, size=size, proof=[], root=LEAVES[0])
    with pytest.raises(Malformed):
        inclusion_proof(SMALL, index, size)


@each_row("size", [-1, 601])
def test_size_beyond_the_tree_is_refused(size: int) -> None:
    for ask in (SMALL.root, lambda n: consistency_proof(SMALL, 0, n), lambda n: Tree(LEAVES[:9]).truncate(n)):
        with pytest.raises(Malformed):
            ask(size)
    with pytest.raises(Malformed):
        consistency_proof(SMALL, 3, 2)


def decoded(value: str | list[str] | None) -> Any:
    if value is None:
        return []
    return [base64.b64decode(one) for one in value] if isinstance(value, list) else base64.b64decode(value)


def test_public_vectors_of_inclusion() -> None:
    count = Counter[bool]()
    for case in vector_lines("rfc6962/inclusion.jsonl"):
        held = verify_inclusion(
            leaf_hash=decoded(case["leafHash"]), index=case["leafIdx"], size=case["treeSize"],
            proof=decoded(case["proof"]), root=decoded(case["root"]),
        )  # fmt: skip
        assert held != case["wantErr"], case
        count[held] += 1
    assert sum(count.values()) == 65
    assert count[True] > 0


def test_public_vectors_of_consistency() -> None:
    count = Counter[bool]()
    for case in vector_lines("rfc6962/consistency.jsonl"):
        held = verify_consistency(
            old_size=case["size1"], new_size=case["size2"], old_root=decoded(case["root1"]),
            new_root=decoded(case["root2"]), proof=decoded(case["proof"]),
        )  # fmt: skip
        assert held != case["wantErr"], case
        count[held] += 1
    assert sum(count.values()) == 65
    assert count[True] > 0


@given(SIZES, st.lists(st.integers(0, 9), max_size=4))
def test_truncating_and_appending_again_gives_the_same_tree(size: int, extra: list[int]) -> None:
    tree = Tree(LEAVES[:600])
    tree.root(600)
    tree.truncate(size)
    assert (tree.size, tree.root()) == (size, SMALL.root(size))
    tree.extend(LEAVES[number] for number in extra)
    assert tree.root() == root_by_the_text(LEAVES[:size] + [LEAVES[number] for number in extra])


def test_tiles_of_every_level_are_what_the_layout_says() -> None:
    size = 70_000
    tree = Tree(LEAVES)
    seen = Counter[int]()
    for level, number, width in tiles_between(0, size):
        seen[level] += 1
        if level == 0:
            assert tree.tile(0, number, width) == b"".join(LEAVES[number * 256 : number * 256 + width])
            continue
        span = 256**level
        for at in {0, width - 1}:
            start = (number * 256 + at) * span
            node = tree.tile(level, number, width)[at * 32 : (at + 1) * 32]
            assert node == root_by_the_text(LEAVES[start : start + span])
    assert seen == {0: 274, 1: 2, 2: 1}
    for level, number in ((0, 274), (1, 2), (2, 1), (3, 0), (60, 0)):
        assert tile_width(level, number, size) == 0
        with pytest.raises(Malformed):
            tree.tile(level, number, 1)
