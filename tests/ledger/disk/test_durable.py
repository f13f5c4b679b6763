"""What a killed process left half made goes at the next run, whatever the place is called."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.world import START

from constancia.api.opendata.export_files import made_whole
from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.disk.database import create_database
from constancia.ledger.disk.durable import remove_half_made
from constancia.ledger.ledger import Ledger

DEAD = 2**22 + 1  # more than a process's number can be
NAMES = ("libro", "libro [1]", "a*b", "que?", "[!a]")


@pytest.mark.parametrize("name", NAMES)
def test_half_made_goes_and_nothing_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    left = [path.with_name(f"{name}.{DEAD}.part"), path.with_name(f"{name}.{DEAD}.part-wal")]
    others = [tmp_path / f"other.{DEAD}.part", tmp_path / f"{name}.part", tmp_path / f"{name}.1.part", path]
    for each in (*left, *others):
        each.write_bytes(b"x")
    (tmp_path / f"{name}.folder.{DEAD}.part").mkdir()
    remove_half_made(path)
    assert sorted(tmp_path.iterdir()) == sorted(others)


def make_zip(desk: Desk, path: Path) -> None:
    made_whole(path, lambda part: zipfile.ZipFile(part, "w").close())


def make_copy(desk: Desk, path: Path) -> None:
    backup(desk.folder, path)


def put_copy(desk: Desk, path: Path) -> None:
    backup(desk.folder, path.with_name("copy.tar"))
    restore(path.with_name("copy.tar"), path, now=START)


def publish(desk: Desk, path: Path) -> None:
    desk.ledger.publish(path)


def bundle(desk: Desk, path: Path) -> None:
    desk.ledger.export(path)


def database(desk: Desk, path: Path) -> None:
    create_database(path, ["CREATE TABLE t (a)"])


@pytest.mark.parametrize("make", [make_zip, make_copy, put_copy, publish, bundle, database])
def test_place_with_any_name_is_tidied_when_it_is_made(
    desk: Desk, tmp_path: Path, make: Callable[[Desk, Path], None]
) -> None:
    place = tmp_path / "made" / "libro [1]*"
    place.parent.mkdir()
    left = place.with_name(f"{place.name}.{DEAD}.part")
    left.write_bytes(b"half")
    make(desk, place)
    assert place.exists()
    assert not left.exists()


@pytest.mark.parametrize("name", ["keys/log-next.pem", "trust/policy", "receipts/1", "vault/documents/upload-x"])
def test_start_takes_what_is_half_made_below_the_folder(desk: Desk, name: str) -> None:
    desk.ledger.close()
    left = desk.folder / f"{name}.{DEAD}.part"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"half")
    Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer).close()
    assert not left.exists()
