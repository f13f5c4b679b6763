"""Rounds of failover under Patroni and etcd: three members on loopback, by the configuration of `examples/deploy`.

Usage: `python tests/e2e/patroni_rounds.py [--rounds 3] [--seed 1]`; `make patroni`. In each round a ledger's server
appends under load, with three witnesses, to an address that names all members. Primary and its Patroni are killed with
-9; Patroni promotes the synchronous standby. In the round before the last etcd is killed, and comes back: without it no
member may go on as the primary for long. In the last round primary and synchronous standby are killed at once: the
member that is left may lag, and must not be promoted. What was acknowledged, and each cosignature that was served, is
looked for after every failure; whatever is missing is one, and so is a second server that could write.
"""

import argparse
import json
import logging
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from tests.e2e.standby_rounds import CLIENTS, Seen, clients
from tests.ledger.template import Template, Templates
from tests.ledger.witness_scene import Scene
from tests.ledger.world import World
from tests.postgres import binaries, new_folder, put_into, unprivileged

from constancia.ledger.assembly import Options
from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DatabaseAddress

CONFIGURATION: Final = Path(__file__).resolve().parents[2] / "examples" / "deploy" / "patroni.yml"
NAMES: Final = ("a", "b", "c")
SECRET: Final = "of-this-run-alone"  # noqa: S105 (loopback, for some minutes)
WAIT_S: Final = 150
OUTAGE_S: Final = 50  # longer than it takes Patroni to see that a leader is gone, or that its own lock has ended
QUIET_S: Final = 5
MISSING: Final = "no patroni, etcd or PostgreSQL server here; tests/system.sh installs them"


def free_port() -> int:
    """Give a port that is free now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def until(fact: Callable[[], object], words: str) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It was not so in time.
    """
    ends = time.monotonic() + WAIT_S
    while not fact():
        if time.monotonic() > ends:
            raise TimeoutError(f"it did not come to pass: {words}")
        time.sleep(0.1)


@dataclass
class Member:
    """One member: Patroni, and the PostgreSQL that it runs."""

    name: str
    folder: Path
    etcd: int
    port: int = field(default_factory=free_port)
    rest: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start Patroni, which makes or joins the cluster."""
        log = (self.folder / "patroni.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [*unprivileged(), shutil.which("patroni") or "patroni", str(CONFIGURATION)],
                env=self._environment, cwd="/", umask=0o077, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
            "PATRONI_NAME": self.name,
            "PATRONI_ETCD3_HOSTS": f"'127.0.0.1:{self.etcd}'",
            "PATRONI_RESTAPI_LISTEN": f"127.0.0.1:{self.rest}",
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"127.0.0.1:{self.rest}",
            "PATRONI_RESTAPI_USERNAME": "patroni", "PATRONI_RESTAPI_PASSWORD": SECRET,
            "PATRONI_POSTGRESQL_LISTEN": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"127.0.0.1:{self.port}",
            "PATRONI_POSTGRESQL_DATA_DIR": str(self.folder / "data"),
            "PATRONI_POSTGRESQL_BIN_DIR": str(binaries()),
            "PATRONI_POSTGRESQL_PGPASS": str(self.folder / "pgpass"),
            "PATRONI_SUPERUSER_USERNAME": "postgres", "PATRONI_SUPERUSER_PASSWORD": SECRET,
            "PATRONI_REPLICATION_USERNAME": "replicator", "PATRONI_REPLICATION_PASSWORD": SECRET,
        }  # fmt: skip

    def kill(self) -> None:
        """End both as the system would where memory ends: Patroni first, so that it starts nothing."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        if self.process is not None:
            self.kill()


class Etcd:
    """The one etcd of all members."""

    def __init__(self, folder: Path) -> None:
        """Start it, with its data in a folder."""
        self.client = free_port()
        url, peer = f"http://127.0.0.1:{self.client}", f"http://127.0.0.1:{free_port()}"
        self._command = [
            *unprivileged(), shutil.which("etcd") or "etcd", "--data-dir", str(folder / "etcd"),
            "--listen-client-urls", url, "--advertise-client-urls", url, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}", "--unsafe-no-fsync",
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        """Start it, where it was."""
        none = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, cwd="/", stdin=none, stdout=none, stderr=none)

    def kill(self) -> None:
        """End it with -9."""
        self._process.kill()
        self._process.wait()


