"""Alterations of published files: tiles of every width, bundles, checkpoint, cosignatures, documents, trust."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace

from tests.tamper.acts import Change, byte_acts, flips, is_in_name_of_witness
from tests.tamper.bench import WITNESSES, Bench, Case
from tests.verify.small_ledger import DOCUMENT, LogKey, Witness

from constancia.verify.core.formats.note import NoteSignature, format_note, parse_note
from constancia.verify.wire.merkle import Tree, hash_leaf
from constancia.verify.wire.tiles import parse_bundle, parse_tile_path

DOCUMENT_PATH = "documents/" + hashlib.sha256(DOCUMENT).hexdigest()
UNKNOWN = "an unknown key's line is ignored"
NO_PART = "a file that is no part of the log"


def span_of(path: str, change: Change, old: bytes, size: int) -> tuple[int, int]:
    """The indexes that changed bytes of a tile or bundle are about."""
    level, number, width = parse_tile_path(path)
    last = min(number * 256 + width, size) - 1
    if level is None:
        at, start = number * 256, 0
        for entry in parse_bundle(old):
            start += 2 + len(entry)
            if start > change.at or at == last:
                break
            at += 1
        return (at, at) if change.act.startswith(("bit flip", "truncate")) else (at, last)
    each = 256**level
    first = number * 256 * each + min(change.at // 32, width - 1) * each
    return first, first + each - 1


def tile_cases(bench: Bench) -> Iterator[Case]:
    size = bench.large.size
    for path in (
        "tile/0/000", "tile/0/001", "tile/0/002.p/48", "tile/0/000.p/7", "tile/0/001.p/44", "tile/1/000.p/2",
        "tile/1/000.p/1", "tile/entries/000", "tile/entries/001", "tile/entries/002.p/48", "tile/entries/000.p/7",
        "tile/entries/001.p/44",
    ):  # fmt: skip
        data = bench.bytes_of(f"folder/{path}")
        target = f"{'bundle' if 'entries' in path else 'tile'} {path.split('/', 1)[1]}"
        neighbour = data[32:] + data[:32]
        if not path.startswith("tile/1"):
            folder = "/".join(path.split("/")[:2])
            neighbour = bench.bytes_of(f"folder/{folder}/{'001.p/44' if '/000' in path else '000'}")
        for change in byte_acts(data, neighbour):
            span = span_of(path, change, data, size)
            yield Case(
                target=target, act=change.act, source="folder", files={f"folder/{path}": change.data}, indexes=span,
                places=(path,),
            )  # fmt: skip
        for change in flips(data, max(1, len(data) // 40)):
            span = span_of(path, change, data, size)
            files = {f"folder/{path}": change.data}
            yield Case(target=target, act=change.act, source="folder", files=files, indexes=span, places=(path,))
        yield from delete_case(bench, path, target, size)


def delete_case(bench: Bench, path: str, target: str, size: int) -> Iterator[Case]:
    level, number, width = parse_tile_path(path)
    each = 256 ** (level or 0)
    first, last = number * 256 * each, min((number * 256 + width) * each, size) - 1
    spare = path in ("tile/0/000.p/7", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000.p/7",
                     "tile/entries/001.p/44")  # fmt: skip
    yield Case(
        target=target, act="delete", source="folder", files={f"folder/{path}": None}, indexes=(first, last),
        harmless="an older, narrower tile may go once a wider one is there" if spare else "",
    )  # fmt: skip


def added_file_cases(bench: Bench) -> Iterator[Case]:
    wide = bench.bytes_of("folder/tile/0/000")
    target = "files added"
    for name, data, index in (
        ("tile/0/000.p/9", bytes(9 * 32), 0), ("tile/0/001.p/3", wide[:96], 256), ("tile/1/000.p/1", wide[:32], 0),
        ("tile/entries/000.p/3", b"\x00\x01x" * 3, 0), ("tile/entries/001.p/2", b"", 256),
    ):  # fmt: skip
        span = (index, index + (255 if name.startswith("tile/1") else 2))
        yield Case(target=target, act="insert", source="folder", files={f"folder/{name}": data}, indexes=span)
    for name in ("tile/0/x001/999", "tile/0/00", "tile/2/000.p/1", "README", "tile/x", "documents/x", "tile/1/001",
                 "tile/entries/003", "tile/entries/x999/x999/x999/x999/x999/999"):  # fmt: skip
        yield Case(target=target, act="insert", source="folder", files={f"folder/{name}": b"x" * 32}, harmless=NO_PART)
    same = {"folder/tile/0/000.p/9": wide[: 9 * 32]}
    yield Case(target=target, act="duplicate", source="folder", files=same, harmless="a true narrower tile")


def note_changes(bench: Bench) -> Iterator[tuple[str, bytes, str, tuple[str, ...]]]:
    """Act, note, why it is harmless, places."""
    raw = bench.bytes_of("folder/checkpoint")
    note = parse_note(raw)
    signer, text = bench.large.signer, note.text
    log_line, one, two = note.signatures
    there = ("checkpoint",)

    def sealed(changed: str) -> bytes:
        """As the log itself would sign it."""
        blob = signer.key.private.sign(changed.encode())
        return format_note(changed, [replace(log_line, blob=blob), *(w.line(changed) for w in WITNESSES)])

    misplaced = replace(log_line, blob=one.blob[8:])
    forged = replace(LogKey("x")._line(text), name=log_line.name)
    for name, lines in (
        ("log's line removed", [one, two]),
        ("log's line twice, one broken", [log_line, misplaced, one, two]),
        ("signed by another key under the log's name", [forged, one, two]),
        ("signatures swapped", [misplaced, replace(one, blob=bytes(8) + log_line.blob), two]),
        ("cosignature's time changed", [log_line, replace(one, blob=one.blob[:7] + b"\x00" + one.blob[8:]), two]),
        ("cosignature's time changed", [log_line, one, replace(two, blob=b"\x01" + two.blob[1:])]),
        ("cosignature of another checkpoint", [log_line, WITNESSES[0].line(text.replace("560", "559")), two]),
        ("cosignature by another key under the name", [log_line, replace(one, blob=Witness("x").line(text).blob), two]),
    ):
        is_other = "another key under the log's" in name  # which accuses nobody
        yield name, format_note(text, lines), "", ("other-log-key",) if is_other else there
    for lines in ([log_line, one], [log_line, two], [log_line], [log_line, one, one]):
        yield "witness's line removed", format_note(text, lines), "", ("no-quorum",)
    grease = NoteSignature(name="grease.example", key_hash=b"1234", blob=b"anything")
    for lines in ([log_line, one, two, grease], [grease, two, one, log_line], [log_line, log_line, one, two]):
        yield "unknown or repeated line added", format_note(text, lines), UNKNOWN, ()
    root = text.split("\n")[2]
    other = base64.b64encode(bytes(32)).decode()
    yield "root changed, signed by the log", sealed(text.replace(root, other)), "", there
    yield "root changed", raw.replace(root.encode(), other.encode()), "", there
    yield "size changed", raw.replace(b"\n560\n", b"\n559\n"), "", there
    yield "size changed", raw.replace(b"\n560\n", b"\n0560\n"), "", there
    yield "size changed", raw.replace(b"\n560\n", b"\n560.0\n"), "", there
    yield "size changed, signed by the log", sealed(text.replace("\n560\n", "\n559\n")), "", there
    yield "size changed, signed by the log", sealed(text.replace("\n560\n", "\n0\n")), "", there
    yield "origin changed", raw.replace(b"small-ledger", b"smell-ledger"), "", there
    yield "origin changed, signed by the log", sealed(text.replace("small-ledger", "smell-ledger")), "", there
    yield "extension line added, signed by the log", sealed(text + "more\n"), "", there
    for old, new in ((b"\n\n", b"\n\n\n"), (b"\n\n", b"\nmore\n\n"), (b"\n", b"\r\n"), (b"\n\n", b"\n")):
        yield "line added or removed", raw.replace(old, new, 1), "", there
    foreign = LogKey("another").checkpoint(560, bench.large.tree.root(), WITNESSES)
    yield "checkpoint by another key of its name", foreign, "", ("other-log-key",)


def checkpoint_cases(bench: Bench) -> Iterator[Case]:
    raw = bench.bytes_of("folder/checkpoint")
    path = "folder/checkpoint"
    size = bench.large.size
    for act, data, harmless, places in note_changes(bench):
        yield Case(target="checkpoint", act=act, source="folder", files={path: data}, harmless=harmless, places=places)
    for change in byte_acts(raw, bench.bytes_of("ledger/log/checkpoint")):
        places = ("checkpoint", "no-quorum")
        yield Case(target="checkpoint", act=change.act, source="folder", files={path: change.data}, places=places)
    for change in flips(raw, 7):
        places = ("checkpoint", "no-quorum", "bundle", "tile")
        yield Case(target="checkpoint", act=change.act, source="folder", files={path: change.data}, places=places)
    yield Case(target="checkpoint", act="delete", source="folder", files={path: None}, places=("checkpoint",))
    tree = bench.large.tree
    longer = bench.large.signer.checkpoint(size + 1, tree.root(), WITNESSES)
    yield Case(
        target="checkpoint", act="size beyond the entries, signed by the log", source="folder", files={path: longer},
        indexes=(size, size),
    )  # fmt: skip
    for old in (7, 300, 512):
        older = bench.large.signer.checkpoint(old, tree.root(old), WITNESSES)
        why = "every part is true: only a checkpoint kept elsewhere shows that there was more"
        act = "older valid checkpoint"
        yield Case(target="checkpoint", act=act, source="folder", files={path: older}, undetectable=why)
        yield Case(
            target="checkpoint", act=f"{act}, later one kept", source="folder", files={path: older}, kept=size,
            indexes=(old, size - 1),
        )  # fmt: skip


def document_cases(bench: Bench) -> Iterator[Case]:
    data = bench.bytes_of(f"ledger/{DOCUMENT_PATH}")
    for source, path in (("folder", f"folder/{DOCUMENT_PATH}"), ("ledger", f"ledger/{DOCUMENT_PATH}"),
                         ("ledger", f"ledger/log/{DOCUMENT_PATH}")):  # fmt: skip
        for change in byte_acts(data, b"another document"):
            files = {path: change.data}
            yield Case(target="documents", act=change.act, source=source, files=files, indexes=(16, 16))
        both = {f"ledger/{DOCUMENT_PATH}": None, f"ledger/log/{DOCUMENT_PATH}": None}
        yield Case(
            target="documents", act="delete", source=source, files={path: None} if source == "folder" else both,
            places=("documents-missing",),
        )  # fmt: skip
    added = {"folder/documents/" + hashlib.sha256(b"more").hexdigest(): b"more"}
    yield Case(target="documents", act="insert", source="folder", files=added, harmless=NO_PART)
    wrong = {"folder/documents/" + "0" * 64: b"more"}
    yield Case(target="documents", act="insert", source="folder", files=wrong, places=("documents/0000",))


def trust_case(name: str, act: str, data: bytes | None, places: tuple[str, ...], harmless: str = "") -> Case:
    files = {f"trust/{name}": data}
    return Case(target=f"trust: {name}", act=act, source="store", files=files, places=places, harmless=harmless)


def trust_cases(bench: Bench) -> Iterator[Case]:
    policy, genesis = bench.bytes_of("trust/policy"), bench.bytes_of("trust/genesis")
    named = (
        "policy", "vkey", "key name", "checkpoint", "log_key", "no-quorum", "base64", "witness.example", "example.org",
    )  # fmt: skip
    same_end = "only line feeds at the end"
    for change in [*byte_acts(policy, b"quorum none\n"), *flips(policy, 23)]:
        same = same_end if change.data.rstrip(b"\n") == policy.rstrip(b"\n") else ""
        yield trust_case("policy", change.act, change.data, named, same)
    witness_again = b"witness c " + policy.split(b"witness a ")[1].split(b"\n")[0]
    for line in (b"quorum none", witness_again, b"log x", b"unknown line"):
        yield trust_case("policy", "insert", policy + line + b"\n", ("policy", "vkey"))
    yield trust_case("policy", "insert", policy + b"# a comment\n", (), "a comment")
    for line in policy.splitlines(keepends=True):
        yield trust_case("policy", "line removed", policy.replace(line, b"", 1), ("policy", "no-quorum"))
    own, other = (base64.b64encode(b"\x01" + one.raw) for one in (bench.small.signer.key, LogKey("another").key))
    yield trust_case("policy", "neighbour's value", policy.replace(own, other), ("vkey",))
    yield trust_case("policy", "delete", None, ("policy",))
    for change in [*byte_acts(genesis, hash_leaf(b"x").hex().encode() + b"\n"), *flips(genesis, 5)]:
        same = same_end if change.data.strip() == genesis.strip() else ""
        yield trust_case("genesis", change.act, change.data, ("trust/genesis", "leaf hash"), same)
    yield trust_case("genesis", "delete", None, ("no-genesis-pin",))


def kept_cases(bench: Bench) -> Iterator[Case]:
    kept = bench.small.checkpoint(19)
    where = "trust/checkpoint"
    for change in [*byte_acts(kept, bench.bytes_of("folder/checkpoint")), *flips(kept, 31)]:
        # Nobody asks the kept checkpoint for a quorum.
        foreign = change.act.startswith("bit flip") and is_in_name_of_witness(kept, change.at)
        yield Case(
            target="trust: kept checkpoint", act=change.act, source="store", files={where: change.data},
            places=(where,), harmless=UNKNOWN if foreign else "",
        )  # fmt: skip
    fork = Tree([*(bench.small.tree.leaf(number) for number in range(18)), hash_leaf(b"another")])
    forked = bench.small.signer.checkpoint(19, fork.root())
    yield Case(target="trust: kept checkpoint", act="fork", source="store", files={where: forked}, places=(where,))


def cases(bench: Bench) -> Iterator[Case]:
    for make in (tile_cases, added_file_cases, checkpoint_cases, document_cases, trust_cases, kept_cases):
        yield from make(bench)
