"""The reader processes of `constancia serve --readers`: started, started again where one ends, and ended in time.

- K1: a reader learns how many entries this process has confirmed when it is started, with each request, and each
  second. What else lies in the store is nothing that it shows.
- K2: a reader that finds another tree at that size, or another policy, than this process has (a folder or database was
  put in the place of this one) ends, and is asked nothing.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from constancia.api.cli.operator.reader_main import READY

if TYPE_CHECKING:
    from constancia.api.http.server.reader_pool import Reader
    from constancia.api.http.settings import Settings
    from constancia.ledger.ledger import Ledger
    from constancia.ledger.store.address import DatabaseAddress

_FIRST_S: Final = 0.5
_LONGEST_S: Final = 30.0
_MARGIN_S: Final = 5.0  # beyond what requests under way have at a stop
_TOLD_EVERY_S: Final = 1.0
_log = logging.getLogger(__name__)


@contextlib.contextmanager
def running_readers(
    count: int, ledger: "Ledger", settings: "Settings", database: "DatabaseAddress | None" = None
) -> Iterator[Sequence["Reader"]]:
    """Run reader processes within the block; each is started again where it ends, after a time that doubles.

    Args:
        count: How many.
        ledger: The ledger, as this process has it.
        settings: The server's settings.
        database: Where the store is, if the ledger's folder does not say so.

    Yields:
        The readers; they become ready by and by.
    """
    from constancia.api.http.server.reader_pool import Reader

    with tempfile.TemporaryDirectory(prefix="constancia-") as place:  # mode 0700
        readers = [Reader(socket=Path(place) / str(number)) for number in range(count)]
        asked: dict[str, Any] = {"folder": str(ledger.folder.path), "settings": settings.model_dump(mode="json")}
        asked["database"] = None if database is None else database.conninfo
        asked["policy"] = ledger.policy if ledger.size else None
        patience_s = settings.stop_timeout_s + _MARGIN_S
        keepers = [_Keeper(reader, asked, ledger, patience_s) for reader in readers]
        for keeper in keepers:
            keeper.start()
        ended = threading.Event()

        def tell() -> None:
            while not ended.wait(_TOLD_EVERY_S):
                for keeper in keepers:
                    keeper.tell()

        telling = threading.Thread(target=tell, name="telling", daemon=True)
        telling.start()
        try:
            yield readers
        finally:
            ended.set()
            telling.join()
            for keeper in keepers:
                keeper.stop()
            for keeper in keepers:
                keeper.join()


class _Keeper(threading.Thread):
    """Keeps one reader running.

    Args:
        reader: The reader.
        asked: What it is started with, but its socket, and how far the ledger is.
        ledger: The ledger.
        patience_s: How long it has to end.
    """

    def __init__(self, reader: "Reader", asked: dict[str, Any], ledger: "Ledger", patience_s: float) -> None:
        super().__init__(name="reader", daemon=True)
        self._reader = reader
        self._asked = asked | {"socket": str(reader.socket)}
        self._ledger = ledger
        self._patience_s = patience_s
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
                    with self._lock, contextlib.suppress(OSError):
                        pipe.close()
            self._ended.wait(pause)
            pause = min(2 * pause, _LONGEST_S)

    def tell(self) -> None:
        """Say how many entries are confirmed now, if the reader is there. One that is frozen is not waited for."""
        with self._lock:  # the pipe must not be closed meanwhile: its number may be another file's then
            pipe = self._process.stdin if self._process is not None and self._reader.is_ready else None
            if pipe is not None and not pipe.closed:
                with contextlib.suppress(OSError):  # it has ended, or its pipe is full
                    os.write(pipe.fileno(), b"%d\n" % self._ledger.size)

    def stop(self) -> None:
        """Have the reader finish what is under way and end; it is killed where it does not in time."""
        self._reader.is_ready = False
        with self._lock:
            self._ended.set()
            process = self._process
            if process is not None and process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
        if process is not None:
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
                [sys.executable, "-P", "-m", "constancia.api.cli.operator.reader_main"],
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
            size = self._ledger.size
            begun = self._asked | {"size": size, "root": self._ledger.log.root(size).hex()}
            process.stdin.write(json.dumps(begun) + "\n")
            process.stdin.flush()
            os.set_blocking(process.stdin.fileno(), False)
            self._reader.is_ready = process.stdout.readline() == READY and not self._ended.is_set()
        return self._reader.is_ready
