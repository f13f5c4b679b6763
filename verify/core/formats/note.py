"""C2SP signed notes: text, signature lines, verifier keys.

Layout:

    <text, ends in a line feed>
    <empty line>
    — <key name> <base64(4-byte key hash ‖ signature)>
    …

The *last* empty line parts text from signatures. Signatures by unknown keys are ignored: a log may be cosigned by
anybody. A known key whose signature fails rejects the whole note (that is the caller's to decide, see `policy`).
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from constancia.verify.core.errors import Malformed, must
from constancia.verify.core.formats.signatures import decode_base64, is_sound_point

ED25519: Final = 0x01
COSIGNATURE_ED25519: Final = 0x04
COSIGNATURE_MLDSA44: Final = 0x06
KEY_BYTES: Final = {ED25519: 32, COSIGNATURE_ED25519: 32, COSIGNATURE_MLDSA44: 1_312}

MAX_NOTE_BYTES: Final = 1_000_000  # a checkpoint with 100 ML-DSA cosignatures is a third of that
MAX_SIGNATURES: Final = 100  # the specification asks for at least 16
_DASH: Final = "\u2014 "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_KEY_NAME = re.compile("[^\\s+\x00-\x1f\x7f-\x9f\ud800-\udfff]+\\Z")
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: key name, 4-byte key hash, and what follows the hash."""

    name: str
    key_hash: bytes
    blob: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note: its text (ending in a line feed) and its signature lines in order."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A note verifier's key: name, 4-byte hash, type byte, raw public key."""

    name: str
    key_hash: bytes
    type_byte: int
    public_key: bytes

    def matches(self, signature: NoteSignature) -> bool:
        """Tell whether a signature line claims to be by this key: name *and* hash."""
        return signature.name == self.name and signature.key_hash == self.key_hash


def key_hash(name: str, type_byte: int, public_key: bytes) -> bytes:
    r"""Give SHA-256(name ‖ `\n` ‖ type ‖ key)[:4]. Source: C2SP signed-note, "Signatures"."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([type_byte]) + public_key).digest()[:4]


def is_key_name(name: str) -> bool:
    """Tell whether a name may be a note key's: not empty, no space, no plus sign, no control or surrogate."""
    return bool(_KEY_NAME.match(name))


def verifier_key(name: str, type_byte: int, public_key: bytes) -> VerifierKey:
    """Make a verifier key from its name (a log's is its origin), type (0x01, 0x04, 0x06) and raw key.

    Raises:
        Malformed: Unfit name, unknown type, wrong length, a key that the signature rule excludes.

    Source: C2SP signed-note; ours: SPEC §2.
    """
    must(is_key_name(name), "key-name", "key name", "no space, no plus sign, not empty", name)
    has_length = KEY_BYTES.get(type_byte) == len(public_key)
    must(has_length, "vkey", name, "a key of a known type and its length", f"{type_byte}: {len(public_key)}")
    is_sound = type_byte == COSIGNATURE_MLDSA44 or is_sound_point(public_key)
    must(is_sound, "vkey", name, "a canonical key that is not of small order", public_key.hex())
    hashed = key_hash(name, type_byte, public_key)
    return VerifierKey(name=name, key_hash=hashed, type_byte=type_byte, public_key=public_key)


def parse_vkey(text: str) -> VerifierKey:
    """Read `<name>+<8 hex digits>+<base64(type ‖ key)>`.

    Raises:
        Malformed: Another form, or a hash that is not the key's.

    Source: C2SP signed-note, "Verifier keys".
    """
    match = _VKEY.match(text)
    if not match:
        raise Malformed("vkey", "vkey", "<name>+<hash>+<base64>", text)
    name, digits, encoded = match.groups()
    data = decode_base64(encoded, "vkey")
    key = verifier_key(name, data[0], data[1:])
    must(key.key_hash.hex() == digits, "vkey", "vkey", f"key hash {key.key_hash.hex()}", digits)
    return key


def parse_log_vkey(text: str) -> VerifierKey:
    """Read the verifier key of a log, which is of type 0x01; as `parse_vkey`. Source: C2SP tlog-checkpoint."""
    key = parse_vkey(text)
    must(key.type_byte == ED25519, "vkey", "vkey", "a key of type 1", key.type_byte)
    return key


def format_vkey(key: VerifierKey) -> str:
    """Write a verifier key as text; `parse_vkey` reads it back. Source: C2SP signed-note."""
    encoded = base64.b64encode(bytes([key.type_byte]) + key.public_key).decode()
    return f"{key.name}+{key.key_hash.hex()}+{encoded}"


def parse_note(raw: bytes) -> Note:
    """Read a signed note from UTF-8 bytes; no signature is checked.

    Raises:
        Malformed: Too large, not UTF-8, control characters, no empty line, a bad signature line.

    Source: C2SP signed-note, "Format".
    """
    must(len(raw) <= MAX_NOTE_BYTES, "too-large", "note", f"at most {MAX_NOTE_BYTES} bytes", len(raw))
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed("not-utf8", "note", "UTF-8", error.reason) from error
    must(not _CONTROL.search(whole), "character", "note", "no control character but line feed")
    text, parted, lines = whole.rpartition("\n\n")
    must(parted and text and lines.endswith("\n"), "note", "note", "text, an empty line, signature lines")
    listed = lines[:-1].split("\n")
    must(len(listed) <= MAX_SIGNATURES, "note", "note", f"at most {MAX_SIGNATURES} signatures", len(listed))
    return Note(text=text + "\n", signatures=tuple(parse_line(line) for line in listed))


def parse_line(line: str) -> NoteSignature:
    """Read one signature line, without its line feed; as `parse_note`. Source: C2SP signed-note, "Format"."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    is_named = line.startswith(_DASH) and is_key_name(name)
    must(is_named, "signature-line", "note", f"{_DASH}<name> <base64>", line)
    data = decode_base64(encoded, f"signature of {name}")
    must(len(data) >= 5, "signature-line", f"signature of {name}", "at least 5 bytes", len(data))
    return NoteSignature(name=name, key_hash=data[:4], blob=data[4:])


def format_note(text: str, signatures: Sequence[NoteSignature]) -> bytes:
    """Write a note of a text that ends in a line feed; `parse_note` reads it back. Source: C2SP signed-note."""
    lines = "".join(f"{_DASH}{s.name} {base64.b64encode(s.key_hash + s.blob).decode()}\n" for s in signatures)
    return f"{text}\n{lines}".encode()
