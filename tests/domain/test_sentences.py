"""Sentences: a message id for each type, with names in place of identifiers where they are known."""

from tests.domain.stage import commitment, founded, root, seated, text

from constancia.domain.sentences import sentence_of


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
