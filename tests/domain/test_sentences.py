"""Sentences: a message id for each type, with names in place of identifiers where they are known."""

from tests.domain.agreements.test_texts import ending
from tests.domain.agreements.test_withdrawal import in_force
from tests.domain.commitments.test_commitment import adopted, status
from tests.domain.identity.test_vocabulary import CAPACITIES
from tests.domain.identity.test_vocabulary import opened as of_own_words
from tests.domain.judgement.test_texts import opened_in_two
from tests.domain.plans.test_plan import carrying, opened
from tests.domain.stage import Body, act_of, commitment, founded, root, seated, text
from tests.rows import each_row

from constancia.domain.naming import NamedThing
from constancia.domain.sentences import Sentence, sentence_of
from constancia.domain.state import State


def test_message_id_is_the_types() -> None:
    entry = founded().entry("nosc", "CommitmentProposed", commitment())
    assert sentence_of(entry.statement).msgid == "act.CommitmentProposed"


def test_without_a_state_identifiers_stand_for_names() -> None:
    params = sentence_of(founded().entry("nosc", "CommitmentProposed", commitment()).statement).params
    assert (params["who"], params["party"], params["capacity"]) == ("p-nosc", "NOSC", "representative")


def test_with_a_state_names_are_those_recorded() -> None:
    stage = founded()
    entry = stage.entry("nosc", "CommitmentProposed", commitment())
    params = sentence_of(entry.statement, stage.state).params
    assert (params["who"], params["party"]) == ("Persona nosc", text("nosc"))
    assert params["title"] == text("c1")


def test_a_party_that_an_act_is_about_is_the_subject() -> None:
    stage = seated()
    body = {"effective": "2019-03", "governance_body": "cc", "grounds": text("Ya"), "party": "nosc"}
    params = sentence_of(stage.entry(root("nosc"), "PartyWithdrew", body).statement, stage.state).params
    assert (params["subject"], params["who"]) == (text("nosc"), text("nosc"))


def test_an_act_that_says_something_else_has_a_sentence_of_its_own() -> None:
    stage = seated()
    duty = {"bearers": ["nosc", "sfp"], "duty": "o1", "governance_body": "cc", "since": "2019-03-01", "text": text("T")}
    said = sentence_of(stage.entry("nosc", "DutyAssigned", duty).statement, stage.state)
    assert (said.msgid, said.params["bearers"]) == ("act.DutyAssigned", (text("nosc"), text("sfp")))
    ended = sentence_of(stage.entry("nosc", "DutyAssigned", duty | {"bearers": []}).statement, stage.state)
    assert (ended.msgid, ended.params["bearers"]) == ("act.DutyAssigned.ended", "—")
    name = {"lang": "es", "name": "Comité", "official": False, "party": "nosc", "used_in": "Acta"}
    assert sentence_of(stage.entry("nosc", "PartyNameRecorded", name).statement).msgid == "act.PartyNameRecorded"
    of_body = sentence_of(stage.entry("nosc", "PartyNameRecorded", name | {"body": "cc"}).statement)
    assert of_body.msgid == "act.PartyNameRecorded.body"
    taken = {"governance_body": "cc", "participation": "observer", "party": "red", "since": "2019", "voting": "none"}
    gone = sentence_of(stage.entry("nosc", "ParticipantAdmitted", taken | {"until": "2019-03"}).statement)
    assert gone.msgid == "act.ParticipantAdmitted.until"


def test_what_identifiers_name_is_said_by_title_one_or_several() -> None:
    stage = in_force()
    (drafted, *_rest) = ending(terminates=["ag", "unknown"])
    entry = stage.entry("nosc", "AgreementDrafted", drafted)
    said = sentence_of(entry.statement, stage.state)
    named = NamedThing(title=text("T"), stream="agreement/ag")
    assert (said.msgid, said.params["terminates"]) == ("act.AgreementDrafted.ends", (named, "unknown"))
    assert said.params["terminates_count"] == 2
    stage.says("nosc", "CommitmentProposed", commitment())
    duty = {"bearers": ["nosc"], "commitment": "c1", "condition": "k1", "kind": "resource", "text": text("Si")}
    params = sentence_of(stage.entry("nosc", "ConditionDeclared", duty, stream="commitment/c1").statement, stage.state)
    assert params.params["commitment"] == NamedThing(title=text("c1"), stream="commitment/c1")
    assert params.params["condition"] == "k1"


def said(type_name: str, body: Body, state: State | None = None, stream: str = "x", **actor: str) -> Sentence:
    spoken = {"capacity": "representative", "party": "nosc"} | actor
    return sentence_of({"actor": spoken, "body": body, "stream": stream, "type": type_name}, state)


