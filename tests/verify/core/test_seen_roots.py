"""What signers saw: how far somebody other than the log vouches for it."""

from dataclasses import replace

from tests.rows import each_row
from tests.verify.small_ledger import Writer

from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.merkle import MerkleTree
from constancia.verify.core.formats.statement import Seen
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


@each_row(
    ("size", "root", "code", "expected"),
    [
        (9, None, None, ""), (8, None, None, ""), (10, None, "seen-ahead", "at most 9"),
        (8, bytes(32), "seen", WRITER.tree.root(8).hex()), (0, bytes(32), "seen", WRITER.tree.root(0).hex()),
    ],
)  # fmt: skip
def test_n1_n2_signer_saw_a_root_of_the_tree_before_its_entry(
    size: int, root: bytes | None, code: str | None, expected: str
) -> None:
    findings, tree = FaultList(), MerkleTree(WRITER.tree.leaf(index) for index in range(9))
    seen, entry = SeenRoots(tree, findings), parse_entry(WRITER.entries[9])
    saw = Seen(size=size, root=WRITER.tree.root(size) if root is None else root)
    seen.check(replace(entry, statement=replace(entry.statement, seen=saw)))
    faults = [(one.code, one.index, one.level, one.expected) for one in findings.faults]
    assert faults == ([] if code is None else [(code, 9, "L2", expected)])
    assert seen.largest == (size if code is None else 0)
