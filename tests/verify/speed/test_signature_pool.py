"""Work in the threads of the signature pool: results in order, a bounded number ahead."""

import threading
from collections.abc import Iterator

import pytest

from constancia.verify.report.findings import Findings
from constancia.verify.speed import signature_pool
from constancia.verify.speed.signature_pool import Pool


def test_results_come_in_order_however_long_each_takes() -> None:
    others = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert others.wait(60), "nothing ran side by side with the first"
        elif number == 5:
            others.set()
        return number * number

    with Pool(Findings("store", "here"), 2) as pool:
        assert list(pool.each(work, range(40))) == [number * number for number in range(40)]


def test_items_are_read_a_bounded_number_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature_pool, "WAITING", 3)
    read: list[int] = []

    def items() -> Iterator[int]:
        for number in range(50):
            read.append(number)
            yield number

    with Pool(Findings("store", "here"), 2) as pool:
        for number in pool.each(lambda number: number, items()):
            assert len(read) <= number + 6
    assert len(read) == 50


def test_error_of_the_work_is_the_callers() -> None:
    with Pool(Findings("store", "here"), 2) as pool, pytest.raises(ZeroDivisionError):
        list(pool.each(lambda number: 1 // number, [1, 0]))
