"""What became of the mutants that were tried, in a file: a run that is over by its time goes on in the next."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.mutants.mutate import Mutant

_DONE: Final = ("killed", "timeout")


class Record:
    """A line for each try, `outcome | file | function | before | after | number`; the last of a mutant's counts."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._outcomes: dict[str, str] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                outcome, name = line.split(" | ", 1)
                self._outcomes[name] = outcome

    def waiting(self, mutants: Iterable[Mutant]) -> list[Mutant]:
        """Leave out the mutants that were killed; those that were tried in vain come after those never tried."""
        return sorted(
            (mutant for mutant in mutants if self._outcomes.get(_name(mutant)) not in _DONE),
            key=lambda mutant: _name(mutant) in self._outcomes,
        )

    def add(self, mutant: Mutant, outcome: str) -> None:
        """Write what became of a mutant, so that it is there even if the run is ended right after."""
        self._outcomes[_name(mutant)] = outcome
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{outcome} | {_name(mutant)}\n")


def _name(mutant: Mutant) -> str:
    return " | ".join((*mutant.key, str(mutant.number)))
