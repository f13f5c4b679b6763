"""Which acts this verifier knows, who signs each, and whose object it must be (SPEC §6).

A test holds this table together with the domain's registry, the page's lists and the table of SPEC §6.
"""

from collections.abc import Mapping
from typing import Final

from constancia.verify.core.formats.statement import Statement

NEWEST: Final = 3  # the latest edition of the law that this verifier knows (SPEC §6.1)
SEATED_STREAMS: Final = {1: ("agreement/", "decision/"), 2: ("decision/",), 3: ("decision/",)}  # by edition

_SIGNERS: Final = {
    "founders": "LedgerOpened",
    "self": "KeyRegistered",
    "root": "MemberOrganizationJoined MemberOrganizationLeft RepresentativeAppointed RepresentativeRevoked KeyEndorsed "
    "KeyCompromised PartyWithdrew LawEditionAdopted",
    "root_or_rep": "PartyRegistered PartyReturned KeyRevoked CorrectionRecorded",
    "rep": "PartyNameRecorded KeyRotated SignatureReaffirmed GovernanceBodyEstablished GovernanceRulesAdopted "
    "ScopeReductionReported AgreementDrafted AgreementTextFrozen AgreementSigned DecisionProposed VoteCast "
    "DissentRecorded DecisionSigned CommitmentProposed CommitmentAdopted ScopeChangeProposed ScopeChanged WorkStarted "
    "ProgressReported ProgressContested MilestoneCompleted DeliverableSubmitted DeliverableContested "
    "DeliverableRevised DeliverableAccepted DeliverableRejected RoleFilled ConditionSettled ContestOverruled "
    "EntryAcknowledged EntryContested ResponseGiven AllegationMade ParticipantAdmitted DutyAssigned ConditionDeclared "
    "StatementPublished GatheringConvened GatheringHeld ContributionReceived ReasonedResponsePublished "
    "PaperSignatureAttested AgreementPartyWithdrew TranslationDiscrepancyRecorded ActionPlanOpened "
    "CommitmentCarriedIntoPlan ActionPlanSubmitted ActionPlanClosed DeadlineMoved CommitmentStatusDecided "
    "ComplaintFiled ComplaintAdmitted ComplaintResolved AssessmentPublished CancellationRequested CancellationDecided "
    "PartySucceeded",
}
SIGNER_OF: Final[Mapping[str, str]] = {name: signer for signer, listed in _SIGNERS.items() for name in listed.split()}
ROOT_ACTS: Final = frozenset(_SIGNERS["root"].split())
EITHER_ACTS: Final = frozenset(_SIGNERS["root_or_rep"].split())
OBJECT_OF: Final[Mapping[str, str]] = {  # the member of the body that names what must be of the root's own party
    **dict.fromkeys(ROOT_ACTS - {"LawEditionAdopted"} | {"PartyRegistered", "PartyReturned"}, "party"),
    **dict.fromkeys(("KeyEndorsed", "KeyCompromised", "KeyRevoked"), "key"), "RepresentativeRevoked": "appointment",
}  # fmt: skip
OWN_KEY_ACTS: Final = frozenset({"KeyRotated", "KeyRevoked"})  # of a representative


def is_newer(statement: Statement) -> bool:
    """Tell whether an act is newer than this verifier: a type or an edition of the law that it does not know."""
    return statement.type not in SIGNER_OF or statement.schema > NEWEST
