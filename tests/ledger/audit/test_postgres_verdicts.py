"""The same alteration gives the same verdict in PostgreSQL as in SQLite: fault, place, and what was found."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.template import Templates
from tests.ledger.test_postgres_ledger import as_attacker
from tests.postgres import Server, put_into

from constancia.ledger.audit.level3_law import Replay
from constancia.ledger.backup.backup import backup
from constancia.ledger.clock import SystemClock
from constancia.ledger.errors import LedgerError
from constancia.ledger.store.address import DATABASE_NAME, DatabaseAddress
from constancia.ledger.store.postgres.source import opened_source
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.trust.trust_folder import load_trust

CUT_OFF = "DELETE FROM stored_events WHERE position > 20; DELETE FROM batches WHERE first_index >= 20"
# In both dialects; where one statement does for both, once. `ä` is two bytes in UTF-8.
ALTERATIONS = (
    ("UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'SFP', 'Sfp') AS BLOB) WHERE position = 10",
     "UPDATE stored_events SET state = convert_to(replace(convert_from(state, 'UTF8'), 'SFP', 'Sfp'), 'UTF8') "
     "WHERE position = 10"),
    ("UPDATE stored_events SET state = x'7b7d' WHERE position = 6",
     "UPDATE stored_events SET state = '{}' WHERE position = 6"),
    ("DELETE FROM stored_events WHERE position = 6",) * 2,
    (CUT_OFF,) * 2,
    ("UPDATE stored_events SET originator_id = 'party/other' WHERE position = 6",) * 2,
    ("UPDATE stored_events SET originator_version = 9 WHERE position = 6",) * 2,
    ("UPDATE stored_events SET statement_id = 'ä' WHERE position = 6",) * 2,
    ("UPDATE batches SET leaf_hashes = x'00' WHERE first_index = 4",
     "UPDATE batches SET leaf_hashes = '\\x00' WHERE first_index = 4"),
    ("UPDATE batches SET checkpoint = replace(checkpoint, 'example', 'Example')",) * 2,
    ("UPDATE meta SET value = 'example.org/other' WHERE key = 'origin'",) * 2,
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, templates: Templates) -> Path:
    templates.adopted.copy_to(tmp_path / "ledger")
    return tmp_path / "ledger"


@pytest.fixture
def moved(tmp_path: Path, templates: Templates, postgres_server: Server) -> tuple[Path, DatabaseAddress]:
    place, address = tmp_path / "moved", postgres_server.schema()
    templates.adopted.copy_to(place)
    put_into(address, place)
    (place / DATABASE_NAME).write_text(address.shown)
    return place, address


def in_file(folder: Path, statements: str) -> None:
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements.split("; "):
            connection.execute(statement)
        connection.commit()


def report_of(folder: Path, *, replay: bool = False) -> Report:
    further = [Replay(SystemClock().now())] if replay else []
    with opened_source(str(folder)) as source:
        return audit(source, load_trust(folder / "trust"), all_faults=True, further=further)


def shown(report: Report) -> object:
    return (
        report.verdict,
        report.size,
        [(fault.code, fault.index, fault.field, fault.expected, fault.found) for fault in report.faults],
    )


def restoring(address: DatabaseAddress, folder: Path) -> Callable[[], None]:
    """Gives what puts the rows of an untouched file back."""

    def restore() -> None:
        as_attacker(address, "DELETE FROM stored_events", "DELETE FROM batches", "DELETE FROM meta")
        with closing(sqlite3.connect(folder / "ledger.sqlite")) as own:
            meta = own.execute("SELECT key, value FROM meta").fetchall()
        as_attacker(address, *(f"INSERT INTO meta VALUES ('{key}', '{value}')" for key, value in meta))  # noqa: S608
        put_into(address, folder)

    return restore


def test_sound_ledger_is_as_sound_as_in_its_file(folder: Path, moved: tuple[Path, DatabaseAddress]) -> None:
    in_database, in_sqlite = report_of(moved[0], replay=True), report_of(folder, replay=True)
    assert shown(in_database) == shown(in_sqlite)
    assert (in_database.faults, in_database.root) == ((), in_sqlite.root)


@pytest.mark.slow
def test_alteration_gives_the_same_faults_at_the_same_places(
    tmp_path: Path, templates: Templates, moved: tuple[Path, DatabaseAddress]
) -> None:
    place, address = moved
    for number, (of_sqlite, of_postgres) in enumerate(ALTERATIONS):
        untouched, altered = tmp_path / f"whole-{number}", tmp_path / f"altered-{number}"
        templates.adopted.copy_to(untouched)
        templates.adopted.copy_to(altered)
        in_file(altered, of_sqlite)
        as_attacker(address, *of_postgres.split("; "))
        expected, found = report_of(altered), report_of(place)
        assert shown(found) == shown(expected), of_postgres
        # Of a log that was cut off at a checkpoint only who has a later one can say so.
        assert (expected.verdict is Verdict.ALTERED) is not (of_sqlite == CUT_OFF)
        restoring(address, untouched)()
    assert report_of(place).faults == ()


def test_two_rows_of_one_position_are_named_and_not_copied(tmp_path: Path, moved: tuple[Path, DatabaseAddress]) -> None:
    place, address = moved
    as_attacker(
        address,
        "ALTER TABLE stored_events DROP CONSTRAINT stored_events_pkey",
        "INSERT INTO stored_events SELECT position, 'x', 7, topic, state, 'x' FROM stored_events WHERE position = 3",
    )
    report = report_of(place)
    assert report.first is not None
    assert (report.verdict, report.first.index) == (Verdict.ALTERED, 2)
    with pytest.raises(LedgerError, match="no ledger"):
        backup(place, tmp_path / "backup")


def test_backup_makes_no_sound_ledger_of_an_altered_one(tmp_path: Path, moved: tuple[Path, DatabaseAddress]) -> None:
    """SQLite would number a row without a position, and take a text for the number that it looks like."""
    place, address = moved
    key = "ALTER TABLE stored_events DROP CONSTRAINT stored_events_pkey"
    as_attacker(
        address, key, "ALTER TABLE stored_events ALTER COLUMN position DROP NOT NULL",
        "UPDATE stored_events SET position = NULL WHERE position = 26",
    )  # fmt: skip
    for number in range(2):
        assert report_of(place).verdict is Verdict.ALTERED
        with pytest.raises(LedgerError, match="another type"):
            backup(place, tmp_path / "backup")
        if number == 0:
            as_attacker(
                address, "UPDATE stored_events SET position = 26 WHERE position IS NULL",
                "ALTER TABLE stored_events ALTER COLUMN originator_version TYPE text",
            )  # fmt: skip


@pytest.mark.parametrize(
    "statements",
    [
        ("ALTER TABLE meta RENAME TO hidden", "CREATE VIEW meta AS SELECT * FROM hidden"),
        ("ALTER TABLE batches ADD COLUMN more text",),
    ],
)
def test_table_of_another_form_is_named(moved: tuple[Path, DatabaseAddress], statements: tuple[str, ...]) -> None:
    place, address = moved
    as_attacker(address, *statements)
    report = report_of(place)
    assert report.first is not None
    assert (report.verdict, report.first.code) == (Verdict.ALTERED, "schema")
