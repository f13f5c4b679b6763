"""A receipt: what one entry and its proof show, and what they can't."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from tests.verify.small_ledger import Log, LogKey, Witness, Writer, verify, write

from constancia.ledger.wire.composition import format_tlog_proof
from constancia.ledger.wire.proofs import inclusion_proof
from constancia.verify.report.findings import Fault, Report, Verdict
from constancia.verify.report.rendering import report_text


def first(report: Report) -> Fault:
    assert report.first is not None, report_text(report, "en")
    return report.first


def audited(data: bytes, tmp_path: Path, trust: Path | None) -> Report:
    write(tmp_path / "receipt", data)
    return verify(tmp_path / "receipt", trust)


@pytest.mark.parametrize("index", [0, 1, 20, 35])
def test_receipt_is_intact_and_says_that_authorship_was_not_checked(
    index: int, log: Log, trust: Path, tmp_path: Path
) -> None:
    report = audited(log.receipt(index), tmp_path, trust)
    assert report.verdict is Verdict.INTACT
    assert "receipt-authorship" in {one.code for one in report.not_checked}


def test_receipt_for_an_earlier_size_is_intact(log: Log, trust: Path, tmp_path: Path) -> None:
    assert audited(log.receipt(3, size=7), tmp_path, trust).verdict is Verdict.INTACT


def test_receipt_without_trust_is_inconclusive(log: Log, tmp_path: Path) -> None:
    report = audited(log.receipt(20), tmp_path, None)
    assert (report.verdict, {one.code for one in report.open}) == (Verdict.INCONCLUSIVE, {"no-trust", "no-log-key"})


def test_genesis_receipt_without_trust_names_the_fingerprints(log: Log, tmp_path: Path) -> None:
    report = audited(log.receipt(0), tmp_path, None)
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["no-trust"])
    assert report.log_key is not None
    assert report.genesis is not None


def test_founding_signatures_are_checked_in_the_genesis_receipt(log: Log, trust: Path, tmp_path: Path) -> None:
    report = audited(log.receipt(0), tmp_path, trust)
    assert report.checked["L2"] == {"signatures": 3}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"index 20\n", b"index 21\n"), "index"),
        ((b"\n36\n", b"\n37\n"), "checkpoint"),
        ((b"small-ledger", b"smell-ledger"), "checkpoint"),
    ],
)
def test_altered_line_is_named(change: tuple[bytes, bytes], code: str, log: Log, trust: Path, tmp_path: Path) -> None:
    raw = log.receipt(20)
    assert change[0] in raw
    assert first(audited(raw.replace(*change), tmp_path, trust)).code == code


def test_entry_of_another_index_is_not_included(log: Log, trust: Path, tmp_path: Path) -> None:
    proof = format_tlog_proof(20, inclusion_proof(log.tree, 20, log.size), log.checkpoint(), log.entries[21])
    report = audited(proof, tmp_path, trust)
    assert {(one.index, one.code) for one in report.faults} == {(20, "index"), (20, "inclusion")}


def test_altered_entry_is_not_included(log: Log, trust: Path, tmp_path: Path) -> None:
    raw = log.receipt(20)
    entry = log.entries[20]
    altered = entry.replace(b'"narrative":{"es":"El', b'"narrative":{"es":"Un')
    fault = first(audited(raw.replace(base64.b64encode(entry), base64.b64encode(altered)), tmp_path, trust))
    assert (fault.index, fault.code) == (20, "inclusion")


@pytest.mark.parametrize("at", [0, 2, 5])
def test_altered_proof_hash_is_not_included(at: int, log: Log, trust: Path, tmp_path: Path) -> None:
    path = inclusion_proof(log.tree, 20, log.size)
    path[at] = bytes([path[at][0] ^ 1]) + path[at][1:]
    proof = format_tlog_proof(20, path, log.checkpoint(), log.entries[20])
    assert first(audited(proof, tmp_path, trust)).code == "inclusion"


@pytest.mark.parametrize(
    "change", [(b"index 20\n", b"index 020\n"), (b"index 20\n", b""), (b"extra ", b"Extra "), (b"\n\n", b"\n")]
)
def test_what_breaks_the_form_is_no_receipt_and_accuses_nobody(
    change: tuple[bytes, bytes], log: Log, trust: Path, tmp_path: Path
) -> None:
    report = audited(log.receipt(20).replace(*change), tmp_path, trust)
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["receipt-form"])


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_receipt_cut_off_is_inconclusive(part: float, log: Log, trust: Path, tmp_path: Path) -> None:
    raw = log.receipt(20)
    assert audited(raw[: int(len(raw) * part)], tmp_path, trust).verdict is Verdict.INCONCLUSIVE


def test_receipt_without_its_entry_is_inconclusive(log: Log, trust: Path, tmp_path: Path) -> None:
    """A proof by C2SP tlog-proof needs no line `extra`."""
    proof = format_tlog_proof(20, inclusion_proof(log.tree, 20, log.size), log.checkpoint())
    report = audited(proof, tmp_path, trust)
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["receipt-no-entry"])


def test_checkpoint_by_another_key_is_inconclusive(log: Log, trust: Path, tmp_path: Path) -> None:
    forged = LogKey("forger").checkpoint(log.size, log.tree.root())
    proof = format_tlog_proof(20, inclusion_proof(log.tree, 20, log.size), forged, log.entries[20])
    report = audited(proof, tmp_path, trust)
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["other-log-key"])


def test_receipt_that_contradicts_a_kept_checkpoint_of_its_size_is_altered(log: Log, tmp_path: Path) -> None:
    kept = log.write_trust(tmp_path / "trust", kept=log.size)
    other = Writer().found().sign_agreement().report(19, batch=3).report(1, batch=1).log()
    assert other.size == log.size
    report = audited(other.receipt(20), tmp_path, kept)
    assert (first(report).code, report.faults_total) == ("fork", 1)


def test_kept_checkpoint_of_another_size_is_said_not_to_be_compared(log: Log, tmp_path: Path) -> None:
    report = audited(log.receipt(20), tmp_path, log.write_trust(tmp_path / "trust", kept=12))
    assert "receipt-consistency" in {one.code for one in report.not_checked}


def test_quorum_is_asked_for_in_a_receipt_too(log: Log, tmp_path: Path) -> None:
    witnessed = replace(log, witnesses=(Witness("a"),))
    trust = witnessed.write_trust(tmp_path / "trust", quorum=1)
    assert audited(witnessed.receipt(20), tmp_path, trust).verdict is Verdict.INTACT
    assert [one.code for one in audited(log.receipt(20), tmp_path, trust).open] == ["no-quorum"]
