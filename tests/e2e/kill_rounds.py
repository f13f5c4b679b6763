"""Kills a process at each change that it makes to files, then lets the next run go on. Run with `kill_at.so` preloaded.

    kill_rounds.py SCENARIO FOLDER STRIDE [SERVER]

SERVER is the folder of a running PostgreSQL server, for scenarios whose ledger is in a database; each thing that is
sent to it is a change, too. Prints a JSON object: how many changes the scenario makes, how many were tried, and what
went wrong, with its number.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.e2e import kill_moves, kill_scenes
from tests.postgres import Server

LIB = ctypes.CDLL(None)
FURNISHED = {scene.__name__: scene for scene in kill_moves.ALL}
SCENARIOS = {scene.__name__: scene for scene in (*kill_scenes.ALL, *kill_moves.ALL)}


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


def armed(place: Path, number: int, work: Callable[[Path], None]) -> None:
    """Do the work, and be killed before the `number`-th change below the place."""
    LIB.kill_arm(str(place).encode(), ctypes.c_long(number))
    work(place / "d")


def main() -> None:
    scenario, base, stride = SCENARIOS[sys.argv[1]], Path(sys.argv[2]), int(sys.argv[3])
    template, report = base / "template", base / "report"
    base.mkdir(parents=True)
    wrong: list[str] = []
    number, tried = 1, 0
    with ExitStack() as resources:
        furnished = FURNISHED.get(sys.argv[1])
        if furnished is not None:
            furnished.begin(resources, Server(Path(sys.argv[4])) if sys.argv[4:] else None)
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
            for what, work in (("left", scenario.check), ("next run", scenario.run), ("after it", scenario.check)):
                _, told = forked(partial(work, folder), report)
                if told:
                    wrong.append(f"{number}: {what}: {told[-600:]}")
            shutil.rmtree(place)
            number += stride
    sys.stdout.write(json.dumps({"last": number, "tried": tried, "wrong": wrong[:10], "wrong_count": len(wrong)}))


if __name__ == "__main__":
    main()
