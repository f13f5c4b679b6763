"""Answers to a complaint are those of the accused."""

from tests.domain.complaints.test_complaint import (
    admitted,
    answered,
    complaint,
    filing_entry,
    missed,
    resolution,
)
from tests.domain.governance.test_succession import ending
from tests.domain.stage import text

from constancia.domain.complaints.answers import first_answers
from constancia.domain.identity.succession import open_duties
from constancia.domain.kernel.acts import REGISTRY


def test_a_word_of_others_is_no_answer_of_the_accused() -> None:
    if "ResponseGiven" in REGISTRY:
        leaf = filing_entry(admitted()).leaf_hash
        stage = admitted()
        leaf = filing_entry(stage).leaf_hash
        assert stage.code("inai", "ResponseGiven", {"response": text("X"), "target": leaf}) == "E_ROLE"
    else:
        stage = answered(admitted(), "inai")
    assert missed(stage.on("2020-01-01")) == ["response sfp"]


ANSWER = "complaint/q1#answer"


def test_13_an_owed_answer_is_an_open_duty_that_a_successor_takes_over() -> None:
    stage = admitted()
    stage.outsider("nueva", "sfp")
    assert open_duties(stage.state, "sfp") == {ANSWER}
    assert stage.code("sfp", "PartySucceeded", ending("sfp", "nueva")) == "E_POLICY"
    stage.each("PartySucceeded", ending("sfp", "nueva", moved=[ANSWER]), ("sfp", "nueva", "inai", "nosc"))
    response = {"response": text("Ya se publicó"), "target": filing_entry(stage).leaf_hash}
    assert stage.code("sfp", "ResponseGiven", response) == "E_PARTY_SUCCEEDED"
    assert stage.code("red", "ResponseGiven", response) == "E_ROLE"
    stage.says("nueva", "ResponseGiven", response)
    assert first_answers(stage.state, complaint(stage))["sfp"].party == "nueva"


def test_26_who_succeeds_the_accused_decides_nothing_of_it() -> None:
    stage = admitted(addressed_to="red")
    stage.each("PartySucceeded", ending("sfp", "inai", moved=[ANSWER]), ("sfp", "inai", "nosc"))
    assert stage.code("inai", "ComplaintResolved", resolution()) == "E_SELF_DEALING"


def test_an_answer_is_owed_by_nobody_once_the_complaint_is_resolved() -> None:
    stage = admitted()
    stage.on("2019-06-01").says("inai", "ComplaintResolved", resolution())
    assert open_duties(stage.state, "sfp") == frozenset()
