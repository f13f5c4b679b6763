"""A key file that asks for hours of work is refused before any of it is done; what libraries write is not."""

import base64
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.efirma_files import PBES2, PBKDF2, encrypted, make_pair
from tests.rows import each_row

from constancia.ledger.keys.key_file import generate, load, save
from constancia.ledger.keys.key_work import MAX_ITERATIONS, asks_too_much
from constancia.ledger.keys.note_keys import KeyFileError, NoteKeys

SECRET = b"correct horse battery staple"
SCRYPT, AES = "2b06010401da47040b", "60864801650304012a"


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    head = bytes([len(content)]) if len(content) < 128 else bytes([0x82]) + len(content).to_bytes(2, "big")
    return bytes([tag]) + head + content


def oid(digits: str) -> bytes:
    return der(6, bytes.fromhex(digits))


def number(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def asking(kind: str, *numbers: int) -> bytes:
    """An encrypted key whose derivation has these numbers."""
    derivation = der(0x30, oid(kind), der(0x30, der(4, bytes(8)), *map(number, numbers)))
    scheme = der(0x30, oid(AES), der(4, bytes(16)))
    return der(0x30, der(0x30, oid(PBES2), der(0x30, derivation, scheme)), der(4, bytes(64)))


@pytest.mark.parametrize(
    "data",
    [
        asking(PBKDF2, MAX_ITERATIONS + 1),
        asking(PBKDF2, 2**31 - 1),
        asking(SCRYPT, 2**20, 8, 1),
        asking(SCRYPT, 2**30, 1, 1),
        asking(SCRYPT, 2**15, 1, 2**17),
    ],
)
def test_key_that_asks_for_hours_is_refused_at_once(data: bytes, tmp_path: Path) -> None:
    pem = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n%b-----END ENCRYPTED PRIVATE KEY-----\n" % base64.encodebytes(data)
    for name, raw in (("der", data), ("pem", pem)):
        (tmp_path / name).write_bytes(raw)
        begun = time.process_time()
        with pytest.raises(KeyFileError, match="more work"):
            load(tmp_path / name, SECRET)
        assert time.process_time() - begun < 0.5
    with pytest.raises(KeyFileError, match="more work"):
        NoteKeys.load(tmp_path / "pem", SECRET)


@each_row("data", [asking(PBKDF2, 2_048), asking(PBKDF2, 600_000), asking(SCRYPT, 2**14, 8, 1)])
def test_usual_work_is_done(data: bytes) -> None:
    assert not asks_too_much(data)


@each_row("data", [b"", b"\x30", b"\x30\x80", b"\x30\x03\x02\x01\x05", b"-----BEGIN ENCRYPTED PRIVATE KEY-----"])
def test_what_is_no_encrypted_key_is_left_to_its_reader(data: bytes) -> None:
    assert not asks_too_much(data)


def test_keys_that_we_and_others_write_are_read(tmp_path: Path) -> None:
    key = generate()
    save(key, tmp_path / "own.pem", SECRET)
    assert load(tmp_path / "own.pem", SECRET).key_id == key.key_id
    plain = Ed25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "sat.key").write_bytes(encrypted(plain, SECRET))
    load(tmp_path / "sat.key", SECRET)
    pair = make_pair(tmp_path, secret=SECRET)
    load(pair.key, SECRET)
