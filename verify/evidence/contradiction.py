"""A proof that a log's key contradicted itself: one file, verifiable offline with the key (SPEC §10).

- K1: the newer checkpoint binds, through the prefix path, the root of its own first entries. Another root for the same
  number of entries, signed by the same key or admitted into the same tree, contradicts it.
- K2: only the file and the key are needed. The trust folder decides whether the key is the log's: without it the
  contradiction is explained, and the verdict is inconclusive.
- K3: a file that proves nothing accuses nobody: inconclusive, or unreadable; never altered.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.checkpoint import Checkpoint, open_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.entry import parse_entry
from constancia.verify.core.formats.note import Note, VerifierKey, format_vkey
from constancia.verify.core.formats.policy import Policy
from constancia.verify.report.findings import Findings
from constancia.verify.sources.contradiction_file import AdmittedEntry, Contradiction, parse_contradiction
from constancia.verify.sources.transit import as_written
from constancia.verify.trust.trust_folder import TrustFolder
from constancia.verify.wire.merkle import EMPTY_ROOT, hash_leaf, prefix_roots, verify_inclusion


class ProvedContradiction(NamedTuple):
    """A contradiction: for the first `size` entries the newer tree has `root`, the other side claims `claimed`."""

    newer: Checkpoint
    size: int
    root: bytes
    claimed: bytes
    notes: tuple[Note, ...]


def prove(parts: Contradiction) -> ProvedContradiction:
    """Check a proof, except whose the key is.

    Raises:
        Malformed: It proves no contradiction; the error names the part that fails.

    Source: ours: SPEC §10.
    """
    newer, note = open_checkpoint(parts.newer, *parts.log_keys)
    notes = [note]
    if isinstance(parts.other, AdmittedEntry):
        size, claimed = _seen_by(parts.other, newer)
    else:
        older, other = open_checkpoint(parts.other, *parts.log_keys)
        size, claimed = older.size, older.root
        notes.append(other)
    root = _root_at(size, newer, parts.prefix)
    if root == claimed:
        raise Malformed("consistent", "contradiction", f"two roots for {size} entries", "the same root twice")
    return ProvedContradiction(newer, size, root, claimed, tuple(notes))


def _root_at(size: int, newer: Checkpoint, prefix: Sequence[bytes]) -> bytes:
    """Return the root of the newer tree's first `size` entries, which its own root fixes (rule K1)."""
    if size in (0, newer.size) and not prefix:
        return newer.root if size else EMPTY_ROOT
    roots = prefix_roots(old_size=size, new_size=newer.size, path=prefix)
    if roots is None or roots[1] != newer.root:
        raise Malformed("prefix", "contradiction.prefix", f"a path from {size} to the signed root of {newer.size}")
    return roots[0]


def _seen_by(admitted: AdmittedEntry, newer: Checkpoint) -> tuple[int, bytes]:
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
        location: Its path, for the error.
        trust: What is pinned; None if nothing is.
        findings: Receives the fault or the remark.

    Raises:
        Unreadable: It is malformed.

    Source: ours: SPEC §10.
    """
    parts = parse_contradiction(as_written(raw, parse_contradiction, location, findings))
    key = parts.log_keys[0]
    findings.origin, findings.log_key = key.name, format_vkey(key)
    try:
        proved = prove(parts)
    except Malformed as error:
        findings.leave_open("contradiction-none", reason=str(error))
        return
    findings.size, findings.root = proved.newer.size, proved.newer.root
    findings.count("L1", "checkpoints", len(proved.notes))
    if isinstance(parts.other, AdmittedEntry):
        index = parts.other.index
        findings.note("contradiction-entry", size=proved.size, newer=proved.newer.size, index=index)
    else:
        findings.note("contradiction-notes", size=proved.size, newer=proved.newer.size)
    if trust is None:
        findings.leave_open("contradiction-unpinned")
        return
    if not set(parts.log_keys).issubset(trust.policy.signers_of(key.name)):
        findings.leave_open("contradiction-other-key")
        return
    _name_witnesses(proved, trust.policy, findings)
    expected, last = f"{proved.root.hex()} at size {proved.size}", max(0, proved.size - 1)
    if isinstance(parts.other, AdmittedEntry):
        place = "entry: statement.seen"
        findings.fault("contradiction-seen", 0, place, expected, proved.claimed, last_index=last, somewhere=True)
    else:
        findings.fault("contradiction", 0, "older", expected, proved.claimed, last_index=last, somewhere=True)


def _name_witnesses(proved: ProvedContradiction, policy: Policy, findings: Findings) -> None:
    """Name the witnesses that cosigned both: they broke their commitment too."""
    if len(proved.notes) < 2:
        return
    both = [name for name, key in policy.witnesses.items() if all(_cosigned(key, note) for note in proved.notes)]
    if both:
        findings.count("L1", "cosignatures", 2 * len(both))
        findings.note("contradiction-witnesses", names=", ".join(sorted(both)))


def _cosigned(key: VerifierKey, note: Note) -> bool:
    for signature in note.signatures:
        with suppress(Malformed, Unsupported):
            if key.matches(signature):
                verify_cosignature(key, signature, note.text)
                return True
    return False
