"""`seen` roots: who confirms, who contradicts, and between which entries the log was altered."""

from pathlib import Path

from tests.rows import each_row
from tests.verify.small_ledger import Log, Writer, verify

from constancia.verify.audit.seen_history import SeenHistory
from constancia.verify.core.formats.checkpoint import Checkpoint
from constancia.verify.core.formats.entry import Entry, parse_entry
from constancia.verify.report.findings import Fault, Findings, Report, Verdict
from constancia.verify.wire.merkle import EMPTY_ROOT, Tree, hash_leaf

OTHER = bytes(range(32))
TREE = Tree(hash_leaf(b"%d" % number) for number in range(20))


def entry_at(index: int, size: int, root: bytes) -> Entry:
    """An entry of that index whose signer says to have seen that checkpoint."""
    writer = Writer()
    statement = writer.draft("ProgressReported", "commitment/rm", {}, writer.actor("sfp"))
    changed = statement.replace(EMPTY_ROOT.hex().encode(), root.hex().encode())
    writer.record(changed.replace(b'"size":0', b'"size":%d' % size), writer.people["sfp"].sign(changed))
    raw = writer.entries[0].replace(b'"index":0', b'"index":%d' % index)
    return parse_entry(raw)


def found(seen: SeenHistory) -> list[Fault]:
    findings = Findings("store", "x")
    seen.report(findings)
    return list(findings.report(list_all=True).faults)


def test_n1_size_beyond_the_index_is_a_fault_at_the_entry() -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(5, 6, TREE.root(6)))
    (fault,) = found(seen)
    assert (fault.index, fault.code, fault.expected, fault.found) == (5, "seen-ahead", "at most 5", "6")


@each_row("size", [0, 1, 5])
def test_n2_root_of_the_tree_confirms(size: int) -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(5, size, TREE.root(size)))
    assert (found(seen), seen.largest, seen.checked) == ([], size, 1)


def test_n2_another_root_for_the_empty_tree_contradicts() -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(5, 0, OTHER))
    (fault,) = found(seen)
    assert (fault.code, fault.index) == ("seen", 5)  # nothing lies before it: the signer is wrong


def test_n3_alteration_lies_after_what_was_confirmed_and_before_what_was_contradicted() -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(5, 4, TREE.root(4)))
    seen.check(entry_at(9, 8, OTHER))
    (fault,) = found(seen)
    assert (fault.index, fault.last_index, fault.somewhere, fault.code) == (4, 7, True, "seen")
    assert fault.field == "entry 9: statement.seen.root"


def test_n3_range_of_one_entry_is_that_entry() -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(8, 7, TREE.root(7)))
    seen.check(entry_at(9, 8, OTHER))
    (fault,) = found(seen)
    assert (fault.index, fault.last_index, fault.somewhere) == (7, None, False)


def test_n4_signer_who_stands_alone_is_the_fault() -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(9, 8, OTHER))
    seen.check(entry_at(11, 10, TREE.root(10)))
    (fault,) = found(seen)
    assert (fault.index, fault.last_index, fault.field) == (9, None, "statement.seen.root")


def test_n4_signer_whose_own_entry_is_faulty_contradicts_nobody() -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(9, 8, OTHER))
    findings = Findings("store", "x")
    findings.fault("signature", 9, "signatures[0].sig", "", "")
    seen.report(findings)
    assert {one.index for one in findings.report().faults} == {9}


def test_n4_known_fault_in_the_range_is_the_place() -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(9, 8, OTHER))
    findings = Findings("store", "x")
    findings.fault("signature", 6, "signatures[0].sig", "", "")
    seen.report(findings)
    assert {one.index for one in findings.report().faults} == {6}


def test_checkpoint_that_was_rejected_contradicts_nobody() -> None:
    seen = SeenHistory(TREE)
    seen.contradict("root", "checkpoint", Checkpoint(origin="x", size=8, root=OTHER))
    findings = Findings("store", "x")
    findings.fault("checkpoint", None, "checkpoint", "", "")
    seen.report(findings)
    assert findings.total == 1


def test_kept_checkpoint_is_about_the_whole_range_whatever_signers_confirm() -> None:
    seen = SeenHistory(TREE)
    seen.check(entry_at(9, 8, TREE.root(8)))
    seen.contradict("fork", "trust/checkpoint", Checkpoint(origin="x", size=12, root=OTHER), since=0)
    (fault,) = found(seen)
    assert (fault.code, fault.index, fault.last_index, fault.somewhere) == ("fork", 0, 11, True)


def reported(log: Log, tmp_path: Path) -> Report:
    return verify(log.write_folder(tmp_path / "published"), log.write_trust(tmp_path / "trust"))


def test_concurrent_signers_who_saw_an_older_checkpoint_are_sound(tmp_path: Path) -> None:
    writer = Writer().found()
    for size in (13, 3, 0, 13, 7):
        writer.as_person("sfp", "ProgressReported", "commitment/rm", {}, seen=size)
    assert reported(writer.log(), tmp_path).verdict is Verdict.INTACT


def test_what_nobody_has_seen_since_is_said(tmp_path: Path) -> None:
    writer = Writer().found()
    for size in (13, 9):
        writer.as_person("sfp", "ProgressReported", "commitment/rm", {}, seen=size)
    notes = reported(writer.log(), tmp_path).notes
    assert [one.params for one in notes if one.code == "tail"] == [{"start": 13}]
