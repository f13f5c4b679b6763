"""A decision names the deliverable that it is: promised as a decision, to its own body, and voted on with it."""

from tests.domain.commitments.deliverables.test_fulfilment import act, put
from tests.domain.participation.test_gathering import promised
from tests.domain.stage import Body, commitment, proposed
from tests.rows import each_row

from constancia.domain.values.values import digest


def test_votes_and_signatures_are_on_what_the_decision_fulfils_too() -> None:
    stage = put()
    vote = {"choice": "for", "decision": "d9", "digest": digest(act("d9", None))}
    assert stage.code("inai", "VoteCast", vote) == "E_DIGEST_MISMATCH"


@each_row(
    ("fulfils", "code"),
    [
        ({"commitment": "c9", "deliverable": "e3"}, "E_NOT_FOUND"),
        ({"commitment": "c1", "deliverable": "e9"}, "E_NOT_FOUND"),
        ({"commitment": "c1", "deliverable": "e1"}, "E_POLICY"),
        ({"commitment": "c1", "deliverable": "e2"}, "E_POLICY"),
    ],
)
def test_a_decision_fulfils_a_promised_decision(fulfils: Body, code: str) -> None:
    stage = promised()
    stage.says("nosc", "CommitmentProposed", commitment("c-d9"))
    assert stage.code("sfp", "DecisionProposed", proposed("d9", act("d9", fulfils))) == code


def test_a_body_of_others_does_not_decide_what_was_promised_here() -> None:
    stage = promised().body("junta", ("inai", "sfp"))
    stage.says("inai", "CommitmentProposed", commitment("c-d9") | {"governance_body": "junta"})
    decision = proposed("d9", act("d9"), governance_body="junta")
    assert stage.code("sfp", "DecisionProposed", decision) == "E_POLICY"
