"""Alterations without end, from a seed: SQLite file, rows, published folder, zip, receipt, address.

No alteration has an expected answer of its own. What must be true of all: what is called intact holds, byte for byte,
what was hashed and signed, which is proved each time; and the core alone never says less than the whole verifier.
"""

import base64
import io
import json
import random
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from unittest.mock import patch

from tests.dishonest import Host, hosting
from tests.fuzz.mutate import mutations
from tests.tamper.bench import cosign, loosened
from tests.verify.core_alone import by_core, core_input
from tests.verify.small_ledger import WRITTEN, Log, LogKey, Witness, Writer

from constancia.ledger.wire.composition import format_tlog_proof
from constancia.verify.audit.run import audit
from constancia.verify.core.errors import Malformed, Unreadable
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.report.findings import Report, Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.sources.web import Web
from constancia.verify.trust.trust_folder import TrustFolder, load_trust
from constancia.verify.wire.tlog_proof import parse_tlog_proof

WITNESSES: Final = (Witness("a"), Witness("b"))
SOURCES: Final = ("receipt", "zip", "folder", "SQLite file", "SQLite rows", "history", "address")
SHARES: Final = (30, 20, 15, 12, 8, 10, 5)
RECEIPTS: Final = (0, 7, 16, 21)
COLUMNS: Final = {
    "stored_events": ("position", "originator_id", "originator_version", "topic", "state", "statement_id"),
    "batches": ("first_index", "size", "leaf_hashes", "checkpoint"),
    "meta": ("key", "value"),
}


@dataclass
class Figures:
    """What became of the alterations of one source."""

    tried: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    core: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """One alteration: of what, by which act, where the altered source is, and the true log behind it."""

    source: str
    act: str
    location: str
    data: bytes = b""


