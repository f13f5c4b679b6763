"""Quorum status: which tree the policy's quorum has cosigned, by whom and when.

It reads the stored cosignatures and verifies each with the policy again before serving it, because the file may have
been altered. `collector` asks the witnesses for them.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from constancia.ledger.reader.log import Log
from constancia.ledger.witnesses.cosignature_store import CosignatureRow, CosignatureStore
from constancia.ledger.witnesses.protocol import parse_answer
from constancia.verify.core.errors import Malformed, Unsupported
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import Note, NoteSignature, VerifierKey, format_vkey, parse_note
from constancia.verify.core.formats.policy import NO_QUORUM, Policy

# Suffix of a witness's ML-DSA-44 name in the policies that we write.
MLDSA44_SUFFIX: Final = "-mldsa44"
MAX_TIME: Final = 253_402_300_799  # the last second of the year 9999: later times are not valid
_CACHED: Final = 64
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedTree:
    """A tree that the quorum has cosigned: size, when the quorum was full (POSIX seconds), by which witnesses."""

    size: int
    at: int
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The valid cosignatures of one tree: lines to serve, and when each witness of the policy signed."""

    lines: bytes
    cosigned: Mapping[str, int]


class QuorumStatus:
    """Computes the quorum status. Safe to use from several threads."""

    def __init__(self, policy: Policy | None, store: CosignatureStore, log: Log, origin: str) -> None:
        """Combine policy, cosignatures and log; without a policy nothing is witnessed."""
        self.policy = policy
        self.store = store
        self._log = log
        self._origin = origin
        self._lock = threading.Lock()
        self.sound: Callable[[int, tuple[CosignatureRow, ...]], Sound] = lru_cache(_CACHED)(self._read)
        self._latest: WitnessedTree | None = None
        self._mark: tuple[int, int] | None = None

    @property
    def is_asked_for(self) -> bool:
        """Whether the policy requires witnesses."""
        return self.policy is not None and self.policy.quorum != NO_QUORUM

    @property
    def witnesses(self) -> dict[str, VerifierKey]:
        """The policy's witnesses by name, without the log's own cosigner."""
        known = {} if self.policy is None else self.policy.witnesses
        return {name: key for name, key in known.items() if key.name != self._origin}

    def addresses(self, given: Mapping[str, str]) -> dict[str, str]:
        """Give where the policy's witnesses are asked, by name; one without an address is not.

        Args:
            given: Addresses that count instead of the policy's.
        """
        known = {} if self.policy is None else self.policy.urls
        places = {name: given.get(name) or known.get(name) for name in self.witnesses}
        return {name: url for name, url in places.items() if url}

    def lines(self, size: int) -> bytes:
        """Return the witnesses' signature lines for a tree, to append to the log's own."""
        rows = self.store.at(size)
        return self.sound(size, rows).lines if rows else b""

    def latest(self, most: int | None = None) -> WitnessedTree | None:
        """Give the largest tree that the quorum has cosigned, of at most `most` entries; None if there is none yet."""
        if not self.is_asked_for:
            return None
        if most is not None:
            within = (self._at(size) for size in self.store.sizes(0) if size <= most)
            return next((tree for tree in within if tree is not None), None)
        with self._lock:
            mark = (self.store.mark(), self._log.size)
            if mark != self._mark:
                above = self._latest.size if self._latest is not None else 0
                trees = (self._at(size) for size in self.store.sizes(above) if size <= self._log.size)
                self._latest = next((tree for tree in trees if tree is not None), self._latest)
                self._mark = mark
            return self._latest

    def covering(self, index: int) -> int | None:
        """Return the size of the latest witnessed tree if it holds the entry at an index."""
        latest = self.latest()
        return latest.size if latest is not None and latest.size > index else None

    def last_by(self, name: str) -> tuple[int, int] | None:
        """Return size and POSIX seconds of a witness's latest valid cosignature."""
        key = self.witnesses[name]
        row = self.store.last_by(key)
        if row is None or row.size > self._log.size:
            return None
        time = self.sound(row.size, self.store.at(row.size)).cosigned.get(name)
        return None if time is None else (row.size, time)

    def _at(self, size: int) -> WitnessedTree | None:
        policy = self.policy
        cosigned = self.sound(size, self.store.at(size)).cosigned
        if policy is None or not policy.is_met(policy.quorum, frozenset(cosigned)):
            return None
        at = next(
            time
            for time in sorted(cosigned.values())
            if policy.is_met(policy.quorum, frozenset(name for name, when in cosigned.items() if when <= time))
        )
        return WitnessedTree(size=size, at=at, by=self._names(cosigned))

    def _names(self, cosigned: Mapping[str, int]) -> tuple[str, ...]:
        """Name each cosigner once, also one that signed with both its keys."""
        names = {key.name: name for name, key in reversed(self.witnesses.items()) if name in cosigned}
        return tuple(reversed(names.values()))

    def _read(self, size: int, rows: tuple[CosignatureRow, ...]) -> Sound:
        """Verify the rows of a tree, and the log's own cosignature, with the policy."""
        note = parse_note(self._log.signed(size))
        root = self._log.root(size)
        lines: list[str] = []
        cosigned: dict[str, int] = {}
        for signature in note.signatures:
            self._hold(note, signature, cosigned)
        for row in rows:
            if row.root == root and self._is_sound(note, row, cosigned):
                lines.append(f"{row.line}\n")
            else:
                _log.error("a cosignature by %s of size %d does not hold, and is not served", row.key, size)
        return Sound(lines="".join(lines).encode(), cosigned=cosigned)

    def _is_sound(self, note: Note, row: CosignatureRow, cosigned: dict[str, int]) -> bool:
        try:
            signatures = parse_answer(note.text, f"{row.line}\n".encode())
        except Malformed:
            return False
        return len(signatures) == 1 and self._hold(note, signatures[0], cosigned)

    def _hold(self, note: Note, signature: NoteSignature, cosigned: dict[str, int]) -> bool:
        """Check a line under each witness key that it claims to be by; False if one fails."""
        for name, key in ({} if self.policy is None else self.policy.witnesses).items():
            if key.matches(signature):
                try:
                    cosigned[name] = min(verify_cosignature(key, signature, note.text), MAX_TIME)
                except Malformed:
                    return False
                except Unsupported:
                    return True
        return True


def policy_lines(name: str, keys: Sequence[VerifierKey], url: str | None = None) -> list[str]:
    """Return the policy lines of one witness: one for each of its keys, Ed25519 under the name itself.

    Source: C2SP tlog-policy.
    """
    tail = "" if url is None else f" {url}"
    names = (name, name + MLDSA44_SUFFIX)
    return [f"witness {label} {format_vkey(key)}{tail}" for label, key in zip(names, keys, strict=False)]
