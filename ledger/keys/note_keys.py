"""Private keys that sign notes: an Ed25519 key and an ML-DSA-44 key, encrypted in one file.

The file is PEM: one encrypted PKCS#8 block for each key, Ed25519 first. A line `name: <key name>` may precede the
blocks (RFC 7468 §2 allows text there). A witness's file has it; a log's file does not, because a log's name is its
origin. The name is not secret, and changing it is useless: another name gives another key id, which nobody trusts.

A log's Ed25519 key may be in a PKCS#11 token. Then two lines, `token: <address>` and `public: <key in base64>`, are in
the place of its block, and the ML-DSA-44 key alone is encrypted in the file: tokens lack that scheme.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from constancia.ledger.disk.durable import write_file
from constancia.ledger.errors import LedgerError
from constancia.ledger.keys.key_work import asks_too_much
from constancia.ledger.keys.token_key import RAW_BYTES, TokenAccess, TokenKey
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.cosignature import message_ed25519, message_mldsa44
from constancia.verify.core.formats.note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_MLDSA44,
    NoteSignature,
    VerifierKey,
    is_key_name,
    verifier_key,
)
from constancia.verify.sources.files import read_named

KEY_FILE_MODE: Final = 0o600
# Guessing a stolen file's passphrase is the attack; below this it takes minutes.
MIN_PASSPHRASE: Final = 12
MIN_DIFFERENT: Final = 5
MAX_FILE_BYTES: Final = 65_536
_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)
_NAME = re.compile(rb"^name: (.+)$", re.MULTILINE)
_TOKEN = re.compile(rb"^token: (pkcs11:\S+)\r?\npublic: (\S+)\r?$", re.MULTILINE)


class KeyFileError(LedgerError):
    """A key file can't be read, or the passphrase is wrong."""


class WrongPassphrase(KeyFileError):
    """The passphrase does not open the file, or the file is no encrypted key: which of them, nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKeys:
    """The two private keys of one signer of notes; older files have no ML-DSA-44 key."""

    ed25519: Ed25519PrivateKey | TokenKey
    mldsa44: MLDSA44PrivateKey | None

    @classmethod
    def generate(cls, token: TokenKey | None = None) -> Self:
        """Make new keys, or only the second one, next to a token's; without ML-DSA-44 if this platform lacks it."""
        first = token or Ed25519PrivateKey.generate()
        try:
            return cls(ed25519=first, mldsa44=MLDSA44PrivateKey.generate())
        except UnsupportedAlgorithm:
            return cls(ed25519=first, mldsa44=None)

    def save(self, path: Path, passphrase: bytes, name: str | None = None) -> None:
        """Write the keys, encrypted, to a file that must not exist yet; only its owner may read it.

        Args:
            path: The new file.
            passphrase: At least 12 bytes.
            name: The key name; None for a log's file.

        Raises:
            KeyFileError: The file exists, or the passphrase is too short.
        """
        check_passphrase(passphrase)
        if path.exists():
            raise KeyFileError(f"{path} exists; a key file is never overwritten")
        encryption = BestAvailableEncryption(passphrase)
        keys = [key for key in (self.ed25519, self.mldsa44) if key is not None and not isinstance(key, TokenKey)]
        blocks = [key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption) for key in keys]
        head = b"" if name is None else f"name: {name}\n".encode()
        if isinstance(self.ed25519, TokenKey):
            public = self.ed25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            head = f"token: {self.ed25519.uri.name}\npublic: {base64.b64encode(public).decode()}\n".encode()
        write_file(path, head + b"".join(blocks), mode=KEY_FILE_MODE)

    @classmethod
    def load(cls, path: Path, passphrase: bytes, tokens: TokenAccess | None = None) -> tuple[Self, str | None]:
        """Read a key file.

        Args:
            path: The file.
            passphrase: Its passphrase.
            tokens: How a key in a token is reached; None where the key has to be in the file.

        Returns:
            The keys, and the name in the file, if there is one.

        Raises:
            KeyFileError: No such file, another passphrase, other keys than these two, or ML-DSA-44 on a platform
                without it.
            TokenUnavailable: The key is in a token that can't be had.
        """
        data = read_key_file(path)
        if any(asks_too_much(block) for block in _BLOCK.findall(data)):
            raise KeyFileError(
                f"{path}: this key file asks for more work than a passphrase needs; it is damaged, or was made to "
                "stop this program"
            )
        try:
            keys: list[object] = [load_pem_private_key(block, passphrase) for block in _BLOCK.findall(data)]
        except UnsupportedAlgorithm as error:
            raise KeyFileError(f"{path}: this platform's cryptographic library can't use this key") from error
        except (ValueError, TypeError, InternalError) as error:
            raise WrongPassphrase(
                f"{path}: the passphrase is wrong, or this is not an encrypted key file; try again"
            ) from error
        place = _TOKEN.search(data)
        if place is not None:
            keys = [_of_token(path, place, tokens), *keys]
        named = _NAME.search(data)
        name = named.group(1).decode("utf-8", "replace") if named else None
        match keys:
            case [(Ed25519PrivateKey() | TokenKey()) as first]:
                return cls(ed25519=first, mldsa44=None), name
            case [(Ed25519PrivateKey() | TokenKey()) as first, MLDSA44PrivateKey() as second]:
                return cls(ed25519=first, mldsa44=second), name
            case []:
                raise KeyFileError(f"{path}: the passphrase is wrong, or this is not an encrypted key file; try again")
            case _:
                raise KeyFileError(f"{path}: an Ed25519 key, and an ML-DSA-44 key after it, are expected")


