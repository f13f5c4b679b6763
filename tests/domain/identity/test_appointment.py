"""Appointments: by the party's own root, for acts that a representative can do, from a day to a day."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.domain.complaints.test_complaint import admission, filing
from tests.domain.governance.test_succession import ending
from tests.domain.stage import (
    Body,
    Stage,
    appointment,
    commitment,
    founded,
    registration,
    rep,
    root,
    seated,
    text,
)
from tests.domain.tables import Walk
from tests.rows import each_row

from constancia.domain.identity.appointment import Appointment
from constancia.domain.values.values import digest

AP = "appointment/ap-x"
REVOCATION: Body = {"appointment": "ap-x", "reason": text("Dejó el puesto")}


def appoint(**changed: Any) -> Body:
    return appointment("nosc", "x", **changed)


def appointed(**changed: Any) -> Stage:
    stage = founded()
    stage.says(root("nosc"), "RepresentativeAppointed", appoint(**changed))
    return stage


def revoked() -> Stage:
    stage = appointed()
    stage.says(root("nosc"), "RepresentativeRevoked", REVOCATION)
    return stage


WALK = Walk(
    kind="appointment",
    stream=AP,
    table={
        "RepresentativeAppointed": {"none": "appointed"},
        "RepresentativeRevoked": {"appointed": "revoked"},
    },
    reach={
        "none": founded,
        "appointed": appointed,
        "revoked": revoked,
        "expired": lambda: appointed(valid_until="2019-03-31").on("2019-04-01"),
    },
    acts={
        "RepresentativeAppointed": lambda stage: (root("nosc"), "RepresentativeAppointed", appoint()),
        "RepresentativeRevoked": lambda stage: (root("nosc"), "RepresentativeRevoked", REVOCATION),
    },
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def test_only_the_partys_own_root_appoints_and_revokes() -> None:
    assert founded().code(root("inai"), "RepresentativeAppointed", appoint()) == "E_ROLE"
    assert founded().code("nosc", "RepresentativeAppointed", appoint()) == "E_OUT_OF_SCOPE"
    assert appointed().code(root("inai"), "RepresentativeRevoked", REVOCATION) == "E_ROLE"


@each_row("name", ["PartyWithdrew", "LedgerOpened", "KeyRegistered", "KeyEndorsed"])
def test_a_scope_lists_acts_that_a_representative_can_do(name: str) -> None:
    assert founded().code(root("nosc"), "RepresentativeAppointed", appoint(scope=[name])) == "E_POLICY"


@each_row(("until", "code"), [("2018-12-31", "E_DATE"), ("2019-01-01", "")])
def test_an_appointment_does_not_end_before_it_begins(until: str, code: str) -> None:
    assert founded().code_of(root("nosc"), "RepresentativeAppointed", appoint(valid_until=until)) == code


@each_row(("day", "holds"), [("2019-03-09", False), ("2019-03-10", True), ("2019-03-31", True), ("2019-04-01", False)])
def test_3_an_appointment_holds_from_its_first_to_its_last_day(day: str, *, holds: bool) -> None:
    found = appointed(valid_from="2019-03-10", valid_until="2019-03-31").find(Appointment, AP)
    assert found.is_in_force(date.fromisoformat(day)) is holds
    assert found.concerns == ("party/nosc",)


def test_3_a_key_is_presented_and_endorsed_before_the_first_day_and_signs_from_then_on() -> None:
    stage = founded().body()
    voice = stage.join("nosc", name="x", valid_from="2019-03-10")
    assert stage.on("2019-03-09").code(voice, "CommitmentProposed", commitment()) == "E_APPOINTMENT_NOT_IN_FORCE"
    stage.on("2019-03-10").says(voice, "CommitmentProposed", commitment())


@each_row("ended", [revoked, lambda: appointed(valid_until="2019-03-31").on("2019-04-01")])
def test_3_no_key_is_presented_for_an_appointment_that_has_ended(ended: Callable[[], Stage]) -> None:
    voice = rep("nosc", "x")
    body = registration("nosc", voice.key, "ap-x")
    assert ended().code(voice, "KeyRegistered", body) == "E_APPOINTMENT_NOT_IN_FORCE"


def test_3_a_signature_outside_the_appointments_days_is_refused() -> None:
    stage = founded()
    voice = stage.join("nosc", name="x", valid_until="2019-03-31")
    stage.on("2019-04-01")
    refusal = stage.refused(voice, "CommitmentProposed", commitment())
    assert refusal.code == "E_KEY_EXPIRED"
    assert "E_APPOINTMENT_NOT_IN_FORCE" in {code for code, _rule in refusal.also}


def test_3_a_later_revocation_voids_nothing() -> None:
    stage = founded().body()
    voice = stage.join("nosc", name="x")
    stage.says(voice, "CommitmentProposed", commitment())
    stage.says(root("nosc"), "RepresentativeRevoked", REVOCATION)
    assert stage.status("commitment/c1") == "proposed"
    assert stage.code(voice, "CommitmentProposed", commitment("c2")) == "E_APPOINTMENT_NOT_IN_FORCE"


def test_scope_covers_the_act_or_not() -> None:
    stage = founded()
    voice = stage.join("nosc", name="x", scope=["ProgressReported"])
    assert stage.code(voice, "CommitmentProposed", commitment()) == "E_OUT_OF_SCOPE"


@each_row("changed", [{"capacity": "head"}, {"person": "p-other"}])
def test_who_speaks_is_the_one_appointed(changed: dict[str, str]) -> None:
    stage = founded()
    voice = rep("nosc")
    wrong = type(voice)({**voice.actor, **changed}, voice.key)
    assert stage.code(wrong, "CommitmentProposed", commitment()) == "E_ROLE"


def test_25_an_appointments_id_is_never_used_again() -> None:
    assert revoked().code(root("nosc"), "RepresentativeAppointed", appoint()) == "E_STATE"
    assert founded().code(root("nosc"), "RepresentativeAppointed", appoint(appointment="ap-inai")) == "E_STATE"


def test_a_root_appoints_for_a_registered_party() -> None:
    stage = Stage().open()
    assert stage.code(root("nosc"), "RepresentativeAppointed", appoint()) == "E_NOT_FOUND"


def test_a_type_in_a_scope_that_this_program_does_not_know_is_no_fault_and_no_power() -> None:
    stage = founded()
    stage.says(root("nosc"), "RepresentativeAppointed", appoint(scope=["ActOfLaterLaw"]))
    assert "ActOfLaterLaw" in stage.find(Appointment, f"appointment/{appoint()['appointment']}").scope


def test_26_nobody_silences_who_judges_it_by_naming_them_as_its_own() -> None:
    """One party names the others' representatives as its own: they would judge nothing of it any more."""
    stage = seated().adopted()
    stage.deliver("inai", "e1")
    for party in ("nosc", "sfp"):
        taken = appointment("inai", f"also-{party}", person=f"p-{party}")
        assert stage.code(root("inai"), "RepresentativeAppointed", taken) == "E_SELF_DEALING"
    stage.says("nosc", "ComplaintFiled", filing(against=["inai"]))
    stage.says("sfp", "ComplaintAdmitted", admission())
    rejected = {"commitment": "c1", "deliverable": "e1", "reasons": text("Vacío"), "version": 1}
    stage.says("nosc", "DeliverableRejected", rejected)


