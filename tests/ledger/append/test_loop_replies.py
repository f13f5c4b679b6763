"""Statements and outcomes between a loop and the writer: handed in together, and one wake-up a burst of outcomes."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest
from tests.ledger.conftest import Desk

from constancia.ledger.append import loop_replies
from constancia.ledger.append.loop_replies import LoopReplies
from constancia.ledger.append.sequencer import Sequencer
from constancia.ledger.errors import Closed


def elsewhere(work: Callable[[], object]) -> None:
    """Do something in another thread, and wait for its end: the loop does nothing meanwhile."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def settle(futures: list[Future[int]]) -> None:
    """Give each its place as its result."""
    for number, future in enumerate(futures):
        future.set_result(number)


class Wakes:
    """Counts how often a loop is woken from another thread, and wakes it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        real = loop.call_soon_threadsafe

        def counted(*args: Any, **how: Any) -> Any:
            self.count += 1
            return real(*args, **how)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counted)


def test_each_burst_wakes_the_loop_once_and_all_arrive_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        wakes, replies, order = Wakes(loop, monkeypatch), LoopReplies[int](loop), list[int]()
        for burst in range(3):
            futures = [Future[int]() for _ in range(5)]
            waiting = [replies.wrap(future) for future in futures]
            for each in waiting:
                each.add_done_callback(lambda done: order.append(done.result()))
            elsewhere(partial(settle, futures))
            assert wakes.count == burst + 1
            assert not any(each.done() for each in waiting), "delivered by the loop, in its own time"
            assert await asyncio.wait_for(asyncio.gather(*waiting), 30) == [0, 1, 2, 3, 4]
            await asyncio.sleep(0)
        assert order == [0, 1, 2, 3, 4] * 3

    asyncio.run(main(), debug=False)


def test_each_outcome_arrives_as_what_it_is() -> None:
    async def main() -> None:
        replies, futures = LoopReplies[str](asyncio.get_running_loop()), [Future[str]() for _ in range(4)]
        result, error, cancelled, gone = map(replies.wrap, futures)
        gone.cancel()

        def settle() -> None:
            futures[0].set_result("stored")
            futures[1].set_exception(KeyError("refused"))
            futures[2].cancel()
            futures[2].set_running_or_notify_cancel()
            futures[3].set_result("nobody waits")

        elsewhere(settle)
        assert await asyncio.wait_for(result, 30) == "stored"
        with pytest.raises(KeyError, match="refused"):
            await asyncio.wait_for(error, 30)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(cancelled, 5)
        assert gone.cancelled()
        late = replies.wrap(futures[0])
        assert await asyncio.wait_for(late, 30) == "stored", "of one that was settled before"

    asyncio.run(main())


def test_who_is_gone_keeps_nobody_behind_waiting() -> None:
    async def main() -> None:
        replies, futures = LoopReplies[int](asyncio.get_running_loop()), [Future[int]() for _ in range(3)]
        first, gone, last = map(replies.wrap, futures)
        gone.cancel()
        elsewhere(partial(settle, futures))
        assert [await asyncio.wait_for(each, 30) for each in (first, last)] == [0, 2]

    asyncio.run(main())


def test_who_has_waited_long_enough_waits_no_more_and_no_timer_outlives_an_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timers = list[asyncio.TimerHandle]()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        replies, futures = LoopReplies[int](loop), [Future[int]() for _ in range(3)]
        call_later = loop.call_later

        def noted(*given: Any) -> asyncio.TimerHandle:
            timers.append(call_later(*given))
            return timers[-1]

        monkeypatch.setattr(loop, "call_later", noted)
        soon, later, endless = (
            replies.wrap(future, wait) for future, wait in zip(futures, (0, 3_600, None), strict=True)
        )
        with pytest.raises(TimeoutError):
            await soon
        assert not futures[0].cancelled(), "it is under way all the same"
        elsewhere(partial(settle, futures))
        assert [await later, await endless] == [1, 2]
        monkeypatch.undo()

    asyncio.run(main())
    assert [timer.cancelled() for timer in timers] == [True] * 2


def test_outcome_after_the_loop_s_end_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    replies, future = LoopReplies[int](loop), Future[int]()

    async def wait() -> None:
        replies.wrap(future)

    loop.run_until_complete(wait())
    loop.close()
    with caplog.at_level(logging.DEBUG):
        elsewhere(lambda: future.set_result(1))
    assert future.result() == 1
    assert not caplog.records


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
        for _ in range(3):  # the task's own first turn, and two of the loop
            await asyncio.sleep(0)
        seen = list(handed_on)
        await waiting
        return seen

    assert asyncio.run(run()) == [1]


def test_statement_that_is_taken_back_before_its_turn_takes_up_no_room(desk: Desk) -> None:
    """Else a client that leaves would lower the bound of what is under way until the next start."""
    sequencer = desk.parts.sequencer
    assert sequencer is not None
    gone = sequencer.take_in(desk.world.commitment("gone")[0]().parsed)
    assert gone.future.cancel()
    sequencer.hand_on([gone])
    sequencer.submit(desk.world.commitment("next")[0]().parsed).result(60)
    sequencer.close()  # its threads have ended: everything was looked at
    assert sequencer.under_way == 0
    assert desk.ledger.size == 27


def test_what_was_taken_in_before_the_end_and_is_handed_on_after_it_has_its_outcome(desk: Desk) -> None:
    sequencer = desk.parts.sequencer
    assert sequencer is not None
    late = sequencer.take_in(desk.world.commitment("late")[0]().parsed)
    sequencer.close()
    sequencer.hand_on([late])
    assert isinstance(late.future.exception(10), Closed)
    assert sequencer.under_way == 0


def test_outcomes_after_the_end_pass_by_one_that_was_taken_back(desk: Desk) -> None:
    sequencer = desk.parts.sequencer
    assert sequencer is not None
    gone, late = [sequencer.take_in(desk.world.commitment(name)[0]().parsed) for name in ("gone", "late")]
    assert gone.future.cancel()
    sequencer.close()
    sequencer.hand_on([gone, late])
    assert isinstance(late.future.exception(10), Closed)
    assert sequencer.under_way == 0
