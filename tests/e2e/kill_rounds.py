"""Kills a process at each change that it makes to files, then lets the next run go on. Run with `kill_at.so` preloaded.

    kill_rounds.py FOLDER [--server=SERVER] SCENARIO=STRIDE...

Each scenario is played in a process that is forked before anything has begun: what a process has to import before it
can play takes longer than most of them. SERVER is the folder of a running PostgreSQL server, for scenarios whose ledger
is in a database; each thing that is sent to it is a change, too. Prints a JSON object for each by its name: how many
changes the scenario makes, how many were tried, and what went wrong, with its number. The first one that is tried
follows from the ledger's own modules.
"""

import ctypes
import gc
import json
import os
import shutil
import signal
import sys
import traceback
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from tests.e2e import kill_moves, kill_scenes
from tests.postgres import Server

LIB = ctypes.CDLL(None)
FURNISHED = {scene.__name__: scene for scene in kill_moves.ALL}
SCENARIOS = {scene.__name__: scene for scene in (*kill_scenes.ALL, *kill_moves.ALL)}
SOURCE = Path(__file__).resolve().parents[2] / "ledger"


def forked(work: Callable[[], None], report: Path) -> tuple[int, str]:
    """Do some work in a process of its own; gives the signal that ended it (0 for none) and what went wrong."""
    pid = os.fork()
    if not pid:
        try:
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, 1)
            os.dup2(devnull, 2)
            work()
        except BaseException:  # noqa: BLE001 (told below)
            LIB.kill_arm(b"", ctypes.c_long(0))
            report.write_text(traceback.format_exc())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status), ""
    wrong = report.read_text() if os.WEXITSTATUS(status) else ""
    report.unlink(missing_ok=True)
    return 0, wrong


def turn() -> int:
    """Give a number that follows from the ledger's own modules: where a stride begins."""
    return zlib.crc32(b"".join(path.read_bytes() for path in sorted(SOURCE.rglob("*.py"))))


def armed(place: Path, number: int, work: Callable[[Path], None]) -> None:
    """Do the work, and be killed before the `number`-th change below the place."""
    LIB.kill_arm(str(place).encode(), ctypes.c_long(number))
    work(place / "d")


def gone_on(scenario: Any, folder: Path) -> None:
    """Judge what was left, play the scenario to its end, and judge what is there then: a note says which went wrong."""
    for what, work in (("left", scenario.check), ("next run", scenario.run), ("after it", scenario.check)):
        try:
            work(folder)
        except BaseException as error:
            error.add_note(what)
            raise


def main() -> None:
    base, found = Path(sys.argv[1]), dict[str, object]()
    given = dict(asked.split("=", 1) for asked in sys.argv[2:])
    place = given.pop("--server", None)
    server = Server(Path(place)) if place is not None else None
    gc.collect()
    gc.freeze()  # a collection in a forked process would copy what it only looks at
    made = base / "made"
    _, failed = forked(partial(kill_scenes.make_ledger, made), base / "made.failed")
    assert not failed, failed
    kill_scenes.MADE.append(made)
    for name, stride in given.items():
        folder, report = base / name, base / f"{name}.failed"
        folder.mkdir(parents=True)
        ended, failed = forked(partial(play, SCENARIOS[name], folder, int(stride), server), report)
        if ended or failed:
            sys.stderr.write(f"{name}: signal {ended}: {failed}\n")
        else:
            found[name] = json.loads((folder / "found.json").read_text())
    sys.stdout.write(json.dumps(found))


def play(scenario: Any, base: Path, stride: int, server: Server | None) -> None:
    """Play a scenario in a folder, and write down there what was found."""
    template, report = base / "template", base / "report"
    wrong: list[str] = []
    number, tried = 1 + turn() % stride, 0
    with ExitStack() as resources:
        furnished = FURNISHED.get(scenario.__name__)
        if furnished is not None:
            furnished.begin(resources, server)
        scenario.prepare(template)
        while True:
            place = base / "round"
            place.mkdir()
            folder = place / "d"
            shutil.copytree(template, folder)
            if furnished is not None:
                furnished.furnish(folder)

            ended, told = forked(partial(armed, place, number, scenario.run), report)
            if told:
                wrong.append(f"{number}: without a kill: {told[-600:]}")
            if ended != signal.SIGKILL:
                break
            tried += 1
            _, told = forked(partial(gone_on, scenario, folder), report)
            if told:
                wrong.append(f"{number}: {told[-600:]}")
            shutil.rmtree(place)
            number += stride
    found = {"last": number, "tried": tried, "wrong": wrong[:10], "wrong_count": len(wrong)}
    (base / "found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()
