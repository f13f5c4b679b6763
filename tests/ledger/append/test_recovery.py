"""A store that contradicts itself is not served, and the place is named."""

import re
import sqlite3
from collections.abc import Callable

import pytest
from tests.ledger.conftest import Desk

from constancia.ledger.errors import Damaged, Fatal
from constancia.ledger.ledger import Ledger

Tamper = Callable[[sqlite3.Connection], object]


def tamper(desk: Desk, *statements: str) -> None:
    """Changes the closed store as somebody with a database tool would."""
    desk.ledger.close()
    connection = sqlite3.connect(desk.folder / "ledger.sqlite")
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def refusal(desk: Desk, *statements: str) -> Fatal:
    tamper(desk, *statements)
    with pytest.raises(Fatal) as caught:
        desk.reopen()
    with pytest.raises(Fatal):
        Ledger.open(desk.folder, clock=desk.clock, signer=None)
    return caught.value


@pytest.mark.parametrize(
    ("statement", "where", "what"),
    [
        (
            "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'Avance', 'avance') "
            "AS BLOB) WHERE position = 26",
            "first_index 25",
            "leaf hashes",
        ),
        (
            "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'SFP', 'Sfp') "
            "AS BLOB) WHERE position = 10",
            "first_index 9",
            "leaf hashes",
        ),
        (
            "UPDATE stored_events SET state = CAST(state AS TEXT) WHERE position = 6",
            "entry 5",
            "blob",
        ),
        ("UPDATE stored_events SET state = x'7b7d' WHERE position = 6", "entry 5", "can't be read"),
        ("UPDATE stored_events SET state = x'' WHERE position = 6", "entry 5", "can't be read"),
        ("DELETE FROM stored_events WHERE position = 6", "entry 5", "position"),
        ("DELETE FROM stored_events WHERE position = 26", "entry 25", "missing"),
        (
            "UPDATE stored_events SET originator_id = 'party/other' WHERE position = 6",
            "entry 5",
            "originator_id",
        ),
        (
            "UPDATE stored_events SET originator_version = 9 WHERE position = 6",
            "entry 5",
            "originator_version",
        ),
        # A stream that begins twice: no index of the store refuses it.
        ("UPDATE stored_events SET originator_version = 1 WHERE position = 24", "entry 23", "expected 7, found 1"),
        ("UPDATE stored_events SET topic = 'os:system' WHERE position = 6", "entry 5", "topic"),
        ("UPDATE batches SET leaf_hashes = zeroblob(32) WHERE first_index = 4", "first_index 4", "leaf"),
        ("UPDATE batches SET leaf_hashes = x'' WHERE first_index = 4", "first_index 4", "leaf"),
        ("DELETE FROM batches WHERE first_index = 4", "first_index 5", "follows on size 4"),
        ("DELETE FROM batches WHERE first_index = 0", "first_index 1", "follows on size 0"),
        ("UPDATE batches SET size = 4 WHERE first_index = 4", "first_index 4", "follows on size 4"),
        (
            "DELETE FROM batches WHERE first_index = (SELECT MAX(first_index) FROM batches)",
            "batches",
            "checkpoints cover",
        ),
        (
            "UPDATE batches SET checkpoint = (SELECT checkpoint FROM batches WHERE first_index = 4) "
            "WHERE first_index = (SELECT MAX(first_index) FROM batches)",
            "checkpoint of size",
            "signed were size 5",
        ),
        (
            "UPDATE batches SET checkpoint = replace(checkpoint, 'example', 'Example')",
            "checkpoint of size",
            "not one of this log's",
        ),
        ("UPDATE batches SET checkpoint = ''", "checkpoint of size", "not one of this log's"),
        ("UPDATE meta SET value = '2' WHERE key = 'schema'", "ledger.sqlite", "schema 2"),
        ("DELETE FROM meta", "ledger.sqlite", "schema None"),
        ("DROP TABLE meta", "ledger.sqlite", "schema None|not a ledger's store"),
    ],
)  # fmt: skip
def test_o1_contradiction_is_named_and_not_served(desk: Desk, statement: str, where: str, what: str) -> None:
    error = refusal(desk, statement)
    assert re.search(where, error.where), error
    assert re.search(what, error.what), error


def test_o1_entries_in_another_order_are_not_served(desk: Desk) -> None:
    error = refusal(
        desk,
        "UPDATE stored_events SET position = -1 WHERE position = 6",
        "UPDATE stored_events SET position = 6 WHERE position = 7",
        "UPDATE stored_events SET position = 7 WHERE position = -1",
    )
    assert error.where == "entry 5"


def test_o1_truncated_log_is_noticed_only_by_who_holds_a_checkpoint(desk: Desk) -> None:
    checkpoint = desk.ledger.log.checkpoint()
    tamper(
        desk,
        "DELETE FROM stored_events WHERE position > 20",
        "DELETE FROM batches WHERE first_index >= 20",
    )
    assert desk.reopen().size == 20
    assert checkpoint not in [desk.ledger.log.checkpoint(size) for size in desk.ledger.log.checkpoint_sizes()]


def test_o2_refused_store_is_left_as_it_is(desk: Desk) -> None:
    tamper(desk, "UPDATE stored_events SET topic = 'os:system' WHERE position = 6")
    before = (desk.folder / "ledger.sqlite").read_bytes()
    with pytest.raises(Fatal):
        Ledger.open(desk.folder, clock=desk.clock, signer=None)
    assert (desk.folder / "ledger.sqlite").read_bytes() == before


def test_file_that_is_no_database_is_refused(desk: Desk) -> None:
    desk.ledger.close()
    (desk.folder / "ledger.sqlite").write_bytes(b"not a database, but long enough to look at " * 99)
    with pytest.raises(Fatal):
        Ledger.open(desk.folder, clock=desk.clock, signer=None)


def test_entry_altered_under_a_running_ledger_is_not_served(desk: Desk) -> None:
    connection = sqlite3.connect(desk.folder / "ledger.sqlite")
    connection.execute("DROP TRIGGER stored_events_no_UPDATE")
    connection.execute("UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'SFP', 'Sfp') AS BLOB)")
    connection.commit()
    connection.close()
    with pytest.raises(Damaged, match="entry 0"):
        desk.ledger.log.entry(0)
    with pytest.raises(Damaged, match="entry 0"):
        list(desk.ledger.log.entries())
