"""Alterations from a seed of a ledger that is in a real PostgreSQL server, each made in an SQLite file as well.

The same rows are put into both, where nothing constrains them any more: who may do everything to a database drops
keys and triggers. What must be true of all: both give one report; what is called intact holds, byte for byte, what was
hashed and signed; and no way of the program takes what is altered for a ledger: audit, opening, export, backup, move.
"""

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.fuzz.mutate import mutations
from tests.ledger.template import Template
from tests.ledger.world import START
from tests.postgres import Server
from tests.tamper.generator import Figures
from tests.verify.core_alone import by_core, input_of
from tests.verify.small_ledger import Witness

from constancia.ledger.assembly import Options
from constancia.ledger.backup.backup import backup
from constancia.ledger.backup.relocation import move_to_file
from constancia.ledger.clock import StoryClock
from constancia.ledger.errors import LedgerError
from constancia.ledger.ledger import Ledger
from constancia.ledger.store.address import DATABASE_NAME
from constancia.ledger.store.postgres.application import create_tables, tables_in
from constancia.ledger.store.postgres.files import DatabaseFiles
from constancia.ledger.store.postgres.session import connect
from constancia.ledger.store.postgres.source import opened_source
from constancia.ledger.store.postgres.transfer import TABLES
from constancia.ledger.witnesses.cosignature_store import signature_line
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.checkpoint import parse_checkpoint
from constancia.verify.core.formats.note import format_vkey, parse_note
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.sources.layout import DOCUMENTS_NAME
from constancia.verify.sources.source import Source, open_source
from constancia.verify.trust.trust_folder import TrustFolder, load_trust
from constancia.verify.wire.merkle import Tree, hash_leaf

WITNESSES: Final = (Witness("a"), Witness("b"))
WAYS: Final = ("open", "write", "export", "backup", "move")
SHOWN: Final = 200  # so many exported bundles stay, for another verifier
CHARTER: Final = b"charter"  # the document that the template's genesis cites
Rows = dict[str, list[tuple[Any, ...]]]
LOOSENED: Final = """
DO $$ DECLARE item record; BEGIN
    FOR item IN SELECT conname, conrelid::regclass::text AS name FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace AND conrelid IN ('meta'::regclass,
        'stored_events'::regclass, 'batches'::regclass, 'cosignatures'::regclass)
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', item.name, item.conname); END LOOP;
    FOR item IN SELECT attrelid::regclass::text AS name, attname FROM pg_attribute WHERE attnotnull AND attnum > 0
        AND attidentity = '' AND attrelid IN ('meta'::regclass, 'stored_events'::regclass, 'batches'::regclass,
        'cosignatures'::regclass)
    LOOP EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', item.name, item.attname); END LOOP;
END $$
"""


@dataclass
class Alteration:
    """What is done to a ledger's rows, and to the form of its tables.

    Attributes:
        act: What is done, in words.
        rows: As they are then.
        put: Rows that are put into PostgreSQL before `ddl`, where those are others.
        ddl: Statements that alter the form there.
        columns: Columns of a table in SQLite, where they are others; None where the table is missing.
        views: Tables that are views.
    """

    act: str
    rows: Rows
    put: Rows | None = None
    ddl: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    views: tuple[str, ...] = ()


