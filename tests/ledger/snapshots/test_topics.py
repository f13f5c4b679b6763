"""What is looked up by topic is what a look at all aggregates gives: in memory, on a snapshot, at each size."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.domain.stage import ORIGIN
from tests.domain.test_oracles import history
from tests.profile import sampled

from constancia.domain.catalogue import KINDS
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.groups import grouped
from constancia.domain.state import State
from constancia.ledger.snapshots import snapshot_store
from constancia.ledger.snapshots.snapshot_store import SnapshotStore
from constancia.ledger.snapshots.stored_form import PLACES
from constancia.ledger.snapshots.stored_state import StoredState
from constancia.verify.wire.merkle import Tree, hash_leaf

ByTopic = dict[tuple[type[Aggregate], str], tuple[Aggregate, ...]]
CLASSES = [kind.aggregate for kind in KINDS.values()]


def looked_through(state: State) -> ByTopic:
    """The oracle: each aggregate by each of its topics, in the order of creation."""
    pairs = ((cls, aggregate) for cls in CLASSES for aggregate in state.of(cls))
    return dict(
        grouped(((cls, topic), each) for cls, each in pairs for topic in dict.fromkeys(each.topics))
    )  # fmt: skip


def looked_up(state: State, topics: ByTopic) -> ByTopic:
    return {(cls, topic): state.on_topic(cls, topic) for cls, topic in topics}


def refuse(size: int) -> State:
    raise AssertionError(f"the snapshot of size {size} was taken to be damaged")


@pytest.mark.parametrize("few", [0, 256])
@pytest.mark.parametrize("every", sampled([17], [1, 2, 5, 17, 40]))
def test_look_up_by_topic_is_a_look_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int, every: int
) -> None:
    monkeypatch.setattr(snapshot_store, "_FEW", few)
    stage, tree, store = history(), Tree(), SnapshotStore(tmp_path / "state.sqlite", ORIGIN)
    plain, state = State(ORIGIN), State(ORIGIN)
    stored: dict[int, ByTopic] = {}
    for entry in stage.entries:
        plain.apply(entry, lookup=stage.lookup)
        state.apply(entry, lookup=stage.lookup)
        tree.append(hash_leaf(entry.leaf_hash.encode()))
        topics = looked_through(plain)
        if plain.size % 7 == 0:
            assert looked_up(state, topics) == topics == looked_up(plain, topics)
        if plain.size % every == 0:
            assert store.save(state, tree)
            state.rest_on(StoredState(store, state.size, refuse))
            stored[state.size] = topics
    everything = looked_through(plain)
    assert looked_up(state, everything) == everything
    assert {len(found) > 1 for found in everything.values()} == {True, False}
    store.close()
    # From the disk, at each size; what has a topic later has none of those who had it then.
    store = SnapshotStore(tmp_path / "state.sqlite", ORIGIN)
    assert list(store.sizes) == list(stored)
    for size, topics in stored.items():
        past = State(ORIGIN, StoredState(store, size, refuse))
        later = dict.fromkeys(everything.keys() - topics.keys(), ())
        assert looked_up(past, {**topics, **later}) == {**topics, **later}
    store.close()


def test_nothing_else_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the others' rows it gives the same: no look-up by topic loads all of a kind that has many."""
    monkeypatch.setattr(snapshot_store, "_FEW", 0)
    stage, tree = history(), Tree()
    store = SnapshotStore(tmp_path / "state.sqlite", ORIGIN)
    for entry in stage.entries:
        tree.append(hash_leaf(entry.leaf_hash.encode()))
    assert store.save(stage.state, tree)
    store.close()
    topics = looked_through(stage.state)
    (cls, topic), wanted = next(item for item in topics.items() if len(item[1]) == 1)
    place = list(stage.state.recent).index(wanted[0].stream)
    with closing(sqlite3.connect(tmp_path / "state.sqlite")) as database:
        number = stage.state.size * PLACES + place
        assert database.execute("DELETE FROM aggregates WHERE number<>?", (number,)).rowcount
        database.commit()
    store = SnapshotStore(tmp_path / "state.sqlite", ORIGIN)
    assert State(ORIGIN, StoredState(store, stage.state.size, refuse)).on_topic(cls, topic) == wanted
    store.close()
