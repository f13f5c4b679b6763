# ruff: noqa: S608 (tables and columns have no parameters)
"""Alterations of a database file, chosen by chance: of any value, row, table, byte, page, and by another's rows."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

Alter = Callable[[sqlite3.Connection, random.Random, Path], str]
Spoil = Callable[[bytearray, random.Random], bytes]


def names(database: sqlite3.Connection) -> list[str]:
    """Gives the tables, the one that has most of it several times."""
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
    return [*tables, "parts", "parts", "parts"]


def columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


def chosen_row(database: sqlite3.Connection, chance: random.Random, table: str) -> tuple[str, list[Any]]:
    """Gives a condition that names one row of a table, and its values."""
    [[count]] = database.execute(f"SELECT COUNT(*) FROM {table}")
    [row] = database.execute(f"SELECT * FROM {table} LIMIT 1 OFFSET ?", (chance.randrange(count),))
    return " AND ".join(f"{column} IS ?" for column in columns(database, table)), list(row)


def other(chance: random.Random, value: Any, another: Any) -> Any:
    """Gives another value, of the same type or not."""
    text = value if isinstance(value, str) else value.decode(errors="ignore") if isinstance(value, bytes) else "9"
    cut = chance.randrange(len(text) + 1)
    same: Any = f"{text[:cut]}{chance.choice('0az/ ')}{text[cut + 1 :]}"
    if isinstance(value, int):
        same = value + chance.choice((-8, -1, 1, 8))
    elif isinstance(value, bytes):
        at = chance.randrange(len(value) or 1)
        same = value[:at] + bytes([chance.randrange(256)]) + value[at + 1 :]
    types = (0, -1, 1 << 40, 2.5, "", "x", b"", b"\xff", str(value), text, text.encode())
    return chance.choice((same, same, another, another, *types))


def value(database: sqlite3.Connection, chance: random.Random, _other: Path) -> str:
    table = chance.choice(names(database))
    column = chance.choice(columns(database, table))
    where, row = chosen_row(database, chance, table)
    at = columns(database, table).index(column)
    changed = other(chance, row[at], chosen_row(database, chance, table)[1][at])
    database.execute(f"UPDATE {table} SET {column}=? WHERE {where}", (changed, *row))
    return f"{table}.{column}: {row[at]!r:.60} became {changed!r:.60}"


def one_gone(database: sqlite3.Connection, chance: random.Random, _other: Path) -> str:
    table = chance.choice(names(database))
    where, row = chosen_row(database, chance, table)
    database.execute(f"DELETE FROM {table} WHERE {where}", row)
    return f"{table} without {row!r:.90}"


def some_gone(database: sqlite3.Connection, chance: random.Random, _other: Path) -> str:
    """Takes away rows of one value: a size, a part, a name."""
    table = chance.choice(names(database))
    column = chance.choice(columns(database, table))
    _, row = chosen_row(database, chance, table)
    at = columns(database, table).index(column)
    database.execute(f"DELETE FROM {table} WHERE {column} IS ?", (row[at],))
    return f"{table} without {column}={row[at]!r:.60}"


def one_more(database: sqlite3.Connection, chance: random.Random, _other: Path) -> str:
    """Puts in a row like another one but for some values."""
    table = chance.choice(names(database))
    _, row = chosen_row(database, chance, table)
    at = chance.randrange(len(row))
    row[at] = other(chance, row[at], row[at])
    database.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)
    return f"{table} with {row!r:.90}"


def two_exchanged(database: sqlite3.Connection, chance: random.Random, _other: Path) -> str:
    """Has two rows exchange what they say, digests and all."""
    table = chance.choice(["aggregates", "parts"])
    whole = columns(database, table)
    first, (a, b) = len(whole) - 2, (chosen_row(database, chance, table) for _ in range(2))
    for (where, row), (_, from_row) in ((a, b), (b, a)):
        database.execute(
            f"UPDATE {table} SET {whole[-2]}=?, {whole[-1]}=? WHERE {where}", (*from_row[first:], *row)
        )  # fmt: skip
    return f"{table}: {a[1]!r:.60} and {b[1]!r:.60} exchanged"


def of_another(database: sqlite3.Connection, chance: random.Random, other_file: Path) -> str:
    """Puts rows of another ledger's file in the place of some, or all, of a table's."""
    table = chance.choice(names(database))
    database.execute("ATTACH ? AS another", (str(other_file),))
    some = chance.choice(("1", "rowid=1", "rowid%2=0")) if table != "parts" else chance.choice(("1", "size=8"))
    database.execute(f"INSERT OR REPLACE INTO main.{table} SELECT * FROM another.{table} WHERE {some}")
    return f"{table} with another's rows where {some}"


def table_changed(database: sqlite3.Connection, chance: random.Random, _other: Path) -> str:
    table = chance.choice(names(database))
    column = chance.choice(columns(database, table))
    statement = chance.choice((
        f"DROP TABLE {table}", f"ALTER TABLE {table} ADD COLUMN more", f"ALTER TABLE {table} RENAME TO other",
        f"ALTER TABLE {table} RENAME COLUMN {column} TO other", f"DELETE FROM {table}",
        f"CREATE TRIGGER t BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END",
        f"CREATE TABLE more AS SELECT * FROM {table}",
    ))  # fmt: skip
    database.execute(statement)
    return statement


def cut(content: bytearray, chance: random.Random) -> bytes:
    return bytes(content[: chance.choice((0, 1, 100, 4_096, len(content) // 2, chance.randrange(len(content))))])


def bit(content: bytearray, chance: random.Random) -> bytes:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def page(content: bytearray, chance: random.Random) -> bytes:
    """Has a page of the file be another one, or nothing."""
    pages = len(content) // 4_096
    to, source = (chance.randrange(pages) * 4_096 for _ in range(2))
    content[to : to + 4_096] = chance.choice((content[source : source + 4_096], bytes(4_096)))
    return bytes(content)


ALTERATIONS: tuple[Alter, ...] = (value, one_gone, some_gone, one_more, two_exchanged, of_another, table_changed)
SPOILINGS: tuple[Spoil, ...] = (cut, bit, page)


def damage(path: Path, other_file: Path, number: int, chance: random.Random) -> str:
    """Alters a file; of each ten in a row each is of another kind.

    Returns:
        What was done, in words; empty where the database does not let it be done.
    """
    kind = number % (len(ALTERATIONS) + len(SPOILINGS))
    if kind >= len(ALTERATIONS):
        spoil = SPOILINGS[kind - len(ALTERATIONS)]
        path.write_bytes(spoil(bytearray(path.read_bytes()), chance))
        return spoil.__name__
    with closing(sqlite3.connect(path)) as database:
        try:
            done = ALTERATIONS[kind](database, chance, other_file)
        except sqlite3.IntegrityError:
            return ""  # of a type or a key that the table refuses
        database.commit()
    return done
