"""The queue: in order, up to a limit, nobody left waiting."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

from tests.rows import each_row

from constancia.ledger.append.batch_queue import BatchQueue

WAIT_S = 20


@each_row(
    ("limit", "batches"), [(1, [[0], [1], [2], [3]]), (2, [[0, 1], [2, 3]]), (3, [[0, 1, 2], [3]]), (9, [[0, 1, 2, 3]])]
)
def test_items_come_out_in_order_and_at_most_so_many_at_once(limit: int, batches: list[list[int]]) -> None:
    queue = BatchQueue[int]()
    queue.put(0, 1)
    queue.put(2, 3)
    assert [queue.take(limit) for _ in batches] == batches
    queue.close()
    assert queue.take(limit) == []


def test_what_is_there_is_taken_after_the_queue_was_closed() -> None:
    queue = BatchQueue[int]()
    queue.put(1)
    queue.close()
    assert [queue.take(8), queue.take(8), queue.take(8)] == [[1], [], []]


def test_each_taker_that_waits_gets_something_and_none_is_left_waiting() -> None:
    """One call puts in for all of them: who is woken wakes the next while something is left."""
    queue, takers, waiting = BatchQueue[int](), 4, threading.Semaphore(0)

    def take() -> list[int]:
        waiting.release()
        return queue.take(1)

    with ThreadPoolExecutor(takers) as pool:
        taken = [pool.submit(take) for _ in range(takers)]
        for _ in range(takers):
            waiting.acquire()
        queue.put(*range(takers))
        done, late = wait(taken, WAIT_S)
        queue.close()
        assert not late
        assert sorted(future.result()[0] for future in done) == list(range(takers))


def test_all_that_wait_go_when_the_queue_is_closed() -> None:
    queue, takers = BatchQueue[int](), 3
    with ThreadPoolExecutor(takers) as pool:
        taken = [pool.submit(queue.take, 1) for _ in range(takers)]
        queue.close()
        done, late = wait(taken, WAIT_S)
        assert not late
        assert [future.result() for future in done] == [[]] * takers
