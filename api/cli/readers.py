"""The reader processes of `constancia serve --readers`: started, started again where one ends, and ended in time."""

import contextlib
import json
import logging
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from constancia.api.cli.reader import READY

if TYPE_CHECKING:
    from constancia.api.http.readers import Reader
    from constancia.api.http.settings import Settings

_FIRST_S: Final = 0.5
_LONGEST_S: Final = 30.0
_MARGIN_S: Final = 5.0  # beyond what requests under way have at a stop
_log = logging.getLogger(__name__)


@contextlib.contextmanager
def running_readers(count: int, folder: Path, settings: "Settings") -> Iterator[Sequence["Reader"]]:
    """Run reader processes within the block; each is started again where it ends, after a time that doubles.

    Args:
        count: How many.
        folder: The ledger's folder.
        settings: The server's settings.

    Yields:
        The readers; they become ready by and by.
    """
    from constancia.api.http.readers import Reader

    with tempfile.TemporaryDirectory(prefix="constancia-") as place:  # mode 0700
        readers = [Reader(socket=Path(place) / str(number)) for number in range(count)]
        keepers = [_Keeper(reader, folder, settings) for reader in readers]
        for keeper in keepers:
            keeper.start()
        try:
            yield readers
        finally:
            for keeper in keepers:
                keeper.stop()
            for keeper in keepers:
                keeper.join()


class _Keeper(threading.Thread):
    """Keeps one reader running."""

    def __init__(self, reader: "Reader", folder: Path, settings: "Settings") -> None:
        super().__init__(name="reader", daemon=True)
        self._reader = reader
        asked = {"folder": str(folder), "socket": str(reader.socket), "settings": settings.model_dump(mode="json")}
        self._asked = json.dumps(asked) + "\n"
        self._patience_s = settings.stop_timeout_s + _MARGIN_S
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Start the reader, and again whenever it ends, until `stop`."""
        pause = _FIRST_S
        while (process := self._start()) is not None:
            if self._await_ready(process):
                pause = _FIRST_S
            process.wait()
            self._reader.is_ready = False
            if not self._ended.is_set():
                _log.warning("a reader ended with code %d; the server answers itself meanwhile", process.returncode)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._ended.wait(pause)
            pause = min(2 * pause, _LONGEST_S)

    def stop(self) -> None:
        """Have the reader finish what is under way and end; it is killed where it does not in time."""
        self._reader.is_ready = False
        with self._lock:
            self._ended.set()
            process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
            threading.Thread(target=self._end, args=(process,), daemon=True).start()

    def _end(self, process: "subprocess.Popen[str]") -> None:
        try:
            process.wait(self._patience_s)
        except subprocess.TimeoutExpired:
            process.kill()

    def _start(self) -> "subprocess.Popen[str] | None":
        with self._lock:
            if self._ended.is_set():
                return None
            # A new session keeps the terminal's Ctrl-C in this process, which stops the reader.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "constancia.api.cli.reader"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            return self._process

    def _await_ready(self, process: "subprocess.Popen[str]") -> bool:
        """Hand the reader what it needs, and wait until it answers; tell whether it does."""
        if process.stdin is None or process.stdout is None:
            return False
        with contextlib.suppress(OSError, ValueError):  # it has ended, or is stopped
            process.stdin.write(self._asked)
            process.stdin.flush()
            self._reader.is_ready = process.stdout.readline() == READY and not self._ended.is_set()
        return self._reader.is_ready
