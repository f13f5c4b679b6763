"""Between an entry's bytes and the library's event object, without ever encoding anything.

- M1: what is stored is the entry's bytes as they were composed, and what is read back is parsed
  from the bytes as they lie there; no transcoder, compressor or cipher comes between.
- M2: the event's view of an entry (`Recorded`) holds no bytes and can't be stored: only the bytes of
  an entry can (`stored_event`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent
from eventsourcing.utils import register_topic
from typing_extensions import override

from constancia.domain.kernel.acts import Recorded, recorded_entry
from constancia.domain.values.calendar import parse_instant
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.entry import Entry
from constancia.verify.core.formats.statement import Statement
from constancia.verify.speed.entry_patterns import read_entry

# Stored in every row of every store, so it never changes; it names no file that could move.
TOPIC: Final = "constancia.domain.acts:Recorded"
register_topic(TOPIC, Recorded)
_decode: Final = json.JSONDecoder().raw_decode


@dataclass(slots=True, eq=False)
class PlainEntry:
    """A stored entry for who only looks at it: what `Recorded` has, but no event of the library's."""

    index: int
    leaf_hash: str
    recorded_at: str
    keys: tuple[str, ...]
    statement: Mapping[str, Any]
    originator_id: str
    originator_version: int

    @property
    def timestamp(self) -> datetime:
        """Instant of recording."""
        return parse_instant(self.recorded_at)


SaidEntry = Recorded | PlainEntry


class EntryMapper(Mapper[str]):
    """Maps rows to `Recorded`; no event object to a row."""

    @override
    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """Refuse: an event object holds no signed bytes; the writer stores `stored_event` of an entry.

        Raises:
            TypeError: Always.
        """
        raise TypeError(f"only entries are stored here, not {type(domain_event).__name__}")

    @override
    def to_domain_event(self, stored_event: StoredEvent) -> Recorded:
        """Return the domain's view of a row.

        Raises:
            MapperDeserialisationError: The bytes are no entry, or the topic is not ours.
        """
        if stored_event.topic != TOPIC:
            raise MapperDeserialisationError(f"unknown topic {stored_event.topic!r}")
        try:
            entry = read_entry(bytes(stored_event.state))
        except Malformed as error:
            place = f"{stored_event.originator_id} version {stored_event.originator_version}"
            raise MapperDeserialisationError(f"{place}: {error}") from error
        return recorded_of(entry, stored_event.originator_version)


def stored_event(entry: Entry, version: int) -> StoredEvent:
    """Compose the row of an entry: its bytes as they are, under its stream and its place in it (from 1)."""
    return StoredEvent(originator_id=entry.statement.stream, originator_version=version, topic=TOPIC, state=entry.raw)


def recorded_of(entry: Entry, version: int) -> Recorded:
    """Return the domain's view of an entry.

    Args:
        entry: The entry.
        version: Its place within its stream, from 1.

    Returns:
        The event.
    """
    return recorded_entry(
        index=entry.index,
        leaf_hash=entry.leaf_hash.hex(),
        recorded_at=entry.recorded_at,
        keys=tuple([str(signature.key) for signature in entry.signatures]),
        statement=statement_object(entry.statement),
        originator_version=version,
    )


def plain_entry(raw: bytes, leaf_hash: bytes, version: int) -> PlainEntry:
    """Return a stored entry for who only looks at it; as `stored_recorded`, at a third of its cost.

    Args:
        raw: The entry's bytes.
        leaf_hash: Their hash, as the tree has it.
        version: Its place within its stream, from 1.
    """
    members = _decode(raw.decode())[0]
    statement = members["statement"]
    return PlainEntry(
        members["index"],
        leaf_hash.hex(),
        members["recorded_at"],
        tuple([signature["key"] for signature in members["signatures"]]),
        statement,
        statement["stream"],
        version,
    )


def stored_recorded(raw: bytes, leaf_hash: bytes, version: int) -> Recorded:
    """Return the domain's view of an entry whose leaf hash is in the log's tree.

    It was read in full when it was appended, or when the ledger was opened: nothing of it is checked once more.

    Args:
        raw: The entry's bytes.
        leaf_hash: Their hash, as the tree has it.
        version: Its place within its stream, from 1.

    Returns:
        The same as `recorded_of` of the entry.
    """
    members = json.loads(raw)
    return recorded_entry(
        index=members["index"],
        leaf_hash=leaf_hash.hex(),
        recorded_at=members["recorded_at"],
        keys=tuple([signature["key"] for signature in members["signatures"]]),
        statement=members["statement"],
        originator_version=version,
    )


def statement_object(statement: Statement) -> Mapping[str, Any]:
    """Return a statement's members as its JSON has them, in canonical order."""
    return {
        "actor": statement.actor,
        "body": statement.body,
        "id": statement.id,
        "ledger": statement.ledger,
        "mode": statement.mode,
        "occurred_on": statement.occurred_on,
        "schema": statement.schema,
        "seen": {"root": statement.seen.root.hex(), "size": statement.seen.size},
        "signed_at": statement.signed_at,
        "stream": statement.stream,
        "type": statement.type,
    }
