"""Nobody is bound by others: a scope is adopted and changed by all who sit; who is missing is named for good (D3)."""

from datetime import timedelta
from itertools import product

import pytest
from tests.domain.commitments.test_acts import SMALLER
from tests.domain.commitments.test_commitment import C1, SCOPE, adopted, adoption, change, found
from tests.domain.stage import (
    MEMBERS,
    Body,
    Stage,
    act_of,
    commitment,
    key_id,
    milestone,
    proposed,
    root,
    seated,
    small_scope,
    text,
)
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.facts.derive import derive, flags
from constancia.domain.sentences import sentence_of
from constancia.domain.values.values import digest

REDUCTION = change(SMALLER, "reduction", decision="d-9")
ACT = act_of("ScopeChanged", REDUCTION)
TWO = ("inai", "sfp")


def voted(stage: Stage, votes: dict[str, str], act: Body = ACT, name: str = "d-9") -> Stage:
    stage.says("sfp", "DecisionProposed", proposed(name, act))
    for party, choice in votes.items():
        stage.says(party, "VoteCast", {"choice": choice, "decision": name, "digest": digest(act)})
    return stage


@pytest.mark.parametrize("rule", [None, "majority", "unanimity"])
@pytest.mark.parametrize("abstention", ["blocks", "neutral"])
def test_case_04_06_a_scope_changes_by_all_alone_whatever_the_rules_say(rule: str | None, abstention: str) -> None:
    """All 27 ballots: only three votes for it adopt it."""
    begun = adopted()
    if rule:
        begun.rules(decision_rule=rule, abstention=abstention)
    for choices in product(("for", "against", "abstain"), repeat=3):
        stage = begun.copy()
        voted(stage, dict(zip(MEMBERS, choices, strict=True)))
        assert stage.status("decision/d-9") == ("adopted" if set(choices) == {"for"} else "rejected")
        assert stage.code("sfp", "ScopeChanged", REDUCTION) == "E_POLICY"


def test_case_05_who_remains_may_change_a_scope_and_who_has_left_is_named_for_good() -> None:
    stage = adopted().withdraw("nosc")
    stage.decided("d-9", ACT, voters=TWO)
    entry = stage.says("sfp", "ScopeChanged", REDUCTION)
    back = {"conditions": {"es": "Acuerdo"}, "effective": stage.today, "governance_body": "cc", "party": "nosc"}
    stage.says(root("nosc"), "PartyReturned", back)
    stage.each("PartyReturned", back, TWO)
    assert found(stage).scopes[-1].without == ("nosc",)
    (fact,) = [one for one in derive(stage.state, stage.now) if one.kind == "ScopeChangedWithout"]
    assert (fact.stream, fact.params, fact.known_index) == (C1, {"version": 2, "without": ["nosc"]}, entry.index)
    # As of the day before, it had not been changed yet.
    assert fact.since == stage.today
    day_before = derive(stage.state, stage.now - timedelta(days=1))
    assert "ScopeChangedWithout" not in {one.kind for one in day_before}
    assert "changed_without" in flags(stage.state, found(stage), stage.now)
    sentence = sentence_of(entry.statement, stage.state)
    assert (sentence.msgid, sentence.params["without"]) == ("act.ScopeChanged.without", ({"es": "nosc"},))


def test_case_05_a_change_that_all_signed_names_nobody() -> None:
    stage = adopted()
    entry = stage.says("sfp", "ScopeChanged", change())
    assert found(stage).scopes[-1].without is None
    assert "ScopeChangedWithout" not in {one.kind for one in derive(stage.state, stage.now)}
    assert sentence_of(entry.statement, stage.state).msgid == "act.ScopeChanged"


def test_case_05_what_two_decided_while_the_third_was_away_does_not_bind_it_once_it_is_back() -> None:
    stage = adopted().withdraw("nosc").decided("d-9", ACT, voters=TWO)
    back = {"conditions": {"es": "Acuerdo"}, "effective": stage.today, "governance_body": "cc", "party": "nosc"}
    stage.says(root("nosc"), "PartyReturned", back)
    stage.each("PartyReturned", back, TWO)
    refusal = stage.refused("sfp", "ScopeChanged", REDUCTION)
    assert (refusal.code, refusal.judged_against["missing"]) == ("E_POLICY", ["nosc"])


