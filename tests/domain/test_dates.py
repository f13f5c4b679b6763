"""Dates as anybody may write them, in every act: an impossible one is refused with its code."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.domain.tables import Walk, codes

HERE = Path(__file__).parent


def walks() -> Iterator[Walk]:
    for path in sorted(HERE.glob("*/test_*.py")):
        if "\nWALK = " in path.read_text(encoding="utf-8"):
            yield import_module(f"tests.domain.{path.parent.name}.{path.stem}").WALK


def places() -> Iterator[Any]:
    """Each act of each kind of aggregate, in each state in which it is taken."""
    for walk in walks():
        for act, moves in walk.table.items():
            for state in moves:
                if act in walk.acts:
                    yield pytest.param(walk, state, act, id=f"{walk.kind}-{state}-{act}")


@pytest.mark.parametrize("when", ["2019-02-30", "2019-13"])
@pytest.mark.parametrize(("walk", "state", "act"), tuple(places()))
def test_an_impossible_date_is_refused_as_such(walk: Walk, state: str, act: str, when: str) -> None:
    stage = walk.reach[state]()
    who, type_name, body = walk.acts[act](stage)
    assert "E_DATE" in codes(stage.refused(who, type_name, body, occurred_on=when, mode="live"))
