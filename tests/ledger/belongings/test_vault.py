"""The vault's file and folder: made by several at once without a loss, and its owner's alone however they are made."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.test_privacy import NAME, PAPER_SHA256, Scene
from tests.ledger.world import START

from constancia.ledger.backup.backup import backup, restore
from constancia.ledger.belongings import vault as module
from constancia.ledger.belongings.vault import Vault
from constancia.ledger.errors import NotFound

AT_ONCE = 6
ROUNDS = 12


def put(folder: Path, value: object = NAME) -> str:
    return Vault(folder).put(value, field="name", party="nosc").commitment


def test_values_put_into_a_new_vault_at_once_are_all_there(tmp_path: Path) -> None:
    for turn in range(ROUNDS):
        folder, barrier = tmp_path / str(turn), threading.Barrier(AT_ONCE)

        def put_together(place: int, folder: Path = folder, barrier: threading.Barrier = barrier) -> str:
            barrier.wait()
            return put(folder, place)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = list(pool.map(put_together, range(AT_ONCE)))
        assert Vault(folder).commitments() == sorted(made)


@pytest.mark.parametrize("moment", ["make_private", "open", "connect"])
def test_value_that_another_process_puts_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Between any two steps of making the file another process may make it."""
    owner: Any = {"make_private": module, "open": os, "connect": sqlite3}[moment]
    real, others = getattr(owner, moment), []

    def interrupted(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(owner, moment, real)
        others.append(put(tmp_path / "vault", "other"))
        return real(*args, **more)

    monkeypatch.setattr(owner, moment, interrupted)
    own = put(tmp_path / "vault")
    assert Vault(tmp_path / "vault").commitments() == sorted([own, *others])
    assert len(others) == 1


@pytest.mark.parametrize("left", ["nothing", "an empty file", "a header"])
def test_vault_without_a_table_holds_nothing_and_takes_a_value(tmp_path: Path, left: str) -> None:
    """As a process leaves it that is killed while it makes it."""
    vault = Vault(tmp_path)
    if left != "nothing":
        vault.path.touch()
    if left == "a header":
        with closing(sqlite3.connect(vault.path)) as connection:
            connection.execute("PRAGMA user_version = 1")
    assert (vault.commitments(), vault.destroy(["0" * 64])) == ([], [])
    with pytest.raises(NotFound):
        vault.get("0" * 64)
    assert vault.path.exists() == (left != "nothing")
    assert vault.get(put(tmp_path)).value == NAME


@pytest.fixture(params=[0, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    previous = os.umask(request.param)
    yield
    os.umask(previous)


def _by_put(desk: Desk, _path: Path) -> None:
    put(desk.folder / "vault")


def _by_block(desk: Desk, _path: Path) -> None:
    scene = Scene(desk)
    shutil.rmtree(desk.folder / "vault")
    scene.block()
    assert (desk.folder / "vault" / "documents" / PAPER_SHA256).is_file()


def _by_block_then_put(desk: Desk, path: Path) -> None:
    _by_block(desk, path)
    put(desk.folder / "vault")


def _by_put_then_block(desk: Desk, _path: Path) -> None:
    Scene(desk).block()


def _by_block_at_the_start(desk: Desk, _path: Path) -> None:
    Scene(desk).block()
    (desk.folder / "vault" / "documents" / PAPER_SHA256).rename(desk.folder / "documents" / PAPER_SHA256)
    shutil.rmtree(desk.folder / "vault")
    desk.reopen()
    assert (desk.folder / "vault" / "documents" / PAPER_SHA256).is_file()


def _by_earlier_version(desk: Desk, _path: Path) -> None:
    Scene(desk).block()
    for place in (desk.folder / "vault", desk.folder / "vault" / "documents"):
        place.chmod(0o755)
    desk.reopen()


def _by_hand_then_put(desk: Desk, _path: Path) -> None:
    (desk.folder / "vault").mkdir(mode=0o755)
    put(desk.folder / "vault")


def _by_restore(desk: Desk, path: Path) -> None:
    put(desk.folder / "vault")
    (desk.folder / "vault").chmod(0o755)
    backup(desk.folder, path / "b.tar")
    desk.ledger.close()
    restore(path / "b.tar", desk.folder, now=START)


WAYS = (
    _by_put, _by_block, _by_block_then_put, _by_put_then_block, _by_block_at_the_start, _by_earlier_version,
    _by_hand_then_put, _by_restore,
)  # fmt: skip


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("way", WAYS)
def test_vault_is_its_owners_alone_however_it_comes_into_being(
    desk: Desk, tmp_path: Path, way: Callable[[Desk, Path], None]
) -> None:
    way(desk, tmp_path)
    vault = desk.folder / "vault"
    modes = {str(place.relative_to(vault)): place.stat().st_mode & 0o777 for place in (vault, *vault.rglob("*"))}
    assert len(modes) > 1
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}
    assert modes["."] == 0o700
