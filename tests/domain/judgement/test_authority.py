"""Who may say an act at all: signer, seat, scope and voice are what each act says of itself."""

from typing import Any

import pytest
from tests.domain.agreements.test_agreement import AG, awaiting, draft, signed
from tests.domain.governance.test_decision import ACT, DISSENT
from tests.domain.governance.test_succession import succeeded
from tests.domain.stage import (
    FOUNDERS,
    Body,
    Stage,
    Voice,
    appointment,
    commitment,
    genesis,
    key_id,
    proposed,
    registration,
    rep,
    root,
    seated,
    text,
)
from tests.domain.tables import codes
from tests.rows import each_row

from constancia.domain.catalogue import (
    REGISTRY,
    acts_by_own_key,
    acts_of_a_secretariat,
    acts_signed_by,
    correctable_members,
    seated_streams,
)
from constancia.domain.judgement.authority import GENERAL
from constancia.domain.kernel.codes import CODES
from constancia.domain.kernel.rules import ActRule


def clerk(stage: Stage) -> Stage:
    stage.join("nosc", name="clerk", capacity="secretariat")
    return stage


@each_row("one", GENERAL, ids=lambda one: one.en)
def test_every_general_rule_has_a_known_code_and_words_in_both_languages(one: ActRule[Any, Any]) -> None:
    assert one.code in CODES
    assert one.en
    assert one.es
    assert one.en != one.es


def test_3_who_signs_is_written_down_here_once_more() -> None:
    """From the specification's table; an act that changes hands must be changed here, in SPEC and in the verifier."""
    assert acts_signed_by("founders") == {"LedgerOpened"}
    assert acts_signed_by("self") == {"KeyRegistered"}
    assert acts_signed_by("root") == {
        "MemberOrganizationJoined", "MemberOrganizationLeft", "RepresentativeAppointed", "RepresentativeRevoked",
        "KeyEndorsed", "KeyCompromised", "LawEditionAdopted", "PartyWithdrew",
    }  # fmt: skip
    assert acts_signed_by("root_or_rep") == {"PartyRegistered", "PartyReturned", "KeyRevoked", "CorrectionRecorded"}
    assert acts_by_own_key() == {"KeyRegistered", "KeyRevoked"}
    assert seated_streams(edition=1) == ("agreement/", "decision/")
    assert seated_streams(edition=2) == ("decision/",)


def test_3_what_a_type_is_besides_is_written_down_here_once_more() -> None:
    """Which types tell of the past, close the affairs of a party that has ended, and are said by each of several."""
    assert {name for name, cls in REGISTRY.items() if cls.REPORTS} == {
        "ActionPlanClosed", "ActionPlanOpened", "ActionPlanSubmitted", "AllegationMade", "AssessmentPublished",
        "ComplaintFiled", "ConditionDeclared", "ContributionReceived", "DeadlineMoved", "DeliverableRevised",
        "DeliverableSubmitted", "DutyAssigned", "GatheringConvened", "GatheringHeld", "GovernanceBodyEstablished",
        "GovernanceRulesAdopted", "MemberOrganizationJoined", "MemberOrganizationLeft", "MilestoneCompleted",
        "ParticipantAdmitted", "PartyNameRecorded", "PartyRegistered", "PartyReturned", "PartySucceeded",
        "PartyWithdrew", "ProgressReported", "ReasonedResponsePublished", "ScopeReductionReported",
        "StatementPublished", "WorkStarted",
    }  # fmt: skip
    assert {name for name, cls in REGISTRY.items() if cls.CLOSES} == {
        "KeyCompromised", "KeyRegistered", "KeyRevoked", "KeyRotated", "PartyWithdrew", "RepresentativeRevoked",
        "SignatureReaffirmed",
    }  # fmt: skip
    assert {name for name, cls in REGISTRY.items() if cls.concurring} == {
        "ActionPlanClosed", "ActionPlanOpened", "ConditionDeclared", "ConditionSettled", "DeliverableAccepted",
        "DutyAssigned", "GovernanceBodyEstablished", "GovernanceRulesAdopted", "LawEditionAdopted",
        "ParticipantAdmitted", "PartyReturned", "PartySucceeded", "RoleFilled", "StatementPublished",
    }  # fmt: skip
    assert {name for name, cls in REGISTRY.items() if cls.BY_ALL} == {
        "CommitmentAdopted", "CommitmentCarriedIntoPlan", "CommitmentStatusDecided", "DeadlineMoved", "ScopeChanged",
    }  # fmt: skip
    assert {name for name, cls in REGISTRY.items() if cls.seated} == {
        "AgreementDrafted", "AgreementPartyWithdrew", "AgreementSigned", "AgreementTextFrozen", "DecisionProposed",
        "DecisionSigned", "DissentRecorded", "PaperSignatureAttested", "TranslationDiscrepancyRecorded", "VoteCast",
    }  # fmt: skip


