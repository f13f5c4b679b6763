"""Every file and folder that is made for the first time is whole or absent: a kill at each change, then the next run.

Each scenario is killed before its n-th write, sync, rename, removal or creation of a file, or message to a database,
for every n (with a stride in the long ones; `CONSTANCIA_EVERY_KILL=1` takes every one). What is left is never called
altered, and the next run finishes it by itself.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[2]
STRIDES = {
    "Document": 1, "Witness": 2, "Cosignatures": 5, "Init": 23, "Publication": 17, "Views": 23, "Backup": 31,
    "Rotation": 7, "Stolen": 3, "Lost": 17, "StolenMeanwhile": 13, "Republication": 9, "Mirrored": 61, "Restore": 13,
}  # fmt: skip
IN_A_DATABASE = {"MoveThere": 67, "MoveBack": 71, "RestoreOfDatabase": 23, "Upgrade": 41}  # fmt: skip
COMPILER = shutil.which("cc")


@pytest.fixture(scope="session")
def kill_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if COMPILER is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler and Linux")
    made = tmp_path_factory.mktemp("kill") / "kill_at.so"
    source = ROOT / "tests" / "e2e" / "kill_at.c"
    subprocess.run([COMPILER, "-O1", "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.mark.parametrize("scenario", STRIDES)
def test_killed_anywhere_the_next_run_finishes(scenario: str, kill_at: Path, tmp_path: Path) -> None:
    finishes(scenario, STRIDES[scenario], kill_at, tmp_path)


@pytest.mark.parametrize("scenario", IN_A_DATABASE)
def test_killed_anywhere_with_a_database_the_next_run_finishes(
    scenario: str, kill_at: Path, tmp_path: Path, postgres_server: Server
) -> None:
    finishes(scenario, IN_A_DATABASE[scenario], kill_at, tmp_path, str(postgres_server.folder))


def finishes(scenario: str, stride: int, kill_at: Path, tmp_path: Path, *server: str) -> None:
    stride = 1 if os.environ.get("CONSTANCIA_EVERY_KILL") else stride
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "e2e" / "kill_rounds.py", scenario, tmp_path / "k", str(stride), *server],
        env={**os.environ, "LD_PRELOAD": str(kill_at), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["tried"] >= min(3, found["last"] - 1), "nothing was killed: the scenario was not tried"