# One wording for each thing that an act may be about; of several the first in this order.
@each_row(
    ("type_name", "body", "msgid"),
    [
        ("ComplaintFiled", {"against": ["sfp"], "protected": False}, "ComplaintFiled"),
        ("ComplaintFiled", {"against": ["sfp"], "protected": True}, "ComplaintFiled.protected"),
        ("ComplaintFiled", {"against": [], "protected": True}, "ComplaintFiled.protected"),
        ("ComplaintFiled", {"against": [], "protected": False}, "ComplaintFiled.open"),
        ("AgreementSigned", {"terminates": ["ag"]}, "AgreementSigned.ends"),
        ("AgreementSigned", {}, "AgreementSigned"),
        ("EntryContested", {}, "EntryContested"),
        ("EntryContested", {"own_level": "limited"}, "EntryContested.level"),
        ("EntryAcknowledged", {"withdraws": "i1"}, "EntryAcknowledged.withdraws"),
        ("ActionPlanOpened", {"due": "2019"}, "ActionPlanOpened.due"),
        ("ResponseGiven", {"answers": ["i1"]}, "ResponseGiven.contests"),
        ("CommitmentStatusDecided", {"to": "closed"}, "CommitmentStatusDecided.closed"),
        ("VoteCast", {"choice": "for"}, "VoteCast"),
        ("ActOfAnotherDay", {"to": "closed"}, "ActOfAnotherDay"),
    ],
)
def test_each_wording_has_a_message_of_its_own(type_name: str, body: Body, msgid: str) -> None:
    assert said(type_name, body).msgid == f"act.{msgid}"


def test_members_that_name_somebody_or_an_entry_are_parameters_of_their_own() -> None:
    stage = seated()
    entry = stage.says("nosc", "CommitmentProposed", commitment())
    contested = stage.contest("sfp", entry)
    members: Body = {
        "against": ["sfp", "unknown"], "organization": "red", "own_level": "limited", "submitted_to": "inai",
        "target": entry.leaf_hash, "successors": ["nosc"], "required": [],
    }  # fmt: skip
    known = said("EntryContested", members, stage.state, contested.originator_id).params
    assert (known["organization"], known["receiver"], known["level"]) == (text("red"), text("inai"), "limited")
    assert (known["against"], known["entry"]) == ((text("sfp"), "UNKNOWN"), entry.index)
    assert (known["successors"], known["required"]) == ((text("nosc"),), "—")
    unknown = said("EntryContested", members).params
    assert (unknown["organization"], unknown["receiver"], unknown["against"]) == ("RED", "INAI", ("SFP", "UNKNOWN"))
    assert (unknown["entry"], unknown["successors"], unknown["required"]) == (
        f"{entry.leaf_hash[:8]}…", "nosc", "",
    )  # fmt: skip
    assert said("EntryContested", members, stage.state).params["entry"] == unknown["entry"]


def test_languages_are_the_ledgers_and_capacities_are_called_as_genesis_says() -> None:
    stage = of_own_words()
    capacity = str(CAPACITIES[0]["capacity"])
    assert said("X", {}, stage.state, capacity=capacity).params["capacity"] == CAPACITIES[0]["name"]
    assert said("X", {}, stage.state, capacity="root").params["capacity"] == "root"
    assert said("X", {}, capacity=capacity).params["capacity"] == capacity
    assert said("X", {}, opened_in_two().state).languages == ("es", "pt")
    assert (said("X", {}).languages, said("X", {}, stage.state).languages) == (("es",), ("es",))


def test_a_name_that_others_use_is_in_its_own_language() -> None:
    quoted = {"lang": "pt", "name": "Comitê", "used_in": "Ata"}
    params = said("PartyNameRecorded", quoted).params
    assert (params["name"], params["used_in"]) == ({"pt": "Comitê"}, {"pt": "Ata"})
    assert said("X", {"lang": "pt", "name": "Comitê"}).params["name"] == "Comitê"


def test_who_was_bound_and_did_not_sign_is_named_with_what_binds() -> None:
    stage = adopted().withdraw("nosc")
    body = status("withdrawn")
    stage.decided("d-withdrawn", act_of("CommitmentStatusDecided", body), voters=("inai", "sfp"))
    entry = stage.says("inai", "CommitmentStatusDecided", body)
    told = sentence_of(entry.statement, stage.state)
    assert (told.msgid, told.params["without"]) == ("act.CommitmentStatusDecided.withdrawn.without", (text("nosc"),))
    assert sentence_of(entry.statement).msgid == "act.CommitmentStatusDecided.withdrawn"
    baseline = next(one for one in stage.entries if one.statement["type"] == "CommitmentAdopted")
    assert sentence_of(baseline.statement, stage.state).msgid == "act.CommitmentAdopted"
    stage = opened().withdraw("nosc")
    body = carrying()
    stage.decided(body["decision"], act_of("CommitmentCarriedIntoPlan", body), voters=("inai", "sfp"))
    entry = stage.says("sfp", "CommitmentCarriedIntoPlan", body)
    told = sentence_of(entry.statement, stage.state)
    assert (told.msgid, told.params["without"]) == ("act.CommitmentCarriedIntoPlan.without", (text("nosc"),))


def test_inner_members_are_joined_by_underscores_and_lists_by_commas() -> None:
    stage = seated()
    body = {
        "governance_body": "dd", "mandate": text("M"), "members": ["inai", "nosc"], "name": text("N"),
    }  # fmt: skip
    params = sentence_of(stage.entry("nosc", "GovernanceBodyEstablished", body).statement).params
    assert (params["members"], params["members_count"]) == ("inai, nosc", 2)
    rules = {"governance_body": "cc", "rules": {"abstention": {"rule_source": "adopted", "value": "neutral"}},
             "version": 1}  # fmt: skip
    params = sentence_of(stage.entry("nosc", "GovernanceRulesAdopted", rules).statement).params
    assert params["rules_abstention_value"] == "neutral"
