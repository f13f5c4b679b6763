"""Who decides on a complaint: nobody whose cause it is; where no seat may, whom it is addressed to."""

from typing import Any

from tests.domain.agreements.test_agreement import signed_by
from tests.domain.complaints.test_complaint import (
    Q,
    admission,
    admit,
    admitted,
    appeal,
    complaint,
    dismissed,
    filed,
    filing,
    resolution,
)
from tests.domain.stage import MEMBERS, Stage, founded, key_id, registration, root, seated, sha256, small_scope, text
from tests.rows import each_row


def may_decide(stage: Stage, name: str = "q1") -> set[str]:
    """The parties that an outsider is given as those that may decide."""
    refusal = stage.refused("red", "ComplaintAdmitted", admission(name))
    assert refusal.code == "E_NOT_SEATED"
    may = refusal.judged_against["may"]
    assert isinstance(may, list)
    return set(may)


# Whose cause it is.


def test_26_neither_the_accused_nor_the_filer_decides() -> None:
    for stage, type_name, body in (
        (filed(), "ComplaintAdmitted", admission()),
        (filed(), "ComplaintResolved", resolution("dismissed")),
        (admitted().on("2019-06-01"), "ComplaintResolved", resolution()),
    ):
        assert stage.code("sfp", type_name, body) == "E_SELF_DEALING"
        assert stage.code("nosc", type_name, body) == "E_SELF_DEALING"
        assert stage.code("red", type_name, body) == "E_NOT_SEATED"
        stage.says("inai", type_name, body)


@each_row("of", ["sfp", "nosc"])
def test_26_no_person_of_the_accused_or_the_filer_decides_for_another_party(of: str) -> None:
    stage = filed()
    both = stage.join("inai", name="both", person=f"p-{of}")
    refusal = stage.refused(both, "ComplaintAdmitted", admission())
    assert refusal.code == "E_SELF_DEALING"


def test_26_who_filed_in_person_does_not_decide_when_its_appointment_has_ended() -> None:
    stage = filed()
    stage.says(root("nosc"), "RepresentativeRevoked", {"appointment": "ap-nosc", "reason": text("Ya")})
    moved = stage.join("inai", name="moved", person="p-nosc")
    assert stage.code(moved, "ComplaintAdmitted", admission()) == "E_SELF_DEALING"


def test_26_a_member_of_the_accused_and_its_group_do_not_decide_for_any_party() -> None:
    stage = seated()
    member = {"organization": "red", "party": "nosc", "since": "2019-03-01"}
    stage.says(root("nosc"), "MemberOrganizationJoined", member)
    stage.says("inai", "ComplaintFiled", filing(against=["red"]))
    stage.says("red", "ComplaintFiled", filing("q2", against=["inai"]))
    both = stage.join("sfp", name="both-sfp", person="p-nosc")
    for name in ("q1", "q2"):
        assert stage.code("nosc", "ComplaintAdmitted", admission(name)) == "E_SELF_DEALING"
        assert stage.code(both, "ComplaintAdmitted", admission(name)) == "E_SELF_DEALING", "nor its people"
        stage.says("sfp", "ComplaintAdmitted", admission(name))


def accused_group() -> Stage:
    """A group that founded nothing, accused by one founder: the others judge it."""
    stage = seated()
    group = {"kind": "civil_society_group", "legal_name": text("Grupo"), "party": "grupo"}
    stage.says("nosc", "PartyRegistered", group)
    stage.says(root("grupo"), "KeyRegistered", registration("grupo", "root-grupo"))
    stage.says(root("nosc"), "KeyEndorsed", {"key": key_id("root-grupo"), "valid_from": "2019-01-01"})
    stage.says("nosc", "ComplaintFiled", filing(against=["grupo"]))
    return stage


def claimed(stage: Stage, organization: str) -> str:
    """The group says that a party is its organization; the leaf hash of the entry."""
    joined = {"organization": organization, "party": "grupo", "since": "2019-03-01"}
    return stage.says(root("grupo"), "MemberOrganizationJoined", joined).leaf_hash


