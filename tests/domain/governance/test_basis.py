"""What a decision carries: an act rests on a signed decision of the right body about exactly this act."""

from tests.domain.commitments.test_commitment import status
from tests.domain.governance.test_body import comeback
from tests.domain.plans.test_deadline import extending
from tests.domain.plans.test_plan import carrying, opening
from tests.domain.stage import Body, Stage, act_of, commitment, milestone, proposed, root, seated, small_scope
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY
from constancia.domain.values.values import digest


def adopting(**changed: object) -> Body:
    return {"commitment": "c1", "decision": "d-c1", "scope": small_scope()} | changed


def put_to_the_vote() -> Stage:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    stage.says("inai", "DecisionProposed", proposed("d-c1", act_of("CommitmentAdopted", adopting())))
    return stage


def test_a_decision_that_nobody_made_is_no_basis() -> None:
    stage = put_to_the_vote()
    assert stage.code("inai", "CommitmentAdopted", adopting(decision="d-c9")) == "E_NOT_FOUND"


def test_a_decision_is_a_basis_from_its_last_signature_on() -> None:
    stage = put_to_the_vote()
    act = digest(act_of("CommitmentAdopted", adopting()))
    stage.each("VoteCast", {"choice": "for", "decision": "d-c1", "digest": act})
    stage.each("DecisionSigned", {"decision": "d-c1", "digest": act}, ("inai", "nosc"))
    refusal = stage.refused("inai", "CommitmentAdopted", adopting())
    assert (refusal.code, refusal.judged_against["is"]) == ("E_POLICY", "adopted")
    stage.says("sfp", "DecisionSigned", {"decision": "d-c1", "digest": act})
    stage.says("inai", "CommitmentAdopted", adopting())


def test_another_act_than_the_one_decided_has_no_basis() -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    stage.decided("d-c1", act_of("CommitmentAdopted", adopting()))
    other = adopting(scope=small_scope(milestones=[milestone(window="2020")]))
    refusal = stage.refused("inai", "CommitmentAdopted", other)
    assert codes(refusal) == {"E_DIGEST_MISMATCH"}


def test_another_bodys_decision_changes_nothing() -> None:
    """Else any two parties could found a body of their own, and decide there what they could not decide here."""
    stage = seated().adopted()
    stage.body("dd", ("inai", "sfp"))
    change = {
        "commitment": "c1", "decision": "d-2", "declared_kind": "deferral", "from_version": 1,
        "scope": small_scope(milestones=[milestone(window="2020")]),
    }  # fmt: skip
    put = proposed("d-2", act_of("ScopeChanged", change), governance_body="dd")
    refusal = stage.refused("inai", "DecisionProposed", put)
    assert (codes(refusal), refusal.judged_against["body"]) == ({"E_POLICY"}, "cc")


def test_what_one_alone_decided_under_the_first_edition_is_adopted_under_no_later_one() -> None:
    """The others abstained, and then could not speak any more: nobody is missing, and one is still too few."""
    stage = seated(edition=1)
    stage.says("inai", "CommitmentProposed", commitment())
    act = act_of("CommitmentAdopted", adopting())
    word = {"decision": "d-c1", "digest": digest(act)}
    stage.says("inai", "DecisionProposed", proposed("d-c1", act))
    stage.each("VoteCast", word | {"choice": "abstain"}, ("nosc", "sfp"))
    stage.says("inai", "VoteCast", word | {"choice": "for"})
    stage.says("inai", "DecisionSigned", word)
    assert stage.status("decision/d-c1") == "signed"
    stage.lose("rep-nosc", "root-nosc", "rep-sfp", "root-sfp")
    stage.says(root("inai"), "LawEditionAdopted", {"edition": 3})
    refusal = stage.refused("inai", "CommitmentAdopted", adopting())
    assert (codes(refusal), refusal.judged_against["missing"]) == ({"E_POLICY"}, [])


ADOPTING: Body = {"commitment": "c3", "scope": small_scope(milestones=[milestone(lead=["inai"])])}
CHANGING: Body = {
    "commitment": "c1", "declared_kind": "deferral", "from_version": 1,
    "scope": small_scope(milestones=[milestone(window="2020")]),
}  # fmt: skip
BINDING: dict[str, Body] = {
    "CommitmentAdopted": ADOPTING,
    "CommitmentCarriedIntoPlan": carrying(),
    "CommitmentStatusDecided": status(),
    "DeadlineMoved": extending(),
    "ScopeChanged": CHANGING,
}


@each_row("type_name", BINDING)
def test_who_sits_again_is_not_bound_by_what_the_others_signed_meanwhile(type_name: str) -> None:
    stage = seated().adopted()
    stage.each("ActionPlanOpened", opening())
    stage.says("nosc", "CommitmentProposed", commitment("c3"))
    body = BINDING[type_name] | {"decision": "d-x"}
    stage.withdraw("sfp").decided("d-x", act_of(type_name, body), voters=("inai", "nosc"))
    stage.copy().says("inai", type_name, body)
    stage.says(root("sfp"), "PartyReturned", comeback("sfp"))
    stage.each("PartyReturned", comeback("sfp"), ("inai", "nosc"))
    refusal = stage.refused("inai", type_name, body)
    assert (refusal.code, refusal.judged_against["missing"]) == ("E_POLICY", ["sfp"])


def test_every_act_that_binds_all_is_tried() -> None:
    assert BINDING.keys() == {name for name, cls in REGISTRY.items() if cls.BY_ALL}


def test_a_change_of_what_has_no_scope_is_not_put_to_the_vote() -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    for version in (0, 1):
        change = act_of("ScopeChanged", CHANGING | {"decision": "d-x", "from_version": version})
        refusal = stage.refused("inai", "DecisionProposed", proposed("d-x", change))
        assert refusal.code == "E_STATE"
        assert refusal.judged_against["broken"] == "an adopted commitment's scope is changed"
