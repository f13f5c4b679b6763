"""Refuses to sign sizes that somebody may have seen signed otherwise: the guard against a restored backup.

- B1: before the first signature after a start the store is compared with its own published checkpoint, with the
  stored cosignatures, and with each witness that answers in time. A witness that does not answer in time is named,
  and asked again.
- B2: what contradicts the store refuses writing until it is gone, or accepted with a reason that becomes public.
- B3: a contradiction is signed, or is the answer of a configured witness. In the place where the log is published, a
  signature by a key that this copy does not have counts too: the copy may be older than a change of key.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from constancia.ledger.append.write_guard import WriteGuard
from constancia.ledger.clock import format_recorded_at
from constancia.ledger.disk.durable import sync_folder
from constancia.ledger.errors import RolledBack
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.reader.log import Log
from constancia.ledger.witnesses.quorum_status import QuorumStatus
from constancia.ledger.witnesses.rollback_records import (
    RollbackRecords,
    StoreContradiction,
    contradiction_in,
    contradiction_of,
)
from constancia.verify.core.errors import Malformed, Unreadable, Unsupported
from constancia.verify.core.formats.checkpoint import Checkpoint, format_checkpoint
from constancia.verify.core.formats.cosignature import verify_cosignature
from constancia.verify.core.formats.note import MAX_NOTE_BYTES, VerifierKey, parse_note
from constancia.verify.sources.files import read_file

if TYPE_CHECKING:
    from constancia.ledger.witnesses.collector import CosignatureCollector

PUBLISHED: Final = "log/checkpoint"
KEPT: Final = "cosignatures.sqlite"
SET_ASIDE: Final = "set-aside"
_log = logging.getLogger(__name__)

ReadCheckpoint = Callable[[], bytes | None]


class RollbackGuard(WriteGuard):
    """Compares one open ledger with what others have seen of it. Safe to use from several threads."""

    def __init__(  # noqa: PLR0913, PLR0917 (each is compared with, or says what is accepted)
        self,
        log: Log,
        witnessing: QuorumStatus,
        log_keys: Sequence[VerifierKey],
        folder: LedgerFolder,
        records: RollbackRecords,
        published: Sequence[tuple[str, ReadCheckpoint]] = (),
    ) -> None:
        """Compare with what is at hand; `collector`, once set, tells what the witnesses answer.

        Args:
            log: The log.
            witnessing: Policy and stored cosignatures.
            log_keys: The log's keys; any of them signs.
            folder: The ledger's folder.
            records: What the operator has accepted.
            published: Further places where the log's checkpoint is published: a name, and what reads it (None: nothing
                is there). One that can't be read raises OSError.
        """
        self._log = log
        self._witnessing = witnessing
        self._keys = log_keys
        self._folder = folder
        self.records = records
        self.collector: CosignatureCollector | None = None
        self._waited = False
        self._lock = threading.Lock()
        self.unread: list[str] = []
        own = (PUBLISHED, lambda: _read(folder.log / "checkpoint"))
        self._found = [*self._in_published([own, *published]), *self._in_cosignatures()]

    def contradictions(self) -> list[StoreContradiction]:
        """Give what contradicts the store now and is not accepted."""
        answers = self.collector.objections if self.collector is not None else {}
        from_witnesses = [
            StoreContradiction(by=f"witness {name}", code=code, size=size) for name, (code, size) in answers.items()
        ]
        return [claim for claim in (*self._found, *from_witnesses) if not self.records.covers(claim)]

    @property
    def not_compared(self) -> tuple[str, ...]:
        """The witnesses and places that have not been compared with since the start."""
        witnesses = self.collector.not_compared if self.collector is not None and self._log.size else ()
        return (*witnesses, *self.unread)

    def refusal(self, *, wait: bool = False) -> RolledBack | None:
        """Give why nothing is signed; see `WriteGuard.refusal`. Only the first call that waits really waits."""
        if wait:
            self._wait()
        contradictions = self.contradictions()
        if not contradictions:
            return None
        shown = "; ".join(f"{claim.by}: {claim.code} {claim.size or ''}".strip() for claim in contradictions)
        size = self._log.size
        return RolledBack(
            f"Este libro tiene {size} registros y otros han visto más, u otra raíz ({shown}): no se firma nada. Si se "
            "restauró un respaldo viejo, ponga uno más nuevo; si no lo hay, vuelva a arrancar con --accept-rollback "
            "«motivo», que se publica",
            f"this ledger has {size} entries and others have seen more, or another root ({shown}): nothing is signed. "
            "If an old backup was restored, put back a newer one; if there is none, start again with --accept-rollback "
            "“reason”, which is published",
        )

    def accept(self, reason: str, now: datetime) -> bool:
        """Go on in spite of what contradicts the store, and record it for everybody.

        Args:
            reason: The operator's words.
            now: When.

        Returns:
            Whether there was anything to accept.

        Raises:
            LedgerError: There is no reason, or it is too long.
        """
        self._wait()
        contradictions = self.contradictions()
        if not contradictions:
            return False
        size = self._log.size
        self.records.add(
            at=format_recorded_at(now), size=size, root=self._log.root(size).hex(), reason=reason, seen=contradictions
        )
        for claim in contradictions:
            _log.warning("rollback accepted: %s shows %s %d, we go on from %d", claim.by, claim.code, claim.size, size)
        self._set_aside({claim.by for claim in contradictions})
        return True

    def _set_aside(self, sources: set[str]) -> None:
        """Move a published folder of the other history away: as evidence it stays, and nothing continues it.

        A crash between record and move leaves the record; publishing then refuses, and names the folder.
        """
        if PUBLISHED in sources and self._folder.log.is_dir():
            place = self._folder.path / SET_ASIDE
            place.mkdir(exist_ok=True)
            self._folder.log.rename(place / f"log-{len(self.records.items)}")
            sync_folder(self._folder.path)

    def _wait(self) -> None:
        with self._lock:
            if self._waited or self.collector is None or not self._log.size:
                return
            self._waited = True
            if not self.collector.wait_compared():
                names = ", ".join(self.collector.not_compared)
                _log.warning("no answer from the witnesses %s: not compared with them; they are asked again", names)

    def _in_published(self, places: Sequence[tuple[str, ReadCheckpoint]]) -> Iterator[StoreContradiction]:
        for name, read in places:
            try:
                raw = read()
                log = self._log
                claim = None if raw is None else contradiction_in(name, raw, self._keys, log.size, log.root)
            except (OSError, Malformed) as error:
                _log.warning("%s can't be compared with: %s", name, error)
                self.unread.append(name)
                continue
            if claim is not None:
                yield claim

    def _in_cosignatures(self) -> Iterator[StoreContradiction]:
        """Give the largest tree beyond the log and the largest within it, of each witness key whose signature holds."""
        for key in self._witnessing.witnesses.values():
            for row in self._witnessing.store.ends_of(key, self._log.size):
                text = format_checkpoint(key_origin := self._keys[0].name, row.size, row.root)
                try:
                    [signature] = parse_note(f"{text}\n{row.line}\n".encode()).signatures
                    verify_cosignature(key, signature, text)
                except (Malformed, Unsupported, ValueError):
                    _log.warning("a stored cosignature of %s at %d is not valid", key_origin, row.size)
                    continue
                checkpoint = Checkpoint(origin=key_origin, size=row.size, root=row.root)
                claim = contradiction_of(KEPT, checkpoint, self._log.size, self._log.root)
                if claim is not None:
                    yield claim


def _read(path: Path) -> bytes | None:
    try:
        return read_file(path, MAX_NOTE_BYTES)
    except Unreadable as error:
        raise OSError(str(error)) from error
