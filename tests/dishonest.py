"""A host that does what it must not: alters, rewrites, forks, withholds, truncates, replays, mixes.

Each function takes the true log and gives what the host shows instead. Where the host has the log's key it puts
everything right that it can: indices, links, leaf hashes, checkpoints. What it can't make anew are the signatures of
others, and what others have kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.verify.small_ledger import Key, Log, relinked

from constancia.verify.canonical import canonical, parse_canonical
from constancia.verify.entry import Entry, build_entry, parse_entry
from constancia.verify.merkle import hash_leaf

Change = Callable[[dict[str, Any]], dict[str, Any]]


def altered(log: Log, index: int, raw: bytes) -> Log:
    """Other bytes at an index, and nothing put right: a hand in the database, without any key."""
    return replace(log, entries=(*log.entries[:index], raw, *log.entries[index + 1 :]))


def rewritten(log: Log, index: int, raw: bytes) -> Log:
    """Other bytes at an index, all after it hashed and signed anew: the operator with the log's key."""
    chained = [*log.entries[:index], raw]
    for number, one in enumerate(log.entries[index + 1 :], start=index + 1):
        chained.append(relinked(one, number, hash_leaf(chained[-1])))
    return replace(log, entries=tuple(chained))


def removed(log: Log, index: int) -> Log:
    """An entry taken out, as if it had never been submitted, and all after it made anew."""
    return log.rehashed([*log.entries[:index], *log.entries[index + 1 :]])


def inserted(log: Log, index: int, raw: bytes) -> Log:
    """An entry put in before an index, and all after it made anew."""
    return log.rehashed([*log.entries[:index], raw, *log.entries[index:]])


def swapped(log: Log, index: int) -> Log:
    """Two neighbours in the other order, and all after them made anew."""
    one, two = log.entries[index : index + 2]
    return log.rehashed([*log.entries[:index], two, one, *log.entries[index + 2 :]])


def truncated(log: Log, size: int) -> Log:
    """An old backup in the log's place; every part of it is true."""
    return log.cut_at(size)


def replayed(log: Log, index: int) -> Log:
    """A statement recorded a second time, at the end."""
    return log.rehashed([*log.entries, log.entries[index]])


def mixed(log: Log, other: Log, index: int) -> Log:
    """The entries of one ledger up to an index, those of another from there on, made to fit."""
    return log.rehashed([*log.entries[:index], *other.entries[index:]])


def backdated(log: Log, index: int, recorded_at: str) -> Log:
    """Another recording time, which no signatory signs, and all after it made anew."""
    return rewritten(log, index, with_recorded_at(log.entries[index], recorded_at))


def with_recorded_at(raw: bytes, recorded_at: str) -> bytes:
    """An entry with another recording time."""
    entry = parse_entry(raw)
    return build_entry(
        index=entry.index, previous=entry.previous, recorded_at=recorded_at, signatures=entry.signatures,
        statement=entry.statement.raw,
    )  # fmt: skip


def with_statement(raw: bytes, change: Change, key: Key | None = None) -> bytes:
    """An entry with a changed statement; signed by a key, or with the old signatures left on it."""
    entry = parse_entry(raw)
    statement = canonical(change(parse_canonical(entry.statement.raw)))
    signatures = entry.signatures if key is None else (key.sign(statement),)
    return build_entry(
        index=entry.index, previous=entry.previous, recorded_at=entry.recorded_at, signatures=signatures,
        statement=statement,
    )  # fmt: skip


def with_signatures_of(raw: bytes, other: bytes) -> bytes:
    """An entry that carries another entry's signatures."""
    entry = parse_entry(raw)
    return build_entry(
        index=entry.index, previous=entry.previous, recorded_at=entry.recorded_at,
        signatures=parse_entry(other).signatures, statement=entry.statement.raw,
    )  # fmt: skip


def setting(path: str, value: object) -> Change:
    """A change that sets one member of a statement, such as `body.period`."""

    def change(statement: dict[str, Any]) -> dict[str, Any]:
        at: dict[str, Any] = statement
        *way, last = path.split(".")
        for name in way:
            at = at[name]
        at[last] = value
        return statement

    return change


def key_of(entry: Entry, keys: Mapping[str, Key]) -> Key:
    """The private key that an entry was signed with."""
    return keys[entry.signatures[0].key]
