"""A log's URL as one round reads it: caches each file, counts every request, can be interrupted."""

import threading
import time
from collections.abc import Callable
from http.client import IncompleteRead
from queue import Empty, SimpleQueue
from typing import Any, Final, Self

from constancia.verify.core.errors import Unreadable
from constancia.verify.sources.files import Web
from constancia.verify.sources.layout import CHECKPOINT_NAME, TILES_NAME

_KEPT: Final = 2_048  # small files cached for the round: at most 16 MiB of tiles
ANSWER_S: Final = 120.0  # for one response: a slow host must not delay the watch of other logs
_TICK_S: Final = 0.2
_CHUNK: Final = 65_536
_BUNDLES: Final = 2  # the bundle with the old end is read twice


class RoundWeb(Web):
    """Files below an address, for one round.

    Args:
        address: http or https.
        is_stopped: Called before each request; if true, the round ends with `KeyboardInterrupt`.
    """

    def __init__(self, address: str, is_stopped: Callable[[], bool]) -> None:
        super().__init__(address)
        self._is_stopped = is_stopped
        self.answer_s = ANSWER_S
        self._lock = threading.Lock()
        self._files: dict[str, bytes | None] = {}
        self._bundles: list[str] = []
        self.requests = 0

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes; None if the server answers that it does not exist."""
        with self._lock:
            if path in self._files:
                return self._files[path]
            if self._is_stopped():
                raise KeyboardInterrupt
            self.requests += 1
        data = super().read(path, limit)
        with self._lock:
            self._keep(path, data)
        return data

    def _keep(self, path: str, data: bytes | None) -> None:
        """Cache what cannot change within a round, which is about one checkpoint; of the bundles only the latest."""
        if path.startswith("tile/entries/"):
            self._bundles.append(path)
            if len(self._bundles) > _BUNDLES:
                self._files.pop(self._bundles.pop(0), None)
        elif path != CHECKPOINT_NAME and (not path.startswith(f"{TILES_NAME}/") or len(self._files) >= _KEPT):
            return
        self._files[path] = data

    def forget_checkpoint(self) -> None:
        """Drop the cached checkpoint and the missing files that may have been published with a newer one."""
        with self._lock:
            for path in [path for path, data in self._files.items() if path == CHECKPOINT_NAME or data is None]:
                del self._files[path]

    def _get(self, path: str) -> Any:
        """Request in a thread, abandoned on timeout, so that neither host nor shutdown blocks."""
        answers: SimpleQueue[Any] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(super(RoundWeb, self)._get(path))
            except Exception as error:  # noqa: BLE001 - handed over, and raised where it was asked
                answers.put(error)

        threading.Thread(target=ask, daemon=True).start()
        patience = _Patience(f"{self.location}/{path}", self.answer_s, self._is_stopped)
        while True:
            patience.check()
            try:
                answer = answers.get(timeout=_TICK_S)
            except Empty:
                continue
            if isinstance(answer, Exception):
                raise answer
            return _InTime(answer, patience)


class _Patience:
    """Time limit for one response, headers and body together."""

    def __init__(self, where: str, seconds: float, is_stopped: Callable[[], bool]) -> None:
        self._where = where
        self._seconds = seconds
        self._is_stopped = is_stopped
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise if the time limit has passed or the round was interrupted."""
        if self._is_stopped():
            raise KeyboardInterrupt
        if time.monotonic() > self._end:
            raise Unreadable("web", self._where, f"it did not come within {self._seconds:g} s")


class _InTime:
    """A response whose body must arrive within the time limit, even if it trickles. Has only what `Web` uses."""

    def __init__(self, answer: Any, patience: _Patience) -> None:
        self.headers = answer.headers
        self._answer = answer
        self._patience = patience

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._answer.close()

    def read(self, amount: int) -> bytes:
        """Return up to `amount` bytes; fewer only at the end."""
        data = bytearray()
        while len(data) < amount and (chunk := self._answer.read1(min(_CHUNK, amount - len(data)))):
            data += chunk
            self._patience.check()
        if len(data) < amount and self._answer.length:
            raise IncompleteRead(bytes(data), self._answer.length)
        return bytes(data)
