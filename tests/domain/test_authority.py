"""Who may say an act at all: signer, seat, scope and voice are what each act says of itself."""

from typing import Any

import pytest
from tests.domain.agreements.test_agreement import AG, awaiting, signed
from tests.domain.stage import Stage, commitment, key_id, rep, root, seated, text
from tests.domain.tables import codes

from constancia.domain.authority import GENERAL
from constancia.domain.catalogue import (
    REGISTRY,
    acts_by_own_key,
    acts_of_a_secretariat,
    acts_signed_by,
    correctable_members,
    seated_streams,
)
from constancia.domain.kernel.codes import CODES
from constancia.domain.kernel.rules import Rule


def clerk(stage: Stage) -> Stage:
    stage.join("nosc", name="clerk", capacity="secretariat")
    return stage


@pytest.mark.parametrize("one", GENERAL, ids=lambda one: one.en)
def test_every_general_rule_has_a_known_code_and_words_in_both_languages(one: Rule[Any, Any]) -> None:
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


def test_a_root_says_nothing_in_a_representatives_place() -> None:
    stage = seated()
    assert stage.code(root("nosc"), "CommitmentProposed", commitment()) == "E_OUT_OF_SCOPE"
    revoked = {"appointment": "ap-nosc", "reason": text("x")}
    assert "E_OUT_OF_SCOPE" in codes(stage.refused("nosc", "RepresentativeRevoked", revoked))


BLANK = (" ", "\n \n", "\u00a0", "\u3000", "\u115f\u1160", "\u3164", "\uffa0 ", "\u2800", "\u2003\u202f")


@pytest.mark.parametrize("blank", BLANK, ids=ascii)
@pytest.mark.parametrize("place", ["name", "a translation", "a text of a commitment"])
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


@pytest.mark.parametrize("readable", [".", "a ", "\u3164a", "漢", "ا"], ids=ascii)
def test_a_text_with_something_to_read_is_taken(readable: str) -> None:
    seated().says("inai", "PartyRegistered", {"kind": "company", "legal_name": {"es": readable}, "party": "red-2"})
