"""A restore that fails at any step leaves the old ledger whole, with its vault; one that succeeds has that vault alone.

Every kind of source, with and without what a backup leaves out, over a ledger with and without a vault.
"""

import os
import shutil
import tarfile
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.conftest import Desk
from tests.ledger.test_privacy import NAME, places_of
from tests.ledger.world import START

from constancia.api.text.error_words import error_words
from constancia.ledger.backup import backup, replacement
from constancia.ledger.backup.backup import restore
from constancia.ledger.belongings.vault import Vault
from constancia.ledger.errors import LedgerError
from constancia.ledger.ledger import Ledger

SOURCES = ("folder", "tar", "tar with absolute names")
LEFT_OUT = ("ledger.lock", "ledger.lock.holder", "vault", "views.sqlite", "views.sqlite-wal")
OLD = "Otra persona, del respaldo"
BLOCKED = "vault/documents/blocked"


@pytest.fixture
def desk(founded: Desk) -> Desk:
    founded.ledger.views.wait()
    return founded


def source_of(desk: Desk, kind: str, tmp_path: Path, *, has_vault: bool) -> Path:
    """A copy of the ledger's folder as an operator makes it with `cp` or `tar`, with its own, older vault or none."""
    raw = tmp_path / "raw"
    shutil.copytree(desk.folder, raw, ignore=shutil.ignore_patterns("*.part"))
    for name in LEFT_OUT:
        if name != "vault":
            (raw / name).write_bytes(b"of another machine")
    if has_vault:
        Vault(raw / "vault").put(OLD, field="name", party="nosc")
        (raw / "vault" / "documents").mkdir()
        (raw / "vault" / "documents" / "old").write_text(OLD)
    if kind == "folder":
        return raw
    with tarfile.open(tmp_path / "raw.tar", "w") as archive:
        if kind == "tar":
            archive.add(raw, arcname=".")
        else:
            for path in sorted(raw.rglob("*")):
                member = archive.gettarinfo(path, arcname="x")
                member.name = f"/{path.relative_to(raw)}"
                with path.open("rb") if path.is_file() else open("/dev/null", "rb") as file:  # noqa: PTH123
                    archive.addfile(member, file)
    return tmp_path / "raw.tar"


def fill_vault(desk: Desk) -> str:
    commitment = Vault(desk.folder / "vault").put(NAME, field="name", party="nosc").commitment
    (desk.folder / "vault" / "documents").mkdir(mode=0o700)
    (desk.folder / BLOCKED).write_text(NAME)
    return commitment


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("has_vault", [True, False])
@pytest.mark.parametrize("left_out", [True, False])
@pytest.mark.parametrize("kind", SOURCES)
def test_v3_restored_ledger_has_the_vault_that_was_there_alone(
    desk: Desk, tmp_path: Path, kind: str, left_out: bool, has_vault: bool
) -> None:
    source = source_of(desk, kind, tmp_path, has_vault=left_out)
    size = desk.ledger.size
    desk.ledger.close()
    commitment = fill_vault(desk) if has_vault else None
    done = restore(source, desk.folder, now=START)
    assert done.before is not None
    assert places_of(OLD.encode(), desk.folder) == []
    assert places_of(NAME.encode(), done.before) == [], "in one place only, so that it can be destroyed"
    assert not (done.before / "vault").exists()
    assert (desk.folder / "vault").exists() == has_vault
    if commitment is not None:
        vault = Vault(desk.folder / "vault")
        assert vault.get(commitment).value == NAME
        assert (desk.folder / BLOCKED).read_text() == NAME
        assert (desk.folder / "vault").stat().st_mode & 0o077 == 0
    assert not [name for name in LEFT_OUT if name != "vault" and (desk.folder / name).exists()]
    with Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer) as ledger:
        assert ledger.size == size


