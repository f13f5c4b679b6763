"""Many rows in a few statements.

`executemany` runs a statement a row, and the database gives the interpreter away at each: where other threads want it,
a row costs a turn of theirs. One statement with many rows gives it away once.
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

# Few lengths, so that a connection finds its prepared statements again: to prepare one of 64 rows takes as long as to
# insert twenty.
_AT_ONCE: Final = (64, 32, 16, 8, 4, 2, 1)


def insert_rows(execute: Callable[[str, Sequence[Any]], Any], insert: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows in their order, within the caller's transaction.

    Args:
        execute: A cursor's `execute`.
        insert: The statement up to its `VALUES`, such as `INSERT INTO views`.
        rows: The rows, all of the same length, of at most a dozen columns.
    """
    start = 0
    for count in _AT_ONCE:
        while len(rows) - start >= count:
            statement = f"{insert} VALUES {_marks(len(rows[start]), count)}"
            execute(statement, list(chain.from_iterable(rows[start : start + count])))
            start += count


@cache
def _marks(columns: int, count: int) -> str:
    return ",".join([f"({','.join('?' * columns)})"] * count)
