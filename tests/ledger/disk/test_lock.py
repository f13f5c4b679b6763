"""One writer for each ledger."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from constancia.ledger.disk.lock import LOCK_NAME, WriterLock
from constancia.ledger.errors import Locked

_TAKE = (
    "import sys; from pathlib import Path; from constancia.ledger.disk.lock import WriterLock; "
    "WriterLock(Path(sys.argv[1])); "
)


def test_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with WriterLock(tmp_path), pytest.raises(Locked, match=f"process {os.getpid()}"):
        WriterLock(tmp_path)


def test_lock_can_be_taken_after_its_release(tmp_path: Path) -> None:
    with WriterLock(tmp_path):
        pass
    WriterLock(tmp_path).release()


def test_writer_in_another_process_is_turned_away(tmp_path: Path) -> None:
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with WriterLock(tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", _TAKE, str(tmp_path)],
            env=path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert "Locked" in done.stderr


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    code = _TAKE + "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=path, check=False)
    assert (tmp_path / LOCK_NAME).exists()
    WriterLock(tmp_path).release()
