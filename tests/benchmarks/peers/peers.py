"""Other append-only stores on this machine, each with the same bytes: what an append and a full reading cost there.

Each peer does what its own manual shows, durably, in batches and one at a time. What it signs and proves differs, and
is said with its figure: a rate without that would compare unlike things.
"""

import contextlib
import hashlib
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Final
from uuid import NAMESPACE_URL, uuid5

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from pymerkle import InmemoryTree, SqliteTree
from tests.benchmarks.bench_append import SUBMITTERS, open_ledger, submit_all

from constancia.ledger.assembly import Options
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

HYPERCORE: Final = "11"
_READY_S: Final = 20
_SCRIPT: Final = Path(__file__).with_name("hypercore.mjs")


class Missing(Exception):
    """What a peer needs is not on this machine."""


class Peer(ABC):
    """A store: bytes go in, durably, and are read back whole.

    Attributes:
        name: Its name and version.
        signs: What of an event it signs.
        proves: What it can prove to a stranger.
    """

    name: str
    signs: ClassVar[str] = "nothing"
    proves: ClassVar[str] = "nothing"

    @abstractmethod
    def append(self, folder: Path, events: Sequence[bytes], batch: int) -> float:
        """Append all events in batches, each durable before the next; give the seconds."""

    @abstractmethod
    def audit(self, folder: Path, count: int) -> float:
        """Read everything back and check what the store can check; give the seconds."""


@contextlib.contextmanager
def timed(taken: list[float]) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    taken.append(time.perf_counter() - begun)


def batches(events: Sequence[bytes], batch: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(events), batch):
        yield events[start : start + batch]


