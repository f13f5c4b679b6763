"""The log's keys: they sign only checkpoints.

They attest that this is the tree of this origin, and never sign for a party. At rest they are PKCS#8, encrypted with
a passphrase, in a file that only its owner may read. While a key is replaced, the former and the new one both sign
each checkpoint, so that who pins either of them can verify it. The Ed25519 key may be in a token instead (`token_key`).
"""

from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from constancia.ledger.keys.note_keys import KEY_FILE_MODE, MIN_PASSPHRASE, Cosigner, KeyFileError, NoteKeys
from constancia.ledger.keys.token_key import TokenAccess, TokenKey
from constancia.verify.core.formats.checkpoint import format_checkpoint
from constancia.verify.core.formats.note import (
    ED25519,
    NoteSignature,
    VerifierKey,
    format_note,
    format_vkey,
    verifier_key,
)

__all__ = ["KEY_FILE_MODE", "MIN_PASSPHRASE", "KeyFileError", "LogSigner"]


class LogSigner:
    """Signs checkpoints of one origin: with an Ed25519 key, and as a cosigner with an ML-DSA-44 key if there is one.

    Safe to use from several threads.
    """

    def __init__(
        self,
        origin: str,
        key: Ed25519PrivateKey | TokenKey,
        mldsa44: MLDSA44PrivateKey | None = None,
        *,
        successor: Self | None = None,
    ) -> None:
        """Bind keys to an origin.

        Args:
            origin: The ledger's name.
            key: The log's key.
            mldsa44: The key of the log's ML-DSA-44 cosignatures.
            successor: The keys that are to replace these, and sign too until then.

        Raises:
            Malformed: The origin is not valid as a note key's name.
        """
        self._keys = NoteKeys(ed25519=key, mldsa44=mldsa44)
        self._cosigner = Cosigner(origin, None, mldsa44)
        self._signers = (self,) if successor is None else (self, successor)
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

    @property
    def cosigner_vkey(self) -> str | None:
        """The verifier key of the log's ML-DSA-44 cosignatures; None if it makes none."""
        return next(map(format_vkey, self._cosigner.keys), None)

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """Every Ed25519 key that signs: this one, and its successor's if there is one."""
        return tuple(signer.verifier for signer in self._signers)

    @property
    def cosigner_vkeys(self) -> tuple[str, ...]:
        """The verifier keys of all ML-DSA-44 cosignatures that are made."""
        return tuple(vkey for signer in self._signers if (vkey := signer.cosigner_vkey) is not None)

    @property
    def token(self) -> TokenKey | None:
        """This Ed25519 key where it is in a token; None where it is in memory."""
        return self._keys.ed25519 if isinstance(self._keys.ed25519, TokenKey) else None

    @property
    def tokens(self) -> tuple[TokenKey, ...]:
        """Every key that signs and is in a token."""
        return tuple(token for signer in self._signers if (token := signer.token) is not None)

    def followed_by(self, successor: Self) -> Self:
        """Give a signer that signs with these keys and with those that are to replace them."""
        return type(self)(self.origin, self._keys.ed25519, self._keys.mldsa44, successor=successor)

    def checkpoint(self, size: int, root: bytes, time: int = 0) -> bytes:
        """Sign the checkpoint of a tree.

        The caller must request only one checkpoint for each size, and only when it is about to
        store the entries that the checkpoint covers.

        Args:
            size: Number of entries.
            root: 32 bytes.
            time: POSIX seconds for the ML-DSA-44 cosignature; 0 names no time.

        Returns:
            The note, UTF-8.

        Raises:
            TokenUnavailable: A key is in a token that can't be had; nothing was signed.

        Source:
            C2SP tlog-checkpoint, signed-note, tlog-cosignature.
        """
        text = format_checkpoint(self.origin, size, root)
        lines = [signer.sign(text) for signer in self._signers]
        return format_note(text, [*lines, *(line for signer in self._signers for line in signer.cosign(text, time))])

    def sign(self, text: str) -> NoteSignature:
        """Give the line of this Ed25519 key alone over a checkpoint's text."""
        blob = self._keys.ed25519.sign(text.encode())
        return NoteSignature(name=self.origin, key_hash=self.verifier.key_hash, blob=blob)

    def cosign(self, text: str, time: int) -> tuple[NoteSignature, ...]:
        """Give the line of this ML-DSA-44 key alone over a checkpoint's text, at a time; none where there is no key."""
        return self._cosigner.cosign(text, time)

    @classmethod
    def generate(cls, origin: str, token: TokenKey | None = None) -> Self:
        """Make a signer with new keys, the Ed25519 key of a token excepted where one is given."""
        keys = NoteKeys.generate(token)
        return cls(origin, keys.ed25519, keys.mldsa44)

    def save(self, path: Path, passphrase: bytes) -> None:
        """Write the keys, encrypted, to a file that must not exist yet.

        Raises:
            KeyFileError: The file exists, or the passphrase is shorter than 12 bytes.
        """
        self._keys.save(path, passphrase)

    @classmethod
    def load(cls, origin: str, path: Path, passphrase: bytes, tokens: TokenAccess | None = None) -> Self:
        """Read keys that `save` wrote, also an older file without the ML-DSA-44 key.

        Args:
            origin: The ledger's name.
            path: The file.
            passphrase: Its passphrase.
            tokens: How a key in a token is reached.

        Raises:
            KeyFileError: No such file, another passphrase, or other keys.
            TokenUnavailable: The key is in a token that can't be had.
        """
        keys, _name = NoteKeys.load(path, passphrase, tokens)
        return cls(origin, keys.ed25519, keys.mldsa44)
