"""A signed decision of another body is no basis, whatever it is about: tried at the act, and not at the proposal."""

from tests.domain.stage import act_of, commitment, milestone, seated, small_scope
from tests.domain.tables import codes

OTHER = ("inai", "sfp")


def test_decision_that_another_body_signed_carries_nothing_here() -> None:
    """The other body decides something of its own, lawfully; the act names that decision for what is not its own."""
    stage = seated().adopted()
    stage.body("dd", OTHER)
    stage.says("inai", "CommitmentProposed", commitment("c2") | {"governance_body": "dd"})
    own = {"commitment": "c2", "decision": "d-2", "scope": small_scope()}
    stage.decided("d-2", act_of("CommitmentAdopted", own), body="dd", voters=OTHER)
    change = {
        "commitment": "c1", "decision": "d-2", "declared_kind": "deferral", "from_version": 1,
        "scope": small_scope(milestones=[milestone(window="2020")]),
    }  # fmt: skip
    refusal = stage.refused("inai", "ScopeChanged", change)
    assert (codes(refusal), refusal.judged_against["body"]) == ({"E_POLICY"}, "cc")
    stage.says("inai", "CommitmentAdopted", own)
