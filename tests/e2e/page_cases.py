"""Logs for both verifiers: sound ones, and ones that a dishonest host, a thief or a broken disk leaves behind.

A case is a function that writes a source (zip or receipt) and a trust folder; the page and the Python verifier must
say the same of it. What each case is meant to show stands with it as a fault code, so that both can't be wrong alike.
"""

import base64
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.dishonest import (
    altered,
    backdated,
    inserted,
    mixed,
    removed,
    replayed,
    rewritten,
    setting,
    swapped,
    truncated,
    with_signatures_of,
    with_statement,
)
from tests.verify.small_ledger import Key, Log, LogKey, Writer, write

from constancia.verify.core.formats.canonical import canonical, parse_canonical

REPORT = {"commitment": "rm", "narrative": {"es": "según acta"}}
DIGEST = "sha256:" + "0" * 64


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is put before a verifier."""

    source: Path
    trust: Path | None


Case = Callable[[Path], Shown]
CASES: dict[str, tuple[Case, str | None]] = {}


def add(name: str, code: str | None, case: Case) -> None:
    """Add a case: the code of its first fault, or else what it leaves open, or `unreadable`; None for no fault."""
    assert name not in CASES
    CASES[name] = case, code


@cache
def story() -> Writer:
    """Every entry in a batch of its own, so that each signer has seen all before. Not to be changed."""
    return Writer().found().sign_agreement().report(14)


@cache
def true() -> Log:
    return story().log()


def bundle(
    log: Log, folder: Path, honest: Log | None = None, edit: Callable[[Path], object] | None = None, **trust: Any
) -> Shown:
    """Write a log as a zip, after `edit` has been at its files, and the honest log's trust folder."""
    published = log.write_folder(folder / "published")
    if edit is not None:
        edit(published)
    source = log.write_zip(folder / "bundle.zip", published)
    return Shown(source=source, trust=(honest or log).write_trust(folder / "trust", **trust))


def receipt(data: bytes, folder: Path, log: Log, **trust: Any) -> Shown:
    write(folder / "a.tlog-proof", data)
    return Shown(source=folder / "a.tlog-proof", trust=log.write_trust(folder / "trust", **trust))


# What a host can do to the log


def host(name: str, code: str | None, make: Callable[[Log], Log], **trust: Any) -> None:
    add(f"host: {name}", code, lambda folder: bundle(make(true()), folder, true(), **trust))


def changed(path: str, value: object, key: Callable[[], Key] | None = None, at: int = 20) -> Callable[[Log], Log]:
    def make(log: Log) -> Log:
        return rewritten(log, at, with_statement(log.entries[at], setting(path, value), key and key()))

    return make


host("altered text", "signature", lambda log: altered(log, 20, log.entries[20].replace(b'"es":"El', b'"es":"Un')))
host("altered last entry", "signature", lambda log: altered(log, 29, log.entries[29].replace(b"El", b"Un")))
host("rewritten body", "signature", changed("body.period", "2018"))
host("rewritten date", "signature", changed("occurred_on", "2018"))
host("signed by a stranger", "key-unknown", changed("body.period", "2018", lambda: Key("stranger")))
host("signed by the log", "key-unknown", changed("body.period", "2018", lambda: story().log_key.key))
host("signed by another signatory", "actor", changed("body.period", "2018", lambda: story().people["nosc"], 21))
host("rewritten with its author's help", "seen", changed("body.period", "2018", lambda: story().people["sfp"], 21))
host("back-dated", "seen", lambda log: backdated(log, 20, "2019-03-01T18:02:21.000Z"))
host("time going back", "recorded-at", lambda log: backdated(log, 20, "2019-03-01T17:00:00.000Z"))
host("removed", "seen-ahead", lambda log: removed(log, 20))
host("swapped", "seen-ahead", lambda log: swapped(log, 20))
host("inserted", "recorded-at", lambda log: inserted(log, 20, log.entries[18]))
host("replayed", "recorded-at", lambda log: replayed(log, 20))
host("truncated, nothing kept", None, lambda log: truncated(log, 22))
host("truncated, a checkpoint kept", "rollback", lambda log: truncated(log, 22), kept=30)
host("end rewritten, nothing kept", None, lambda log: backdated(log, 29, "2019-03-01T18:59:59.000Z"))
host("end rewritten, a checkpoint kept", "fork", lambda log: backdated(log, 29, "2019-03-01T18:59:59.000Z"), kept=30)
host("kept checkpoint in the past", None, lambda log: log, kept=12)
host(
    "signature moved", "signature", lambda log: rewritten(log, 20, with_signatures_of(log.entries[20], log.entries[23]))
)
host(
    "another ledger's end", "ledger",
    lambda log: mixed(log, Writer("example.org/other", "other").found().sign_agreement().report(14).log(), 20),
)  # fmt: skip
host("signed by another log key", "other-log-key", lambda log: replace(log, signer=LogKey("forger")), genesis=False)
host(
    "index of another place", "index", lambda log: altered(log, 9, log.entries[9].replace(b'"index":9', b'"index":10'))
)
host("link to nowhere", "previous", lambda log: rewritten(log, 9, _with_previous(log.entries[9], "ab" * 32)))
host("first link not zeros", "previous", lambda log: rewritten(log, 0, _with_previous(log.entries[0], "ab" * 32)))


