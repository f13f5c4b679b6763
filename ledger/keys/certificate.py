"""An e.firma's certificate, read on its holder's machine and published nowhere: it has tax and population ids in it.

- E1: only a certificate of the very key, of the kind for signing (FIEL) and within its dates, is accepted.
- E2: what may leave the machine is the public key and a salted digest; without the salt nobody can tell whose it is.

The issuer's signature is not checked, nor whether SAT has revoked it: a party's root vouches for the key.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from constancia.ledger.keys.key_file import PrivateKey
from constancia.ledger.keys.note_keys import KeyFileError
from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import read_named

MAX_CERTIFICATE_BYTES: Final = 65_536
SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCertificate:
    """A salted digest of a certificate, hex, and its salt, hex, which stays with the holder."""

    digest: str
    salt: str


def check_certificate(path: Path, key: PrivateKey, now: datetime) -> bytes:
    """Check that a certificate is an e.firma's, of a key, and valid now.

    Args:
        path: The `.cer` file, DER or PEM.
        key: The private key that it is to be of.
        now: The instant, with a time zone.

    Returns:
        The certificate's DER.

    Raises:
        KeyFileError: It is none of that; the sentence says what.

    Source: RFC 5280 §4.2.1.3 (key usage). SAT's profile: an e.firma may also encipher and agree on keys; a seal for
        invoices (CSD) may only sign, and its subject names an organizational unit, the branch.
    """
    with _reading(path):
        certificate = _read(path)
        return _checked(certificate, path, key, now)


def _checked(certificate: x509.Certificate, path: Path, key: PrivateKey, now: datetime) -> bytes:
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if spki != key.public.spki:
        raise KeyFileError(f"{path}: the certificate is of another key than the one given")
    if not _is_for_signing(certificate):
        raise KeyFileError(f"{path}: this is a seal for invoices (CSD), not an e.firma")
    if now < certificate.not_valid_before_utc:
        day = certificate.not_valid_before_utc.date().isoformat()
        raise KeyFileError(f"{path}: the certificate is valid only from {day} on")
    if now > certificate.not_valid_after_utc:
        day = certificate.not_valid_after_utc.date().isoformat()
        raise KeyFileError(f"{path}: the certificate expired on {day}")
    return certificate.public_bytes(Encoding.DER)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what the library raises into the one answer: fields are read when they are asked for, and may be broken."""
    try:
        yield
    except (KeyFileError, Unreadable, OSError):
        raise
    except Exception as error:
        raise KeyFileError(f"{path}: this is not a certificate (.cer)") from error


def seal_certificate(certificate: bytes) -> SealedCertificate:
    """Give the salted digest of a certificate: SHA-256 over a new salt of 32 bytes, then the DER."""
    salt = secrets.token_bytes(SALT_BYTES)
    return SealedCertificate(digest=hashlib.sha256(salt + certificate).hexdigest(), salt=salt.hex())


def _read(path: Path) -> x509.Certificate:
    data = read_named(path, MAX_CERTIFICATE_BYTES)
    read = x509.load_pem_x509_certificate if data.startswith(b"-----") else x509.load_der_x509_certificate
    return read(data)


def _is_for_signing(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    units = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)
    signs = usage.digital_signature and usage.content_commitment
    return signs and usage.data_encipherment and usage.key_agreement and not units