def fail_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, when: Callable[..., bool]) -> None:
    real = getattr(owner, name)

    def failing(*args: Any, **more: Any) -> Any:
        if when(*args):
            monkeypatch.setattr(owner, name, real)
            raise OSError(28, "No space left on device")
        return real(*args, **more)

    monkeypatch.setattr(owner, name, failing)


STEPS = ("unpacking", "audit", "vault", "vault's permissions", "former name", "flush", "new name")


@pytest.mark.parametrize("case", list(product(STEPS, SOURCES[:2], [True, False])), ids=str)
def test_failure_at_any_step_leaves_the_old_ledger_whole(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[str, str, bool]
) -> None:
    step, kind, has_vault = case
    source = source_of(desk, kind, tmp_path, has_vault=True)
    desk.ledger.close()
    if has_vault:
        fill_vault(desk)
    before = content(desk.folder)
    owner, name, when = {
        "unpacking": (backup, "_fold_in", lambda *_: True),
        "audit": (backup, "_audited", lambda *_: True),
        "vault": (replacement, "_link", lambda *_: True),
        "vault's permissions": (replacement, "make_private", lambda *_: True),
        "former name": (Path, "rename", lambda path, *_: path == desk.folder),
        "flush": (replacement, "replace_durably", lambda *_: True),
        "new name": (Path, "replace", lambda _path, target: target == desk.folder),
    }[step]
    fail_once(monkeypatch, owner, name, when)
    if step.startswith("vault") and not has_vault:
        restore(source, desk.folder, now=START)  # nothing to fail at
        return
    with pytest.raises(OSError, match="No space"):
        restore(source, desk.folder, now=START)
    assert content(desk.folder) == before
    assert [path.name for path in desk.folder.parent.glob(f"{desk.folder.name}*")] == [desk.folder.name]
    restore(source, desk.folder, now=START)
    assert (desk.folder / BLOCKED).exists() == has_vault


def test_process_killed_between_the_two_names_is_followed_by_the_same_command(desk: Desk, tmp_path: Path) -> None:
    source = source_of(desk, "folder", tmp_path, has_vault=False)
    desk.ledger.close()
    commitment = fill_vault(desk)
    desk.folder.rename(desk.folder.with_name(f"{desk.folder.name}.before-restore-20190301T000000Z"))
    restore(source, desk.folder, now=START)
    assert Vault(desk.folder / "vault").get(commitment).value == NAME