# The edition in which a type began, where that is not the first; those that ended; members that came later.
SINCE = {"ConditionSettled": 2, "ContestOverruled": 2, "RoleFilled": 2} | dict.fromkeys(
    [
        "ActionPlanClosed", "ActionPlanOpened", "ActionPlanSubmitted", "AgreementPartyWithdrew", "AllegationMade",
        "AssessmentPublished", "CancellationDecided", "CancellationRequested", "CommitmentCarriedIntoPlan",
        "CommitmentStatusDecided", "ComplaintAdmitted", "ComplaintFiled", "ComplaintResolved", "ConditionDeclared",
        "ContributionReceived", "DeadlineMoved", "DutyAssigned", "EntryAcknowledged", "EntryContested",
        "GatheringConvened", "GatheringHeld", "PaperSignatureAttested", "ParticipantAdmitted", "PartySucceeded",
        "ReasonedResponsePublished", "ResponseGiven", "StatementPublished", "TranslationDiscrepancyRecorded",
    ],
    3,
)  # fmt: skip
MEMBERS_SINCE = {
    "AgreementDrafted": {"governance_body": 2, "terminates": 3},
    "AgreementSigned": {"terminates": 3},
    "AgreementTextFrozen": {"terminates": 3},
    "CommitmentProposed": {"governance_body": 2},
    "ConditionSettled": {"condition": 3},
    "LedgerOpened": {"capacities": 3, "edition": 2, "languages": 3, "party_kinds": 3},
    "PartyNameRecorded": {"body": 3},
    "RepresentativeAppointed": {"on_behalf_of": 3},
}


@each_row("type_name", sorted(REGISTRY))
def test_e3_types_and_members_are_of_the_editions_that_are_written_down_here_once_more(type_name: str) -> None:
    cls = REGISTRY[type_name]
    until = 2 if type_name in ("ProgressContested", "ScopeReductionReported") else None
    assert SINCE.get(type_name, 1) == cls.SINCE
    assert until == cls.UNTIL
    assert dict(cls.MEMBER_SINCE) == MEMBERS_SINCE.get(type_name, {})


def test_4_a_secretariat_says_nothing_that_commits_a_party() -> None:
    commits = {
        "AgreementSigned", "DecisionSigned", "DeliverableAccepted", "DeliverableRejected", "DissentRecorded",
        "GovernanceBodyEstablished", "GovernanceRulesAdopted", "PartyReturned", "SignatureReaffirmed", "VoteCast",
        "RoleFilled", "ConditionSettled", "AgreementPartyWithdrew", "ComplaintAdmitted", "ComplaintFiled",
        "ComplaintResolved", "PaperSignatureAttested", "TranslationDiscrepancyRecorded",
        "ConditionDeclared", "DutyAssigned", "ParticipantAdmitted", "PartySucceeded",
        "StatementPublished",
        "AllegationMade", "EntryAcknowledged", "EntryContested", "ResponseGiven",
        "CancellationDecided",
        "ActionPlanOpened", "ActionPlanClosed", "AssessmentPublished",
    }  # fmt: skip
    roots = acts_signed_by("root") | acts_signed_by("founders")
    assert acts_of_a_secretariat() == set(REGISTRY) - commits - roots


