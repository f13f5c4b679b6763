"""e.firma files shaped as SAT's: a DER certificate with tax ids in its subject, a key under PBES2 with 3DES.

Keys and certificate are made here; the authority is nobody's. A seal for invoices (CSD) has another key usage, and an
organizational unit.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

RFC, CURP = "ROAA800101AB1", "ROAA800101MDFBNN09"
SECRET = b"12345678a-contrase\xc3\xb1a"
ROUNDS = 2_048
PBES2, PBKDF2, DES_EDE3 = "2a864886f70d01050d", "2a864886f70d01050c", "2a864886f70d0307"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files, with the passphrase of the key."""

    cer: Path
    key: Path
    secret: bytes = SECRET


@cache
def _rsa(number: int) -> rsa.RSAPrivateKey:
    """A key; the same for the same number, since making one takes long."""
    return rsa.generate_private_key(65_537, 2_048) if number >= 0 else _rsa(0)


def make_pair(
    folder: Path,
    name: str = "ana",
    *,
    seal: bool = False,
    begins: datetime | None = None,
    number: int = 0,
    secret: bytes = SECRET,
) -> Pair:
    """Write `<name>.cer` and `<name>.key`.

    Args:
        folder: Where.
        name: The files' name.
        seal: Whether it is a seal for invoices.
        begins: First instant of its four years; a year ago by default.
        number: Which of a few keys.
        secret: The key's passphrase.
    """
    begins = begins or datetime.now(UTC) - timedelta(days=365)  # noqa: TID251 - the machine's clock, as for the program
    pair = Pair(folder / f"{name}.cer", folder / f"{name}.key", secret)
    key = _rsa(number)
    pair.cer.write_bytes(_certificate(key, begins, seal=seal).public_bytes(Encoding.DER))
    pair.key.write_bytes(encrypted(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), pair.secret))
    pair.key.chmod(0o600)
    return pair


def _certificate(key: rsa.RSAPrivateKey, begins: datetime, *, seal: bool) -> x509.Certificate:
    subject = [
        x509.NameAttribute(NameOID.COMMON_NAME, "ANA ROBLES ARCE"),
        x509.NameAttribute(NameOID.COUNTRY_NAME, "MX"),
        x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ana@example.org"),
        x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, RFC),
        x509.NameAttribute(NameOID.SERIAL_NUMBER, CURP),
    ]
    if seal:
        subject.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Sucursal 1"))
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=not seal,
        key_agreement=not seal, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AC de prueba")])
    builder = x509.CertificateBuilder(issuer, x509.Name(subject), key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(begins).not_valid_after(begins + timedelta(days=1_461))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=False)
    purposes = [ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH]
    return builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False).sign(_rsa(9), hashes.SHA256())


def encrypted(plain: bytes, secret: bytes) -> bytes:
    """Encrypt a PKCS#8 key as SAT does: PBES2, PBKDF2 with HMAC-SHA-1, DES-EDE3-CBC. Source: RFC 8018, A.2, A.4.

    HMAC-SHA-1 is the derivation's default, and so is not written (DER).
    """
    salt, start = os.urandom(8), os.urandom(8)
    derived = PBKDF2HMAC(hashes.SHA1(), 24, salt, ROUNDS).derive(secret)  # noqa: S303 - the format's own
    padder = PKCS7(64).padder()
    encryptor = Cipher(TripleDES(derived), CBC(start)).encryptor()
    data = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    derivation = _sequence(_oid(PBKDF2), _sequence(_der(4, salt), _der(2, ROUNDS.to_bytes(2, "big"))))
    scheme = _sequence(_oid(DES_EDE3), _der(4, start))
    return _sequence(_sequence(_oid(PBES2), _sequence(derivation, scheme)), _der(4, data))


def _oid(content: str) -> bytes:
    return _der(6, bytes.fromhex(content))


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    head = bytes([length]) if length < 128 else bytes([0x82]) + length.to_bytes(2, "big")
    return bytes([tag]) + head + content
