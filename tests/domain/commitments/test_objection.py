"""Nobody blocks a deliverable alone, by rejecting, contesting or saying nothing; nobody gets it through alone."""

import pytest
from tests.domain.commitments.test_deliverable import (
    contested,
    expected,
    found,
    in_hand,
    of,
    rejected,
    revised,
    submitted,
)
from tests.domain.stage import MEMBERS, Stage, act_of, key_id, milestone, registration, root, seated, small_scope, text


def of_a_member(*more: str) -> Stage:
    """A deliverable of INAI; further members sit with the three."""
    stage = seated()
    for party in more:
        stage.outsider(party, "sfp")
    if more:
        stage.body("cc2", (*MEMBERS, *more), predecessor="cc")
        stage.says("nosc", "CommitmentProposed", {
            "commitment": "c1", "governance_body": "cc2", "objective": text("Fin"), "problem": text("Problema"),
            "title": text("c1"),
        })  # fmt: skip
        body = {"commitment": "c1", "decision": "d-c1", "scope": small_scope()}
        stage.decided("d-c1", act_of("CommitmentAdopted", body), body="cc2", voters=(*MEMBERS, *more))
        stage.says("inai", "CommitmentAdopted", body)
    else:
        stage.adopted("c1", small_scope())
    stage.says("inai", "DeliverableSubmitted", submitted())
    return stage


def sent_back(stage: Stage, by: str = "nosc", times: int = 2, maker: str = "inai") -> Stage:
    """A member rejects one version after another, each handed in again."""
    for version in range(1, times + 1):
        stage.says(by, "DeliverableRejected", rejected(version))
        stage.says(maker, "DeliverableSubmitted", submitted(version + 1))
    return stage


# O1: two objections.


def test_o1_who_has_rejected_two_versions_sends_no_third_one_back() -> None:
    stage = sent_back(of_a_member())
    stage.says("nosc", "DeliverableRejected", rejected(3))
    assert found(stage).status == "submitted"
    rejections = found(stage).rejections or ()
    assert [(each.version, each.mark.party, each.reasons) for each in rejections] == [
        (version, "nosc", rejections[0].reasons) for version in (1, 2, 3)
    ]
    stage.says("sfp", "DeliverableAccepted", of(3))
    assert (found(stage).status, found(stage).accepted_without) == ("accepted", ("nosc",))


def test_o1_its_word_is_not_waited_for_where_it_says_nothing_of_the_third() -> None:
    stage = sent_back(of_a_member())
    stage.says("sfp", "DeliverableAccepted", of(3))
    assert found(stage).accepted_without == ("nosc",)


def test_o1_one_rejection_is_waited_for() -> None:
    stage = sent_back(of_a_member(), times=1)
    stage.says("sfp", "DeliverableAccepted", of(2))
    assert found(stage).status == "submitted"
    stage.says("nosc", "DeliverableRejected", rejected(2))
    assert found(stage).status == "rejected"


def test_o1_what_it_accepts_itself_is_accepted_by_all() -> None:
    stage = sent_back(of_a_member())
    stage.says("nosc", "DeliverableAccepted", of(3))
    assert found(stage).status == "submitted", "the other's word is waited for"
    stage.says("sfp", "DeliverableAccepted", of(3))
    assert (found(stage).status, found(stage).accepted_without) == ("accepted", None)


def test_o1_who_rejects_what_it_had_accepted_does_not_accept_it() -> None:
    stage = sent_back(of_a_member())
    stage.says("nosc", "DeliverableAccepted", of(3))
    stage.says("nosc", "DeliverableRejected", rejected(3))
    stage.says("sfp", "DeliverableAccepted", of(3))
    assert found(stage).accepted_without == ("nosc",)


def test_o1_who_accepts_what_it_had_rejected_accepts_it_and_takes_nobody_elses_word_back() -> None:
    stage = sent_back(of_a_member("cuarta"))
    stage.says("sfp", "DeliverableAccepted", of(3))
    stage.says("nosc", "DeliverableRejected", rejected(3))
    other = stage.copy()
    other.says("cuarta", "DeliverableAccepted", of(3))
    assert found(other).accepted_without == ("nosc",)
    stage.says("nosc", "DeliverableAccepted", of(3))
    stage.says("cuarta", "DeliverableAccepted", of(3))
    assert (found(stage).status, found(stage).accepted_without) == ("accepted", None)


def test_o1_two_contests_by_a_member_are_two_objections() -> None:
    stage = of_a_member()
    for version in (1, 2):
        stage.says("nosc", "DeliverableContested", contested(version, f"x{version}"))
        stage.says("inai", "DeliverableRevised", revised(version + 1, [f"x{version}"]))
    stage.says("nosc", "DeliverableContested", contested(3, "x3"))
    assert (found(stage).status, found(stage).open_contests) == ("submitted", ("x3",))
    stage.says("sfp", "DeliverableAccepted", of(3))
    assert found(stage).accepted_without == ("nosc",)
    assert [each.is_idle for each in found(stage).contests] == [None, None, True]


