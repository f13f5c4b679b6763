"""The log's key: it signs what a stranger's verifier accepts, and is encrypted at rest."""

from pathlib import Path

import pytest

from constancia.ledger.keys.log_signer import KeyFileError, LogSigner
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.checkpoint import open_checkpoint
from constancia.verify.core.formats.note import parse_vkey

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
