"""Ledgers that are founded once in a process, and copied for each test that begins with one.

Founding takes 27 appends, each with a checkpoint and an fsync; a copy takes a hundredth of that.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.ledger.world import ORIGIN, START, Signed, World, play

from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger


@dataclass(frozen=True)
class Template:
    """A closed ledger: its folder, which no test changes, the key that signs it, and the parties that speak in it."""

    folder: Path
    signer: LogSigner
    world: World

    def copy_to(self, folder: Path) -> World:
        """Copy the ledger's folder, and give the parties as they were when it was closed."""
        shutil.copytree(self.folder, folder)
        return self.world.copy()


class Templates:
    """The ledgers that tests begin with, each made when it is first wanted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def founded(self) -> Template:
        """A ledger whose parties have keys and seats."""
        signer = LogSigner.generate(ORIGIN)
        world = World(signer.vkey)
        return self._played(Template(self._folder / "founded", signer, world), world.founding())

    @cached_property
    def adopted(self) -> Template:
        """The same with an adopted commitment `c1` and a report on it, `r1`."""
        folder = self._folder / "adopted"
        world = self.founded.copy_to(folder)
        return self._played(Template(folder, self.founded.signer, world), world.commitment("c1"))

    def _played(self, made: Template, acts: Sequence[Callable[[], Signed]]) -> Template:
        is_new = not made.folder.exists()
        with Ledger.open(made.folder, clock=StoryClock(START), signer=made.signer, create=is_new) as ledger:

            def take(signed: Signed) -> None:
                ledger.append(signed.parsed)
                made.world.look(ledger.log)

            play(acts, take)
            ledger.views.wait()
        return made
