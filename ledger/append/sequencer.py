"""Many submitters, one writer.

    submit ──► incoming ──► writer thread: examine, judge, store ──► futures
               (bounded)    batches up to 512

- Q1: at most `capacity` statements are under way; the next one gets `Busy` at once, before any
  work was spent on it.
- Q2: a batch is what has gathered while the writer was busy; nothing ever waits for a batch to fill.
- Q3: a future is settled after its batch is durable, or after it is known that it is not.
- Q4: whatever stops the writer fails every future, and every later submission: nobody hangs.

Contract: of two statements where the second rests on the first, the second must be submitted after
the first one's outcome is known; statements that are under way together may be recorded in any
order. The callee never settles a future before the entry is durable; the caller must not take a
`Busy` or `NotStored` for a refusal, and may send the same bytes again at any time.
"""

import gc
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from constancia.domain.kernel.problems import Refusal
from constancia.ledger.append.batch_queue import BatchQueue
from constancia.ledger.append.examiner import AppendOutcome, Examiner, Submission
from constancia.ledger.append.writer import Outcome, Writer
from constancia.ledger.errors import Busy, Closed, Fatal, LedgerError
from constancia.ledger.store.batch import MAX_BATCH
from constancia.ledger.submission import SignedStatement
from constancia.verify.core.errors import Malformed

CAPACITY: Final = 4_096
_RETRY_AFTER_S: Final = 1.0
# Python lets a thread run 5 ms before another may have the interpreter. A writer that comes back from
# the database or a signature would wait that long behind a busy neighbour, each time; much shorter
# turns cost more in hand-overs than they save (measured, docs/PERFORMANCE.md).
_SWITCH_INTERVAL_S: Final = 1e-3

_log = logging.getLogger(__name__)


# The interpreter looks for cycles after every 700 new objects, and now and then at all that there are: a ledger in
# memory is many objects without a cycle among them, and a request makes a thousand (measured, docs/PERFORMANCE.md).
_COLLECT_AFTER: Final = (20_000, 20, 50)