@each_row("ended", [{"valid_until": "2019-03-31"}, {}])
def test_a_person_represents_another_party_once_the_first_appointment_has_ended(ended: Body) -> None:
    stage = founded()
    stage.join("sfp", name="first", **ended)
    later = appointment("inai", "second", person="p-first")
    soon = appointment("inai", "soon", person="p-first", valid_from="2019-04-01")
    assert stage.code(root("inai"), "RepresentativeAppointed", later) == "E_SELF_DEALING"
    assert stage.code(root("inai"), "RepresentativeAppointed", soon) == "E_SELF_DEALING", "before it has begun, too"
    stage.says(root("sfp"), "RepresentativeAppointed", appointment("sfp", "renewed", person="p-first"))
    for name in ("first", "renewed"):
        end = {"appointment": f"ap-{name}", "reason": text("Concluyó")}
        assert stage.code(root("inai"), "RepresentativeAppointed", later) == "E_SELF_DEALING"
        stage.says(root("sfp"), "RepresentativeRevoked", end)
    stage.says(root("inai"), "RepresentativeAppointed", later)


def test_26_whose_id_another_party_took_first_is_appointed_under_another_one() -> None:
    """The limit that docs/THREATS names."""
    stage = founded()
    stage.says(root("sfp"), "RepresentativeAppointed", appointment("sfp", "taken", person="p-lucia"))
    own = appointment("nosc", "own", person="p-lucia")
    assert stage.code(root("nosc"), "RepresentativeAppointed", own) == "E_SELF_DEALING"
    stage.says(root("nosc"), "RepresentativeAppointed", own | {"person": "p-lucia-2"})