def test_last_former_folder_has_the_last_name_whatever_the_clock_says(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a process is killed between the two names, an older former folder would be taken for the ledger."""
    source = source_of(desk, "folder", tmp_path, has_vault=False)
    desk.ledger.close()
    by_hand = desk.folder.with_name(f"{desk.folder.name}.before-restore-old")
    by_hand.mkdir()
    times = (START, START, START - timedelta(days=400), START + timedelta(days=1))
    befores = [before for now in times if (before := restore(source, desk.folder, now=now).before) is not None]
    assert befores == sorted(set(befores))
    assert len(befores) == len(times)
    (desk.folder / "mark").write_text("the last one")
    new = tmp_path / "new"
    new.mkdir()
    left: list[Path] = []

    def killed(_part: Path, _folder: Path) -> None:
        left.extend(set(desk.folder.parent.glob("*.before-restore-*")) - {by_hand, *befores})
        raise KeyboardInterrupt

    monkeypatch.setattr(replacement, "replace_durably", killed)
    with pytest.raises(KeyboardInterrupt):
        replacement.replace_ledger(new, desk.folder, START - timedelta(days=700))
    desk.folder.rename(*left)  # as a process leaves it that can do no more
    replacement.put_back(desk.folder)
    assert (desk.folder / "mark").exists()


@pytest.mark.parametrize("by", [".", "link"])
def test_restore_that_was_cut_short_is_finished_by_whatever_name_the_folder_is_opened(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    source = source_of(desk, "folder", tmp_path, has_vault=False)
    desk.ledger.close()
    fill_vault(desk)
    monkeypatch.setattr(replacement, "finish_replacement", lambda _folder: None)
    done = restore(source, desk.folder, now=START)
    monkeypatch.undo()
    assert done.before is not None
    assert (done.before / "vault").exists()
    monkeypatch.chdir(desk.folder)
    (tmp_path / "link").symlink_to(desk.folder)
    Ledger.open(Path(by) if by == "." else tmp_path / by, clock=desk.clock, signer=desk.signer).close()
    assert not (done.before / "vault").exists()
    assert (desk.folder / BLOCKED).read_text() == NAME


def cut_short(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Restore a ledger with a vault as a process does that is killed before the vault is in one place."""
    source = source_of(desk, "folder", tmp_path, has_vault=False)
    desk.ledger.close()
    fill_vault(desk)
    with monkeypatch.context() as patch:
        patch.setattr(replacement, "finish_replacement", lambda _folder: None)
        done = restore(source, desk.folder, now=START)
    assert done.before is not None
    return done.before


@pytest.mark.parametrize("by", ["start", "restore"])
def test_restore_that_was_cut_short_is_finished_in_a_folder_that_was_renamed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    former = cut_short(desk, tmp_path, monkeypatch)
    renamed = desk.folder.rename(desk.folder.with_name("libro-2"))
    if by == "start":
        Ledger.open(renamed, clock=desk.clock, signer=desk.signer).close()
    else:
        restore(tmp_path / "raw", renamed, now=START)
    assert places_of(NAME.encode(), former) == []
    assert not (former / "vault").exists()
    assert (renamed / BLOCKED).read_text() == NAME
    assert not (renamed / replacement.REPLACED_NAME).exists()


@pytest.mark.parametrize("moved", ["new", "former"])
def test_restore_that_was_cut_short_is_not_forgotten_where_the_former_folder_is_elsewhere(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    former = cut_short(desk, tmp_path, monkeypatch)
    (tmp_path / "elsewhere").mkdir()
    place = desk.folder if moved == "new" else former
    away = place.rename(tmp_path / "elsewhere" / place.name)
    ledger = away if moved == "new" else desk.folder
    for attempt in (
        lambda: Ledger.open(ledger, clock=desk.clock, signer=desk.signer),
        lambda: restore(tmp_path / "raw", ledger, now=START),
    ):
        with pytest.raises(LedgerError, match=f"{former.name} is not there") as caught:
            attempt()
        assert str(ledger / replacement.REPLACED_NAME) in error_words(str(caught.value), "es")
        assert "bóveda" in error_words(str(caught.value), "es")
    away.rename(place)
    Ledger.open(desk.folder, clock=desk.clock, signer=desk.signer).close()
    assert places_of(NAME.encode(), former) == []
    assert (desk.folder / BLOCKED).read_text() == NAME


@pytest.mark.parametrize("raw", [b"", b"/", b"..", b"../ledger.before-restore-x", b"other", b"\xff\n"])
def test_file_that_names_no_folder_that_was_replaced_does_nothing(desk: Desk, raw: bytes) -> None:
    desk.ledger.close()
    (desk.folder / replacement.REPLACED_NAME).write_bytes(raw)
    desk.reopen()
    assert not (desk.folder / replacement.REPLACED_NAME).exists()


@pytest.mark.parametrize("has_links", [True, False])
def test_vault_is_restored_where_a_file_has_one_name_only(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    source = source_of(desk, "folder", tmp_path, has_vault=False)
    desk.ledger.close()
    commitment = fill_vault(desk)
    if not has_links:
        fail_always(monkeypatch)
    done = restore(source, desk.folder, now=START)
    vault = Vault(desk.folder / "vault")
    assert vault.get(commitment).value == NAME
    assert vault.path.stat().st_nlink == 1
    assert done.before is not None
    assert places_of(NAME.encode(), done.before) == []


def fail_always(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refusing)
