"""Answers to a complaint are those of the accused."""

from tests.domain.complaints.test_complaint import admitted, answered, filing_entry, missed
from tests.domain.stage import text

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
