"""What was packed is unpacked as it was: every aggregate of every history that the tests can make."""

import json
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from tests.domain.dirty.play import Tally, play
from tests.domain.stage import ORIGIN, Stage
from tests.domain.test_oracles import history
from tests.profile import sampled
from tests.rows import each_row

from constancia.domain.catalogue import AGGREGATES
from constancia.domain.kernel.acts import Recorded
from constancia.domain.kernel.aggregate import Aggregate, Concurrence, Mark
from constancia.domain.kernel.context import Lookup
from constancia.domain.state import State
from constancia.domain.values.packing import _form_of, pack, pack_all, reader, unpack

SEEDS = range(1, sampled(3, 40))


def kinds_of(entries: Sequence[Recorded], lookup: Lookup) -> set[type[Aggregate]]:
    """Fold entries; whatever each one changes comes back as it is. Gives the classes that were met."""
    state, met = State(ORIGIN), set()
    for entry in entries:
        undo = state.apply(entry, lookup=lookup)
        for stream in (undo.stream, *(other.stream for other in undo.others)):
            aggregate = state.aggregates[stream]
            again = unpack(type(aggregate), pack(aggregate))
            assert again == aggregate
            assert repr(again) == repr(aggregate)  # tuples as tuples, None as None
            met.add(type(aggregate))
    return met


def test_whole_history_comes_back() -> None:
    stage = history()
    assert len(kinds_of(stage.entries, stage.lookup)) > len(AGGREGATES) / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_what_players_make_of_the_law_comes_back(seed: int) -> None:
    stage: Stage = play(seed, sampled(120, 400), Tally())
    assert kinds_of(stage.entries, stage.lookup)


@each_row("kind", AGGREGATES, ids=lambda kind: str(kind.name))
def test_every_aggregate_has_a_form(kind: object) -> None:
    _form_of(kind.aggregate)  # type: ignore[attr-defined]


class Point(NamedTuple):
    x: int
    name: str | None


class Path(NamedTuple):
    points: tuple[Point, ...]
    days: tuple[str, ...]
    end: Point | None


def test_named_tuples_come_back_with_those_within_them() -> None:
    for path in (Path((), (), None), Path((Point(1, "a"), Point(2, None)), ("2019-03-01",), Point(3, "c"))):
        again = unpack(Path, pack(path))
        assert (again, repr(again)) == (path, repr(path))
    assert json.loads(pack(Path((Point(1, "a"),), (), None))) == [[[1, "a"]], [], None]
    for text in ("[[], []]", "[[], [], null, null]", "[[[1]], [], null]"):
        with pytest.raises((ValueError, TypeError)):
            unpack(Path, text)


class Signed(NamedTuple):
    mark: Mark
    by: str


def test_named_tuple_whose_members_json_does_not_have_comes_back_too() -> None:
    when = {"occurred_on": "2019-03-01", "recorded_at": "2019-03-01T00:00:00Z"}
    signed = Signed(Mark(index=1, leaf_hash="00" * 32, party="nosc", **when), "nosc")
    assert unpack(Signed, pack(signed)) == signed


def test_several_are_one_object_whose_members_are_read_one_by_one() -> None:
    paths = {
        "b": Path(points=(Point(1, None), Point(2, "ñ")), days=("2019-03-01",), end=None),
        "a": Path(points=(), days=(), end=Point(3, "z")),
    }
    written = json.loads(pack_all(paths))
    assert list(written) == ["b", "a"]  # in their order
    again = {name: reader(Path)(members) for name, members in written.items()}
    assert (again, repr(again)) == (paths, repr(paths))
    with pytest.raises(ValueError, match="3 members, not 2"):
        reader(Path)([[], []])


def test_other_text_is_refused() -> None:
    stage = history()
    party = next(one for name, one in stage.state.aggregates.items() if name.startswith("party/"))
    items = json.loads(pack(party))
    lists = [json.dumps(other) for other in ([], items[:-1], [*items, None], [0, *items])]
    for other in ("", "{", pack(party)[:-1], *lists):
        with pytest.raises((ValueError, TypeError)):
            unpack(type(party), other)


def test_what_may_be_absent_is_written_as_it_is_and_only_one_of_several_classes_by_name() -> None:
    assert _form_of(Mark | None) is _form_of(Mark)
    for plain in (str | None, str | bool | int):
        assert _form_of(plain) == (None, None)
    one_of = _form_of(Mark | Concurrence)
    assert one_of.write is not None
    assert one_of.write(Concurrence(type="T", digest="d")) == ["Concurrence", ["T", "d", []]]


def test_type_without_a_form_is_an_error_of_the_program() -> None:
    for hint in (object, tuple[int, Aggregate], set[str]):
        with pytest.raises(TypeError):
            _form_of(hint)
