"""Many rows in a few statements.

`executemany` runs a statement a row, and the database gives the interpreter away at each: where other threads want it,
a row costs a turn of theirs. One statement with many rows gives it away once.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final

# Few lengths, so that the library finds its prepared statements again.
AT_ONCE: Final = (64, 8, 1)
# A larger statement costs more by itself, and fewer turns of another thread that has always something to do.
BESIDE_A_BUSY_THREAD: Final = (1_024, *AT_ONCE)


def insert_rows(
    execute: Callable[[str, Sequence[Any]], Any],
    insert: str,
    rows: Sequence[Sequence[Any]],
    at_once: Sequence[int] = AT_ONCE,
) -> None:
    """Insert rows in their order, within the caller's transaction.

    Args:
        execute: A cursor's `execute`.
        insert: The statement up to its `VALUES`, such as `INSERT INTO views`.
        rows: The rows, all of the same length, of at most a dozen columns.
        at_once: How many rows a statement has, the most first, and 1 in the end.
    """
    start = 0
    for count in at_once:
        row = f"({','.join('?' * len(rows[0]))})" if rows else ""
        statement = f"{insert} VALUES {','.join([row] * count)}"
        while len(rows) - start >= count:
            execute(statement, list(chain.from_iterable(rows[start : start + count])))
            start += count
