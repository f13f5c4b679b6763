"""A backup is whole and of one moment; a restore can be undone, and forks no log by accident."""

import json
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import START

from constancia.ledger.backup import backup as module
from constancia.ledger.backup.backup import Older, Unsound, backup, restore
from constancia.ledger.errors import LedgerError, Locked, NotFound, RolledBack
from constancia.ledger.ledger import Ledger
from constancia.verify.audit.run import audit
from constancia.verify.core.report import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

Make = Callable[[Path], Path]


@pytest.fixture
def desk(founded: Desk) -> Desk:
    made = founded
    made.ledger.documents.put(b"charter")
    made.ledger.publish()
    (made.folder / "keys").mkdir(mode=0o700)
    made.signer.save(made.folder / "keys" / "log.pem", b"a long enough passphrase")
    return made


def verdict(folder: Path) -> Verdict:
    with open_source(str(folder)) as source:
        return audit(source, load_trust(folder / "trust")).verdict


@pytest.mark.parametrize("name", ["copy", "copy.tar"])
def test_backup_of_a_server_at_work_restores_to_the_same_ledger(desk: Desk, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    ended = threading.Event()

    def speak() -> None:
        desk.adopt()
        while not ended.is_set():
            desk.take(desk.world.allege("c1"))

    speaking = threading.Thread(target=speak)
    speaking.start()
    try:
        done = backup(desk.folder, target)
    finally:
        ended.set()
        speaking.join()
    assert done.root == desk.ledger.log.root(done.size).hex()
    assert target.stat().st_mode & 0o077 == 0 or target.is_dir()
    back = restore(target, tmp_path / "back", now=START)
    assert (back.size, back.root) == (done.size, done.root)
    assert verdict(tmp_path / "back") is Verdict.INTACT
    assert (tmp_path / "back" / "keys" / "log.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "back" / "keys").stat().st_mode & 0o777 == 0o700
    assert not list((tmp_path / "back").glob("*-wal")) + list((tmp_path / "back").glob("views*"))
    with Ledger.open(tmp_path / "back", clock=desk.clock, signer=desk.signer) as ledger:
        assert ledger.size == done.size


def test_restore_keeps_the_former_folder_and_its_side_files_do_not_follow(desk: Desk, tmp_path: Path) -> None:
    backup(desk.folder, tmp_path / "b")
    desk.ledger.close()
    for suffix in ("-wal", "-shm"):
        (desk.folder / f"ledger.sqlite{suffix}").write_bytes(b"of another store")
    done = restore(tmp_path / "b", desk.folder, now=START)
    assert done.before is not None
    assert (done.before / "ledger.sqlite").exists()
    assert sorted(path.name for path in desk.folder.glob("ledger.sqlite*")) == ["ledger.sqlite"]
    desk.reopen()
    desk.adopt()


def test_raw_copy_with_its_write_ahead_log_is_restored_whole(desk: Desk, tmp_path: Path) -> None:
    desk.adopt()
    size = desk.ledger.size
    shutil.copytree(desk.folder, tmp_path / "raw")
    assert (tmp_path / "raw" / "ledger.sqlite-wal").stat().st_size
    assert restore(tmp_path / "raw", tmp_path / "back", now=START).size == size


@pytest.mark.parametrize("left", ["ledger.sqlite", "log"])
def test_older_copy_is_refused_and_accepted_with_a_public_reason(desk: Desk, tmp_path: Path, left: str) -> None:
    """Either of the two shows what was signed: the store that is to be replaced, or what was published of it."""
    done = backup(desk.folder, tmp_path / "b")
    desk.adopt()
    desk.ledger.publish()
    desk.ledger.close()
    shutil.rmtree(desk.folder / "log") if left != "log" else (desk.folder / "ledger.sqlite").write_bytes(b"")
    before = sorted(path.name for path in desk.folder.iterdir())
    with pytest.raises(Older) as refused:
        restore(tmp_path / "b", desk.folder, now=START)
    assert refused.value.seen[0].size > done.size
    assert sorted(path.name for path in desk.folder.iterdir()) == before, "nothing was touched"
    restore(tmp_path / "b", desk.folder, now=START, accept_rollback="Se perdió el disco")
    [item] = json.loads((desk.folder / "rollbacks.json").read_text())["items"]
    assert (item["reason"], item["size"]) == ("Se perdió el disco", done.size)
    desk.reopen()
    desk.world.look(desk.ledger.log)
    desk.adopt()


def test_what_was_accepted_once_covers_no_later_accident(desk: Desk, tmp_path: Path) -> None:
    backup(desk.folder, tmp_path / "b")
    desk.adopt()
    desk.ledger.close()
    restore(tmp_path / "b", desk.folder, now=START, accept_rollback="uno")
    desk.reopen()
    desk.world.look(desk.ledger.log)
    desk.adopt("c9")
    desk.ledger.publish()
    desk.ledger.close()
    shutil.copy(tmp_path / "b" / "ledger.sqlite", desk.folder / "ledger.sqlite")
    for path in desk.folder.glob("ledger.sqlite-*"):
        path.unlink()
    desk.reopen()
    desk.world.look(desk.ledger.log)
    with pytest.raises(RolledBack):
        desk.adopt("c8")


def test_altered_copy_is_not_restored(desk: Desk, tmp_path: Path) -> None:
    backup(desk.folder, tmp_path / "b")
    with sqlite3.connect(tmp_path / "b" / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER stored_events_no_UPDATE")
        connection.execute("UPDATE stored_events SET topic = 'x' WHERE position = 3")
    connection.close()
    with pytest.raises(Unsound) as refused:
        restore(tmp_path / "b", tmp_path / "back", now=START)
    assert refused.value.report.verdict is Verdict.ALTERED
    assert not (tmp_path / "back").exists()


def test_server_at_work_is_not_restored_over(desk: Desk, tmp_path: Path) -> None:
    backup(desk.folder, tmp_path / "b")
    with pytest.raises(Locked):
        restore(tmp_path / "b", desk.folder, now=START)


def test_backup_overwrites_nothing_and_leaves_nothing_half_made(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "b.tar"
    backup(desk.folder, target)
    with pytest.raises(LedgerError, match="never overwritten"):
        backup(desk.folder, target)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_pack", full)
    with pytest.raises(OSError, match="No space"):
        backup(desk.folder, tmp_path / "out" / "c.tar")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.tar"]


@pytest.mark.parametrize("kind", ["text", "empty folder", "tar that leads out"])
def test_what_is_no_backup_is_refused(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "s"
    if kind == "text":
        source.write_text("no backup")
    elif kind == "empty folder":
        source.mkdir()
    else:
        (tmp_path / "x").write_text("x")
        with tarfile.open(source, "w") as archive:
            archive.add(tmp_path / "x", arcname="../../outside")
    with pytest.raises((LedgerError, NotFound)):
        restore(source, tmp_path / "deep" / "d", now=START)
    assert not (tmp_path / "outside").exists()
    assert list((tmp_path / "deep").iterdir()) == []
