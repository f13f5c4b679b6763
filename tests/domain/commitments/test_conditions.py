"""Conditions as the texts have them: declared in each language, settled once, and the fallback begins on failure."""

from datetime import UTC, datetime
from typing import Any

from tests.domain.stage import Body, Stage, commitment, deliverable, doc, milestone, seated, small_scope, text
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.commitments.commitment import Commitment, DeclaredCondition
from constancia.domain.facts.derive import derive

FAR = datetime(2030, 1, 1, tzinfo=UTC)
CONDITION: Body = {"en": "subject to the availability of resources", "es": "sujeto a la disponibilidad de recursos"}
FALLBACK: Body = {"en": "the participants will carry it out", "es": "la realizarán sus integrantes"}
SCOPE = small_scope(
    deliverables=[deliverable("e1"), deliverable("e2", "m2")],
    milestones=[
        milestone("m1", lead=["consultant"], fallback={"condition": CONDITION, "parties": ["members"]}),
        milestone("m2", lead=["nosc"]),
    ],
)


def declaration(**changed: Any) -> Body:
    return {
        "commitment": "c1",
        "condition": "fn2",
        "fallback": FALLBACK,
        "kind": "resource",
        "milestone": "m1",
        "source": doc(),
        "text": CONDITION,
    } | changed


def elsewhere(**changed: Any) -> Body:
    body = declaration(condition="r1", kind="return", concerns="governance/cc", text=text("Se atienden las causas"))
    return {name: value for name, value in body.items() if name not in ("fallback", "milestone")} | changed


def settling(**changed: Any) -> Body:
    return {"commitment": "c1", "milestone": "m1", "outcome": "failed", "reasons": text("No hay recursos")} | changed


def of_a_condition(name: str = "r1", outcome: str = "met") -> Body:
    return {"commitment": "c1", "condition": name, "outcome": outcome, "reasons": text("Así fue")}


def expecting() -> Stage:
    return seated().adopted("c1", SCOPE)


def declared(stage: Stage, name: str = "fn2") -> DeclaredCondition | None:
    return stage.find(Commitment, "commitment/c1").declared_condition(name)


def began(stage: Stage) -> list[Any]:
    return [fact.params for fact in derive(stage.state, FAR) if fact.kind == "FallbackBegan"]


def test_footnote_2_is_on_record_in_each_language_once_all_members_have_said_it() -> None:
    stage = expecting()
    stage.each("ConditionDeclared", declaration(), ("inai", "nosc"))
    assert declared(stage) is None
    stage.says("sfp", "ConditionDeclared", declaration())
    found = declared(stage)
    assert found is not None
    assert found.fallback is not None
    assert found.fallback.to_json() == FALLBACK
    assert (found.kind, found.milestone, found.outcome) == ("resource", "m1", None)


def test_the_fallbacks_duty_begins_when_the_condition_has_failed_and_not_before() -> None:
    stage = expecting()
    stage.each("ConditionDeclared", declaration())
    assert began(stage) == []
    stage.each("ConditionSettled", settling(), ("inai", "nosc"))
    assert began(stage) == []
    stage.says("sfp", "ConditionSettled", settling())
    assert began(stage) == [{"bearers": ["inai", "nosc", "sfp"], "milestone": "m1"}]


def test_a_condition_that_is_met_begins_no_fallback() -> None:
    stage = expecting()
    stage.each("ConditionSettled", settling(outcome="met"))
    assert began(stage) == []


@each_row(
    ("who", "body", "code"),
    [
        ("red", declaration(), "E_NOT_SEATED"),
        ("inai", declaration(milestone="m9"), "E_NOT_FOUND"),
        ("inai", declaration(milestone="m2"), "E_NOT_FOUND"),
        ("inai", declaration(text=text("Otra condición")), "E_POLICY"),
        ("inai", declaration(text={"es": CONDITION["es"]}), "E_POLICY"),
        ("inai", elsewhere(concerns="agreement/ag-9"), "E_NOT_FOUND"),
        ("inai", declaration(concerns="governance/cc"), "E_MALFORMED"),
        ("inai", elsewhere(fallback=FALLBACK), "E_MALFORMED"),
        ("inai", declaration(kind="hope"), "E_MALFORMED"),
    ],
)
def test_no_second_truth_beside_the_scope(who: str, body: Body, code: str) -> None:
    assert code in codes(expecting().refused(who, "ConditionDeclared", body, stream="commitment/c1"))


def test_nothing_is_declared_of_a_commitment_without_a_scope() -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    assert codes(stage.refused("inai", "ConditionDeclared", declaration())) == {"E_STATE"}


def test_a_condition_of_something_else_is_settled_under_its_own_name_once() -> None:
    stage = expecting()
    assert stage.code("inai", "ConditionSettled", of_a_condition()) == "E_NOT_FOUND"
    stage.each("ConditionDeclared", elsewhere())
    assert stage.code("inai", "ConditionDeclared", elsewhere()) == "E_STATE"
    stage.each("ConditionSettled", of_a_condition())
    found = declared(stage, "r1")
    assert found is not None
    assert (found.outcome, found.concerns) == ("met", "governance/cc")
    assert found.settled is not None
    assert stage.code("inai", "ConditionSettled", of_a_condition(outcome="failed")) == "E_STATE"


def test_a_milestones_condition_is_settled_under_the_milestones_name_alone() -> None:
    stage = expecting()
    stage.each("ConditionDeclared", declaration())
    assert stage.code("inai", "ConditionSettled", of_a_condition("fn2")) == "E_POLICY"
    for body in (settling(condition="fn2"), {name: settling()[name] for name in ("commitment", "outcome", "reasons")}):
        assert "E_MALFORMED" in codes(stage.refused("inai", "ConditionSettled", body, stream="commitment/c1"))


def test_who_has_left_since_is_not_awaited() -> None:
    stage = expecting()
    stage.each("ConditionDeclared", declaration(), ("inai", "sfp"))
    stage.withdraw("nosc").says("sfp", "ConditionDeclared", declaration())
    assert declared(stage) is not None
