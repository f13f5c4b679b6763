"""The file format of a contradiction: two statements of a log that cannot both be true (SPEC §10).

Layout, two checkpoints of one origin:

    constancia/contradiction@v1
    log <vkey>
    older <length of the first note in bytes>
    newer <length of the second note in bytes>
    prefix <base64 hash>      (any number; none where both have the same size)
    <empty line>
    <the older checkpoint, verbatim><the newer checkpoint, verbatim>

or one checkpoint and an entry that it covers, whose `seen` root the tree itself contradicts:

    constancia/contradiction@v1
    log <vkey>
    entry <index> <base64 of the entry>
    path <base64 hash>        (any number: the inclusion proof, from the leaf's sibling up)
    newer <length of the note in bytes>
    prefix <base64 hash>
    <empty line>
    <the checkpoint, verbatim>
"""

import re
from dataclasses import dataclass
from typing import Final

from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.canonical import MAX_INTEGER
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey, parse_log_vkey
from constancia.verify.core.formats.signatures import decode_base64
from constancia.verify.wire.merkle import HASH_BYTES

HEADER: Final = "constancia/contradiction@v1"
MAX_CONTRADICTION_BYTES: Final = 2 * MAX_NOTE_BYTES + 200_000
MAX_HASHES: Final = 64
_LENGTH = re.compile(r"[1-9]\d{0,6}\Z", re.ASCII)
_INDEX = re.compile(r"(?:0|[1-9]\d{0,15})\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmittedEntry:
    """An entry of the newer tree: index, bytes, inclusion proof."""

    index: int
    raw: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """The parts of the file: the log's keys, newer note, what it contradicts (a note or an entry), prefix path."""

    log_keys: tuple[VerifierKey, ...]
    newer: bytes
    other: bytes | AdmittedEntry
    prefix: tuple[bytes, ...]


def parse_contradiction(raw: bytes) -> Contradiction:
    """Parse a proof; verifies nothing.

    Raises:
        Malformed: Wrong form.

    Source: ours: SPEC §10.
    """
    if len(raw) > MAX_CONTRADICTION_BYTES:
        raise Malformed("too-large", "contradiction", f"at most {MAX_CONTRADICTION_BYTES} bytes", len(raw))
    head, parted, notes = raw.partition(b"\n\n")
    try:
        lines = head.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("not-utf8", "contradiction", "UTF-8 before the notes", error.reason) from error
    if not parted or lines.pop(0) != HEADER:
        raise Malformed("contradiction", "contradiction", f"a first line {HEADER}")
    keys = [parse_log_vkey(_word(lines, "log"))]
    while lines and lines[0].startswith("log "):
        keys.append(parse_log_vkey(_word(lines, "log")))
    if len(keys) > 2 or len({key.name for key in keys}) > 1:
        raise Malformed("contradiction", "contradiction.log", "one or two keys of one log", len(keys))
    admitted = None
    cut = 0
    if lines and lines[0].startswith("entry "):
        index, _, entry = _word(lines, "entry").partition(" ")
        if not _INDEX.match(index) or int(index) > MAX_INTEGER:
            raise Malformed("contradiction", "contradiction.entry", "an index below 2^53", index)
        admitted = AdmittedEntry(
            index=int(index), raw=decode_base64(entry, "contradiction.entry"), path=_hashes(lines, "path")
        )
    else:
        cut = _length(lines, "older")
    length = _length(lines, "newer")
    prefix = _hashes(lines, "prefix")
    if lines or len(notes) != cut + length:
        raise Malformed("contradiction", "contradiction", f"{cut + length} bytes of notes", lines or len(notes))
    other = notes[:cut] if admitted is None else admitted
    return Contradiction(log_keys=tuple(keys), newer=notes[cut:], other=other, prefix=prefix)


def _word(lines: list[str], name: str) -> str:
    if not lines or not lines[0].startswith(f"{name} "):
        raise Malformed("contradiction", f"contradiction.{name}", f"a line {name} …", lines[0] if lines else "")
    return lines.pop(0)[len(name) + 1 :]


def _length(lines: list[str], name: str) -> int:
    word = _word(lines, name)
    if not _LENGTH.match(word):
        raise Malformed("contradiction", f"contradiction.{name}", "a length in bytes", word)
    return int(word)


def _hashes(lines: list[str], name: str) -> tuple[bytes, ...]:
    hashes: list[bytes] = []
    while lines and lines[0].startswith(f"{name} "):
        hashes.append(decode_base64(_word(lines, name), f"contradiction.{name}"))
        if len(hashes[-1]) != HASH_BYTES or len(hashes) > MAX_HASHES:
            raise Malformed("contradiction", f"contradiction.{name}", f"at most {MAX_HASHES} hashes of 32 bytes")
    return tuple(hashes)


def origin_of(raw: bytes) -> str | None:
    """Return the origin that a proof is about, unchecked; None if it is malformed."""
    try:
        return parse_contradiction(raw).log_keys[0].name
    except Malformed:
        return None
