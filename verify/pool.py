"""Signatures on worker threads: the library releases the interpreter's lock, so two cores do twice the work.

- P1: at most a bounded number of jobs waits; a huge log is not held in memory.
- P2: what the jobs find is taken in the order of submission, by the one auditing thread.
- P3: leaving the block, also by an interruption, drops what waits and ends the threads.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self

from constancia.verify.keys import PublicKey, Signature, verify_signature
from constancia.verify.pae import signed_bytes
from constancia.verify.report import Fault, Findings

CHUNK: Final = 32  # signatures a job: 4 ms of work, small beside the hand-over and soon done at the end
WAITING: Final = 16  # jobs a worker

Job = Callable[[], Sequence[Fault]]


class Pool:
    """Runs jobs that return faults, in a context; faults go to the findings.

    Args:
        findings: Where faults go.
        workers: Threads.
    """

    def __init__(self, findings: Findings, workers: int) -> None:
        self._findings = findings
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="verify")
        self._waiting: deque[Future[Sequence[Fault]]] = deque()
        self._limit = workers * WAITING
        self._chunk: list[tuple[int, int, PublicKey, Signature, bytes]] = []

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads; on an error drop what waits."""
        self._executor.shutdown(wait=True, cancel_futures=kind is not None)

    def submit(self, job: Job) -> None:
        """Have a job done; waits when too many wait."""
        while len(self._waiting) >= self._limit:
            self._take()
        self._waiting.append(self._executor.submit(job))

    def check(self, index: int, number: int, key: PublicKey, signature: Signature, statement: bytes) -> None:
        """Have a signature checked, together with others.

        Args:
            index: The entry's index.
            number: The signature's number within the entry.
            key: The key it must verify under.
            signature: The signature.
            statement: The statement's bytes.
        """
        self._chunk.append((index, number, key, signature, statement))
        if len(self._chunk) == CHUNK:
            self._flush()

    def join(self) -> None:
        """Wait for all that was submitted."""
        self._flush()
        while self._waiting:
            self._take()

    def _flush(self) -> None:
        chunk, self._chunk = self._chunk, []
        if chunk:
            self._findings.count("L2", "signatures", len(chunk))
            self.submit(lambda: _check_chunk(chunk))

    def _take(self) -> None:
        for fault in self._waiting.popleft().result():
            self._findings.add(fault)


def _check_chunk(chunk: Sequence[tuple[int, int, PublicKey, Signature, bytes]]) -> list[Fault]:
    return [
        Fault(
            code="signature",
            index=index,
            field=f"signatures[{number}].sig",
            expected=f"a signature by {key.key_id} ({key.scheme})",
            found=signature.sig.hex(),
            level="L2",
        )
        for index, number, key, signature, statement in chunk
        if not verify_signature(key, signature, signed_bytes(statement))
    ]
