"""A signatory's key files: encrypted PKCS#8, our own Ed25519 keys or an e.firma `.key` with RSA.

The private key stays on the signatory's machine. This module sends it nowhere, and the server never has one.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)
from cryptography.x509 import InvalidVersion, load_der_x509_certificate

from constancia.ledger.disk.durable import write_file
from constancia.ledger.keys.key_work import asks_too_much
from constancia.ledger.keys.log_signer import KEY_FILE_MODE, KeyFileError
from constancia.ledger.keys.note_keys import WrongPassphrase, check_passphrase, read_key_file
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.signatures import KeyId, PublicKey, Signature, load_public_key


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A signatory's private key in memory, with its public key."""

    handle: Ed25519PrivateKey | RSAPrivateKey
    public: PublicKey

    @property
    def key_id(self) -> KeyId:
        """The key id."""
        return self.public.key_id

    @property
    def material(self) -> dict[str, str]:
        """The public key as members of a body: `public_key` in base64 and `scheme`."""
        return {"public_key": base64.b64encode(self.public.spki).decode(), "scheme": self.public.scheme}

    def sign(self, message: bytes) -> Signature:
        """Sign bytes (the PAE of a statement) with the key's own scheme.

        Source: RFC 8032 §5.1.6; RFC 8017 §8.2.1 with SHA-256.
        """
        if isinstance(self.handle, RSAPrivateKey):
            sig = self.handle.sign(message, PKCS1v15(), hashes.SHA256())
        else:
            sig = self.handle.sign(message)
        return Signature(key=self.key_id, sig=sig)


def generate() -> PrivateKey:
    """Make a new Ed25519 key, in memory only."""
    return _private_key(Ed25519PrivateKey.generate())


def save(key: PrivateKey, path: Path, passphrase: bytes) -> None:
    """Write a key, encrypted, to a file that must not exist yet; only its owner may read it.

    Args:
        key: The key.
        path: The new file.
        passphrase: At least 12 bytes.

    Raises:
        KeyFileError: The file exists, or the passphrase is too short.
    """
    check_passphrase(passphrase)
    if path.exists():
        raise KeyFileError(f"{path} exists; a key file is never overwritten")
    encryption = BestAvailableEncryption(passphrase)
    pem = key.handle.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, pem, mode=KEY_FILE_MODE)


def load(path: Path, passphrase: bytes) -> PrivateKey:
    """Read a key file: our PEM, or an e.firma `.key` (DER).

    Args:
        path: The file.
        passphrase: The passphrase of the file.

    Returns:
        The key.

    Raises:
        KeyFileError: No such file, wrong passphrase, or an unsupported kind of key.
    """
    data = read_key_file(path)
    if asks_too_much(data):
        raise KeyFileError(
            f"{path}: this key file asks for more work than a passphrase needs; it is damaged, or was made to "
            "stop this program"
        )
    try:
        read = load_pem_private_key if data.startswith(b"-----") else load_der_private_key
        handle = read(data, passphrase)
    except UnsupportedAlgorithm as error:
        raise KeyFileError(f"{path}: an Ed25519 key or an e.firma key is needed") from error
    except (ValueError, TypeError, InternalError) as error:
        if _is_certificate(data):
            raise KeyFileError(f"{path}: this is a certificate, not a key: give the .key file") from error
        raise WrongPassphrase(
            f"{path}: the passphrase is wrong, or this is not an encrypted key file; try again"
        ) from error
    if not isinstance(handle, Ed25519PrivateKey | RSAPrivateKey):
        raise KeyFileError(f"{path}: an Ed25519 key or an e.firma key is needed")
    try:
        return _private_key(handle)
    except Malformed as error:
        raise KeyFileError(f"{path}: {error}") from error


def _is_certificate(data: bytes) -> bool:
    """Tell whether a file is the certificate that belongs to a key."""
    try:
        load_der_x509_certificate(data)
    except (ValueError, InvalidVersion):
        return data.startswith(b"-----BEGIN CERTIFICATE")
    return True


def _private_key(handle: Ed25519PrivateKey | RSAPrivateKey) -> PrivateKey:
    spki = handle.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    scheme = "ed25519" if isinstance(handle, Ed25519PrivateKey) else "rsa-pkcs1-sha256"
    return PrivateKey(handle=handle, public=load_public_key(scheme, spki))


def founder_object(party: str, kind: str, legal_name: Mapping[str, str], root: PrivateKey) -> dict[str, Any]:
    """Return the founder's object in the genesis, with its root key."""
    return {"kind": kind, "legal_name": dict(legal_name), "party": party, "root": root.material}