def test_several_parties_share_a_secretariat_and_none_takes_anothers_representative_for_one() -> None:
    stage = seated()
    clerk = stage.join("inai", name="clerk", capacity="secretariat")
    shared = appointment("sfp", "shared", person="p-clerk", capacity="secretariat")
    stage.says(root("sfp"), "RepresentativeAppointed", shared)
    for party in ("inai", "nosc"):
        voice = appointment(party, "voice", person="p-clerk")
        assert stage.code(root(party), "RepresentativeAppointed", voice) == "E_SELF_DEALING"
    taken = appointment("nosc", "taken", person="p-sfp", capacity="secretariat")
    assert stage.code(root("nosc"), "RepresentativeAppointed", taken) == "E_SELF_DEALING"
    vote = {"choice": "for", "decision": "d", "digest": digest("d")}
    assert stage.code(clerk, "VoteCast", vote) == "E_ROLE", "it has no voice to count twice"


def test_a_successor_takes_the_people_of_a_party_over() -> None:
    stage = seated()
    stage.outsider("nueva")
    taken = appointment("nueva", "taken", person="p-sfp")
    assert stage.code(root("nueva"), "RepresentativeAppointed", taken) == "E_SELF_DEALING"
    stage.each("PartySucceeded", ending("sfp", "nueva"), ("inai", "nosc", "sfp", "nueva"))
    stage.says(root("nueva"), "RepresentativeAppointed", taken)


@each_row("successors", [(), ("nueva",)])
def test_who_represented_a_party_that_has_ended_represents_another(successors: tuple[str, ...]) -> None:
    stage = seated()
    stage.outsider("nueva")
    stage.each("PartySucceeded", ending("sfp", *successors), ("inai", "nosc", "sfp", *successors))
    moved = appointment("nosc", "moved", person="p-sfp")
    stage.says(root("nosc"), "RepresentativeAppointed", moved)


def test_an_appointment_that_is_over_is_recorded_whomever_the_person_represents_since() -> None:
    stage = seated().on("2019-04-01")
    over = appointment("sfp", "over", person="p-nosc", valid_from="2017-01-01", valid_until="2019-03-31")
    assert stage.code(root("sfp"), "RepresentativeAppointed", over | {"valid_until": "2019-04-01"}) == "E_SELF_DEALING"
    stage.says(root("sfp"), "RepresentativeAppointed", over)


def test_an_organization_names_its_person_that_its_group_has_by_it_and_no_group_takes_an_organizations_person() -> None:
    stage = founded()
    stage.outsider("red")
    joined = {"organization": "red", "party": "nosc", "since": "2019-03-01"}
    stage.says(root("nosc"), "MemberOrganizationJoined", joined)
    taken = appointment("nosc", "taken", person="p-red", on_behalf_of="red")
    assert stage.code(root("nosc"), "RepresentativeAppointed", taken) == "E_SELF_DEALING"
    stage.says(root("nosc"), "RepresentativeAppointed", taken | {"appointment": "ap-sent", "person": "p-sent"})
    stage.says(root("red"), "RepresentativeAppointed", appointment("red", "own", person="p-sent"))
    third = appointment("sfp", "third", person="p-sent")
    assert stage.code(root("sfp"), "RepresentativeAppointed", third) == "E_SELF_DEALING"
