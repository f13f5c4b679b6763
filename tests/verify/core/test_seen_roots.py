"""What signers saw: how far somebody other than the log vouches for it."""

from tests.verify.small_ledger import Writer

from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.merkle import MerkleTree
from constancia.verify.core.report import FaultList
from constancia.verify.core.seen_roots import SeenRoots

WRITER = Writer().found().report(3)


def test_history_is_vouched_for_up_to_the_largest_tree_that_somebody_saw() -> None:
    findings, tree = FaultList(), MerkleTree()
    seen = SeenRoots(tree, findings)
    assert (seen.largest, seen.checked) == (0, 0)
    sizes = []
    for raw in WRITER.entries:
        entry = parse_entry(raw)
        seen.check(entry)
        tree.append(entry.leaf_hash)
        sizes.append(entry.statement.seen.size)
        assert (seen.largest, seen.checked) == (max(sizes), tree.size)
    assert findings.faults == []
    seen.confirm(tree.size)
    seen.confirm(2)
    assert seen.largest == tree.size
