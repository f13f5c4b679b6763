"""The state: a function of the entries alone; each change can be taken back without a trace."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.plans.test_plan import carried
from tests.domain.stage import ORIGIN, Stage, commitment, key_id, root, seated, small_scope
from tests.domain.strategies import few
from tests.domain.test_oracles import history
from tests.rows import each_row

from constancia.domain.catalogue import KINDS, MACHINES
from constancia.domain.identity.key import Key
from constancia.domain.identity.party import Party
from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context
from constancia.domain.outlines import OUTLINES, outline_of
from constancia.domain.state import FORM_OF_FIRST, State, advance, replay, state_form
from constancia.domain.values.editions import NEWEST
from constancia.domain.values.form_number import shape_of
from constancia.domain.values.values import canonical, digest

ROOT = Path(__file__).resolve().parents[2]


def bytes_of(state: State) -> bytes:
    return canonical(state.document())


def test_d1_the_same_entries_give_the_same_bytes() -> None:
    stage = history()
    assert bytes_of(replay(stage.entries, ORIGIN, stage.lookup)) == bytes_of(stage.state)


@pytest.mark.slow
def test_d1_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    code = (
        "from tests.domain.test_oracles import history\n"
        "from constancia.domain.values.values import digest\n"
        "print(digest(history().state.document()))"
    )
    path = os.pathsep.join((str(ROOT), str(ROOT / ".import")))
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": path, "PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "TZ": zone},
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        for seed, zone in (("0", "UTC"), ("1", "Asia/Tokyo"))
    }  # fmt: skip
    assert digests == {digest(history().state.document())}


def test_d1_every_prefix_comes_back_by_undoing() -> None:
    stage = history()
    expected = State(ORIGIN)
    prefixes = [bytes_of(expected)]
    for entry in stage.entries:
        expected.apply(entry, lookup=stage.lookup)
        prefixes.append(bytes_of(expected))
    for size in range(len(stage.entries), 0, -1):
        assert bytes_of(stage.state) == prefixes[size]
        stage.state.undo(stage.undos[size - 1])
    assert bytes_of(stage.state) == prefixes[0]


@settings(few, max_examples=15)
@given(st.data())
def test_d1_undo_and_apply_in_any_measure_leave_no_trace(data: st.DataObject) -> None:
    stage = history()
    whole = bytes_of(stage.state)
    order = [type(one).__name__ for kind in (Key, Party) for one in stage.state.of(kind)]
    back = data.draw(st.integers(0, len(stage.entries)))
    for token in reversed(stage.undos[len(stage.undos) - back :]):
        stage.state.undo(token)
    for entry in stage.entries[len(stage.entries) - back :]:
        stage.state.apply(entry, lookup=stage.lookup)
    assert bytes_of(stage.state) == whole
    assert [type(one).__name__ for kind in (Key, Party) for one in stage.state.of(kind)] == order


def test_d1_changes_taken_in_by_another_state_give_the_same_and_can_be_taken_back() -> None:
    stage = history()
    other = State(ORIGIN)
    prefixes = []
    for change in stage.undos:
        prefixes.append(bytes_of(other))
        other.take(change)
    assert bytes_of(other) == bytes_of(stage.state)
    assert [other.created_of(kind) for kind in (Key, Party)] == [stage.state.created_of(kind) for kind in (Key, Party)]
    assert dict(other.aggregates) == dict(stage.state.aggregates)
    for change in reversed(stage.undos):
        other.undo(change)
        assert bytes_of(other) == prefixes.pop()


def test_d1_a_state_at_a_size_does_not_know_what_came_later() -> None:
    stage = history()
    half = len(stage.entries) // 2
    assert bytes_of(replay(stage.entries[:half], ORIGIN, stage.lookup)) != bytes_of(stage.state)
    assert replay(stage.entries[:half], ORIGIN, stage.lookup).size == half


def test_d4_every_aggregate_keeps_the_number_of_its_entries() -> None:
    stage = history()
    for stream, aggregate in stage.state.aggregates.items():
        assert aggregate.version == sum(entry.originator_id == stream for entry in stage.entries)
    assert stage.state.size == len(stage.entries)


def test_1_aggregates_are_seen_and_not_touched() -> None:
    stage = seated()
    assert isinstance(stage.state.aggregates, MappingProxyType)
    with pytest.raises(TypeError):
        stage.state.aggregates["party/nosc"] = Aggregate(stream="x")  # type: ignore[index]


def test_an_aggregate_before_is_not_changed_by_what_follows() -> None:
    stage = seated()
    before = stage.state.aggregates["governance/cc"]
    shown = json.dumps(stage.state.document(), sort_keys=True)
    stage.adopted()
    assert json.dumps(stage.state.document(), sort_keys=True) != shown
    assert stage.state.aggregates["governance/cc"] == before


def test_an_illegal_move_is_refused_on_replay_and_changes_nothing() -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    entry = stage.entry("nosc", "CommitmentProposed", commitment())
    before = bytes_of(stage.state)
    with pytest.raises(ValueError, match="CommitmentProposed is no move from proposed"):
        stage.state.apply(entry)
    assert bytes_of(stage.state) == before


def test_an_act_on_an_aggregate_of_another_kind_is_refused_on_replay_though_its_state_has_the_same_name() -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    entry = stage.entry("nosc", "CommitmentAdopted", {"commitment": "c1", "decision": "d1", "scope": small_scope()})
    context = Context(state=stage.state, recorded=entry)
    other = replace(stage.find(Party, "party/nosc"), status=stage.status("commitment/c1"))
    with pytest.raises(TypeError, match="CommitmentAdopted on a Party"):
        advance(other, entry.act(), context)


def test_the_document_is_sorted_by_stream_and_names_the_ledger() -> None:
    document: dict[str, Any] = seated().state.document()
    streams = [one["stream"] for one in document["aggregates"]]
    assert streams == sorted(streams)
    assert (document["ledger"], document["size"]) == (ORIGIN, len(seated().entries))


@each_row("edition", [1, 2, 3])
def test_the_document_names_edition_and_form_since_there_are_any(edition: int) -> None:
    about = seated(edition=edition).state.about()
    assert (about.pop("ledger"), about.pop("size")) == (ORIGIN, len(seated(edition=edition).entries))
    assert about == ({} if edition == 1 else {"edition": edition, "form": state_form(edition)})
    assert State(ORIGIN).about() == {"ledger": ORIGIN, "size": 0}
    assert state_form.__wrapped__(1) == state_form(1) == FORM_OF_FIRST


def test_the_newest_form_has_all_that_the_law_has() -> None:
    classes = [kind.aggregate for kind in KINDS.values()]
    assert shape_of(classes, NEWEST) == shape_of(classes, NEWEST + 1)
    assert shape_of(classes, NEWEST - 1) != shape_of(classes, NEWEST)


def test_zone_is_genesis_and_utc_before_it() -> None:
    assert State().timezone == "UTC"
    assert Stage().open().state.timezone == "America/Mexico_City"


def test_a_founders_root_stands_before_anything_is_said_of_it() -> None:
    state = seated().state
    stream = f"key/{key_id('root-nosc')}"
    assert stream not in state.aggregates
    assert isinstance(state.standing(stream), Key)
    assert state.standing("key/" + "0" * 64) is None
    assert State().standing(stream) is None


def test_undoing_what_ended_a_founders_root_leaves_it_active() -> None:
    stage = seated()
    stream = f"key/{key_id('root-nosc')}"
    before = bytes_of(stage.state)
    stage.says(root("nosc"), "KeyRevoked", {"key": key_id("root-nosc"), "reason": "lost"})
    assert stage.status(stream) == "revoked"
    stage.state.undo(stage.undos[-1])
    assert bytes_of(stage.state) == before
    assert stage.status(stream) == "active"


def test_there_is_a_machine_for_every_kind_of_stream() -> None:
    kinds = {entry.originator_id.partition("/")[0] for entry in history().entries}
    assert kinds <= set(MACHINES)


def test_what_is_computed_once_is_of_this_state_alone() -> None:
    """A look-up is made once for all who ask, and made again after each entry that is taken in or back."""
    stage, calls = history(), list[int]()

    def count(state: Any) -> int:
        calls.append(state.size)
        return len(state.aggregates)

    state = replay(stage.entries[:-1], ORIGIN, stage.lookup)
    before = state.size
    assert [state.once(count) for _ in range(3)] == [len(state.aggregates)] * 3
    other = state.copied()
    token = state.apply(stage.entries[-1], lookup=stage.lookup)
    assert state.once(count) == len(state.aggregates)
    state.undo(token)
    assert state.once(count) == other.once(count) == len(other.aggregates)
    assert calls == [before, before + 1, before, before]


class Stored:
    """A state that is stored somewhere, as `Base` asks; by topic it may give what has had the topic once."""

    def __init__(self, state: State, *, is_exact: bool = True) -> None:
        self.size = state.size
        self._is_exact = is_exact
        self._aggregates = {name: state.aggregates[name] for name in state.aggregates}
        self.asked = list[str]()
        self._days = state.days()

    def days(self) -> bytes:
        return self._days

    def get(self, stream: str) -> Aggregate | None:
        self.asked.append(stream)
        return self._aggregates.get(stream)

    def of(self, kind: type[Aggregate]) -> Iterator[Aggregate]:
        return (each for each in self._aggregates.values() if isinstance(each, kind))

    def streams(self) -> Iterator[str]:
        return iter(self._aggregates)

    def streams_of(self, kind: type[Aggregate]) -> Sequence[str]:
        return [name for name, each in self._aggregates.items() if isinstance(each, kind)]

    def outlines(self, kind: type[Aggregate]) -> Mapping[str, Any]:
        return {each.stream: outline_of(each) for each in self.of(kind)}

    def on_topic(self, kind: type[Aggregate], topic: str, further: Sequence[str] = ()) -> Sequence[str]:
        assert all(isinstance(self._aggregates.get(name), kind) for name in further)
        known = (name for name, each in self._aggregates.items() if isinstance(each, kind))
        if not self._is_exact:
            return list(known)
        return [name for name in known if topic in self._aggregates[name].topics or name in further]


def shown(state: State) -> object:
    """All that can be asked of a state."""
    classes = {type(each) for each in state.aggregates.values()}
    topics = {topic for each in state.aggregates.values() for topic in each.topics}
    for cls in classes:
        of_class = [each for each in state.aggregates.values() if type(each) is cls]
        assert list(state.of(cls)) == of_class
        for topic in topics:
            assert state.on_topic(cls, topic) == tuple(each for each in of_class if topic in each.topics)
    return (
        bytes_of(state),
        list(state.aggregates),
        len(state.aggregates),
        {cls: (list(state.of(cls)), list(state.streams_of(cls))) for cls in classes},
        {cls: dict(state.outlines(cls)) for cls in OUTLINES},
        {(cls, topic): state.on_topic(cls, topic) for cls in classes for topic in (*topics, "none-such")},
        {name: (state.version(name), state.standing(name)) for name in (*state.aggregates, "party/none-such")},
        (state.edition, state.timezone, state.languages, state.opened_on, state.size, state.days()),
    )


@pytest.mark.parametrize("is_exact", [True, False])
@pytest.mark.parametrize(
    ("played", "size"),
    [*((history, size) for size in (0, 1, 2, 25, 60, -1, None)), (carried, -1)],  # a plan gets a topic with the last
)
def test_a_state_that_rests_on_a_stored_one_answers_as_one_that_does_not(
    played: Callable[[], Stage], size: int | None, *, is_exact: bool
) -> None:
    stage = played()
    whole = stage.entries
    below = Stored(replay(whole[:size], ORIGIN, stage.lookup), is_exact=is_exact)
    state, alone = State(ORIGIN, below), replay(whole[:size], ORIGIN, stage.lookup)
    assert shown(state) == shown(alone)
    assert (state.base_size, alone.base_size, dict(state.recent), state.created) == (below.size, 0, {}, [])
    undos = [state.apply(entry, lookup=stage.lookup) for entry in whole[below.size :]]
    assert shown(state) == shown(stage.state)
    for name, each in state.recent.items():
        stored = below.get(name)
        assert each is not stored
        assert (name in state.created) is (stored is None)
        assert (name in state.created_of(type(each))) is (stored is None)
    gained = {(topic, name) for name, each in state.recent.items() for topic in each.topics}
    gained -= {(topic, name) for name, each in state.recent.items() for topic in getattr(below.get(name), "topics", ())}
    below.asked.clear()
    assert sorted(state.gained()) == sorted(gained)
    assert not set(below.asked) & set(state.created)  # what it has not got is not looked for there
    copy = state.copied()
    assert (shown(copy), copy.base_size) == (shown(state), below.size)
    for token in reversed(undos):
        state.undo(token)
    assert shown(state) == shown(alone)
    assert shown(copy) == shown(stage.state)
    with pytest.raises(KeyError):
        copy.aggregates["party/none-such"]


def test_a_state_goes_on_from_a_stored_one_of_its_own_size_alone() -> None:
    stage = history()
    state = replay(stage.entries, ORIGIN, stage.lookup)
    with pytest.raises(ValueError, match="can't rest on one after"):
        state.rest_on(Stored(replay(stage.entries[:-1], ORIGIN, stage.lookup)))
    state.rest_on(Stored(stage.state))
    assert (dict(state.recent), state.base_size, list(state.gained())) == ({}, stage.state.size, [])
    assert shown(state) == shown(stage.state)


def test_a_copy_and_what_it_was_copied_from_go_on_apart() -> None:
    stage = history()
    state = replay(stage.entries[:-1], ORIGIN, stage.lookup)
    other, before = state.copied(), bytes_of(state)
    other.apply(stage.entries[-1], lookup=stage.lookup)
    assert bytes_of(state) == before
    assert bytes_of(other) == bytes_of(replay(stage.entries, ORIGIN, stage.lookup))
    assert [*other.of(Party)] == [*replay(stage.entries, ORIGIN, stage.lookup).of(Party)]
