"""A small real ledger: three parties, a governance body, one commitment with a report."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.ledger.world import ORIGIN, START, Signed, World, play

from constancia.ledger.append.examiner import AppendOutcome
from constancia.ledger.assembly import Options
from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger


@dataclass
class Desk:
    """A ledger, the parties that speak in it, and the clock between them."""

    ledger: Ledger
    world: World
    clock: StoryClock
    signer: LogSigner
    folder: Path
    options: Options | None = None

    def take(self, signed: Signed) -> AppendOutcome:
        """Appends, and lets the parties see the new end of the log."""
        outcome = self.ledger.append(signed.parsed)
        self.world.look(self.ledger.log)
        return outcome

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
def open_desk(tmp_path: Path) -> Iterator[OpenDesk]:
    """Opens new ledgers, with the options wanted, and closes them at the end."""
    opened: list[Desk] = []

    def make(name: str = "ledger", options: Options | None = None) -> Desk:
        signer, clock, folder = LogSigner.generate(ORIGIN), StoryClock(START), tmp_path / name
        ledger = Ledger.open(folder, clock=clock, signer=signer, create=True, options=options)
        desk = Desk(ledger, World(signer.vkey), clock, signer, folder, options)
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
def founded(new: Desk) -> Desk:
    """A ledger whose parties have keys and seats."""
    new.found()
    return new


@pytest.fixture
def desk(founded: Desk) -> Desk:
    """A ledger with an adopted commitment `c1` and a report on it, `r1`."""
    founded.adopt()
    return founded
