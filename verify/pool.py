"""Signatures and other work beside the auditing thread.

- P1: at most a bounded number of jobs waits; a huge log is not held in memory.
- P2: what the jobs find is taken in the order of submission, by the one auditing thread.
- P3: leaving the block, also by an interruption, drops what waits and ends threads and processes.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from constancia.verify.keys import PublicKey, Signature
from constancia.verify.report import Fault, Findings
from constancia.verify.worker import Task, Worker, failing

CHUNK: Final = 64  # signatures a job: some 5 ms of work, small beside the hand-over and soon done at the end
WAITING: Final = 16  # jobs a worker
PROCESSES_FROM: Final = 2_048  # signatures after which starting processes (0.1 s) pays

Place = tuple[str, int | None, str]
Job = Callable[[], Sequence[Fault]]


class Pool:
    """Runs jobs that return faults, in a context; faults go to the findings.

    Args:
        findings: Where faults go.
        workers: Threads, and for long logs as many processes.
    """

    def __init__(self, findings: Findings, workers: int) -> None:
        self._findings = findings
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="verify")
        self._waiting: deque[Future[Sequence[Fault]]] = deque()
        self._limit = workers * WAITING
        self._places: list[Place] = []
        self._tasks: list[Task] = []
        self._checked = 0
        self._own = threading.local()
        # Appended to by the pool's threads, read when they have ended.
        self._processes: list[Worker] = []

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads and processes; on an error drop what waits."""
        self._executor.shutdown(wait=True, cancel_futures=kind is not None)
        for one in self._processes:
            one.close()

    def submit(self, job: Job) -> None:
        """Have a job done; waits when too many wait."""
        while len(self._waiting) >= self._limit:
            self._take()
        self._waiting.append(self._executor.submit(job))

    def check(self, place: Place, key: PublicKey, signature: Signature, message: bytes) -> None:
        """Have a signature checked, together with others.

        Args:
            place: Fault code, index and field, for the fault if it does not verify.
            key: The key it must verify under.
            signature: The signature.
            message: The signed bytes.
        """
        self._places.append(place)
        self._tasks.append((key, signature, message))
        if len(self._tasks) >= CHUNK:
            self._flush()

    def join(self) -> None:
        """Wait for all that was submitted."""
        self._flush()
        while self._waiting:
            self._take()

    def _flush(self) -> None:
        places, tasks = self._places, self._tasks
        self._places, self._tasks = [], []
        self._checked += len(tasks)
        if tasks:
            run = self._in_process if self._checked > PROCESSES_FROM else failing
            self.submit(lambda: [_fault(places[at], *tasks[at][:2]) for at in run(tasks)])

    def _in_process(self, tasks: Sequence[Task]) -> list[int]:
        """Check in this thread's own process, started at its first use."""
        if not hasattr(self._own, "worker"):
            try:
                self._own.worker = Worker()
                self._processes.append(self._own.worker)
            except OSError:
                self._own.worker = None
        worker: Worker | None = self._own.worker
        return failing(tasks) if worker is None else worker.failing(tasks)

    def _take(self) -> None:
        for fault in self._waiting.popleft().result():
            self._findings.add(fault)


def _fault(place: Place, key: PublicKey, signature: Signature) -> Fault:
    code, index, field = place
    expected = f"a signature by {key.key_id} ({key.scheme})"
    level = "L2" if code == "signature" else "L1"
    return Fault(code=code, index=index, field=field, expected=expected, found=signature.sig.hex(), level=level)
