"""Processes that check signatures: a dead, missing or misled one never makes a signature count."""

import sys
from pathlib import Path

import pytest
from tests.verify.small_ledger import Key

from constancia.verify import pool, worker
from constancia.verify.keys import Signature, load_public_key
from constancia.verify.pool import Pool
from constancia.verify.report import Findings
from constancia.verify.worker import Task, Worker

SIGNER = Key("signer")
PUBLIC = load_public_key("ed25519", SIGNER.spki)


def tasks(*sound: bool) -> list[Task]:
    sig = SIGNER.private.sign(b"message")
    return [(PUBLIC, Signature(key=PUBLIC.key_id, sig=sig), b"message" if one else b"another") for one in sound]


def test_process_names_the_signatures_that_fail() -> None:
    one = Worker()
    assert one.failing(tasks(True, False, True, False)) == [1, 3]
    assert one.failing(tasks(False)) == [0]
    one.close()


def test_chunk_of_a_process_that_died_is_checked_here() -> None:
    one = Worker()
    one._process.kill()
    one._process.wait()
    assert one.failing(tasks(True, False)) == [1]
    one.close()


def test_process_that_cannot_be_started_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setattr(pool, "PROCESSES_FROM", 0)
    findings = Findings("store", "here")
    with Pool(findings, 2) as running:
        for number, task in enumerate(tasks(True, False, True)):
            running.check(("signature", number, "sig"), *task)
        running.join()
        assert running._processes == []
    assert findings.total == 1
    assert findings.first_faulty(0, 9) == 1


@pytest.mark.parametrize("name", ["marshal.py", "constancia.py", "cryptography.py", "nacl.py"])
def test_nothing_is_imported_from_the_working_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("open('seen', 'w').close()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    one = worker.Worker()
    assert one.failing(tasks(True, False)) == [1]
    one.close()
    assert not (tmp_path / "seen").exists()
