"""Allegations: asserted, by whom, beside the scope; never a change of it."""

from dataclasses import replace
from functools import partial
from typing import Any

from tests.domain.stage import Body, Stage, Voice, rep, seated, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.remarks.allegation import ASKED, Allegation, allegations_about
from constancia.domain.remarks.entry_standing import standing_of


def reduction(**changed: Any) -> Body:
    """What the second edition says of a reduction of scope."""
    return {
        "alleged_actor": text("Dependencias"),
        "allegation": "al-1",
        "description": text("Se redujo"),
        "evidence": [],
        "plan": "plan-3",
        "since": "../2017-05",
        "unilateral": True,
    } | changed


def allegation(**changed: Any) -> Body:
    return reduction(kind="scope_reduction") | changed


def surveillance(**changed: Any) -> Body:
    body = allegation(kind="surveillance") | changed
    return {name: value for name, value in body.items() if name not in ("plan", "unilateral")}


def asserted() -> Stage:
    stage = seated()
    stage.says("red", "AllegationMade", allegation())
    return stage


def reported() -> Stage:
    stage = seated(edition=2)
    stage.says("red", "ScopeReductionReported", reduction())
    return stage


WALK = Walk(
    kind="allegation",
    stream="allegation/al-1",
    table={"AllegationMade": {"none": "asserted"}, "ScopeReductionReported": {"none": "asserted"}},
    reach={"none": seated, "asserted": asserted},
    acts={"AllegationMade": lambda stage: ("red", "AllegationMade", allegation())},
    ended=frozenset({"ScopeReductionReported"}),
)
FORMER = replace(
    WALK,
    reach={"none": partial(seated, edition=2), "asserted": reported},
    acts={"ScopeReductionReported": lambda stage: ("red", "ScopeReductionReported", reduction())},
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


@each_row(("state", "act"), FORMER.pairs())
def test_every_pair_of_a_former_edition_moves_as_the_table_says(state: str, act: str) -> None:
    FORMER.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


@each_row("made", [asserted, reported])
def test_17_an_allegation_stays_asserted_and_says_by_whom(made: Any) -> None:
    stage = made()
    found = stage.find(Allegation, "allegation/al-1")
    assert (found.status, found.said.party, found.report.since) == ("asserted", "red", "../2017-05")
    assert standing_of(stage.state, found.said.leaf_hash) == "asserted"


def test_9_an_allegation_changes_no_scope_and_is_found_with_what_it_names() -> None:
    stage = seated().adopted()
    commitment = stage.state.aggregates["commitment/c1"]
    stage.says("red", "AllegationMade", allegation(commitment="c1"))
    assert stage.state.aggregates["commitment/c1"] is commitment
    for stream in ("commitment/c1", "plan/plan-3"):
        assert [one.stream for one in allegations_about(stage.state, stream)] == ["allegation/al-1"]
    assert list(allegations_about(stage.state, "plan/plan-4")) == []


def test_20_what_is_alleged_has_begun() -> None:
    assert seated().code("red", "AllegationMade", allegation(since="2019-04")) == "E_DATE"
    assert seated(edition=2).code("red", "ScopeReductionReported", reduction(since="2019-04")) == "E_DATE"


def test_each_kind_asks_for_its_members_and_has_no_others() -> None:
    stage, stream = seated(), "allegation/al-1"
    stage.says("red", "AllegationMade", surveillance(allegation="al-2"))
    for missing in ("plan", "unilateral"):
        body = {name: value for name, value in allegation().items() if name != missing}
        assert stage.code("red", "AllegationMade", body, stream=stream) == "E_MALFORMED"
    for kind in ASKED.keys() - {"scope_reduction"}:
        assert stage.code("red", "AllegationMade", allegation(kind=kind), stream=stream) == "E_MALFORMED"
    assert stage.code("red", "AllegationMade", allegation(kind="treason"), stream=stream) == "E_MALFORMED"
    assert stage.code("red", "AllegationMade", allegation(accused=[]), stream=stream) == "E_MALFORMED"


def test_the_commitment_and_the_accused_exist() -> None:
    assert seated().code("red", "AllegationMade", allegation(commitment="c9")) == "E_NOT_FOUND"
    assert seated().code("red", "AllegationMade", allegation(accused=["nobody"])) == "E_NOT_FOUND"


def test_nobody_accuses_a_party_that_it_speaks_for() -> None:
    stage = seated()
    stage.join("inai", name="double", person="p-red")
    assert stage.code("inai", "AllegationMade", allegation(accused=["inai"])) == "E_SELF_DEALING"
    assert stage.code("red", "AllegationMade", allegation(accused=["inai", "sfp"])) == "E_SELF_DEALING"
    stage.says("red", "AllegationMade", allegation(accused=["sfp"]))


def test_a_secretariat_alleges_nothing_for_its_party() -> None:
    stage = seated()
    voice: Voice = stage.join("inai", name="oficina", capacity="secretariat")
    assert codes(stage.refused(voice, "AllegationMade", allegation())) == {"E_ROLE"}
    stage.says(rep("inai"), "AllegationMade", allegation())
