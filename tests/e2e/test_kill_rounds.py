"""Every file and folder that is made for the first time is whole or absent: a kill at each change, then the next run.

Each scenario is killed before its n-th write, sync, rename, removal or creation of a file, or message to a database,
for every n (with a stride in the long ones; `CONSTANCIA_EVERY_KILL=1` takes every one). Where a stride begins follows
from the bytes of the ledger's own modules, so that each change of them is tried at other places. What is left is never
called altered, and the next run finishes it by itself.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
STRIDES = {
    "Document": 1, "File": 1, "Witness": 11, "Cosignatures": 37, "Init": 83, "Publication": 37, "Views": 41,
    "Backup": 73, "Rotation": 67, "Stolen": 43, "Lost": 43, "StolenMeanwhile": 29, "Republication": 19,
    "Mirrored": 113, "Restore": 37,
}  # fmt: skip
IN_A_DATABASE = {"MoveThere": 131, "MoveBack": 137, "RestoreOfDatabase": 43, "Upgrade": 79}  # fmt: skip
AT_LEAST = 1  # times that a scenario is killed: each change of the ledger's modules has it killed at other changes
COMPILER = shutil.which("cc")
pytestmark = pytest.mark.timeout(1200)  # the first test waits for all of them


@pytest.fixture(scope="module")
def kill_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if COMPILER is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler and Linux")
    made = tmp_path_factory.mktemp("kill") / "kill_at.so"
    source = ROOT / "tests" / "e2e" / "kill_at.c"
    subprocess.run([COMPILER, "-O1", "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.fixture(scope="module")
def played(kill_at: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """What all scenarios came to, by their names, and what was said of those that did not come to an end."""
    return play(STRIDES, kill_at, tmp_path_factory.mktemp("kills"))


@pytest.fixture(scope="module")
def played_in_a_database(
    kill_at: Path, tmp_path_factory: pytest.TempPathFactory, postgres_server: Server
) -> tuple[dict[str, Any], str]:
    """The same of those whose ledger is in a database."""
    server = f"--server={postgres_server.folder}"
    return play(IN_A_DATABASE, kill_at, tmp_path_factory.mktemp("kills"), server)


def play(strides: dict[str, int], kill_at: Path, base: Path, *options: str) -> tuple[dict[str, Any], str]:
    if os.environ.get("CONSTANCIA_EVERY_KILL"):
        strides = dict.fromkeys(strides, 1)
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "e2e" / "kill_rounds.py", base, *options,
         *(f"{name}={stride}" for name, stride in strides.items())],
        env={**os.environ, "LD_PRELOAD": str(kill_at), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("scenario", STRIDES)
def test_killed_anywhere_the_next_run_finishes(scenario: str, played: tuple[dict[str, Any], str]) -> None:
    finishes(scenario, *played)


@pytest.mark.parametrize("scenario", IN_A_DATABASE)
def test_killed_anywhere_with_a_database_the_next_run_finishes(
    scenario: str, played_in_a_database: tuple[dict[str, Any], str]
) -> None:
    finishes(scenario, *played_in_a_database)


def finishes(scenario: str, ended: dict[str, Any], failures: str) -> None:
    assert scenario in ended, failures
    found = ended[scenario]
    assert found["wrong"] == []
    assert found["tried"] >= AT_LEAST, "nothing was killed: the scenario was not tried"