def test_26_no_group_makes_its_judges_its_own() -> None:
    stage = accused_group()
    claims = {founder: claimed(stage, founder) for founder in MEMBERS}
    assert may_decide(stage) == {"inai", "sfp"}
    stage.says("inai", "EntryAcknowledged", {"target": claims["inai"]})
    assert may_decide(stage) == {"sfp"}
    assert stage.code("inai", "ComplaintAdmitted", admission()) == "E_SELF_DEALING"
    contest = {"contest": "x", "evidence": [], "grounds": text("Ya no"), "target": claims["inai"]}
    stage.copy().says("sfp", "ComplaintAdmitted", admission())
    stage.says("inai", "EntryContested", contest)
    assert may_decide(stage) == {"inai", "sfp"}
    stage.says("inai", "EntryAcknowledged", {"target": claims["inai"], "withdraws": ["x"]})
    assert may_decide(stage) == {"sfp"}


def test_26_a_former_members_word_agrees_to_no_later_claim() -> None:
    stage = accused_group()
    claimed(stage, "red")
    stage.says("inai", "EntryAcknowledged", {"target": claimed(stage, "inai")})
    left = {"organization": "inai", "party": "grupo", "reason": text("Fin"), "until": "2019-03-01"}
    stage.says(root("grupo"), "MemberOrganizationLeft", left)
    claimed(stage, "inai")
    assert may_decide(stage) == {"inai", "sfp"}


def test_26_nobody_agrees_for_the_organization_that_is_named() -> None:
    stage = accused_group()
    target = claimed(stage, "inai")
    assert stage.code("sfp", "EntryAcknowledged", {"target": target}) == "E_ROLE"
    assert may_decide(stage) == {"inai", "sfp"}


