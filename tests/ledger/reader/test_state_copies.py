"""The past of a process without snapshots: what it has folded once is not folded again, and its memory is bounded."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from tests.ledger.conftest import Desk

from constancia.domain.state import State
from constancia.ledger.ledger import Ledger
from constancia.ledger.reader import state_copies
from constancia.ledger.reader.state_copies import StateCopies
from constancia.verify.core.formats.canonical import canonical


def sized(size: int) -> State:
    state = State("example.org/log")
    state.size = size
    return state


def test_copies_are_bounded_and_spread_over_the_log() -> None:
    noted = StateCopies()
    for size in range(0, 200_000, 100):
        noted.note(sized(size))
    sizes = [0, *noted.sizes, 200_000]
    gaps = [after - before for before, after in pairwise(sizes)]
    assert state_copies.MOST / 2 <= len(noted.sizes) <= state_copies.MOST
    assert max(gaps) <= 2 * 200_000 / (state_copies.MOST / 2)
    near = noted.near(150_000)
    assert near is not None
    assert 150_000 - max(gaps) < near.size <= 150_000
    assert StateCopies().near(150_000) is noted.near(noted.sizes[0] - 1) is None


def test_copy_that_is_given_out_is_the_askers_own() -> None:
    noted = StateCopies()
    noted.note(sized(state_copies.EVERY))
    for _ in range(2):
        near = noted.near(10_000)
        assert near is not None
        assert near.size == state_copies.EVERY
        near.size += 1


def test_day_is_reached_from_a_copy_and_is_what_a_fold_of_all_gives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening for reading only has folded all of it: what had certainly happened is not folded once more."""
    days = ("2019-03-01", "2019", "2017-06", "2030-01-01")
    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
        assert reader._core.states._copies.sizes == []  # of so few entries none is worth a copy
        whole = [shown(reader, day) for day in days]
    monkeypatch.setattr(state_copies, "EVERY", 4)
    folded: list[int] = []
    apply = State.apply

    def noting(state: State, *arguments: object, **named: object) -> object:
        folded.append(state.size)
        return apply(state, *arguments, **named)  # type: ignore[arg-type]  # as it was called

    with Ledger.open(desk.folder, clock=desk.clock, signer=None) as reader:
        assert len(reader._core.states._copies.sizes) > 3
        monkeypatch.setattr(State, "apply", noting)
        assert [shown(reader, day) for day in days[:3]] == whole[:3]
        folded.clear()
        assert shown(reader, days[3]) == whole[3]
        assert len(folded) < 10
        desk.take(desk.world.allege("c1"))
        reader.refresh()
        assert shown(reader, days[3])[-1] == desk.ledger.size


def shown(reader: Ledger, day: str) -> Sequence[object]:
    dated = reader.as_of(at=day).dated
    assert dated is not None
    return canonical(dated.certain.document()), canonical(dated.possible.document()), dated.indices, reader.size
