"""The log's key: it signs what a stranger's verifier accepts, and is encrypted at rest."""

from pathlib import Path

import pytest

from constancia.ledger.keys.log_signer import KeyFileError, LogSigner
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import open_checkpoint, parse_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import parse_note, parse_vkey

ORIGIN = "example.org/ledger"
PASSPHRASE = b"correct horse battery"


def test_checkpoint_is_accepted_under_the_published_verifier_key() -> None:
    signer = LogSigner.generate(ORIGIN)
    note = signer.checkpoint(7, bytes(32))
    checkpoint, _ = open_checkpoint(note, parse_vkey(signer.vkey))
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ORIGIN, 7, bytes(32))


def test_checkpoint_of_another_log_is_refused() -> None:
    note = LogSigner.generate(ORIGIN).checkpoint(7, bytes(32))
    with pytest.raises(Malformed):
        open_checkpoint(note, LogSigner.generate(ORIGIN).verifier)


@pytest.mark.parametrize("is_rotated", [False, True])
def test_lines_made_before_are_part_of_their_own_checkpoint_alone(*, is_rotated: bool) -> None:
    signer = LogSigner.generate(ORIGIN)
    signer = signer.followed_by(LogSigner.generate(ORIGIN)) if is_rotated else signer
    keys = [parse_vkey(vkey) for vkey in signer.cosigner_vkeys]
    cosigned = signer.cosigned(7, bytes(32), 5)
    for size, root, time in ((7, bytes(32), 5), (8, bytes(32), 5), (7, b"1" * 32, 5), (7, bytes(32), 6)):
        note = parse_note(signer.checkpoint(size, root, time, cosigned))
        assert parse_checkpoint(note.text).size == size
        lines = [next(line for line in note.signatures if key.matches(line)) for key in keys]
        at = [verify_cosignature(key, line, note.text) for key, line in zip(keys, lines, strict=True)]
        assert at == [time] * (1 + is_rotated)
        assert (tuple(lines) == cosigned.lines) is ((size, root, time) == (7, bytes(32), 5))
        for verifier in signer.verifiers:
            open_checkpoint(signer.checkpoint(size, root, time, cosigned), verifier)


def test_key_is_read_back_from_its_file(tmp_path: Path) -> None:
    signer = LogSigner.generate(ORIGIN)
    signer.save(tmp_path / "log.pem", PASSPHRASE)
    assert LogSigner.load(ORIGIN, tmp_path / "log.pem", PASSPHRASE).vkey == signer.vkey


def test_key_file_is_the_owner_s_alone(tmp_path: Path) -> None:
    LogSigner.generate(ORIGIN).save(tmp_path / "log.pem", PASSPHRASE)
    assert (tmp_path / "log.pem").stat().st_mode & 0o777 == 0o600


def test_key_file_is_encrypted(tmp_path: Path) -> None:
    LogSigner.generate(ORIGIN).save(tmp_path / "log.pem", PASSPHRASE)
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (tmp_path / "log.pem").read_bytes()


def test_another_passphrase_does_not_open_the_key(tmp_path: Path) -> None:
    LogSigner.generate(ORIGIN).save(tmp_path / "log.pem", PASSPHRASE)
    with pytest.raises(KeyFileError, match="passphrase is wrong"):
        LogSigner.load(ORIGIN, tmp_path / "log.pem", b"another passphrase")


def test_key_file_is_never_overwritten(tmp_path: Path) -> None:
    signer = LogSigner.generate(ORIGIN)
    signer.save(tmp_path / "log.pem", PASSPHRASE)
    with pytest.raises(KeyFileError, match="never overwritten"):
        signer.save(tmp_path / "log.pem", PASSPHRASE)


def test_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="at least 12"):
        LogSigner.generate(ORIGIN).save(tmp_path / "log.pem", b"short")


def test_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="there is no such key file"):
        LogSigner.load(ORIGIN, tmp_path / "log.pem", PASSPHRASE)


@pytest.mark.parametrize("passphrase", [b" " * 12, b"\t \t \t \t \t \t ", b"aaaaaaaaaaaa", b"abababababab"])
def test_passphrase_that_protects_nothing_is_refused(tmp_path: Path, passphrase: bytes) -> None:
    with pytest.raises(KeyFileError, match="different"):
        LogSigner.generate(ORIGIN).save(tmp_path / "log.pem", passphrase)
    assert list(tmp_path.iterdir()) == []
