"""Many rows in a few statements.

`executemany` runs a statement a row, and the database gives the interpreter away at each: where other threads want it,
a row costs a turn of theirs. One statement with many rows gives it away once.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final

# Few lengths, so that the library finds its prepared statements again.
_AT_ONCE: Final = (64, 8, 1)


def insert_rows(execute: Callable[[str, Sequence[Any]], Any], insert: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows in their order, within the caller's transaction.

    Args:
        execute: A cursor's `execute`.
        insert: The statement up to its `VALUES`, such as `INSERT INTO views`.
        rows: The rows, all of the same length, of at most a dozen columns.
    """
    start = 0
    for count in _AT_ONCE:
        row = f"({','.join('?' * len(rows[0]))})" if rows else ""
        statement = f"{insert} VALUES {','.join([row] * count)}"
        while len(rows) - start >= count:
            execute(statement, list(chain.from_iterable(rows[start : start + count])))
            start += count