class Cosigner:
    """Cosigns checkpoints under one name with one or both kinds of key. Safe to use from several threads.

    Args:
        name: The key name; C2SP requires a URL without a scheme that identifies the witness.
        ed25519: Key for cosignatures of type 0x04; None if it makes none (a log signs as itself).
        mldsa44: Key for cosignatures of type 0x06.

    Raises:
        Malformed: The name is not valid for a note key.
    """

    def __init__(
        self, name: str, ed25519: Ed25519PrivateKey | TokenKey | None, mldsa44: MLDSA44PrivateKey | None
    ) -> None:
        self.name = name
        self._ed25519 = ed25519
        self._mldsa44 = mldsa44
        self.keys: tuple[VerifierKey, ...] = tuple(
            verifier_key(name, type_byte, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
            for type_byte, key in ((COSIGNATURE_ED25519, ed25519), (COSIGNATURE_MLDSA44, mldsa44))
            if key is not None
        )

    @classmethod
    def load(cls, path: Path, passphrase: bytes) -> Self:
        """Read a witness's key file.

        Raises:
            KeyFileError: As `NoteKeys.load`, or the file names no cosigner.
        """
        keys, name = NoteKeys.load(path, passphrase)
        if name is None or not is_key_name(name):
            raise KeyFileError(f"{path}: a line `name: …` before the keys must say whose they are")
        return cls(name, keys.ed25519, keys.mldsa44)

    def cosign(self, text: str, time: int) -> tuple[NoteSignature, ...]:
        """Cosign a checkpoint with every key.

        The caller must first have checked that the tree extends the previous one, and stored it.

        Args:
            text: The checkpoint's note text.
            time: POSIX seconds, above 0: a time of 0 is a subtree's.

        Returns:
            A signature line for each key.

        Source: C2SP tlog-cosignature.
        """
        stamp = time.to_bytes(8, "big")
        lines = []
        for key in self.keys:
            if key.type_byte == COSIGNATURE_ED25519 and self._ed25519 is not None:
                sig = self._ed25519.sign(message_ed25519(time, text))
            elif self._mldsa44 is not None:
                sig = self._mldsa44.sign(message_mldsa44(time, self.name, text))
            else:
                continue
            lines.append(NoteSignature(name=self.name, key_hash=key.key_hash, blob=stamp + sig))
        return tuple(lines)

    def cosign_subtree(self, origin: str, start: int, end: int, subtree: bytes) -> NoteSignature:
        """Cosign a subtree with the ML-DSA-44 key, with a time of 0.

        Args:
            origin: The log's origin.
            start: Index of its first entry.
            end: Index after its last entry.
            subtree: Its hash.

        Raises:
            KeyFileError: There is no ML-DSA-44 key.

        Source: C2SP tlog-cosignature, "ML-DSA-44".
        """
        key = next((key for key in self.keys if key.type_byte == COSIGNATURE_MLDSA44), None)
        if key is None or self._mldsa44 is None:
            raise KeyFileError("a subtree is cosigned with ML-DSA-44, and this witness has no such key")
        sig = self._mldsa44.sign(subtree_message(self.name, origin, start, end, subtree))
        return NoteSignature(name=self.name, key_hash=key.key_hash, blob=bytes(8) + sig)


def subtree_message(cosigner: str, origin: str, start: int, end: int, subtree: bytes) -> bytes:
    """Give what an ML-DSA-44 cosignature of a subtree covers. Source: C2SP tlog-cosignature, "ML-DSA-44"."""
    name, log = cosigner.encode(), origin.encode()
    covered = start.to_bytes(8, "big") + end.to_bytes(8, "big") + subtree
    return b"subtree/v1\n\0" + bytes([len(name)]) + name + bytes(8) + bytes([len(log)]) + log + covered


def _of_token(path: Path, place: "re.Match[bytes]", tokens: TokenAccess | None) -> TokenKey:
    if tokens is None:
        raise KeyFileError(f"{path}: this key is in a token, and only a log's key may be")
    try:
        public = base64.b64decode(place[2], validate=True)
    except binascii.Error:
        public = b""
    if len(public) != RAW_BYTES:
        raise KeyFileError(f"{path}: its line `public: …` is damaged; it is the token's public key in base64")
    return tokens.open(place[1].decode("utf-8", "replace"), public)


def read_key_file(path: Path) -> bytes:
    """Read a key file's bytes.

    Raises:
        KeyFileError: There is none, it is no regular file or too large, or it can't be read.
    """
    try:
        return read_named(path, MAX_FILE_BYTES)
    except FileNotFoundError:
        raise KeyFileError(f"{path}: there is no such key file") from None
    except Unreadable as error:
        raise KeyFileError(str(error)) from error


def check_passphrase(passphrase: bytes) -> None:
    """Refuse a passphrase that protects nothing.

    Raises:
        KeyFileError: It is shorter than 12 bytes, or has fewer than 5 different ones, or blanks only.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise KeyFileError(f"the passphrase needs at least {MIN_PASSPHRASE} characters")
    if len(set(passphrase.split())) == 0 or len(set(passphrase)) < MIN_DIFFERENT:
        raise KeyFileError(f"the passphrase needs at least {MIN_DIFFERENT} different characters, and not blanks alone")
