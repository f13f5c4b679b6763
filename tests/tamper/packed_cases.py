"""Alterations of what is one file: a receipt, a zip bundle, the pages of the SQLite file."""

import base64
import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.tamper.acts import byte_acts, flips, form_acts, is_in_name_of_witness, member_acts
from tests.tamper.bench import RECEIPT_INDEX, WITNESSES, Bench, Case
from tests.verify.small_ledger import LogKey, write

from constancia.ledger.wire.composition import format_tlog_proof
from constancia.verify.wire.tlog_proof import parse_tlog_proof

UNKNOWN = "an unknown key's line is ignored"
PACKING = "the packing alone: dates, attributes, order; what it unpacks to is the same"
SPARE = "bytes of the file that hold no row: what is read is the same"
INDEX = (RECEIPT_INDEX, RECEIPT_INDEX)


def receipt_cases(bench: Bench, step: int = 5) -> Iterator[Case]:
    raw = bench.bytes_of("receipt")
    proof = parse_tlog_proof(raw)
    assert proof.extra is not None
    start = raw.index(proof.checkpoint)
    anything = ("receipt", "genesis", "no-quorum", "statement.ledger", "index", "source")
    for change in [*byte_acts(raw, bench.bytes_of("folder/checkpoint")), *flips(raw, step)]:
        at = change.at - start
        stranger = change.act.startswith("bit flip") and at >= 0 and is_in_name_of_witness(proof.checkpoint, at)
        yield Case(
            target="receipt, whole", act=change.act, source="receipt", files={"receipt": change.data},
            places=anything, harmless=UNKNOWN if stranger else "",
        )  # fmt: skip
    yield from receipt_part_cases(bench, proof.proof, proof.checkpoint, proof.extra)


def receipt_part_cases(bench: Bench, path: tuple[bytes, ...], checkpoint: bytes, entry: bytes) -> Iterator[Case]:
    log = bench.small

    def case(part: str, act: str, data: bytes, **where: Any) -> Case:
        return Case(target=f"receipt: {part}", act=act, source="receipt", files={"receipt": data}, **where)

    for at, one in enumerate(path):
        flipped = bytes([one[0] ^ 1]) + one[1:]
        for act, other in (
            ("bit flip", (*path[:at], flipped, *path[at + 1 :])),
            ("delete", (*path[:at], *path[at + 1 :])),
            ("duplicate", (*path[: at + 1], *path[at:])),
            ("swap", (*path[:at], *path[at : at + 2][::-1], *path[at + 2 :])),
            ("insert", (*path[:at], bytes(32), *path[at:])),
        ):
            if other != path:
                yield case("proof", act, format_tlog_proof(RECEIPT_INDEX, other, checkpoint, entry), indexes=INDEX)
    for index in (0, 19, 21, 35, 10**6):
        data = format_tlog_proof(index, path, checkpoint, entry)
        yield case("index", "another value", data, indexes=(index, index))
    changes = [(one.act, one.raw) for one in (*member_acts(entry, log.entries[19]), *form_acts(entry))]
    for act, raw in [*changes, ("neighbour's value", log.entries[21])]:
        yield case("entry", act, format_tlog_proof(RECEIPT_INDEX, path, checkpoint, raw), indexes=INDEX)
    yield case("entry", "delete", format_tlog_proof(RECEIPT_INDEX, path, checkpoint), indexes=INDEX)
    for act, other_key, place in (
        ("signed by another key", LogKey("another"), "other-log-key"),
        ("of another log", LogKey(origin="example.org/other"), "receipt.checkpoint"),
    ):
        note = other_key.checkpoint(36, log.tree.root(), WITNESSES)
        yield case("checkpoint", act, format_tlog_proof(RECEIPT_INDEX, path, note, entry), places=(place,))
    for act, forged in (("older", log.checkpoint(30)), ("of another root, signed by the log",
                                                       log.signer.checkpoint(36, bytes(32), WITNESSES))):  # fmt: skip
        yield case("checkpoint", act, format_tlog_proof(RECEIPT_INDEX, path, forged, entry), indexes=INDEX)
    kept = {"receipt": bench.bytes_of("receipt"), "trust/checkpoint": log.signer.checkpoint(36, bytes(32), WITNESSES)}
    yield Case(target="receipt: checkpoint", act="fork, other side kept", source="receipt", files=kept,
               places=("trust/checkpoint",))  # fmt: skip
    whole = bench.bytes_of("receipt")
    lines = whole.replace(b"extra " + base64.b64encode(entry) + b"\n", b""), whole.replace(b"index", b"more\nindex", 1)
    for act, data in zip(("delete", "line added"), lines, strict=True):
        yield case("lines", act, data, places=("receipt",))


