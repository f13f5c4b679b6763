"""A ledger as an archive: in a folder of another owner that may not be written, copied in several ways, served to read.

The commands run without the right to write there, as they would for a person who only has the archive.
"""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.e2e.test_stop import quiet, started
from tests.ledger.test_other_media import Copy, by_dump, by_file, by_vacuum
from tests.profile import sampled
from tests.warm import COMMAND
from tests.witness_process import ROOT

OTHER = 65_534
# The other ways to copy are tried without a server by `tests/ledger/test_other_media.py`, and here by `make thorough`.
COPIES: dict[str, Copy] = sampled({"file": by_file}, {"file": by_file, "VACUUM INTO": by_vacuum, ".dump": by_dump})
PATHS = (
    "/es/", "/en/entries", "/es/registros/3", "/es/compromisos", "/es/partes", "/checkpoint", "/tile/0/000.p/3",
    "/api/v1/state", "/api/v1/entries/3", "/api/v1/receipts/3", "/api/v1/witnesses", "/api/v1/integrity",
    "/api/v1/commitments", "/verificador.html", "/openapi.json", "/api/v1/receipts/3/qr.svg",
)  # fmt: skip


# To root no permission applies; without these capabilities they do.
BOUND = "--bounding-set=-dac_override,-dac_read_search,-fowner"


def as_reader() -> list[str]:
    """What goes before a command so that it may not write in the archive.

    The archive belongs to another account where that can be arranged, which is where the tests run as root.
    """
    if os.geteuid() != 0:
        return []
    prefix = ["setpriv", BOUND, BOUND.replace("bounding-set", "inh-caps")]
    if (
        shutil.which("setpriv") is None
        or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("root's capabilities can't be given up here")
    return prefix


@dataclass
class Archive:
    """The folder, a folder of the reader's own, and what goes before a command."""

    folder: Path
    home: Path
    prefix: list[str]

    def runs(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home), "CONSTANCIA_LANG": "en"}
        return subprocess.run(
            [*self.prefix, *COMMAND, *map(str, arguments)],
            cwd=ROOT / ".import", env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture(params=COPIES)
def archive(demo: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Archive]:
    folder, home, prefix = tmp_path / "archive", tmp_path / "home", as_reader()
    home.mkdir()
    shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("ledger.sqlite*"))
    COPIES[request.param](demo / "ledger.sqlite", folder / "ledger.sqlite")
    everything = (folder, *folder.rglob("*"))
    for path in everything:
        path.chmod((path.stat().st_mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)) & ~0o222)
        if prefix:
            os.chown(path, OTHER, OTHER)
    yield Archive(folder, home, prefix)
    for path in everything:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def listing(folder: Path) -> list[tuple[str, int, float]]:
    return [(str(path), path.stat().st_size, path.stat().st_mtime) for path in sorted(folder.rglob("*"))]


def test_archive_is_served_verified_and_monitored_and_nothing_is_written(archive: Archive) -> None:
    folder, before = archive.folder, listing(archive.folder)
    with started(folder, "--read-only", prefix=archive.prefix) as served:
        url = f"http://127.0.0.1:{served.port}"
        status = {path: served.get(path).status_code for path in PATHS}
        assert status == dict.fromkeys(PATHS, 200)
        refused = httpx.post(f"{url}/api/v1/entries", content=b"{}", headers={"Content-Type": "application/json"})
        assert refused.status_code in (400, 503)
        done = [
            archive.runs("verify", url, "--trust", folder / "trust", "--replay"),
            archive.runs("monitor", url, "--trust", folder / "trust", "--dir", archive.home / "w", "--once"),
        ]
        health = served.get("/healthz").json()
        _code, console, _seconds = served.stop()
    assert quiet(console), console
    assert (health["writable"], health["problems"]) == (False, [])
    done += [archive.runs("verify", folder, "--trust", folder / "trust", "--replay")]
    for each in done:
        assert (each.returncode, "Traceback" in each.stderr) == (0, False), each.stdout + each.stderr
    assert listing(folder) == before


def test_what_writes_says_that_it_may_not(archive: Archive) -> None:
    for arguments in (("serve", "--dir", archive.folder, "--port", "0"), ("rebuild", archive.folder)):
        done = archive.runs(*arguments)
        assert done.returncode in (74, 76), done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert str(archive.folder) in done.stderr, done.stderr
