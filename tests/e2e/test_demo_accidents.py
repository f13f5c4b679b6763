"""`demo` that is killed leaves no keys behind; a passphrase file beside a key is used for a demonstration alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.ledger.conftest import OpenDesk
from tests.warm import MAIN

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "CONSTANCIA_LANG": "en"}
COMMAND = [sys.executable, "-c", MAIN]
WAIT_S = 60.0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_demonstration_leaves_no_keys(tmp_path: Path, number: int) -> None:
    child = subprocess.Popen(
        [*COMMAND, "demo", "--short", "--dir", tmp_path / "d"], env=ENVIRONMENT, stdout=subprocess.DEVNULL
    )
    end = time.monotonic() + WAIT_S
    while not list(tmp_path.glob(".d.*/keys/log.pem")):
        assert time.monotonic() < end, "it did not begin"
        time.sleep(0.02)
    child.send_signal(number)
    child.wait(WAIT_S)
    while list(tmp_path.iterdir()):
        assert time.monotonic() < end, list(tmp_path.rglob("*"))
        time.sleep(0.1)


LATE_WRITER = """
import pathlib, sys, time
folder, mark = map(pathlib.Path, sys.argv[1:3])
while folder.exists():
    time.sleep(0.01)
folder.mkdir()
(folder / "store.sqlite").touch()
mark.touch()
"""
KILLED = """
import os, pathlib, signal, subprocess, sys
from constancia.api.demo.run import _removed_when_killed
with _removed_when_killed(pathlib.Path(sys.argv[1])) as lifeline:
    subprocess.Popen([sys.executable, "-S", "-c", sys.argv[3], *sys.argv[1:3]], pass_fds=[lifeline])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_witness_that_was_just_starting_makes_is_removed_too(tmp_path: Path) -> None:
    """It read its policy before the removal, and opens its store after it."""
    folder, mark = tmp_path / "part", tmp_path / "written"
    folder.mkdir()
    done = subprocess.run([sys.executable, "-c", KILLED, folder, mark, LATE_WRITER], env=ENVIRONMENT, check=False)
    assert done.returncode == -signal.SIGKILL
    end = time.monotonic() + WAIT_S
    while folder.exists() or not mark.exists():
        assert time.monotonic() < end, list(tmp_path.rglob("*"))
        time.sleep(0.02)


def test_passphrase_beside_the_key_of_a_real_ledger_is_not_used(open_desk: OpenDesk) -> None:
    """The genesis of this ledger does not say that it is a demonstration."""
    desk = open_desk()
    desk.world.demonstration = False
    desk.found()
    desk.ledger.close()
    (desk.folder / "keys").mkdir(mode=0o700)
    desk.signer.save(desk.folder / "keys" / "log.pem", b"a long enough passphrase")
    beside = desk.folder / "keys" / "passphrase"
    beside.write_bytes(b"a long enough passphrase")
    serve = [*COMMAND, "serve", "--dir", str(desk.folder), "--port", "0"]
    done = subprocess.run(
        serve, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=WAIT_S
    )
    assert done.returncode == 76
    assert "passphrase" in done.stderr
    beside.chmod(0o600)
    link = desk.folder.with_name("link")
    link.symlink_to(beside)
    for place in (beside, link, desk.folder / "keys" / ".." / "keys" / "passphrase"):
        more = [*serve, "--log-passphrase-file", str(place)]
        done = subprocess.run(
            more, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=WAIT_S
        )
        assert (done.returncode, "lies in the ledger's folder" in done.stderr) == (76, True), done.stderr


def test_passphrase_that_others_can_read_is_warned_of(open_desk: OpenDesk) -> None:
    desk = open_desk()
    desk.found()
    desk.ledger.close()
    (desk.folder / "keys").mkdir(mode=0o700)
    desk.signer.save(desk.folder / "keys" / "log.pem", b"a long enough passphrase")
    elsewhere = desk.folder.with_name("passphrase")
    elsewhere.write_bytes(b"a long enough passphrase")
    elsewhere.chmod(0o644)
    more = [*COMMAND, "serve", "--dir", str(desk.folder), "--port", "0", "--log-passphrase-file", str(elsewhere)]
    child = subprocess.Popen(more, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    try:
        assert "other accounts can read" in child.stderr.readline()
    finally:
        child.kill()
        child.wait()
        child.stderr.close()