def test_o1_two_objections_to_one_version_are_one() -> None:
    stage = of_a_member()
    stage.says("nosc", "DeliverableContested", contested(1, "x1"))
    stage.says("nosc", "DeliverableRejected", rejected())
    stage.says("inai", "DeliverableRevised", revised(2, ["x1"]))
    stage.says("sfp", "DeliverableAccepted", of(2))
    assert found(stage).status == "submitted"


def test_o1_of_the_version_at_hand_a_contest_is_not_counted_against_a_rejection() -> None:
    stage = sent_back(of_a_member(), times=1)
    stage.says("nosc", "DeliverableContested", contested(2))
    stage.says("nosc", "DeliverableRejected", rejected(2))
    assert found(stage).status == "rejected"


def test_o1_a_contest_that_blocks_still_does_where_one_that_does_not_comes_after_it() -> None:
    stage = sent_back(of_a_member())
    stage.says("sfp", "DeliverableContested", contested(3, "x3"))
    stage.says("nosc", "DeliverableContested", contested(3, "x4"))
    stage.says("nosc", "DeliverableRejected", rejected(3))
    assert found(stage).status == "contested"
    stage.says("inai", "DeliverableRevised", revised(4, ["x4"]))
    assert found(stage).status == "contested", "the other one has no answer"
    stage.says("inai", "DeliverableRevised", revised(5, ["x3"]))
    assert found(stage).status == "submitted"


def test_o1_parties_that_one_founder_brought_in_contest_two_versions_together() -> None:
    """Else it would register another one for each contest."""
    stage = expected()
    stage.says("red", "DeliverableSubmitted", submitted())
    for party in ("uno", "dos", "tres"):
        stage.outsider(party, "nosc")
    stage.outsider("ajena", "sfp")
    for version, party in ((1, "uno"), (2, "dos")):
        stage.says(party, "DeliverableContested", contested(version, f"x{version}"))
        assert found(stage).status == "contested"
        stage.says("red", "DeliverableRevised", revised(version + 1, [f"x{version}"]))
    stage.says("tres", "DeliverableContested", contested(3, "x3"))
    assert found(stage).status == "submitted"
    other = stage.copy()
    other.says("ajena", "DeliverableContested", contested(3, "x4"))
    assert found(other).status == "contested"
    stage.says("nosc", "DeliverableRejected", rejected(3))
    assert found(stage).status == "rejected", "what they contest takes nothing from a member"


def test_o1_a_members_objections_are_not_those_of_whom_it_brought_in() -> None:
    stage = sent_back(of_a_member(), by="sfp")
    stage.outsider("ajena", "sfp")
    stage.says("ajena", "DeliverableContested", contested(3))
    assert found(stage).status == "contested"


# O2: silence.


def test_o2_a_member_that_says_nothing_is_waited_for_until_the_term_is_over() -> None:
    stage = of_a_member()
    stage.says("sfp", "DeliverableAccepted", of())
    stage.on("2019-05-30")
    assert stage.code("sfp", "DeliverableAccepted", of()) == "E_ALREADY_SIGNED"
    stage.on("2019-05-31").says("sfp", "DeliverableAccepted", of())
    assert (found(stage).status, found(stage).accepted_without) == ("accepted", ("nosc",))


def test_o2_the_term_is_the_bodys() -> None:
    stage = of_a_member()
    term = {"decision_term_days": {"rule_source": "adopted", "value": 10}}
    stage.each("GovernanceRulesAdopted", {"governance_body": "cc", "rules": term, "version": 1})
    stage.on("2019-03-11").says("sfp", "DeliverableAccepted", of())
    assert found(stage).status == "submitted"
    stage.on("2019-03-12").says("sfp", "DeliverableAccepted", of())
    assert found(stage).status == "accepted"


def test_o2_it_is_counted_from_the_version_at_hand() -> None:
    stage = of_a_member().on("2019-05-01")
    stage.says("inai", "DeliverableRevised", revised())
    stage.on("2019-06-15").says("sfp", "DeliverableAccepted", of(2))
    assert found(stage).status == "submitted"


