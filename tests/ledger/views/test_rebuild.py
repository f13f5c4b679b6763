"""Making the views again: in a file of its own, page by page, and what lies there once under several keys."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError
from tests.ledger.conftest import Desk, OpenDesk
from tests.ledger.world import PARTIES
from tests.witness_process import ROOT

from constancia.api.text.error_words import error_words
from constancia.domain.values.values import canonical
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.ledger.reader.states import States
from constancia.ledger.views import rebuild
from constancia.ledger.views.projector import ABOUT, Projector, fold_rows
from constancia.ledger.views.rebuild import project_all
from constancia.ledger.views.view_store import ViewStore


def rows_in(path: Path) -> dict[tuple[str, str], bytes]:
    store = ViewStore(path.as_uri())
    rows = store.dump()[1]
    store.datastore.close()
    return rows


@pytest.mark.parametrize("page", [1, 7, 4_000])
def test_a_scratch_file_has_the_same_rows_and_is_a_sound_database(desk: Desk, tmp_path: Path, page: int) -> None:
    log, origin, path = desk.ledger.log, desk.ledger.origin, tmp_path / "scratch.sqlite"
    store = ViewStore(path.as_uri(), is_scratch=True)
    project_all(log, origin, store, page, desk.ledger.state)
    assert (store.position, store.count()) == (log.size, len(fold_rows(log, origin, log.size)))
    store.datastore.close()
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("scratch")] == ["scratch.sqlite"]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert rows_in(path) == fold_rows(log, origin, log.size)


def test_what_was_made_again_is_followed_with_a_journal(desk: Desk) -> None:
    desk.ledger.views.wait()
    desk.ledger.close()
    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
        reader.rebuild(check=False)
    desk.reopen()
    desk.take(desk.world.allege("c1"))
    desk.ledger.views.wait()
    assert desk.ledger.rebuild(check=True).differences == ()
    with sqlite3.connect(desk.folder / "views.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_disk_that_is_full_leaves_the_former_views(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ledger.views.wait()
    desk.ledger.close()
    before = rows_in(desk.folder / "views.sqlite")
    save = ViewStore.save

    def save_one_page(self: ViewStore, position: int, changes: Any) -> None:
        if position > 7:
            raise OperationalError("database or disk is full")
        save(self, position, changes)

    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
        monkeypatch.setattr(rebuild.project_all, "__defaults__", (7, None))
        monkeypatch.setattr(ViewStore, "save", save_one_page)
        with pytest.raises(OperationalError, match="full"):
            reader.rebuild(check=False)
        monkeypatch.setattr(ViewStore, "save", save)
        assert list(desk.folder.glob("*.part*")) == []  # the disk is no fuller than it was
        assert rows_in(desk.folder / "views.sqlite") == before
        reader.rebuild(check=False)
        assert rows_in(desk.folder / "views.sqlite") == before


def test_views_of_another_version_are_not_called_altered(desk: Desk) -> None:
    desk.ledger.views.wait()
    desk.ledger.close()
    with sqlite3.connect(desk.folder / "views.sqlite") as connection:
        [[about]] = connection.execute("SELECT data FROM views WHERE (projection, key) = (?, ?)", ABOUT)
        altered = canonical(json.loads(about) | {"form": 1})
        connection.execute("UPDATE views SET data = ? WHERE (projection, key) = (?, ?)", (altered, *ABOUT))
    connection.close()
    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
        with pytest.raises(NotFound, match="another version") as raised:
            reader.rebuild(check=True)
        assert error_words(str(raised.value), "es").endswith("hágalas de nuevo: constancia rebuild")
        reader.rebuild(check=False)
        assert reader.rebuild(check=True).differences == ()


@pytest.mark.parametrize("made_next", ["views", "ledger"])
def test_what_a_killed_rebuild_leaves_goes_with_the_next_one_or_the_next_start(desk: Desk, made_next: str) -> None:
    desk.ledger.views.wait()
    desk.ledger.close()
    lines = (
        "import os, sys; from pathlib import Path; from constancia.ledger.clock import SystemClock\n"
        "from constancia.ledger.ledger import Ledger; from constancia.ledger.views import rebuild\n"
        "def killed(_log, _origin, store, **_more):\n"
        "    store.save(1, [('timeline', 'x', b'{}')]); os.kill(os.getpid(), 9)\n"
        "rebuild.project_all = killed\n"
        "with Ledger.open(Path(sys.argv[1]), clock=SystemClock(), signer=None) as reader: reader.rebuild(check=False)"
    )
    command = [sys.executable, "-c", lines, str(desk.folder)]
    done = subprocess.run(command, check=False, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT / ".import")})
    assert done.returncode == -signal.SIGKILL
    assert len(list(desk.folder.glob("views.sqlite.*.part"))) == 1
    if made_next == "views":
        with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
            reader.rebuild(check=False)
    else:
        desk.reopen()
    assert list(desk.folder.glob("*.part*")) == []


def test_no_more_than_a_page_is_in_memory(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read, made and stored of one page is over before the next one is begun."""
    steps: list[int] = []
    pages: list[set[int]] = []
    take, save = Projector.take, ViewStore.save

    def taken(self: Projector, entry: Any, state: Any) -> None:
        steps.append(entry.index)
        take(self, entry, state)

    def saved(self: ViewStore, position: int, changes: list[Any]) -> None:
        steps.append(-position)
        pages.append({int(key[-10:]) for name, key, _ in changes if name == "timeline"})
        save(self, position, changes)

    monkeypatch.setattr(Projector, "take", taken)
    monkeypatch.setattr(ViewStore, "save", saved)
    store = ViewStore((tmp_path / "scratch.sqlite").as_uri(), is_scratch=True)
    project_all(desk.ledger.log, desk.ledger.origin, store, 5)
    store.datastore.close()
    assert steps[:12] == [0, 1, 2, 3, 4, -5, 5, 6, 7, 8, 9, -10]
    assert pages[:2] == [{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}]


