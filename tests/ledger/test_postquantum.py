"""ML-DSA-44 beside Ed25519: the log's own cosignature, a policy that demands it, and a platform without it."""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import asymmetric
from tests.ledger.conftest import Desk
from tests.ledger.witness_scene import LONG_S, Scene
from tests.ledger.world import ORIGIN

from constancia.domain.kernel.problems import Refusal
from constancia.ledger.clock import parse_recorded_at, posix_seconds
from constancia.ledger.errors import LedgerError
from constancia.ledger.keys.log_signer import LogSigner
from constancia.verify.core.formats.checkpoint import parse_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44, format_note, parse_note, parse_vkey
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import report_text
from constancia.verify.wire.tlog_proof import parse_tlog_proof

STRICT = ("group parties 2 w1 w2 w3\ngroup parties-mldsa44 2 w1-mldsa44 w2-mldsa44 w3-mldsa44\n"
          "group strict all log-mldsa44 parties parties-mldsa44", "strict")  # fmt: skip
PARTIES = (STRICT[0], "parties")
PASSPHRASE = b"a passphrase for tests"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    made.names_cosigner = True
    yield made
    if made.desk is not None:
        made.desk.ledger.close()
    for one in made.real:
        one.close()


def witnessed(scene: Scene, quorum: tuple[str, str] = STRICT) -> Desk:
    found = scene.witnesses(3)
    scene.write_policy({f"w{n + 1}": (one.cosigner, one.url) for n, one in enumerate(found)}, quorum)
    desk = scene.open()
    desk.found()
    assert desk.ledger.wait_cosigned(LONG_S)
    desk.ledger.publish()
    return desk


def without_mldsa(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes this platform one whose cryptographic library has no ML-DSA."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.mldsa", None)
    monkeypatch.delattr(asymmetric, "mldsa")


def codes(report: Report) -> tuple[Verdict, list[str], list[str]]:
    left = [one.code for one in report.not_checked if one.code == "unsupported"]
    return report.verdict, [one.code for one in report.open], left


def test_log_cosigns_each_checkpoint_under_its_own_name(scene: Scene) -> None:
    desk = witnessed(scene)
    key = parse_vkey(desk.ledger.cosigner_vkey or "")
    assert (key.name, key.type_byte) == (ORIGIN, COSIGNATURE_MLDSA44)
    for size in desk.ledger.log.checkpoint_sizes():
        note = parse_note(desk.ledger.log.signed(size))
        [line] = [one for one in note.signatures if key.matches(one)]
        recorded = desk.ledger.log.recorded(size - 1)
        assert verify_cosignature(key, line, note.text) == posix_seconds(parse_recorded_at(recorded.recorded_at))


def test_strict_quorum_is_met_by_post_quantum_cosignatures(scene: Scene) -> None:
    desk = witnessed(scene)
    latest = desk.ledger.witnessing.latest()
    assert latest is not None
    assert latest.size == desk.ledger.size
    assert codes(scene.report()) == (Verdict.INTACT, [], [])
    assert codes(scene.report("d/log")) == (Verdict.INTACT, [], [])


def test_platform_without_it_says_so_and_can_not_conclude_where_it_is_demanded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    witnessed(scene)
    without_mldsa(monkeypatch)
    for source in ("d", "d/log"):
        verdict, left_open, left_out = codes(scene.report(source))
        assert (verdict, left_open) == (Verdict.INCONCLUSIVE, ["no-quorum"]), source
        assert "unsupported" in left_out


