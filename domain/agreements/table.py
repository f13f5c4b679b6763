"""The table of agreements: which act moves one from where to where."""

from typing import Final

from constancia.domain.agreements.agreement import AgreementMatter
from constancia.domain.agreements.discrepancies import TranslationDiscrepancyRecorded
from constancia.domain.agreements.paper import PaperSignatureAttested
from constancia.domain.agreements.texts import AgreementDrafted, AgreementSigned, AgreementTextFrozen
from constancia.domain.agreements.withdrawal import AgreementPartyWithdrew
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE

_STATES: Final = (
    "drafted", "awaiting_signatures", "partially_signed", "awaiting_condition", "in_force", "lapsed", "terminated",
)  # fmt: skip
# What is said of a text and moves nothing.
_AS_IT_IS: Final = {state: state for state in _STATES}

AGREEMENT: Final = AggregateKind(
    AgreementMatter,
    {
        AgreementDrafted: {
            NONE: "drafted",
            "drafted": "drafted",
            "awaiting_signatures": "drafted",
            "partially_signed": "drafted",
            # Not what all have signed and a condition holds back: one party's draft would end it.
            "in_force": "drafted",
        },
        AgreementTextFrozen: {"drafted": "awaiting_signatures"},
        AgreementSigned: {
            "awaiting_signatures": "partially_signed",
            "partially_signed": "partially_signed",
        },
        AgreementPartyWithdrew: {
            "drafted": "in_force",
            "awaiting_signatures": "in_force",
            "partially_signed": "in_force",
            "awaiting_condition": "in_force",
            "in_force": "in_force",
        },
        PaperSignatureAttested: _AS_IT_IS,
        TranslationDiscrepancyRecorded: _AS_IT_IS,
    },
)
