"""Rows go in whole, in their order, in few statements."""

import sqlite3
from contextlib import closing
from typing import Any

from tests.rows import each_row

from constancia.ledger.disk.rows import insert_rows


@each_row(("count", "statements"), [(0, 0), (1, 1), (7, 3), (8, 1), (71, 4), (200, 4)])
def test_all_rows_go_in_in_order(count: int, statements: int) -> None:
    asked: list[str] = []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b BLOB)")

        def execute(statement: str, values: Any) -> None:
            asked.append(statement)
            connection.execute(statement, values)

        rows = [(number, b"x%d" % number) for number in range(count)]
        insert_rows(execute, "INSERT INTO t", rows)
        assert connection.execute("SELECT a, b FROM t ORDER BY rowid").fetchall() == rows
    assert len(asked) == statements