def test_4_a_secretariat_records_and_is_refused_where_it_may_not() -> None:
    stage = clerk(seated())
    voice = rep("nosc", "clerk", "secretariat")
    stage.says(voice, "CommitmentProposed", commitment())
    stage = clerk(awaiting())
    assert stage.code(voice, "AgreementSigned", signed(), stream=AG) == "E_ROLE"


def test_what_an_act_is_is_written_down_here_once_more() -> None:
    """From the specification: what reports a fact of the past, what binds all who sit, what several say together."""
    assert {name for name, cls in REGISTRY.items() if cls.REPORTS} == {
        "ActionPlanClosed", "ActionPlanOpened", "ActionPlanSubmitted", "AllegationMade", "AssessmentPublished",
        "ComplaintFiled", "ConditionDeclared", "ContributionReceived", "DeadlineMoved", "DeliverableRevised",
        "DeliverableSubmitted", "DutyAssigned", "GatheringConvened", "GatheringHeld", "GovernanceBodyEstablished",
        "GovernanceRulesAdopted", "MemberOrganizationJoined", "MemberOrganizationLeft", "MilestoneCompleted",
        "ParticipantAdmitted", "PartyNameRecorded", "PartyRegistered", "PartyReturned", "PartySucceeded",
        "PartyWithdrew", "ProgressReported", "ReasonedResponsePublished", "ScopeReductionReported",
        "StatementPublished", "WorkStarted",
    }  # fmt: skip
    assert {name for name, cls in REGISTRY.items() if cls.BY_ALL} == {
        "CommitmentAdopted", "CommitmentCarriedIntoPlan", "CommitmentStatusDecided", "DeadlineMoved", "ScopeChanged",
    }  # fmt: skip
    assert {name for name, cls in REGISTRY.items() if cls.concurring} == {
        "ActionPlanClosed", "ActionPlanOpened", "ConditionDeclared", "ConditionSettled", "DeliverableAccepted",
        "DutyAssigned", "GovernanceBodyEstablished", "GovernanceRulesAdopted", "LawEditionAdopted",
        "ParticipantAdmitted", "PartyReturned", "PartySucceeded", "RoleFilled", "StatementPublished",
    }  # fmt: skip


def test_21_what_is_not_listed_is_not_corrected() -> None:
    """An allow-list: a new act can be corrected in nothing until it says in what."""
    assert set(correctable_members()) <= set(REGISTRY)
    for name in ("LedgerOpened", "CommitmentAdopted", "ScopeChanged", "AgreementTextFrozen", "GovernanceRulesAdopted"):
        assert name not in correctable_members()
    assert correctable_members()["PartyWithdrew"] == ("grounds",)


def test_seat_comes_before_scope_and_scope_before_role() -> None:
    stage = awaiting()
    stage.join("red", name="narrow", capacity="secretariat", scope=["CommitmentProposed"])
    refusal = stage.refused(rep("red", "narrow", "secretariat"), "AgreementSigned", signed(), stream=AG)
    told = [refusal.code, *(code for code, _rule in refusal.also)]
    assert told == sorted(told, key=list(CODES).index)
    assert told[:3] == ["E_NOT_SEATED", "E_OUT_OF_SCOPE", "E_ROLE"]


def test_a_key_that_registers_itself_registers_no_other() -> None:
    body = {"key": key_id("new"), "party": "nosc", "public_key": "bmV3", "scheme": "ed25519"}
    body["public_key"] = "a2V5IG9mIG5ldw=="
    refusal = seated().refused(root("nosc"), "KeyRegistered", body)
    assert refusal.code == "E_KEY_UNKNOWN"


def test_a_key_ends_itself_whatever_its_holders_scope_and_no_other_key() -> None:
    stage = seated()
    stage.join("nosc", name="narrow", scope=["VoteCast"])
    voice = rep("nosc", "narrow")
    other = {"key": key_id("rep-nosc"), "reason": "lost"}
    assert "E_OUT_OF_SCOPE" in codes(stage.refused(voice, "KeyRevoked", other))
    stage.says(voice, "KeyRevoked", other | {"key": key_id("rep-narrow")})


