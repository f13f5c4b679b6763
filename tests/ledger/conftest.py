"""A small real ledger: three parties, a governance body, one commitment with a report."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.ledger.template import Template, Templates
from tests.ledger.world import ORIGIN, START, Signed, World, play
from tests.postgres import Server, put_into

from constancia.ledger.append.examiner import AppendOutcome
from constancia.ledger.append.writer import Writer
from constancia.ledger.assembly import LedgerParts, Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DatabaseAddress


@dataclass
class Desk:
    """A ledger, the parties that speak in it, and the clock between them."""

    ledger: Ledger
    world: World
    clock: StoryClock
    signer: LogSigner
    folder: Path
    options: Options | None = None
    database: DatabaseAddress | None = None

    def take(self, signed: Signed) -> AppendOutcome:
        """Appends, and lets the parties see the new end of the log."""
        outcome = self.ledger.append(signed.parsed)
        self.world.look(self.ledger.log)
        return outcome

    @property
    def parts(self) -> LedgerParts:
        """The parts that the ledger is made of: what tests of one part look at, or break."""
        return self.ledger._core

    @property
    def writer(self) -> Writer:
        assert self.parts.writer is not None
        return self.parts.writer

    def found(self) -> None:
        play(self.world.founding(), self.take)

    def adopt(self, name: str = "c1") -> None:
        play(self.world.commitment(name), self.take)

    def reopen(self, *, signer: LogSigner | None = None) -> Ledger:
        self.ledger.close()
        self.ledger = Ledger.open(self.folder, clock=self.clock, signer=signer or self.signer, options=self.options)
        return self.ledger


OpenDesk = Callable[..., Desk]


@pytest.fixture
def stored_in() -> str:
    """Where the store of a test's ledgers is: `sqlite` or `postgres`; a module of tests may say the other."""
    return "sqlite"


@pytest.fixture
def new_database(stored_in: str, request: pytest.FixtureRequest) -> Callable[[], DatabaseAddress | None]:
    """Gives the address of a database for one more ledger; None where it has a file of its own."""
    if stored_in == "sqlite":
        return lambda: None
    server: Server = request.getfixturevalue("postgres_server")
    return server.schema


@pytest.fixture
def open_desk(tmp_path: Path, new_database: Callable[[], DatabaseAddress | None]) -> Iterator[OpenDesk]:
    """Opens ledgers, new ones or copies of a template, with the options wanted, and closes them at the end."""
    opened: list[Desk] = []

    def make(name: str = "ledger", options: Options | None = None, begun: Template | None = None) -> Desk:
        folder, clock = tmp_path / name, StoryClock(START)
        signer = LogSigner.generate(ORIGIN) if begun is None else begun.signer
        world = World(signer.vkey) if begun is None else begun.copy_to(folder)
        database = new_database()
        if database is not None and begun is not None:
            put_into(database, folder)
        is_new = begun is None
        ledger = Ledger.open(folder, clock=clock, signer=signer, create=is_new, options=options, database=database)
        desk = Desk(ledger, world, clock, signer, folder, options, database)
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        desk.ledger.close()


@pytest.fixture
def new(open_desk: OpenDesk) -> Desk:
    """A ledger without entries."""
    return open_desk()


@pytest.fixture
def founded(open_desk: OpenDesk, templates: Templates) -> Desk:
    """A ledger whose parties have keys and seats."""
    return open_desk(begun=templates.founded)


@pytest.fixture
def desk(open_desk: OpenDesk, templates: Templates) -> Desk:
    """A ledger with an adopted commitment `c1` and a report on it, `r1`."""
    return open_desk(begun=templates.adopted)
