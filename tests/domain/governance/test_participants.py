"""Participants: admitted by all members, without a seat and without a vote, whatever is unstated."""

from typing import Any

from tests.domain.stage import Body, Stage, act_of, commitment, doc, proposed, root, seated, small_scope
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.governance.body import GovernanceBody, Participant
from constancia.domain.values.values import digest


def admission(party: str = "red", **changed: Any) -> Body:
    return {
        "governance_body": "cc",
        "participation": "permanent_participant",
        "party": party,
        "since": "2019-03-01",
        "voting": "unstated",
    } | changed


def admitted(**changed: Any) -> Stage:
    stage = seated()
    stage.each("ParticipantAdmitted", admission(**changed))
    return stage


def body(stage: Stage) -> GovernanceBody:
    return stage.find(GovernanceBody, "governance/cc")


def participant(stage: Stage) -> Participant | None:
    return body(stage).participant("red")


def test_29_a_participant_is_admitted_by_all_members_and_takes_no_seat() -> None:
    stage = seated()
    for party in ("inai", "nosc"):
        stage.says(party, "ParticipantAdmitted", admission())
        assert participant(stage) is None
    stage.says("sfp", "ParticipantAdmitted", admission())
    found = participant(stage)
    assert found is not None
    assert (found.participation, found.voting) == ("permanent_participant", "unstated")
    assert body(stage).seated == ("inai", "nosc", "sfp")


def test_29_an_unstated_vote_counts_for_nothing() -> None:
    stage = admitted()
    stage.says("nosc", "CommitmentProposed", commitment())
    act = act_of("CommitmentAdopted", {"commitment": "c1", "decision": "d1", "scope": small_scope()})
    assert stage.code("red", "DecisionProposed", proposed("d1", act)) == "E_NOT_SEATED"
    stage.says("inai", "DecisionProposed", proposed("d1", act))
    vote = {"choice": "against", "decision": "d1", "digest": digest(act)}
    assert stage.code("red", "VoteCast", vote) == "E_NOT_SEATED"
    stage.each("VoteCast", vote | {"choice": "for"})
    assert stage.status("decision/d1") == "adopted"


@each_row(
    ("who", "changed", "code"),
    [
        ("red", {}, "E_SELF_DEALING"),
        ("inai", {"party": "nobody"}, "E_NOT_FOUND"),
        ("inai", {"party": "sfp"}, "E_STATE"),
        ("inai", {"until": "2019-03-01"}, "E_STATE"),
        ("inai", {"since": "2019-04"}, "E_DATE"),
        ("inai", {"voting": "voting"}, "E_MALFORMED"),
        ("inai", {"since": "2019-03-01", "until": "2019-02"}, "E_MALFORMED"),
        ("inai", {"governance_body": "cx"}, "E_NOT_FOUND"),
    ],
)
def test_who_is_admitted_and_by_whom(who: str, changed: Body, code: str) -> None:
    refusal = (
        seated().refused(who, "ParticipantAdmitted", admission(**changed), stream="governance/cc")
        if ("governance_body" not in changed)
        else seated().refused(who, "ParticipantAdmitted", admission(**changed))
    )
    assert code in codes(refusal)


def test_a_party_that_has_ended_is_admitted_no_more_and_its_participation_can_end() -> None:
    end = {
        "documents": [doc("decreto")], "effective": "2019-03-01", "independence_changed": False, "mode": "dissolved",
        "orphaned": [], "party": "red", "successors": [], "transfers": [],
    }  # fmt: skip
    for stage in (seated(), admitted()):
        stage.each("PartySucceeded", end, ("red", "inai", "nosc", "sfp"))
        assert "E_PARTY_SUCCEEDED" in codes(stage.refused("inai", "ParticipantAdmitted", admission(voting="none")))
    stage.each("ParticipantAdmitted", admission(until="2019-03-01"))
    assert participant(stage) is None


def test_who_is_not_in_the_body_admits_nobody() -> None:
    stage = seated()
    stage.outsider("otra")
    assert stage.code("otra", "ParticipantAdmitted", admission()) == "E_NOT_SEATED"
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    assert stage.code(clerk, "ParticipantAdmitted", admission()) == "E_ROLE"


def test_26_a_person_of_the_participant_does_not_admit_it_for_a_member() -> None:
    stage = seated()
    both = stage.join("inai", name="both", person="p-red")
    assert stage.code(both, "ParticipantAdmitted", admission()) == "E_SELF_DEALING"


def test_a_participation_changes_and_ends_by_the_word_of_all() -> None:
    stage = admitted()
    assert stage.code("inai", "ParticipantAdmitted", admission()) == "E_STATE"
    stage.each("ParticipantAdmitted", admission(voting="none"))
    found = participant(stage)
    assert found is not None
    assert found.voting == "none"
    stage.on("2019-06-01")
    assert stage.code("inai", "ParticipantAdmitted", admission(voting="none", until="2019-06-02")) == "E_DATE"
    stage.each("ParticipantAdmitted", admission(voting="none", until="2019-05-30"))
    assert participant(stage) is None
    assert [(one.voting, one.until) for one in body(stage).participants or ()] == [
        ("unstated", "2019-03-01"),
        ("none", "2019-05-30"),
    ]


def test_who_has_left_since_is_not_awaited() -> None:
    stage = seated()
    for party in ("inai", "sfp"):
        stage.says(party, "ParticipantAdmitted", admission())
    assert stage.code("sfp", "ParticipantAdmitted", admission()) == "E_ALREADY_SIGNED"
    stage.says(root("nosc"), "PartyWithdrew", {
        "effective": "2019-03-01", "governance_body": "cc", "grounds": {"es": "Ya"}, "party": "nosc",
    })  # fmt: skip
    stage.says("sfp", "ParticipantAdmitted", admission())
    assert participant(stage) is not None