class Databases:
    """Two ledgers' folders with the same rows: one names a database, the other one has a file.

    Args:
        root: A folder of its own, in memory if there is room.
        server: A real server.
        template: A ledger, whose rows are altered.
        seed: Which alterations.
        ways: How many ways to read the database are tried with each alteration, besides the audit.
    """

    def __init__(self, root: Path, server: Server, template: Template, seed: int, *, ways: int = len(WAYS)) -> None:
        self.root, self.template, self.count_of_ways = root, template, ways
        root.mkdir(exist_ok=True)
        self.chance = random.Random(seed)  # noqa: S311 - it only chooses alterations
        self.in_file, self.in_database = root / "file", root / "database"
        for folder in (self.in_file, self.in_database):
            template.copy_to(folder)
            for path in folder.glob("*.sqlite*"):
                path.unlink()
            (folder / "documents").mkdir(exist_ok=True)
            (folder / "documents" / hashlib.sha256(CHARTER).hexdigest()).write_bytes(CHARTER)
        self.true = _rows_in(template.folder / "ledger.sqlite")
        self.entries = tuple(row[4] for row in self.true["stored_events"])
        self.tree = Tree(map(hash_leaf, self.entries))
        self.true["cosignatures"] = [
            (row[1], self.tree.root(row[1]), f"{line.name}+{line.key_hash.hex()}", signature_line(line))
            for row in self.true["batches"][-3:]
            for witness in WITNESSES
            for line in [witness.line(parse_note(row[3].encode()).text)]
        ]
        self.trust = self._trust("quorum both\n")
        # The core is given entries and a checkpoint: the table of cosignatures is read around it.
        self.trust_of_core = self._trust("quorum none\n")
        self.address = server.schema()
        self.figures: dict[str, Figures] = {name: Figures() for name in ("audit", *WAYS)}
        self.exported: list[Path] = []
        self._make_tables()

    def _trust(self, quorum: str) -> TrustFolder:
        """Make trust that knows the witnesses, and the checkpoint that was verified last."""
        folder = self.root / "trust"
        shutil.copytree(self.template.folder / "trust", folder, dirs_exist_ok=True)
        lines = [f"witness {one.name} {format_vkey(one.verifier)}\n" for one in WITNESSES]
        group = f"group both 2 {' '.join(one.name for one in WITNESSES)}\n"
        policy = (folder / "policy").read_text().replace("quorum none\n", "".join(lines) + group + quorum)
        (folder / "policy").write_text(policy)
        (folder / "checkpoint").write_text(self.true["batches"][-1][3])
        return load_trust(folder)

    def _make_tables(self) -> None:
        """Make the ledger's own tables, and drop what would keep a hand out."""
        with closing(connect(self.address)) as connection:
            [schema] = connection.execute("SELECT current_schema() AS name").fetchall()
            connection.execute(f"DROP SCHEMA {schema['name']} CASCADE")
            connection.execute(f"CREATE SCHEMA {schema['name']}")
        create_tables(self.address, {})
        with closing(connect(self.address)) as connection:
            connection.execute(LOOSENED)
            for table in ("meta", "stored_events", "batches"):
                connection.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            connection.execute("DROP TRIGGER stored_events_dense ON stored_events")
            connection.execute("DROP TRIGGER batches_dense ON batches")

    def run(self, count: int, until: Callable[[], bool] = lambda: False) -> None:
        """Try so many alterations, or as many as there is time for."""
        for _ in range(count):
            if until():
                return
            self.judge(self.altered())

    # What is altered

    def altered(self) -> Alteration:
        """Make one alteration."""
        rows = {name: list(of_table) for name, of_table in self.true.items()}
        if self.chance.random() < 0.12:
            return self._form(rows)
        table = self.chance.choices(tuple(TABLES), (1, 6, 4, 2))[0]
        act = self.chance.choice(ROW_ACTS)
        return Alteration(f"{table}, {act}", self._acted(rows, table, act))

    def _acted(self, rows: Rows, table: str, act: str) -> Rows:
        own = rows[table]
        at, other = (self.chance.randrange(len(own)) for _ in range(2))
        if act == "value":
            column = self.chance.randrange(len(own[at]))
            own[at] = _with(own[at], column, self._value(own[at][column], own[other][column]))
        elif act == "delete":
            del own[at : at + self.chance.choice((1, 1, 3))]
        elif act == "swap":
            own[at], own[other] = (own[other][0], *own[at][1:]), (own[at][0], *own[other][1:])
        elif act == "double":
            own.append(own[at] if self.chance.random() < 0.5 else (self._beyond(own), *own[at][1:]))
        elif act == "shift" and isinstance(own[at][0], int):
            step = self.chance.choice((-1, 1, 7))  # a gap, or two rows of one position
            own[at:] = [(row[0] + step, *row[1:]) for row in own[at:]]
        elif act == "close up" and isinstance(own[at][0], int):
            del own[at]
            own[at:] = [(row[0] - 1, *row[1:]) for row in own[at:]]
        elif act == "cut off":
            rows["batches"] = rows["batches"][: 1 + self.chance.randrange(len(rows["batches"]))]
            rows["stored_events"] = rows["stored_events"][: rows["batches"][-1][1]]
        else:  # rows of another kind of order: every value of one column, moved by one row
            column = self.chance.randrange(len(own[0]))
            own[:] = [_with(row, column, own[number - 1][column]) for number, row in enumerate(own)]
        return rows

    def _beyond(self, own: list[tuple[Any, ...]]) -> Any:
        last = own[-1][0]
        return last + 1 if isinstance(last, int) else f"{last}x"

    def _value(self, value: Any, neighbour: Any) -> Any:
        """Another value of the same type, or none."""
        chance = self.chance.random()
        if chance < 0.15:
            return None
        if chance < 0.3:
            return neighbour
        if isinstance(value, int):
            return self.chance.choice((value + 1, value - 1, 0, -1, 2**53, 2**63 - 1, -(2**63)))
        data = value if isinstance(value, bytes) else value.encode()
        data = data[: self.chance.randrange(len(data))] if chance < 0.5 else next(mutations([data], self.chance))
        return data if isinstance(value, bytes) else data.decode("utf-8", "replace").replace("\0", "")

    def _form(self, rows: Rows) -> Alteration:
        """A table of another form, with the same rows."""
        table = self.chance.choice(tuple(TABLES)[:3])
        columns = TABLES[table]
        column = self.chance.choice(columns)
        at = columns.index(column)
        act = self.chance.choice(("column added", "column renamed", "table missing", "view", "as text", "as number"))
        made = Alteration(f"{table}, {act}", rows, put=dict(rows))
        if act == "column added":
            made.ddl = (f"ALTER TABLE {table} ADD COLUMN more text",)
            made.columns[table] = (*columns, "more")
            rows[table] = [(*row, None) for row in rows[table]]
        elif act == "column renamed":
            made.ddl = (f"ALTER TABLE {table} RENAME COLUMN {column} TO other",)
            made.columns[table] = tuple("other" if name == column else name for name in columns)
        elif act == "table missing":
            made.ddl = (f"DROP TABLE {table}",)
            made.columns[table] = None
        elif act == "view":
            made.ddl = (f"ALTER TABLE {table} RENAME TO hidden", f"CREATE VIEW {table} AS SELECT * FROM hidden")  # noqa: S608
            made.views = (table,)
        elif isinstance(rows[table][0][at], int):  # a number as text, or as one that SQLite does not have
            kind = "text" if act == "as text" else "numeric"
            made.ddl = (f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}",)
            rows[table] = [_with(row, at, str(row[at])) for row in rows[table]]
        else:  # bytes as a text, a text as bytes
            is_text = isinstance(rows[table][0][at], str)
            kind, cast = ("bytea", "convert_to(%s, 'UTF8')") if is_text else ("text", "encode(%s, 'hex')")
            made.ddl = (f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind} USING {cast % column}",)
            rows[table] = [_with(row, at, row[at].encode() if is_text else row[at].hex()) for row in rows[table]]
        return made

    # Where it is put

    def put(self, made: Alteration) -> None:
        """Put the rows into the file and into the database."""
        _write_file(self.in_file, made)
        with closing(connect(self.address)) as connection, connection.transaction():
            connection.execute(f"TRUNCATE {', '.join(TABLES)}")
            for table, columns in TABLES.items():
                marks, names = ", ".join(["%b"] * len(columns)), ", ".join(columns)
                with connection.cursor() as cursor:
                    rows = (made.put or made.rows)[table]
                    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
            connection.execute("UPDATE writer SET moved = NULL")
            for statement in made.ddl:
                connection.execute(statement)
        with tables_in(self.address) as tables:
            files = DatabaseFiles(tables, DOCUMENTS_NAME)
            files.write(hashlib.sha256(CHARTER).hexdigest(), CHARTER)
        for name in ("ledger.sqlite", "cosignatures.sqlite"):
            (self.in_database / name).unlink(missing_ok=True)
        (self.in_database / DATABASE_NAME).write_text(self.address.shown)

    # What is said of it

    def judge(self, made: Alteration) -> None:
        """Put an alteration up, and ask everything that reads a database about it."""
        self.put(made)
        try:
            self._audit(made)
            self._ways(made)
        finally:
            if made.ddl:
                self._make_tables()

    def _audit(self, made: Alteration) -> None:
        figures = self.figures["audit"]
        figures.tried += 1
        expected, answer = self._report(self.in_file, made), self._report(self.in_database, made)
        if _shown(expected) != _shown(answer):
            figures.wrong.append(f"{made.act}: {_shown(expected)} in SQLite, {_shown(answer)} in PostgreSQL")
        figures.answers["unreadable" if answer is None else answer.verdict.name.lower()] += 1

    def _report(self, folder: Path, made: Alteration) -> Report | None:
        """Audit a folder as `constancia verify` does; None where it can't be read."""
        try:
            with opened_source(str(folder)) as source:
                report = audit(source, self.trust, workers=1)
                if folder == self.in_database:
                    self._compare_core(source, report, made)
                return report
        except (Unreadable, Malformed, LedgerError):
            return None

    def _compare_core(self, source: Source, report: Report, made: Alteration) -> None:
        figures = self.figures["audit"]
        if report.verdict is Verdict.INTACT and tuple(source.entries()) != self.entries:
            figures.wrong.append(f"{made.act}: intact, and not what was signed")
        try:
            given = input_of(source)
            alone = by_core(given, self.trust_of_core)
        except (Unreadable, Malformed, AttributeError):
            figures.core["nothing to be had"] += 1
            return
        verdict = None if alone is None else alone.findings.verdict
        figures.core["same" if verdict is report.verdict else "other"] += 1
        if report.verdict is Verdict.INTACT and verdict is not Verdict.INTACT:
            figures.wrong.append(f"{made.act}: intact as a whole, {verdict} to the core")
        if verdict is Verdict.INTACT and given.entries != self.entries:
            figures.wrong.append(f"{made.act}: other entries are intact to the core")

    def _ways(self, made: Alteration) -> None:
        """Each way of the program to read a database: it refuses in its own words, or what it gives is true."""
        ways: Mapping[str, Callable[[], Iterator[bytes]]] = {
            "open": self._opened, "export": self._exported, "backup": self._backup,
            "write": self._written, "move": self._moved,
        }  # fmt: skip
        chosen = self.chance.sample(WAYS, min(self.count_of_ways, len(WAYS)))
        for name in sorted(chosen, key=WAYS.index):  # moving comes last: then the database is left
            way, figures = ways[name], self.figures[name]
            figures.tried += 1
            try:
                given = tuple(way())
            except (LedgerError, Unreadable, Malformed) as error:
                figures.answers[type(error).__name__] += 1
                continue
            except Exception as error:  # noqa: BLE001 - what it is, is the finding
                figures.wrong.append(f"{made.act}: {name} ends in {type(error).__name__}: {error}")
                continue
            if given == self.entries:
                figures.answers["what was signed"] += 1
            elif "cut off" in made.act and given == self.entries[: len(given)]:
                figures.answers["shorter, as it once was"] += 1  # only who has a later checkpoint can tell
            else:
                figures.wrong.append(f"{made.act}: {name} gives {len(given)} entries that were not signed so")

    def _opened(self, *, writing: bool = False) -> Iterator[bytes]:
        signer = self.template.signer if writing else None
        options = Options(follow=False)
        with Ledger.open(self.in_database, clock=StoryClock(START), signer=signer, options=options) as ledger:
            entries = tuple(ledger.log.entry(index) for index in range(ledger.size))
            checkpoint = parse_checkpoint(parse_note(ledger.log.checkpoint()).text)
            assert (checkpoint.size, checkpoint.root) == (ledger.size, self.tree.root(ledger.size))
            yield from entries

    def _written(self) -> Iterator[bytes]:
        return self._opened(writing=True)

    def _exported(self) -> Iterator[bytes]:
        place = self.root / f"exported {len(self.exported) % SHOWN}.zip"
        place.unlink(missing_ok=True)
        with Ledger.open(self.in_database, clock=StoryClock(START), signer=None) as ledger:
            ledger.export(place)
        self.exported.append(place)
        yield from self._sound(place)

    def _backup(self) -> Iterator[bytes]:
        place = self.root / "backup"
        shutil.rmtree(place, ignore_errors=True)
        backup(self.in_database, place)
        yield from self._sound(place)

    def _moved(self) -> Iterator[bytes]:
        move_to_file(self.in_database)
        yield from self._sound(self.in_database)

    def _sound(self, place: Path) -> Iterator[bytes]:
        """Give the entries of what was made, which an audit with no other checkpoint than its own calls intact."""
        with open_source(str(place)) as source:
            report = audit(source, load_trust(self.template.folder / "trust"), workers=1)
            assert report.verdict is Verdict.INTACT, report.first
            yield from source.entries()


