"""The one writer: judges statements against the head and stores a batch of them.

- W1: a batch is one transaction; its entries, leaf hashes and checkpoint are stored together.
- W2: what memory holds is adopted after the commit only; before it, everything can be taken back.
- W3: a refused statement does not touch its neighbours.
- W4: nobody learns an outcome before the commit: not even a refusal, which may have been judged
  against a neighbour that was then not stored.
- W5: when the store reports an error, the store is read again to see what became of the batch; if
  that can't be known, the writer stops.
- W6: if the store is a database server that can't be reached, it is not known whether the batch was stored, and no
  other is accepted. Once the server answers again and its last entry is one that this writer signed, the writer
  continues: with the batch if it was stored, otherwise without it.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent

from constancia.domain.judgement.decide import decide
from constancia.domain.kernel.acts import Act, Recorded
from constancia.domain.kernel.problems import Problem, Refusal
from constancia.domain.state import Change
from constancia.ledger.append.examiner import AppendOutcome, Examiner, Submission, merge, seen_problem
from constancia.ledger.append.head import Head
from constancia.ledger.append.write_guard import WriteGuard
from constancia.ledger.clock import Clock, parse_recorded_at, posix_seconds
from constancia.ledger.errors import Fatal, LedgerError, LostRace, NotStored, StoreUnavailable, WritesRefused
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.store.application import EntryApplication
from constancia.ledger.store.batch import Batch, plan_batch
from constancia.ledger.store.mapper import stored_event
from constancia.ledger.store.postgres_errors import unavailable
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.statement import Statement
from constancia.verify.speed.entry_patterns import read_entry

_RETRY_AFTER_S = 5.0

Outcome = AppendOutcome | Exception
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """What readers may know: the last stored size, its checkpoint, its last entry's time."""

    size: int
    checkpoint: bytes
    recorded_at: str