@each_row(
    ("member", "value", "code"),
    [("capacity", "root", "E_ROLE"), ("capacity", "secretariat", "E_ROLE"), ("person", "p-inai", "E_ROLE"),
     ("party", "inai", "E_ROLE"), ("appointment", "ap-inai", "E_ROLE"),
     ("appointment", "ap-none", "E_APPOINTMENT_NOT_IN_FORCE")],
)  # fmt: skip
def test_3_who_acts_is_who_was_appointed_in_each_member(member: str, value: str, code: str) -> None:
    stage, voice = seated(), rep("nosc")
    stage.says("nosc", "CommitmentProposed", commitment())
    pretended = Voice({**voice.actor, member: value}, voice.key)
    assert code in codes(stage.refused(pretended, "CommitmentProposed", commitment("c2")))


def test_3_a_person_speaks_for_one_party_in_a_matter_under_every_edition_since_the_second() -> None:
    body = {"governance_body": "cc", "rules": {"decision_rule": {"rule_source": "adopted", "value": "unanimity"}},
            "version": 1}  # fmt: skip
    for edition in (1, 2, 3):
        stage = seated(edition=edition)
        double = stage.join("sfp", name="double", person="p-nosc")
        stage.says("nosc", "GovernanceRulesAdopted", body)
        if edition == 1:
            stage.says(double, "GovernanceRulesAdopted", body)
            continue
        refusal = stage.refused(double, "GovernanceRulesAdopted", body)
        assert (refusal.code, refusal.judged_against["spoke_for"]) == ("E_SELF_DEALING", "nosc")
        stage.says("inai", "GovernanceRulesAdopted", body)
        stage.says("sfp", "GovernanceRulesAdopted", body)


@each_row("edition", [1, 2, 3])
def test_29_who_sits_nowhere_decides_nothing_and_in_the_first_edition_agrees_on_nothing(edition: int) -> None:
    stage = seated(edition=edition)
    text_of = draft(parties=["inai", "nosc", "red"])
    if edition == 1:
        assert stage.code("red", "AgreementDrafted", text_of) == "E_NOT_SEATED"
    else:
        stage.says("red", "AgreementDrafted", text_of)
    stage.says("nosc", "CommitmentProposed", commitment())
    assert stage.code("red", "DecisionProposed", proposed("d1", ACT)) == "E_NOT_SEATED"
    stage.says("nosc", "DecisionProposed", proposed("d1", ACT))
    assert stage.code("red", "DissentRecorded", DISSENT) == "E_NOT_SEATED"


@each_row(
    ("status", "code"),
    [
        ("unknown", "E_KEY_UNKNOWN"),
        ("pending", "E_KEY_NOT_ACTIVE"),
        ("active", ""),
        ("retired", "E_KEY_NOT_ACTIVE"),
        ("revoked", "E_KEY_REVOKED"),
        ("compromised", "E_KEY_REVOKED"),
    ],
)
def test_3_only_an_active_key_signs(status: str, code: str) -> None:
    stage, new = seated(), rep("nosc", key="new")
    if status == "retired":
        stage.says("nosc", "KeyRotated", {"key": key_id("rep-nosc"), "new_key": key_id("new")})
        new = rep("nosc")
    elif status != "unknown":
        stage.says(new, "KeyRegistered", registration("nosc", "new", "ap-nosc"))
    if status in ("active", "revoked", "compromised"):
        stage.says(root("nosc"), "KeyEndorsed", {"key": key_id("new"), "valid_from": "2019-01-01"})
    if status == "revoked":
        stage.says(root("nosc"), "KeyRevoked", {"key": key_id("new"), "reason": "lost"})
    if status == "compromised":
        stage.says(root("nosc"), "KeyCompromised", {"compromised_since": "2019-03-01", "key": key_id("new")})
    assert stage.code_of(new, "CommitmentProposed", commitment()) == code