def test_platform_without_it_still_concludes_where_ed25519_is_enough(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    witnessed(scene, PARTIES)
    without_mldsa(monkeypatch)
    verdict, left_open, left_out = codes(scene.report())
    assert (verdict, left_open) == (Verdict.INTACT, [])
    assert "unsupported" in left_out
    words = report_text(scene.report(), "es")
    assert "no puede revisar las firmas poscuánticas" in words


def edit_batch(desk: Desk, size: int, note: bytes) -> None:
    with sqlite3.connect(desk.folder / "ledger.sqlite") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        done = connection.execute("UPDATE batches SET checkpoint = ? WHERE size = ?", (note.decode(), size))
        assert done.rowcount == 1
    connection.close()


@pytest.mark.parametrize("act", ["left out", "spoiled", "of another size"])
def test_checkpoint_without_the_cosignature_that_the_genesis_promises_is_altered(scene: Scene, act: str) -> None:
    """Who can forge Ed25519 signatures one day can't pass by leaving the other signature out."""
    desk = witnessed(scene, PARTIES)
    size = 5
    note, other = parse_note(desk.ledger.log.signed(size)), parse_note(desk.ledger.log.signed(6))
    desk.ledger.close()
    ed25519, mldsa44 = note.signatures
    if act == "left out":
        lines = [ed25519]
    elif act == "spoiled":
        spoiled = mldsa44.blob[:-1] + bytes([mldsa44.blob[-1] ^ 1])
        lines = [ed25519, type(mldsa44)(name=mldsa44.name, key_hash=mldsa44.key_hash, blob=spoiled)]
    else:
        lines = [ed25519, other.signatures[1]]
    edit_batch(desk, size, format_note(note.text, lines))
    report = scene.report()
    assert report.verdict is Verdict.ALTERED
    [fault] = report.faults  # once, though the policy lists the key as well
    assert (fault.code, fault.index) == ("checkpoint", 4)
    assert fault.field.startswith("batches.checkpoint")


def test_genesis_may_not_name_another_key(scene: Scene) -> None:
    desk = scene.open()
    desk.world.log_cosigner = LogSigner.generate(ORIGIN).cosigner_vkey
    signed = desk.world.genesis()
    with pytest.raises(Refusal) as refused:
        desk.ledger.append(signed.parsed)
    assert refused.value.code == "E_LEDGER_MISMATCH"


def test_ledger_that_promised_it_does_not_open_without_the_key(scene: Scene) -> None:
    desk = witnessed(scene)
    desk.ledger.close()
    whole = scene.signer
    scene.signer = LogSigner(ORIGIN, whole._keys.ed25519)
    with pytest.raises(LedgerError, match="ML-DSA-44"):
        scene.open(create=False)


def test_ledger_from_before_the_key_goes_on_without(scene: Scene) -> None:
    scene.names_cosigner = False
    scene.signer = LogSigner(ORIGIN, scene.signer._keys.ed25519)
    desk = witnessed(scene, ("group parties 2 w1 w2 w3", "parties"))
    assert len(parse_note(desk.ledger.log.signed()).signatures) == 1
    assert codes(scene.report()) == (Verdict.INTACT, [], [])


def test_policy_that_pins_another_post_quantum_key_of_the_log_asks_for_it_by_its_quorum(scene: Scene) -> None:
    """What the genesis's key signed carries the cosignature that the genesis promises: that is what is checked."""
    desk = witnessed(scene, PARTIES)
    desk.ledger.close()
    path = desk.folder / "trust" / "policy"
    other = LogSigner.generate(ORIGIN).cosigner_vkey or ""
    path.write_text(path.read_text().replace(scene.signer.cosigner_vkey or "?", other))
    assert codes(scene.report()) == (Verdict.INTACT, [], [])
    path.write_text(path.read_text().replace("quorum parties", "quorum strict"))
    assert codes(scene.report()) == (Verdict.INCONCLUSIVE, ["no-quorum"], [])


def test_published_checkpoint_must_carry_it_too(scene: Scene) -> None:
    desk = witnessed(scene, PARTIES)
    path = desk.folder / "log" / "checkpoint"
    note = parse_note(path.read_bytes())
    key = parse_vkey(scene.signer.cosigner_vkey or "")
    path.write_bytes(format_note(note.text, [one for one in note.signatures if not key.matches(one)]))
    assert parse_checkpoint(note.text).size == desk.ledger.size
    report = scene.report("d/log")
    assert [(one.code, one.field) for one in report.faults] == [("checkpoint", "checkpoint")]


@pytest.mark.parametrize(("quorum", "verdict", "left_open"), [
    (STRICT, Verdict.INCONCLUSIVE, ["no-quorum"]),
    (PARTIES, Verdict.INTACT, []),
])  # fmt: skip
def test_receipt_without_it_is_good_only_where_the_policy_does_not_demand_it(
    scene: Scene, quorum: tuple[str, str], verdict: Verdict, left_open: list[str]
) -> None:
    """A receipt's verifier does not have the genesis, so what the genesis demands is no fault of a receipt; a QR code
    leaves the line out. A policy whose quorum takes in the log's key demands it of receipts too."""
    desk = witnessed(scene, quorum)
    key = parse_vkey(scene.signer.cosigner_vkey or "")
    receipt = desk.ledger.receipt(3)
    note = parse_note(parse_tlog_proof(receipt).checkpoint)
    without = format_note(note.text, [one for one in note.signatures if not key.matches(one)])
    whole, bare = scene.folder / "whole.tlog-proof", scene.folder / "bare.tlog-proof"
    whole.write_bytes(receipt)
    bare.write_bytes(receipt.replace(parse_tlog_proof(receipt).checkpoint, without))
    assert whole.read_bytes() != bare.read_bytes()
    assert codes(scene.report(whole.name))[:2] == (Verdict.INTACT, [])
    assert codes(scene.report(bare.name))[:2] == (verdict, left_open)
