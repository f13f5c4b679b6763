"""Withdrawn documents on the disk: durable before a name goes, one fault hinders no other, what is said is true."""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.test_privacy import Scene, wait_until

from constancia.ledger.belongings import withdrawals as module
from constancia.ledger.belongings.withdrawals import CarriedOut, carry_out
from constancia.ledger.disk.documents import Documents
from constancia.ledger.disk.durable import write_file
from constancia.ledger.disk.file_store import FolderFiles
from constancia.ledger.folder import LedgerFolder
from constancia.verify.core.errors import Unreadable

CONTENTS = [b"first", b"second", b"third"]
NAMES = sorted(hashlib.sha256(content).hexdigest() for content in CONTENTS)
OTHER = {hashlib.sha256(content).hexdigest(): content for content in CONTENTS}


@pytest.fixture
def folder(tmp_path: Path) -> LedgerFolder:
    made = LedgerFolder(tmp_path / "ledger")
    made.documents.mkdir(parents=True)
    for name, content in OTHER.items():
        (made.documents / name).write_bytes(content)
    return made


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Gives the state in which documents are withdrawn, each with a status."""

    def decided(**status_of: str) -> Any:
        found = {name: SimpleNamespace(status=status) for name, status in status_of.items()}
        monkeypatch.setattr(module, "withdrawals", lambda _state: found)
        return SimpleNamespace(of=lambda _kind: [])

    return decided


class Disk:
    """Notes in which order bytes and names become durable, and names go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: list[tuple[int, bytes | None]] = []  # inode, and what a file held then
        self.gone: list[tuple[int, int]] = []  # inode, and how much was durable before
        fsync, unlink = os.fsync, Path.unlink

        def noting_fsync(fd: int) -> None:
            fsync(fd)
            about = os.fstat(fd)
            data = os.pread(fd, about.st_size, 0) if stat.S_ISREG(about.st_mode) and _is_readable(fd) else None
            self.synced.append((about.st_ino, data))

        def noting_unlink(path: Path, missing_ok: bool = False) -> None:
            if path.exists():
                self.gone.append((path.stat().st_ino, len(self.synced)))
            unlink(path, missing_ok=missing_ok)

        monkeypatch.setattr(os, "fsync", noting_fsync)
        monkeypatch.setattr(Path, "unlink", noting_unlink)

    def before(self, inode: int) -> list[tuple[int, bytes | None]]:
        """What was durable when a file lost its name."""
        [count] = [count for gone, count in self.gone if gone == inode]
        return self.synced[:count]


def _is_readable(fd: int) -> bool:
    try:
        os.pread(fd, 1, 0)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("way", ["blocked", "destroyed", "restored", "published"])