class RawSqlite(Peer):
    """A table of bytes."""

    name = f"SQLite {sqlite3.sqlite_version}, a table"

    def append(self, folder: Path, events: Sequence[bytes], batch: int) -> float:
        taken: list[float] = []
        with contextlib.closing(sqlite3.connect(folder / "raw.sqlite", isolation_level=None)) as base:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=FULL")
            base.execute("CREATE TABLE events (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
            with timed(taken):
                for part in batches(events, batch):
                    base.execute("BEGIN")
                    base.executemany("INSERT INTO events (bytes) VALUES (?)", [(event,) for event in part])
                    base.execute("COMMIT")
        return taken[0]

    def audit(self, folder: Path, count: int) -> float:
        taken: list[float] = []
        with contextlib.closing(sqlite3.connect(folder / "raw.sqlite")) as base, timed(taken):
            rows = [hashlib.sha256(row).digest() for (row,) in base.execute("SELECT bytes FROM events")]
        assert len(rows) == count
        return taken[0]


class PlainLibrary(Peer):
    """The event store that this ledger is built on, by itself."""

    name = f"eventsourcing {version('eventsourcing')}, SQLite"

    def append(self, folder: Path, events: Sequence[bytes], batch: int) -> float:
        recorder = self._recorder(folder)
        recorder.create_table()
        source = uuid5(NAMESPACE_URL, "stream")
        stored = [
            StoredEvent(originator_id=source, originator_version=number + 1, topic="event", state=event)
            for number, event in enumerate(events)
        ]
        taken: list[float] = []
        with timed(taken):
            for start in range(0, len(stored), batch):
                recorder.insert_events(stored[start : start + batch])
        return taken[0]

    def audit(self, folder: Path, count: int) -> float:
        recorder = self._recorder(folder)
        taken: list[float] = []
        with timed(taken):
            read = recorder.select_notifications(start=1, limit=count)
            rows = [hashlib.sha256(event.state).digest() for event in read]
        assert len(rows) == count
        return taken[0]

    def _recorder(self, folder: Path) -> SQLiteApplicationRecorder:
        return SQLiteApplicationRecorder(SQLiteDatastore(str(folder / "plain.sqlite")))


class Pymerkle(Peer):
    """A Merkle tree in SQLite; its library keeps no signed head."""

    name = f"pymerkle {version('pymerkle')}, SQLite"
    proves = "inclusion and consistency, against a root that nobody signs"

    def append(self, folder: Path, events: Sequence[bytes], batch: int) -> float:
        taken: list[float] = []
        with SqliteTree(str(folder / "tree.sqlite"), algorithm="sha256") as tree, timed(taken):
            for part in batches(events, batch):
                if batch == 1:
                    tree.append_entry(part[0])
                else:
                    tree.append_entries(list(part))
        return taken[0]

    def audit(self, folder: Path, count: int) -> float:
        """Build the tree again from the entries, and compare the roots."""
        taken: list[float] = []
        with SqliteTree(str(folder / "tree.sqlite"), algorithm="sha256") as tree:
            root = tree.get_root()
            with timed(taken):
                again = InmemoryTree(algorithm="sha256")
                for index in range(1, count + 1):
                    again.append_entry(tree.get_entry(index))
                assert again.get_root() == root
        return taken[0]


class Hypercore(Peer):
    """A signed append-only log in JavaScript; it measures itself. A reader that replicates it checks each block."""

    name = f"hypercore {HYPERCORE}, Node.js"
    signs = "the log's head, with one key (Ed25519)"
    proves = "inclusion, to a reader who has the log's key"

    def __init__(self, modules: Path) -> None:
        self._modules = modules

    @classmethod
    def installed(cls, modules: Path) -> "Hypercore":
        """Install the package with npm where it is not there yet.

        Raises:
            Missing: No npm, or it has no such package.
        """
        npm = shutil.which("npm")
        if npm is None:
            raise Missing("npm")
        if not (modules / "node_modules" / "hypercore").is_dir():
            modules.mkdir(parents=True, exist_ok=True)
            command = [npm, "install", "--silent", "--no-audit", "--no-fund", f"hypercore@{HYPERCORE}"]
            if subprocess.run(command, cwd=modules, capture_output=True, check=False).returncode:
                raise Missing("hypercore")
        shutil.copy(_SCRIPT, modules / _SCRIPT.name)
        return cls(modules)

    def append(self, folder: Path, events: Sequence[bytes], batch: int) -> float:
        (folder / "events.bin").write_bytes(b"".join(len(event).to_bytes(4, "big") + event for event in events))
        return self._run("append", folder, batch)

    def audit(self, folder: Path, count: int) -> float:
        return self._run("audit", folder, count)

    def _run(self, what: str, folder: Path, number: int) -> float:
        command = ["node", _SCRIPT.name, what, str(folder), str(number)]
        done = subprocess.run(command, cwd=self._modules, capture_output=True, text=True, check=True, timeout=600)
        return float(json.loads(done.stdout)["seconds"])


class UmaDb(Peer):
    """An event store with a server of its own, asked over loopback."""

    name = "UmaDB"

    def __init__(self) -> None:
        try:
            import umadb  # noqa: PLC0415 - not among what the tests need
        except ImportError as error:
            raise Missing("umadb") from error
        self._library: Any = umadb
        self.name = f"UmaDB {version('umadb')}, its server"

    def append(self, folder: Path, events: Sequence[bytes], batch: int) -> float:
        taken: list[float] = []
        made = [self._library.Event(event_type="event", data=event, tags=["stream"]) for event in events]
        with self._served(folder) as client, timed(taken):
            for start in range(0, len(made), batch):
                client.append(made[start : start + batch])
        return taken[0]

    def audit(self, folder: Path, count: int) -> float:
        taken: list[float] = []
        with self._served(folder) as client, timed(taken):
            rows = [hashlib.sha256(read.event.data).digest() for read in client.read()]
        assert len(rows) == count
        return taken[0]

    @contextlib.contextmanager
    def _served(self, folder: Path) -> Iterator[Any]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        program = Path(sys.executable).with_name("umadb")
        command = [str(program), "--listen", address, "--db-path", str(folder / "uma.db")]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                yield _when_ready(lambda: self._client(f"http://{address}"))
            finally:
                server.terminate()

    def _client(self, url: str) -> Any:
        client = self._library.Client(url)
        client.head()
        return client


def _when_ready(connect: Callable[[], Any]) -> Any:
    until = time.monotonic() + _READY_S
    while True:
        try:
            return connect()
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class Constancia(Peer):
    """This ledger, as `serve` has it: each statement examined and judged, its checkpoint signed, views kept up."""

    name = "constancia"
    signs = "each entry by who says it; the log's head in two algorithms, before anything is acknowledged"
    proves = "inclusion, consistency, authorship and the law, to a stranger offline"

    def append(self, folder: Path, events: Sequence[bytes], batch: int) -> float:
        import asyncio  # noqa: PLC0415

        run = open_ledger(folder / "ledger", len(events), Options(cosign=True))
        size, taken = run.ledger.size, list[float]()
        with timed(taken):
            if batch == 1:
                for signed in run.signed:
                    run.ledger.append(signed.parsed)
            else:
                asyncio.run(submit_all(run.ledger, run.signed))
        assert run.ledger.size == size + len(events)
        run.ledger.documents.put(b"charter")
        run.ledger.documents.put(b"minuta")
        run.ledger.close()
        return taken[0]

    def audit(self, folder: Path, count: int) -> float:
        taken: list[float] = []
        with open_source(str(folder / "ledger")) as source, timed(taken):
            report = audit(source, load_trust(folder / "ledger" / "trust"), workers=2)
        assert report.verdict is Verdict.INTACT, report
        assert report.size, report
        return taken[0] * count / report.size


def peers(modules: Path) -> tuple[list[Peer], list[str]]:
    """Give the peers that this machine has, and what is missing for the others."""
    there: list[Peer] = [RawSqlite(), PlainLibrary(), Pymerkle()]
    missing = []
    for make in (lambda: Hypercore.installed(modules), UmaDb):
        try:
            there.append(make())
        except Missing as error:
            missing.append(str(error))
    return [*there, Constancia()], missing


BATCH: Final = SUBMITTERS