class Writer:
    """Advances one ledger. Belongs to one thread; `tip` may be read by all."""

    def __init__(
        self,
        *,
        application: EntryApplication,
        head: Head,
        signer: LogSigner,
        examiner: Examiner,
        clock: Clock,
    ) -> None:
        """Continues from a head that agrees with the store."""
        self._application = application
        self._head = head
        self._signer = signer
        self._examiner = examiner
        self._clock = clock
        self._accepted: list[StoredEvent] = []
        self._accepted_ids: dict[str, Entry] = {}  # by statement id, in the same order
        self._accepted_changes: list[tuple[Recorded, Change]] = []  # in the same order
        self._turn = threading.Lock()
        self._doubt: Batch | None = None  # sent to a store that is away: stored, or not
        self._is_unread = False  # the store was away, and its end was not yet seen since
        self.unsettled: StoreUnavailable | None = None  # why not, where it is no longer away
        self.tip = tip_of(application.store.last_batch(), head)
        self.guard = WriteGuard()
        self.after_genesis: Callable[[], None] = _nothing
        self.after_batch: Callable[[], None] = _nothing
        self.after_storing: Callable[[Sequence[tuple[Recorded, Change]]], None] = _forget

    def write(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """Judges and stores a batch.

        Args:
            submissions: Examined submissions, at most `records.MAX_BATCH`.

        Returns:
            One outcome for each, in order: what was appended, or why it was not.

        Raises:
            Fatal: The writer can't go on.
        """
        with self._turn:
            return self._write(submissions)

    def _write(self, submissions: Sequence[Submission]) -> list[Outcome]:
        # First what the last batch left in doubt: its changes are still those accepted.
        refused = self._revive() or self.guard.refusal(wait=True)
        if refused is not None:
            # A guard may give the same error each time: else its trace would go on from that of the batch before.
            return [refused.with_traceback(None)] * len(submissions)
        self._accepted, self._accepted_ids, self._accepted_changes = [], {}, []
        try:
            outcomes = self._judge_all(submissions)
            if self._accepted:
                self._store()
        except NotStored as error:
            return [error] * len(submissions)
        except WritesRefused as error:  # the store is away, or the token with the log's key
            if self._doubt is None:
                self._head.retract()
            return [error] * len(submissions)
        except PersistenceError as error:
            self._head.retract()
            unread = NotStored(f"the store can't be read: {error}", retry_after_s=_RETRY_AFTER_S)
            return [unread] * len(submissions)
        except BaseException:
            self._head.retract()
            raise
        return outcomes

    def _judge_all(self, submissions: Sequence[Submission]) -> list[Outcome]:
        now = self._clock.now()
        recorded_at = self._head.time_for(now)
        known = self._application.store.statement_positions(
            [submission.signed.statement.id for submission in submissions]
        )
        return [self._judge(submission, recorded_at, known, now) for submission in submissions]

    def _judge(self, submission: Submission, recorded_at: str, known: dict[str, int], now: datetime) -> Outcome:
        statement = submission.signed.statement
        try:
            earlier = self._earlier(statement.id, known)
            if earlier is not None and _is_of(earlier, statement):
                return AppendOutcome(entry=earlier, replayed=True)
            self._check_guard(statement, now)
            return self._append(submission, statement, recorded_at, is_new=earlier is None)
        except (Malformed, Refusal, WritesRefused) as error:
            return error
        except (Fatal, PersistenceError):
            raise
        except Exception as error:  # noqa: BLE001 (see below)
            # Judging changes nothing, so that a fault of ours in judging one statement is that
            # statement's failure alone.
            _log.exception("judging statement %s failed", statement.id)
            return error

    def _check_guard(self, statement: Statement, now: datetime) -> None:
        objection = self.guard.objection(statement, now)
        if isinstance(objection, WritesRefused):
            raise objection
        if objection is not None:
            raise Refusal(objection, {"size": self._head.size, "now": f"{now:%Y-%m-%dT%H:%M:%SZ}"})

    def _earlier(self, statement_id: str, known: dict[str, int]) -> Entry | None:
        if statement_id in self._accepted_ids:
            return self._accepted_ids[statement_id]
        position = known.get(statement_id)
        if position is None:
            return None
        [row] = self._application.recorder.select_notifications(position, 1)
        return read_entry(bytes(row.state))

    def _append(self, submission: Submission, statement: Statement, recorded_at: str, *, is_new: bool) -> AppendOutcome:
        self._examiner.prove(submission, is_final=True)
        problems = [] if is_new else [_duplicate(statement)]
        if not submission.seen_fits:
            contradiction = seen_problem(statement.seen, self._head.size, self._head.tree.root)
            problems += [contradiction] if contradiction is not None else []
        entry, recorded = self._head.compose(statement, submission.signed.signatures, recorded_at)
        change = self._head.extend(entry, recorded, self._decide(recorded, problems))
        self._accepted.append(stored_event(entry, recorded.originator_version))
        self._accepted_ids[statement.id] = entry
        self._accepted_changes.append((recorded, change))
        return AppendOutcome(entry=entry, replayed=False)

    def _decide(self, recorded: Recorded, problems: list[Problem]) -> Act[Any]:
        head = self._head
        act, refusal = None, None
        try:
            act = decide(head.state, recorded, head.lookup)
        except Refusal as refused:
            refusal = refused
        refusal = merge(refusal, problems, head.size)
        if refusal is not None or act is None:
            raise refusal or TypeError("neither an act nor a refusal")
        return act

    def _store(self) -> None:
        head = self._head
        first = head.stored_size
        batch = plan_batch(
            first_index=first,
            leaf_hashes=head.tree.leaves(first, head.size),
            statement_ids=list(self._accepted_ids),
            root=head.tree.root(),
            sign=partial(self._signer.checkpoint, time=posix_seconds(parse_recorded_at(head.recorded_at))),
        )
        # A crash here leaves nothing: the signed checkpoint was shown to nobody, and the clients,
        # who have no answer, send their statements again.
        try:
            self._application.store.insert_events(self._accepted, batch=batch)
        except Exception as error:  # noqa: BLE001 (whatever it was, the store knows the outcome)
            self._resolve_doubt(batch, error)
        self._adopt(batch)

    def _adopt(self, batch: Batch) -> None:
        """Show a batch that is stored to everybody."""
        head = self._head
        # A crash here leaves the batch stored and unacknowledged. The next start reads it back like
        # any other batch; a client that sends its statement again gets the receipt of this one.
        head.settle()
        self.after_storing(self._accepted_changes)
        self.tip = Tip(size=batch.size, checkpoint=batch.checkpoint, recorded_at=head.recorded_at)
        # A crash here leaves projections behind: they go on from their own position at the next start.
        self._application.store.tell_listeners()
        if batch.first_index == 0:
            self._tell_genesis()
        self.after_batch()

    def look_after(self) -> None:
        """Notice a store or a token that went away, and go on once it is back: now and then, by a thread of its own.

        Raises:
            Fatal: The store is back, and does not end where this writer has signed.
        """
        for token in self._signer.tokens:
            token.look_after()
        self._application.store.check()
        if self._must_revive:
            with self._turn:
                self._revive()

    @property
    def _must_revive(self) -> bool:
        return self._application.store.away is not None or self._doubt is not None or self._is_unread

    def _revive(self) -> StoreUnavailable | None:
        """Go on after the store was away, or say why nothing can be stored yet."""
        store = self._application.store
        if not self._must_revive:
            return None
        self._is_unread = True
        try:
            last = store.settled_tail()
        except StoreUnavailable as away:
            return away
        except PersistenceError as error:  # the session is back, and its end can't be read yet: a lock on a table
            self.unsettled = store.away or unavailable("E_STORE_GONE", error)
            return self.unsettled
        self.unsettled = None
        doubt, self._doubt, self._is_unread = self._doubt, None, False
        if doubt is not None and last is not None and last.checkpoint == doubt.checkpoint:
            self._adopt(doubt)
            return None
        self._head.retract()
        if (last.checkpoint if last is not None else b"") != self.tip.checkpoint:
            raise LostRace(
                "the database does not end where this server has signed: a copy that lagged was put in its place, or "
                "another server wrote",
                where=f"size {last.size if last is not None else 0}, signed {self.tip.size}",
            )
        _log.warning("the database is back at size %d", self.tip.size)
        return None

    def _tell_genesis(self) -> None:
        # A crash before this is made good at the next opening, and so is a failure of it: the
        # genesis is stored and must be acknowledged.
        try:
            self.after_genesis()
        except (OSError, LedgerError):
            _log.exception("the trust folder could not be written")

    def _resolve_doubt(self, batch: Batch, error: Exception) -> None:
        """Find out what became of a batch whose storing ended in an error.

        Returns when the batch is stored all the same.
        """
        try:
            last = self._application.store.settled_tail()
        except StoreUnavailable:
            self._doubt = batch
            raise
        except PersistenceError as unreadable:
            if self._application.is_remote:
                self._doubt, self.unsettled = batch, unavailable("E_STORE_GONE", unreadable)
                raise self.unsettled.with_traceback(None) from unreadable
            raise Fatal(
                f"after a failed write ({error}) the store can't be read ({unreadable})",
                where=f"entries {batch.first_index} to {batch.size - 1}",
            ) from unreadable
        if last is not None and last.checkpoint == batch.checkpoint:
            _log.warning("a batch was stored although an error was reported: %s", error)
            return
        self._head.retract()
        where = f"entries {batch.first_index} to {batch.size - 1}"
        if (last.size if last is not None else 0) != batch.first_index:
            raise LostRace("the store was changed by another writer", where=where) from error
        if isinstance(error, StoreUnavailable):
            raise error
        if isinstance(error, IntegrityError):
            raise Fatal(f"the store refuses what the head planned: {error}", where=where) from error
        raise NotStored(f"nothing was stored: {error}", retry_after_s=_RETRY_AFTER_S) from error


def tip_of(last: Batch | None, head: Head) -> Tip:
    """Return what readers may know of a head that ends with a stored batch."""
    checkpoint = last.checkpoint if last is not None else b""
    return Tip(size=head.size, checkpoint=checkpoint, recorded_at=head.recorded_at)


def _forget(_stored: Sequence[tuple[Recorded, Change]]) -> None:
    """Where nobody reads a state of what was stored."""


def _nothing() -> None:
    """Where nobody waits for the genesis, or for batches."""


def _is_of(entry: Entry, statement: Statement) -> bool:
    return entry.statement.raw == statement.raw


def _duplicate(statement: Statement) -> Problem:
    return Problem(
        code="E_DUPLICATE",
        rule="a statement's id is used once; other bytes need another id",
        found={"id": statement.id},
    )
