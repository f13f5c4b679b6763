"""A word over an equal text counts until its matter is settled otherwise: it was said of what was there then.

Else two of three would use a word of the third that it gave before all three agreed on something else.
"""

from tests.domain.commitments.test_responsibility import expecting, filling
from tests.domain.stage import MEMBERS, Body, Stage, root, seated, text

from constancia.domain.commitments.commitment import Commitment
from constancia.domain.commitments.duty import Duty
from constancia.domain.governance.body import GovernanceBody


def others_say(stage: Stage, type_name: str, body: Body, parties: tuple[str, ...] = ("nosc", "sfp")) -> Stage:
    for party in parties:
        stage.says(party, type_name, body)
    return stage


def test_of_a_duty_that_all_have_assigned_otherwise_since() -> None:
    def to(bearer: str, words: str) -> Body:
        assigned = {"bearers": [bearer], "duty": "o1", "governance_body": "cc", "since": "2019-03-01"}
        return assigned | {"reasons": text("Razones"), "text": text(words)}

    def words(stage: Stage) -> list[Body]:
        return [assigned.text.to_json() for assigned in stage.find(Duty, "duty/o1").assignments]

    stage = seated()
    stage.each("DutyAssigned", to("sfp", "Uno"))
    stage.says("inai", "DutyAssigned", to("nosc", "Dos"))
    stage.each("DutyAssigned", to("sfp", "Tres"))
    others_say(stage, "DutyAssigned", to("nosc", "Dos"))
    assert words(stage) == [text("Uno"), text("Tres")]
    stage.says("inai", "DutyAssigned", to("nosc", "Dos"))
    assert words(stage) == [text("Uno"), text("Tres"), text("Dos")]


def test_of_a_role_whose_holder_all_have_replaced_since() -> None:
    earlier = filling(since="2019-02-01")
    stage = expecting()
    stage.says("inai", "RoleFilled", earlier)
    stage.each("RoleFilled", filling())
    stage.each("RoleFilled", filling("otra", replaces="red"))
    others_say(stage, "RoleFilled", earlier)
    assert [holder.party for holder in stage.find(Commitment, "commitment/c1").holders("consultant", "m1")] == ["otra"]
    stage.says("inai", "RoleFilled", earlier)
    assert len(stage.find(Commitment, "commitment/c1").holders("consultant", "m1")) == 2


def test_of_a_participation_that_all_have_ended_since() -> None:
    admitted = {"governance_body": "cc", "participation": "observer", "party": "red", "since": "2019-03-01"}
    stage = seated()
    stage.says("inai", "ParticipantAdmitted", admitted | {"voting": "none"})
    stage.each("ParticipantAdmitted", admitted | {"voting": "unstated"})
    stage.each("ParticipantAdmitted", admitted | {"until": "2019-03-01", "voting": "unstated"})
    others_say(stage, "ParticipantAdmitted", admitted | {"voting": "none"})
    assert stage.find(GovernanceBody, "governance/cc").participant("red") is None
    stage.says("inai", "ParticipantAdmitted", admitted | {"voting": "none"})
    assert stage.find(GovernanceBody, "governance/cc").participant("red") is not None


def test_of_a_return_after_which_the_party_has_left_again() -> None:
    def returning(conditions: str) -> Body:
        return {"conditions": text(conditions), "effective": "2019-03-01", "governance_body": "cc", "party": "nosc"}

    stage = seated().withdraw("nosc")
    for conditions in ("Unas", "Otras"):
        stage.says(root("nosc"), "PartyReturned", returning(conditions))
    others_say(stage, "PartyReturned", returning("Otras"), ("inai", "sfp"))
    stage.withdraw("nosc")
    assert stage.code("inai", "PartyReturned", returning("Unas")) == "E_STATE"  # the party says it first
    stage.says(root("nosc"), "PartyReturned", returning("Unas"))
    others_say(stage, "PartyReturned", returning("Unas"), ("inai", "sfp"))
    assert stage.find(GovernanceBody, "governance/cc").seated == MEMBERS


def test_a_word_counts_however_old_where_nothing_was_settled_since() -> None:
    stage = expecting()
    stage.says("inai", "RoleFilled", filling())
    stage.on("2021-03-01")
    others_say(stage, "RoleFilled", filling())
    assert stage.find(Commitment, "commitment/c1").holders("consultant", "m1")


def test_words_of_another_role_or_party_count_on() -> None:
    stage = expecting()
    for party in ("inai", "nosc"):
        stage.says(party, "RoleFilled", filling("otra"))
    stage.each("RoleFilled", filling())
    stage.says("sfp", "RoleFilled", filling("otra"))
    assert len(stage.find(Commitment, "commitment/c1").holders("consultant", "m1")) == 2
