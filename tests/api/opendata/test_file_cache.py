"""Files that are made once: one at a time, few on the disk, none half made."""

import threading
from pathlib import Path

import pytest

from constancia.api.opendata import file_cache
from constancia.api.opendata.file_cache import MadeFiles
from constancia.ledger.errors import Busy

WAIT_S = 20


def test_o8_one_is_made_and_others_wait_or_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    made, count, may_end = MadeFiles(), 0, threading.Event()
    waiting: list[Path] = []

    def make(path: Path) -> None:
        nonlocal count
        count += 1
        assert may_end.wait(WAIT_S)
        path.write_bytes(b"x")

    def ask() -> None:
        waiting.append(made.get("a", "t", make))

    threads = [threading.Thread(target=ask) for _ in range(file_cache._WAITING)]
    for thread in threads:
        thread.start()
    while made._waiting.acquire(blocking=False):  # until all of them wait
        made._waiting.release()
    with pytest.raises(Busy):
        made.get("a", "t", make)
    may_end.set()
    for thread in threads:
        thread.join(WAIT_S)
    assert (count, len(set(waiting)), len(waiting)) == (1, 1, file_cache._WAITING)
    assert made.get("a", "t", make).read_bytes() == b"x"


def test_o9_few_stay_and_none_after_the_end() -> None:
    made = MadeFiles()
    paths = [made.get("a", str(number), lambda path: path.write_bytes(b"x")) for number in range(5)]
    assert [path.exists() for path in paths] == [False, False, False, True, True]
    folder = paths[-1].parent
    assert made.checksums()["a"][1] == 1
    del made
    assert not folder.exists()


def test_what_fails_leaves_nothing_and_is_tried_again() -> None:
    made = MadeFiles()

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        made.get("a", "t", fail)
    path = made.get("a", "t", lambda path: path.write_bytes(b"whole"))
    assert path.read_bytes() == b"whole"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
