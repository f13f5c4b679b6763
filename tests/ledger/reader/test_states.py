"""The state at any size, and the head that it is judged against."""

import threading

import pytest
from tests.ledger.conftest import Desk

from constancia.domain.state import State
from constancia.ledger.append.head import Head, find_leaf
from constancia.ledger.errors import Fatal, NotFound
from constancia.ledger.reader import state_copies, states
from constancia.ledger.reader.log import Log
from constancia.ledger.reader.states import States
from constancia.ledger.store.mapper import recorded_of
from constancia.verify.core.formats.canonical import canonical
from constancia.verify.core.formats.entry import Entry, parse_entry
from constancia.verify.wire.merkle import Tree, hash_leaf


def document(desk: Desk, size: int | None = None) -> bytes:
    return canonical(desk.ledger.state(size).document())


def entries(desk: Desk) -> list[Entry]:
    return [parse_entry(raw) for raw in desk.ledger.log.entries()]


def fresh_head(desk: Desk) -> Head:
    return Head(desk.ledger.origin, desk.ledger.log.recorded)


def extend(head: Head, entry: Entry) -> None:
    head.extend(entry, recorded_of(entry, head.version_after(entry.statement.stream)))


class TestStates:
    def test_fold_of_the_past_holds_up_nobody_at_the_head(self, founded: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        states_of = States(founded.ledger.log, founded.ledger.origin)
        head = states_of.at()
        folding, go_on = threading.Event(), threading.Event()
        fold = States._fold

        def slow(self: States, size: int) -> State:
            folding.set()
            assert go_on.wait(20)
            return fold(self, size)

        monkeypatch.setattr(States, "_fold", slow)
        found: list[State] = []
        reader = threading.Thread(target=lambda: found.append(states_of.at(head.size - 1)))
        reader.start()
        assert folding.wait(20)
        present = threading.Thread(target=lambda: found.append(states_of.at()))
        present.start()
        present.join(20)
        assert found == [head]
        go_on.set()
        reader.join(20)
        assert [one.size for one in found] == [head.size, head.size - 1]

    def test_f3_what_was_just_stored_is_taken_as_it_is_and_the_rest_is_read(
        self, founded: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        log, size = founded.ledger.log, founded.ledger.size
        whole = State(founded.ledger.origin)
        fresh = [(recorded, whole.apply(recorded, lookup=log.lookup)) for recorded in map(log.recorded, range(size))]
        expected = document(founded)
        for offered in (fresh, fresh[2:], fresh[:-2], fresh[3:5], []):
            states_of = States(log, founded.ledger.origin)
            states_of.offer(offered)
            assert canonical(states_of.at().document()) == expected
        states_of = States(log, founded.ledger.origin)
        states_of.offer(fresh)
        monkeypatch.setattr(Log, "recorded_from", lambda _log, start, _stop: iter([] if start == size else ["read"]))
        monkeypatch.setattr(State, "apply", None)  # nor is it folded again
        assert canonical(states_of.at().document()) == expected

    def test_state_at_each_size_is_what_stood_there_then(self, founded: Desk) -> None:
        then = {founded.ledger.size: document(founded)}
        for act in founded.world.commitment("c1"):
            founded.take(act())
            then[founded.ledger.size] = document(founded)
        for size in sorted(then, reverse=True):
            assert document(founded, size) == then[size]

    def test_state_of_the_empty_log_is_empty(self, desk: Desk) -> None:
        assert desk.ledger.state(0).document()["aggregates"] == []

    @pytest.mark.parametrize("size", [-1, 10_000])
    def test_size_outside_of_the_log_is_not_found(self, desk: Desk, size: int) -> None:
        with pytest.raises(NotFound):
            desk.ledger.state(size)

    def test_state_given_out_does_not_move_on(self, desk: Desk) -> None:
        held = desk.ledger.state()
        before = canonical(held.document())
        desk.take(desk.world.allege("c1"))
        desk.ledger.state()
        assert canonical(held.document()) == before

    def test_older_state_is_reached_from_a_copy_on_the_way(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = [document(desk, size) for size in range(desk.ledger.size + 1)]
        monkeypatch.setattr(state_copies, "EVERY", 4)
        monkeypatch.setattr(states, "_CACHED", 1)
        kept = States(desk.ledger.log, desk.ledger.origin)
        kept.at()
        for size in range(desk.ledger.size, -1, -1):
            assert canonical(kept.at(size).document()) == whole[size]

    def test_copy_goes_on_by_itself(self, desk: Desk) -> None:
        state = desk.ledger.state()
        before = canonical(state.document())
        other = state.copied()
        desk.take(desk.world.allege("c1"))
        last = entries(desk)[-1]
        other.apply(recorded_of(last, other.version(last.statement.stream) + 1))
        assert other.size == state.size + 1
        assert canonical(state.document()) == before

    def test_state_from_the_store_is_the_writer_s_own(self, desk: Desk) -> None:
        assert document(desk) == canonical(desk.parts.head.state.document())


class TestHead:
    def test_h2_steps_taken_back_leave_nothing(self, desk: Desk) -> None:
        head, log = fresh_head(desk), entries(desk)
        for entry in log[:8]:
            extend(head, entry)
        head.settle()
        before = (
            head.tree.root(), canonical(head.state.document()), head.recorded_at,
            dict(head.keys._keys),
        )  # fmt: skip
        for entry in log[8:]:
            extend(head, entry)
        head.retract()
        after = (
            head.tree.root(), canonical(head.state.document()), head.recorded_at,
            dict(head.keys._keys),
        )  # fmt: skip
        assert after == before

    def test_h2_genesis_taken_back_leaves_an_empty_head(self, desk: Desk) -> None:
        head = fresh_head(desk)
        extend(head, entries(desk)[0])
        head.retract()
        assert (head.size, head.genesis, head.recorded_at) == (0, None, "")

    @pytest.mark.parametrize(("skipped", "what"), [(1, "index"), (0, "index")])
    def test_entry_out_of_its_turn_is_fatal(self, desk: Desk, skipped: int, what: str) -> None:
        head, log = fresh_head(desk), entries(desk)
        extend(head, log[0])
        with pytest.raises(Fatal, match=what):
            extend(head, log[skipped * 2])

    def test_h1_head_read_back_is_the_head_that_wrote(self, desk: Desk) -> None:
        head = fresh_head(desk)
        for entry in entries(desk):
            extend(head, entry)
        writer = desk.parts.head
        assert head.tree.root() == writer.tree.root()
        assert head.version_after("party/inai") == writer.version_after("party/inai") > 1
        assert head.keys._keys.keys() == writer.keys._keys.keys()

    def test_entry_under_way_is_found_by_its_leaf_hash(self, desk: Desk) -> None:
        head, log = fresh_head(desk), entries(desk)
        for entry in log[:3]:
            extend(head, entry)
        found = head.lookup(log[2].leaf_hash.hex())
        assert found is not None
        assert found.index == 2


class TestFindLeaf:
    def test_every_leaf_is_found_at_its_index(self) -> None:
        tree = Tree(hash_leaf(bytes([n])) for n in range(200))
        for n in range(200):
            assert find_leaf(tree, hash_leaf(bytes([n])), 200) == n

    def test_leaf_beyond_the_size_is_not_found(self) -> None:
        tree = Tree(hash_leaf(bytes([n])) for n in range(20))
        assert find_leaf(tree, hash_leaf(bytes([19])), 19) is None

    def test_hash_that_spans_two_leaves_is_not_found(self) -> None:
        tree = Tree([bytes(range(32)), bytes(range(32, 64))])
        assert find_leaf(tree, bytes(range(16, 48)), 2) is None

    def test_leaf_is_found_beyond_one_step_of_the_search(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("constancia.ledger.append.head._SEARCH_LEAVES", 8)
        tree = Tree(hash_leaf(bytes([n])) for n in range(30))
        assert [find_leaf(tree, hash_leaf(bytes([n])), 30) for n in range(30)] == list(range(30))
