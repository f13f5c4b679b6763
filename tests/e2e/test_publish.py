"""`constancia publish`: a folder that any web server offers, and that no interruption spoils."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.api.command_line import run_here
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.publication.test_static_files import files, grow
from tests.ledger.template import Template, Templates
from tests.ledger.world import START
from tests.profile import sampled
from tests.warm import MAIN

from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.clock import StoryClock
from constancia.ledger.ledger import Ledger
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "CONSTANCIA_LANG": "en"}
DOCUMENTS = 120
WAIT_S = 60


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", MAIN, *map(str, arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run_here(arguments, env=ENVIRONMENT, cwd=Path.cwd())


@contextlib.contextmanager
def started(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(arguments, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def until(is_so: Callable[[], bool], child: subprocess.Popen[str]) -> None:
    """Waits until something is so, or the child has ended."""
    end = time.monotonic() + WAIT_S
    while not is_so() and child.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.002)


def how_many(folder: Path) -> int:
    """The number of files, whole or half written; they may come and go while they are counted."""
    return sum(len(names) for _, _, names in os.walk(folder))


@contextlib.contextmanager
def plain_web_server(folder: Path) -> Iterator[str]:
    """Python's own server of files, which knows nothing of logs."""
    arguments = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder)]
    with started([sys.executable, *arguments]) as child:
        assert child.stdout is not None
        found = re.search(r"port (\d+)", child.stdout.readline())
        assert found
        yield f"http://127.0.0.1:{found[1]}"


