"""A real PostgreSQL server for tests: Debian's binaries, an unprivileged user, a folder in memory, no port.

One server serves all workers of a run: the first that asks starts it, the last one stops it. Each test has a schema of
its own.
"""

import functools
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from filelock import FileLock

from constancia.ledger.store.address import DatabaseAddress
from constancia.ledger.store.postgres.application import create_tables
from constancia.ledger.store.postgres.session import connect
from constancia.ledger.store.postgres.transfer import load
from constancia.verify.sources.sqlite_store import open_store

ROLE: Final = "constancia"
MISSING: Final = "no PostgreSQL server here (Debian: apt-get install postgresql); tests/system.sh installs it"
_UNPRIVILEGED: Final = ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
_SETTINGS: Final = {
    "listen_addresses": "''", "max_connections": "100", "shared_buffers": "32MB", "dynamic_shared_memory_type": "mmap",
    "autovacuum": "off", "min_wal_size": "32MB", "max_wal_size": "256MB", "log_min_messages": "fatal",
    "logging_collector": "off", "wal_keep_size": "64MB",
}  # fmt: skip
_numbers = itertools.count()


@functools.cache
def binaries() -> Path | None:
    """The folder of the newest server here; None where there is none."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    on_path = shutil.which("postgres")
    return places[-1].parent if places else Path(on_path).parent if on_path else None


def unprivileged() -> tuple[str, ...]:
    """Give what comes before a command that refuses to run as root."""
    return _UNPRIVILEGED if os.getuid() == 0 else ()


def run(*command: object, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Run one of the server's programs as a user that it accepts: it refuses root."""
    folder = binaries()
    assert folder is not None
    name, *rest = map(str, command)
    environment = {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), "LC_ALL": "C"}
    return subprocess.run(
        [*unprivileged(), str(folder / name), *rest], check=check, env=environment, text=True, cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


def new_folder(name: str = "") -> Path:
    """Make a folder that the server's user owns, in memory where there is room: an fsync is free there."""
    base = Path(os.environ.get("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir()))
    folder = base / name if name else Path(tempfile.mkdtemp(prefix="constancia-pg-", dir=base))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    return folder


@dataclass(frozen=True)
class Server:
    """A server in a folder: its data, its socket and its log lie there."""

    folder: Path
    port: int = 5432

    def address(
        self, query: str = "", *, role: str = ROLE, secret: str = "", database: str = "postgres"
    ) -> DatabaseAddress:
        """Give an address of it."""
        hidden = f":{secret}" if secret else ""
        return DatabaseAddress.read(
            f"postgresql://{role}{hidden}@/{database}?host={self.folder}&port={self.port}{'&' if query else ''}{query}"
        )

    def make(self) -> None:
        """Make the data."""
        run("initdb", "-D", self.folder / "data", "-A", "trust", "-U", ROLE, "--locale=C", "-E", "UTF8", "--no-sync")

    def start(self, **settings: str) -> None:
        """Start it; `settings` go before those of all tests."""
        chosen = _SETTINGS | {"unix_socket_directories": f"'{self.folder}'", "port": str(self.port)} | settings
        options = " ".join(f"-c {name}={value}" for name, value in chosen.items())
        run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast`, `smart`, or `immediate` as a power cut would."""
        run("pg_ctl", "-D", self.folder / "data", "-w", "-m", mode, "stop", check=False)

    def kill(self) -> None:
        """End its first process as the system would where memory ends; the others notice, and end."""
        process = int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])
        os.kill(process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(process, 0)  # where this process has become its parent, it stays until it is asked for

    def restart(self, **settings: str) -> None:
        """Start it after `kill`: its other processes may take a moment to end."""
        for _ in range(100):
            with suppress(subprocess.CalledProcessError):
                self.start(**settings)
                return
            time.sleep(0.1)
        raise TimeoutError("the server does not start")

    def sql(self, statement: str, *params: Any, query: str = "") -> list[tuple[Any, ...]]:
        """Execute a statement as the server's owner, without the ledger's code."""
        with psycopg.connect(self.address(query).conninfo, autocommit=True) as connection:
            cursor = connection.execute(statement, params)
            return list(cursor.fetchall()) if cursor.description else []

    def schema(self) -> DatabaseAddress:
        """Make a schema of its own, and give its address."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        self.sql(f"CREATE SCHEMA {name}")
        return self.address(f"options=-csearch_path%3D{name}")

    def database(self) -> DatabaseAddress:
        """Make a database of its own, and give its address: what one announces, all schemas of a database hear."""
        name = f"d{os.getpid()}_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return self.address("options=-csearch_path%3Dpublic", database=name)

    def remove(self) -> None:
        """Stop it and remove its folder."""
        with suppress(subprocess.TimeoutExpired):
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


def put_into(address: DatabaseAddress, folder: Path) -> None:
    """Put the store of a ledger's folder into a database, without the checks that a move makes."""
    path = folder / "ledger.sqlite"
    with closing(open_store(path)) as store, closing(connect(address)) as connection:
        create_tables(address, {str(key): str(value) for key, value in store.meta().items()})
        load(store, None, connection)
    path.unlink()


@contextmanager
def own_server(**settings: str) -> Iterator[Server]:
    """Give a server of one's own, which may be broken."""
    if binaries() is None:
        pytest.skip(MISSING)
    server = Server(new_folder())
    try:
        server.make()
        server.start(**settings)
        yield server
    finally:
        server.remove()


@contextmanager
def shared_server() -> Iterator[Server]:
    """Give the server of this run of tests."""
    if binaries() is None:
        pytest.skip(MISSING)
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}")[:12]
    server = Server(new_folder(f"constancia-pg-{run_id}"))
    users = server.folder / "users"
    with FileLock(server.folder / "lock"):
        if not users.exists():
            server.make()
            server.start()
        users.write_text(str(int(users.read_text() or 0) + 1 if users.exists() else 1))
    try:
        yield server
    finally:
        with FileLock(server.folder / "lock"):
            left = int(users.read_text()) - 1
            users.write_text(str(left))
            if left == 0:
                server.remove()
