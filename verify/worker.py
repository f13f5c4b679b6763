"""A process of its own that checks signatures, for logs long enough to be worth starting one.

Threads would do (the library releases the interpreter's lock), but every signature then waits twice for that lock
while the auditing thread parses. A process has a lock of its own.

- W1: it gets key, signature and message, and checks them as a thread would, by the quickest check that is installed.
- W2: a process that can't be started, or dies, never counts as "sound": its chunk is checked in this process.
- W3: it imports from where this process did, not from the working folder, which may be the one that is audited.
"""

import contextlib
import marshal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Any, Final

from constancia.verify.keys import KeyId, PublicKey, Signature, load_public_key, verify_signature
from constancia.verify.sodium import Check, quickest_check

Task = tuple[PublicKey, Signature, bytes]
_START: Final = "import sys; sys.path[:] = {path!r}; from constancia.verify.worker import main; main()"


def failing(tasks: Sequence[Task], check: Check = verify_signature) -> list[int]:
    """Check signatures in this process.

    Args:
        tasks: Key, signature and signed message of each.
        check: How.

    Returns:
        Positions of those that do not verify.
    """
    return [at for at, (key, signature, message) in enumerate(tasks) if not check(key, signature, message)]


class Worker:
    """A running process. One thread at a time may use it."""

    def __init__(self) -> None:
        """Starts it.

        Raises:
            OSError: It can't be started.
        """
        path = [one for one in sys.path if one]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own code
            [sys.executable, "-P", "-c", _START.format(path=path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interruption is the auditing process's to handle
        )
        self._known: set[KeyId] = set()

    def failing(self, tasks: Sequence[Task]) -> list[int]:
        """Check signatures in the process; as the function of that name."""
        news = {key.key_id: key for key, _, _ in tasks if key.key_id not in self._known}
        self._known.update(news)
        keys = [(key.scheme, key.spki, key.rp_id, key.origins) for key in news.values()]
        listed = [
            (key.key_id, one.key, one.sig, one.authenticator_data, one.client_data, message)
            for key, one, message in tasks
        ]
        try:
            _send(self._process.stdin, (keys, listed))
            answer = _receive(self._process.stdout)
        except (OSError, EOFError, ValueError, TypeError):  # it died, perhaps in the middle of its answer
            answer = None
        if answer is None:
            return failing(tasks)
        return [int(at) for at in answer]

    def close(self) -> None:
        """End it."""
        process = self._process
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # what was not taken by one that died is still in the buffer
                if pipe is not None:
                    pipe.close()
        process.wait()


def main() -> None:
    """Serve the process's standard input until it ends."""
    known: dict[str, PublicKey] = {}
    check = quickest_check()
    while (message := _receive(sys.stdin.buffer)) is not None:
        keys, listed = message
        for scheme, spki, rp_id, origins in keys:
            key = load_public_key(scheme, spki, rp_id=rp_id, origins=tuple(origins))
            known[key.key_id] = key
        tasks = [
            (known[name], Signature(key=named, sig=sig, authenticator_data=data, client_data=client), message)
            for name, named, sig, data, client, message in listed
        ]
        _send(sys.stdout.buffer, failing(tasks, check))


def _send(file: IO[bytes] | None, message: Any) -> None:
    if file is None:
        raise OSError("no pipe")
    data = marshal.dumps(message)
    file.write(len(data).to_bytes(4, "big") + data)
    file.flush()


def _receive(file: IO[bytes] | None) -> Any:
    """Read a message; None at the end. Both ends are this very code, so the format needs no defence."""
    head = b"" if file is None else file.read(4)
    if file is None or len(head) < 4:
        return None
    data = file.read(int.from_bytes(head, "big"))
    return marshal.loads(data)  # noqa: S302 - written by our own process