def _with_previous(raw: bytes, previous: str) -> bytes:
    return canonical(parse_canonical(raw) | {"previous": previous})


# Entries outside the canonical profile or the entry's form; chain, tree and checkpoint are made to fit them


def formed(name: str, old: bytes, new: bytes, at: int = 20, code: str = "entry-form") -> None:
    def make(log: Log) -> Log:
        assert old in log.entries[at]
        return rewritten(log, at, log.entries[at].replace(old, new, 1))

    add(f"form: {name}", code, lambda folder: bundle(make(true()), folder, true()))


formed("space", b'"v":1', b'"v": 1')
formed("line feed at the end", b'"v":1}', b'"v":1}\n')
formed("byte-order mark", b'{"index"', b'\xef\xbb\xbf{"index"')
formed("not UTF-8", "según".encode(), b"seg\xfan")
formed("duplicate member", b'"v":1', b'"v":1,"v":1')
formed("duplicate member within", b'"period":"2019"', b'"period":"2019","period":"2019"')
formed("members not sorted", b'"schema":1', b'"zeta":1,"schema":1')
formed("number as 1.0", b'"v":1', b'"v":1.0')
formed("number as 1e0", b'"schema":1', b'"schema":1e0')
formed("minus zero", b'"period":"2019"', b'"period":-0')
formed("number of 2^53", b'"period":"2019"', b'"period":9007199254740992')
formed("number beyond all doubles", b'"period":"2019"', b'"period":9007199254740993')
formed("needless escape", b'"period":"2019"', b'"period":"201\\u0039"')
formed("escaped solidus", b'"commitment":"rm"', b'"commitment":"r\\/m"')
formed("decomposed letter", "según".encode(), "segu\u0301n".encode())
formed("Kelvin sign", "según".encode(), "seg\u212an".encode())
formed("right-to-left override", "según".encode(), "seg\u202en".encode())
formed("zero-width space", "según".encode(), "seg\u200bn".encode())
formed("tag character", "según".encode(), "seg\U000e0041n".encode())
formed("noncharacter", "según".encode(), "seg\ufffen".encode())
formed("noncharacter of another plane", "según".encode(), "seg\U0001fffen".encode())
formed("lone surrogate", "según".encode(), b"seg\\ud800n")
formed("tab", "según".encode(), b"seg\\tn")
formed("soft hyphen", "según".encode(), "seg\xadn".encode())
formed("member name with a capital", b'"period"', b'"Period"')
formed("member named __proto__", b'"narrative"', b'"__proto__"')
formed("nesting of 17", b'"period":"2019"', b'"period":' + b"[" * 14 + b"]" * 14)
formed("unknown member", b'"v":1}', b'"v":1,"w":1}')
formed("unknown statement member", b'"type":"P', b'"tzp":1,"type":"P')
formed("version 2", b'"v":1', b'"v":2')
formed("identifier with a capital", b'"party":"nosc"', b'"party":"Nosc"', at=20)
formed("id in capitals", b'"mode":"live"', b'"mode":"LIVE"')
formed("base64 without padding", b'=="}]', b'"}]')
formed("two lines in a time", b'.250Z"', b'.250Z\\n"')
formed("no signatures", b'"signatures":[', b'"signatures":[],"sigs":[')
formed("nesting of 16", b'"period":"2019"', b'"period":' + b"[" * 13 + b"]" * 13, code="signature")
formed("emoji", "según".encode(), "seg\U0001f600n".encode(), code="signature")
formed("not a date", b'"occurred_on":"2019-03-01"', b'"occurred_on":"2019-13-99"', code="signature")


# The published files


def file(name: str, code: str | None, edit: Callable[[Path], object], **changes: Any) -> None:
    add(f"file: {name}", code, lambda folder: bundle(replace(true(), **changes), folder, true(), edit))


def _flip(path: str, at: int) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        data = bytearray((folder / path).read_bytes())
        data[at] ^= 1
        write(folder / path, bytes(data))

    return edit


def _cut_older(folder: Path) -> None:
    """Of two older bundles the narrower one ends after its second entry."""
    whole = (folder / ENTRIES).read_bytes()
    ends = [0]
    for raw in true().entries:
        ends.append(ends[-1] + 2 + len(raw))
    write(folder / "tile/entries/000.p/20", whole[: ends[20]])
    write(folder / "tile/entries/000.p/5", whole[: ends[2] + 9])


TILE, ENTRIES = "tile/0/000.p/30", "tile/entries/000.p/30"
FIRST_DOCUMENT = hashlib.sha256(true().documents[0]).hexdigest()


