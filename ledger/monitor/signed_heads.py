"""Heads: signed checkpoints that somebody received, compared with each other; the document that publishes them.

- H1: a head counts only with a valid signature by the log's key. Its source does not matter.
- H2: two heads are consistent, or contradict each other, or it is unknown, because the data to decide is missing.
  Only a contradiction that can be proved to others counts as one.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from constancia.ledger.monitor.findings import LogFinding
from constancia.ledger.wire.composition import format_contradiction
from constancia.ledger.wire.proofs import prefix_path
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import Checkpoint, open_checkpoint
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey, parse_note
from constancia.verify.evidence.contradiction import prove
from constancia.verify.sources.contradiction_file import HEADER, AdmittedEntry, parse_contradiction
from constancia.verify.wire.merkle import EMPTY_ROOT, Tree, prefix_roots

FORMAT: Final = "constancia/heads@v1"
OWN: Final = "own"  # source of a head that this monitor itself received
RECEIPT: Final = "receipt"
MAX_HEADS_BYTES: Final = 8_000_000
MAX_HEADS: Final = 256
MAX_PROOFS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A checkpoint with a valid signature by the log's key, and the note that it was parsed from."""

    note: bytes
    checkpoint: Checkpoint

    @property
    def size(self) -> int:
        """Tree size."""
        return self.checkpoint.size


class Trees(Protocol):
    """Sources of trees that produce a head's root."""

    def tree_for(self, head: SignedHead) -> Tree | None:
        """Return a tree whose root at the head's size is the head's, or None if no source has it."""
        ...


def open_head(note: bytes, *keys: VerifierKey) -> SignedHead:
    """Parse a head and verify it with the log's keys, any of which signs (rule H1).

    Raises:
        Malformed: Not a checkpoint of that log, or not signed by a key of it.
    """
    checkpoint, _ = open_checkpoint(note, *keys)
    return SignedHead(note=note, checkpoint=checkpoint)


def is_consistent(head: SignedHead, other: SignedHead, trees: Trees) -> bool | None:
    """Return whether two heads of one log are consistent.

    Returns:
        True, False, or None if it is unknown (rule H2).
    """
    older, newer = _in_order(head, other)
    if older.size == newer.size:
        return older.checkpoint.root == newer.checkpoint.root
    if older.size == 0:
        return older.checkpoint.root == EMPTY_ROOT
    path = _path(older, newer, trees)
    roots = None if path is None else prefix_roots(old_size=older.size, new_size=newer.size, path=path)
    # Tiles are trusted only as far as they lead to the signed root: they may contradict each other.
    return None if roots is None or roots[1] != newer.checkpoint.root else roots[0] == older.checkpoint.root


def contradiction_of(head: SignedHead, other: SignedHead, keys: Sequence[VerifierKey], trees: Trees) -> bytes | None:
    """Make the proof that two heads contradict each other.

    Args:
        head: A head.
        other: Another head of the same log.
        keys: The log's keys. The proof names the first that signed both heads, or one for each.
        trees: Sources of the tree of the newer head.

    Returns:
        The proof's bytes, checked; None if the heads agree, or if a contradiction cannot be proved.
    """
    older, newer = _in_order(head, other)
    path = [] if older.size in (0, newer.size) else _path(older, newer, trees)
    if path is None:
        return None
    signed = [_signers(head, keys) for head in (newer, older)]
    both = [key for key in signed[0] if key in signed[1]]
    proof = format_contradiction(both[:1] or [signed[0][0], signed[1][0]], newer.note, older.note, path)
    return proof if is_proof(proof, keys) else None


