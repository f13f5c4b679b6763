"""An error that is stored and raised for each who asks: it does not grow, and keeps nothing of who asked."""

import ast
import asyncio
import gc
import weakref
from pathlib import Path

import pytest
from tests.ledger.conftest import Desk

from constancia.ledger.append.write_guard import WriteGuard
from constancia.ledger.errors import Fatal, WritesRefused
from constancia.ledger.store.postgres_errors import unavailable

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("api", "domain", "ledger", "verify")


class Asker:
    """What a request has in its frame: all of its body."""


def length(error: BaseException) -> int:
    trace, frames = error.__traceback__, 0
    while trace is not None:
        trace, frames = trace.tb_next, frames + 1
    return frames


def is_class(raised: ast.Attribute) -> bool:
    return raised.attr[0].isupper()


def test_stopped_writer_refuses_each_alike_and_keeps_no_request(desk: Desk) -> None:
    sequencer = desk.parts.sequencer
    assert sequencer is not None
    sequencer.stop(ValueError("a fault"))
    signed = desk.world.commitment("zz")[0]().parsed
    lengths, askers = set[int](), list["weakref.ref[Asker]"]()

    def ask() -> None:
        asker = Asker()
        askers.append(weakref.ref(asker))
        with pytest.raises(Fatal) as caught:
            sequencer.submit(signed)
        lengths.add(length(caught.value))

    for _ in range(20):
        ask()
    gc.collect()
    assert len(lengths) == 1, "the trace of one is not in the trace of the next"
    assert sum(asker() is not None for asker in askers) <= 1, "of the last one alone, until the next asks"


def test_guard_that_gives_the_same_error_each_time_keeps_no_request(desk: Desk) -> None:
    """As that of a token that is away does: batch after batch would be in the trace of the next."""
    signed, error = desk.world.commitment("zz")[0]().parsed, unavailable("E_STORE_GONE")

    class Away(WriteGuard):
        def refusal(self, *, wait: bool = False) -> WritesRefused | None:
            return error

    desk.writer.guard = Away()

    async def ask() -> int:
        with pytest.raises(WritesRefused) as caught:
            await desk.ledger.submit_async(signed)
        return length(caught.value)

    async def ask_often() -> set[int]:
        return {await ask() for _ in range(10)}

    assert len(asyncio.run(ask_often())) == 1


def test_no_stored_error_is_raised_with_the_traces_of_before() -> None:
    """`raise self.x` goes on from where `x` was raised the last time: each request would stay in memory."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for floor in FLOORS
        for path in sorted((ROOT / floor).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Attribute) and not is_class(node.exc)
    ]
    assert not wrong, "raise it .with_traceback(None)"
