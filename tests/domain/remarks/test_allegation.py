"""Allegations: asserted, by whom, beside the scope; never a change of it."""

from typing import Any

import pytest
from tests.domain.stage import Body, seated, text
from tests.domain.tables import Walk

from constancia.domain.remarks.allegation import Allegation


def allegation(**changed: Any) -> Body:
    return {
        "alleged_actor": text("Dependencias"),
        "allegation": "al-1",
        "description": text("Se redujo"),
        "evidence": [],
        "plan": "plan-3",
        "since": "../2017-05",
        "unilateral": True,
    } | changed


def asserted() -> Any:
    stage = seated()
    stage.says("red", "ScopeReductionReported", allegation())
    return stage


WALK = Walk(
    kind="allegation",
    stream="allegation/al-1",
    table={"ScopeReductionReported": {"none": "asserted"}},
    reach={"none": seated, "asserted": asserted},
    acts={"ScopeReductionReported": lambda stage: ("red", "ScopeReductionReported", allegation())},
)


@pytest.mark.parametrize(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_17_an_allegation_stays_asserted_and_says_by_whom() -> None:
    found = asserted().find(Allegation, "allegation/al-1")
    assert (found.status, found.said.party, found.report.since) == ("asserted", "red", "../2017-05")


def test_9_an_allegation_changes_no_scope() -> None:
    stage = seated().adopted()
    commitment = stage.state.aggregates["commitment/c1"]
    stage.says("red", "ScopeReductionReported", allegation())
    assert stage.state.aggregates["commitment/c1"] is commitment


def test_20_what_is_reported_has_begun() -> None:
    assert seated().code("red", "ScopeReductionReported", allegation(since="2019-04")) == "E_DATE"
