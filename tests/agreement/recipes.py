"""Files of the agreement vectors from their recipes: a base that is made from names and seeds, and edits of it.

A recipe is JSON: `{"base": …, "trust": …, "history": […], "members": {…}, "zip": {…}, "edits": […]}`, all but `base`
optional, applied in this order: history rewritten, members of the zip edited, the zip packed, the file's bytes edited.
"""

import base64
import copy
import gzip
import io
import json
import quopri
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.agreement.foreign import files_of
from tests.verify.small_ledger import Log, LogKey, Witness, Writer

from constancia.ledger.wire.composition import format_tlog_proof
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.wire.tlog_proof import parse_tlog_proof

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
RECEIPT = 17
EARLY = (4, 13)
DATE = (2026, 1, 1, 0, 0, 0)
Recipe = Mapping[str, Any]
Edit = Sequence[Any]

# What ordinary channels do to a text.
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "CR": lambda data: data.replace(b"\n", b"\r"),
    "UTF-16": lambda data: data.decode("latin-1").encode("utf-16"),
    "UTF-16-BE": lambda data: data.decode("latin-1").encode("utf-16-be"),
    "UTF-16-LE": lambda data: data.decode("latin-1").encode("utf-16-le"),
    "UTF-8 twice": lambda data: data.decode("latin-1").encode(),
    "empty": lambda _: b"",
    "no last line end": lambda data: data[:-1],
    "page": lambda _: b"<!DOCTYPE html>\n<html><body>Not found / No existe</body></html>\n",
    "quoted mail": lambda data: b"".join(b"> " + line for line in data.splitlines(keepends=True)),
    "quoted-printable": quopri.encodestring,
    "spaces at line ends": lambda data: data.replace(b"\n", b"  \n"),
    "upper case": bytes.upper,
    "zeros": lambda data: bytes(len(data)),
}
# What came later to that; apart, so that the draws made from the others stay what they were.
MORE_WAYS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "lost in UTF-8": lambda data: data.decode(errors="replace").encode(),
    "sent twice": lambda data: data + data,
    "zeros from the middle": lambda data: data[: len(data) // 2] + bytes(len(data) - len(data) // 2),
}


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Apply edits to bytes. Places and lengths beyond the end are taken as the end."""
    for name, *rest in edits:
        data = EDITS[name](data, *rest)
    return data


def _lines(data: bytes, change: Callable[[list[bytes]], None]) -> bytes:
    lines = data.split(b"\n")
    change(lines)
    return b"\n".join(lines)


def _swap(lines: list[bytes], one: int, other: int) -> None:
    one, other = one % len(lines), other % len(lines)
    lines[one], lines[other] = lines[other], lines[one]


def _receipt(
    data: bytes,
    *,
    entry: Callable[[bytes], bytes] | None = None,
    index: int | None = None,
    proof: tuple[int, str | None] | None = None,
) -> bytes:
    """Write a receipt again with another entry, index, or hash of its path (None: one hash fewer)."""
    parsed = parse_tlog_proof(data)
    path = list(parsed.proof)
    if proof is not None:
        path[proof[0] : proof[0] + 1] = [] if proof[1] is None else [bytes.fromhex(proof[1])]
    extra = parsed.extra if entry is None or parsed.extra is None else entry(parsed.extra)
    return format_tlog_proof(parsed.index if index is None else index, tuple(path), parsed.checkpoint, extra)


def changed(raw: bytes, path: Sequence[str | int], value: Any) -> bytes:
    """Write a JSON object again with another value in one place; a value of `["-"]` removes the member."""
    document = json.loads(raw)
    at = document
    for step in path[:-1]:
        at = at[step]
    if value == ["-"]:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return canonical(document)


EDITS: dict[str, Callable[..., bytes]] = {
    "way": lambda data, name: (WAYS | MORE_WAYS)[name](data),
    "xor": lambda data, at, mask: data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :] if at < len(data) else data,
    "cut": lambda data, length: data[:length],
    "insert": lambda data, at, text: data[:at] + bytes.fromhex(text) + data[at:],
    "append": lambda data, text: data + bytes.fromhex(text),
    "delete": lambda data, at, length: data[:at] + data[at + length :],
    "put": lambda data, at, length, text: data[:at] + bytes.fromhex(text) + data[at + length :],
    "replace": lambda data, old, new: data.replace(bytes.fromhex(old), bytes.fromhex(new), 1),
    "line out": lambda data, at: _lines(data, lambda lines: lines.pop(at % len(lines)) and None),  # type: ignore[arg-type]
    "line twice": lambda data, at: _lines(data, lambda lines: lines.insert(at % len(lines), lines[at % len(lines)])),
    "lines swapped": lambda data, one, other: _lines(data, lambda lines: _swap(lines, one, other)),
    "entry": lambda data, path, value: _receipt(data, entry=lambda raw: changed(raw, path, value)),
    "index": lambda data, index: _receipt(data, index=index),
    "proof": lambda data, at, text: _receipt(data, proof=(at, text)),
    "member": changed,
}


@cache
def log_of(name: str) -> Log:
    """A true log by its name."""
    count, witnesses = {"small": (6, ("a", "b")), "large": (270, ("a",))}[name]
    made = Writer().found().sign_agreement().report(count, batch=3).log()
    return replace(made, witnesses=tuple(Witness(witness) for witness in witnesses))


def rewritten(log: Log, acts: Sequence[Edit]) -> Log:
    """What an operator can make of a log: entries changed, dropped, doubled, swapped; linked again or not; signed."""
    entries = list(log.entries)
    for name, *rest in acts:
        if name == "set":
            index, path, value = rest
            entries[index] = changed(entries[index], path, value)
        elif name == "drop":
            del entries[rest[0]]
        elif name == "double":
            entries.insert(rest[0], entries[rest[0]])
        elif name == "swap":
            entries[rest[0]], entries[rest[1]] = entries[rest[1]], entries[rest[0]]
        elif name == "end":
            del entries[rest[0] :]
        elif name == "link":
            entries = list(log.rehashed(entries).entries)
        elif name == "key":
            log = replace(log, signer=LogKey(rest[0]))
        elif name == "witnesses":
            log = replace(log, witnesses=tuple(Witness(witness) for witness in rest[0]))
    return replace(log, entries=tuple(entries), cuts=(len(entries),))


@cache
def _members(name: str) -> dict[str, bytes]:
    return members_of(log_of(name))


def members_of(log: Log) -> dict[str, bytes]:
    """The published files of a log, by path."""
    with tempfile.TemporaryDirectory() as place:
        folder = log.write_folder(Path(place))
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def packed(members: Mapping[str, bytes], *, top: str = "", extra: int | None = None, stored: bool = False) -> bytes:
    """A zip of members, the same bytes each time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(top + name, DATE)
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.extra = b"" if extra is None else struct.pack("<2H8x", extra, 8)
            archive.writestr(info, data)
    return made.getvalue()


