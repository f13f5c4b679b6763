"""Compares one log's head with what the monitor verified, with what it saw before, and with what others were shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from constancia.ledger.audit.resume_file import ResumeFile
from constancia.ledger.monitor.findings import LogFinding
from constancia.ledger.monitor.signed_heads import OWN, RECEIPT, SignedHead, contradiction_of, is_consistent, is_proof
from constancia.ledger.monitor.tile_tree import tree_from_tiles
from constancia.ledger.monitor.watch_folder import LogFolder
from constancia.verify.core.errors import Unreadable
from constancia.verify.core.formats.note import VerifierKey
from constancia.verify.sources.published_log import PublishedLog
from constancia.verify.wire.merkle import Tree

MAX_HELD: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A head that the log must be consistent with, and its source: `own`, `receipt`, or a peer's name."""

    head: SignedHead
    source: str

    @property
    def is_peers(self) -> bool:
        """Whether somebody else was shown it."""
        return self.source not in (OWN, RECEIPT)


class KnownTrees:
    """Trees for heads: the auditor's own memory, and what the log's tiles give now.

    Args:
        memory: What the audits verified.
        published: The log's files; None where it can't be reached.
    """

    def __init__(self, memory: ResumeFile, published: PublishedLog | None) -> None:
        self._memory = memory
        self._published = published
        self._from_tiles: dict[int, Tree | None] = {}

    def tree_for(self, head: SignedHead) -> Tree | None:
        """Return a tree whose root at the head's size is the head's, or None where none can be had."""
        size, root = head.size, head.checkpoint.root
        if size <= self._memory.size and self._memory.root(size) == root:
            return self._memory.tree
        if self._published is None:
            return None
        if size not in self._from_tiles:
            self._from_tiles[size] = tree_from_tiles(self._published, size)
        tree = self._from_tiles[size]
        try:
            return tree if tree is not None and tree.root(size) == root else None
        except Unreadable:
            self._from_tiles[size] = None  # not served: asking again costs requests and gives nothing
            return None


class Holder:
    """Holds heads to each other, and keeps the proof where two contradict.

    Args:
        folder: Where proofs are stored.
        keys: The log's keys.
        trees: Where trees can be had.
    """

    def __init__(self, folder: LogFolder, keys: Sequence[VerifierKey], trees: KnownTrees) -> None:
        self._folder = folder
        self._keys = keys
        self._trees = trees

    def hold(self, mine: Sequence[SignedHead], other: Other) -> tuple[bool | None, list[LogFinding]]:
        """Hold heads that this monitor was shown to one that it was shown before, or that somebody else was.

        Returns:
            Whether they go together (None: not known), and what was found where they do not.
        """
        agreed: bool | None = None
        findings: list[LogFinding] = []
        for head in mine:
            agrees = is_consistent(head, other.head, self._trees)
            if agrees is False:
                findings += self._contradicted(head, other)
            agreed = agrees if agreed is None else agreed and agrees is not False
        return agreed, findings

    def take_proof(self, raw: bytes, source: str) -> LogFinding | None:
        """Take a proof that somebody else made, if it is one against this log's keys."""
        return self._folder.keep_proof(raw, source) if is_proof(raw, self._keys) else None

    def _contradicted(self, head: SignedHead, other: Other) -> list[LogFinding]:
        raw = contradiction_of(head, other.head, self._keys, self._trees)
        stored = None if raw is None else self._folder.keep_proof(raw, other.source)
        return [] if stored is None else [stored]


def behind(head: SignedHead, others: Sequence[Other]) -> list[LogFinding]:
    """Say where the log shows less than it has shown before, or than it has shown to others."""
    findings: dict[str, LogFinding] = {}
    for other in others:
        if other.head.size <= head.size:
            continue
        code = "behind" if other.is_peers else "rollback"
        former = findings.get(code)
        if former is None or former.params["newer"] < other.head.size:
            params = {"size": head.size, "newer": other.head.size, "source": other.source}
            findings[code] = LogFinding(code=code, params=params)
    return list(findings.values())


def keep_held(undecided: Sequence[Other], verified_size: int) -> tuple[tuple[str, str], ...]:
    """Choose the peers' heads that are stored until the log has grown to them.

    Args:
        undecided: Heads of which it is not known whether the log goes on from them.
        verified_size: Size of the tree that this monitor verified.

    Returns:
        The note and the source of at most `MAX_HELD` of them, the largest first, each once.
    """
    sizes = {
        (other.head.note.decode(), other.source): other.head.size
        for other in undecided
        if other.is_peers and other.head.size > verified_size
    }
    return tuple(sorted(sizes, key=lambda head: -sizes[head])[:MAX_HELD])
