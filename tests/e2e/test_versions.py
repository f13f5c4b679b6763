"""The verifier with the newest other Python that this machine has; `make versions` tries all of them, and more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ledger.template import Templates
from tests.ledger.world import START
from tools.pythons import ROOT, cached_environment, interpreters

from constancia.ledger.clock import StoryClock
from constancia.ledger.ledger import Ledger


@pytest.fixture(scope="module")
def python() -> Path:
    others = [version for version in interpreters() if version != sys.version_info[:2]]
    if not others:
        pytest.skip("this machine has one Python")
    there = cached_environment("verifier", ["cryptography>=48", "tzdata>=2026.1"], others[-1])
    if isinstance(there, str):
        pytest.skip(there)
    return there


def run(python: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-P", "-W", "error", *arguments], capture_output=True, text=True, check=False, timeout=120,
        env={"PYTHONPATH": str(ROOT / ".import"), "PYTHONUTF8": "1"},
    )  # fmt: skip


def test_bundle_is_verified_and_read_by_another_python(python: Path, templates: Templates, tmp_path: Path) -> None:
    bundle, trust = bundle_of(templates, tmp_path)
    asked = run(python, "-c", "import sys; print(*sys.version_info[:2])")
    assert tuple(map(int, asked.stdout.split())) != sys.version_info[:2]
    done = run(python, "-m", "constancia.verify", bundle, "--trust", trust, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"], report["faults_total"]) == (0, "intact", 0), done.stderr
    assert run(python, "-c", "from constancia.verify import *").stderr == ""
    example = run(python, ROOT / "examples" / "verify_bundle.py", bundle, trust)
    assert (example.returncode, example.stdout.partition(":")[0]) == (0, "INTACT"), example.stderr


def bundle_of(templates: Templates, folder: Path) -> tuple[Path, Path]:
    """A founded ledger's bundle, and a trust folder that did not come with it."""
    founded = templates.founded
    founded.copy_to(folder / "d")
    with Ledger.open(folder / "d", clock=StoryClock(START), signer=founded.signer) as ledger:
        ledger.documents.put(b"charter")
        ledger.export(folder / "bundle.zip")
    return folder / "bundle.zip", (folder / "d" / "trust").rename(folder / "trust")
