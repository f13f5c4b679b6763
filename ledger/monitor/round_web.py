"""A log's URL as one round reads it: caches each file, counts every request, can be interrupted."""

import threading
from collections.abc import Callable
from typing import Final

from constancia.verify.sources.layout import CHECKPOINT_NAME, TILES_NAME
from constancia.verify.sources.web import Web

_KEPT: Final = 2_048  # small files stored for the round: 16 MiB of tiles at most
_BUNDLES: Final = 2  # the bundle with the old end is asked for twice


class RoundWeb(Web):
    """Files below an address, for one round.

    Args:
        address: http or https.
        is_stopped: Called before each request; if true, the round ends with `KeyboardInterrupt`.
    """

    def __init__(self, address: str, is_stopped: Callable[[], bool]) -> None:
        super().__init__(address, is_stopped)
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

    def look_again(self, path: str, limit: int) -> bytes | None:
        """Read a file once more that was not there a moment ago."""
        with self._lock:
            self._files.pop(path, None)
        return super().look_again(path, limit)

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
