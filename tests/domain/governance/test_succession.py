"""Institutions die: with their own word while they can speak, with the others', and with every duty accounted for."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.stage import (
    MEMBERS,
    Body,
    Stage,
    deliverable,
    doc,
    key_id,
    milestone,
    registration,
    rep,
    root,
    seated,
    small_scope,
    text,
)
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.commitments.duty import Duty
from constancia.domain.facts.bearing import bearers, kind_changed, separate_voices
from constancia.domain.facts.derive import derive
from constancia.domain.identity.key import active_roots
from constancia.domain.identity.succession import Succession, holder_of, open_duties

FAR = datetime(2030, 1, 1, tzinfo=UTC)
M1, M2, O3 = "commitment/c1#milestones/m1", "commitment/c1#milestones/m2", "duty/o3"
ROLE = "commitment/c1#roles/consultant"
SCOPE = small_scope(
    deliverables=[deliverable("e1"), deliverable("e2", "m2")],
    milestones=[milestone("m1"), milestone("m2", lead=["consultant"], support=["inai"])],
)


def ending(party: str = "inai", *successors: str, **changed: Any) -> Body:
    """The end of a party; by default all that it bears goes to its first successor."""
    moved = changed.pop("moved", ())
    return {
        "documents": [doc("decreto")],
        "effective": "2019-03-01",
        "independence_changed": True,
        "mode": "functions_transferred" if successors else "dissolved",
        "orphaned": [],
        "party": party,
        "successors": sorted(successors),
        "transfers": [{"duty": duty, "successor": successors[0]} for duty in sorted(moved)],
    } | changed


def assignment(*bearers: str, name: str = "o3") -> Body:
    return {
        "bearers": sorted(bearers),
        "duty": name,
        "governance_body": "cc",
        "since": "2019-03-01",
        "text": text("Ser el enlace con otros poderes"),
    }


def world() -> Stage:
    """`inai` answers for m1 and m2, and is the contact; `nueva` sits nowhere."""
    stage = seated().adopted("c1", SCOPE)
    stage.each("DutyAssigned", assignment("inai"))
    stage.outsider("nueva", "sfp")
    return stage


WHOLE = ending("inai", "nueva", moved=(M1, M2, O3))


def proposed() -> Stage:
    stage = world()
    stage.says("inai", "PartySucceeded", WHOLE)
    return stage


def succeeded() -> Stage:
    stage = world()
    stage.each("PartySucceeded", WHOLE, ("inai", "nueva", "nosc", "sfp"))
    return stage


def silence(stage: Stage, party: str) -> Stage:
    """A party loses every key, by its own root."""
    stage.says(root(party), "KeyRevoked", {"key": key_id(f"rep-{party}"), "reason": "lost"})
    stage.says(root(party), "KeyRevoked", {"key": key_id(f"root-{party}"), "reason": "lost"})
    return stage


def facts(stage: Stage, kind: str) -> list[Any]:
    return [dict(fact.params) for fact in derive(stage.state, FAR) if fact.kind == kind]


WALK = Walk(
    kind="succession",
    stream="succession/inai",
    table={"PartySucceeded": {"none": "proposed", "proposed": "proposed"}},
    reach={"none": world, "proposed": proposed, "succeeded": succeeded},
    acts={"PartySucceeded": lambda stage: ("nosc", "PartySucceeded", WHOLE)},
    # What was open has gone to the successor by then.
    words={("succeeded", "PartySucceeded"): "E_NOT_FOUND"},
)


def test_every_pair_moves_as_the_table_says_or_is_refused() -> None:
    for state in ("none", "proposed"):
        WALK.check(state, "PartySucceeded")
    stage = succeeded()
    assert "E_STATE" in codes(stage.refused("nosc", "PartySucceeded", WHOLE))


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_p1_a_party_that_can_speak_is_not_declared_to_have_ended_by_others() -> None:
    stage = world()
    stage.each("PartySucceeded", WHOLE, ("nueva", "nosc", "sfp"))
    assert stage.status("succession/inai") == "proposed"
    stage.says("inai", "WorkStarted", {"commitment": "c1", "milestone": "m1"})
    stage.says("inai", "PartySucceeded", WHOLE)
    assert stage.status("succession/inai") == "succeeded"


def test_p1_of_a_party_that_can_say_nothing_any_more_the_others_say_it() -> None:
    stage = silence(world(), "inai")
    stage.each("PartySucceeded", WHOLE, ("nueva", "nosc"))
    assert stage.status("succession/inai") == "proposed"
    stage.says("sfp", "PartySucceeded", WHOLE)
    assert stage.status("succession/inai") == "succeeded"


def test_p2_no_party_ends_by_itself_and_its_successor() -> None:
    stage = world()
    stage.each("PartySucceeded", WHOLE, ("inai", "nueva"))
    assert stage.status("succession/inai") == "proposed"


def test_p2_who_is_not_concerned_says_nothing_of_it() -> None:
    stage = world()
    assert "E_ROLE" in codes(stage.refused("red", "PartySucceeded", WHOLE))


def test_p2_a_person_of_the_successor_does_not_say_it_for_another() -> None:
    stage = world()
    both = stage.join("nosc", name="both", person="p-nueva")
    assert stage.code(both, "PartySucceeded", WHOLE) == "E_SELF_DEALING"


def test_p2_a_party_of_no_body_ends_with_the_founders_word() -> None:
    stage = seated()
    gone = ending("red")
    stage.says("red", "PartySucceeded", gone)
    stage.each("PartySucceeded", gone, ("inai", "nosc"))
    assert stage.status("succession/red") == "proposed"
    stage.says("sfp", "PartySucceeded", gone)
    assert stage.status("succession/red") == "succeeded"


def test_p2_of_a_party_without_a_seat_those_say_it_to_whom_it_owes_a_duty() -> None:
    stage = seated()
    stage.body("cc2", ("inai", "nosc"))
    stage.each("DutyAssigned", assignment("red") | {"governance_body": "cc2"}, ("inai", "nosc", "red"))
    gone = ending("red", orphaned=[O3])
    stage.each("PartySucceeded", gone, ("red", "inai"))
    assert codes(stage.refused("sfp", "PartySucceeded", gone)) == {"E_ROLE"}, "it sits in the other body"
    stage.says("nosc", "PartySucceeded", gone)
    assert stage.status("succession/red") == "succeeded"


def test_p2_two_parties_that_are_left_say_that_the_third_has_ended() -> None:
    stage = silence(seated(), "inai")
    stage.says("nosc", "PartySucceeded", ending("inai"))
    assert stage.status("succession/inai") == "proposed"
    stage.says("sfp", "PartySucceeded", ending("inai"))
    assert stage.status("succession/inai") == "succeeded"


def test_p2_with_one_party_left_nobody_is_declared_dead() -> None:
    stage = silence(silence(seated(), "inai"), "sfp")
    assert stage.code("nosc", "PartySucceeded", ending("inai")) == "E_POLICY"


@each_row("gone", [M1, M2, O3])
def test_p3_no_open_duty_is_silently_gone(gone: str) -> None:
    stage = world()
    rest = sorted({M1, M2, O3} - {gone})
    refusal = stage.refused("inai", "PartySucceeded", ending("inai", "nueva", moved=rest))
    assert (refusal.code, refusal.judged_against["unmapped"]) == ("E_POLICY", [gone])
    listed = ending("inai", "nueva", moved=rest, orphaned=[gone])
    stage.each("PartySucceeded", listed, ("inai", "nueva", "nosc", "sfp"))
    assert facts(stage, "DutiesOrphaned") == [{"duties": [gone]}]
    assert holder_of(stage.state, "inai", gone) is None


def test_p3_a_role_is_an_open_duty_too() -> None:
    stage = seated().adopted("c1", SCOPE).fill("consultant", "red")
    stage.outsider("nueva", "sfp")
    assert open_duties(stage.state, "red") == {ROLE}
    gone = ending("red", "nueva", moved=[ROLE])
    stage.each("PartySucceeded", gone, ("red", "nueva", "inai", "nosc", "sfp"))
    submitted = {"commitment": "c1", "deliverable": "e2", "document": doc(), "version": 1}
    assert stage.code("red", "DeliverableSubmitted", submitted) == "E_PARTY_SUCCEEDED"
    stage.says("nueva", "DeliverableSubmitted", submitted)


def test_p3_what_became_due_meanwhile_is_mapped_too() -> None:
    stage = world()
    stage.each("PartySucceeded", WHOLE, ("inai", "nueva", "nosc"))
    stage.each("DutyAssigned", assignment("inai", name="o9"))
    refusal = stage.refused("sfp", "PartySucceeded", WHOLE)
    assert (refusal.code, refusal.judged_against["unmapped"]) == ("E_POLICY", ["duty/o9"])


@each_row(
    ("changed", "code"),
    [
        ({"documents": []}, "E_EVIDENCE_REQUIRED"),
        ({"successors": ["inai", "nueva"]}, "E_POLICY"),
        ({"successors": ["nobody", "nueva"]}, "E_NOT_FOUND"),
        ({"mode": "dissolved"}, "E_POLICY"),
        ({"mode": "renamed", "successors": ["nueva", "red"]}, "E_POLICY"),
        ({"successors": []}, "E_POLICY"),
        ({"effective": "2019-04"}, "E_DATE"),
        ({"orphaned": ["duty/none"]}, "E_NOT_FOUND"),
        ({"orphaned": [O3]}, "E_MALFORMED"),
        ({"party": "nobody"}, "E_NOT_FOUND"),
        ({"mode": "eaten"}, "E_MALFORMED"),
    ],
)
def test_what_the_end_of_a_party_says(changed: Body, code: str) -> None:
    stream = f"succession/{changed.get('party', 'inai')}"
    assert code in codes(world().refused("inai", "PartySucceeded", WHOLE | changed, stream=stream))


def test_a_duty_goes_to_a_successor_that_is_named() -> None:
    other = [{"duty": O3, "successor": "red"}, *WHOLE["transfers"][:2]]
    body = WHOLE | {"transfers": sorted(other, key=lambda one: str(one["duty"]))}
    assert world().code("inai", "PartySucceeded", body) == "E_POLICY"


@each_row("mode", ["renamed", "merged"])
def test_a_party_that_goes_on_whole_leaves_no_duty(mode: str) -> None:
    body = ending("inai", "nueva", moved=(M1, M2), mode=mode, orphaned=[O3])
    assert world().code("inai", "PartySucceeded", body) == "E_POLICY"


def test_a_successor_is_a_party_that_is_there() -> None:
    stage = succeeded()
    body = ending("sfp", "inai", moved=sorted(open_duties(stage.state, "sfp")))
    assert "E_PARTY_SUCCEEDED" in codes(stage.refused("sfp", "PartySucceeded", body))


def test_p4_a_party_that_has_ended_closes_its_affairs_and_says_nothing_else() -> None:
    stage = succeeded()
    for type_name, body in (
        ("WorkStarted", {"commitment": "c1", "milestone": "m1"}),
        ("PartyNameRecorded", {"lang": "es", "name": "X", "official": True, "party": "inai", "used_in": "Y"}),
        ("DutyAssigned", assignment("inai", name="o7")),
    ):
        assert stage.code("inai", type_name, body) == "E_PARTY_SUCCEEDED"
    appointed = {"appointment": "ap-late", "capacity": "head", "name": "N", "party": "inai", "person": "p-late",
                 "post": text("P"), "scope": [], "valid_from": "2019-03-01"}  # fmt: skip
    assert stage.code(root("inai"), "RepresentativeAppointed", appointed) == "E_PARTY_SUCCEEDED"
    stage.says(root("inai"), "RepresentativeRevoked", {"appointment": "ap-inai", "reason": text("Cesó")})
    stage.withdraw("inai")
    stage.says(root("inai"), "KeyRevoked", {"key": key_id("root-inai"), "reason": "ceased_post"})


def test_p4_a_root_of_a_party_that_has_ended_vouches_for_nobody() -> None:
    stage = succeeded()
    stage.says("sfp", "PartyRegistered", {"kind": "academia", "legal_name": text("uni"), "party": "uni"})
    stage.says(root("uni"), "KeyRegistered", registration("uni", "root-uni"))
    endorsed = {"key": key_id("root-uni"), "valid_from": "2019-03-01"}
    assert stage.code(root("inai"), "KeyEndorsed", endorsed) == "E_PARTY_SUCCEEDED"
    stage.says(root("sfp"), "KeyEndorsed", endorsed)


def test_13_a_successor_answers_for_what_it_has_taken_over_and_for_nothing_else() -> None:
    stage = world()
    some = ending("inai", "nueva", "red", moved=(M1, O3), orphaned=[M2])
    stage.each("PartySucceeded", some, ("inai", "nueva", "red", "nosc", "sfp"))
    stage.says("nueva", "WorkStarted", {"commitment": "c1", "milestone": "m1"})
    assert stage.code("nueva", "WorkStarted", {"commitment": "c1", "milestone": "m2"}) == "E_ROLE"
    assert stage.code("red", "WorkStarted", {"commitment": "c1", "milestone": "m2"}) == "E_ROLE"


def test_26_a_successor_revises_what_was_delivered_and_does_not_judge_it() -> None:
    stage = world().deliver("inai", "e1")
    stage.each("PartySucceeded", WHOLE, ("inai", "nueva", "nosc", "sfp"))
    grounds = {"contest": "x1", "evidence": [], "grounds": text("Falta")}
    stage.says("nosc", "DeliverableContested", {"commitment": "c1", "deliverable": "e1", "version": 1} | grounds)
    revised = {"answers": ["x1"], "changes": text("Va"), "commitment": "c1", "deliverable": "e1", "document": doc(),
               "version": 2}  # fmt: skip
    assert stage.code("sfp", "DeliverableRevised", revised) == "E_ROLE"
    stage.says("nueva", "DeliverableRevised", revised)
    stage.each("DeliverableAccepted", {"commitment": "c1", "deliverable": "e1", "version": 2}, ("nosc", "sfp"))
    assert stage.status("deliverable/c1.e1") == "accepted"


def test_26_a_member_that_succeeds_who_submitted_does_not_judge() -> None:
    stage = world().deliver("inai", "e1")
    stage.each("PartySucceeded", ending("inai", "sfp", moved=(M1, M2, O3)), ("inai", "sfp", "nosc"))
    judged = {"commitment": "c1", "deliverable": "e1", "version": 1}
    assert stage.code("sfp", "DeliverableAccepted", judged) == "E_SELF_DEALING"
    stage.says("nosc", "DeliverableAccepted", judged)


def test_p4_who_has_ended_is_awaited_for_nothing_and_gets_nothing() -> None:
    stage = succeeded()
    filled = {"commitment": "c1", "party": "inai", "role": "consultant", "since": "2019-03-01"}
    assert stage.code("nosc", "RoleFilled", filled) == "E_PARTY_SUCCEEDED"
    assert stage.code("nosc", "DutyAssigned", assignment("inai", name="o9")) == "E_PARTY_SUCCEEDED"
    stage.each("DutyAssigned", assignment("nosc", name="o8"), ("nosc", "sfp"))
    assert stage.status("duty/o8") == "assigned"
    stage.body("cc2", ("nosc", "nueva", "sfp"), predecessor="cc")
    assert stage.status("governance/cc2") == "established"


def test_p4_no_root_of_a_party_that_has_ended_is_awaited() -> None:
    stage = world()
    assert active_roots(stage.state, "inai", FAR.date())
    stage.each("PartySucceeded", WHOLE, ("inai", "nueva", "nosc", "sfp"))
    assert active_roots(stage.state, "inai", FAR.date()) == ()
    # All other founders vouch for a founder that lost its root: who has ended is not among them.
    stage.says(root("nosc"), "KeyRevoked", {"key": key_id("root-nosc"), "reason": "lost"})
    again = root("nosc", "root-nosc-2")
    stage.says(again, "KeyRegistered", registration("nosc", "root-nosc-2"))
    stage.says(root("sfp"), "KeyEndorsed", {"key": key_id("root-nosc-2"), "valid_from": "2019-03-01"})
    assert stage.status(f"key/{key_id('root-nosc-2')}") == "active"


def test_duties_go_along_a_chain_of_successors_and_parties_are_counted_once() -> None:
    stage = succeeded()
    assert open_duties(stage.state, "nueva") == {M1, M2, O3}
    assert separate_voices(stage.state, MEMBERS) == 3
    moved = sorted(open_duties(stage.state, "sfp"))
    stage.each("PartySucceeded", ending("sfp", "nueva", moved=moved, mode="renamed"), ("sfp", "nueva", "nosc"))
    assert separate_voices(stage.state, MEMBERS) == 2
    stage.outsider("otra", "nosc")
    again = ending("nueva", "otra", moved=sorted(open_duties(stage.state, "nueva")), mode="merged")
    stage.each("PartySucceeded", again, ("nueva", "otra", "nosc"))
    assert [bearer.holder for bearer in bearers(stage.state, stage.find(Duty, "duty/o3"))] == ["otra"]
    assert open_duties(stage.state, "otra") == {M1, M2, O3}


def test_a_lost_independence_shows_whatever_was_said() -> None:
    stage = world()
    quiet = WHOLE | {"independence_changed": False}
    stage.each("PartySucceeded", quiet, ("inai", "nueva", "nosc", "sfp"))
    assert kind_changed(stage.state, stage.find(Succession, "succession/inai"))
    assert facts(stage, "IndependenceChanged") == [{"said": False, "successors": ["nueva"]}]


def test_a_working_group_has_dated_members_fills_a_role_and_is_dissolved() -> None:
    groups = small_scope(milestones=[milestone("m1", lead=["inai"], support=["working-groups"])])
    stage = seated().adopted("c1", groups)
    stage.says("inai", "PartyRegistered", {"kind": "working_group", "legal_name": text("gt"), "party": "gt-1"})
    stage.says(root("gt-1"), "KeyRegistered", registration("gt-1", "root-gt-1"))
    stage.says(root("inai"), "KeyEndorsed", {"key": key_id("root-gt-1"), "valid_from": "2019-01-01"})
    stage.join("gt-1")
    joined = {"organization": "red", "party": "gt-1", "since": "2019-03-01"}
    stage.says(root("gt-1"), "MemberOrganizationJoined", joined)
    stage.fill("working-groups", "gt-1")
    stage.says("gt-1", "WorkStarted", {"commitment": "c1", "milestone": "m1"})
    over = ending("gt-1", orphaned=["commitment/c1#roles/working-groups"], independence_changed=False)
    stage.each("PartySucceeded", over, ("gt-1", *MEMBERS))
    assert stage.status("succession/gt-1") == "succeeded"
    assert stage.code(rep("gt-1"), "PartySucceeded", over) == "E_PARTY_SUCCEEDED"


@settings(max_examples=20, deadline=None)
@given(st.sets(st.sampled_from([M1, M2, O3])), st.sets(st.sampled_from([M1, M2, O3])))
def test_p3_property_an_end_is_taken_exactly_where_it_accounts_for_all(moved: set[str], orphaned: set[str]) -> None:
    stage = world()
    body = ending("inai", "nueva", moved=moved, orphaned=sorted(orphaned - moved))
    if moved | orphaned == {M1, M2, O3}:
        stage.says("inai", "PartySucceeded", body)
    else:
        assert "E_POLICY" in codes(stage.refused("inai", "PartySucceeded", body))
