"""A bench on which true ledgers stand, are altered in one place, verified, and put right again."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.verify.small_ledger import Log, PostQuantumWitness, Witness, Writer, verify, write

from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.report.rendering import report_json, report_text
from constancia.verify.report.words import SEEN
from constancia.verify.sources.source import open_source
from constancia.verify.trust.policy_file import parse_policy

WITNESSES = (Witness("a"), PostQuantumWitness("b"))
RECEIPT_INDEX = 20
Sql = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One alteration of one object, and where it must be named.

    Args:
        target: The object, a row of the matrix.
        act: What is done to it, a column of the matrix.
        source: What is verified: `store`, `folder`, `ledger`, `zip`, `receipt`.
        indexes: First and last index that it is about; None where it is about the log as a whole.
        places: Parts of a field's, remark's or file's name, one of which must be named where `indexes` is None.
        files: New content by path on the bench; None deletes the file.
        sql: Statements run on a copy of the store.
        build: Writes a whole source instead, and gives where it stands.
        kept: Size of the checkpoint that the trust folder keeps.
        harmless: Why it may go unnoticed: what is hashed and signed is the same, which is then proved.
        log: The true log, if it is not the bench's own.
        undetectable: Why nothing in the source can show it; the same case with a kept checkpoint must be named.
    """

    target: str
    act: str
    source: str
    indexes: tuple[int, int] | None = None
    places: tuple[str, ...] = ()
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    sql: Sequence[Sql] = ()
    build: Callable[[Path], Path] | None = None
    kept: int | None = None
    harmless: str = ""
    undetectable: str = ""
    log: Log | None = None


@dataclass(slots=True)
class Figures:
    """What became of the cases of one target."""

    tried: int = 0
    named: int = 0
    in_range: int = 0
    elsewhere: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    harmless: Counter[str] = field(default_factory=Counter)
    undetectable: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Figures") -> None:
        self.tried += other.tried
        self.named += other.named
        self.in_range += other.in_range
        self.elsewhere += other.elsewhere
        self.missed += other.missed
        self.harmless += other.harmless
        self.undetectable += other.undetectable


Beside = Callable[[Case, Path, Path, Report], object]


