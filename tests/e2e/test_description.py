"""The description against a whole process: every row of every size and day, every body that was signed."""

import copy
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.api.description.schemas import closed, faults, validator

from constancia.api.demo.run import DemoResult
from constancia.api.description.forms import Forms
from constancia.api.description.rows import ROWS
from constancia.api.routers.acts import schema_of
from constancia.domain.catalogue import REGISTRY
from constancia.domain.values.values import FormError
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections import STATE_PROJECTIONS

EVERY = 23
DAYS = (date(2019, 6, 1), date(2026, 1, 1))
ASKED: tuple[dict[str, Any], ...] = ({"at": "2019-06-10"}, {"at": "2019"}, {"at": "2021-03"}, {"at": "2018-01-01"})


@pytest.fixture(scope="module")
def ledger(played_whole: tuple[Path, DemoResult]) -> Iterator[Ledger]:
    with Ledger.open(played_whole[0], clock=SystemClock(), signer=None) as opened:
        yield opened


def test_y3_every_row_has_its_form(ledger: Ledger) -> None:
    forms = Forms()
    checked = {name: forms.of(row) for name, row in ROWS.items()}
    valid = {name: validator(schema, closed(forms.components)) for name, schema in checked.items()}
    wrong, with_rows = set[tuple[str, str]](), set[str]()
    for size in [*range(1, ledger.size, EVERY), ledger.size]:
        for projection in STATE_PROJECTIONS:
            for row in projection.rows(ledger.state(size), DAYS[size % 2]):
                with_rows.add(projection.name)
                wrong |= {(projection.name, fault) for fault in faults(valid[projection.name], row)}
    for asked in ASKED:
        reading = ledger.as_of(**asked)
        for projection in STATE_PROJECTIONS:
            for row in reading.each(projection.name):
                wrong |= {(projection.name, fault) for fault in faults(valid[projection.name], row)}
    assert sorted(wrong)[:20] == []
    assert with_rows == set(ROWS), "each kind of row is there"


def spoiled(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same body with a member too many, one too few, and each in another type."""
    yield {**body, "no_such_member": 1}
    for name in body:
        yield {member: value for member, value in body.items() if member != name}
        yield {**body, name: 1.5}
        yield {**body, name: None}
        yield {**body, name: "x" * 9_000}
        yield {**body, name: [["x"]]}


def is_read(name: str, body: dict[str, Any]) -> bool:
    try:
        REGISTRY[name].parse(copy.deepcopy(body))
    except FormError:
        return False
    return True


def test_y1_schema_takes_what_the_parser_takes(ledger: Ledger) -> None:
    bodies: dict[str, list[dict[str, Any]]] = {}
    for raw in ledger.log.entries(0, ledger.size):
        statement = json.loads(raw)["statement"]
        bodies.setdefault(statement["type"], []).append(statement["body"])
    refused, taken, tried = [], [], 0
    for name, listed in bodies.items():
        checked = validator(schema_of(name), {})
        for body in listed[:3]:
            assert list(faults(checked, body)) == [], name
            for other in spoiled(body):
                tried += 1
                is_valid, is_parsed = checked.is_valid(other), is_read(name, other)
                refused += [(name, other)] if is_parsed and not is_valid else []
                taken += [(name, other)] if is_valid and not is_parsed else []
    assert refused == [], "what the ledger reads, the schema takes"
    assert len(taken) * 50 < tried, "rules between members are the only thing that a schema does not say"
    assert len(bodies) > 60