ROW_ACTS: Final = (
    "value", "value", "value", "value", "delete", "swap", "double", "shift", "close up", "cut off", "column moved",
)  # fmt: skip


def _with(row: tuple[Any, ...], column: int, value: Any) -> tuple[Any, ...]:
    return (*row[:column], value, *row[column + 1 :])


def _rows_in(path: Path) -> Rows:
    with closing(sqlite3.connect(path)) as store:
        tables = [name for name in TABLES if name != "cosignatures"]
        return {
            table: store.execute(f"SELECT {', '.join(TABLES[table])} FROM {table} ORDER BY rowid").fetchall()  # noqa: S608
            for table in tables
        }


def _write_file(folder: Path, made: Alteration) -> None:
    for file, tables in (("ledger.sqlite", tuple(TABLES)[:3]), ("cosignatures.sqlite", ("cosignatures",))):
        (folder / file).unlink(missing_ok=True)
        if file == "cosignatures.sqlite" and not made.rows["cosignatures"]:
            continue
        with closing(sqlite3.connect(folder / file)) as store, store:
            for table in tables:
                columns = made.columns.get(table, TABLES[table])
                if columns is None:
                    continue
                name = "hidden" if table in made.views else table
                store.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
                marks = ", ".join("?" * len(columns))
                store.executemany(f"INSERT INTO {name} VALUES ({marks})", made.rows[table])  # noqa: S608
                if name != table:
                    store.execute(f"CREATE VIEW {table} AS SELECT * FROM {name}")  # noqa: S608


def _shown(report: Report | None) -> object:
    """What a report says, without where the source is."""
    if report is None:
        return None
    faults = [(fault.code, fault.index, fault.field, fault.expected, fault.found) for fault in report.faults]
    return (
        report.verdict.name, report.size, report.root, faults, sorted(one.code for one in report.open),
        sorted(one.code for one in report.not_checked),
    )  # fmt: skip
