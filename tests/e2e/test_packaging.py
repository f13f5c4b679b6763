"""What is handed out works: source archive to wheel, and the wheel by itself, with its data, plays and verifies."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Runs a command of the wheel, then says which files its modules came from.
RUN = """
import json, sys
from constancia.api.cli import main
try:
    sys.argv[0] = "constancia"
    main()
except SystemExit as end:
    code = end.code
found = {name: getattr(one, "__file__", None) for name, one in sys.modules.items() if name.startswith("constancia.")}
print(json.dumps([code, found]), file=sys.stderr)
"""


def build(source: Path, target: str, out: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    [made] = list(out.iterdir())
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a wheel that was built from the source archive alone."""
    work = tmp_path_factory.mktemp("package")
    copy = work / "checkout"
    names = ["api", "docs", "domain", "examples", "ledger", "tests", "verify", ".import"]
    for name in names:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)
    archive = build(copy, "sdist", work / "sdist")
    with tarfile.open(archive) as opened:
        opened.extractall(work / "unpacked", filter="data")
    [unpacked] = list((work / "unpacked").iterdir())
    made = build(unpacked, "wheel", work / "wheel")
    with zipfile.ZipFile(made) as opened_wheel:
        opened_wheel.extractall(work / "site")  # noqa: S202 - our own wheel, made a line above
    return work / "site"


def run(wheel: Path, folder: Path, arguments: Sequence[str]) -> tuple[int, str, dict[str, str | None]]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(wheel)},
    )
    code, found = json.loads(done.stderr.strip().splitlines()[-1])
    return code, done.stdout, found


def test_wheel_plays_the_demonstration_and_verifies_it(wheel: Path, tmp_path: Path) -> None:
    code, said, modules = run(wheel, tmp_path, ["demo", "--dir", "libro"])
    assert code == 0
    assert "ÍNTEGRO" in said
    strangers = {name: path for name, path in modules.items() if path and not path.startswith(str(wheel))}
    assert strangers == {}
    assert {"constancia.verify.audit.run", "constancia.domain.decide", "constancia.ledger.append.writer"} <= set(
        modules
    )


def test_wheel_holds_what_is_read_at_run_time(wheel: Path) -> None:
    held = {path.relative_to(wheel / "constancia").as_posix() for path in (wheel / "constancia").rglob("*")}
    assert {
        "api/locale/es/LC_MESSAGES/constancia.po",
        "api/templates/base.html",
        "api/static/site.css",
        "api/roadmap-2019/agreement.es.md",
        "verify/py.typed",
        "verify/verificador.html",
        "verify/page/page.html",
    } <= held
    assert not (wheel / "constancia" / "__init__.py").exists()
    assert not [name for name in held if name.startswith("tests")]
