"""Go's checksum-database packages read the served log, and the published folder at a plain web server."""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.foreign.conftest import Library, program

from constancia.ledger.keys.log_signer import LogSigner

SOURCE = Path(__file__).with_name("readlog.go")
PACKAGES = Path("/usr/share/gocode")
ENVIRONMENT = {**os.environ, "GO111MODULE": "off", "GOPATH": str(PACKAGES), "GOFLAGS": ""}
BUILD_S = 150


def go(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("go"), *map(str, arguments)],
        env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=BUILD_S,
    )  # fmt: skip


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program("go")
    if not (PACKAGES / "src" / "golang.org" / "x" / "mod" / "sumdb" / "tlog").is_dir():
        pytest.skip("golang.org/x/mod is not installed; sh tests/system.sh installs it on Debian")
    out = tmp_path_factory.mktemp("go") / "readlog"
    built = go("build", "-o", out, SOURCE)
    assert built.returncode == 0, built.stderr
    return out


def read(reader: Path, url: str, vkey: str, *older: int, proofs: bool = False) -> subprocess.CompletedProcess[str]:
    arguments = [str(reader), *(["-proofs"] if proofs else []), url, vkey, *map(str, older)]
    return subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=120)


def check(library: Library, done: subprocess.CompletedProcess[str], older: list[int]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    log = library.desk.ledger.log
    assert found["origin"] == library.desk.ledger.origin
    assert (found["size"], found["root"]) == (log.size, log.root().hex())
    assert found["included"] == log.size > 512
    assert found["roots"] == {str(size): log.root(size).hex() for size in older}
    return found


def test_program_is_vetted() -> None:
    done = go("vet", SOURCE)
    assert done.returncode == 0, done.stderr


@pytest.mark.timeout(300)
def test_they_prove_every_entry_and_every_former_size(library: Library, reader: Path) -> None:
    desk = library.desk
    older = sorted({*desk.ledger.log.checkpoint_sizes(), 1, 2, 255, 256, 257, 511, 512})
    done = read(reader, desk.url, desk.ledger.vkey, *older, proofs=True)
    found = check(library, done, older)
    assert found["served_proofs"] == len(older) + -(-desk.ledger.size // 17)
    assert found["fallbacks"] == 0


def test_they_read_the_published_folder(library: Library, reader: Path, published: tuple[Path, str]) -> None:
    check(library, read(reader, published[1], library.desk.ledger.vkey, 1, 300), [1, 300])


def test_they_refuse_another_log_s_key(library: Library, reader: Path) -> None:
    other = LogSigner.generate(library.desk.ledger.origin).vkey
    done = read(reader, library.desk.url, other)
    assert done.returncode == 1
    assert "signature" in done.stderr


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/001", "tile/0/000", "checkpoint"])
def test_they_refuse_a_file_with_one_bit_changed(
    library: Library, reader: Path, published: tuple[Path, str], path: str
) -> None:
    folder, url = published
    file = folder / path
    before = file.read_bytes()
    at = len(before) // 2
    if path == "checkpoint":
        at = before.index(base64.b64encode(library.desk.ledger.log.root())) + 3
    file.write_bytes(before[:at] + bytes((before[at] ^ 1,)) + before[at + 1 :])
    try:
        done = read(reader, url, library.desk.ledger.vkey)
        assert done.returncode == 1, done.stdout
    finally:
        file.write_bytes(before)


def test_they_go_on_where_a_partial_tile_has_been_replaced(
    library: Library, reader: Path, published: tuple[Path, str]
) -> None:
    """A reader who began with an older checkpoint finds the full tile in a partial one's place."""
    folder, url = published
    log = library.desk.ledger.log
    size = next(size for size in log.checkpoint_sizes() if 40 < size < 256)
    checkpoint = folder / "checkpoint"
    before = checkpoint.read_bytes()
    checkpoint.write_bytes(library.desk.ledger.log.checkpoint(size))
    try:
        done = read(reader, url, library.desk.ledger.vkey, 1)
    finally:
        checkpoint.write_bytes(before)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["size"], found["root"], found["included"]) == (size, log.root(size).hex(), size)
    assert found["fallbacks"] > 0
