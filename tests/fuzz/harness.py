"""A harness: one parser that meets foreign bytes, with the errors that it declares. All harnesses by name.

The property of each: a result or a declared error, no other exception, within a bounded time and memory. What a harness
asserts beyond it (read back, the same answer by two readers) is in the harness itself.
"""

import atexit
import resource
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
CORPUS: Final = HERE / "corpus"
REGRESSIONS: Final = HERE / "regressions"
MOST_SECONDS: Final = 2.0  # of processor time for one input, of at most MOST_BYTES
MOST_BYTES: Final = 65_536
MOST_GROWTH_KB: Final = 400_000  # of the process by one input

Run = Callable[[bytes], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """One parser: its name, the function that gives it bytes, and the errors that are answers."""

    name: str
    run: Run
    errors: tuple[type[BaseException], ...]

    def corpus(self) -> list[Path]:
        """The seeds that were taken from real artefacts, and inputs that once broke something."""
        folders = (CORPUS / self.name, REGRESSIONS / self.name)
        return [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What an input did: its kind, by which equal ones are counted once, and how it came to be."""

    kind: str
    how: str


HARNESSES: Final[dict[str, Harness]] = {}


def harness(*errors: type[BaseException]) -> Callable[[Run], Run]:
    """Enter a function as a harness; `errors` are what its parser may raise."""

    def enter(run: Run) -> Run:
        name = run.__name__.replace("_", "-")
        HARNESSES[name] = Harness(name=name, run=run, errors=errors)
        return run

    return enter


def tried(one: Harness, data: bytes) -> Wrong | None:
    """Give a harness bytes; tells what was wrong, or None."""
    begun, size = time.process_time(), _peak()
    try:
        one.run(data)
    except one.errors:
        pass
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - that is what is looked for; a panic of Rust code is no Exception
        return Wrong(kind=f"{type(error).__name__} at {_place(error)}", how=traceback.format_exc())
    spent, grown = time.process_time() - begun, _peak() - size
    if spent > MOST_SECONDS:
        return Wrong(kind="slow", how=f"{spent:.1f} s of processor time for {len(data)} bytes")
    if grown > MOST_GROWTH_KB:
        return Wrong(kind="large", how=f"{grown} KB more for {len(data)} bytes")
    return None


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _place(error: BaseException) -> str:
    """Where it was raised: the last line of our own code, since libraries' lines are of no version."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        frame for frame in frames if "/tests/fuzz/harness.py" not in frame.filename and ".venv" not in frame.filename
    ]
    frame = (ours or frames)[-1]
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.name}"


@cache
def place() -> Path:
    """A folder for harnesses whose parser reads files; in memory where there is room."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def file_of(data: bytes, name: str = "file") -> Path:
    """Put bytes into a file."""
    path = place() / name
    path.write_bytes(data)
    return path
