"""Processes that check signatures: a dead, missing or misled one never makes a signature count."""

import base64
import hashlib
import json
import signal
import sys
from pathlib import Path

import pytest
from tests.verify.small_ledger import Key

from constancia.verify.core.formats.signatures import Signature, load_public_key
from constancia.verify.report.findings import Findings
from constancia.verify.speed import signature_pool as pool
from constancia.verify.speed import signature_worker as worker
from constancia.verify.speed.signature_pool import Pool
from constancia.verify.speed.signature_worker import Chunk, Task, Worker, answered, failing

SIGNER = Key("signer")
PUBLIC = load_public_key("ed25519", SIGNER.spki)


def tasks(*sound: bool) -> list[Task]:
    sig = SIGNER.private.sign(b"message")
    return [(PUBLIC, Signature(key=PUBLIC.key_id, sig=sig), b"message" if one else b"another") for one in sound]


def asked(process: Worker, *chunks: list[Task]) -> list[Chunk]:
    made = [Chunk(one) for one in chunks]
    for one in made:
        process.begin(one)
    return made


def answers(process: Worker, *chunks: list[Task]) -> list[list[int]]:
    made = asked(process, *chunks)
    while process.under_way:
        process.take()
    process.close()
    return [list(one.failing or ()) for one in made]


def one_bad(at: int) -> list[Task]:
    return tasks(*(number != at for number in range(64)))


def test_process_names_the_signatures_that_fail() -> None:
    assert answers(Worker(), tasks(True, False, True, False), tasks(False), tasks(True)) == [[1, 3], [0], []]


def test_one_key_registered_for_two_relying_parties_is_two_keys() -> None:
    """A passkey's assertion is for one relying party; that another one has the same key makes it no better."""
    message, origin = b"message", "https://a.example"
    ours, theirs = (
        load_public_key("webauthn", SIGNER.spki, rp_id=name, origins=(origin,)) for name in ("a.example", "b.example")
    )
    challenge = base64.urlsafe_b64encode(hashlib.sha256(message).digest()).rstrip(b"=").decode()
    client = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": origin}).encode()
    data = hashlib.sha256(b"a.example").digest() + bytes([5, 0, 0, 0, 1])
    sig = SIGNER.private.sign(data + hashlib.sha256(client).digest())
    one = Signature(key=ours.key_id, sig=sig, authenticator_data=data, client_data=client)
    [plain] = tasks(True)
    assert failing([(ours, one, message), (theirs, one, message), plain]) == [1]
    assert answers(Worker(), [(ours, one, message), (theirs, one, message), plain]) == [[1]]
    assert answers(Worker(), [plain], [(theirs, one, message)], [(ours, one, message)]) == [[], [0], []]


def test_answers_come_in_the_order_of_asking() -> None:
    assert answers(Worker(), *map(one_bad, range(40))) == [[at] for at in range(40)]


def test_process_that_has_answered_is_told_from_one_that_has_not() -> None:
    stopped, free = Worker(), Worker()
    stopped._process.send_signal(signal.SIGSTOP)
    for one in (stopped, free):
        asked(one, tasks(True, False))
    assert answered([stopped, free], wait=True) == [free]
    free.take()
    assert (stopped.under_way, free.under_way) == (1, 0)
    assert answered([stopped, free], wait=False) == []
    stopped._process.send_signal(signal.SIGCONT)
    assert answered([stopped, free], wait=True) == [stopped]
    for one in (stopped, free):
        one.close()


def test_chunk_of_a_process_that_died_is_checked_here() -> None:
    one = Worker()
    one._process.kill()
    one._process.wait()
    assert answers(one, tasks(True, False), tasks(False, True)) == [[1], [0]]


def test_what_a_process_had_before_it_died_is_checked_here() -> None:
    one = Worker()
    chunks = asked(one, *map(one_bad, range(30)))
    one.take()
    one._process.kill()
    assert answers(one, tasks(False)) == [[0]]
    assert [chunk.failing for chunk in chunks] == [[at] for at in range(30)]


@pytest.mark.slow
@pytest.mark.parametrize("is_killed", [False, True])
def test_faults_come_in_the_order_of_checking(is_killed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "PROCESSES_FROM", 0)
    findings = Findings("store", "here")
    with Pool(findings, 2) as running:
        for number in range(6_000):
            [task] = tasks(number % 50 != 7)
            running.check(("signature", number, "sig"), *task)
            if number == 3_000 and is_killed:
                assert running._processes is not None
                running._processes[0]._process.kill()
        running.join()
        assert len(running._processes or ()) == 2
    assert [one.index for one in findings.report(list_all=True).faults] == list(range(7, 6_000, 50))


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
    assert answers(one, tasks(True, False)) == [[1]]
    assert not (tmp_path / "seen").exists()
