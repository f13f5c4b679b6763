"""Verdicts of the audit over every kind of source, and what anchors them."""

import hashlib
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.verify.small_ledger import DOCUMENT, Log, LogKey, Witness, Writer, relinked, verify, write

from constancia.ledger.wire.composition import build_entry
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import format_vkey
from constancia.verify.report.findings import Fault, Report, Verdict
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.sources.source import open_source
from constancia.verify.wire.merkle import hash_leaf


@pytest.fixture
def published(log: Log, tmp_path: Path) -> Path:
    return log.write_folder(tmp_path / "published", sizes=(5, 20))


@pytest.fixture
def address(published: Path) -> Iterator[str]:
    handler = partial(Quiet, directory=str(published))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Says nothing."""


def first(report: Report) -> Fault:
    assert report.first is not None, report_text(report, "en")
    return report.first


def test_a1_every_kind_of_source_of_one_log_is_intact(
    log: Log, trust: Path, published: Path, address: str, tmp_path: Path
) -> None:
    places: list[Path | str] = [
        log.write_ledger(tmp_path / "ledger"), log.write_store(tmp_path / "alone.sqlite"), published, address,
        log.write_zip(tmp_path / "bundle.zip", published),
    ]  # fmt: skip
    reports = [verify(place, trust) for place in places]
    assert [one.verdict for one in reports] == [Verdict.INTACT] * 5
    assert {(one.size, one.root, one.genesis) for one in reports} == {
        (log.size, log.tree.root().hex(), hash_leaf(log.entries[0]).hex())
    }
    assert [one.kind for one in reports] == ["store", "store", "folder", "url", "zip"]


def test_a1_store_and_published_files_that_differ_are_altered(log: Log, trust: Path, tmp_path: Path) -> None:
    ledger = log.write_ledger(tmp_path / "ledger")
    bundle = ledger / "log" / "tile" / "entries" / f"000.p/{log.size}"
    raw = log.entries[20]
    bundle.write_bytes(bundle.read_bytes().replace(raw, raw.replace("según".encode(), "segün".encode())))
    fault = first(verify(ledger, trust))
    assert (fault.index, fault.code) == (20, "bundle")


def test_a1_published_checkpoint_beyond_the_store_is_altered(log: Log, trust: Path, tmp_path: Path) -> None:
    ledger = log.write_ledger(tmp_path / "ledger")
    shorter = log.cut_at(log.size - 3)
    (ledger / "ledger.sqlite").unlink()
    shorter.write_store(ledger / "ledger.sqlite")
    fault = first(verify(ledger, trust))
    assert (fault.index, fault.field) == (log.size - 3, "log/checkpoint")


def test_a1_published_files_that_lag_behind_the_store_are_a_note(log: Log, trust: Path, tmp_path: Path) -> None:
    ledger = log.write_ledger(tmp_path / "ledger", published=False)
    log.cut_at(20).write_folder(ledger / "log")
    report = verify(ledger, trust)
    assert report.verdict is Verdict.INTACT
    assert [one.code for one in report.notes if one.code.startswith("published")] == ["published-lags"]


def test_a2_without_trust_the_verdict_is_inconclusive_and_names_the_fingerprints(log: Log, published: Path) -> None:
    report = verify(published)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert [one.code for one in report.open] == ["no-trust"]
    assert report.genesis == hash_leaf(log.entries[0]).hex()
    assert report.log_key == format_vkey(log.signer.verifier)


def test_a2_without_trust_an_altered_log_is_altered(log: Log, tmp_path: Path) -> None:
    broken = replace(log, entries=(*log.entries[:7], log.entries[7].replace(b"sfp", b"sfq"), *log.entries[8:]))
    fault = first(verify(broken.write_folder(tmp_path / "published")))
    assert fault.index == 7


def test_a2_trust_without_genesis_is_inconclusive(log: Log, published: Path, tmp_path: Path) -> None:
    report = verify(published, log.write_trust(tmp_path / "bare", genesis=False))
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["no-genesis-pin"])


def test_a2_another_genesis_than_pinned_is_altered(log: Log, published: Path, trust: Path) -> None:
    write(trust / "genesis", b"0" * 64 + b"\n")
    fault = first(verify(published, trust))
    assert (fault.index, fault.code) == (0, "genesis")


def test_a2_another_log_key_than_pinned_is_inconclusive(log: Log, published: Path, trust: Path) -> None:
    other = LogKey("another")
    write(trust / "policy", f"log {format_vkey(other.verifier)}\nquorum none\n".encode())
    report = verify(published, trust)
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["other-log-key"])


def rewritten(log: Log, index: int) -> Log:
    """What an operator with the log key does: another recording time at `index`, all hashed and signed again."""
    entry = parse_entry(log.entries[index])
    raw = build_entry(
        index=index, previous=entry.previous, recorded_at=entry.recorded_at.replace(".250Z", ".251Z"),
        signatures=entry.signatures, statement=entry.statement.raw,
    )  # fmt: skip
    return log.rehashed([*log.entries[:index], raw, *log.entries[index + 1 :]])


def test_a3_rewritten_log_is_caught_by_a_kept_checkpoint(log: Log, tmp_path: Path) -> None:
    forged = rewritten(log, log.size - 1)
    kept = log.write_trust(tmp_path / "trust", kept=log.size)
    fault = first(verify(forged.write_store(tmp_path / "ledger.sqlite"), kept))
    assert (fault.code, fault.field) == ("fork", "trust/checkpoint")
    # Signers of this history say nothing of where the other one parts from it.
    assert (fault.index, fault.last_index, fault.somewhere) == (0, log.size - 1, True)


def test_a3_rewritten_log_is_caught_by_a_later_signers_seen_root(log: Log, trust: Path, tmp_path: Path) -> None:
    # The entries before and after index 20 are in batches of their own: signers saw each size between them.
    story = Writer().found().report(12)
    whole = story.log(documents=())
    forged = rewritten(whole, 20)
    report = verify(forged.write_store(tmp_path / "ledger.sqlite"), whole.write_trust(tmp_path / "own"))
    fault = first(report)
    assert (fault.index, fault.last_index, fault.code) == (20, None, "seen")
    assert fault.field == "entry 21: statement.seen.root"


def test_a3_rewriting_what_nobody_saw_since_is_said_to_be_open(log: Log, trust: Path, tmp_path: Path) -> None:
    forged = rewritten(log, log.size - 1)
    report = verify(forged.write_store(tmp_path / "ledger.sqlite"), trust)
    assert report.verdict is Verdict.INTACT
    tail = next(one for one in report.notes if one.code == "tail")
    assert isinstance(tail.params["start"], int)
    assert tail.params["start"] <= log.size - 1


def test_a3_log_shorter_than_a_kept_checkpoint_is_altered(log: Log, tmp_path: Path) -> None:
    shorter = log.cut_at(log.size - 3)
    kept = log.write_trust(tmp_path / "trust", kept=log.size)
    fault = first(verify(shorter.write_store(tmp_path / "ledger.sqlite"), kept))
    assert (fault.index, fault.last_index, fault.code) == (log.size - 3, log.size - 1, "rollback")


def test_a3_kept_checkpoint_that_is_damaged_is_unreadable(log: Log, published: Path, trust: Path) -> None:
    write(trust / "checkpoint", log.checkpoint(20).replace(b"\n20\n", b"\n21\n"))
    with pytest.raises(Unreadable, match="trust/checkpoint"):
        verify(published, trust)


def test_quorum_of_witnesses_is_counted(log: Log, tmp_path: Path) -> None:
    witnesses = (Witness("a"), Witness("b"))
    trust = replace(log, witnesses=witnesses).write_trust(tmp_path / "trust", quorum=2)
    both = replace(log, witnesses=witnesses).write_folder(tmp_path / "both")
    one = replace(log, witnesses=witnesses[:1]).write_folder(tmp_path / "one")
    assert verify(both, trust).verdict is Verdict.INTACT
    report = verify(one, trust)
    assert (report.verdict, [x.code for x in report.open]) == (Verdict.INCONCLUSIVE, ["no-quorum"])


def test_cosignature_of_a_known_witness_that_fails_is_altered(log: Log, tmp_path: Path) -> None:
    witnessed = replace(log, witnesses=(Witness("a"),))
    trust = witnessed.write_trust(tmp_path / "trust", quorum=1)
    published = witnessed.write_folder(tmp_path / "published")
    note = published / "checkpoint"
    line = note.read_bytes().rsplit(b" ", 1)
    write(note, line[0] + b" " + line[1].replace(line[1][20:22], b"AA" if line[1][20:22] != b"AA" else b"BB"))
    assert first(verify(published, trust)).code == "checkpoint"


def test_cosignature_of_an_unknown_witness_is_ignored(log: Log, trust: Path, tmp_path: Path) -> None:
    published = replace(log, witnesses=(Witness("grease"),)).write_folder(tmp_path / "published")
    assert verify(published, trust).verdict is Verdict.INTACT


def test_a4_audit_goes_on_after_an_entry_that_is_no_entry(log: Log, trust: Path, tmp_path: Path) -> None:
    entries = list(log.entries)
    entries[5], entries[25] = b"{}", entries[25].replace(b'"index":25', b'"index": 25')
    path = log.write_store(tmp_path / "ledger.sqlite")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE stored_events SET state = ? WHERE position = 6", (entries[5],))
        db.execute("UPDATE stored_events SET state = ? WHERE position = 26", (entries[25],))
    db.close()
    report = verify(path, trust)
    assert {5, 25} <= {one.index for one in report.faults if one.code == "entry-form"}
    assert first(report).index == 5


def test_index_of_another_place_is_named_there(log: Log, trust: Path, tmp_path: Path) -> None:
    entry = parse_entry(log.entries[9])
    entries = [*log.entries]
    entries[9] = relinked(entry.raw, 10, entry.previous)
    fault = first(verify(replace(log, entries=tuple(entries)).write_folder(tmp_path / "published"), trust))
    assert (fault.index, fault.code, fault.expected, fault.found) == (9, "index", "9", "10")


def test_recording_time_that_goes_back_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    writer.now = writer.now.replace(hour=1)
    index = len(writer.entries)
    writer.report(1)
    log = writer.log()
    report = verify(log.write_folder(tmp_path / "published"), log.write_trust(tmp_path / "trust"))
    assert (first(report).index, first(report).code) == (index, "recorded-at")


def test_document_whose_bytes_changed_is_named_with_the_entry_that_cites_it(
    log: Log, trust: Path, published: Path
) -> None:
    name = hashlib.sha256(DOCUMENT).hexdigest()
    write(published / "documents" / name, b"x" + DOCUMENT[1:])
    fault = first(verify(published, trust))
    assert (fault.index, fault.code, fault.field) == (16, "document", f"documents/{name}")


def test_cited_document_that_is_missing_makes_inconclusive(log: Log, trust: Path, published: Path) -> None:
    shutil.rmtree(published / "documents")
    report = verify(published, trust)
    assert (report.verdict, [one.code for one in report.open]) == (Verdict.INCONCLUSIVE, ["documents-missing"])
    assert report.open[0].params["index"] == 16


def test_document_of_another_size_than_cited_is_a_fault(tmp_path: Path) -> None:
    writer = Writer().found()
    cited = {"media_type": "text/plain", "sha256": hashlib.sha256(DOCUMENT).hexdigest(), "size": 1, "title": {}}
    index = writer.as_person("sfp", "ProgressReported", "commitment/rm", {"document": cited})
    log = writer.log()
    fault = first(verify(log.write_folder(tmp_path / "published"), log.write_trust(tmp_path / "trust")))
    assert (fault.index, fault.code) == (index, "document-size")


def test_missing_checkpoint_of_a_published_folder_is_unreadable(log: Log, trust: Path, published: Path) -> None:
    (published / "checkpoint").unlink()
    with pytest.raises(Unreadable, match="checkpoint"):
        verify(published, trust)


def test_address_that_does_not_answer_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        verify("http://127.0.0.1:9/")


def test_missing_bundle_over_a_network_is_withheld_and_no_fault(
    log: Log, trust: Path, published: Path, address: str
) -> None:
    (published / f"tile/entries/000.p/{log.size}").unlink()
    report = verify(address, trust)
    assert (report.verdict, report.size, [one.code for one in report.open]) == (
        Verdict.INCONCLUSIVE, 0, ["withheld"],
    )  # fmt: skip


def test_checkpoint_that_claims_a_huge_size_ends_at_what_is_there(log: Log, trust: Path, published: Path) -> None:
    note = log.signer.checkpoint(10**15, log.tree.root())
    write(published / "checkpoint", note)
    report = verify(published, trust)
    assert (report.verdict, [one.code for one in report.open if one.code == "missing"]) == (
        Verdict.INCONCLUSIVE, ["missing"],
    )  # fmt: skip


def test_progress_is_told_and_ends_at_the_size(log: Log, trust: Path, published: Path) -> None:
    told: list[tuple[int, int]] = []
    with open_source(str(published)) as source:
        audit(source, None, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (log.size, log.size)


def test_interruption_ends_the_audit(published: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with open_source(str(published)) as source, pytest.raises(KeyboardInterrupt):
        audit(source, None, progress=interrupt)
    assert not [one for one in threading.enumerate() if one.name.startswith("verify")]


def test_long_log_is_checked_in_processes_with_the_same_outcome(
    log: Log, trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = log.write_store(tmp_path / "ledger.sqlite")
    broken = log.entries[30].replace(b'"narrative":{"es":"El', b'"narrative":{"es":"Un')
    with sqlite3.connect(path) as db:
        db.execute("UPDATE stored_events SET state = ? WHERE position = 31", (broken,))
    db.close()
    in_threads = verify(path, trust)
    monkeypatch.setattr("constancia.verify.speed.signature_pool.PROCESSES_FROM", 0)
    monkeypatch.setattr("constancia.verify.speed.signature_pool.CHUNK", 4)
    in_processes = verify(path, trust)
    assert "signature" in {one.code for one in in_processes.faults}
    assert json.loads(report_json(in_processes)) == json.loads(report_json(in_threads))
