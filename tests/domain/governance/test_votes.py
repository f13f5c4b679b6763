"""One person, one voice: a person who speaks for two parties speaks for one of them in a matter (D9)."""

from collections.abc import Callable

from tests.domain.commitments.test_adoption import ACT
from tests.domain.commitments.test_commitment import adopted, declared, filled, report, settled
from tests.domain.commitments.test_duty import assignment
from tests.domain.governance.test_body import establishment, rules
from tests.domain.governance.test_membership import SIGNED, draft
from tests.domain.governance.test_participants import admission
from tests.domain.governance.test_succession import ending
from tests.domain.plans.test_plan import closing, opened, opening
from tests.domain.remarks.test_statement import release
from tests.domain.stage import (
    MEMBERS,
    Body,
    Stage,
    Voice,
    act_of,
    commitment,
    contest_of,
    doc,
    founded,
    milestone,
    proposed,
    seated,
    small_scope,
    text,
)
from tests.rows import each_row

from constancia.domain.catalogue import REGISTRY
from constancia.domain.governance.decision import Decision
from constancia.domain.values.values import digest

VOTE: Body = {"choice": "for", "decision": "d-9", "digest": digest(ACT)}


def double(stage: Stage, party: str = "sfp", of: str = "inai") -> Voice:
    """A second appointment, of another party, for a person who is a party's representative already."""
    return stage.join(party, name=f"double-{party}", person=f"p-{of}")


def voting() -> Stage:
    stage = adopted()
    stage.says("nosc", "DecisionProposed", proposed("d-9", ACT))
    return stage


def signing() -> Stage:
    stage = voting()
    stage.each("VoteCast", VOTE)
    return stage


def frozen() -> Stage:
    stage = seated()
    stage.says("nosc", "AgreementDrafted", draft(*MEMBERS))
    stage.says("nosc", "AgreementTextFrozen", SIGNED | {"required": list(MEMBERS)})
    return stage


ACCEPTED: Body = {"commitment": "c1", "deliverable": "e1", "version": 1}
SHARED: list[tuple[Callable[[], Stage], str, Body]] = [
    (founded, "GovernanceBodyEstablished", establishment()),
    (seated, "GovernanceRulesAdopted", rules()),
    (voting, "VoteCast", VOTE),
    (signing, "DecisionSigned", {"decision": "d-9", "digest": digest(ACT)}),
    (frozen, "AgreementSigned", SIGNED),
    (adopted, "RoleFilled", filled()),
    (adopted, "ConditionDeclared", declared()),
    (adopted, "ConditionSettled", settled()),
    (seated, "ParticipantAdmitted", admission()),
    (seated, "DutyAssigned", assignment()),
    (seated, "StatementPublished", release()),
    (seated, "PartySucceeded", ending("red")),
    (seated, "ActionPlanOpened", opening()),
    (opened, "ActionPlanClosed", closing()),
    (lambda: adopted().deliver("nosc", "e2"), "DeliverableAccepted", ACCEPTED | {"deliverable": "e2"}),
]


@each_row(("reached", "type_name", "body"), SHARED, ids=[one[1] for one in SHARED])
def test_case_41_nobody_speaks_for_two_parties_in_one_matter(
    reached: Callable[[], Stage], type_name: str, body: Body
) -> None:
    stage = reached()
    second = double(stage)
    stage.says("inai", type_name, body)
    assert stage.code(second, type_name, body) == "E_SELF_DEALING"
    stage.says("sfp", type_name, body)


def test_d9_every_act_that_several_say_is_in_the_table() -> None:
    several = {name for name, cls in REGISTRY.items() if cls.concurring and cls.signer != "root"}
    others = {"PartyReturned"}  # the members are tried in test_membership
    assert several - others <= {type_name for _reached, type_name, _body in SHARED}


@each_row("type_name", ["DeliverableAccepted", "DeliverableRejected", "DeliverableContested"])
def test_case_41_who_delivered_for_one_party_does_not_judge_it_for_another(type_name: str) -> None:
    stage = adopted().fill("rapporteur", "red")
    second = double(stage, "sfp", "nosc")
    stage.says("nosc", "DeliverableSubmitted", ACCEPTED | {"deliverable": "e2", "document": doc()})
    members: dict[str, Body] = {"DeliverableAccepted": {}, "DeliverableRejected": {"reasons": text("No")},
            "DeliverableContested": {"contest": "x", "evidence": [], "grounds": text("No")}}  # fmt: skip
    more = members[type_name]
    assert stage.code(second, type_name, ACCEPTED | {"deliverable": "e2"} | more) == "E_SELF_DEALING"


def test_case_41_who_has_an_appointment_of_the_submitter_does_not_accept() -> None:
    stage = adopted()
    double(stage, "nosc", "inai")
    stage.says("nosc", "DeliverableSubmitted", ACCEPTED | {"deliverable": "e2", "document": doc()})
    assert stage.code("inai", "DeliverableAccepted", ACCEPTED | {"deliverable": "e2"}) == "E_SELF_DEALING"


def test_case_41_who_reported_does_not_contest_it_for_another_party() -> None:
    stage = adopted()
    second = double(stage, "red", "inai")
    reported = stage.says("inai", "ProgressReported", report("r1"))
    assert stage.code(second, "EntryContested", contest_of(reported)) == "E_SELF_DEALING"
    stage.contest("red", reported)


def test_case_41_who_gets_a_role_does_not_give_it_for_another_party() -> None:
    stage = adopted()
    double(stage, "red", "inai")
    assert stage.code("inai", "RoleFilled", filled()) == "E_SELF_DEALING"


