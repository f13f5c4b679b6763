"""What a loop's tasks hand in: together while the loop reads more, at once where it reads nothing."""

import asyncio

import pytest
from tests.ledger.conftest import Desk

from constancia.ledger.append import loop_replies
from constancia.ledger.append.sequencer import Sequencer


async def _hand_in_one_a_turn(desk: Desk, count: int) -> None:
    """Submit statements as a loop does that reads a request in each of its turns."""
    waiting = []
    for _ in range(count):
        waiting.append(asyncio.ensure_future(desk.ledger.submit_async(desk.world.allege("c1").parsed)))
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)


@pytest.fixture
def handed_on(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many were handed on, each time."""
    counts: list[int] = []
    hand_on = Sequencer.hand_on

    def noted(sequencer: Sequencer, submissions: list[object]) -> None:
        counts.append(len(submissions))
        hand_on(sequencer, submissions)  # type: ignore[arg-type]

    monkeypatch.setattr(Sequencer, "hand_on", noted)
    return counts


def test_what_comes_turn_after_turn_is_one_batch(desk: Desk, handed_on: list[int]) -> None:
    batches = len(list(desk.ledger.log.checkpoint_sizes()))
    asyncio.run(_hand_in_one_a_turn(desk, 20))
    assert handed_on == [20]
    assert len(list(desk.ledger.log.checkpoint_sizes())) == batches + 1


def test_who_is_first_waits_for_so_many_others_and_no_more(
    desk: Desk, handed_on: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_replies, "_MOST", 4)
    asyncio.run(_hand_in_one_a_turn(desk, 12))
    assert handed_on[0] <= 5  # one may come in the turn in which they are handed on
    assert sum(handed_on) == 12


def test_statement_that_comes_alone_goes_on_after_two_quiet_turns(desk: Desk, handed_on: list[int]) -> None:
    async def run() -> list[int]:
        waiting = asyncio.ensure_future(desk.ledger.submit_async(desk.world.allege("c1").parsed))
        for _ in range(4):  # the task's own first turn, and three of the loop
            await asyncio.sleep(0)
        seen = list(handed_on)
        await waiting
        return seen

    assert asyncio.run(run()) == [1]
