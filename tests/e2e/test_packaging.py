"""What is handed out works: source archive to wheel, and the wheel by itself, with its data, plays and verifies."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Sequence
from email.message import Message
from email.parser import BytesParser
from importlib.util import cache_from_source
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.profile import THOROUGH, sampled

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKED: list[str] = BUILD["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]
FLOORS = ("api", "domain", "ledger", "verify")
# What is installed keeps what it compiled, as it does at a user's: the next command does not compile it again.
OWN = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
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


class Played(NamedTuple):
    """A folder in which a command was run, how it ended, and the files that its modules came from."""

    folder: Path
    code: int
    printed: str
    modules: dict[str, str | None]


def build(source: Path, target: str, out: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    [made] = list(out.iterdir())
    return made


def compiled_already(folder: Path, source: Path, *, but: str = "") -> None:
    """Give modules what was compiled of the same bytes in the checkout, but in one folder: compiling is tried there."""
    for path in source.rglob("*.py"):
        name, done = path.relative_to(source), Path(cache_from_source(str(path)))
        copy = folder / name
        is_same = done.exists() and copy.exists() and copy.read_bytes() == path.read_bytes()
        if is_same and not (but and name.is_relative_to(but)):
            at = path.stat()
            os.utime(copy, ns=(at.st_atime_ns, at.st_mtime_ns))
            target = Path(cache_from_source(str(copy)))
            target.parent.mkdir(exist_ok=True)
            shutil.copy(done, target)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a wheel that was built from the source archive alone."""
    work = tmp_path_factory.mktemp("package")
    copy = work / "checkout"
    for name in (".import", "pyproject.toml", *PACKED):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    archive = build(copy, "sdist", work / "sdist")
    with tarfile.open(archive) as opened:
        opened.extractall(work / "unpacked", filter="data")
    [unpacked] = list((work / "unpacked").iterdir())
    assert sorted(PACKED) == sorted(
        {path.name for path in unpacked.iterdir()} - {"pyproject.toml", "PKG-INFO", ".gitignore"}
    )
    made = build(unpacked, "wheel", work / "wheel")
    # As a user's pip does it, into a folder of its own; what constancia needs is there already.
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--no-compile", "--target", work / "site", made], check=True, capture_output=True)
    for floor in FLOORS:
        compiled_already(work / "site" / "constancia" / floor, ROOT / floor)
    return work / "site"


@pytest.fixture(scope="module")
def played(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """What the wheel's demonstration comes to."""
    folder = tmp_path_factory.mktemp("played")
    return Played(folder, *run(wheel, folder, ["demo", "--short", "--dir", "libro"]))


def run(wheel: Path, folder: Path, arguments: Sequence[str]) -> tuple[int, str, dict[str, str | None]]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=OWN | {"PYTHONPATH": str(wheel)},
    )
    code, found = json.loads(done.stderr.strip().splitlines()[-1])
    return code, done.stdout, found


