"""A ledger is read from wherever it is; a copy is checked as every store is, private, and gone afterwards."""

import resource
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from eventsourcing.persistence import PersistenceError
from tests.api.served import serving
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.template import Templates

from constancia.ledger.errors import Fatal, LedgerError, NotFound, Unread
from constancia.ledger.local_copy import NoLedgerThere, open_ledger
from constancia.verify.core.errors import Unreadable

KINDS = ("folder", "store", "published", "zip", "address")


@pytest.fixture
def desk(open_desk: OpenDesk, templates: Templates) -> Desk:
    made = open_desk(begun=templates.adopted)
    made.ledger.documents.put(b"charter")
    made.ledger.publish()
    made.ledger.export(made.folder.parent / "libro.zip")
    return made


def located(desk: Desk, kind: str) -> str:
    places = {"folder": desk.folder, "store": desk.folder / "ledger.sqlite", "published": desk.folder / "log"}
    return str(places.get(kind, desk.folder.parent / "libro.zip"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_source_gives_the_same_ledger(desk: Desk, kind: str) -> None:
    def compared(location: str) -> None:
        with open_ledger(location, clock=desk.clock, with_documents=True) as ledger:
            assert (ledger.origin, ledger.size) == (desk.ledger.origin, desk.ledger.size)
            assert ledger.log.root() == desk.ledger.log.root()
            assert [*ledger.log.entries()] == [*desk.ledger.log.entries()]
            assert ledger.state().document() == desk.ledger.state().document()
            assert ledger.as_of().rows("commitments") == desk.ledger.as_of().rows("commitments")
            assert ledger.receipt(3) == desk.ledger.receipt(3)
            assert ledger.documents.names() == desk.ledger.documents.names()

    if kind == "address":
        with serving(desk.ledger) as url:
            compared(url)
    else:
        compared(located(desk, kind))


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def refused_at(size: int, location: str, desk: Desk) -> Exception | None:
    """Open a ledger on a full disk, and give why that was refused."""
    try:
        with full_at(size):
            open_ledger(location, clock=desk.clock).close()
    except (LedgerError, PersistenceError, OSError, sqlite3.Error) as error:
        return error
    return None


@pytest.mark.parametrize("size", [2_000, 10_000, 40_000])
def test_full_disk_here_says_nothing_against_the_source(desk: Desk, size: int) -> None:
    """What this machine can't write is no reason to call the entries false, nor a store none."""
    desk.ledger.close()
    refused = {kind: refused_at(size, located(desk, kind), desk) for kind in ("folder", "published", "zip")}
    assert refused["published"], "nothing was too large"
    assert refused["zip"], "nothing was too large"
    accused = {kind: error for kind, error in refused.items() if isinstance(error, Fatal) and type(error) is not Unread}
    assert accused == {}


@pytest.mark.parametrize("kind", ["published", "zip"])
def test_bundle_made_from_a_source_is_the_one_that_its_ledger_makes(desk: Desk, kind: str, tmp_path: Path) -> None:
    with open_ledger(located(desk, kind), clock=desk.clock, with_documents=True) as ledger:
        ledger.export(tmp_path / "again.zip")
    with (
        zipfile.ZipFile(tmp_path / "again.zip") as again, zipfile.ZipFile(desk.folder.parent / "libro.zip") as first
    ):  # fmt: skip
        names = sorted(again.namelist())
        assert names == sorted(first.namelist())
        assert [name for name in names if again.read(name) != first.read(name)] in ([], ["policy"])


def test_progress_is_shown_up_to_the_size(desk: Desk) -> None:
    shown: list[tuple[int, int]] = []
    with open_ledger(located(desk, "zip"), clock=desk.clock, progress=lambda *at: shown.append(at)):
        pass
    assert shown[0] == (0, desk.ledger.size)


@pytest.mark.parametrize(("which", "reason"), [("first", "previous: expected"), ("last", "signed were size")])
def test_y1_entries_and_checkpoint_that_do_not_fit_are_refused(
    desk: Desk, tmp_path: Path, which: str, reason: str
) -> None:
    shutil.copytree(desk.folder / "log", tmp_path / "log")
    [bundle] = (tmp_path / "log" / "tile" / "entries").rglob(str(desk.ledger.size))
    raw = bundle.read_bytes()
    index = 1 if which == "first" else desk.ledger.size - 1
    entry = desk.ledger.log.entry(index)
    at = entry.index(b'"sig":"') + 12
    bundle.write_bytes(
        raw.replace(entry, entry[:at] + (b"A" if entry[at : at + 1] != b"A" else b"B") + entry[at + 1 :])
    )
    with pytest.raises(Fatal, match=reason), open_ledger(str(tmp_path / "log"), clock=desk.clock):
        pass


def test_y2_a_copy_is_private_and_gone_afterwards(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with open_ledger(located(desk, "zip"), clock=desk.clock) as ledger:
        assert ledger.folder.path.parent == tmp_path
        assert ledger.folder.path.stat().st_mode & 0o077 == 0
    assert [*tmp_path.glob("constancia-*")] == []


def test_y2_a_copy_that_could_not_be_opened_is_gone_too(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shutil.copytree(desk.folder / "log", tmp_path / "log")
    for tile in (tmp_path / "log" / "tile" / "entries").rglob("*"):
        if tile.is_file():
            tile.write_bytes(b"")
    with pytest.raises(Unreadable), open_ledger(str(tmp_path / "log"), clock=desk.clock):
        pass
    assert [*tmp_path.glob("constancia-*")] == []


@pytest.mark.parametrize("kind", ["receipt", "entry"])
def test_what_holds_one_act_is_no_ledger_and_is_named(desk: Desk, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(desk.ledger.receipt(3) if kind == "receipt" else desk.ledger.log.entry(3))
    with pytest.raises(NoLedgerThere) as raised:
        open_ledger(str(path), clock=desk.clock)
    assert raised.value.kind == kind


def test_place_where_nothing_is_holds_no_ledger(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_ledger(str(tmp_path / "nowhere"), clock=desk.clock)
    with pytest.raises(Unreadable):
        open_ledger(str(tmp_path), clock=desk.clock)


def test_store_under_another_name_is_not_read(desk: Desk, tmp_path: Path) -> None:
    shutil.copy(desk.folder / "ledger.sqlite", tmp_path / "copy.sqlite")
    with pytest.raises(Unreadable, match=r"under the name ledger\.sqlite"):
        open_ledger(str(tmp_path / "copy.sqlite"), clock=desk.clock)
