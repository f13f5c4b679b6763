"""What an auditor installs: the verifier alone, with cryptography and the rules of time zones, and nothing else."""

import json
import subprocess
import sys
import tomllib
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest
from tests.e2e.test_packaging import build

ROOT = Path(__file__).resolve().parent.parent.parent
WHOLE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# All that may be imported from elsewhere; what is missing would be found in the environment of the tests otherwise.
GUARD = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        is_own = root.startswith(("constancia", "cryptography", "cffi", "tzdata", "_"))
        if root not in sys.stdlib_module_names and not is_own:
            raise ImportError(f"{name} is not the verifier's")
sys.meta_path.insert(0, Refuse())
import constancia.verify
from constancia.verify.__main__ import run
print([*constancia.verify.__path__], file=sys.stderr)
run()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT / "verify", "wheel", tmp_path_factory.mktemp("verifier"))


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(wheel.parent / "site")
    return wheel.parent / "site"


def verifier(installed: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", GUARD, *map(str, arguments)], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(installed), "PYTHONUTF8": "1"}, cwd=installed, timeout=120,
    )  # fmt: skip


def test_it_has_two_dependencies_and_the_same_version(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = BytesParser().parsebytes(archive.read(name))
        assert metadata.get_all("Requires-Dist") == ["cryptography>=48", "tzdata>=2026.1"]
        assert metadata["Version"] == WHOLE["version"]
        assert metadata["Description-Content-Type"] == "text/markdown"
        assert "constancia-verify SOURCE --trust FOLDER" in metadata.get_payload()
        outside = [
            one for one in archive.namelist() if not one.startswith(("constancia/verify/", "constancia_verify-"))
        ]
        assert outside == []
        assert "constancia/verify/LICENSE" in archive.namelist()
        assert not [one for one in archive.namelist() if "__pycache__" in one or one.endswith("pyproject.toml")]
    assert wheel.stat().st_size < 400_000


def test_it_verifies_a_ledger_by_itself(installed: Path, demo: Path) -> None:
    done = verifier(installed, demo, "--trust", demo / "trust", "--json")
    assert str(installed) in done.stderr
    report = json.loads(done.stdout)
    # L3 and L4 are not in it, and the report says so.
    assert (done.returncode, report["verdict"]) == (0, "intact"), report["open"]
    assert "law" in {item["code"] for item in report["not_checked"]}


def test_it_says_its_wire_format(installed: Path) -> None:
    done = verifier(installed, "--version")
    assert (done.returncode, done.stdout.split()) == (0, ["formato", "/", "wire", "format", "1"])
