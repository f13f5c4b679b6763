"""Signatures checked in parallel with the auditing thread: by threads first, by processes if a log is long.

- P1: at most a bounded number of chunks waits; a huge log is not held in memory.
- P2: only the auditing thread takes the results, in the order of submission.
- P3: leaving the block, also by an interruption, drops pending work and ends threads and processes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Self, TypeVar

from constancia.verify.core.formats.signatures import PublicKey, Signature
from constancia.verify.core.report import FaultList
from constancia.verify.core.signature_check import InOrder, Place, signature_fault
from constancia.verify.speed.signature_worker import Chunk, Worker, answered, start

CHUNK: Final = 64  # signatures: some 5 ms of work, enough to outweigh the hand-over, little to wait for at the end
AHEAD: Final = 8  # chunks sent to a process ahead of its answers: its pipe holds them
WAITING: Final = 32  # chunks per worker, including those that wait for earlier ones
PROCESSES_FROM: Final = 2_048  # signatures after which starting processes (0.1 s) pays

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Pool(InOrder):
    """Checks signatures, in a context; faults go to the findings.

    Args:
        findings: Receives faults.
        workers: Threads, and for long logs as many processes.
    """

    def __init__(self, findings: FaultList, workers: int) -> None:
        super().__init__(findings)
        self._workers = workers
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="verify")
        self._waiting: deque[tuple[list[Place], Chunk, Future[None] | None]] = deque()
        self._places: list[Place] = []
        self._chunk = Chunk([])
        self._to_come = self._begun = 0
        self._processes: list[Worker] | None = None  # not started yet

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        """End the threads and processes; on an error drop pending work."""
        self._executor.shutdown(wait=True, cancel_futures=kind is not None)
        for process in self._processes or ():
            process.close()

    def expect(self, count: int) -> None:
        """Announce the minimum number of signatures: processes are started at once if that pays."""
        self._to_come = max(0, count)

    def check(self, place: Place, key: PublicKey, signature: Signature, message: bytes) -> None:
        """Queue a signature for checking, together with others.

        Args:
            place: Fault code, index and field, for the fault if it does not verify.
            key: The key it must verify under.
            signature: The signature.
            message: The signed bytes.
        """
        self._places.append(place)
        self._chunk.tasks.append((key, signature, message))
        if len(self._places) >= CHUNK:
            self._flush()

    def each(self, work: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
        """Do the same work on each item in the threads; yield the results in order (rules P1, P2).

        Args:
            work: What is done, long enough to outweigh the hand-over; it changes nothing that others read.
            items: Read by the caller's thread, a bounded number ahead.
        """
        waiting: deque[Future[_Result]] = deque()
        for item in items:
            waiting.append(self._executor.submit(work, item))
            if len(waiting) >= self._workers * WAITING:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def join(self) -> None:
        """Wait for all pending checks."""
        self._flush()
        self._settle(0)

    def _flush(self) -> None:
        places, chunk = self._places, self._chunk
        if not places:
            return
        self._places, self._chunk = [], Chunk([])
        self._settle(self._workers * WAITING - 1)
        self._waiting.append((places, chunk, self._begin(chunk)))

    def _begin(self, chunk: Chunk) -> Future[None] | None:
        """Start checking a chunk; return the future if a thread does it."""
        self._begun += len(chunk.tasks)
        if self._processes is None and max(self._to_come, self._begun) > PROCESSES_FROM:
            self._processes = start(self._workers)
        if not self._processes:
            return self._executor.submit(chunk.check)
        self._take(wait=False)
        while all(process.under_way >= AHEAD for process in self._processes):
            self._take(wait=True)
        min(self._processes, key=lambda process: process.under_way).begin(chunk)
        return None

    def _take(self, *, wait: bool) -> None:
        """Take all answers that are ready, from any process."""
        asked = [process for process in self._processes or () if process.under_way]
        for ready in answered(asked, wait=wait) if asked else ():
            ready.take()

    def _settle(self, most: int) -> None:
        """Take the results in order, until at most this many chunks are pending."""
        while self._waiting and (self._waiting[0][1].failing is not None or len(self._waiting) > most):
            places, chunk, future = self._waiting.popleft()
            if future is not None:
                future.result()
            while chunk.failing is None:
                self._take(wait=True)
            for at in chunk.failing:
                self._findings.add(signature_fault(places[at], *chunk.tasks[at][:2]))
