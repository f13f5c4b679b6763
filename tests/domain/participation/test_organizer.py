"""Who speaks for a gathering: members of its body, who is responsible, nobody else, and no body of others."""

from typing import Any

from tests.domain.participation.test_gathering import FORUM, called, convened, held, promised
from tests.domain.stage import Body, Stage, act_of, commitment, deliverable, milestone, rep, seated, small_scope
from tests.domain.tables import codes
from tests.rows import each_row

# `red` supports the second milestone, and sits nowhere; `otra` sits in another body.
SCOPE: Body = small_scope(
    actions=[],
    deliverables=[deliverable(form="event"), deliverable("e2", "m2", form="event")],
    milestones=[milestone(), milestone("m2", support=["red"])],
)
OF_THE_BODY: Body = {"governance_body": "cc"}
OF_ANOTHER: Body = {"governance_body": "friends"}
# Whose the gathering is, or what it is about, and who of the three organizes it.
ORGANIZES: list[tuple[Body, set[str]]] = [
    (OF_THE_BODY, {"inai"}),
    (OF_ANOTHER, {"otra"}),
    ({"about": {"commitment": "c1"}}, {"inai", "red"}),
    ({"about": {"commitment": "c1", "milestone": "m1"}}, {"inai"}),
    ({"about": {"commitment": "c1", "milestone": "m2"}}, {"inai", "red"}),
    ({"about": {"commitment": "c1", "deliverable": "e1"}}, {"inai"}),
    ({"about": {"commitment": "c1", "deliverable": "e2"}}, {"inai", "red"}),
    ({"about": {"commitment": "c1", "deliverable": "e2", "milestone": "m2"}}, {"inai", "red"}),
    ({"about": {"commitment": "proposal"}}, {"inai"}),
]


def three() -> Stage:
    stage = seated().adopted("c1", SCOPE, agreeing=("red",))
    stage.says("nosc", "CommitmentProposed", commitment("proposal"))
    stage.outsider("otra")
    return stage.body("friends", ("otra", "sfp"))


def without_matter(**changed: Any) -> Body:
    return {name: value for name, value in convened().items() if name != "about"} | changed


@each_row(("named", "organizers"), ORGANIZES)
def test_who_organizes_what(named: Body, organizers: set[str]) -> None:
    stage = three()
    codes_of = {
        who: stage.copy().code_of(who, "GatheringConvened", without_matter(**named)) for who in ("inai", "otra", "red")
    }
    assert codes_of == {who: "" if who in organizers else "E_ROLE" for who in codes_of}


def test_a_milestone_that_left_the_scope_is_nobodys_to_report_but_of_who_is_responsible_for_another() -> None:
    """What is about no milestone that is there is not open to everybody."""
    stage = three()
    stage.says("red", "GatheringConvened", convened(about={"commitment": "c1", "milestone": "m2"}))
    left = small_scope(actions=[], deliverables=[deliverable()], milestones=[milestone(support=["red"])])
    change: Body = {
        "commitment": "c1", "decision": "d-2", "declared_kind": "reduction", "from_version": 1, "scope": left,
    }  # fmt: skip
    stage.decided("d-2", act_of("ScopeChanged", change)).says("inai", "ScopeChanged", change)
    stage.on("2019-03-26")
    assert stage.code("otra", "GatheringHeld", held()) == "E_ROLE"
    stage.says("red", "GatheringHeld", held())


@each_row("type_name", ["GatheringConvened", "GatheringHeld"])
def test_an_outsider_organizes_nothing(type_name: str) -> None:
    stage = called().on("2019-03-26")
    body = convened() if type_name == "GatheringConvened" else held()
    assert stage.code("red", type_name, body) == "E_ROLE"


def test_a_member_of_another_body_organizes_nothing_of_this_one() -> None:
    """Two found a body of their own with an outsider, and call there what was promised here."""
    stage = promised().body("junta", ("red", "sfp"))
    body = convened(governance_body="junta")
    assert stage.code("red", "GatheringConvened", body) == "E_ROLE"
    assert stage.code("sfp", "GatheringConvened", body) == "E_POLICY"


def test_a_body_of_others_can_not_take_over_what_was_promised_when_it_is_held() -> None:
    stage = promised().body("junta", ("red", "sfp"))
    call = {name: value for name, value in convened(governance_body="junta").items() if name != "about"}
    stage.says("red", "GatheringConvened", call)
    stage.on("2019-03-26")
    assert stage.code("red", "GatheringHeld", held(about=FORUM)) == "E_ROLE"
    assert stage.code("sfp", "GatheringHeld", held(about=FORUM)) == "E_POLICY"


def test_who_fills_a_role_of_the_milestone_organizes_for_it() -> None:
    stage = promised()
    assert stage.code("red", "GatheringConvened", convened()) == "E_ROLE"
    stage.fill("consultant", "red").says("red", "GatheringConvened", convened())


def test_a_member_that_left_organizes_nothing_and_the_others_report() -> None:
    stage = promised()
    stage.says("nosc", "GatheringConvened", convened())
    stage.withdraw("nosc").on("2019-03-26")
    assert stage.code("nosc", "GatheringHeld", held()) == "E_ROLE"
    stage.says("inai", "GatheringHeld", held())


def test_a_secretariat_records() -> None:
    stage = promised()
    stage.join("inai", name="sec", capacity="secretariat")
    stage.says(rep("inai", "sec", "secretariat"), "GatheringConvened", convened())
    stage.on("2019-03-26").says(rep("inai", "sec", "secretariat"), "GatheringHeld", held())


@each_row(
    "about",
    [
        {"commitment": "c9"},
        {"commitment": "c1", "milestone": "m9"},
        {"commitment": "c1", "deliverable": "e9"},
    ],
)
def test_what_it_is_about_exists(about: Body) -> None:
    assert "E_NOT_FOUND" in codes(promised().refused("sfp", "GatheringConvened", convened(about=about)))


def test_its_body_exists() -> None:
    refusal = promised().refused("sfp", "GatheringConvened", convened(governance_body="cd"))
    assert "E_NOT_FOUND" in codes(refusal)
