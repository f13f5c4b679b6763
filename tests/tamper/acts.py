"""What can be done to bytes, to a text and to an entry."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.verify.small_ledger import Key, Log, Writer

from constancia.ledger.wire.composition import build_entry
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.entry import parse_entry


class Change(NamedTuple):
    """Other bytes, the act that made them, and the first byte that differs."""

    act: str
    data: bytes
    at: int


def first_difference(old: bytes, new: bytes) -> int:
    shorter = min(len(old), len(new))
    return next((at for at in range(shorter) if old[at] != new[at]), shorter)


def byte_acts(data: bytes, neighbour: bytes | None = None) -> Iterator[Change]:
    """Every act on bytes that gives other bytes."""
    half = len(data) // 2
    made = [
        (f"bit flip, {name}", data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
        for name, at in (("start", 0), ("middle", half), ("end", len(data) - 1))
        for bit in (0x01, 0x80)
        if data
    ]
    made += [
        ("empty", b""), ("truncate", data[:-1]), ("truncate", data[:half]), ("extend", data + b"\x00"),
        ("extend", data + b"\n"), ("extend", data + data[-40:]), ("insert", data[:half] + b"0" + data[half:]),
        ("remove a byte", data[:half] + data[half + 1 :]), ("reverse", data[::-1]),
    ]  # fmt: skip
    if neighbour is not None:
        made.append(("neighbour's value", neighbour))
    for act, new in made:
        if new != data:
            yield Change(act, new, first_difference(data, new))


def flips(data: bytes, step: int) -> Iterator[Change]:
    """A flipped bit at every so many bytes."""
    for at in range(0, len(data), step):
        yield Change("bit flip, every place", data[:at] + bytes([data[at] ^ 1 << at % 7]) + data[at + 1 :], at)


def is_in_name_of_witness(note: bytes, at: int) -> bool:
    """Whether a byte lies in what says whose a witness's line is: name and key hash. Changed, it is a stranger's."""
    start = note.rfind(b"\n", 0, at) + 1
    name = note[start:].split(b"\n", 1)[0].rpartition(b" ")[0]
    # Origin, size, root, an empty line and the log's own line come first; six characters hold the key hash.
    return note.count(b"\n", 0, start) > 4 and at - start < len(name) + 1 + 6


class EntryChange(NamedTuple):
    """An entry's other bytes; whether they are still an entry's, and so can be chained again."""

    field: str
    act: str
    raw: bytes
    chains: bool = True


def form_acts(raw: bytes) -> Iterator[EntryChange]:
    """The same meaning written otherwise: not the one canonical form."""
    text = raw.decode()
    decomposed = unicodedata.normalize("NFD", text)
    if decomposed != text:
        yield EntryChange("text", "Unicode-equivalent text", decomposed.encode(), chains=False)
        escaped = text.replace("á", "\\u00e1").replace("ú", "\\u00fa").replace("í", "\\u00ed")
        if escaped != text:
            yield EntryChange("text", "Unicode-equivalent text", escaped.encode(), chains=False)
    for old, new in (('"schema":1', '"schema":1.0'), ('"schema":1', '"schema":1e0'), ('"v":1', '"v":01'),
                     ('"schema":1', '"schema":10E-1'), ('"v":1', '"v":1.0')):  # fmt: skip
        yield EntryChange("number", "equal number written otherwise", text.replace(old, new).encode(), chains=False)
    for old, new in (('"v":1', ' "v":1'), ('"v":1}', '"v":1}\n'), ('"mode"', '"m\\u006fde"')):
        if text.replace(old, new) != text:
            yield EntryChange("form", "written otherwise", text.replace(old, new, 1).encode(), chains=False)
    reordered = json.dumps(dict(reversed(json.loads(raw).items())), ensure_ascii=False, separators=(",", ":"))
    yield EntryChange("form", "written otherwise", reordered.encode(), chains=False)
    doubled = text.replace('"mode":', '"mode":"live","mode":', 1)
    yield EntryChange("form", "written otherwise", doubled.encode(), chains=False)


STATEMENT_VALUES: dict[str, list[Any]] = {
    "actor": [{"capacity": "root", "party": "sfp"}],
    "body": [{}],
    "id": ["00000000-0000-4000-8000-000000000001"],
    "ledger": ["example.org/other"],
    "mode": ["historical"],
    "occurred_on": ["2018"],
    "schema": [2],
    "seen": [{"root": "0" * 64, "size": 3}, {"root": "f" * 64, "size": 0}],
    "signed_at": ["2019-03-01T18:00:01Z"],
    "stream": ["commitment/other"],
    "type": ["VoteCast"],
}


def member_acts(raw: bytes, neighbour: bytes) -> Iterator[EntryChange]:
    """Another value of each member of the entry, its signature and its statement."""
    item, other = json.loads(raw), json.loads(neighbour)
    entry = [("index", item["index"] + 1), ("index", 0), ("previous", "0" * 64), ("previous", other["previous"]),
             ("recorded_at", item["recorded_at"][:-2] + "1Z"), ("recorded_at", "2020-01-01T00:00:00.000Z")]  # fmt: skip
    for name, value in entry:
        if value != item[name]:
            yield EntryChange(name, "another value", canonical(item | {name: value}))
    signature, theirs = item["signatures"][0], other["signatures"][0]
    for name, value in (("key", "0" * 64), ("key", theirs["key"]), ("sig", theirs["sig"]), ("sig", "A" * 86 + "==")):
        if value != signature[name]:
            changed = item | {"signatures": [signature | {name: value}, *item["signatures"][1:]]}
            yield EntryChange(f"signature.{name}", "another value", canonical(changed))
    moved = item | {"signatures": other["signatures"]}
    yield EntryChange("signatures", "signature moved to another statement", canonical(moved))
    doubled = item | {"signatures": [*item["signatures"], item["signatures"][-1]]}
    yield EntryChange("signatures", "duplicate", canonical(doubled))
    statement = item["statement"]
    for name, values in STATEMENT_VALUES.items():
        for value in [*values, other["statement"][name]]:
            if value != statement[name]:
                act = "neighbour's value" if value == other["statement"][name] else "another value"
                yield EntryChange(f"statement.{name}", act, canonical(item | {"statement": statement | {name: value}}))


def resigned_acts(raw: bytes, writer: Writer) -> Iterator[EntryChange]:
    """A changed statement, signed by a key that is not its author's."""
    entry = parse_entry(raw)
    changed = json.loads(entry.statement.raw) | {"occurred_on": "2018"}
    statement = canonical(changed)
    own = entry.signatures[0].key
    for act, key in (
        ("re-signed by another known key", next(one for one in writer.people.values() if one.key_id != own)),
        ("re-signed by a root", writer.roots["nosc"]),
        ("re-signed by an unknown key", Key("nobody")),
        ("re-signed by the log key", writer.log_key.key),
    ):
        signed = build_entry(
            index=entry.index, previous=entry.previous, recorded_at=entry.recorded_at,
            signatures=[key.sign(statement)], statement=statement,
        )  # fmt: skip
        yield EntryChange("statement", act, signed)


def writer_of(log: Log) -> Writer:
    """The keys behind a log: the writer makes them from their names."""
    writer = Writer()
    assert writer.log_key.verifier == log.signer.verifier
    return writer
