"""Every file and folder that is made for the first time is whole or absent: a kill at each change, then the next run.

Each scenario is killed before its n-th write, sync, rename, removal or creation of a file, for every n (with a stride
in the long ones; `CONSTANCIA_EVERY_KILL=1` takes every one). What is left is never called altered, and the next run
finishes it by itself.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRIDES = {
    "Document": 1, "Witness": 2, "Cosignatures": 5, "Init": 23, "Publication": 17, "Views": 23, "Backup": 31,
    "Rotation": 11, "Stolen": 9,
}  # fmt: skip
COMPILER = shutil.which("cc")


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
    strides = dict.fromkeys(STRIDES, 1) if os.environ.get("CONSTANCIA_EVERY_KILL") else STRIDES
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "e2e" / "kill_rounds.py", tmp_path_factory.mktemp("kills"),
         *(f"{name}={stride}" for name, stride in strides.items())],
        env={**os.environ, "LD_PRELOAD": str(kill_at), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("scenario", STRIDES)
def test_killed_anywhere_the_next_run_finishes(scenario: str, played: tuple[dict[str, Any], str]) -> None:
    ended, failures = played
    assert scenario in ended, failures
    found = ended[scenario]
    assert found["wrong"] == []
    assert found["tried"] >= min(3, found["last"] - 1), "nothing was killed: the scenario was not tried"
