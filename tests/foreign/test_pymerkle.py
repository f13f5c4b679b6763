"""Roots and proofs against pymerkle's own tree over the same entries."""

import pytest
from pymerkle import InclusionProof, InmemoryTree, InvalidProof, verify_consistency, verify_inclusion
from pymerkle.hasher import MerkleHasher
from tests.foreign.conftest import Library
from tests.profile import sampled
from tests.rows import each_row

from constancia.verify.wire import merkle
from constancia.verify.wire.merkle import EMPTY_ROOT
from constancia.verify.wire.tlog_proof import parse_tlog_proof

# To 9 all shapes of a tree, and those next to a tile's 256.
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 31, 65, 255, 256, 257, 513, *sampled((), (64, 127, 300, 511, 512)))


def tried(size: int) -> list[int]:
    """Which leaves of a tree are tried: of a large one some, and all of them by `make thorough`."""
    return [at for at in range(size) if size < 66 or at % sampled(5, 1) == 0 or not (at & (at + 1) and at + 1 < size)]


@pytest.fixture(scope="module")
def theirs(library: Library) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in library.desk.ledger.log.entries():
        tree.append_entry(entry)
    return tree


def test_roots_are_theirs(library: Library, theirs: InmemoryTree) -> None:
    log = library.desk.ledger.log
    assert theirs.get_size() == log.size > 512
    assert [log.root(size) for size in range(1, log.size + 1)] == [
        theirs.get_root(size) for size in range(1, log.size + 1)
    ]
    assert log.root(0) == theirs.get_root(0) == EMPTY_ROOT


@each_row("size", SIZES)
def test_they_accept_our_inclusion_proofs(library: Library, theirs: InmemoryTree, size: int) -> None:
    log = library.desk.ledger.log
    for index in tried(size):
        leaf = log.leaf_hash(index)
        rule = theirs.prove_inclusion(index + 1, size).rule
        path = [leaf, *log.inclusion_proof(index, size)]
        proof = InclusionProof("sha256", True, size, index + 1, rule, path)
        verify_inclusion(leaf, log.root(size), proof, index=index + 1, size=size)


def test_they_refuse_our_inclusion_proof_for_another_leaf(library: Library, theirs: InmemoryTree) -> None:
    log = library.desk.ledger.log
    leaf = log.leaf_hash(6)
    rule = theirs.prove_inclusion(6, 300).rule
    proof = InclusionProof("sha256", True, 300, 6, rule, [leaf, *log.inclusion_proof(5, 300)])
    with pytest.raises(InvalidProof):
        verify_inclusion(leaf, log.root(300), proof)


@each_row("new", SIZES)
def test_they_prove_our_roots_consistent_as_we_do(library: Library, theirs: InmemoryTree, new: int) -> None:
    """Their consistency proofs are built in another way than RFC 6962's, so each side proves by its own."""
    log = library.desk.ledger.log
    for old in (index + 1 for index in tried(new)):
        roots = {"old_root": log.root(old), "new_root": log.root(new)}
        verify_consistency(*roots.values(), theirs.prove_consistency(old, new), prior_size=old, later_size=new)
        proof = log.consistency_proof(old, new)
        assert merkle.verify_consistency(old_size=old, new_size=new, proof=proof, **roots)
        # Both refuse a root that is not of that size.
        other = {**roots, "old_root": log.root(old + 1)}
        with pytest.raises(InvalidProof):
            verify_consistency(*other.values(), theirs.prove_consistency(old, new))
        assert not merkle.verify_consistency(old_size=old, new_size=new, proof=proof, **other)


def test_they_accept_the_proof_of_a_served_receipt(library: Library, theirs: InmemoryTree) -> None:
    log = library.desk.ledger.log
    for index in (0, 1, 255, 256, log.size - 1):
        receipt = parse_tlog_proof(library.desk.http.get(f"/api/v1/receipts/{index}").content)
        assert receipt.extra is not None
        rule = theirs.prove_inclusion(index + 1).rule
        leaf = MerkleHasher("sha256").hash_buff(receipt.extra)
        proof = InclusionProof("sha256", True, log.size, index + 1, rule, [leaf, *receipt.proof])
        verify_inclusion(leaf, theirs.get_root(), proof)
