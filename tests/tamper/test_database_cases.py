"""Alterations from a seed in a real PostgreSQL server: as in SQLite, and no way takes them for a ledger."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.template import Templates
from tests.ledger.world import START
from tests.postgres import Server
from tests.profile import sampled
from tests.tamper.database_cases import WAYS, Alteration, Databases

from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import LedgerError
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.postgres import transfer
from constancia.ledger.store.postgres.transfer import Snapshot

COUNT, SEED = sampled(12, 1_000), 20261129


@pytest.fixture
def databases(tmp_path: Path, postgres_server: Server, templates: Templates) -> Databases:
    return Databases(tmp_path / "databases", postgres_server, templates.adopted, SEED, ways=sampled(1, len(WAYS)))


def wrong(databases: Databases) -> dict[str, list[str]]:
    return {name: figures.wrong for name, figures in databases.figures.items() if figures.wrong}


def untouched(databases: Databases) -> Alteration:
    return Alteration("nothing", {name: list(rows) for name, rows in databases.true.items()})


@pytest.mark.slow
def test_alteration_is_named_as_in_sqlite_and_nothing_altered_is_taken_for_a_ledger(databases: Databases) -> None:
    databases.run(COUNT)
    assert wrong(databases) == {}
    assert databases.figures["audit"].answers["altered"] > COUNT // 3
    assert all(databases.figures[name].tried for name in WAYS)


@pytest.mark.slow
def test_ledger_that_nobody_altered_is_intact_by_every_way(databases: Databases) -> None:
    databases.count_of_ways = len(WAYS)
    databases.judge(untouched(databases))
    assert databases.figures["audit"].answers == {"intact": 1}
    assert [databases.figures[name].answers for name in WAYS] == [{"what was signed": 1}] * len(WAYS)


def test_copy_for_an_audit_that_puts_rows_right_is_noticed(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column that numbers its rows by itself made a position of NULL, and so a whole ledger of an altered one."""
    made = untouched(databases)
    made.rows["stored_events"][-1] = (None, *made.rows["stored_events"][-1][1:])
    databases.count_of_ways = 0
    databases.judge(made)
    assert databases.figures["audit"].answers == {"altered": 1}
    assert wrong(databases) == {}

    monkeypatch.setattr(transfer, "write_evidence", numbering)
    databases.judge(made)
    assert "('ALTERED'" in wrong(databases)["audit"][0]
    assert databases.figures["audit"].answers["altered"] == 1


@pytest.mark.parametrize("column", range(4))
def test_batch_with_a_value_of_another_type_is_not_opened(databases: Databases, column: int) -> None:
    """It ended the opening with an error that no command puts into words."""
    made = untouched(databases)
    last = made.rows["batches"][-1]
    made.rows["batches"][-1] = (*last[:column], None, *last[column + 1 :])
    databases.put(made)
    with pytest.raises(LedgerError):
        tuple(databases._opened())
    if column:  # the file's own first column is never NULL
        with pytest.raises(LedgerError):
            Ledger.open(databases.in_file, clock=StoryClock(START), signer=None).close()


def numbering(snapshot: Snapshot, folder: Path) -> None:
    """Copy rows into tables with a column that numbers them."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as store, store:
        for table in ("meta", "stored_events", "batches"):
            first, *others = transfer.TABLES[table]
            kind = "TEXT" if table == "meta" else "INTEGER PRIMARY KEY"
            store.execute(f"CREATE TABLE {table} ({first} {kind}, {', '.join(others)})")
            marks = ", ".join("?" * (len(others) + 1))
            store.executemany(f"INSERT INTO {table} VALUES ({marks})", snapshot.rows(table))  # noqa: S608
