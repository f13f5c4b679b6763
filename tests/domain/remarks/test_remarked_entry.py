"""An entry that something was said of: what it is about, and where each remark was made."""

from tests.domain.remarks.test_entry import acknowledgement, contested, made, remarks, response


def test_marks_are_those_of_every_remark_and_of_a_withdrawal() -> None:
    stage = contested()
    entry = made(stage)
    answered = stage.says("inai", "ResponseGiven", response(entry, "i1"))
    acknowledged = stage.says("nosc", "EntryAcknowledged", acknowledgement(entry))
    withdrawn = stage.says("red", "EntryAcknowledged", acknowledgement(entry, withdraws=["i1"]))
    contest = made(stage, "EntryContested")
    indices = {mark.index for mark in remarks(stage, entry).marks}
    assert indices == {one.index for one in (contest, answered, acknowledged, withdrawn)}


def test_a_contest_is_found_by_its_id() -> None:
    stage = contested()
    about = remarks(stage, made(stage))
    contest = about.contest("i1")
    assert contest is not None
    assert contest.mark.party == "red"
    assert about.contest("i2") is None