def zipped(members: dict[str, bytes], **options: Any) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, **options)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return packed.getvalue()


def zip_cases(bench: Bench, step: int = 37) -> Iterator[Case]:
    raw = bench.bytes_of("bundle.zip")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def case(act: str, data: bytes, **where: Any) -> Case:
        return Case(target="zip", act=act, source="zip", files={"bundle.zip": data}, **where)

    for change in [*byte_acts(raw), *flips(raw, step)]:
        yield case(change.act, change.data, places=("bundle.zip", "zip", "source", "checkpoint"), harmless=PACKING)
    for name, data in members.items():
        others = {one: other for one, other in members.items() if one != name}
        place: dict[str, Any] = {"indexes": (0, 35), "places": (name,)} if name.startswith("tile") else (
            {"places": ("documents-missing",)} if name.startswith("documents") else {"places": ("checkpoint",)}
        )  # fmt: skip
        yield case("member deleted", zipped(others), **place)
        if name.startswith("documents"):
            place = {"indexes": (16, 16)}
        if name.startswith("tile"):
            place = {"indexes": (0, 35)}
        yield case("member emptied", zipped(others | {name: b""}), **place)
        yield case("neighbour's value", zipped(others | {name: b"x" * len(data)}), **place)
    yield case("repacked", zipped(dict(reversed(members.items())), date_time=(2001, 1, 1, 0, 0, 0)), harmless=PACKING)
    yield case("member added", zipped(members | {"README": b"x"}), harmless="a file that is no part of the log")
    yield case("member added", zipped(members | {"../checkpoint": b"x"}), places=("../checkpoint",))


def page_cases(bench: Bench, step: int = 211) -> Iterator[Case]:
    """A flipped bit anywhere in the SQLite file; which rows it touched is read back from SQLite itself."""
    raw = bench.store.read_bytes()
    true = contents(bench.store)
    probe = bench.root / "probe.sqlite"
    for change in flips(raw, step):
        write(probe, change.data)
        where = touched(true, probe)
        yield Case(target="SQLite file", act=change.act, source="store", files={"ledger.sqlite": change.data}, **where)
    for change in byte_acts(raw):
        if not change.act.startswith("bit flip"):
            write(probe, change.data)
            where = touched(true, probe)
            files = {"ledger.sqlite": change.data}
            yield Case(target="SQLite file", act=change.act, source="store", files=files, **where)


def contents(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as db:
        db.text_factory = bytes
        return {
            table: db.execute(f"SELECT * FROM {table} NOT INDEXED ORDER BY 1").fetchall()  # noqa: S608 - constants
            for table in ("stored_events", "batches", "meta")
        }


def touched(true: dict[str, list[Any]], path: Path) -> dict[str, Any]:
    """Where a damaged store must be found altered: by its rows if SQLite reads them, else anywhere."""
    unread: dict[str, Any] = {"places": ("ledger.sqlite", "stored_events", "batches", "meta", "source", "checkpoint")}
    try:
        found = contents(path)
    except (sqlite3.Error, OverflowError):
        return unread
    if found == true:
        return unread | {"harmless": SPARE}
    events, batches = (differing(true[name], found[name]) for name in ("stored_events", "batches"))
    if not events and not batches:
        return {"places": ("meta", "ledger.sqlite")}
    ranges = [true["batches"][min(number, len(true["batches"]) - 1)][:2] for number in batches]
    first = min([*events, *(one[0] for one in ranges)])
    last = max([*events, *(one[1] for one in ranges)])
    return {"indexes": (min(first, 36), 36 if len(found["stored_events"]) != 36 else last), "places": unread["places"]}


def differing(one: list[Any], two: list[Any]) -> list[int]:
    return [at for at in range(max(len(one), len(two))) if one[at : at + 1] != two[at : at + 1]]


def cases(bench: Bench) -> Iterator[Case]:
    for make in (receipt_cases, zip_cases, page_cases):
        yield from make(bench)
