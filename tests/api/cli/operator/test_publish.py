"""Publishing again and again ends where the ledger is replaced, and says so whatever fails first."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from constancia.api.cli.operator.publish import _follow
from constancia.ledger.disk.opened_file import OpenedFile
from constancia.ledger.errors import Fatal, LedgerError

MISSING = "no document of that hash is stored here"


def replace(store: Path, other: Path) -> None:
    store.rename(store.with_name("former"))
    other.rename(store)


def rounds(tmp_path: Path, happens: Callable[[Path, Path], object]) -> None:
    """Follow a store whose next round fails once something happened to it."""
    store, other, stop = tmp_path / "ledger.sqlite", tmp_path / "other", Event()
    store.touch()
    other.touch()

    def publish() -> None:
        happens(store, other)
        raise LedgerError(MISSING)

    _follow(OpenedFile(store), stop, 0.001, publish)


@pytest.mark.parametrize("happens", [replace, lambda store, _other: store.unlink()], ids=["replaced", "gone"])
def test_what_fails_while_a_ledger_is_replaced_has_that_reason(
    tmp_path: Path, happens: Callable[[Path, Path], object]
) -> None:
    with pytest.raises(Fatal, match="restored or moved"):
        rounds(tmp_path, happens)


def test_what_fails_otherwise_is_said_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=MISSING):
        rounds(tmp_path, lambda _store, _other: None)


def test_a_signal_ends_it(tmp_path: Path) -> None:
    store, stop, published = tmp_path / "ledger.sqlite", Event(), list[int]()
    store.touch()

    def publish() -> None:
        published.append(1)
        stop.set()

    _follow(OpenedFile(store), stop, 0.001, publish)
    assert published == [1]