@pytest.fixture(scope="module")
def grown(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A ledger of some hundred entries and documents, to be copied."""
    folder, clock = tmp_path_factory.mktemp("grown") / "ledger", StoryClock(START)
    made = Template(folder, templates.adopted.signer, templates.adopted.copy_to(folder))
    with Ledger.open(folder, clock=clock, signer=made.signer) as ledger:
        grow(Desk(ledger, made.world, clock, made.signer, folder), 600)
        for content in (b"charter", b"minuta", *(b"document %d" % number for number in range(DOCUMENTS))):
            ledger.documents.put(content)
    return made


@pytest.fixture
def long(open_desk: OpenDesk, grown: Template) -> Desk:
    """A copy of it, open, with all its files there."""
    desk = open_desk(begun=grown)
    desk.ledger.views.wait()
    return desk


def test_log_is_verified_at_a_plain_web_server(long: Desk, tmp_path: Path) -> None:
    place = tmp_path / "public"
    done = run("publish", place, "--dir", long.folder)
    assert done.returncode == 0, done.stderr
    assert long.ledger.log.root().hex() in done.stdout
    with plain_web_server(place) as url:
        assert httpx.get(f"{url}/checkpoint").content == long.ledger.log.checkpoint()
        assert httpx.get(f"{url}/tile/0/000").headers["content-type"] == "application/octet-stream"
        verified = run("verify", f"{url}/", "--trust", long.folder / "trust")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        # The verdict rests on what is served: one byte of one entry, and it is another.
        bundle = place / "tile" / "entries" / "001"
        bundle.write_bytes(bundle.read_bytes().replace(b"No consta", b"Si consta", 1))
        assert run("verify", f"{url}/", "--trust", long.folder / "trust").returncode == 1


def test_repeating_it_writes_what_is_new_alone(long: Desk, tmp_path: Path) -> None:
    place = tmp_path / "public"
    assert run("publish", place, "--dir", long.folder).returncode == 0
    before = {name: (place / name).stat().st_mtime_ns for name in files(place)}
    again = run("publish", place, "--dir", long.folder)
    assert " 0 files written" in again.stdout
    grow(long, 10)
    assert run("publish", place, "--dir", long.folder).returncode == 0
    after = {name: (place / name).stat().st_mtime_ns for name in files(place)}
    changed = {name for name in after if after[name] != before.get(name)}
    width = long.ledger.size % 256
    assert changed == {"checkpoint", f"tile/0/002.p/{width}", f"tile/entries/002.p/{width}"}


def test_folder_of_another_log_is_refused(long: Desk, open_desk: OpenDesk, tmp_path: Path) -> None:
    other = open_desk("other")
    other.found()
    place = tmp_path / "public"
    other.ledger.publish(place)
    before = files(place)
    done = run("publish", place, "--dir", long.folder)
    assert done.returncode == 76
    assert "another history" in done.stderr
    assert files(place) == before


def test_ledger_s_own_folder_is_never_made_public(long: Desk) -> None:
    """Other verbs take the ledger's folder where this one takes the public one."""
    before = sorted(path.name for path in long.folder.iterdir())
    done = run("publish", long.folder, "--dir", long.folder)
    assert done.returncode == 76
    assert "keys" in done.stderr
    assert sorted(path.name for path in long.folder.iterdir()) == before


@pytest.mark.timeout(170)
@pytest.mark.usefixtures("known_signatures")  # one log is audited again and again
def test_killed_at_any_moment_it_leaves_a_sound_log_and_goes_on(long: Desk, tmp_path: Path) -> None:
    place = tmp_path / "public"
    long.ledger.publish(tmp_path / "first")
    trust = load_trust(long.folder / "trust")
    # New folder: killed with so many files there; then one that has a checkpoint and is to grow.
    for count in (1, 30, DOCUMENTS, DOCUMENTS + 3, DOCUMENTS + 6):
        _kill_at(count, place, long.folder)
        if (place / "checkpoint").exists():
            with open_source(str(place)) as source:
                assert audit(source, trust).verdict is Verdict.INTACT
    assert run("publish", place, "--dir", long.folder).returncode == 0
    assert files(place) == files(tmp_path / "first")
    before = (place / "checkpoint").read_bytes()
    grow(long, 300)  # more than a whole tile
    for number in range(60):  # files that come before the tiles: enough of them to be killed among
        long.ledger.documents.put(b"later document %d" % number)
    interrupted = 0
    for count in range(1, sampled(3, 6)):
        _kill_at(how_many(place) + count, place, long.folder)
        interrupted += (place / "checkpoint").read_bytes() == before
        with open_source(str(place)) as source:
            assert audit(source, trust).verdict is Verdict.INTACT
    assert interrupted > 0
    assert run("publish", place, "--dir", long.folder, "--keep-partials").returncode == 0
    long.ledger.publish(tmp_path / "straight")
    straight, found = files(tmp_path / "straight"), files(place)
    assert {name: found.get(name) for name in straight} == straight
    assert [name for name in found if name.endswith(".part")] == []


def _kill_at(count: int, place: Path, folder: Path) -> None:
    """Publishes, and kills the process once so many files are there."""
    with started(command("publish", place, "--dir", folder)) as child:
        until(lambda: how_many(place) >= count, child)
        child.send_signal(signal.SIGKILL)


def test_watching_ends_where_another_ledger_is_put_in_the_place_of_the_one_that_is_read(
    long: Desk, tmp_path: Path
) -> None:
    """What is appended then would be published no more, in silence; a supervisor starts it again."""
    backup(long.folder, tmp_path / "backup.tar")
    with started(command("publish", tmp_path / "www", "--dir", long.folder, "--watch", "--every", "0.1")) as child:
        until((tmp_path / "www" / "checkpoint").exists, child)
        long.ledger.close()
        restore(tmp_path / "backup.tar", long.folder, now=START)
        assert child.wait(WAIT_S) == 76
        assert child.stdout is not None
        assert "the ledger was restored or moved" in child.stdout.read()


def test_watching_it_follows_the_log_and_ends_when_asked(long: Desk, tmp_path: Path) -> None:
    place = tmp_path / "public"
    with started(command("publish", place, "--dir", long.folder, "--watch", "--every", "0.1")) as child:
        for _ in range(2):
            until(lambda: _published_size(place) == long.ledger.size, child)
            assert child.poll() is None
            grow(long, 20)
        until(lambda: _published_size(place) == long.ledger.size, child)
        child.terminate()
        assert child.wait(timeout=WAIT_S) == 0
    with open_source(str(place)) as source:
        assert audit(source, load_trust(long.folder / "trust")).verdict is Verdict.INTACT


def _published_size(place: Path) -> int:
    try:
        return int((place / "checkpoint").read_text().split("\n")[1])
    except FileNotFoundError:
        return 0
