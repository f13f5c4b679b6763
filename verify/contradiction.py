r"""A proof that a log's key contradicted itself: one file, verifiable offline by anybody who knows the key (SPEC §10).

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

- K1: the newer checkpoint binds, through the prefix path, the root of its own first entries. Another root for the same
  number of entries, signed by the same key or admitted into the same tree, can't be true beside it.
- K2: nothing but the file and the key is needed. Whether the key is the log's is the trust folder's to say: without
  it the contradiction is explained, and the verdict is inconclusive.
- K3: a file that proves nothing accuses nobody: inconclusive, or unreadable; never altered.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from constancia.verify.checkpoint import Checkpoint, open_checkpoint
from constancia.verify.cosignature import verify_cosignature
from constancia.verify.entry import parse_entry
from constancia.verify.errors import Malformed, Unreadable, Unsupported
from constancia.verify.keys import decode_base64
from constancia.verify.merkle import EMPTY_ROOT, HASH_BYTES, hash_leaf, prefix_roots, verify_inclusion
from constancia.verify.note import MAX_NOTE_BYTES, Note, VerifierKey, format_vkey, parse_log_vkey
from constancia.verify.policy import Policy, TrustFolder
from constancia.verify.report import Findings

HEADER: Final = "constancia/contradiction@v1"
MAX_CONTRADICTION_BYTES: Final = 2 * MAX_NOTE_BYTES + 200_000
MAX_HASHES: Final = 64
_LENGTH = re.compile(r"[1-9]\d{0,6}\Z", re.ASCII)
_INDEX = re.compile(r"(?:0|[1-9]\d{0,15})\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """An entry of the newer tree: index, bytes, inclusion proof."""

    index: int
    raw: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """The parts of the file: the key, the newer note, what it contradicts (a note or an entry), the prefix path."""

    log_key: VerifierKey
    newer: bytes
    other: bytes | Admitted
    prefix: tuple[bytes, ...]


def format_contradiction(key: VerifierKey, newer: bytes, other: bytes | Admitted, prefix: Sequence[bytes]) -> bytes:
    """Write a proof; `parse_contradiction` reads it back.

    Args:
        key: The log's key, type 0x01.
        newer: The signed note of the larger size (either, where the sizes are equal).
        other: The other signed note, or an entry that the newer tree holds.
        prefix: `Tree.prefix_path` from the other's size to the newer's.

    Returns:
        UTF-8 bytes.

    Source: ours: SPEC §10.
    """
    lines = [HEADER, f"log {format_vkey(key)}"]
    if isinstance(other, Admitted):
        lines.append(f"entry {other.index} {base64.b64encode(other.raw).decode()}")
        lines += [f"path {base64.b64encode(one).decode()}" for one in other.path]
    else:
        lines.append(f"older {len(other)}")
    lines.append(f"newer {len(newer)}")
    lines += [f"prefix {base64.b64encode(one).decode()}" for one in prefix]
    notes = newer if isinstance(other, Admitted) else other + newer
    return "\n".join([*lines, "", ""]).encode() + notes


def parse_contradiction(raw: bytes) -> Contradiction:
    """Read a proof; nothing is verified.

    Raises:
        Malformed: Another form.

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
    key = parse_log_vkey(_word(lines, "log"))
    admitted = None
    cut = 0
    if lines and lines[0].startswith("entry "):
        index, _, entry = _word(lines, "entry").partition(" ")
        if not _INDEX.match(index):
            raise Malformed("contradiction", "contradiction.entry", "an index", index)
        admitted = Admitted(
            index=int(index), raw=decode_base64(entry, "contradiction.entry"), path=_hashes(lines, "path")
        )
    else:
        cut = _length(lines, "older")
    length = _length(lines, "newer")
    prefix = _hashes(lines, "prefix")
    if lines or len(notes) != cut + length:
        raise Malformed("contradiction", "contradiction", f"{cut + length} bytes of notes", lines or len(notes))
    other = notes[:cut] if admitted is None else admitted
    return Contradiction(log_key=key, newer=notes[cut:], other=other, prefix=prefix)


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
    found: list[bytes] = []
    while lines and lines[0].startswith(f"{name} "):
        found.append(decode_base64(_word(lines, name), f"contradiction.{name}"))
        if len(found[-1]) != HASH_BYTES or len(found) > MAX_HASHES:
            raise Malformed("contradiction", f"contradiction.{name}", f"at most {MAX_HASHES} hashes of 32 bytes")
    return tuple(found)


def origin_of(raw: bytes) -> str | None:
    """Give the origin that a proof is about, unchecked; None where it has another form."""
    try:
        return parse_contradiction(raw).log_key.name
    except Malformed:
        return None