def installed(wheel: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command that pip installed, in another folder than that of the source."""
    return subprocess.run(
        [wheel / "bin" / "constancia", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=OWN | {"PYTHONPATH": str(wheel), "PYTHONSAFEPATH": "1", "CONSTANCIA_LANG": "es"},
    )


def test_wheel_plays_the_demonstration_and_verifies_it(wheel: Path, played: Played) -> None:
    assert played.code == 0
    assert "ÍNTEGRO" in played.printed
    assert "E_SCOPE_LABEL" in played.printed
    modules = played.modules
    strangers = {name: path for name, path in modules.items() if path and not path.startswith(str(wheel))}
    assert strangers == {}
    assert {
        "constancia.verify.audit.run",
        "constancia.domain.judgement.decide",
        "constancia.ledger.append.writer",
    } <= set(modules)


def test_installed_command_helps_and_verifies_a_bundle(wheel: Path, played: Played) -> None:
    """Each is an interpreter of its own: `make thorough` exports and verifies; the wheel's demonstration did both."""
    helped = installed(wheel, played.folder, "--help")
    assert (helped.returncode, "verify" in helped.stdout) == (0, True), helped.stderr
    page = (ROOT / "verify" / "verificador.html").read_bytes()
    assert (wheel / "constancia" / "verify" / "verificador.html").read_bytes() == page
    if THOROUGH:
        exported = installed(wheel, played.folder, "export", "libro.zip", "--dir", "libro")
        assert exported.returncode == 0, exported.stderr
        checked = installed(wheel, played.folder, "verify", "libro.zip", "--trust", "libro/trust")
        assert (checked.returncode, "ÍNTEGRO" in checked.stdout) == (0, True), checked.stdout + checked.stderr
        with zipfile.ZipFile(played.folder / "libro.zip") as bundle:
            assert bundle.read("verificador.html") == page


def test_wheel_holds_what_is_read_at_run_time(wheel: Path) -> None:
    held = {path.relative_to(wheel / "constancia").as_posix() for path in (wheel / "constancia").rglob("*")}
    assert {
        "__main__.py",
        "api/locale/es.mo",
        "api/locale/en.mo",
        "api/locale/names.json",
        "api/templates/base.html",
        "api/static/site.css",
        "api/roadmap-2019/agreement.es.md",
        "verify/py.typed",
        "verify/verificador.html",
        "verify/page/page.html",
    } <= held
    assert not (wheel / "constancia" / "__init__.py").exists()
    assert not [name for name in held if name.startswith("tests") or name.endswith(".po")]


def metadata_of(wheel: Path) -> tuple[Path, Message]:
    [folder] = wheel.glob("constancia-*.dist-info")
    return folder, BytesParser().parsebytes((folder / "METADATA").read_bytes())


def test_wheel_carries_the_licence_that_it_names(wheel: Path) -> None:
    folder, metadata = metadata_of(wheel)
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE"]
    licence = (folder / "licenses" / "LICENSE").read_bytes()
    assert licence == (ROOT / "LICENSE").read_bytes()
    assert b"Apache License" in licence
    assert b"END OF TERMS AND CONDITIONS" in licence


def test_metadata_says_who_for_whom_and_on_what(wheel: Path) -> None:
    _, metadata = metadata_of(wheel)
    assert metadata["Name"] == "constancia"
    assert metadata["Version"] == BUILD["project"]["version"]
    assert all(
        metadata[name] for name in ("Summary", "Author", "Keywords", "Requires-Python", "Description-Content-Type")
    )
    classifiers = metadata.get_all("Classifier") or []
    for topic in ("Development Status", "Intended Audience", "Natural Language", "Programming Language", "Typing"):
        assert [one for one in classifiers if one.startswith(f"{topic} ::")], topic
    assert not [one for one in classifiers if one.startswith("License")]  # PEP 639: the expression alone
    # No invented host: an address may be named once the project has one.
    assert metadata.get_all("Project-URL") is None
    assert "# constancia" in metadata.get_payload()


def test_version_and_wire_format_are_printed_apart(wheel: Path, tmp_path: Path) -> None:
    code, said, _ = run(wheel, tmp_path, ["--version"])
    assert code == 0
    assert said.split() == ["constancia", f"{BUILD['project']['version']},", "formato", "/", "wire", "format", "1"]


def test_package_runs_as_a_module_and_says_its_version(wheel: Path, tmp_path: Path) -> None:
    """Without babel: the wheel's words are compiled."""
    block = "import sys; sys.modules['babel'] = None; import runpy; runpy.run_module('constancia', run_name='__main__')"
    for command in (["-m", "constancia", "--version"], ["-c", block, "--version"]):
        done = subprocess.run(
            [sys.executable, "-P", *command], cwd=tmp_path, capture_output=True, text=True, check=False,
            env=OWN | {"PYTHONPATH": str(wheel)},
        )  # fmt: skip
        assert (done.returncode, done.stdout.split()[:2]) == (0, ["constancia", f"{BUILD['project']['version']},"])
    ask = "from constancia import ledger, api; print(ledger.__version__, api.__version__)"
    versions = subprocess.run(
        [sys.executable, "-P", "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True,
        env=OWN | {"PYTHONPATH": str(wheel)},
    )  # fmt: skip
    assert versions.stdout.split() == [BUILD["project"]["version"]] * 2


def test_installed_release_answers_while_it_starts(wheel: Path, tmp_path: Path) -> None:
    ask = """
import socket
from urllib.error import HTTPError
from urllib.request import urlopen
from constancia.api.http.server.startup import StartServer
with socket.create_server(("127.0.0.1", 0)) as listener, StartServer(listener):
    for path in ("es/", "en/", "healthz"):
        try:
            urlopen("http://127.0.0.1:%d/%s" % (listener.getsockname()[1], path), timeout=30)
        except HTTPError as answer:
            print(answer.code, len(answer.read()) > 300)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=OWN | {"PYTHONPATH": str(wheel)},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["503 True"] * 3, done.stderr


def test_tests_of_the_source_archive_run(wheel: Path) -> None:
    """As who packages the program for a distribution runs them: unpacked, without a clone's links."""
    [unpacked] = (wheel.parent / "unpacked").iterdir()
    assert not (unpacked / ".import").exists()
    few = "tests/verify/core/test_numbers.py"
    chosen = sampled([few], [few, "tests/domain/values/test_calendar.py", "tests/verify/core/test_log.py"])
    for folder in (*FLOORS, "tests"):
        compiled_already(unpacked / folder, ROOT / folder, but="core")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-n0", "-x", "-p", "no:cacheprovider", *chosen], cwd=unpacked,
        capture_output=True, text=True, check=False, timeout=170,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr
    assert " passed in " in done.stdout
    assert (unpacked / ".import" / "constancia" / "verify").is_symlink()
    compiled = {path.parent.parent.name for path in unpacked.glob("verify/*/__pycache__/*.pyc")}
    assert "core" in compiled, "they ran on another copy of the program"
    assert all((unpacked / each).is_file() for each in (*chosen, "tests/conftest.py", "tests/vectors/make.py"))


def test_wheel_holds_the_stub_of_the_public_names(wheel: Path) -> None:
    assert (wheel / "constancia" / "verify" / "__init__.pyi").is_file()


def test_build_is_the_same_twice(wheel: Path, tmp_path: Path) -> None:
    """A wheel that is in doubt can be built again: nothing of the machine or of the hour is in it."""
    [unpacked] = (wheel.parent / "unpacked").iterdir()
    [first] = (wheel.parent / "wheel").iterdir()
    assert build(unpacked, "wheel", tmp_path / "again").read_bytes() == first.read_bytes()


@pytest.mark.parametrize(("name", "mark"), [("CITATION.cff", "version"), ("publiccode.yml", "softwareVersion")])
def test_descriptions_for_catalogues_say_what_the_package_says(name: str, mark: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert f"{mark}: {BUILD['project']['version']}" in lines
    assert {line.strip() for line in lines if "license" in line} == {f"license: {BUILD['project']['license']}"}
    [maintainer] = BUILD["project"]["authors"]
    assert [line for line in lines if line.strip() == f"- name: {maintainer['name']}"]
    assert not [line for line in lines if "://" in line]  # no invented address
    # Plain YAML that any reader takes: two spaces a level, no tabs, nothing after a line's end.
    assert not [line for line in lines if "\t" in line or line != line.rstrip() or (len(line) - len(line.lstrip())) % 2]