def test_26_who_brought_the_accused_in_does_not_judge_it() -> None:
    """Else it would let one that it registered act, and dismiss what others complain of."""
    stage = seated()
    stage.says("nosc", "ComplaintFiled", filing(against=["red"]))
    refusal = stage.refused("inai", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", ["sfp"])
    stage.says("sfp", "ComplaintAdmitted", admission())


def test_26_nor_is_it_addressed_to_it_nor_judged_by_it_once_others_are_accused_in_its_continuation() -> None:
    stage = seated()
    stage.outsider("otra", "sfp")
    stage.says("nosc", "ComplaintFiled", filing(against=["otra", "red"], addressed_to="inai"))
    refusal = stage.refused("inai", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", [])
    stage.says("nosc", "ComplaintFiled", filing("q2", against=["sfp"], continues="q1"))
    refusal = stage.refused("inai", "ComplaintAdmitted", admission("q2"))
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", [])


def test_26_nor_does_who_brought_it_in_without_being_a_founder() -> None:
    """Else a party would judge what it let one do that it registered, or what that one complains of."""
    stage = seated()
    admit(stage, "red")
    stage.says("red", "PartyRegistered", {"kind": "academia", "legal_name": text("Nieta"), "party": "nieta"})
    stage.says("nosc", "ComplaintFiled", filing(against=["nieta"]))
    refusal = stage.refused("red", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", ["sfp"])

    stage = seated()
    stage.says("red", "PartyRegistered", {"kind": "academia", "legal_name": text("Nieta"), "party": "nieta"})
    stage.says("nosc", "ComplaintFiled", filing(against=["nieta", "sfp"], addressed_to="red"))
    refusal = stage.refused("red", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", [])


def test_26_registering_a_third_party_does_not_keep_it_from_judging_who_registered_it() -> None:
    stage = seated()
    stage.says("nosc", "ComplaintFiled", filing(against=["inai", "sfp"], addressed_to="red"))
    stage.says("red", "ComplaintAdmitted", admission())


def test_a_secretariat_neither_files_nor_decides() -> None:
    stage = filed()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    assert stage.code(clerk, "ComplaintFiled", filing("q2")) == "E_ROLE"
    assert stage.code(clerk, "ComplaintAdmitted", admission()) == "E_ROLE"


def test_who_has_left_the_body_does_not_decide() -> None:
    assert filed().withdraw("inai").code("inai", "ComplaintAdmitted", admission()) == "E_NOT_SEATED"


def test_who_takes_part_in_the_body_decides_until_its_participation_ends() -> None:
    stage = seated()
    stage.outsider("ogp")
    admitted = {
        "governance_body": "cc",
        "participation": "observer",
        "party": "ogp",
        "since": "2019-03-01",
        "voting": "none",
    }
    stage.each("ParticipantAdmitted", admitted)
    stage.says("nosc", "ComplaintFiled", filing())
    assert may_decide(stage) == {"inai", "ogp"}
    stage.each("ParticipantAdmitted", admitted | {"until": "2019-03-01"})
    assert may_decide(stage) == {"inai"}
    assert stage.code("ogp", "ComplaintAdmitted", admission()) == "E_NOT_SEATED"


def test_friends_found_no_body_to_decide_in() -> None:
    """Neither who complains nor who is accused brings judges of its own."""
    stage = seated()
    stage.outsider("otra")
    stage.body("friends", ("nosc", "red"))
    named = stage.refused("nosc", "ComplaintFiled", filing(governance_body="friends"))
    assert (named.code, named.judged_against["bodies"]) == ("E_POLICY", ["cc"])
    stage.body("shield", ("otra", "sfp"))
    assert stage.code("nosc", "ComplaintFiled", filing()) == "E_POLICY", "of two bodies one is named"
    stage.says("nosc", "ComplaintFiled", filing(governance_body="cc"))
    assert stage.code("otra", "ComplaintResolved", resolution("dismissed")) == "E_NOT_SEATED"
    assert stage.code("red", "ComplaintResolved", resolution("dismissed")) == "E_NOT_SEATED"


def test_who_had_a_seat_in_a_body_that_was_succeeded_is_judged_in_its_successor() -> None:
    """Else who complains would choose among all bodies, its friends' too."""
    stage = seated().withdraw("sfp").body("cc2", ("inai", "nosc"), predecessor="cc")
    stage.outsider("otra")
    stage.body("friends", ("nosc", "otra"))
    refusal = stage.refused("nosc", "ComplaintFiled", filing(governance_body="friends"))
    assert (refusal.code, refusal.judged_against["bodies"]) == ("E_POLICY", ["cc2"])
    stage.says("nosc", "ComplaintFiled", filing())
    assert complaint(stage).governance_body == "cc2"


@each_row("subject", ["commitment/c1", "agreement/ag", "governance/cc", "decision/d-c1"])
def test_a_complaint_belongs_to_the_body_of_its_subject(subject: str) -> None:
    stage = signed_by(*MEMBERS).adopted(scope=small_scope())
    stage.outsider("otra")
    stage.body("shield", ("otra", "sfp"))
    stage.says("nosc", "ComplaintFiled", filing(subject=subject))
    assert complaint(stage).governance_body == "cc"
    assert complaint(stage).concerns == (subject,)
    assert stage.code("nosc", "ComplaintFiled", filing("q2", subject=subject, governance_body="shield")) == "E_POLICY"


# Where no seat may decide.


def all_seats_involved(**changed: Any) -> Stage:
    stage = seated()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing(against=["inai", "sfp"], **changed))
    return stage


def test_with_all_seats_involved_it_is_decided_by_whom_it_is_addressed_to() -> None:
    stage = all_seats_involved(addressed_to="ogp")
    assert stage.code("red", "ComplaintAdmitted", admission()) == "E_NOT_SEATED"
    stage.says("ogp", "ComplaintAdmitted", admission())
    stage.on("2019-12-12").says("ogp", "ComplaintResolved", resolution("settled"))
    assert complaint(stage).status == "resolved"


def test_whom_it_is_addressed_to_decides_nothing_once_it_belongs_to_who_complains() -> None:
    stage = all_seats_involved(addressed_to="ogp")
    assert may_decide(stage) == {"ogp"}
    joined = {"organization": "ogp", "party": "nosc", "since": "2019-03-01"}
    target = stage.says(root("nosc"), "MemberOrganizationJoined", joined).leaf_hash
    stage.says("ogp", "EntryAcknowledged", {"target": target})
    assert may_decide(stage) == set()
    assert stage.code("ogp", "ComplaintAdmitted", admission()) == "E_SELF_DEALING"


def test_where_all_seats_are_accused_each_side_names_one_judge() -> None:
    """The limit that docs/THREATS names: who complains chooses the first judge, and the accused that of the appeal."""
    stage = all_seats_involved(addressed_to="ogp")
    stage.outsider("otra")
    stage.says("ogp", "ComplaintAdmitted", admission())
    stage.on("2019-04-01").says("ogp", "ComplaintResolved", resolution("upheld"))
    stage.says(
        "sfp", "ComplaintFiled", filing("q2", kind="appeal", continues="q1", against=["nosc"], addressed_to="otra")
    )
    assert stage.code("ogp", "ComplaintAdmitted", admission("q2")) == "E_SELF_DEALING"
    assert stage.code("inai", "ComplaintAdmitted", admission("q2")) == "E_SELF_DEALING"
    stage.says("otra", "ComplaintAdmitted", admission("q2"))


def test_with_nobody_to_decide_the_filer_continues_it_elsewhere() -> None:
    stage = all_seats_involved()
    refusal = stage.refused("ogp", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", [])
    stage.says("nosc", "ComplaintFiled", filing("q2", against=["inai", "sfp"], continues="q1", addressed_to="ogp"))
    stage.says("ogp", "ComplaintAdmitted", admission("q2"))
    assert complaint(stage, "q2").concerns == (Q,)
    assert complaint(stage).status == "filed", "the first one stays as it is"


def test_whom_it_is_addressed_to_decides_only_where_no_seat_may() -> None:
    stage = seated()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing(addressed_to="ogp"))
    refusal = stage.refused("ogp", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", ["inai"])


def test_who_is_silent_beyond_the_term_loses_the_decision_to_whom_it_is_addressed_to() -> None:
    stage = seated()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing())
    onward = filing("q2", continues="q1", addressed_to="ogp")
    stage.on("2019-03-31").says("nosc", "ComplaintFiled", onward)
    assert stage.code("ogp", "ComplaintAdmitted", admission("q2")) == "E_NOT_SEATED"
    stage.on("2019-04-01").says("ogp", "ComplaintAdmitted", admission("q2"))


def test_a_seat_that_can_not_speak_is_not_waited_for() -> None:
    stage = seated()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing(addressed_to="ogp"))
    stage.says(root("inai"), "RepresentativeRevoked", {"appointment": "ap-inai", "reason": text("Ya")})
    stage.says(root("inai"), "KeyRevoked", {"key": _key("root-inai"), "reason": "lost"})
    stage.says("ogp", "ComplaintAdmitted", admission())


def _key(name: str) -> str:
    return sha256(f"key of {name}")


@each_row("to", ["nosc", "sfp"])
def test_nobody_addresses_a_complaint_to_itself_or_to_the_accused(to: str) -> None:
    assert seated().code("nosc", "ComplaintFiled", filing(addressed_to=to)) == "E_SELF_DEALING"


def test_in_a_ledger_without_bodies_only_whom_it_is_addressed_to_decides() -> None:
    stage = founded()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", filing(addressed_to="ogp"))
    assert complaint(stage).governance_body is None
    assert stage.code("inai", "ComplaintAdmitted", admission()) == "E_NOT_SEATED"
    stage.says("ogp", "ComplaintAdmitted", admission())


def test_a_dismissal_is_open_to_appeal_and_who_dismissed_does_not_judge_it() -> None:
    stage = dismissed()
    stage.outsider("ogp")
    stage.says("nosc", "ComplaintFiled", appeal(addressed_to="ogp"))
    assert stage.code("inai", "ComplaintAdmitted", admission("q2")) == "E_SELF_DEALING"
    stage.says("ogp", "ComplaintAdmitted", admission("q2"))


def test_no_other_accused_make_judges_of_the_former_ones() -> None:
    stage = dismissed()
    stage.says("nosc", "ComplaintFiled", appeal(against=["inai"]))
    assert stage.code("sfp", "ComplaintResolved", resolution("dismissed", "q2")) == "E_SELF_DEALING"


def test_26_nobody_judges_what_a_party_that_it_brought_in_complains_of() -> None:
    """One party registers another, which accuses for it; it would decide alone."""
    stage = seated()
    stage.says("red", "ComplaintFiled", filing(against=["nosc"]))
    refusal = stage.refused("inai", "ComplaintAdmitted", admission())
    assert (refusal.code, refusal.judged_against["may"]) == ("E_NOT_SEATED", ["sfp"])
    stage.says("sfp", "ComplaintAdmitted", admission())


def test_26_nobody_appeals_to_a_party_that_it_brought_in() -> None:
    """Who is accused registers the judge of its appeal; or one party both who accuses and who decides."""
    stage = seated()
    stage.says("nosc", "ComplaintFiled", filing(against=["inai"]))
    stage.says("sfp", "ComplaintAdmitted", admission())
    stage.on("2019-06-01").says("sfp", "ComplaintResolved", resolution("upheld"))
    stage.outsider("ajena", "sfp")
    for judge, code in (("red", "E_NOT_SEATED"), ("ajena", "")):
        appealed = stage.copy()
        appealed.says("inai", "ComplaintFiled", appeal(against=["nosc"], addressed_to=judge))
        assert appealed.code_of(judge, "ComplaintAdmitted", admission("q2")) == code


def test_26_nor_does_a_party_that_its_filers_founder_brought_in_through_another() -> None:
    stage = seated()
    stage.outsider("nieta", "inai")
    stage.says("red", "PartyRegistered", {"kind": "academia", "legal_name": text("Otra"), "party": "otra"})
    stage.says(root("otra"), "KeyRegistered", registration("otra", "root-otra"))
    stage.says(root("inai"), "KeyEndorsed", {"key": key_id("root-otra"), "valid_from": "2019-01-01"})
    stage.join("otra")
    for judge in ("nieta", "otra"):
        there = stage.copy()
        there.says("red", "ComplaintFiled", filing(against=["nosc", "sfp"], addressed_to=judge))
        assert there.code(judge, "ComplaintAdmitted", admission()) == "E_NOT_SEATED"


@each_row("filer", ["otra", "sfp"])
def test_26_nobody_judges_in_a_body_that_it_founded_with_its_own(filer: str) -> None:
    """Nor by accusing one of its own along with another party, so that it belongs to that body."""
    stage = seated()
    for party in ("amiga", "otra", "tercera"):
        stage.outsider(party, "sfp")
    stage.body("dos", ("amiga", "tercera"))
    stage.says(filer, "ComplaintFiled", filing(against=["inai"], subject="governance/dos"))
    stage.says(filer, "ComplaintFiled", filing("q2", against=["inai", "tercera"], governance_body="dos"))
    stage.says(filer, "ComplaintFiled", filing("q3", against=["inai"], governance_body="cc"))
    assert [may_decide(stage, name) for name in ("q1", "q2", "q3")] == [set(), set(), {"nosc"}]


def test_whom_all_members_admitted_is_nobodys_and_who_brought_it_in_decides_as_any_other() -> None:
    stage = seated()
    admit(stage, "red")
    stage.says("red", "ComplaintFiled", filing(against=["nosc"]))
    assert complaint(stage).filer == "red"
    stage.says("inai", "ComplaintAdmitted", admission())
    stage.says("inai", "ComplaintFiled", filing("q2", against=["nosc", "sfp"]))
    stage.says("red", "ComplaintAdmitted", admission("q2"))
    stage.says("nosc", "ComplaintFiled", filing("q3", against=["red"]))
    stage.says("inai", "ComplaintAdmitted", admission("q3"))