def tune_interpreter() -> None:
    """Shorten the interpreter's switch interval, and have it look for cycles less often; for who starts a server.

    It concerns the whole process, so that no library code calls it.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    gc.set_threshold(*_COLLECT_AFTER)


def leave_memory_alone() -> None:
    """Have the interpreter look for cycles, and never among what there is now: called when the ledger is open."""
    gc.freeze()
    gc.enable()


class Sequencer:
    """Takes statements in, and gives each a place in the log or a reason why not."""

    def __init__(
        self,
        writer: Writer,
        examiner: Examiner,
        *,
        on_refused: Callable[[Sequence[tuple[Submission, Refusal | Malformed]]], None],
        capacity: int = CAPACITY,
        batch_limit: int = MAX_BATCH,
    ) -> None:
        """Start the threads.

        Args:
            writer: The writer, which from now on belongs to this sequencer's thread.
            examiner: Checks what is handed in, before the writer judges it.
            on_refused: Gets what was refused, before its submitter has the refusal.
            capacity: Most statements under way.
            batch_limit: Most entries in one transaction.
        """
        self._on_refused = on_refused
        self._writer = writer
        self._examiner = examiner
        self._capacity = capacity
        self._batch_limit = min(batch_limit, MAX_BATCH)
        self._incoming: BatchQueue[Submission] = BatchQueue()
        self._lock = threading.Lock()
        self._under_way = 0
        self._end: LedgerError | None = None
        # Threads of their own for the signatures would cost more in hand-overs than they win: a check takes a third of
        # what the writer does for the entry, and lets the submitters' threads run (measured, docs/PERFORMANCE.md).
        self._writing = threading.Thread(target=self._write, name="writer", daemon=True)
        self._writing.start()

    @property
    def failure(self) -> LedgerError | None:
        """Why the sequencer takes nothing in any more; None while it works."""
        return self._end

    @property
    def under_way(self) -> int:
        """How many statements have no outcome yet."""
        return self._under_way

    def submit(self, signed: SignedStatement) -> Future[AppendOutcome]:
        """Take a statement in.

        Args:
            signed: The statement and its signatures.

        Returns:
            A future for the outcome: `AppendOutcome`, or `Malformed`, `Refusal`, `NotStored`, `Fatal`.

        Raises:
            Busy: Too much is under way.
            Closed: The ledger was closed.
            Fatal: The writer has stopped.
        """
        submission = self.take_in(signed)
        self.hand_on([submission])
        return submission.future

    def take_in(self, signed: SignedStatement) -> Submission:
        """Take a statement in whose work begins when it is handed on; otherwise as `submit`.

        Raises:
            Busy, Closed, Fatal: As `submit`.
        """
        with self._lock:
            if self._end is not None:
                raise self._end.with_traceback(None)  # else each trace goes on from the one before, with its frames
            if self._under_way >= self._capacity:
                raise Busy(f"{self._under_way} statements are under way", retry_after_s=_RETRY_AFTER_S)
            self._under_way += 1
        return Submission(signed=signed)

    def hand_on(self, submissions: Sequence[Submission]) -> None:
        """Hand on what was taken in: many at once wake one thread, where each alone would wake one."""
        with self._lock:
            end = self._end
            if end is None:
                self._incoming.put(*submissions)
        if end is not None:
            wanted = self._wanted(submissions)
            self._settle(wanted, [end] * len(wanted))

    def close(self) -> None:
        """Take nothing in any more, lets everything under way come to its end, and stops."""
        with self._lock:
            if self._end is None:
                self._end = Closed("the ledger was closed")
        self._incoming.close()
        self._writing.join()

    def _examine(self, submission: Submission) -> Exception | None:
        """Give why a statement is refused before the law is asked; None if nothing was found."""
        try:
            self._examiner.examine(submission)
        except (Malformed, Refusal) as refused:
            return refused
        except Exception as error:  # noqa: BLE001 (see below)
            # A bug of ours in reading one statement must not end the thread: all others would wait
            # without end.
            _log.exception("examining a statement failed")
            return error
        return None

    def _write(self) -> None:
        while taken := self._incoming.take(self._batch_limit):
            examined = [(submission, self._examine(submission)) for submission in self._wanted(taken)]
            refused = [(submission, error) for submission, error in examined if error is not None]
            if refused:  # all at once: to note them is one transaction, for which the others wait
                self._settle([submission for submission, _ in refused], [error for _, error in refused])
            batch = [submission for submission, error in examined if error is None]
            if batch:
                self._settle(batch, self._outcomes_of(batch))

    def _wanted(self, submissions: Sequence[Submission]) -> list[Submission]:
        """Give those whose outcome somebody still waits for; it can't be cancelled any more."""
        wanted = [each for each in submissions if each.future.set_running_or_notify_cancel()]
        self._leave(len(submissions) - len(wanted))
        return wanted

    def _outcomes_of(self, batch: Sequence[Submission]) -> Sequence[Outcome]:
        end = self._end
        if not isinstance(end, Fatal):
            try:
                return self._writer.write(batch)
            except Exception as error:  # noqa: BLE001 (whatever it is, nobody may be left waiting)
                end = self._stop(error)
        return [end] * len(batch)

    def stop(self, error: Exception) -> None:
        """Take nothing in any more, because of a fault that was found elsewhere."""
        self._stop(error)

    def _stop(self, error: Exception) -> Fatal:
        _log.critical("the writer stops", exc_info=error)
        fatal = error if isinstance(error, Fatal) else Fatal(str(error), where="the writer")
        with self._lock:
            self._end = fatal
        return fatal

    def _settle(self, batch: Sequence[Submission], outcomes: Sequence[Outcome]) -> None:
        self._leave(len(batch))
        pairs = zip(batch, outcomes, strict=True)
        refused = [(submission, error) for submission, error in pairs if isinstance(error, Refusal | Malformed)]
        if refused:
            try:
                self._on_refused(refused)
            except Exception:  # noqa: BLE001 (see below)
                # Whatever it is: submitters wait for their outcome, and the writer must go on.
                _log.exception("what was refused could not be noted")
        for submission, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception):
                submission.future.set_exception(outcome)
            else:
                submission.future.set_result(outcome)

    def _leave(self, count: int) -> None:
        with self._lock:
            self._under_way -= count
