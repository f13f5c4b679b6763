"""Rounds of failover: primary and synchronous standby, the primary killed with -9 under load, the standby promoted.

Usage: `python tests/e2e/standby_rounds.py [--minutes 5] [--seed 1]`; `make standby`. Each round counts what was
acknowledged and looks for it after the failover; any that is missing is a failure. It also looks that nobody could
write who should not: a second server, a server at the standby, the old primary when it comes back.
"""

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.ledger.template import Template, Templates
from tests.ledger.world import START, World
from tests.postgres import ROLE, Server, binaries, new_folder, put_into, run

from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import Busy, StoreUnavailable
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DatabaseAddress

WAIT_S: Final = 60
CLIENTS: Final = 8


@dataclass(frozen=True)
class Pair:
    """A primary, and a standby that confirms each of its commits."""

    primary: Server
    standby: Server

    @property
    def address(self) -> DatabaseAddress:
        """The address of whichever of the two can be written, as a ledger's server is given it."""
        hosts = f"host={self.primary.folder},{self.standby.folder}&port=5432,5432"
        return DatabaseAddress.read(f"postgresql://{ROLE}@/postgres?{hosts}&target_session_attrs=read-write")

    def promote(self) -> None:
        """Make the standby the primary."""
        run("pg_ctl", "-D", self.standby.folder / "data", "-w", "promote")


@contextmanager
def pair() -> Iterator[Pair]:
    """Make and start a pair; both are removed at the end."""
    primary, standby = Server(new_folder()), Server(new_folder())
    try:
        primary.make()
        primary.start()
        source = f"host={primary.folder} user={ROLE} application_name=standby"
        run("pg_basebackup", "-d", source, "-D", standby.folder / "data", "-R", "-X", "stream", "-c", "fast")
        standby.start()
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        primary.sql("SELECT pg_reload_conf()")
        until(lambda: primary.sql("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'") != [])
        yield Pair(primary, standby)
    finally:
        for server in (standby, primary):
            server.remove()


@dataclass
class Seen:
    """What clients of a ledger know: what was acknowledged to them, and how often they were turned away."""

    acknowledged: list[tuple[int, bytes]] = field(default_factory=list)
    refused: list[BaseException] = field(default_factory=list)


@contextmanager
def clients(ledger: Ledger, world: World, count: int = CLIENTS) -> Iterator[Seen]:
    """Append from several threads within the block; each sends the same bytes again where it was turned away."""
    seen, ended = Seen(), threading.Event()

    def client() -> None:
        while not ended.is_set():
            signed = world.allege("c1").parsed
            while not ended.is_set():
                try:
                    entry = ledger.append(signed).entry
                except (Busy, StoreUnavailable) as error:
                    seen.refused.append(error)
                    ended.wait(0.05)
                else:
                    seen.acknowledged.append((entry.index, entry.raw))
                    break

    threads = [threading.Thread(target=client, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join(WAIT_S)


def until(fact: Callable[[], bool]) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It was not so in time.
    """
    ends = time.monotonic() + WAIT_S
    while not fact():
        if time.monotonic() > ends:
            raise TimeoutError("it did not come to pass")
        time.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round has shown.

    Attributes:
        acknowledged: Entries that were acknowledged.
        after: Of these, after the failover.
        lost: Those that are not there afterwards. None may be.
        refused: How often a client was turned away meanwhile.
        away_s: From the kill to the first entry afterwards.
        codes: Why others could not write: a server at the standby, a second server, one at the old primary.
    """

    acknowledged: int
    after: int
    lost: int
    refused: int
    away_s: float
    codes: tuple[str, str, str]


def play(template: Template, folder: Path, load_s: float) -> Round:
    """Play one round: append, kill the primary, promote the standby, go on.

    Args:
        template: A ledger to begin with.
        folder: A new folder for it.
        load_s: For how long there is load before and after the failover.
    """
    with pair() as both:
        world = template.copy_to(folder)
        put_into(both.primary.address(), folder)
        clock = StoryClock(START)

        def opened(place: Path, address: DatabaseAddress) -> Ledger:
            return Ledger.open(place, clock=clock, signer=template.signer, database=address)

        def refused(place: Path, address: DatabaseAddress) -> str:
            try:
                with opened(place, address) as ledger:
                    return ledger.refusal.code if ledger.refusal is not None else "it could write"
            except StoreUnavailable as error:
                return error.code

        with opened(folder, both.address) as ledger, clients(ledger, world) as seen:
            until(lambda: len(seen.acknowledged) > 0)
            time.sleep(load_s)
            at_standby = refused(folder.with_name(f"{folder.name}-2"), both.standby.address())
            killed_at = time.monotonic()
            both.primary.kill()
            before = len(seen.acknowledged)
            both.promote()
            until(lambda: len(seen.acknowledged) > before + CLIENTS)
            away_s = time.monotonic() - killed_at
            time.sleep(load_s)
            second = refused(folder.with_name(f"{folder.name}-2"), both.address)
            ledger.publish()
            both.primary.restart()
            old = refused(folder.with_name(f"{folder.name}-3"), both.primary.address())
        # The address names the old primary first: it is stopped, as who promotes a standby has to see to.
        both.primary.stop()
        with opened(folder, both.address) as ledger:
            entries = dict(enumerate(ledger.log.entries()))
        lost = [index for index, raw in seen.acknowledged if entries.get(index) != raw]
        return Round(
            acknowledged=len(seen.acknowledged), after=len(seen.acknowledged) - before, lost=len(lost),
            refused=len(seen.refused), away_s=away_s, codes=(at_standby, second, old),
        )  # fmt: skip


def main() -> None:
    """Play rounds for some minutes, and print what each has shown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if binaries() is None:
        sys.exit("no PostgreSQL server here")
    chance, ends = random.Random(options.seed), time.monotonic() + 60 * options.minutes  # noqa: S311 (no secret)
    place = Path(tempfile.mkdtemp(prefix="constancia-standby-"))
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", "/dev/shm" if Path("/dev/shm").is_dir() else str(place))  # noqa: S108
    template = Templates(place).adopted
    failed = 0
    for number in itertools.count(1):
        shown = play(template, place / f"round-{number}", chance.uniform(0.5, 4))
        failed += shown.lost > 0 or "it could write" in shown.codes
        sys.stdout.write(f"round {number}: {shown}\n")
        sys.stdout.flush()
        if time.monotonic() > ends:
            break
    with suppress(OSError):
        shutil.rmtree(place)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
