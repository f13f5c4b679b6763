"""Documents that say how to use the code are run, and list what exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import ORIGIN, START, World

from constancia.ledger.clock import StoryClock
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.ledger import Ledger

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SIZE = 26  # entries of the ledger that the examples verify
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path) -> list[str]:
    return BLOCK.findall(path.read_text(encoding="utf-8"))


@pytest.fixture
def auditor(tmp_path: Path) -> Path:
    """An auditor's folder, with a real ledger and a trust folder that did not come with it."""
    place, signer, clock = tmp_path / "ledger", LogSigner.generate(ORIGIN), StoryClock(START)
    with Ledger.open(place, clock=clock, signer=signer, create=True) as ledger:
        desk = Desk(ledger, World(signer.vkey), clock, signer, place)
        desk.found()
        desk.adopt()
        for content in (b"charter", b"minuta"):
            ledger.documents.put(content)
        ledger.publish()
        ledger.views.wait()
    (place / "trust").rename(tmp_path / "trust")
    return tmp_path


@pytest.mark.parametrize("page", ["VERIFYING.md", "es/VERIFICAR.md"])
def test_python_in_a_page_runs_as_it_stands(page: str, auditor: Path) -> None:
    code = "\n".join(blocks(DOCS / page))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=auditor, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT / ".import"), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[0].startswith(f"INTACT {SIZE} ")
    assert told[1].startswith(f"{SIZE} act")
    assert told[2] == f"{SIZE} 0"


@pytest.mark.parametrize("page", ["VERIFYING.md", "es/VERIFICAR.md"])
def test_page_on_verifying_names_every_option_and_exit_code(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from constancia.api.cli import main; main()", "verify", "--help"],
        capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(ROOT / ".import"), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    options = set(re.findall(r"--[a-z]+", done.stdout)) - {"--help"}
    assert {"--trust", "--since", "--replay", "--all", "--json", "--restart"} <= options
    assert [one for one in sorted(options) if f"{one}" not in text] == []
    assert [code for code in (0, 1, 2, 3, 130) if not re.search(rf"\b{code}\b", text)] == []