@each_row("day", ["2019-03-04", "2019-03-05", "2019-03-10", "2019-03-11"])
def test_3_a_key_signs_within_its_endorsement(day: str) -> None:
    stage, new = seated(), rep("nosc", key="new")
    stage.says(new, "KeyRegistered", registration("nosc", "new", "ap-nosc"))
    endorsed = {"key": key_id("new"), "valid_from": "2019-03-05", "valid_until": "2019-03-10"}
    stage.says(root("nosc"), "KeyEndorsed", endorsed)
    expected = "" if "2019-03-05" <= day <= "2019-03-10" else "E_KEY_EXPIRED"
    assert stage.on(day).code_of(new, "CommitmentProposed", commitment()) == expected


def test_genesis_is_the_first_entry_and_the_founders_speak_in_it_alone() -> None:
    assert "E_STATE" in codes(Stage().refused(root("nosc"), "PartyRegistered", registered()))
    stage = Stage().open()
    assert "E_STATE" in codes(stage.refused(FOUNDERS, "LedgerOpened", genesis()))
    for refusal in (
        stage.refused(FOUNDERS, "PartyRegistered", registered()),
        Stage().refused(root("inai"), "LedgerOpened", genesis()),
    ):
        rules = [(refusal.code, refusal.rule), *refusal.also]
        assert ("E_ROLE", "the founders speak together in genesis, and only there") in rules
    stage.says(root("nosc"), "PartyRegistered", registered())


def registered() -> Body:
    return {"kind": "civil_society_group", "legal_name": text("nosc"), "party": "nosc"}


def test_a_party_says_once_what_others_have_to_say_too() -> None:
    established = {"governance_body": "dd", "mandate": text("M"), "members": ["inai", "nosc"], "name": text("N")}
    stage = seated()
    stage.says("nosc", "GovernanceBodyEstablished", established)
    refusal = stage.refused("nosc", "GovernanceBodyEstablished", established)
    assert (refusal.code, refusal.judged_against["party"]) == ("E_ALREADY_SIGNED", "nosc")
    stage.says("inai", "GovernanceBodyEstablished", established)


REVOKED = {"appointment": "ap-inai", "reason": text("Fin")}


@each_row(
    ("voice", "said", "key_of", "signs_as"),
    [
        (rep("inai", key="rep-nosc"), ("CommitmentProposed", commitment()), ("nosc", "Persona nosc"), "Persona inai"),
        (rep("inai", key="root-nosc"), ("CommitmentProposed", commitment()), ("nosc", None), "Persona inai"),
        (root("inai", key="root-nosc"), ("RepresentativeRevoked", REVOKED), ("nosc", None), None),
    ],
)
def test_3_a_refusal_says_whose_the_key_is_and_as_whom_it_signs(
    voice: Voice, said: tuple[str, Body], key_of: tuple[str, str | None], signs_as: str | None
) -> None:
    refusal = seated().refused(voice, *said)
    assert refusal.code == "E_ROLE"
    for member, (party, name) in (("key_of", key_of), ("signs_as", ("inai", signs_as))):
        assert refusal.judged_against[member] == {"party": party} | ({} if name is None else {"name": name})


def test_no_scope_gives_a_representative_what_is_a_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scope may list a type that is not known when it is recorded, and is a root's when it is known."""
    stage = seated()
    with monkeypatch.context() as patch:
        patch.delitem(REGISTRY, "PartyWithdrew")
        voice = stage.join("nosc", name="wide", scope=["PartyWithdrew"])
    leaving = {"effective": stage.today, "governance_body": "cc", "grounds": text("Ya"), "party": "nosc"}
    assert "E_OUT_OF_SCOPE" in codes(stage.refused(voice, "PartyWithdrew", leaving))


