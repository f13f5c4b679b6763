"""A table that is tried in one test: each row is, every wrong one is named, and what is no row's is passed on."""

import inspect
from typing import Any

import pytest
from tests.rows import each_row


def test_every_row_is_tried_and_every_wrong_one_is_named() -> None:
    tried: list[tuple[int, str]] = []

    @each_row("letter", ["a", "b"])
    @each_row(("number", "ignored"), [(1, None), (2, None), (3, None)])
    def check(number: int, letter: str, ignored: object) -> None:
        tried.append((number, letter))
        assert number != 2, "no two"
        if (number, letter) == (3, "b"):
            pytest.fail("not three b")

    with pytest.raises(BaseExceptionGroup, match="2 of 2 rows") as raised:
        check()
    assert tried == [(number, letter) for letter in "ab" for number in (1, 2, 3)]
    first, second = raised.value.exceptions
    assert [first.__notes__, second.__notes__] == [["row 0: ('a',)"], ["row 1: ('b',)"]]
    assert isinstance(first, BaseExceptionGroup)
    assert isinstance(second, BaseExceptionGroup)
    assert [str(error) for error in first.exceptions] == ["no two\nassert 2 != 2"]
    assert [error.__notes__ for error in second.exceptions] == [["row 1: (2, None)"], ["row 2: (3, None)"]]


def test_fixtures_and_self_are_passed_on_and_rows_are_no_fixtures() -> None:
    class TestOf:
        @each_row("a, b", {(1, 2): None}, ids=["the only one"])
        def check(self, desk: Any, a: int, b: int) -> None:
            assert (desk, a, b) == ("desk", 1, 2)

    TestOf().check(desk="desk")
    assert list(inspect.signature(TestOf.check).parameters) == ["self", "desk"]
    with pytest.raises(BaseExceptionGroup) as raised:
        TestOf().check(desk="another")
    assert raised.value.exceptions[0].__notes__ == ["row 0: the only one"]


def test_rows_that_are_skipped_are_said_and_hide_no_wrong_one() -> None:
    @each_row("number", [1, 2, 3])
    def check(number: int, limit: int) -> None:
        if number < 3:
            pytest.skip("too small")
        assert number < limit

    with pytest.raises(pytest.skip.Exception, match="2 of 3 rows: too small"):
        check(limit=4)
    with pytest.raises(BaseExceptionGroup, match="1 of 3 rows"):
        check(limit=3)


def test_a_table_without_rows_and_a_row_of_another_length_are_mistakes() -> None:
    with pytest.raises(ValueError, match="no rows of a"):
        each_row("a", [])
    with pytest.raises(ValueError, match="row 1 of a has a mark"):
        each_row("a", [1, pytest.param(2, marks=pytest.mark.slow)])
    check = each_row("a, b", [pytest.param(1, 2, 3, id="three")])(lambda a, b: None)
    with pytest.raises(BaseExceptionGroup) as raised:
        check()
    assert raised.value.exceptions[0].__notes__ == ["row 0: three"]


@each_row("end", [KeyboardInterrupt, SystemExit])
def test_who_ends_the_run_is_not_one_of_the_wrong_rows(end: type[BaseException]) -> None:
    @each_row("number", [1, 2])
    def check(number: int) -> None:
        raise end

    with pytest.raises(end):
        check()
