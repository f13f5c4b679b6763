"""What is looked up by a name that no snapshot has, as at each append, is answered without a look into the file."""

from pathlib import Path

from tests.domain.stage import ORIGIN
from tests.domain.test_oracles import history

from constancia.domain.state import State
from constancia.ledger.snapshots.snapshot_store import SnapshotStore
from constancia.ledger.snapshots.stored_state import StoredState
from constancia.verify.wire.merkle import Tree, hash_leaf


def refuse(size: int) -> State:
    raise AssertionError(f"the snapshot of size {size} was taken to be damaged")


def test_name_that_is_not_there_is_asked_of_the_file_once(tmp_path: Path) -> None:
    """Its bucket was read whole; what a later snapshot adds to the bucket is there from then on."""
    stage, tree, state = history(), Tree(), State(ORIGIN)
    store = SnapshotStore(tmp_path / "state.sqlite", ORIGIN)
    half = len(stage.entries) // 2
    asked: list[str] = []
    later: list[str] = []
    for entry in stage.entries:
        state.apply(entry, lookup=stage.lookup)
        tree.append(hash_leaf(entry.leaf_hash.encode()))
        if state.size != half:
            continue
        assert store.save(state, tree)
        state.rest_on(StoredState(store, half, refuse))
        known = set(state.aggregates)
        later = [stream for stream in stage.state.aggregates if stream not in known]
        assert len(later) > 10
        assert [store.find(stream, half) for stream in later] == [None] * len(later)
        first = next(iter(known))
        assert store._rows.named(first, half)
        connection = store._rows._connection
        assert connection is not None
        connection.set_trace_callback(asked.append)
        assert [store.find(stream, half) for stream in later] == [None] * len(later)
        assert asked == []
        assert store._rows.named(first, half)
        assert len(asked) == 2  # the row, and that nobody else has written
    assert store.save(state, tree)
    assert all(store._rows.named(stream, state.size) for stream in stage.state.aggregates)
    assert all(store._rows.named(stream, half) == [] for stream in later)
    state.rest_on(StoredState(store, state.size, refuse))
    assert dict(state.aggregates) == dict(stage.state.aggregates)
    store.close()
