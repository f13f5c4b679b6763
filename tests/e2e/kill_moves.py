"""Scenarios of `kill_rounds.py` in which a ledger goes from one place to another, or a copy of it grows."""

import hashlib
import json
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from tests.dishonest import Host, hosting
from tests.e2e.kill_scenes import NEXT_ACT, SIGNER, WITNESS, expect, make_ledger
from tests.ledger.test_monitor import history
from tests.ledger.test_postgres_places import in_version_1
from tests.ledger.world import START
from tests.postgres import Server
from tests.verify.small_ledger import Log

from constancia.ledger.assembly import Options
from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.backup.relocation import move_to_database, move_to_file
from constancia.ledger.belongings.places import Places, places_of
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import StoreUnavailable
from constancia.ledger.folder import LedgerFolder
from constancia.ledger.ledger import Ledger
from constancia.ledger.mirror.mirror import Mirror as LogMirror
from constancia.ledger.monitor.findings import INTACT
from constancia.ledger.monitor.settings import WatchSettings
from constancia.ledger.store.address import DatabaseAddress, address_in
from constancia.ledger.store.postgres.driver import postgres
from constancia.ledger.store.postgres.session import connect
from constancia.ledger.store.postgres.transfer import load
from constancia.ledger.submission import parse_signed
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.sources.sqlite_store import open_store
from constancia.verify.trust.trust_folder import load_trust

SIZE = 16  # entries of `make_ledger`
DOCUMENT = b"charter"
ADDRESS = "address"  # next to the ledger's folder: where it moves to
BACKUP = "backup.tar"


class Scene:
    """What a scenario is given: the server of databases, something that lasts for all rounds, and each new round."""

    server: ClassVar[Server | None] = None

    @classmethod
    def begin(cls, resources: ExitStack, server: Server | None) -> None:
        cls.server = server

    @classmethod
    def furnish(cls, folder: Path) -> None:
        """Prepare what a copy of the template's folder does not have."""

    prepare = staticmethod(make_ledger)

    @classmethod
    def run(cls, folder: Path) -> None:
        raise NotImplementedError

    @classmethod
    def check(cls, folder: Path) -> None:
        raise NotImplementedError


def opened(folder: Path) -> Ledger:
    return Ledger.open(folder, clock=StoryClock(START), signer=SIGNER, options=Options(follow=False))


def in_a_place(folder: Path, places: Places) -> tuple[list[str], list[str]]:
    return places.documents.names(), places.vault.commitments()


def restore_once_more(folder: Path) -> None:
    """Restore the backup, a second later than the last time."""
    before = len(list(folder.parent.glob("d.before-restore-*")))
    restore(folder.parent.with_name(BACKUP), folder, now=START + timedelta(seconds=before))


def expect_nothing_half_made(folder: Path) -> None:
    """Expect that no file of an unfinished write is left."""
    half = [str(path) for path in folder.parent.rglob("*.part*")]
    expect(not half, f"half made: {half}")


class WithBelongings(Scene):
    """A ledger with a document and a sealed value, which are in one place at a time, and in none less."""

    @staticmethod
    def prepare(folder: Path) -> None:
        make_ledger(folder)
        places_of(LedgerFolder(folder), None).vault.put("Persona H", field="name", party="nosc")
        backup(folder, folder.with_name(BACKUP))

    @classmethod
    def furnish(cls, folder: Path) -> None:
        assert cls.server is not None
        folder.with_name(ADDRESS).write_text(cls.server.schema().shown)

    @staticmethod
    def address(folder: Path) -> DatabaseAddress:
        return DatabaseAddress.read(folder.with_name(ADDRESS).read_text())

    @classmethod
    def expect_all(cls, folder: Path, *, is_in_database: bool) -> None:
        """Expect everything in the one place, and nothing in the other; and no half-made file."""
        here = in_a_place(folder, places_of(LedgerFolder(folder), None))
        with postgres().tables_in(cls.address(folder)) as tables:
            there = in_a_place(folder, places_of(LedgerFolder(folder), tables))
        has, lacks = (there, here) if is_in_database else (here, there)
        expect(lacks == ([], []), f"left behind: {lacks}")
        expect(has[0] == [hashlib.sha256(DOCUMENT).hexdigest()] and len(has[1]) == 1, f"lost: {has}")
        expect_nothing_half_made(folder)

    @classmethod
    def check(cls, folder: Path) -> None:
        """Expect the whole ledger, or that nobody writes it."""
        try:
            with opened(folder) as ledger:
                expect(ledger.size == SIZE, f"{ledger.size} entries")
        except StoreUnavailable as error:
            expect(error.code == "E_STORE_MOVED", str(error))


class InDatabase(WithBelongings):
    """One whose store, and what belongs to it, are in a database."""

    @classmethod
    def furnish(cls, folder: Path) -> None:
        super().furnish(folder)
        move_to_database(folder, cls.address(folder))


class MoveThere(WithBelongings):
    """`move` from the folder's file into a database."""

    @classmethod
    def run(cls, folder: Path) -> None:
        if not cls.is_done(folder):
            move_to_database(folder, cls.address(folder))
        expect(cls.is_done(folder), "not moved")
        cls.expect_all(folder, is_in_database=True)

    @classmethod
    def is_done(cls, folder: Path) -> bool:
        """Whether the database is the one that is written."""
        if address_in(folder) is None:
            return False
        try:
            opened(folder).close()
        except StoreUnavailable:
            return False
        return True


class MoveBack(InDatabase):
    """`move` from a database into the folder's file."""

    @classmethod
    def run(cls, folder: Path) -> None:
        if address_in(folder) is not None:
            move_to_file(folder)
        opened(folder).close()  # which takes half-made files away
        cls.expect_all(folder, is_in_database=False)


