"""A worker process that checks signatures, for logs long enough to be worth starting one.

Threads would do (the library releases the interpreter's lock), but every signature then waits twice for that lock
while the auditing thread parses. A process has its own lock, and its pipe is the queue of its work: the auditing
thread writes there and continues, without another thread in between.

- W1: it gets key, signature and message, and checks them as a thread would, with the fastest installed check.
- W2: a process that cannot be started, or dies, never counts as "valid": its chunk is checked in this process.
- W3: it imports from where this process did, not from the working folder, which may be the audited one.
"""

import contextlib
import functools
import marshal
import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from constancia.verify.core.formats.signatures import PublicKey, Signature, load_public_key, verify_signature
from constancia.verify.speed.libsodium import Check, quickest_check

Task = tuple[PublicKey, Signature, bytes]
_PIPE_BYTES: Final = 1 << 20  # what Linux allows without privileges
_START: Final = "import sys; sys.path[:] = {path!r}; from constancia.verify.speed.signature_worker import main; main()"


@dataclass(slots=True)
class Chunk:
    """Signatures that are checked together, and the positions of those that do not verify, when known."""

    tasks: list[Task]
    failing: Sequence[int] | None = None

    def check(self) -> None:
        """Check the signatures in this process."""
        self.failing = failing(self.tasks)


def failing(tasks: Sequence[Task], check: Check = verify_signature) -> list[int]:
    """Check signatures in this process.

    Args:
        tasks: Key, signature and signed message of each.
        check: The check of one signature.

    Returns:
        Positions of those that do not verify.
    """
    return [at for at, (key, signature, message) in enumerate(tasks) if not check(key, signature, message)]


def start(count: int) -> list["Worker"]:
    """Start processes: as many as requested, or as possible."""
    started: list[Worker] = []
    if not sys.executable:
        return started
    with contextlib.suppress(OSError):
        started.extend(Worker() for _ in range(count))
    return started


def answered(workers: Sequence["Worker"], *, wait: bool) -> list["Worker"]:
    """Return the processes that have an answer ready.

    Args:
        workers: Processes with pending work.
        wait: Whether to wait until one is ready.
    """
    by_pipe = {worker.answers: worker for worker in workers}
    try:
        ready, _, _ = select.select(by_pipe, (), (), None if wait else 0)
    except (OSError, ValueError):  # a platform that cannot poll: wait for the answer
        return list(workers)
    return [by_pipe[pipe] for pipe in ready]


class Worker:
    """A running process. One thread at a time may use it; it answers in order."""

    def __init__(self) -> None:
        """Start the process.

        Raises:
            OSError: It cannot be started.
        """
        path = [folder for folder in sys.path if folder]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own code
            # An interruption is the auditing process's to handle.
            [sys.executable, "-P", "-c", _START.format(path=path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True, pipesize=_PIPE_BYTES,
        )  # fmt: skip
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipe")
        self._tasks = self._process.stdin
        self._asked: deque[Chunk] = deque()
        self.answers = self._process.stdout.fileno()  # nothing is read ahead: it stays in the pipe

    @property
    def under_way(self) -> int:
        """Number of chunks that it has not answered yet."""
        return len(self._asked)

    def begin(self, chunk: Chunk) -> None:
        """Have a chunk's signatures checked in the process."""
        data = marshal.dumps([
            ((of.scheme, of.spki, of.rp_id, of.origins), (by.key, by.sig, by.authenticator_data, by.client_data), text)
            for of, by, text in chunk.tasks
        ])  # fmt: skip
        try:
            self._tasks.write(len(data).to_bytes(4) + data)
            self._tasks.flush()
        except (OSError, ValueError):
            chunk.check()
        else:
            self._asked.append(chunk)

    def take(self) -> None:
        """Wait for the answer to the oldest chunk, and store it there."""
        chunk = self._asked.popleft()
        answer = os.read(self.answers, len(chunk.tasks))  # a byte for each; so few are written and read at once
        if len(answer) < len(chunk.tasks):  # it died
            chunk.check()
        else:
            chunk.failing = [at for at, is_sound in enumerate(answer) if not is_sound]

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError), self._process as process:  # what it did not read is lost
            process.kill()


def main() -> None:
    """Serve the process's standard input until it ends."""
    check, pipe = quickest_check(), sys.stdin.buffer
    while head := pipe.read(4):
        tasks = [
            (_loaded(*of), Signature(key=key, sig=sig, authenticator_data=data, client_data=client), message)
            for of, (key, sig, data, client), message in marshal.loads(pipe.read(int.from_bytes(head)))  # noqa: S302
        ]
        bad = set(failing(tasks, check))
        sys.stdout.buffer.write(bytes(at not in bad for at in range(len(tasks))))
        sys.stdout.buffer.flush()


@functools.cache
def _loaded(scheme: str, spki: bytes, rp_id: str | None, origins: tuple[str, ...]) -> PublicKey:
    """Load a key, not by its id: one SPKI may be registered under two schemes, or for two origins."""
    return load_public_key(scheme, spki, rp_id=rp_id, origins=origins)
