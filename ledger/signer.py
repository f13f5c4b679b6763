"""The log's key: signs checkpoints, and nothing else.

The key speaks for the log, never for a party: what it can attest is that this tree is the one that
this origin keeps. At rest it is PKCS#8 encrypted with a passphrase, in a file that only its owner
may read.
"""

from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from constancia.ledger.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.verify.checkpoint import format_checkpoint
from constancia.verify.note import (
    ED25519,
    NoteSignature,
    VerifierKey,
    format_note,
    format_vkey,
    verifier_key,
)

KEY_FILE_MODE: Final = 0o600
# Guessing a stolen file's passphrase is the attack; below this it takes minutes.
MIN_PASSPHRASE: Final = 12


class KeyFileError(LedgerError):
    """A key file can't be read, or the passphrase is not the one that it was written with."""


class LogSigner:
    """Signs checkpoints of one origin with one Ed25519 key. Safe to use from several threads."""

    def __init__(self, origin: str, key: Ed25519PrivateKey) -> None:
        """Binds a key to an origin.

        Raises:
            Malformed: The origin can't be the name of a note's key.
        """
        self._key = key
        self.verifier: VerifierKey = verifier_key(
            origin, ED25519, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        )

    @property
    def origin(self) -> str:
        """The ledger's name: the checkpoint's first line and the key's name."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """The verifier key as the genesis and the policy name it."""
        return format_vkey(self.verifier)

    def checkpoint(self, size: int, root: bytes) -> bytes:
        """The signed note for a tree.

        The caller must ask for one checkpoint at a size only, and only when it is about to store
        what the checkpoint covers.

        Args:
            size: Number of entries.
            root: 32 bytes.

        Returns:
            The note, UTF-8.

        Source:
            C2SP tlog-checkpoint, signed-note.
        """
        text = format_checkpoint(self.origin, size, root)
        line = NoteSignature(
            name=self.origin,
            key_hash=self.verifier.key_hash,
            blob=self._key.sign(text.encode()),
        )
        return format_note(text, (line,))

    @classmethod
    def generate(cls, origin: str) -> Self:
        """A signer with a key that did not exist before."""
        return cls(origin, Ed25519PrivateKey.generate())

    def save(self, path: Path, passphrase: bytes) -> None:
        """Writes the key, encrypted, to a file that must not exist yet.

        Raises:
            KeyFileError: The file exists, or the passphrase is shorter than 12 bytes.
        """
        if len(passphrase) < MIN_PASSPHRASE:
            raise KeyFileError(f"the passphrase needs at least {MIN_PASSPHRASE} characters")
        if path.exists():
            raise KeyFileError(f"{path} exists; a log's key is never overwritten")
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
        write_file(path, pem, mode=KEY_FILE_MODE)

    @classmethod
    def load(cls, origin: str, path: Path, passphrase: bytes) -> Self:
        """Reads a key that `save` wrote.

        Raises:
            KeyFileError: No such file, another passphrase, or not an Ed25519 key.
        """
        try:
            key = load_pem_private_key(path.read_bytes(), passphrase)
        except FileNotFoundError:
            raise KeyFileError(f"{path}: there is no such key file") from None
        except (ValueError, TypeError) as error:
            raise KeyFileError(f"{path}: the passphrase is wrong, or this is not an encrypted key file") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"{path}: a log's key is an Ed25519 key")
        return cls(origin, key)
