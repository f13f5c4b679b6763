"""Guards together: the first that refuses speaks for all, and what changes is logged once."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from constancia.domain.kernel.problems import Problem
from constancia.ledger.append.write_guard import WriteGuard, WriteGuards
from constancia.ledger.errors import ClockRefused, WritesRefused

NOW = datetime(2019, 3, 1, tzinfo=UTC)
STATEMENT: Any = None  # looked at by no guard here


class Refusing(WriteGuard):
    """A guard whose answers the test sets."""

    def __init__(self) -> None:
        self.refused: WritesRefused | None = None
        self.objected: Problem | None = None
        self.waited: list[bool] = []

    def refusal(self, *, wait: bool = False) -> WritesRefused | None:
        self.waited.append(wait)
        return self.refused

    def objection(self, statement: Any, now: datetime) -> Problem | None:
        return self.objected


def refused(name: str) -> WritesRefused:
    return ClockRefused(f"{name} en español", f"{name} in English")


def test_g1_first_guard_that_refuses_or_objects_speaks_for_all() -> None:
    parts = [Refusing() for _ in range(3)]
    guards = WriteGuards([WriteGuard(), *parts])
    assert (guards.refusal(), guards.objection(STATEMENT, NOW)) == (None, None)
    for part in reversed(parts):
        part.refused, part.objected = refused("clock"), Problem(code="E_DATE", rule="r")
        assert guards.refusal() is part.refused
        assert guards.objection(STATEMENT, NOW) is part.objected
    assert (WriteGuards().refusal(), WriteGuards().objection(STATEMENT, NOW)) == (None, None)


def test_only_the_writer_waits() -> None:
    part = Refusing()
    guards = WriteGuards([part])
    guards.refusal()
    guards.refusal(wait=True)
    assert part.waited == [False, True]


def test_g2_each_change_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    part = Refusing()
    guards = WriteGuards([part])
    for answer in (None, None, refused("clock"), refused("clock"), None, None, refused("clock")):
        part.refused = answer
        guards.refusal()
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL, logging.WARNING, logging.CRITICAL]
    assert caplog.messages[0].startswith(f"{refused('clock').code}: ")
    assert caplog.messages[1] == "the ledger takes statements in again"