@cache
def foreign_files() -> Mapping[str, bytes]:
    """Files that are none of what is verified, or hold it, by name."""
    return files_of(log_of("small"), packed(_members("small")), log_of("small").receipt(RECEIPT))


def file_of(recipe: Recipe) -> bytes:
    """The file that a recipe makes."""
    base = recipe["base"]
    log = log_of("large" if base == "large" else "small")
    if "history" in recipe:
        log = rewritten(log, recipe["history"])
    if base == "another file":
        data = foreign_files()[recipe["file"]]
    elif base in ("bundle", "large"):
        members = dict(members_of(log) if "history" in recipe else _members("large" if base == "large" else "small"))
        for name, edits in recipe.get("members", {}).items():
            if edits is None:
                members.pop(name)
            else:
                members[name] = edited(members.get(name, b""), edits)
        # Another zlib compresses otherwise: where bytes of the zip are edited, nothing is compressed.
        data = packed(members, **{"stored": "edits" in recipe, **recipe.get("zip", {})})
    elif base == "post-quantum receipt":
        data = (VECTORS / "receipt").read_bytes()
    elif base == "entry":
        data = log.entries[RECEIPT]
    else:
        data = log.receipt(*EARLY) if base == "early receipt" else log.receipt(RECEIPT)
    return edited(data, recipe.get("edits", ()))


@cache
def _trust_files(base: str, key: str | None, kept: int | None) -> Mapping[str, bytes]:
    """The files of a log's trust folder: two thousand recipes ask for a few of them."""
    log = log_of(base)
    if key is not None:
        log = replace(log, signer=LogKey(key))
    with tempfile.TemporaryDirectory() as place:
        log.write_trust(Path(place), kept=kept, quorum=len(log.witnesses))
        return {path.name: path.read_bytes() for path in Path(place).iterdir()}


def trust_of(recipe: Recipe) -> dict[str, bytes]:
    """The files of the trust folder that a recipe asks for; none for no trust folder."""
    wanted = copy.copy(recipe.get("trust", {}))
    if wanted is None:
        return {}
    if recipe["base"] == "post-quantum receipt":
        files = {name: (VECTORS / "trust" / name).read_bytes() for name in ("policy", "genesis")}
    else:
        base = "large" if recipe["base"] == "large" else "small"
        files = dict(_trust_files(base, wanted.get("key"), wanted.get("kept")))
    for name in ("policy", "genesis", "checkpoint"):
        edits = wanted.get(name, ())
        if edits is None:
            files.pop(name, None)
        elif edits:
            files[name] = edited(files.get(name, b""), edits)
    return files
