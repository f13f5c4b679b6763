"""Every act that the whole story says can be said through its form: what is asked is what the body holds, no less."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.forms_story import wanted_for

from constancia.api.demo.run import DemoResult
from constancia.api.forms.answers.filling import answers_of
from constancia.api.forms.answers.reading import form_fault, read
from constancia.api.forms.builder import Builder
from constancia.api.forms.fields import Form
from constancia.domain.state import State
from constancia.ledger.clock import SystemClock
from constancia.ledger.ledger import Ledger

NOT_BY_FORM = {"LedgerOpened"}  # `constancia init` opens a ledger


@pytest.fixture(scope="module")
def told(
    played_whole: tuple[Path, DemoResult],
) -> Iterator[list[tuple[dict[str, Any], Form, dict[str, Any], list[str]]]]:
    """Every statement of the story with its form as it was then, the body that was read, and what was wrong."""
    rows = []
    with Ledger.open(played_whole[0], clock=SystemClock(), signer=None) as ledger:
        state = State(ledger.origin)
        for index in range(ledger.size):
            raw = ledger.log.entry(index)
            statement = json.loads(raw)["statement"]
            recorded = ledger.log.lookup(ledger.log.leaf_hash(index).hex())
            assert recorded is not None
            if statement["type"] not in NOT_BY_FORM:
                form = Builder(state, is_demonstration=True).form(wanted_for(statement, state))
                answers = answers_of(form.fields, statement["body"])
                body, faults = read(form, answers, lambda text: text)
                wrong = [f"{fault.path}: {fault.code} {fault.params}" for fault in faults]
                fault = form_fault(form, body, state.edition)
                rows.append((statement, form, body, wrong + ([f"form {fault.path}"] if fault else [])))
            state.apply(recorded, lookup=ledger.log.lookup)
        yield rows


def test_every_body_of_the_story_is_read_back_from_its_form(told: list[tuple[Any, Form, Any, list[str]]]) -> None:
    wrong = [
        (
            at + 1,
            statement["type"],
            faults,
            {name for name in statement["body"] if body.get(name) != statement["body"][name]},
        )
        for at, (statement, _form, body, faults) in enumerate(told)
        if body != statement["body"] or faults
    ]
    assert wrong == []