class Bench:
    """True ledgers in a folder: small ones in each form, and a published one with full tiles."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.small: Log = replace(Writer().found().sign_agreement().report(20, batch=3).log(), witnesses=WITNESSES)
        self.large: Log = replace(Writer().found().sign_agreement().report(544, batch=8).log(), witnesses=WITNESSES)
        small, large = self.small, self.large
        self.store = small.write_store(root / "ledger.sqlite")
        cosign(self.store, small)
        self.loose = loosened(self.store, root / "loose.sqlite")
        large.write_folder(root / "folder", sizes=(7, 300))
        small.write_ledger(root / "ledger")
        small.write_folder(root / "small")
        small.write_zip(root / "bundle.zip", root / "small")
        write(root / "receipt", small.receipt(RECEIPT_INDEX))
        for name, log in (("trust", small), ("trust-large", large)):
            log.write_trust(root / name, quorum=2)
        self.scratch = root / "scratch"

    def location(self, source: str) -> Path:
        names = {"store": "ledger.sqlite", "zip": "bundle.zip"}
        return self.root / names.get(source, source)

    def log(self, source: str) -> Log:
        return self.large if source == "folder" else self.small

    def trust(self, source: str) -> Path:
        return self.root / ("trust-large" if source == "folder" else "trust")

    def bytes_of(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    @contextmanager
    def altered(self, case: Case) -> Iterator[tuple[Path, Path]]:
        """Stand the altered source there for a while; gives where it is, and the trust folder."""
        trust = self.trust(case.source)
        was = {path: (self.root / path).read_bytes() for path in case.files if (self.root / path).exists()}
        if case.kept is not None:
            write(trust / "checkpoint", self.log(case.source).checkpoint(case.kept))
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        try:
            for path, data in case.files.items():
                if data is None:
                    (self.root / path).unlink()
                else:
                    write(self.root / path, data)
            location = self.location(case.source)
            if case.sql:
                location = self._edited(case.sql)
            yield (location if case.build is None else case.build(self.scratch)), trust
        finally:
            for path in case.files:
                (self.root / path).unlink(missing_ok=True)
            for path, data in was.items():
                write(self.root / path, data)
            (trust / "checkpoint").unlink(missing_ok=True)

    def _edited(self, sql: Sequence[Sql]) -> Path:
        """Run statements on a copy of the store; on one without constraints where those forbid it."""
        for base in (self.store, self.loose):
            path = self.scratch / "ledger.sqlite"
            shutil.copyfile(base, path)
            try:
                with closing(sqlite3.connect(path)) as db, db:
                    for statement, values in sql:
                        db.execute(statement, values)
            except sqlite3.IntegrityError:
                continue
            return path
        raise AssertionError(f"no store takes {sql}")

    def run(self, cases: Iterable[Case], *, beside: Beside = lambda *_: None) -> Figures:
        """Try cases; gives the figures. `beside` is called with each altered ledger and the report about it."""
        figures = Figures()
        for case in cases:
            figures.tried += 1
            with self.altered(case) as (location, trust):
                report = self._judge(case, location, trust, figures)
                if report is not None:
                    beside(case, location, trust, report)
        return figures

    def _judge(self, case: Case, location: Path, trust: Path, figures: Figures) -> Report | None:
        name = f"{case.target} | {case.act} | {case.indexes}"
        try:
            report = verify(location, trust)
        except (Unreadable, Malformed) as error:
            good = case.indexes is None or any(one in str(error) for one in case.places)
            good = good and (not case.places or any(one in str(error) for one in case.places))
            figures.named += good
            figures.elsewhere += [] if good else [f"{name}: unreadable, {error}"]
            return None
        report_text(report, "es")
        report_json(report)
        if report.verdict is Verdict.ALTERED:
            self._judge_fault(case, report, name, figures)
        elif any(one in remark.code for remark in report.open for one in case.places) or (
            not case.harmless and any(remark.code in SEEN for remark in (*report.open, *report.not_checked))
        ):  # a file that is not whole is said to be so, by its name, and accuses nobody; a store's copy weighs nothing
            figures.named += 1
        elif case.harmless:
            self._prove_harmless(case, location, report)
            figures.harmless[case.harmless] += 1
        elif case.undetectable:
            assert report.verdict is Verdict.INTACT, name
            figures.undetectable[case.undetectable] += 1
        else:
            figures.missed.append(f"{name}: {report.verdict.name} {[one.code for one in report.open]}")
        return report

    @staticmethod
    def _judge_fault(case: Case, report: Report, name: str, figures: Figures) -> None:
        first = report.first
        assert first is not None
        last = first.index if first.last_index is None else first.last_index
        found = f"{name}: {first.code} at {first.index}–{last} {first.field}"
        if case.undetectable:
            figures.elsewhere.append(f"{found}, said to be undetectable")
        elif case.indexes is None:
            good = any(one in first.field for one in case.places)
            figures.named += good
            figures.elsewhere += [] if good else [found]
        elif first.index is None or last is None:
            figures.elsewhere.append(found)
        elif case.indexes[0] <= first.index and last <= case.indexes[1]:
            figures.named += 1
        elif first.somewhere and first.index <= case.indexes[0] and case.indexes[1] <= last:
            figures.in_range += 1
        else:
            figures.elsewhere.append(found)

    def _prove_harmless(self, case: Case, location: Path, report: Report) -> None:
        """What is hashed and signed is byte for byte what it was, and so is what the auditor pins."""
        assert report.verdict is Verdict.INTACT, (case.target, case.act, report_text(report, "en"))
        log = self.log(case.source) if case.log is None else case.log
        if case.source == "receipt":
            assert (report.root, report.size) == (log.tree.root().hex(), log.size)
        else:
            with open_source(str(location)) as source:
                assert tuple(source.entries()) == log.entries, (case.target, case.act)
            assert report.root == log.tree.root().hex()
        for path, data in case.files.items():
            if path.endswith("/policy") and data is not None:
                assert parse_policy(data.decode()) == parse_policy((self.root / path).read_bytes().decode())


def cosign(store: Path, log: Log) -> None:
    """Put both witnesses' cosignatures on a store's last and a middle checkpoint, where one may stand."""
    with closing(sqlite3.connect(store)) as db, db:
        for size in (19, log.size):
            note = log.signer.checkpoint(size, log.tree.root(size), log.witnesses).decode()
            db.execute("UPDATE batches SET checkpoint = ? WHERE size = ?", (note, size))


def loosened(store: Path, path: Path) -> Path:
    """Copy a store into tables without keys and constraints: those who hold the file drop them at will."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ATTACH ? AS true", (str(store),))
        for table, columns in (
            ("stored_events", "position, originator_id, originator_version, topic, state, statement_id"),
            ("batches", "first_index, size, leaf_hashes, checkpoint"),
            ("meta", "key, value"),
        ):
            db.execute(f"CREATE TABLE {table} ({columns})")
            db.execute(f"INSERT INTO {table} SELECT {columns} FROM true.{table}")  # noqa: S608 - constants
    return path
