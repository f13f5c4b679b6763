"""Rules: what a predicate answers becomes problems; its annotations say when it is asked."""

from collections.abc import Iterable
from typing import Any

import pytest
from tests.domain.stage import commitment, founded
from tests.rows import each_row

from constancia.domain.kernel.aggregate import Aggregate
from constancia.domain.kernel.context import Context
from constancia.domain.kernel.problems import Problem
from constancia.domain.kernel.rules import ActRule, Breach, Met, is_asked_without, rule

LAMP = Aggregate(stream="lamp/l1")


@pytest.fixture(scope="module")
def at() -> Context:
    stage = founded()
    return Context(state=stage.state, recorded=stage.entry("nosc", "CommitmentProposed", commitment()))


def answering(answer: Breach) -> ActRule[Any, Any]:
    @rule("E_STATE", "the lamp is off", "la lámpara está apagada")
    def lamp_is_off(act: object, on: object, at: Context) -> Breach:
        return answer

    return lamp_is_off


def met(one: ActRule[Any, Any], on: Aggregate | None, at: Context) -> list[Met]:
    problems = list(one.problems(None, on, at))
    assert all((problem.code, problem.rule) == (one.code, one.en) for problem in problems)
    return [problem.found for problem in problems]


@each_row(
    ("answer", "found"),
    [
        (None, []),
        (False, []),
        (True, [{}]),
        ({"is": "on"}, [{"is": "on"}]),
        ({}, [{}]),
        ([], []),
        ([{"lamp": "l1"}, {"lamp": "l2"}], [{"lamp": "l1"}, {"lamp": "l2"}]),
    ],
)
def test_an_answer_is_no_breach_one_or_one_for_each_item(answer: Breach, found: list[Met], at: Context) -> None:
    assert met(answering(answer), LAMP, at) == found


def test_a_generator_is_read_once_for_each_act(at: Context) -> None:
    @rule("E_STATE", "no lamp is on", "ninguna lámpara está encendida")
    def none_is_on(act: object, on: object, at: Context) -> Iterable[Met]:
        yield {"lamp": "l1"}

    assert met(none_is_on, None, at) == met(none_is_on, None, at) == [{"lamp": "l1"}]


@rule("E_STATE", "the lamp is on", "la lámpara está encendida")
def only_of_a_lamp(act: object, on: Aggregate, at: Context) -> Breach:
    return on.status == "none"


@rule("E_STATE", "the lamp is on", "la lámpara está encendida")
def also_without(act: object, on: Aggregate | None, at: Context) -> Breach:
    return on is None


def test_the_annotation_of_the_aggregate_says_whether_a_rule_is_asked_without_one(at: Context) -> None:
    assert [is_asked_without(one) for one in (only_of_a_lamp, also_without, answering(True))] == [False, True, True]
    assert met(only_of_a_lamp, None, at) == []
    assert met(only_of_a_lamp, LAMP, at) == [{}]
    assert met(also_without, None, at) == [{}]


def test_a_problem_carries_code_words_and_what_was_met(at: Context) -> None:
    (problem,) = answering({"is": "on"}).problems(None, LAMP, at)
    assert problem == Problem(code="E_STATE", rule="the lamp is off", found={"is": "on"})
