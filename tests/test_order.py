"""Workers begin with what takes long, and end with what takes nothing; no test is lost or done twice."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.order import SECONDS, spread
from tests.rows import each_row
from xdist.scheduler.worksteal import WorkStealingScheduling  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Named:
    nodeid: str
    fixturenames: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return self.nodeid.partition("::")[0]


class Node:
    """A worker as xdist's scheduler sees it."""

    shutting_down = False
    gateway = SimpleNamespace(id="gw")

    def shutdown(self) -> None:
        """End once all is done."""

    def send_runtest_some(self, indices: list[int]) -> None:
        """Take them."""


CHEAP = [Named(f"tests/domain/test_{number % 40}.py::test_{number}") for number in range(2_003)]
DEAR = [Named(f"tests/e2e/test_{number % 30}.py::test_{number}") for number in range(180)]
LONG = [Named(f"{file}::test_{number}") for file in SECONDS for number in range(3)]
WALKING = [Named(f"tests/e2e/test_w{number % 3}.py::test", ("walked",) if number < 6 else ()) for number in range(9)]
BROWSING = [Named(f"tests/e2e/test_b{number % 8}.py::test_{number}", ("chromium",)) for number in range(24)]
ALL = sorted([*CHEAP, *DEAR, *LONG, *WALKING, *BROWSING], key=lambda test: test.file)


def given(tests: list[Named], workers: int) -> list[list[Named]]:
    """What xdist itself gives each worker to begin with."""
    scheduler = WorkStealingScheduling(type("Config", (), {"getvalue": lambda _self, _name: ["popen"] * workers})())
    nodes: list[Any] = [Node() for _ in range(workers)]
    for node in nodes:
        scheduler.add_node(node)
    for node in nodes:
        scheduler.add_node_collection(node, [str(number) for number in range(len(tests))])
    scheduler.schedule()
    return [[tests[index] for index in scheduler.node2pending[node]] for node in nodes]


@pytest.fixture(params=[2, 3, 4, 7])
def stretches(request: pytest.FixtureRequest) -> list[list[Named]]:
    return given(spread(ALL, request.param), request.param)


def test_no_test_is_lost_or_done_twice(stretches: list[list[Named]]) -> None:
    assert sorted(id(test) for stretch in stretches for test in stretch) == sorted(map(id, ALL))


def test_each_worker_begins_with_whole_files_that_take_long(stretches: list[list[Named]]) -> None:
    for stretch in stretches:
        dear = [not test.file.startswith("tests/domain") for test in stretch]
        assert dear == sorted(dear, reverse=True)
        assert any(dear)
        assert not all(dear[len(dear) // 2 :])
    files = [{test.file for test in stretch if not test.file.startswith("tests/domain")} for stretch in stretches]
    assert sum(map(len, files)) == len(set().union(*files)), "none is in two places"


def test_who_needs_the_same_walk_is_with_one_worker(stretches: list[list[Named]]) -> None:
    places = {number for number, stretch in enumerate(stretches) for test in stretch if test in WALKING}
    assert len(places) == 1


def test_half_of_the_workers_need_no_browser(stretches: list[list[Named]]) -> None:
    places = {number for number, stretch in enumerate(stretches) for test in stretch if test in BROWSING}
    assert 1 <= len(places) <= (len(stretches) + 1) // 2


def test_few_tests_are_shared_too() -> None:
    assert given(spread(CHEAP[:3], 2), 2) == [CHEAP[:1], CHEAP[1:3]]
    assert spread([], 3) == []


@each_row("file", SECONDS)
def test_file_that_is_named_exists(file: str) -> None:
    assert (ROOT / file).is_file()