def test_case_41_a_vote_that_another_has_superseded_leaves_the_person_its_other_voice() -> None:
    stage = voting()
    second = double(stage)
    stage.says("inai", "VoteCast", VOTE)
    stage.says(stage.join("inai", name="other"), "VoteCast", VOTE)
    stage.says(second, "VoteCast", VOTE)


@each_row(("term", "closes"), [(None, "2019-05-30"), (10, "2019-03-11")])
def test_case_03_voting_ends_by_the_rules_where_the_proposal_says_nothing(term: int | None, closes: str) -> None:
    stage = adopted()
    if term:
        adopted_rules = {"decision_term_days": {"rule_source": "adopted", "value": term}}
        stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": adopted_rules, "version": 1})
    stage.says("nosc", "DecisionProposed", proposed("d-9", ACT))
    assert stage.find(Decision, "decision/d-9").closes == closes


@each_row("when", ["2019-01/..", "../2019-01"])
def test_case_19_a_vote_happens_between_two_ends(when: str) -> None:
    assert voting().code("sfp", "VoteCast", VOTE, occurred_on=when, mode="historical") == "E_DATE"


SIGNATURE: Body = {"decision": "d-9", "digest": digest(ACT)}


def overruling(**changed: object) -> Body:
    body = {
        "commitment": "c1", "contest": "x1", "decision": "d-9", "deliverable": "e1", "reasons": text("No"), "version": 1
    }  # fmt: skip
    return act_of("ContestOverruled", body | changed)


def contested() -> Stage:
    """What an outsider has handed in and another contests: all three members may overrule that."""
    scope = small_scope(milestones=[milestone(support=["consultant"])])
    stage = seated().adopted("c1", scope).fill("consultant", "red").deliver("red", "e1")
    stage.outsider("otra")
    contest = {"commitment": "c1", "contest": "x1", "deliverable": "e1", "evidence": [], "grounds": text("Falta")}
    stage.says("otra", "DeliverableContested", contest | {"version": 1})
    return stage


def agreed(signers: tuple[str, ...] = ("inai", "sfp"), **more: object) -> Stage:
    """All have voted for it; some have signed."""
    stage = contested()
    stage.says("inai", "DecisionProposed", proposed("d-9", overruling(), **more))
    stage.each("VoteCast", VOTE | {"digest": digest(overruling())})
    stage.each("DecisionSigned", SIGNATURE | {"digest": digest(overruling())}, signers)
    return stage


def sign(stage: Stage, who: str) -> str:
    return stage.code_of(who, "DecisionSigned", SIGNATURE | {"digest": digest(overruling())})


def test_the_word_that_ended_the_wait_is_kept_where_there_was_one() -> None:
    stage = agreed()
    assert sign(stage, "sfp") == "E_ALREADY_SIGNED", "who voted for it is waited for as long as it can sign"
    assert sign(stage.on("2019-12-01"), "sfp") == "E_ALREADY_SIGNED"
    waited = stage.copy().withdraw("nosc")
    assert sign(waited, "sfp") == ""
    decision = waited.find(Decision, "decision/d-9")
    assert decision.completed is not None
    assert decision.last_signature.index == decision.words[-1].index == waited.entries[-1].index
    sign(stage, "nosc")
    decision = stage.find(Decision, "decision/d-9")
    assert (decision.completed, decision.last_signature.index) == (None, stage.entries[-1].index)


def test_nobody_signs_it_alone_where_all_others_have_left() -> None:
    stage = agreed(()).withdraw("nosc").withdraw("sfp").on("2019-12-01")
    sign(stage, "inai")
    assert stage.status("decision/d-9") == "adopted"
    assert sign(stage, "inai") == "E_ALREADY_SIGNED"


def test_under_the_second_edition_the_word_that_ended_the_wait_is_not_kept() -> None:
    stage = seated(edition=2)
    stage.says("nosc", "CommitmentProposed", commitment())
    act = act_of("CommitmentAdopted", {"commitment": "c1", "decision": "d-9", "scope": small_scope()})
    stage.says("inai", "DecisionProposed", proposed("d-9", act))
    stage.each("VoteCast", VOTE | {"digest": digest(act)})
    stage.each("DecisionSigned", SIGNATURE | {"digest": digest(act)}, ("inai", "sfp"))
    stage.withdraw("nosc").says("sfp", "DecisionSigned", SIGNATURE | {"digest": digest(act)})
    decision = stage.find(Decision, "decision/d-9")
    assert (decision.status, decision.completed) == ("signed", None)


@each_row("type_name", ["VoteCast", "DissentRecorded", "DecisionSigned"])
def test_18_nothing_is_said_on_a_decision_before_it_was_proposed(type_name: str) -> None:
    """A decision would show as taken on a day on which nobody had proposed it."""
    act = act_of("CommitmentAdopted", {"commitment": "c1", "decision": "d-1", "scope": small_scope()})
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    stage.on("2019-04-10").says("inai", "DecisionProposed", proposed("d-1", act), occurred_on="2019-04-08")
    word = {"decision": "d-1", "digest": digest(act)}
    vote = {"choice": "for", **word}
    bodies: dict[str, Body] = {
        "VoteCast": vote,
        "DecisionSigned": word,
        "DissentRecorded": {"decision": "d-1", "text": text("No")},
    }
    if type_name == "DecisionSigned":
        stage.each("VoteCast", vote)
    refusal = stage.refused("inai", type_name, bodies[type_name], occurred_on="2019-04-07")
    assert (refusal.code, refusal.judged_against["proposed_on"]) == ("E_DATE", "2019-04-08")
    stage.says("inai", type_name, bodies[type_name], occurred_on="2019-04-08")