class Restore(WithBelongings):
    """A backup in the place of a ledger with a vault, which is in no backup; repeated, it is restored once more."""

    @classmethod
    def furnish(cls, folder: Path) -> None:
        """Nothing: it is in its folder."""

    @classmethod
    def run(cls, folder: Path) -> None:
        restore_once_more(folder)
        vaults = [path for path in folder.parent.rglob("vault.sqlite") if path.parent.parent != folder]
        expect(not vaults, f"vaults of folders that were replaced: {vaults}")
        expect(len(places_of(LedgerFolder(folder), None).vault.commitments()) == 1, "the vault is lost")
        expect((folder / "vault" / "vault.sqlite").stat().st_nlink == 1, "the vault has another name")
        expect_nothing_half_made(folder)

    @classmethod
    def check(cls, folder: Path) -> None:
        if folder.exists() or not list(folder.parent.glob("d.before-restore-*")):
            super().check(folder)


class RestoreOfDatabase(InDatabase):
    """A backup in the place of a ledger whose store, and vault, are in a database."""

    @classmethod
    def run(cls, folder: Path) -> None:
        restore_once_more(folder)
        with postgres().tables_in(cls.address(folder)) as tables:
            left = places_of(LedgerFolder(folder), tables).vault.commitments()
        expect(not left, "the vault is still in the database")
        expect(len(places_of(LedgerFolder(folder), None).vault.commitments()) == 1, "the vault is lost")

    @classmethod
    def check(cls, folder: Path) -> None:
        if folder.exists():
            super().check(folder)


class Upgrade(WithBelongings):
    """The first start over tables that an earlier version made: they are upgraded, the folder's files go there."""

    @classmethod
    def furnish(cls, folder: Path) -> None:
        super().furnish(folder)
        address = cls.address(folder)
        in_version_1(address, meta=False)
        store, connection = open_store(folder / "ledger.sqlite"), connect(address)
        for item in store.meta().items():
            connection.execute("INSERT INTO meta VALUES (%s, %s)", tuple(map(str, item)))
        load(store, None, connection)
        store.close()
        connection.close()
        (folder / "ledger.sqlite").unlink()
        (folder / "database").write_text(f"{address.shown}\n")

    @classmethod
    def run(cls, folder: Path) -> None:
        with opened(folder) as ledger:
            expect(ledger.size == SIZE, f"{ledger.size} entries")
        cls.expect_all(folder, is_in_database=True)


class Republication(Scene):
    """`publish` into a folder that has a shorter log, with its cosigned checkpoint."""

    @staticmethod
    def prepare(folder: Path) -> None:
        make_ledger(folder)
        with opened(folder) as ledger:
            ledger.publish(folder / "out")
            ledger.append(parse_signed((folder / NEXT_ACT).read_bytes()))
            ledger.documents.put(DOCUMENT * 2)

    @classmethod
    def run(cls, folder: Path) -> None:
        with Ledger.open(folder, clock=StoryClock(START), signer=None, options=Options(follow=False)) as ledger:
            ledger.publish(folder / "out", tidy=True, check=True)
            note = ledger.log.checkpoint()
        expect((folder / "out" / "checkpoint").read_bytes() == note, "not the last checkpoint")
        half = [str(path) for path in (folder / "out").rglob("*.part")]
        expect(not half, f"half made: {half}")

    @classmethod
    def check(cls, folder: Path) -> None:
        with open_source(str(folder / "out")) as source:
            report = audit(source, load_trust(folder / "trust"), workers=1)
        expect(report.verdict is Verdict.INCONCLUSIVE, f"{report.verdict}: {report.first}")  # nobody has cosigned
        expect(report.size in (SIZE, SIZE + 1), f"{report.size} entries")


class Mirrored(Scene):
    """A mirror's first rounds: it copies a log, cosigns it, and the log grows."""

    log: ClassVar[Log]
    url: ClassVar[str]
    trust: ClassVar[Path]

    @classmethod
    def begin(cls, resources: ExitStack, server: Server | None) -> None:
        cls.log = history("all", 10)  # more than one whole tile
        cls.url = resources.enter_context(hosting(Host(cls.log)))

    @classmethod
    def prepare(cls, folder: Path) -> None:
        folder.mkdir()
        cls.trust = cls.log.write_trust(folder.with_name("trust"))

    @classmethod
    def run(cls, folder: Path) -> None:
        pinned = load_trust(cls.trust)
        settings = WatchSettings(trust_of=lambda _: pinned, recheck_s=0, whole_up_to=0, workers=1)
        root = folder / "mirror"
        mirror = LogMirror.open(
            root, cls.url, WITNESS, settings, StoryClock(START), create=not (root / "mirror.json").exists()
        )
        outcome = mirror.round()
        expect(outcome.watch.code == INTACT and not outcome.problem, f"{outcome.watch.code} {outcome.problem}")
        expect(outcome.size == len(cls.log.entries), f"{outcome.size} entries")
        half = [str(path) for path in root.rglob("*.part")]
        expect(not half, f"half made: {half}")

    @classmethod
    def check(cls, folder: Path) -> None:
        for place in (folder / "mirror" / "public").glob("*"):
            if (place / "checkpoint").exists():
                with open_source(str(place)) as source:
                    report = audit(source, load_trust(cls.trust), workers=1)
                expect(report.verdict is not Verdict.ALTERED, json.dumps(str(report.first)))


ALL = (MoveThere, MoveBack, Restore, RestoreOfDatabase, Upgrade, Republication, Mirrored)
