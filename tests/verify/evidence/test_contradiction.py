"""A proof that a log contradicted itself: proves it to anybody who pins the key, accuses nobody else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dishonest import inserted, setting, with_statement
from tests.verify.small_ledger import Key, Log, LogKey, Witness, Writer, verify

from constancia.ledger.wire.composition import format_contradiction
from constancia.ledger.wire.proofs import consistency_proof, inclusion_proof, prefix_path
from constancia.verify.__main__ import main
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.evidence.contradiction import prove
from constancia.verify.report.findings import Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.sources.contradiction_file import HEADER, AdmittedEntry, parse_contradiction
from constancia.verify.wire.merkle import EMPTY_ROOT, Tree, prefix_roots, verify_consistency

COMMON = 19  # entries before the two histories part


@pytest.fixture(scope="session")
def sides() -> tuple[Log, Log]:
    """Two histories by one key, the same up to `COMMON`."""
    told = []
    for side in ("left", "right"):
        story = Writer().found().sign_agreement().report(3)
        assert len(story.entries) == COMMON
        for number in range(30):
            story.as_person("sfp", "ProgressReported", "commitment/rm", {"told_to": side, "n": number})
            story.cut()
        told.append(story.log())
    return told[0], told[1]


def proof(older: Log, newer: Log, old: int, new: int, key: LogKey | None = None) -> bytes:
    signer = (key or newer.signer).verifier
    return format_contradiction(
        [signer], newer.checkpoint(new), older.checkpoint(old), prefix_path(newer.tree, old, new)
    )


def judged(raw: bytes, folder: Path, trust: Path | None) -> tuple[Verdict, set[str]]:
    file = folder / "contradiction.txt"
    file.write_bytes(raw)
    report = verify(file, trust)
    return report.verdict, {one.code for one in report.faults} | {one.code for one in report.open}


SIZES = [(COMMON + 1, COMMON + 1), (20, 21), (25, 40), (32, 33), (32, 49), (31, 32), (32, 48), (49, 49)]


@pytest.mark.parametrize(("old", "new"), SIZES)
def test_two_roots_for_the_same_entries_are_altered(old: int, new: int, sides: tuple[Log, Log], tmp_path: Path) -> None:
    left, right = sides
    trust = left.write_trust(tmp_path / "trust")
    assert judged(proof(left, right, old, new), tmp_path, trust) == (Verdict.ALTERED, {"contradiction"})


@pytest.mark.parametrize(("old", "new"), [(5, 40), (16, 40), (COMMON, 49), (16, 32), (1, 2), (19, 19)])
def test_checkpoints_that_agree_prove_nothing(old: int, new: int, sides: tuple[Log, Log], tmp_path: Path) -> None:
    left, right = sides
    trust = left.write_trust(tmp_path / "trust")
    verdict, codes = judged(proof(left, right, old, new), tmp_path, trust)
    assert (verdict, codes) == (Verdict.INCONCLUSIVE, {"contradiction-none"})


def test_without_trust_it_is_explained_and_inconclusive(sides: tuple[Log, Log], tmp_path: Path) -> None:
    raw = proof(*sides, 25, 40)
    assert judged(raw, tmp_path, None) == (Verdict.INCONCLUSIVE, {"contradiction-unpinned"})
    told = report_text(verify(tmp_path / "contradiction.txt"), "es")
    assert "dos historias" in told
    assert "first 25 entries" in report_text(verify(tmp_path / "contradiction.txt"), "en")


def test_contradiction_by_a_key_that_is_not_the_pinned_one_proves_nothing(
    sides: tuple[Log, Log], tmp_path: Path
) -> None:
    stranger = Writer(name="stranger").found().log()
    trust = stranger.write_trust(tmp_path / "trust")
    assert stranger.signer.verifier.name == sides[0].signer.verifier.name
    verdict, codes = judged(proof(*sides, 25, 40), tmp_path, trust)
    assert (verdict, codes) == (Verdict.INCONCLUSIVE, {"contradiction-other-key"})


def test_forger_without_the_key_can_accuse_nobody(sides: tuple[Log, Log], tmp_path: Path) -> None:
    left, right = sides
    trust = left.write_trust(tmp_path / "trust")
    forged = proof(left, right, 25, 40)
    note = left.checkpoint(25)
    other = LogKey("forger").checkpoint(25, b"\7" * 32)
    swapped = format_contradiction([left.signer.verifier], right.checkpoint(40), other, prefix_path(right.tree, 25, 40))
    assert judged(swapped, tmp_path, trust)[0] is Verdict.INCONCLUSIVE
    assert judged(forged.replace(note[:40], note[:39] + b"x"), tmp_path, trust)[0] is Verdict.INCONCLUSIVE


def test_no_changed_byte_makes_agreeing_checkpoints_contradict(sides: tuple[Log, Log], tmp_path: Path) -> None:
    left, right = sides
    raw = proof(left, right, 16, 22)
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        try:
            prove(parse_contradiction(changed))
        except Malformed:
            continue
        raise AssertionError(f"byte {at} changed, and a contradiction is proved")


def test_a_changed_byte_never_moves_the_blame(sides: tuple[Log, Log], tmp_path: Path) -> None:
    left, right = sides
    raw = proof(left, right, 25, 40)
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        try:
            found = prove(parse_contradiction(changed))
        except Malformed:
            continue
        assert found.newer.origin == left.signer.verifier.name  # e.g. another spelling of what is ignored


def test_path_of_another_tree_is_refused(sides: tuple[Log, Log], tmp_path: Path) -> None:
    left, right = sides
    trust = left.write_trust(tmp_path / "trust")
    path = prefix_path(left.tree, 25, 40)
    raw = format_contradiction([right.signer.verifier], right.checkpoint(40), left.checkpoint(25), path)
    assert judged(raw, tmp_path, trust) == (Verdict.INCONCLUSIVE, {"contradiction-none"})


def test_entry_whose_seen_the_tree_contradicts_is_altered(tmp_path: Path) -> None:
    left, right = (Writer().found().report(4) for _ in range(2))
    left.as_person("sfp", "ProgressReported", "commitment/rm", {"told_to": "left"})
    right.as_person("sfp", "ProgressReported", "commitment/rm", {"told_to": "right"})
    left.cut()
    right.cut()
    left.report(1)
    log = right.log()
    crossed = inserted(log, log.size, left.entries[-1])
    raw = entry_proof(crossed, log.size)
    trust = log.write_trust(tmp_path / "trust")
    assert judged(raw, tmp_path, trust) == (Verdict.ALTERED, {"contradiction-seen"})
    assert judged(raw, tmp_path, None) == (Verdict.INCONCLUSIVE, {"contradiction-unpinned"})
    assert judged(entry_proof(crossed, log.size - 1), tmp_path, trust)[1] == {"contradiction-none"}


def entry_proof(log: Log, index: int) -> bytes:
    seen = json.loads(log.entries[index])["statement"]["seen"]["size"]
    path = tuple(inclusion_proof(log.tree, index, log.size))
    admitted = AdmittedEntry(index=index, raw=log.entries[index], path=path)
    prefix = prefix_path(log.tree, seen, log.size)
    return format_contradiction([log.signer.verifier], log.checkpoint(), admitted, prefix)


def test_statement_that_the_tree_does_not_hold_accuses_nobody(sides: tuple[Log, Log], tmp_path: Path) -> None:
    left, right = sides
    index = right.size - 1
    forged = with_statement(right.entries[index], setting("seen.root", "00" * 32), Key("anybody"))
    path = tuple(inclusion_proof(right.tree, index, right.size))
    raw = format_contradiction(
        [right.signer.verifier], right.checkpoint(), AdmittedEntry(index=index, raw=forged, path=path),
        prefix_path(right.tree, index, right.size),
    )  # fmt: skip
    trust = left.write_trust(tmp_path / "trust")
    assert judged(raw, tmp_path, trust) == (Verdict.INCONCLUSIVE, {"contradiction-none"})


def test_witnesses_that_cosigned_both_are_named(sides: tuple[Log, Log], tmp_path: Path) -> None:
    one, two, three = Witness("one"), Witness("two"), Witness("three")
    left, right = replace(sides[0], witnesses=(one, two)), replace(sides[1], witnesses=(two, three))
    trust = replace(left, witnesses=(one, two, three)).write_trust(tmp_path / "trust", quorum=2)
    (tmp_path / "contradiction.txt").write_bytes(proof(left, right, 25, 40))
    report = verify(tmp_path / "contradiction.txt", trust)
    assert [one.params["names"] for one in report.notes if one.code == "contradiction-witnesses"] == ["two"]


def test_form_is_written_back_as_it_was_read(sides: tuple[Log, Log]) -> None:
    for raw in (proof(*sides, 25, 40), proof(*sides, 20, 20)):
        parts = parse_contradiction(raw)
        assert format_contradiction(parts.log_keys, parts.newer, parts.other, parts.prefix) == raw


@pytest.mark.parametrize(
    "broken",
    [
        HEADER.encode() + b"\n",
        HEADER.encode() + b"\n\n",
        HEADER.encode() + b"\nlog x\n\n",
        HEADER.encode() + b"\nlog \xff\n\n",
    ],
)
def test_other_forms_are_unreadable(broken: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="form"):
        judged(broken, tmp_path, None)


def test_cut_and_lengthened_files_are_unreadable(sides: tuple[Log, Log], tmp_path: Path) -> None:
    raw = proof(*sides, 25, 40)
    for changed in (raw[:-9], raw.replace(b"older ", b"older 0"), raw.replace(b"prefix ", b"extra ", 1)):
        with pytest.raises(Unreadable, match="form"):
            judged(changed, tmp_path, None)


def test_what_the_way_did_is_undone_and_said(sides: tuple[Log, Log], tmp_path: Path) -> None:
    raw = proof(*sides, 25, 40)
    for changed in (raw[:-1], raw + b"\n", b"\xef\xbb\xbf" + raw, raw.replace(b"\n", b"\r\n")):
        assert "changed" in judged(changed, tmp_path, None)[1]


def test_command_recognizes_it_by_its_first_line(
    sides: tuple[Log, Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "any-name").write_bytes(proof(*sides, 25, 40))
    trust = sides[0].write_trust(tmp_path / "trust")
    assert main([str(tmp_path / "any-name"), "--trust", str(trust)]) == 1
    assert capsys.readouterr().out.startswith("ALTERADO")
    assert main([str(tmp_path / "any-name"), "--lang", "en"]) == 2
    assert main([str(tmp_path / "any-name"), "--trust", str(trust), "--json"]) == 1


def test_prefix_roots_agree_with_the_tree_at_all_sizes() -> None:
    tree = Tree(bytes([n]) * 32 for n in range(40))
    for new in range(2, 41):
        for old in range(1, new):
            path = prefix_path(tree, old, new)
            assert prefix_roots(old_size=old, new_size=new, path=path) == (tree.root(old), tree.root(new))
            assert prefix_roots(old_size=old, new_size=new, path=path[:-1]) != (tree.root(old), tree.root(new))
            assert prefix_roots(old_size=old, new_size=new, path=[*path, path[0]]) is None
            assert verify_consistency(
                old_size=old, new_size=new, old_root=tree.root(old), new_root=tree.root(new),
                proof=consistency_proof(tree, old, new),
            )  # fmt: skip
    assert prefix_path(tree, 0, 7) == prefix_path(tree, 7, 7) == []
    assert tree.root(0) == EMPTY_ROOT