class Generator:
    """Makes alterations of one small ledger in each of its forms.

    Args:
        root: A folder of its own, in memory if there is room.
        seed: Which alterations.
    """

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.chance = random.Random(seed)  # noqa: S311 - it only chooses alterations
        made = Writer().found().sign_agreement().report(6, batch=2).log()
        self.log: Log = replace(made, witnesses=WITNESSES)
        self.other = Writer(name="other").found().log()
        self.trust: TrustFolder = load_trust(self.log.write_trust(root / "trust", quorum=2))
        self.folder = self.log.write_folder(root / "folder", sizes=(9,))
        self.store = self.log.write_store(root / "true.sqlite")
        cosign(self.store, self.log)
        self.loose = loosened(self.store, root / "loose.sqlite")
        self.zip = self.log.write_zip(root / "true.zip", self.folder).read_bytes()
        self.receipts = [self.log.receipt(index) for index in RECEIPTS]
        self.paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        self.host = Host(self.log)
        self.figures: dict[str, Figures] = {name: Figures() for name in SOURCES}
        self._bytes = {name: self._mutated(seeds) for name, seeds in self._seeds().items()}

    def _seeds(self) -> dict[str, list[bytes]]:
        files = [path.read_bytes() for path in self.paths]
        return {
            "receipt": self.receipts, "zip": [self.zip], "SQLite file": [self.store.read_bytes()],
            "entry": list(self.log.entries), "file": files,
        }  # fmt: skip

    def _mutated(self, seeds: list[bytes]) -> Iterator[bytes]:
        return mutations(seeds, self.chance)

    def run(self, count: int, address: str, until: Callable[[], bool] = lambda: False) -> None:
        """Try so many alterations, or as many as there is time for."""
        for _ in range(count):
            if until():
                return
            name = self.chance.choices(SOURCES, SHARES)[0]
            with self._made(name, address) as altered:
                self._judge(altered)

    @contextmanager
    def _made(self, name: str, address: str) -> Iterator[Altered]:
        if name == "folder":
            with self._folder() as altered:
                yield altered
        elif name == "address":
            yield self._address(address)
        else:
            yield {
                "receipt": self._receipt, "zip": self._zip, "SQLite file": self._file, "SQLite rows": self._rows,
                "history": self._history,
            }[name]()  # fmt: skip

    def file(self, name: str) -> Altered:
        """Make one altered receipt or zip."""
        return self._receipt() if name == "receipt" else self._zip()

    # What is altered

    def _changed(self, data: bytes) -> bytes:
        """Other bytes in place of these: changed, or a neighbour's."""
        if self.chance.random() < 0.2:
            return self.chance.choice([*self.log.entries, *self.other.entries, *self.receipts])
        return next(mutations([data], self.chance))

    def _receipt(self) -> Altered:
        raw, act = self.chance.choice(self.receipts), "bytes"
        if self.chance.random() < 0.5:
            data = next(self._bytes["receipt"])
        else:
            data, act = self._parts(raw), "parts"
        return self._file_of("receipt", act, data)

    def _parts(self, raw: bytes) -> bytes:
        """A well-formed receipt with other parts."""
        proof = parse_tlog_proof(raw)
        entry, path, note, index = proof.extra or b"", list(proof.proof), proof.checkpoint, proof.index
        act = self.chance.randrange(5)
        if act == 0:
            entry = self.chance.choice(self.log.entries) if self.chance.random() < 0.3 else self._edited(entry)
        elif act == 1 and path:
            at = self.chance.randrange(len(path))
            path[at : at + self.chance.randrange(2)] = [self.chance.randbytes(32)] * self.chance.randrange(3)
        elif act == 2:
            note = self._changed(note)
        elif act == 3:
            index = self.chance.choice((index + 1, max(0, index - 1), self.chance.randrange(10**6), 2**53 - 1))
        else:
            size = self.chance.randint(1, self.log.size)
            note = LogKey(self.chance.choice(("log", "another"))).checkpoint(size, self.log.tree.root(size), WITNESSES)
        return format_tlog_proof(index, path, note, entry)

    def _edited(self, entry: bytes) -> bytes:
        """An entry in which one value is another one, in canonical form."""
        item = json.loads(entry)
        at, steps = item, 0
        while isinstance(at, dict | list) and at and steps < 6:
            key = self.chance.choice(list(at)) if isinstance(at, dict) else self.chance.randrange(len(at))
            if (steps and not isinstance(at[key], dict | list)) or steps == 5:
                at[key] = self.chance.choice(("x", 0, 1, None, "0" * 64, [], {}, "2019-03-01T18:00:00.000Z", True))
                break
            at, steps = at[key], steps + 1
        return canonical(item)

    def _zip(self) -> Altered:
        if self.chance.random() < 0.5:
            return self._file_of("zip", "bytes", next(self._bytes["zip"]))
        with zipfile.ZipFile(io.BytesIO(self.zip)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        name, act = self.chance.choice(list(members)), self.chance.choice(("change", "delete", "rename", "add", "swap"))
        if act == "change":
            members[name] = self._changed(members[name])
        elif act == "delete":
            del members[name]
        elif act == "rename":
            members[self.chance.choice(("x", f"{name}x", f"a/{name}", name.upper()))] = members.pop(name)
        elif act == "add":
            members[self.chance.choice(("x", "tile/0/001", "tile/entries/001.p/3", "documents/x"))] = members[name]
        else:
            other = self.chance.choice(list(members))
            members[name], members[other] = members[other], members[name]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", self.chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
            for member, data in members.items():
                archive.writestr(zipfile.ZipInfo(member, WRITTEN), data, archive.compression)
        return self._file_of("zip", act, packed.getvalue())

    def _file(self) -> Altered:
        """Bytes of the file: in place most of the time, for another length is seen at once."""
        if self.chance.random() < 0.1:
            return self._file_of("SQLite file", "bytes", next(self._bytes["SQLite file"]))
        data = bytearray(self.store.read_bytes())
        at = self.chance.randrange(len(data))
        if self.chance.random() < 0.6:
            data[at] ^= 1 << self.chance.randrange(8)
        else:
            count, start = self.chance.choice((1, 4, 60)), self.chance.randrange(len(data))
            data[at : at + count] = data[start : start + len(data[at : at + count])]
        return self._file_of("SQLite file", "bytes in place", bytes(data))

    def _rows(self) -> Altered:
        """A value, or rows, altered by anybody who can open the database."""
        path = self.root / "rows.sqlite"
        path.write_bytes(self.loose.read_bytes())
        table = self.chance.choice(list(COLUMNS))
        column = self.chance.choice(COLUMNS[table])
        with closing(sqlite3.connect(path)) as db, db:
            [(count,)] = db.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - constants
            row, act = self.chance.randint(1, count), self.chance.choice(("change", "change", "delete", "double"))
            if act == "delete":
                db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))  # noqa: S608
            elif act == "double":
                db.execute(f"INSERT INTO {table} SELECT * FROM {table} WHERE rowid = ?", (row,))  # noqa: S608
            else:
                [(value,)] = db.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,))  # noqa: S608
                db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (self._value(value), row))  # noqa: S608
        return Altered(source="SQLite rows", act=f"{table}.{column}, {act}", location=str(path))

    def _value(self, value: object) -> object:
        if isinstance(value, int) and self.chance.random() < 0.8:
            return self.chance.choice((value + 1, value - 1, 0, -1, 2**62, None, "1", 1.5, b"1"))
        data = value if isinstance(value, bytes) else str(value).encode()
        if isinstance(value, bytes) and data.startswith(b"{") and self.chance.random() < 0.5:
            return self._edited(data)
        changed = self._changed(data)
        return changed if isinstance(value, bytes) else changed.decode("utf-8", "replace")

    def _history(self) -> Altered:
        """An entry altered, dropped, doubled or moved; all after it linked and signed again with the log's key."""
        entries = list(self.log.entries)
        at, act = (
            self.chance.randrange(len(entries)),
            self.chance.choice(("edit", "drop", "double", "swap", "end", "mix")),
        )
        if act == "edit":
            entries[at] = self._edited(entries[at])
        elif act == "drop":
            del entries[at]
        elif act == "double":
            entries.insert(self.chance.randrange(len(entries)), entries[at])
        elif act == "swap":
            other = self.chance.randrange(len(entries))
            entries[at], entries[other] = entries[other], entries[at]
        elif act == "end":
            del entries[max(1, at) :]
        else:
            entries[at:] = self.other.entries[at:] or entries[at:]
        try:
            log = replace(self.log.rehashed(entries), witnesses=self.chance.choice(((), WITNESSES[:1])))
        except Malformed:  # no entry any more, so that it can't be linked
            log = replace(self.log, entries=tuple(entries), cuts=(len(entries),), witnesses=())
        folder = self.root / "history"
        _empty(folder)
        return Altered(source="history", act=act, location=str(log.write_folder(folder)))

    @contextmanager
    def _folder(self) -> Iterator[Altered]:
        path = self.chance.choice(self.paths)
        true = path.read_bytes()
        act = self.chance.choices(("change", "delete", "of another"), (8, 1, 1))[0]
        try:
            if act == "delete":
                path.unlink()
            else:
                path.write_bytes(
                    self._changed(true) if act == "change" else self.chance.choice(self.paths).read_bytes()
                )
            yield Altered(source="folder", act=f"{act} {path.relative_to(self.folder)}", location=str(self.folder))
        finally:
            path.write_bytes(true)

    def _address(self, address: str) -> Altered:
        face = self.host.show(self.log)
        path = self.chance.choice(self.paths)
        name = path.relative_to(self.folder).as_posix()
        face.altered[name] = self._changed(path.read_bytes())
        return Altered(source="address", act=f"change {name}", location=address)

    def _file_of(self, source: str, act: str, data: bytes) -> Altered:
        path = self.root / f"altered {source}"
        path.write_bytes(data)
        return Altered(source=source, act=act, location=str(path), data=data)

    # What is said of it

    def _judge(self, altered: Altered) -> None:
        figures = self.figures[altered.source]
        figures.tried += 1
        try:
            with open_source(altered.location) as source:
                report = audit(source, self.trust, workers=1)
        except (Unreadable, Malformed):
            figures.answers["unreadable"] += 1
            return
        figures.answers[report.verdict.name.lower()] += 1
        if report.verdict is Verdict.INTACT and not self._is_harmless(altered, report):
            figures.wrong.append(f"{altered.act}: intact, and not what was signed")
        if altered.source != "receipt":
            self._compare_core(altered, report, figures)

    def _is_harmless(self, altered: Altered, report: Report) -> bool:
        """Whether what is hashed and signed is what it was."""
        log = self.log
        if altered.source == "receipt":
            true = {(log.tree.root(size).hex(), size) for size in range(1, log.size + 1)}
            text = _joined(altered.data)
            has_entry = any(raw in altered.data or base64.b64encode(raw).rstrip(b"=") in text for raw in log.entries)
            return (report.root, report.size) in true and has_entry
        try:
            with open_source(altered.location) as source:
                return tuple(source.entries()) == log.entries and report.root == log.tree.root().hex()
        except Unreadable:
            return False

    def _compare_core(self, altered: Altered, report: Report, figures: Figures) -> None:
        """What the core says of the same entries and checkpoint: never intact where the whole says altered by them."""
        try:
            given = core_input(Path(altered.location) if altered.source != "address" else Path(self.folder))
            if altered.source == "address":
                return
            alone = by_core(given, self.trust)
        except (Unreadable, Malformed):
            figures.core["nothing to be had"] += 1
            return
        if alone is None:
            figures.core["no checkpoint"] += 1
            return
        verdict = alone.findings.verdict
        is_true = given.entries == self.log.entries and given.checkpoint == self.log.checkpoint()
        figures.core["same" if verdict is report.verdict else "more around it" if is_true else "stricter alone"] += 1
        if report.verdict is Verdict.INTACT and verdict is not Verdict.INTACT:
            figures.wrong.append(f"{altered.act}: intact as a whole, {verdict.name} to the core")
        if verdict is Verdict.INTACT and given.entries != self.log.entries:
            figures.wrong.append(f"{altered.act}: other entries are intact to the core")


def _joined(data: bytes) -> bytes:
    """A text without line ends, `>` and blanks, which mail puts into it."""
    return data.replace(b"\r", b"").replace(b"\n", b"").replace(b"=", b"").replace(b" ", b"")


def _empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


@contextmanager
def generating(root: Path, seed: int) -> Iterator[tuple[Generator, str]]:
    """A generator with its address, over real HTTP; nothing waits before it asks again."""
    generator = Generator(root, seed)
    with hosting(generator.host) as address, patch.object(Web, "_wait", lambda _web, _seconds: None):
        yield generator, address
