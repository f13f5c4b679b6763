"""The end of the log in memory: leaves found by their hash, times that never go back, steps taken back whole."""

import hashlib
import sqlite3
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.ledger.append.test_sequencer import _examined, store_of
from tests.ledger.conftest import Desk

from constancia.domain.kernel.acts import Recorded
from constancia.ledger.append import head as module
from constancia.ledger.append.head import Head, find_leaf
from constancia.ledger.append.recovery import _replay_row, replay
from constancia.ledger.errors import Fatal
from constancia.verify.speed.entry_patterns import read_entry
from constancia.verify.wire.merkle import Tree


def leaf(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 8, 9])
def test_leaf_is_found_by_its_hash_below_a_size(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many leaves are looked at in one go."""
    tree = Tree()
    for number in range(count):
        tree.append(leaf(number))
    for at_once in (1, 2, 3, 4_096):
        monkeypatch.setattr(module, "_SEARCH_LEAVES", at_once)
        for size in range(count + 1):
            found = [find_leaf(tree, leaf(number), size) for number in range(count)]
            assert found == [number if number < size else None for number in range(count)]
            assert find_leaf(tree, bytes(32), size) is None


def test_hash_that_lies_across_two_leaves_is_no_leaf() -> None:
    first, second = leaf(1), leaf(2)
    across = first[16:] + second[:16]
    tree = Tree()
    for each in (first, second):
        tree.append(each)
    assert find_leaf(tree, across, 2) is None
    tree.append(across)
    assert find_leaf(tree, across, 3) == 2


def test_leaf_is_found_behind_its_own_bytes_that_are_no_leaf() -> None:
    tree, same = Tree(), bytes([7]) * 32
    for each in (leaf(1)[:31] + same[:1], same):
        tree.append(each)
    assert find_leaf(tree, same, 2) == 1


def test_time_never_goes_back(desk: Desk) -> None:
    head, now = desk.parts.head, desk.clock.now()
    last = head.recorded_at
    assert head.time_for(now - timedelta(days=1)) == last
    assert head.time_for(now + timedelta(days=1)) > last


def part_of(desk: Desk, size: int) -> Head:
    """A head that has read so many entries of the ledger's store."""
    whole, store = desk.parts.head, store_of(desk)
    part = Head(whole.state.origin, whole._read)
    for index, row in enumerate(store.select_notifications(0, 1_000, inclusive_of_start=False)[:size]):
        _replay_row(part, row, index)
    part.settle()
    return part


@pytest.mark.parametrize("last_batch", [1, 3])
def test_log_is_read_on_from_any_size(desk: Desk, last_batch: int) -> None:
    """A snapshot may end within a batch; what follows is read by the same code."""
    desk.writer.write(_examined(desk, [desk.world.allege("c1") for _ in range(last_batch)]))
    store, whole = store_of(desk), desk.parts.head
    for size in range(whole.size + 1):
        part = part_of(desk, size)
        tip = replay(part, store)
        assert (tip.size, tip.checkpoint) == (whole.size, desk.ledger.log.checkpoint())
        assert (part.size, part.tree.root(), part.recorded_at) == (whole.size, whole.tree.root(), whole.recorded_at)


@pytest.mark.parametrize(
    ("taken_out", "what"),
    [
        (("DELETE FROM stored_events", "DELETE FROM batches WHERE first_index > 0"), "0 entries .* cover 1"),
        (("DELETE FROM batches",), "entries .* cover 0"),
        (("DELETE FROM stored_events", "DELETE FROM batches"), "0 entries .* cover 0"),
    ],
)
def test_who_reads_on_misses_what_it_has_read(desk: Desk, taken_out: tuple[str, ...], what: str) -> None:
    """Also where it has read the first entry alone, and nothing is left of the entries or of the checkpoints."""
    part = part_of(desk, 1)
    connection = sqlite3.connect(desk.folder / "ledger.sqlite")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in taken_out:
        connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises(Fatal, match=what):
        replay(part, store_of(desk))


def test_log_is_read_up_to_a_size_in_its_middle(desk: Desk) -> None:
    """Whole batches are read: up to the end of the one in which that size is."""
    desk.writer.write(_examined(desk, [desk.world.allege("c1") for _ in range(3)]))
    store, whole = store_of(desk), desk.parts.head
    ends_of_batches = list(desk.ledger.log.checkpoint_sizes())
    for stop in (None, *range(1, whole.size + 1)):
        part, seen = Head(whole.state.origin, whole._read), list[tuple[int, int]]()
        tip = replay(part, store, stop=stop, progress=lambda *seen_now, seen=seen: seen.append(seen_now))
        end = min(size for size in ends_of_batches if size >= (stop or whole.size))
        assert (part.size, tip.size, tip.recorded_at) == (end, end, part.recorded_at)
        assert tip.checkpoint == desk.ledger.log.checkpoint(end)
        before = [size for size in ends_of_batches if size <= end]
        assert seen == [(size, whole.size) for size in (before if stop is None else before[:-1])]


def ends(head: Head) -> tuple[object, ...]:
    return head.size, head.stored_size, head.genesis, head.recorded_at


def test_h2_steps_that_were_not_stored_leave_nothing(desk: Desk) -> None:
    store, whole = store_of(desk), desk.parts.head
    rows = store.select_notifications(0, 1_000, inclusive_of_start=False)
    part = Head(whole.state.origin, whole._read)
    assert ends(part) == (0, 0, None, "")
    for index, row in enumerate(rows[:3]):
        _replay_row(part, row, index)
    assert (part.size, part.stored_size) == (3, 0)
    assert part.genesis is not None
    assert part.lookup(part.tree.leaf(1).hex()) is not None
    part.retract()
    assert ends(part) == (0, 0, None, "")
    assert (dict(part.state.aggregates), part.keys._keys) == ({}, {})
    for index, row in enumerate(rows):
        _replay_row(part, row, index)
        if index == 4:
            part.settle()
    part.retract()
    assert (part.size, part.recorded_at) == (5, read_entry(rows[4].state).recorded_at)
    assert part.genesis is not None
    again = read_entry(rows[4].state)
    with pytest.raises(Fatal, match="index: expected 5, found 4"):
        part.extend(again, whole._read(4))


def test_entries_are_found_by_their_hash_stored_or_not(desk: Desk) -> None:
    store, whole = store_of(desk), desk.parts.head
    rows = store.select_notifications(0, 1_000, inclusive_of_start=False)[:8]

    def read(index: int) -> Recorded:
        assert index < part.stored_size, "what is not stored yet can't be read"
        return whole._read(index)

    part = Head(whole.state.origin, read)
    for index, row in enumerate(rows):
        _replay_row(part, row, index)
        if index == 4:
            part.settle()
    for index in range(len(rows)):
        recorded = part.lookup(part.tree.leaf(index).hex())
        assert recorded is not None
        assert (recorded.index, recorded.leaf_hash) == (index, part.tree.leaf(index).hex())
    assert part.lookup("0" * 64) is None


def test_versions_of_a_stream_count_its_entries(desk: Desk) -> None:
    desk.take(desk.world.allege("c1"))
    counts = Counter[str]()
    for row in store_of(desk).select_notifications(0, 1_000, inclusive_of_start=False):
        counts[row.originator_id] += 1
        assert row.originator_version == counts[row.originator_id]
    assert desk.parts.head.version_after("commitment/c1") == counts["commitment/c1"] + 1


def test_entry_that_is_not_the_next_one_is_named_and_changes_nothing(desk: Desk) -> None:
    rows, whole = store_of(desk).select_notifications(0, 1_000, inclusive_of_start=False), desk.parts.head
    part = Head(whole.state.origin, whole._read)
    for index, row in enumerate(rows[:5]):
        _replay_row(part, row, index)
    part.settle()
    entry, before = read_entry(rows[5].state), ends(part)
    recorded: Any = whole._read(5)
    again, again_recorded = part.compose(
        desk.world.genesis().parsed.statement, desk.world.genesis().parsed.signatures, part.recorded_at
    )
    for other, seen, what in (
        (replace(entry, index=6), recorded, "index: expected 5, found 6"),
        (replace(entry, previous=bytes(32)), recorded, f"previous: expected {part.tree.leaf(4).hex()}, found 0000"),
        (entry, replace(recorded, originator_version=9), "originator_version: expected 1, found 9"),
        (replace(entry, recorded_at="2000-01-01T00:00:00.000Z"), recorded, "recorded_at goes back to 2000"),
        (again, again_recorded, "the state can't take an entry of type LedgerOpened"),
    ):
        with pytest.raises(Fatal, match=what) as caught:
            part.extend(other, seen)
        assert caught.value.where == "entry 5"
        assert ends(part) == before
    part.extend(entry, recorded)
    assert part.size == 6


def test_head_goes_on_from_a_snapshot_of_this_very_log(desk: Desk) -> None:
    rows, whole = store_of(desk).select_notifications(0, 1_000, inclusive_of_start=False), desk.parts.head
    earlier = Head(whole.state.origin, whole._read)
    for index, row in enumerate(rows[:9]):
        _replay_row(earlier, row, index)
    earlier.settle()
    leaves = [earlier.tree.leaf(index) for index in range(9)]
    head = Head(whole.state.origin, whole._read)
    head.resume(earlier.state.copied(), Tree(leaves).rows)
    assert ends(head) == (9, 9, whole.genesis, earlier.recorded_at)
    ids = [key.key_id for key in (*desk.world.roots.values(), *desk.world.keys.values())]
    assert [head.keys.get(name) for name in ids] == [earlier.keys.get(name) for name in ids]
    assert any(head.keys.get(name) is not None for name in ids)
    for index, row in enumerate(rows[9:], 9):
        _replay_row(head, row, index)
    assert (head.size, head.tree.root()) == (whole.size, whole.tree.root())
    for place, where in ((0, "entry 0"), (8, "entry 8")):
        others = [*leaves[:place], bytes(32), *leaves[place + 1 :]]
        with pytest.raises(Fatal, match="the snapshot is of another entry") as caught:
            Head(whole.state.origin, whole._read).resume(earlier.state.copied(), Tree(others).rows)
        assert caught.value.where == where