class Proved(NamedTuple):
    """What a contradiction shows: for the first `size` entries the newer tree has `root`, the other says `claimed`."""

    newer: Checkpoint
    size: int
    root: bytes
    claimed: bytes
    notes: tuple[Note, ...]


def prove(parts: Contradiction) -> Proved:
    """Check all of a proof but whose the key is.

    Raises:
        Malformed: It proves no contradiction; says which part fails.

    Source: ours: SPEC §10.
    """
    newer, note = open_checkpoint(parts.newer, parts.log_key)
    notes = [note]
    if isinstance(parts.other, Admitted):
        size, claimed = _seen_by(parts.other, newer)
    else:
        older, other = open_checkpoint(parts.other, parts.log_key)
        size, claimed = older.size, older.root
        notes.append(other)
    root = _root_at(size, newer, parts.prefix)
    if root == claimed:
        raise Malformed("consistent", "contradiction", f"two roots for {size} entries", "the same root twice")
    return Proved(newer, size, root, claimed, tuple(notes))


def _root_at(size: int, newer: Checkpoint, prefix: Sequence[bytes]) -> bytes:
    """Give the root of the newer tree's first `size` entries, which its own root binds (rule K1)."""
    if size in (0, newer.size) and not prefix:
        return newer.root if size else EMPTY_ROOT
    roots = prefix_roots(old_size=size, new_size=newer.size, path=prefix)
    if roots is None or roots[1] != newer.root:
        raise Malformed("prefix", "contradiction.prefix", f"a path from {size} to the signed root of {newer.size}")
    return roots[0]


def _seen_by(admitted: Admitted, newer: Checkpoint) -> tuple[int, bytes]:
    index, leaf = admitted.index, hash_leaf(admitted.raw)
    if not verify_inclusion(leaf_hash=leaf, index=index, size=newer.size, proof=admitted.path, root=newer.root):
        raise Malformed("inclusion", "contradiction.path", f"a path to {newer.root.hex()}", leaf.hex())
    entry = parse_entry(admitted.raw)
    seen = entry.statement.seen
    if entry.statement.ledger != newer.origin or entry.index != index or seen.size > index:
        raise Malformed("entry-form", "contradiction.entry", f"entry {index} of {newer.origin}, having seen less")
    return seen.size, seen.root


def check_contradiction(raw: bytes, location: str, trust: TrustFolder | None, findings: Findings) -> None:
    """Explain a proof: altered where the pinned key contradicted itself (rules K2, K3).

    Args:
        raw: The file's bytes.
        location: Where it stands, for the error.
        trust: What is pinned; None if nothing is.
        findings: Where the fault, or what is missing for it, goes.

    Raises:
        Unreadable: It has not the form.

    Source: ours: SPEC §10.
    """
    try:
        parts = parse_contradiction(raw)
    except Malformed as error:
        raise Unreadable("contradiction", location, str(error)) from error
    key = parts.log_key
    findings.origin, findings.log_key = key.name, format_vkey(key)
    try:
        proved = prove(parts)
    except Malformed as error:
        findings.leave_open("contradiction-none", reason=str(error))
        return
    findings.size, findings.root = proved.newer.size, proved.newer.root
    findings.count("L1", "checkpoints", len(proved.notes))
    if isinstance(parts.other, Admitted):
        index = parts.other.index
        findings.note("contradiction-entry", size=proved.size, newer=proved.newer.size, index=index)
    else:
        findings.note("contradiction-notes", size=proved.size, newer=proved.newer.size)
    pinned = None if trust is None else trust.policy.logs.get(key.name)
    if trust is None:
        findings.leave_open("contradiction-unpinned")
        return
    if pinned != key:
        findings.leave_open("contradiction-other-key")
        return
    _name_witnesses(proved, trust.policy, findings)
    expected, last = f"{proved.root.hex()} at size {proved.size}", max(0, proved.size - 1)
    if isinstance(parts.other, Admitted):
        place = "entry: statement.seen"
        findings.fault("contradiction-seen", 0, place, expected, proved.claimed, last_index=last, somewhere=True)
    else:
        findings.fault("contradiction", 0, "older", expected, proved.claimed, last_index=last, somewhere=True)


def _name_witnesses(proved: Proved, policy: Policy, findings: Findings) -> None:
    """Name the witnesses that cosigned both: they broke their word too."""
    if len(proved.notes) < 2:
        return
    both = [name for name, key in policy.witnesses.items() if all(_cosigned(key, note) for note in proved.notes)]
    if both:
        findings.count("L1", "cosignatures", 2 * len(both))
        findings.note("contradiction-witnesses", names=", ".join(sorted(both)))


def _cosigned(key: VerifierKey, note: Note) -> bool:
    for one in note.signatures:
        if key.matches(one):
            try:
                verify_cosignature(key, one, note.text)
            except (Malformed, Unsupported):
                continue
            return True
    return False