def _extended(path: str, more: bytes) -> Callable[[Path], object]:
    return lambda folder: write(folder / path, (folder / path).read_bytes() + more)


def _shortened(path: str, by: int) -> Callable[[Path], object]:
    return lambda folder: write(folder / path, (folder / path).read_bytes()[:-by])


def _without(path: str) -> Callable[[Path], object]:
    return lambda folder: (folder / path).unlink()


file("tile flipped", "leaf-hash", _flip(TILE, 32 * 7 + 3))
file("tile shortened", "short", _shortened(TILE, 5))
file("tile extended", "added", _extended(TILE, b"\0"))
file("tile missing", "missing", _without(TILE))
file("entries shortened", "short", _shortened(ENTRIES, 5))
file("entries extended", "added", _extended(ENTRIES, b"\0\0"))
file("entries missing", "missing", _without(ENTRIES))
file("older partial tile altered", "tile", lambda f: write(f / "tile/0/000.p/5", b"\1" * 160))
file("older partial tile never filled", "short", lambda f: write(f / "tile/0/000.p/5", bytes(160)))
file("older partial entries altered", "bundle", lambda f: write(f / "tile/entries/000.p/2", b"\0\1x\0\1y"))
file("older partial entries cut", "short", _cut_older)
file("tile with far too much", None, _extended(TILE, bytes(16_384)))
file("tile of a later size", None, lambda f: write(f / "tile/0/000.p/31", (f / TILE).read_bytes() + bytes(32)))
file("no tile at all by that name", None, lambda f: write(f / "tile/0/00x", b""))
file("checkpoint flipped", "unreadable", _flip("checkpoint", 40))
file("checkpoint's signature flipped", "checkpoint", _flip("checkpoint", -8))
file("checkpoint with an extension", "unreadable", lambda f: write(f / "checkpoint", b"x\n1\ny\nz\n\n" + bytes(3)))
file(
    "checkpoint of another origin",
    "origin",
    lambda f: write(f / "checkpoint", LogKey(origin="x/y").checkpoint(30, true().tree.root())),
)
file(
    "checkpoint beyond the entries",
    "missing",
    lambda f: write(f / "checkpoint", true().signer.checkpoint(10**15, bytes(32))),
)
file("checkpoint with another root", "root", lambda f: write(f / "checkpoint", true().signer.checkpoint(30, bytes(32))))
file("older checkpoint without its files", "missing", lambda f: write(f / "checkpoint", true().checkpoint(20)))
file("document cut", "short", lambda f: write(f / "documents" / FIRST_DOCUMENT, b"x"))
file("document altered", "document", _flip(f"documents/{FIRST_DOCUMENT}", 0))
file("documents missing", "documents-missing", lambda f: shutil.rmtree(f / "documents"))
file("document nobody cites", None, lambda f: write(f / "documents" / hashlib.sha256(b"x").hexdigest(), b"x"))
file("other files", None, lambda f: write(f / "verificador.html", b"<script>"))


# Receipts


def held(name: str, code: str | None, change: Callable[[bytes], bytes], at: int = 20, **trust: Any) -> None:
    add(f"receipt: {name}", code, lambda folder: receipt(change(true().receipt(at)), folder, true(), **trust))


held("sound", None, lambda raw: raw)
held("of genesis", None, lambda raw: raw, at=0)
held("of the last entry", None, lambda raw: raw, at=29)
held("without a pinned genesis", None, lambda raw: raw, genesis=False)
held("beside a kept checkpoint", None, lambda raw: raw, kept=12)
held("other index", "index", lambda raw: raw.replace(b"index 20\n", b"index 21\n"))
held("index with a zero", "receipt-form", lambda raw: raw.replace(b"index 20\n", b"index 020\n"))
held("no index", "receipt-form", lambda raw: raw.replace(b"index 20\n", b""))
held("no entry", "receipt-form", lambda raw: raw.replace(b"extra ", b"Extra "))
held("other size", "checkpoint", lambda raw: raw.replace(b"\n30\n", b"\n31\n"))
held("other origin", "checkpoint", lambda raw: raw.replace(b"small-ledger", b"smell-ledger"))
held("other hash", "inclusion", lambda raw: raw.replace(_proof(raw, 0), base64.b64encode(bytes(32))))
held("one hash less", "inclusion", lambda raw: raw.replace(_proof(raw, 4) + b"\n", b""))
held("one hash more", "inclusion", lambda raw: raw.replace(_proof(raw, 0), _proof(raw, 0) + b"\n" + _proof(raw, 0)))
held("far too long", "changed", lambda raw: raw + bytes(1_050_000))
held("two empty lines", "receipt-form", lambda raw: raw.replace(b"\n\n", b"\n\n\n", 1))


def _proof(raw: bytes, number: int) -> bytes:
    return raw.split(b"\n")[3 + number]