def test_case_05_one_that_is_left_alone_changes_nothing() -> None:
    stage = voted(adopted(), {"sfp": "for"}).withdraw("nosc").withdraw("inai")
    stage.says("sfp", "VoteCast", {"choice": "for", "decision": "d-9", "digest": digest(ACT)})
    assert stage.status("decision/d-9") == "voting"
    assert stage.code("sfp", "ScopeChanged", REDUCTION) == "E_POLICY"


def test_case_05_a_member_without_any_key_is_named_too() -> None:
    stage = adopted()
    for voice in (f"rep-{'nosc'}", f"root-{'nosc'}"):
        stage.says(root("nosc"), "KeyRevoked", {"key": key_id(voice), "reason": "lost"})
    stage.decided("d-9", ACT, voters=TWO)
    stage.says("sfp", "ScopeChanged", REDUCTION)
    assert found(stage).scopes[-1].without == ("nosc",)


def test_case_08_a_body_of_two_does_not_adopt_what_was_proposed_to_all() -> None:
    stage = seated().body("junta", TWO)
    stage.says("nosc", "CommitmentProposed", commitment())
    toothless = adoption(small_scope(deliverables=[], actions=[], milestones=[milestone(window="9999")]))
    put = proposed("d-c1", act_of("CommitmentAdopted", toothless), governance_body="junta")
    refusal = stage.refused("sfp", "DecisionProposed", put)
    assert (codes(refusal), refusal.judged_against["body"]) == ({"E_POLICY"}, "cc")


def test_case_08_whose_party_sits_in_two_bodies_names_the_one_that_decides() -> None:
    stage = seated().body("junta", TWO)
    assert stage.code("sfp", "CommitmentProposed", commitment()) == "E_POLICY"
    assert stage.code("red", "CommitmentProposed", commitment()) == "E_POLICY"
    assert stage.code("sfp", "CommitmentProposed", commitment() | {"governance_body": "zz"}) == "E_NOT_FOUND"
    stage.says("sfp", "CommitmentProposed", commitment() | {"governance_body": "junta"})
    assert found(stage).governance_body == "junta"


def test_case_09_a_body_of_two_puts_no_change_to_the_vote() -> None:
    stage = adopted().body("junta", TWO)
    assert stage.code("sfp", "DecisionProposed", proposed("d-9", ACT, governance_body="junta")) == "E_POLICY"


@each_row(
    ("body", "code"),
    [
        (change(SMALLER, "clarification", decision="d-9"), "E_SCOPE_LABEL"),
        (change(from_version=7, decision="d-9"), "E_VERSION_CONFLICT"),
        (
            change(SCOPE | {"milestones": [], "deliverables": [], "actions": []}, "reduction", decision="d-9"),
            "E_POLICY",
        ),
        (change(SCOPE, decision="d-9") | {"commitment": "c9"}, "E_NOT_FOUND"),
    ],
)
def test_case_07_what_could_not_be_recorded_is_not_put_to_the_vote(body: Body, code: str) -> None:
    assert adopted().code("sfp", "DecisionProposed", proposed("d-9", act_of("ScopeChanged", body))) == code


def test_case_07_what_is_adopted_is_not_adopted_again() -> None:
    act = act_of("CommitmentAdopted", adoption() | {"decision": "d-9"})
    assert adopted().code("sfp", "DecisionProposed", proposed("d-9", act)) == "E_STATE"


def test_case_10_what_a_body_has_decided_is_recorded_by_one_of_it() -> None:
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    stage.decided("d-c1", act_of("CommitmentAdopted", adoption()))
    assert stage.code("red", "CommitmentAdopted", adoption()) == "E_NOT_SEATED"
    stage.withdraw("nosc")
    assert stage.code("nosc", "CommitmentAdopted", adoption()) == "E_PARTY_WITHDRAWN"
    stage.says("sfp", "CommitmentAdopted", adoption())
    stage.decided("d-9", ACT, voters=TWO)
    assert stage.code("red", "ScopeChanged", REDUCTION) == "E_NOT_SEATED"
    assert stage.code("nosc", "ScopeChanged", REDUCTION) == "E_PARTY_WITHDRAWN"