@dataclass
class Cluster:
    """Three members, and their etcd."""

    members: dict[str, Member]
    etcd: Etcd

    @property
    def address(self) -> DatabaseAddress:
        """The address of whichever member can be written, as a ledger's server is given it."""
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self.members.values())
        return DatabaseAddress.read(
            f"postgresql://constancia:{SECRET}@{hosts}/libro?target_session_attrs=read-write&connect_timeout=3"
        )

    def of(self, member: Member) -> DatabaseAddress:
        """The address of one member."""
        return DatabaseAddress.read(f"postgresql://constancia:{SECRET}@127.0.0.1:{member.port}/libro?connect_timeout=3")

    def view(self) -> dict[str, str]:
        """Give the role of each member that runs, as Patroni says it: `leader`, `sync_standby`, `replica`."""
        for member in self.members.values():
            with suppress(OSError, ValueError):
                with urllib.request.urlopen(f"http://127.0.0.1:{member.rest}/cluster", timeout=2) as answer:
                    listed = json.load(answer)["members"]
                return {one["name"]: one["role"] for one in listed if one["state"] in ("running", "streaming")}
        return {}

    def with_role(self, role: str) -> Member | None:
        """Give the member that has a role now."""
        return next((self.members[name] for name, its in self.view().items() if its == role), None)

    def is_whole(self) -> bool:
        """Tell whether there is a leader, a synchronous standby, and a third member."""
        return sorted(self.view().values()) == ["leader", "replica", "sync_standby"]

    def sql(self, *statements: str) -> None:
        """Execute statements on the leader, as its owner."""
        leader = self.with_role("leader")
        assert leader is not None
        where = f"host=127.0.0.1 port={leader.port} user=postgres password={SECRET} dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Make and start a cluster; all of it is removed at the end."""
    with ExitStack() as resources:
        folder = new_folder()
        resources.callback(shutil.rmtree, folder, ignore_errors=True)
        etcd = Etcd(folder)
        resources.callback(etcd.kill)
        members = {}
        for name in NAMES:
            place = new_folder()
            resources.callback(shutil.rmtree, place, ignore_errors=True)
            members[name] = Member(name, place, etcd.client)
            resources.callback(members[name].stop)
            members[name].start()
        made = Cluster(members, etcd)
        until(made.is_whole, "a leader, a synchronous standby and a third member")
        made.sql(f"CREATE ROLE constancia LOGIN PASSWORD '{SECRET}'", "CREATE DATABASE libro OWNER constancia")
        yield made


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round has shown.

    Attributes:
        kind: What was killed: `primary`, `primary and synchronous standby`, or `etcd`.
        acknowledged: Entries that were acknowledged.
        lost: Those that are not there afterwards. None may be.
        cosigned: Trees that the quorum had cosigned, as the server showed them before the kill.
        uncosigned: Those whose cosignatures are not there afterwards. None may be.
        witnessed: Whether the quorum cosigned a tree of after the failover.
        refused: How often a client was turned away meanwhile.
        away_s: From the kill to the first entry afterwards; etcd itself was away for `OUTAGE_S` of them.
        second: Why a second server could not write.
        promoted: Whether the member that is the primary afterwards has all that was confirmed.
    """

    kind: str
    acknowledged: int
    lost: int
    cosigned: int
    uncosigned: int
    witnessed: bool
    refused: int
    away_s: float
    second: str
    promoted: bool

    @property
    def is_sound(self) -> bool:
        """Whether nothing is missing, and nobody could write or was promoted who may not."""
        sound = self.witnessed and self.promoted and self.second != "it could write"
        return sound and self.lost == self.uncosigned == 0


@dataclass
class Stage:
    """A ledger in the cluster, and its witnesses."""

    nodes: Cluster
    scene: Scene
    world: World
    template: Template

    @classmethod
    def make(cls, nodes: Cluster, template: Template, folder: Path) -> "Stage":
        """Put a ledger into the cluster."""
        folder.mkdir()
        scene = Scene(folder, template)
        scene.found()
        assert scene.world is not None
        urls = {f"w{number}": (one.cosigner, one.url) for number, one in enumerate(scene.witnesses(3), 1)}
        scene.write_policy(urls)
        put_into(nodes.address, folder / "d")
        return cls(nodes, scene, scene.world, template)

    def opened(self, place: str = "d", **options: Any) -> Ledger:
        """Open the ledger for writing, on the machine that `place` stands for."""
        folder = self.scene.folder / place
        return Ledger.open(
            folder, clock=self.scene.clock, signer=self.scene.signer, database=self.nodes.address,
            options=Options(**options),
        )  # fmt: skip

    def second(self) -> str:
        """Give the code with which a second server is refused."""
        try:
            with self.opened("second") as ledger:
                return ledger.refusal.code if ledger.refusal is not None else "it could write"
        except StoreUnavailable as error:
            return error.code

    def play(self, load_s: float, kind: str = "primary") -> Round:
        """Play one round.

        Args:
            load_s: For how long there is load before and after the failure.
            kind: What is killed, as `Round` says it. All but the primary come back after a while.
        """
        nodes = self.nodes
        until(nodes.is_whole, "three members")
        leader, standby = nodes.with_role("leader"), nodes.with_role("sync_standby")
        assert leader is not None
        assert standby is not None
        with self.opened(cosign=True, pace=self.scene.pace) as ledger, clients(ledger, self.world) as seen:
            until(lambda: ledger.witnessing.latest() is not None and seen.acknowledged, "a witnessed tree")
            time.sleep(load_s)
            second = self.second()
            sizes = [size for size in ledger.witnessing.store.sizes() if len(ledger.witnessing.store.at(size)) >= 2]
            shown = {size: {row.key for row in ledger.witnessing.store.at(size)} for size in sizes}
            killed_at, before = time.monotonic(), len(seen.acknowledged)
            promoted = True
            if kind == "etcd":
                before, second = self._without_etcd(seen)
            else:
                leader.kill()
            if kind == "primary and synchronous standby":
                standby.kill()
                ends = time.monotonic() + OUTAGE_S
                while time.monotonic() < ends:
                    promoted = promoted and nodes.with_role("leader") in (None, leader)
                    time.sleep(0.5)
                standby.start()
            until(lambda: len(seen.acknowledged) > before + CLIENTS, "entries after the failure")
            away_s, size = time.monotonic() - killed_at, ledger.size
            has_confirmed = (standby, leader) if kind == "etcd" else (standby,)
            until(lambda: nodes.with_role("leader") is not None, "a leader")
            promoted = promoted and nodes.with_role("leader") in has_confirmed
            until(lambda: (latest := ledger.witnessing.latest()) is not None and latest.size >= size, "a quorum")
            time.sleep(load_s)
            ledger.publish()
        if kind != "etcd":
            leader.start()
        with self.opened() as ledger:
            entries = dict(enumerate(ledger.log.entries()))
            store = ledger.witnessing.store
            gone = [size for size, keys in shown.items() if not keys <= {row.key for row in store.at(size)}]
        lost = [index for index, raw in seen.acknowledged if entries.get(index) != raw]
        return Round(
            kind=kind, acknowledged=len(seen.acknowledged),
            lost=len(lost), cosigned=len(shown), uncosigned=len(gone), witnessed=True, refused=len(seen.refused),
            away_s=round(away_s, 1), second=second, promoted=promoted,
        )  # fmt: skip

    def _without_etcd(self, seen: Seen) -> tuple[int, str]:
        """Let etcd be away; give how many entries were acknowledged by the end, and why a second server can't write."""
        self.nodes.etcd.kill()
        time.sleep(OUTAGE_S)
        before, second = len(seen.acknowledged), self.second()
        time.sleep(QUIET_S)
        if len(seen.acknowledged) != before:
            raise AssertionError("a primary that nobody confirms as such went on")
        self.nodes.etcd.start()
        return before, second


def main() -> None:
    """Play rounds, and print what each has shown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if binaries() is None or not all(map(shutil.which, ("patroni", "etcd"))):
        sys.exit(MISSING)
    logging.disable(logging.ERROR)  # what the server says while its database is away
    chance = random.Random(options.seed)  # noqa: S311 (no secret)
    place = Path(tempfile.mkdtemp(prefix="constancia-patroni-"))
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/dev/shm" if Path("/dev/shm").is_dir() else str(place))  # noqa: S108
    failed, kinds = 0, [*["primary"] * options.rounds, "etcd", "primary and synchronous standby"]
    with cluster() as nodes:
        stage = Stage.make(nodes, Templates(place).adopted, place / "ledger")
        try:
            for number in range(len(kinds)):
                shown = stage.play(chance.uniform(2, 6), kinds[number])
                failed += not shown.is_sound
                sys.stdout.write(f"round {number + 1}: {shown}\n")
                sys.stdout.flush()
        finally:
            for witness in stage.scene.real:
                witness.stop()
    shutil.rmtree(place, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
