"""A ledger of as many entries as asked for, by the real formats with real signatures, without judging each on the way.

    PYTHONPATH=.import:. python tests/benchmarks/million.py FOLDER --entries 1000000

Every twenty entries are a commitment's: proposed, put to the vote, voted and signed by three parties, adopted, reported
on, and ten allegations about it. All of it is lawful: anybody who judges it finds nothing. The story takes ten years.
The log's key is in `keys/log.pem`; its passphrase is `big_ledger.PASSPHRASE`.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

from eventsourcing.persistence import StoredEvent
from tests.benchmarks.big_ledger import PASSPHRASE
from tests.ledger.world import ORIGIN, PARTIES, START, Signed, World

from constancia.ledger.clock import format_recorded_at, posix_seconds
from constancia.ledger.keys.log_signer import LogSigner
from constancia.ledger.store.application import create_store, open_application
from constancia.ledger.store.batch import MAX_BATCH, plan_batch
from constancia.ledger.store.mapper import TOPIC
from constancia.ledger.store.sqlite_schema import SCHEMA_VERSION
from constancia.ledger.wire.composition import build_entry
from constancia.verify.core.formats.entry import NO_PREVIOUS
from constancia.verify.core.formats.statement import parse_statement
from constancia.verify.wire.merkle import Tree, hash_leaf

ALLEGATIONS = 10
YEARS = timedelta(days=3_650)


def acts(world: World) -> Iterator[Signed]:
    """Give what the parties sign, in order, without end."""
    yield from (make() for make in world.founding())
    number = 0
    while True:
        name = f"c{number}"
        yield from (make() for make in world.commitment(name))
        for at in range(ALLEGATIONS):
            yield world.allege(name, PARTIES[at % 3])
        number += 1


def make(folder: Path, entries: int) -> World:
    """Make the ledger in a folder that does not exist; give the parties that speak in it."""
    signer = LogSigner.generate(ORIGIN)
    folder.mkdir(parents=True)
    (folder / "keys").mkdir()
    signer.save(folder / "keys" / "log.pem", PASSPHRASE)
    create_store(folder, {"schema": SCHEMA_VERSION, "origin": ORIGIN})
    application = open_application(folder, writable=True)
    with application.recorder.datastore.get_connection(commit=True) as connection:  # type: ignore[attr-defined]
        connection.cursor().execute("PRAGMA synchronous=OFF")
    world, tree = World(signer.vkey), Tree()
    versions: dict[str, int] = {}
    source, begun = acts(world), time.process_time()
    while tree.size < entries:
        first, events, names = tree.size, [], []
        for _ in range(min(MAX_BATCH, entries - first)):
            world.now = START + YEARS * (tree.size / entries)
            signed = next(source)
            if tree.size == 1:
                world.look(tree)
            statement = parse_statement(signed.statement)
            previous = tree.leaf(tree.size - 1) if tree.size else NO_PREVIOUS
            at = format_recorded_at(world.now)
            raw = build_entry(
                index=tree.size, previous=previous, recorded_at=at, signatures=signed.signatures,
                statement=signed.statement,
            )  # fmt: skip
            version = versions[statement.stream] = versions.get(statement.stream, 0) + 1
            events.append(
                StoredEvent(originator_id=statement.stream, originator_version=version, topic=TOPIC, state=raw)
            )
            names.append(statement.id)
            tree.append(hash_leaf(raw))
        sign = partial(signer.checkpoint, time=posix_seconds(world.now))
        hashes = tree.leaves(first, tree.size)
        batch = plan_batch(first_index=first, leaf_hashes=hashes, statement_ids=names, root=tree.root(), sign=sign)
        application.store.insert_events(events, batch=batch)
        if first % (MAX_BATCH * 64) == 0:
            print(f"{tree.size:,} {time.process_time() - begun:.0f} s", file=sys.stderr, flush=True)
    application.close()
    return world


def main() -> None:
    """Make it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--entries", type=int, default=1_000_000)
    chosen = parser.parse_args()
    make(chosen.folder, chosen.entries)


if __name__ == "__main__":
    main()