@each_row("milestones", [[], [milestone(lead=[])]])
@each_row("type_name", ["ScopeChangeProposed", "ScopeChanged"])
def test_d7_no_scope_is_without_milestones_or_responsible(milestones: list[Body], type_name: str) -> None:
    body = change({"actions": [], "deliverables": [], "milestones": milestones}, "reduction", decision="d-9")
    if type_name == "ScopeChangeProposed":
        del body["decision"]
        body |= {"proposal": "p1", "reasons": {"es": "Razones"}}
    assert "E_POLICY" in codes(adopted().refused("sfp", type_name, body))


@pytest.mark.parametrize("member", ["lead", "support", "fallback"])
def test_case_40_a_responsible_is_a_party_a_role_or_the_members(member: str) -> None:
    choices: dict[str, Body] = {"lead": {"lead": ["sfpp"]}, "support": {"support": ["sfpp"]},
             "fallback": {"fallback": {"condition": {"es": "Sin recursos"}, "parties": ["sfpp"]}}}  # fmt: skip
    wrong = choices[member]
    scope = small_scope(milestones=[milestone(**wrong)])
    stage = seated()
    stage.says("nosc", "CommitmentProposed", commitment())
    refusal = stage.refused("sfp", "DecisionProposed", proposed("d-c1", act_of("CommitmentAdopted", adoption(scope))))
    assert (refusal.code, refusal.judged_against["party"]) == ("E_NOT_FOUND", "sfpp")
    refusal = adopted().refused("sfp", "ScopeChanged", change(scope, "reduction", decision="d-9"))
    assert (refusal.code, refusal.judged_against["party"]) == ("E_NOT_FOUND", "sfpp")


# Nobody is made to answer for anything by others.


def led_by(party: str, **changed: str) -> Body:
    return {
        "commitment": "c2",
        "decision": "d-c2",
        "scope": small_scope(milestones=[milestone(lead=["sfp"], support=[party], **changed)]),
    }


def of_a_body_of_its_own(body: Body) -> Stage:
    """A party and one that it registered have decided, in a body that they founded, on a milestone for a third one."""
    stage = seated()
    stage.outsider("amiga", "sfp")
    stage.body("dos", ("amiga", "sfp"))
    stage.says("sfp", "CommitmentProposed", commitment("c2") | {"governance_body": "dos"})
    return stage.decided("d-c2", act_of("CommitmentAdopted", body), body="dos", voters=("amiga", "sfp"))


def proposal_of(stage: Stage, decision: str) -> Body:
    """The target of who acknowledges the proposal of a decision."""
    said = (one for one in stage.entries if one.statement["type"] == "DecisionProposed")
    return {"target": next(one.leaf_hash for one in said if one.statement["body"]["decision"] == decision)}


@each_row("party", ["nosc", "red"])
def test_case_40_no_two_found_a_body_in_which_a_third_is_late(party: str) -> None:
    stage = of_a_body_of_its_own(led_by(party))
    refusal = stage.refused("sfp", "CommitmentAdopted", led_by(party))
    assert (refusal.code, refusal.judged_against["party"]) == ("E_POLICY", party)
    stage.says(party, "EntryAcknowledged", proposal_of(stage, "d-c2"))
    stage.copy().says("sfp", "CommitmentAdopted", led_by(party))
    contest = {"contest": "x", "evidence": [], "grounds": text("Ya no"), **proposal_of(stage, "d-c2")}
    stage.says(party, "EntryContested", contest)
    assert stage.code("sfp", "CommitmentAdopted", led_by(party)) == "E_POLICY"


def test_case_40_nor_by_a_change_of_the_scope_and_who_answers_already_goes_on() -> None:
    stage = of_a_body_of_its_own(led_by("nosc"))
    stage.says("nosc", "EntryAcknowledged", proposal_of(stage, "d-c2"))
    stage.says("sfp", "CommitmentAdopted", led_by("nosc"))
    for party, code in (("inai", "E_POLICY"), ("nosc", "")):
        scope = led_by(party, window="2019-03-26/2019-05-25")["scope"]
        changed = {"commitment": "c2", "decision": f"d-{party}", "declared_kind": "reduction", "from_version": 1}
        body = changed | {"scope": scope}
        stage.decided(f"d-{party}", act_of("ScopeChanged", body), body="dos", voters=("amiga", "sfp"))
        assert stage.code_of("sfp", "ScopeChanged", body) == code


def test_case_40_a_former_edition_took_whom_it_named() -> None:
    stage = seated(edition=2)
    stage.adopted("c1", small_scope(milestones=[milestone(lead=["red"])]))
    assert found(stage).scope is not None