def test_overwritten_bytes_are_durable_before_the_name_goes(
    folder: LedgerFolder, decide: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    name = NAMES[0]
    if way == "restored":
        carry_out(folder, decide(**{name: "blocked"}))
    place = {"restored": folder.vault / "documents", "published": folder.log / "documents"}.get(way, folder.documents)
    if way == "published":
        write_file(place / name, OTHER[name])
    inode = (place / name).stat().st_ino
    disk = Disk(monkeypatch)
    carry_out(folder, decide(**({} if way == "restored" else {name: "destroyed" if way == "published" else way})))
    assert not (place / name).exists()
    [overwritten] = [data for synced, data in disk.before(inode) if synced == inode]
    assert overwritten == bytes(len(OTHER[name]))


@pytest.mark.parametrize("way", ["blocked", "restored"])
def test_moved_document_and_its_folders_are_durable_before_the_original_goes(
    folder: LedgerFolder, decide: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    name, held_back = NAMES[0], folder.vault / "documents"
    source, target = folder.documents, held_back
    if way == "restored":
        carry_out(folder, decide(**dict.fromkeys(NAMES, "blocked")))
        source, target = held_back, folder.documents
        target.rmdir()
    inode = (source / name).stat().st_ino
    disk = Disk(monkeypatch)
    done = carry_out(folder, decide(**({} if way == "restored" else {name: way})))
    assert name in getattr(done, way)
    synced = disk.before(inode)
    above = [target, *target.parents][: target.relative_to(folder.path).as_posix().count("/") + 2]
    assert above[-1] == folder.path
    assert {place.stat().st_ino for place in (target / name, *above)} <= {inode for inode, _ in synced}
    assert (target / name).read_bytes() == OTHER[name]


def test_folders_above_a_new_file_or_document_are_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch)
    write_file(tmp_path / "a" / "b" / "c", b"x")
    Documents(FolderFiles(tmp_path / "d" / "documents")).put(b"y")
    synced = {inode for inode, _ in disk.synced}
    assert {place.stat().st_ino for place in (tmp_path, *(tmp_path / name for name in ("a", "a/b", "d")))} <= synced


def test_what_was_not_moved_is_not_said_to_be(folder: LedgerFolder, decide: Callable[..., Any], tmp_path: Path) -> None:
    damaged, linked, whole = NAMES
    (folder.documents / damaged).write_bytes(b"damaged")
    (tmp_path / "elsewhere").write_bytes(OTHER[linked])
    (folder.documents / linked).unlink()
    (folder.documents / linked).symlink_to(tmp_path / "elsewhere")
    state = decide(**dict.fromkeys(NAMES, "blocked"))
    assert carry_out(folder, state) == CarriedOut(blocked=(whole,))
    assert carry_out(folder, state) == CarriedOut()
    assert (folder.documents / damaged).read_bytes() == b"damaged"
    assert (tmp_path / "elsewhere").read_bytes() == OTHER[linked]
    (folder.vault / "documents" / whole).write_bytes(b"damaged")
    assert carry_out(folder, decide()) == CarriedOut()
    assert (folder.vault / "documents" / whole).exists()


def test_what_another_process_has_moved_is_not_said_twice(
    folder: LedgerFolder, decide: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = NAMES

    write = FolderFiles.write

    def late(self: FolderFiles, path: str, data: bytes) -> None:
        write(self, path, data)
        if path == first:  # it did the same, just before
            (folder.documents / first).unlink()

    monkeypatch.setattr(FolderFiles, "write", late)
    status_of = {first: "blocked", second: "blocked", third: "destroyed"}
    assert carry_out(folder, decide(**status_of)) == CarriedOut(blocked=(second,), destroyed=(third,))
    assert (folder.vault / "documents" / first).is_file()


@pytest.mark.parametrize("fault", ["too long", "not to be read", "not to be written"])
def test_one_document_that_is_stuck_hinders_no_other(
    folder: LedgerFolder, decide: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    stuck, to_block, to_destroy = NAMES

    read, write = FolderFiles.read, FolderFiles.write

    def reading(self: FolderFiles, path: str, limit: int) -> bytes | None:
        if path == stuck and fault == "not to be read":
            raise Unreadable("denied", path, "Permission denied")
        return read(self, path, limit)

    def writing(self: FolderFiles, path: str, data: bytes) -> None:
        if path == stuck and fault == "not to be written":
            raise OSError(28, "No space left on device")
        write(self, path, data)

    monkeypatch.setattr(FolderFiles, "read", reading)
    monkeypatch.setattr(FolderFiles, "write", writing)
    if fault == "too long":
        (folder.documents / stuck).write_bytes(b"x" * 65)
        monkeypatch.setattr(module, "MAX_DOCUMENT_BYTES", 64)
    with pytest.raises((OSError, Unreadable)):
        carry_out(folder, decide(**{stuck: "blocked", to_block: "blocked", to_destroy: "destroyed"}))
    assert [path.name for path in folder.documents.iterdir()] == [stuck]
    assert [path.name for path in (folder.vault / "documents").iterdir()] == [to_block]


@pytest.mark.parametrize("error", [Unreadable("denied", "documents", "Permission denied"), OSError(5, "I/O error")])
def test_ledger_opens_and_records_where_a_document_is_stuck(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    scene = Scene(desk)
    scene.block()

    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(module, "_carry_out", failing)
    desk.reopen()
    scene.officers.decide("inai", "denied", ground="legal_obligation")
    noted = "a cancellation could not be carried out"
    wait_until(lambda: [record.message for record in caplog.records].count(noted) == 2)