def test_a_row_under_several_keys_lies_there_once(desk: Desk) -> None:
    """Under the further keys lies the first one, and who reads it gets the row; without the first one, nothing."""
    rows = [("timeline", f"{subject}#0000000999", data) for data in (b'{"a":1}',) for subject in ("all", "x", "y")]
    rows += [("citations", "z", rows[0][2]), ("timeline", "w", b'{"a":2}')]
    store = ViewStore("file:once?mode=memory&cache=shared")
    store.save(1, rows)
    assert store.dump_stored()[1] == {
        ("citations", "z"): b'{"a":1}',
        ("timeline", "all#0000000999"): b'{"a":1}',
        ("timeline", "w"): b'{"a":2}',
        ("timeline", "x#0000000999"): "all#0000000999",
        ("timeline", "y#0000000999"): "all#0000000999",
    }
    assert store.dump()[1] == {(name, key): data for name, key, data in rows}
    assert store.select("timeline") == sorted((key, data) for name, key, data in rows if name == "timeline")
    assert store.get("timeline", "y#0000000999") == b'{"a":1}'
    with store.datastore.transaction(commit=True) as c:
        c.execute("DELETE FROM views WHERE key = 'all#0000000999'")
    assert store.select("timeline") == [("w", b'{"a":2}')]
    assert (store.get("timeline", "y#0000000999"), len(store.dump()[1])) == (None, 2)
    store.datastore.close()


def test_views_say_the_edition_of_the_law_after_their_last_entry(open_desk: OpenDesk) -> None:
    """At each size, also where the last entry may have changed it, and whether or not more was recorded since."""
    desk = open_desk()
    desk.world.edition = 2
    desk.found()
    for party in PARTIES:
        desk.take(desk.world.root_says(party, "LawEditionAdopted", "ledger", edition=3))
        said = json.loads(fold_rows(desk.ledger.log, desk.ledger.origin, desk.ledger.size)[ABOUT])
        assert said["edition"] == desk.ledger.state().edition
    desk.world.edition = 3
    desk.adopt()
    log, origin = desk.ledger.log, desk.ledger.origin
    for size in range(1, log.size + 1):
        said = json.loads(fold_rows(log, origin, size)[ABOUT])
        assert (said["edition"], said["last"]) == (States(log, origin).at(size).edition, log.leaf_hash(size - 1).hex())
    assert {States(log, origin).at(size).edition for size in range(1, log.size + 1)} == {2, 3}
    desk.ledger.views.wait()
    assert desk.ledger.rebuild(check=True).differences == ()


def test_rows_of_a_subject_are_read_without_those_before_it(tmp_path: Path) -> None:
    """Counted in the database's own steps: as many for the last subject of thousands of rows as for the first."""
    store = ViewStore((tmp_path / "views.sqlite").as_uri())
    keys = [f"{subject}#{index:010d}" for subject in ("a", "b", "z") for index in range(3_000)]
    store.save(1, [("timeline", key, key.encode()) for key in keys])
    assert [key for key, _ in store.select("timeline", prefix="z#", limit=2)] == ["z#0000000000", "z#0000000001"]
    after = store.select("timeline", prefix="b#", after="b#0000000001", limit=1)
    assert [key for key, _ in after] == ["b#0000000002"]
    assert [key for key, _ in store.select("timeline", prefix="b#", after="a#0000000001", limit=1)] == ["b#0000000000"]
    assert store.select("timeline", prefix="b#", after="z#0000000001") == []
    assert [key for key, _ in store.select("timeline", prefix="b#", before="b#0000000001")] == ["b#0000000000"]
    steps = {}
    for subject in ("a", "z"):
        counted: list[int] = []
        with store.datastore.get_connection(commit=False) as connection:
            connection._sqlite_conn.set_progress_handler(partial(counted.append, 1), 10)
        store.select("timeline", prefix=f"{subject}#", limit=50)
        steps[subject] = len(counted)
    assert 0 < steps["z"] <= steps["a"] + 10
    store.datastore.close()