def test_o2_it_is_counted_from_the_day_on_which_a_contest_was_overruled() -> None:
    stage = of_a_member()
    stage.outsider("otra", "sfp")
    stage.says("otra", "DeliverableContested", contested())
    stage.on("2019-06-15")
    overruling = of(contest="x1", decision="d-x1", reasons=text("No procede"))
    stage.decided("d-x1", act_of("ContestOverruled", overruling), voters=("nosc", "sfp"))
    stage.says("sfp", "ContestOverruled", overruling)
    stage.says("sfp", "DeliverableAccepted", of())
    assert found(stage).status == "submitted"
    stage.on("2019-09-14").says("sfp", "DeliverableAccepted", of())
    assert found(stage).accepted_without == ("nosc",)


# O3: the others, and never one alone.


def test_o3_who_handed_it_in_gets_nothing_through_by_its_own_word() -> None:
    """The one other member that can judge it objects, or says nothing: no term and no rejection makes it accepted."""
    stage = sent_back(of_a_member().withdraw("sfp"))
    stage.on("2019-12-01")
    assert stage.code("inai", "DeliverableAccepted", of(3)) == "E_SELF_DEALING"
    assert found(stage).status == "submitted"


def test_o3_nor_does_one_member_with_a_party_that_does_its_work() -> None:
    stage = in_hand().withdraw("sfp")
    sent_back(stage, maker="red").on("2019-12-01")
    stage.says("inai", "DeliverableAccepted", of(3))
    assert found(stage).status == "submitted", "one of two members"


def test_o3_two_members_accept_the_work_of_another_without_the_third() -> None:
    stage = sent_back(in_hand(), maker="red")
    stage.says("inai", "DeliverableAccepted", of(3))
    assert found(stage).status == "submitted"
    stage.says("sfp", "DeliverableAccepted", of(3))
    assert found(stage).accepted_without == ("nosc",)


def test_o3_half_of_the_members_are_too_few() -> None:
    stage = of_a_member("cuarta").on("2019-12-01")
    stage.says("sfp", "DeliverableAccepted", of())
    assert found(stage).status == "submitted", "with who handed it in two of four"
    stage.says("nosc", "DeliverableAccepted", of())
    assert found(stage).accepted_without == ("cuarta",)


def test_o3_two_that_objected_once_each_are_waited_for() -> None:
    stage = of_a_member("cuarta", "quinta")
    for version, party in ((1, "cuarta"), (2, "quinta")):
        stage.says(party, "DeliverableRejected", rejected(version))
        stage.says("inai", "DeliverableSubmitted", submitted(version + 1))
    stage.each("DeliverableAccepted", of(3), ("nosc", "sfp"))
    assert found(stage).status == "submitted"


def test_o3_who_can_not_speak_is_no_member_here() -> None:
    stage = sent_back(of_a_member("cuarta"))
    stage.lose("rep-cuarta", "root-cuarta")
    stage.says("sfp", "DeliverableAccepted", of(3))
    assert found(stage).accepted_without == ("nosc",)


@pytest.mark.parametrize("edition", [1, 2])
def test_under_an_earlier_edition_every_rejection_sends_back_and_everybody_is_waited_for(edition: int) -> None:
    scope = small_scope(milestones=[milestone()])
    stage = seated(edition=edition).adopted("c1", scope)
    stage.says("inai", "DeliverableSubmitted", submitted())
    sent_back(stage, times=3)
    assert found(stage).rejections is None
    stage.says("nosc", "DeliverableContested", contested(4))
    assert (found(stage).status, found(stage).contests[0].is_idle) == ("contested", None)
    stage.says("inai", "DeliverableRevised", revised(5, ["x1"]))
    stage.says("sfp", "DeliverableAccepted", of(5))
    stage.on("2019-12-01")
    assert stage.code("sfp", "DeliverableAccepted", of(5)) == "E_ALREADY_SIGNED"
    assert found(stage).status == "submitted"


def test_a_party_that_nobody_is_known_to_have_brought_in_counts_by_itself() -> None:
    """Who was registered under an earlier edition has no founder on record."""
    stage = seated(edition=2)
    for party in ("uno", "dos"):
        stage.says("inai", "PartyRegistered", {"kind": "academia", "legal_name": text(party), "party": party})
        stage.says(root(party), "KeyRegistered", registration(party, f"root-{party}"))
        stage.says(root("inai"), "KeyEndorsed", {"key": key_id(f"root-{party}"), "valid_from": "2019-01-01"})
        stage.join(party)
    stage.adopted("c1", small_scope())
    stage.amend()
    stage.says("inai", "DeliverableSubmitted", submitted())
    for version in (1, 2):
        stage.says("uno", "DeliverableContested", contested(version, f"x{version}"))
        stage.says("inai", "DeliverableRevised", revised(version + 1, [f"x{version}"]))
    other = stage.copy()
    stage.says("uno", "DeliverableContested", contested(3, "x3"))
    other.says("dos", "DeliverableContested", contested(3, "x3"))
    assert [found(each).status for each in (stage, other)] == ["submitted", "contested"]
