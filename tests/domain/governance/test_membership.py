"""Where a seat ends: by a withdrawal, and by a successor; it ends everywhere (D6)."""

from typing import Any

from tests.domain.governance.test_body import comeback, rules, withdrawal
from tests.domain.stage import MEMBERS, Body, Stage, appointment, doc, founded, root, seated, text
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.governance.body import GovernanceBody
from constancia.domain.values.values import digest

DOCSET: Body = {"authentic": "es", "documents": [doc("texto", "es")]}
SIGNED: Body = {"agreement": "ag", "docset": digest(DOCSET), "version": 1}


def draft(*parties: str, **more: Any) -> Body:
    return {"agreement": "ag", "docset": DOCSET, "parties": sorted(parties), "title": text("T"), "version": 1} | more


def establishing(name: str = "dd", members: tuple[str, ...] = MEMBERS, **more: Any) -> Body:
    return {"governance_body": name, "mandate": text("M"), "members": sorted(members), "name": text("N")} | more


def succeeded() -> Stage:
    return founded().body("stt").body("cc", predecessor="stt")


def test_d6_the_predecessors_seats_end_with_the_last_founding_word_and_not_before() -> None:
    stage = founded().body("stt")
    body = establishing(predecessor="stt")
    stage.each("GovernanceBodyEstablished", body, ("inai", "nosc"))
    assert stage.find(GovernanceBody, "governance/stt").seated == MEMBERS
    entry = stage.says("sfp", "GovernanceBodyEstablished", body)
    before = stage.find(GovernanceBody, "governance/stt")
    assert (before.status, before.seated) == ("succeeded", ())
    assert [one.changes for one in before.seats] == [(("succeeded", stage.today, entry.index),)] * 3


def test_d6_taking_the_founding_back_gives_the_predecessors_seats_back() -> None:
    stage = succeeded()
    stage.state.undo(stage.undos.pop())
    assert stage.find(GovernanceBody, "governance/stt").seated == MEMBERS


def test_d6_who_withdrew_acts_through_no_older_body() -> None:
    stage = succeeded().withdraw("nosc")
    proposal = {
        "act": {"body": {}, "stream": "commitment/c1", "type": "ScopeChanged"},
        "decision": "d",
        "question": text("?"),
    }
    for body in ("cc", "stt"):
        refused = stage.refused("nosc", "DecisionProposed", proposal | {"governance_body": body})
        assert codes(refused) & {"E_NOT_SEATED", "E_PARTY_WITHDRAWN"}
    assert stage.code("nosc", "GovernanceRulesAdopted", rules() | {"governance_body": "stt"}) == "E_NOT_SEATED"
    assert stage.code(root("nosc"), "PartyReturned", comeback(governance_body="stt")) == "E_STATE"
    assert stage.code(root("inai"), "PartyWithdrew", withdrawal("inai", governance_body="stt")) == "E_STATE"
    assert codes(stage.refused("nosc", "AgreementDrafted", draft(*MEMBERS, governance_body="cc"))) == {
        "E_NOT_SEATED", "E_PARTY_WITHDRAWN"
    }  # fmt: skip


def test_d6_who_withdraws_freezes_and_signs_no_text_of_the_body_any_more() -> None:
    stage = succeeded()
    stage.says("nosc", "AgreementDrafted", draft(*MEMBERS))
    stage.withdraw("nosc")
    assert stage.code("nosc", "AgreementTextFrozen", SIGNED | {"required": list(MEMBERS)}) == "E_PARTY_WITHDRAWN"
    stage.says("inai", "AgreementTextFrozen", SIGNED | {"required": list(MEMBERS)})
    assert stage.code("nosc", "AgreementSigned", SIGNED) == "E_PARTY_WITHDRAWN"


def test_case_20_parties_without_a_seat_agree_among_themselves() -> None:
    stage = seated()
    stage.outsider("otra")
    stage.says("red", "AgreementDrafted", draft("otra", "red"))
    assert stage.code("inai", "AgreementTextFrozen", SIGNED | {"required": ["otra", "red"]}) == "E_ROLE"
    stage.says("otra", "AgreementTextFrozen", SIGNED | {"required": ["otra", "red"]})
    stage.each("AgreementSigned", SIGNED, ("otra", "red"))
    assert stage.status("agreement/ag") == "in_force"


def test_case_20_nobody_drafts_for_others() -> None:
    assert seated().code("red", "AgreementDrafted", draft("inai", "nosc")) == "E_NOT_SEATED"
    stage = seated()
    stage.outsider("otra")
    assert stage.code("sfp", "AgreementDrafted", draft("otra", "red")) == "E_ROLE"


