"""A worker process that checks signatures, for logs long enough to be worth starting one.

Threads would do (the library releases the interpreter's lock), but every signature then waits twice for that lock
while the auditing thread parses. A process has its own lock, and its pipe is the queue of its work: the auditing
thread writes there and continues, without another thread in between.

- W1: it gets key, signature and message, and checks them as a thread would, with the fastest installed check.
- W2: a process that cannot be started, or dies, never counts as "valid": its chunk is checked in this process.
- W3: it imports from where this process did, not from the working folder, which may be the audited one.
"""

import contextlib
import marshal
import select
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from constancia.verify.core.formats.signatures import KeyId, PublicKey, Signature, load_public_key, verify_signature
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
            # An interruption is the auditing process's to handle. Nothing is read ahead: it stays in the pipe.
            [sys.executable, "-P", "-c", _START.format(path=path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True, pipesize=_PIPE_BYTES, bufsize=0,
        )  # fmt: skip
        self._known: dict[tuple[object, ...], int] = {}
        self._asked: deque[Chunk] = deque()
        self.answers = 0 if self._process.stdout is None else self._process.stdout.fileno()

    @property
    def under_way(self) -> int:
        """Number of chunks that it has not answered yet."""
        return len(self._asked)

    def begin(self, chunk: Chunk) -> None:
        """Have a chunk's signatures checked in the process."""
        news: list[tuple[object, ...]] = []
        listed: list[tuple[object, ...]] = []
        for key, signature, message in chunk.tasks:
            # Not by its id: one SPKI may be registered under two schemes, or for two origins.
            material = (key.scheme, key.spki, key.rp_id, key.origins)
            number = self._known.get(material)
            if number is None:
                number = self._known[material] = len(self._known)
                news.append(material)
            if signature.key == key.key_id and signature.authenticator_data is None and signature.client_data is None:
                listed.append((number, message, signature.sig))
            else:
                listed.append(
                    (number, message, signature.sig, signature.key, signature.authenticator_data, signature.client_data)
                )
        try:
            _send(self._process.stdin, (news, listed))
        except (OSError, ValueError):
            chunk.check()
        else:
            self._asked.append(chunk)

    def take(self) -> None:
        """Wait for the answer to the oldest chunk, and store it there."""
        chunk = self._asked.popleft()
        try:
            answer = _receive(self._process.stdout)
        except (OSError, EOFError, ValueError, TypeError):  # it died, perhaps in the middle of its answer
            answer = None
        if answer is None:
            chunk.check()
        else:
            chunk.failing = [int(at) for at in answer]

    def close(self) -> None:
        """End the process."""
        with self._process as process:
            process.kill()


def main() -> None:
    """Serve the process's standard input until it ends."""
    known: list[PublicKey] = []
    check = quickest_check()
    while (message := _receive(sys.stdin.buffer)) is not None:
        news, listed = message
        for scheme, spki, rp_id, origins in news:
            known.append(load_public_key(scheme, spki, rp_id=rp_id, origins=tuple(origins)))
        tasks = [
            (known[number], _signature(known[number], sig, *more), signed) for number, signed, sig, *more in listed
        ]
        _send(sys.stdout.buffer, failing(tasks, check))


def _signature(
    of: PublicKey, sig: bytes, key: KeyId | None = None, data: bytes | None = None, client: bytes | None = None
) -> Signature:
    return Signature(key=key or of.key_id, sig=sig, authenticator_data=data, client_data=client)


def _send(file: IO[bytes] | None, message: Any) -> None:
    if file is None:
        raise OSError("no pipe")
    data = marshal.dumps(message)
    rest = memoryview(len(data).to_bytes(4, "big") + data)
    while rest:
        rest = rest[file.write(rest) :]
    file.flush()


def _receive(file: IO[bytes] | None) -> Any:
    """Read a message; None at the end. Both ends are this very code, so the format needs no validation."""
    head = _read(file, 4)
    return None if head is None else marshal.loads(_read(file, int.from_bytes(head, "big")) or b"")  # noqa: S302


def _read(file: IO[bytes] | None, size: int) -> bytes | None:
    parts: list[bytes] = []
    while file is not None and size:
        part = file.read(size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