def _signers(head: SignedHead, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
    lines = parse_note(head.note).signatures
    return [key for key in keys if any(map(key.matches, lines))]


def _path(older: SignedHead, newer: SignedHead, trees: Trees) -> list[bytes] | None:
    tree = trees.tree_for(newer)
    try:
        return None if tree is None else prefix_path(tree, older.size, newer.size)
    except Unreadable:
        return None


def is_proof(raw: bytes, keys: Sequence[VerifierKey]) -> bool:
    """Return whether a file proves that the log with these keys contradicted itself."""
    try:
        parts = parse_contradiction(raw)
        if not set(parts.log_keys).issubset(keys):
            return False
        prove(parts)
    except Malformed:
        return False
    return True


def finding_of(raw: bytes, source: str) -> LogFinding:
    """Return the finding that a proof means.

    The file name depends only on the two roots, not on who found them or which witnesses cosigned them.

    Args:
        raw: A proof, checked.
        source: Where the other side comes from: `own`, `receipt`, or a peer's name.
    """
    parts = parse_contradiction(raw)
    proved = prove(parts)
    roots = sorted((proved.root.hex()[:8], proved.claimed.hex()[:8]))
    params: dict[str, Any] = {"size": proved.size, "newer": proved.newer.size, "source": source}
    if isinstance(parts.other, AdmittedEntry):
        name = f"contradiction-entry-{parts.other.index}-{proved.claimed.hex()[:8]}.txt"
        return LogFinding(code="seen", key=name, params={**params, "index": parts.other.index}, evidence=name)
    name = f"contradiction-{proved.size}-{roots[0]}-{roots[1]}.txt"
    code = "fork" if source in (OWN, RECEIPT) else "split-view"
    return LogFinding(code=code, key=name, params=params, evidence=name)


def _in_order(first: SignedHead, other: SignedHead) -> tuple[SignedHead, SignedHead]:
    """Put the smaller first; of two equal sizes, the smaller root, so that the proof is the same from both sides."""
    pair = sorted((first, other), key=lambda head: (head.size, head.checkpoint.root))
    return pair[0], pair[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsDocument:
    """What a monitor publishes: the notes that it received and its proofs. Unchecked."""

    notes: tuple[bytes, ...] = ()
    proofs: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One head in the document: the log's URL as this monitor knows it, the note, and its status."""

    origin: str
    url: str
    note: bytes
    verified: bool
    at: str


def format_heads(heads: Iterable[Told], proofs: Sequence[bytes]) -> bytes:
    """Format the heads document: one JSON object, UTF-8, deterministic. Source: SPEC §10."""
    listed = [
        {"at": head.at, "note": head.note.decode(), "origin": head.origin, "url": head.url, "verified": head.verified}
        for head in heads
    ]
    document = {
        "format": FORMAT,
        "heads": sorted(listed, key=lambda item: (item["origin"], item["url"], item["note"])),
        "proofs": sorted(proof.decode() for proof in proofs)[:MAX_PROOFS],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def parse_heads(raw: bytes) -> HeadsDocument:
    """Parse what a peer publishes: a heads document, a single checkpoint, or a single proof. Verifies nothing.

    Raises:
        Malformed: None of these.
    """
    if raw.startswith(HEADER.encode()):
        return HeadsDocument(proofs=(raw,))
    if not raw.lstrip().startswith(b"{"):
        if len(raw) > MAX_NOTE_BYTES or b"\n\n" not in raw:
            raise Malformed("heads", "heads", "a heads document, a checkpoint or a proof")
        return HeadsDocument(notes=(raw,))
    try:
        document = json.loads(raw)
        if document["format"] != FORMAT:
            raise Malformed("heads", "heads.format", FORMAT, document["format"])
        notes = tuple(str(item["note"]).encode() for item in document["heads"])
        proofs = tuple(str(proof).encode() for proof in document.get("proofs", ()))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("heads", "heads", "a heads document", type(error).__name__) from error
    if len(notes) > MAX_HEADS or len(proofs) > MAX_PROOFS:
        raise Malformed("heads", "heads", f"at most {MAX_HEADS} heads and {MAX_PROOFS} proofs", len(notes))
    return HeadsDocument(notes=notes, proofs=proofs)