def test_a_key_presents_itself_before_its_holders_first_day_and_says_nothing_else() -> None:
    stage = seated()
    stage.says(root("nosc"), "RepresentativeAppointed", appointment("nosc", "early", valid_from="2019-03-05"))
    voice = rep("nosc", "early")
    stage.says(voice, "KeyRegistered", registration("nosc", voice.key, "ap-early"))
    stage.says(root("nosc"), "KeyEndorsed", {"key": key_id(voice.key), "valid_from": "2019-03-01"})
    assert stage.on("2019-03-04").code(voice, "CommitmentProposed", commitment()) == "E_APPOINTMENT_NOT_IN_FORCE"
    stage.on("2019-03-05").says(voice, "CommitmentProposed", commitment())


@each_row("limit", [{}, {"valid_until": "2019-03-31"}])
def test_a_refusal_says_from_when_to_when_somebody_is_appointed(limit: dict[str, str]) -> None:
    stage = seated()
    voice = stage.join("nosc", name="short", **limit)
    stage.says(root("nosc"), "RepresentativeRevoked", {"appointment": "ap-short", "reason": text("Fin")})
    refusal = stage.refused(voice, "CommitmentProposed", commitment())
    expected = {"is": "revoked", "name": "Persona short", "since": "2019-01-01"}
    until = {"until": limit["valid_until"]} if limit else {}
    assert refusal.code == "E_APPOINTMENT_NOT_IN_FORCE"
    said = {name: refusal.judged_against.get(name) for name in (*expected, "until")}
    assert said == {"until": None} | expected | until


def test_p4_who_has_a_successor_is_refused_with_its_name() -> None:
    refusal = succeeded().refused("inai", "CommitmentProposed", commitment("c2"))
    assert refusal.code == "E_PARTY_SUCCEEDED"
    assert (refusal.judged_against["party"], refusal.judged_against["successors"]) == ("inai", ["nueva"])


def test_a_key_of_an_appointment_that_is_over_does_not_present_itself() -> None:
    stage = seated()
    stage.says(root("nosc"), "RepresentativeAppointed", appointment("nosc", "late", valid_until="2019-03-04"))
    voice = rep("nosc", "late")
    registered = registration("nosc", voice.key, "ap-late")
    assert stage.on("2019-03-05").code(voice, "KeyRegistered", registered) == "E_APPOINTMENT_NOT_IN_FORCE"
    stage.on("2019-03-04").says(voice, "KeyRegistered", registered)


def test_a_root_says_nothing_in_a_representatives_place() -> None:
    stage = seated()
    assert stage.code(root("nosc"), "CommitmentProposed", commitment()) == "E_OUT_OF_SCOPE"
    revoked = {"appointment": "ap-nosc", "reason": text("x")}
    assert "E_OUT_OF_SCOPE" in codes(stage.refused("nosc", "RepresentativeRevoked", revoked))


BLANK = (" ", "\n \n", "\u00a0", "\u3000", "\u115f\u1160", "\u3164", "\uffa0 ", "\u2800", "\u2003\u202f")


@each_row("blank", BLANK, ids=ascii)
@each_row("place", ["name", "a translation", "a text of a commitment"])
def test_a_text_without_anything_to_read_is_refused(blank: str, place: str) -> None:
    said: dict[str, tuple[str, dict[str, Any]]] = {
        "name": ("PartyNameRecorded", {"lang": "es", "name": blank, "official": True, "party": "nosc", "used_in": "x"}),
        "a translation": (
            "PartyRegistered",
            {"kind": "company", "legal_name": {"es": "Red", "en": blank}, "party": "red-2"},
        ),
        "a text of a commitment": (
            "CommitmentProposed",
            {
                "commitment": "c",
                "governance_body": "cc",
                "objective": text("O"),
                "problem": {"es": blank},
                "title": text("T"),
            },
        ),
    }
    assert seated().code("inai", *said[place]) == "E_MALFORMED"


@each_row("readable", [".", "a ", "\u3164a", "漢", "ا"], ids=ascii)
def test_a_text_with_something_to_read_is_taken(readable: str) -> None:
    seated().says("inai", "PartyRegistered", {"kind": "company", "legal_name": {"es": readable}, "party": "red-2"})
