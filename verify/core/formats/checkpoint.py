"""C2SP tlog-checkpoint: what a log says of itself, signed as a note.

Layout of the text: origin, tree size in decimal, base64 root hash, one a line; then optional extension lines.
All of it is signed.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from constancia.verify.core.errors import must
from constancia.verify.core.formats.canonical import MAX_INTEGER
from constancia.verify.core.formats.note import ED25519, Note, VerifierKey, parse_note
from constancia.verify.core.formats.signatures import decode_base64, verify_ed25519

_SIZE = re.compile(r"(?:0|[1-9]\d{0,15})\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Origin, tree size and 32-byte root; extension lines unchanged."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def format_checkpoint(origin: str, size: int, root: bytes) -> str:
    """Write a checkpoint's text, without extension lines. Source: C2SP tlog-checkpoint."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint from a note's text.

    Raises:
        Malformed: Fewer than three lines, an empty line, leading zeros, a root of another length.

    Source: C2SP tlog-checkpoint, "Note text".
    """
    lines = text.split("\n")
    is_whole = len(lines) >= 4 and not lines[-1] and all(lines[:-1])
    must(is_whole, "checkpoint", "checkpoint", "origin, size and root, one a line", text)
    origin, size, root = lines[:3]
    is_size = _SIZE.match(size) and int(size) <= MAX_INTEGER
    must(is_size, "checkpoint", "checkpoint.size", "a decimal below 2^53 without leading zeros", size)
    digest = decode_base64(root, "checkpoint.root")
    must(len(digest) == 32, "checkpoint", "checkpoint.root", "32 bytes", len(digest))
    return Checkpoint(origin=origin, size=int(size), root=digest, extensions=tuple(lines[3:-1]))


def read_checkpoint(raw: bytes) -> Checkpoint:
    """Read the checkpoint in a signed note; its signatures are not verified (see `open_checkpoint`).

    Raises:
        Malformed: It is no note, or its text no checkpoint.
    """
    return parse_checkpoint(parse_note(raw).text)


def is_signed_by(note: Note, key: VerifierKey) -> bool:
    """Tell whether a note carries a sound signature by a log's key of type 0x01.

    Returns:
        True if signed; False if no line claims to be by the key.

    Raises:
        Malformed: A line claims to be by this key and fails: the note is rejected whole.

    Source: C2SP signed-note, "Verification".
    """
    claimed = list(filter(key.matches, note.signatures))
    for line in claimed:
        is_sound = key.type_byte == ED25519 and verify_ed25519(key.public_key, line.blob, note.text.encode())
        must(is_sound, "note-signature", f"signature of {key.name}", "a sound signature")
    return bool(claimed)


def is_by_other_key(note: Note, keys: Sequence[VerifierKey]) -> bool:
    """Tell whether a note's only Ed25519 signatures under the log's name are by other keys than these.

    A line that one of these keys made, under another key hash, is a damaged one and no other key's.
    """
    lines = [line for line in note.signatures if line.name == keys[0].name and len(line.blob) == 64]
    text, pairs = note.text.encode(), [(key, line) for key in keys for line in lines]
    return bool(lines) and not any(
        k.matches(line) or verify_ed25519(k.public_key, line.blob, text) for k, line in pairs
    )


def open_checkpoint(raw: bytes, *log_keys: VerifierKey) -> tuple[Checkpoint, Note]:
    """Read a checkpoint that one of some keys of one log signed, whose name is its origin; as `open_checkpoint_of`."""
    return open_checkpoint_of(raw, {log_keys[0].name: log_keys})


def open_checkpoint_of(raw: bytes, logs: Mapping[str, Sequence[VerifierKey]]) -> tuple[Checkpoint, Note]:
    """Read a checkpoint of any of some logs from a signed note, and check the log's signature.

    Args:
        raw: The signed note.
        logs: Keys by origin, one of which signed.

    Returns:
        Checkpoint and note.

    Raises:
        Malformed: Bad form, another origin, not signed by a key, a signature that fails, extension lines. Its code is
            `other-log-key` where other keys of that name signed.

    Source: C2SP tlog-checkpoint; ours: SPEC §4 (no extension lines).
    """
    note = parse_note(raw)
    checkpoint = parse_checkpoint(note.text)
    keys, added = logs.get(checkpoint.origin, ()), checkpoint.extensions
    must(keys, "origin", "checkpoint.origin", " or ".join(logs), checkpoint.origin)
    must(not added, "checkpoint", "checkpoint", "no extension lines", " ".join(added))
    signed = [is_signed_by(note, key) for key in keys]  # by each of them: a line that fails rejects the note
    code = "other-log-key" if is_by_other_key(note, keys) else "note-signature"
    must(any(signed), code, "checkpoint", f"a signature by {checkpoint.origin}")
    return checkpoint, note
