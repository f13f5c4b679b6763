"""`constancia mirror` as an archive runs it: a process, its key, its address; and the ledger's server gone."""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.api.command_line import run_here
from tests.api.served import desk_in
from tests.dishonest import Host, hosting
from tests.e2e.test_publish import command, started
from tests.ledger.template import Templates
from tests.ledger.test_monitor import history
from tests.verify.small_ledger import Log

from constancia.ledger.keys.note_keys import NoteKeys
from constancia.ledger.mirror.mirror import origin_hash
from constancia.verify.core.formats.checkpoint import read_checkpoint
from constancia.verify.core.formats.note import parse_note

PATIENT = httpx.Client(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))  # the machine may be busy
SECRET = b"correct horse battery staple"


@pytest.fixture(scope="module")
def true() -> Log:
    return history("all", 4)


@pytest.fixture
def host(true: Log) -> Host:
    return Host(true)


@pytest.fixture
def url(host: Host) -> Iterator[str]:
    with hosting(host) as address:
        yield address


@pytest.fixture
def home(tmp_path: Path, true: Log) -> Path:
    """An archive's folder with its key and its trust anchor."""
    NoteKeys.generate().save(tmp_path / "espejo.pem", SECRET, "archivo.example/espejo")
    (tmp_path / "frase").write_bytes(SECRET + b"\n")
    (tmp_path / "frase").chmod(0o600)
    true.write_trust(tmp_path / "trust")
    return tmp_path


def words(url: str, home: Path, *further: str) -> list[str]:
    options = {"--trust": "trust", "--dir": "archivo", "--key": "espejo.pem", "--passphrase-file": "frase"}
    paths = [part for name, path in options.items() for part in (name, str(home / path))]
    return ["mirror", url, "--levels", "L2", "--recheck", "0", *paths, *further]


def run(*arguments: str | Path, lang: str = "es") -> subprocess.CompletedProcess[str]:
    return run_here(arguments, env={**os.environ, "CONSTANCIA_LANG": lang}, cwd=Path.cwd())


def test_reader_verifies_the_mirror_when_the_ledger_is_gone(
    home: Path, templates: Templates, tmp_path: Path, true: Log
) -> None:
    with contextlib.ExitStack() as server, contextlib.ExitStack() as mirror:
        desk = server.enter_context(desk_in(tmp_path / "ledger", begun=templates.adopted))
        for content in (b"charter", b"minuta"):
            desk.ledger.documents.put(content)
        shutil.copytree(desk.ledger.folder.path / "trust", home / "real")
        options = ["--trust", str(home / "real"), "--levels", "L5", "--create", "--serve", "127.0.0.1:0"]
        child = mirror.enter_context(started(command(*words(desk.url, home, *options))))
        assert child.stdout is not None
        lines = iter(child.stdout.readline, "")
        address = next(match[1] for line in lines if (match := re.search(r"(http://127\.0\.0\.1:\d+)/", line)))
        next(line for line in lines if "Public folder" in line)
        origin, size = desk.ledger.origin, desk.ledger.size
        server.close()
        with pytest.raises(httpx.HTTPError):
            PATIENT.get(f"{desk.url}/checkpoint")
        place = f"{address}/{origin_hash(origin)}"
        verified = run("verify", f"{place}/", "--trust", home / "real")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        assert "ÍNTEGRO" in verified.stdout
        exported = run("export", tmp_path / "copia.zip", "--from", f"{place}/")
        assert exported.returncode == 0, exported.stderr
        assert run("verify", tmp_path / "copia.zip", "--trust", home / "real").returncode == 0
        check_answers(address, place, origin, size)
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0


def check_answers(address: str, place: str, origin: str, size: int) -> None:
    note = PATIENT.get(f"{place}/checkpoint")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.headers["cache-control"] == "public, max-age=2"
    assert {line.name for line in parse_note(note.content).signatures} == {origin, "archivo.example/espejo"}
    bundle = PATIENT.get(f"{place}/tile/entries/000.p/{size}")
    assert bundle.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert bundle.headers["content-encoding"] == "gzip"
    part = PATIENT.get(f"{place}/tile/0/000.p/{size}", headers={"Range": "bytes=0-31"})
    assert (part.status_code, len(part.content)) == (206, 32)
    answer = PATIENT.get(f"{place}/documents/{hashlib.sha256(b'minuta').hexdigest()}")
    assert (answer.content, answer.headers["content-disposition"]) == (b"minuta", "attachment")
    assert f"size {size}" in PATIENT.get(f"{address}/").text
    for path in ("tile/0/0", "../mirror.json", "%2e%2e/%2e%2e/mirror.json", "documents/x", "anchors/x", "mirror.json"):
        assert PATIENT.get(f"{place}/{path}").status_code == 404, path
    assert PATIENT.get(f"{address}/{'0' * 64}/checkpoint").status_code == 404
    assert PATIENT.post(f"{place}/checkpoint").status_code == 405


def test_killed_while_it_copies_it_goes_on(url: str, host: Host, home: Path, true: Log) -> None:
    asked = 0
    with started(command(*words(url, home, "--create", "--once"))) as child:

        def kill(path: str) -> None:
            nonlocal asked
            asked += path.startswith("tile/entries/001")
            if asked == 2:  # the audit has read it; now it is copied
                os.kill(child.pid, signal.SIGKILL)

        host.before = kill
        assert child.wait(60) == -signal.SIGKILL
    host.before = lambda _: None
    assert not list((home / "archivo" / "public").rglob("checkpoint"))
    done = run(*words(url, home, "--once"))
    assert done.returncode == 0, done.stderr
    assert f"el espejo cofirma {true.size} registros" in done.stdout
    [note] = (home / "archivo" / "public").rglob("checkpoint")
    assert read_checkpoint(note.read_bytes()).size == true.size


@pytest.mark.parametrize(("lang", "said"), [("es", "memoria se perdió"), ("en", "memory is lost")])
def test_missing_folder_is_explained(url: str, home: Path, lang: str, said: str) -> None:
    done = run(*words(url, home, "--once"), lang=lang)
    assert (done.returncode, said in done.stderr) == (76, True), done.stderr
    assert not (home / "archivo").exists()


def test_rollback_is_altered_and_said(url: str, host: Host, home: Path, true: Log) -> None:
    assert run(*words(url, home, "--create", "--once")).returncode == 0
    host.show(true.cut_at(100))
    done = run(*words(url, home, "--once"))
    assert done.returncode == 1
    assert "ALTERADO" in done.stdout
    assert f"cofirma {true.size} registros, 0 archivos" in done.stdout