@each_row("when", ["2019-01/..", "../2019-01"])
def test_case_19_a_signature_happens_between_two_ends(when: str) -> None:
    stage = seated()
    stage.says("nosc", "AgreementDrafted", draft(*MEMBERS))
    stage.says("nosc", "AgreementTextFrozen", SIGNED | {"required": list(MEMBERS)})
    assert "E_DATE" in codes(stage.refused("sfp", "AgreementSigned", SIGNED, occurred_on=when, mode="historical"))


def test_d6_a_successor_takes_all_who_sit_along() -> None:
    stage = seated()
    refusal = stage.refused("sfp", "GovernanceBodyEstablished", establishing(members=("inai", "sfp"), predecessor="cc"))
    assert (refusal.code, refusal.judged_against["left_out"]) == ("E_POLICY", ["nosc"])
    stage.withdraw("nosc").body("dd", ("inai", "sfp"), predecessor="cc")


def test_d6_a_body_has_one_successor() -> None:
    assert succeeded().code("sfp", "GovernanceBodyEstablished", establishing(predecessor="stt")) == "E_STATE"


def test_case_24_rules_and_returns_do_not_wait_for_who_has_left() -> None:
    stage = seated()
    stage.each("GovernanceRulesAdopted", rules(), ("inai", "sfp"))
    assert stage.code("inai", "GovernanceRulesAdopted", rules()) == "E_ALREADY_SIGNED"
    stage.withdraw("nosc").says("inai", "GovernanceRulesAdopted", rules())
    assert len(stage.find(GovernanceBody, "governance/cc").rules) == 1
    assert stage.code("inai", "GovernanceRulesAdopted", rules()) == "E_ALREADY_SIGNED"


@each_row("value", [0, 5_000, "x", True])
def test_case_03_a_term_is_a_number_of_days(value: Any) -> None:
    body = rules(value=value, name="decision_term_days")
    assert seated().code("inai", "GovernanceRulesAdopted", body) == "E_POLICY"


def test_case_41_who_is_appointed_by_the_returning_party_does_not_admit_it() -> None:
    stage = seated().withdraw("nosc")
    both = appointment("nosc", "both", person="p-inai")
    stage.appoint("nosc", both)
    stage.says(root("nosc"), "PartyReturned", comeback())
    assert stage.code("inai", "PartyReturned", comeback()) == "E_SELF_DEALING"


def other_body(stage: Stage, name: str, *members: str, **more: Any) -> str:
    """The code with which the first member's word for a body of that name is refused; empty where it is taken."""
    body = {"governance_body": "junta", "mandate": text("Lo mismo"), "members": sorted(members), "name": text(name)}
    return stage.code_of(members[0], "GovernanceBodyEstablished", body | more)


@each_row("name", ["Comité", "comite", "COMITÉ ", "Co-mité"])
def test_25_no_body_has_the_name_of_the_body_of_all(name: str) -> None:
    """One party registers another, and both decide under the name by which readers know the body of three."""
    stage = seated()
    assert other_body(stage, name, "inai", "red") == "E_POLICY"
    assert other_body(stage, "Comité de dos", "inai", "red") == ""


def test_25_who_comes_second_adds_to_the_name_and_contests_the_first() -> None:
    """The limit that docs/THREATS names: a ledger can't tell the rightful bearer of a name from who took it first."""
    stage = founded()
    stage.outsider()
    assert other_body(stage, "Comité", "inai", "red") == ""
    stage.says("red", "GovernanceBodyEstablished", stage.entries[-1].statement["body"])
    taken = stage.entries[-1]
    assert other_body(stage, "Comité", *MEMBERS, governance_body="cc") == "E_POLICY"
    assert other_body(stage, "Comité de los tres", *MEMBERS, governance_body="cc") == ""
    stage.contest("nosc", taken)


def test_a_successor_has_the_name_of_its_predecessor_and_of_nobody_else() -> None:
    stage = seated().body("junta-1", ("inai", "red"))
    assert other_body(stage, "Comité junta-1", *MEMBERS, predecessor="cc") == "E_POLICY"
    assert other_body(stage, "Comité", *MEMBERS, predecessor="cc") == ""
    for party in MEMBERS[1:]:
        stage.says(party, "GovernanceBodyEstablished", stage.entries[-1].statement["body"])
    third = {"governance_body": "junta-3", "predecessor": "junta"}
    assert other_body(stage, "Comité", *MEMBERS, **third) == "", "of the whole line"
