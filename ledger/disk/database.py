"""SQLite files that are there whole or not at all: made under another name, durable, then renamed.

A file that a process was killed over before there was a rename (an older program made it in place) holds no table; it
is recognised as half made, and made again.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from constancia.ledger.disk.durable import durable_part, remove_half_made, replace_durably

SIDE_FILES: Final = ("-wal", "-shm", "-journal")


def create_database(path: Path, statements: Sequence[str | tuple[str, Sequence[tuple[str, ...]]]]) -> None:
    """Make a database with its tables.

    Args:
        path: The file, which must not exist or be half made.
        statements: What makes the tables; with a list of rows: what fills them.
    """

    def fill(part: Path) -> None:
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN")
            for statement in statements:
                if isinstance(statement, str):
                    connection.execute(statement)
                else:
                    connection.executemany(*statement)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=WAL")

    create_by(path, fill)


def create_by(path: Path, fill: Callable[[Path], None]) -> None:
    """Have a database made under another name, then give it its own.

    Args:
        path: The file, which must not exist, be half made, or be of no use any more.
        fill: Makes the database at the path that it is given, and closes it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_half_made(path)
    part = durable_part(path)
    remove_database(part)
    try:
        fill(part)
        remove_database(path)  # what is half made, and the side files of what was there before
        replace_durably(part, path)
    except BaseException:
        remove_database(part)
        raise


def remove_database(path: Path) -> None:
    """Remove a database with its side files."""
    for suffix in ("", *SIDE_FILES):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def fold_in(path: Path) -> None:
    """Bring a database's write-ahead log or journal into it, and take the side files away; nobody may have it open.

    Raises:
        sqlite3.Error: It can't be read.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # what a journal undoes is undone now
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for suffix in SIDE_FILES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_damaged(error: BaseException | None) -> bool:
    """Tell whether an error, or one that it came from, says that a file is no sound database."""
    while error is not None:
        if any(text in str(error) for text in ("malformed", "not a database")):
            return True
        error = error.__cause__
    return False


def is_half_made(path: Path) -> bool:
    """Tell whether a file is a database without any table: what is left where making it in place was cut short.

    A file that is no database, or can't be read, is not half made: it is somebody's, and stays.
    """
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            [[tables]] = connection.execute("SELECT COUNT(*) FROM sqlite_master")
            return bool(tables == 0)
    except sqlite3.Error:
        return False
