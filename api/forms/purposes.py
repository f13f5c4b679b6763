"""What people want to do, in groups: acts by what they are for. A type that no group names is among the others."""

from collections.abc import Mapping
from typing import Final

from constancia.domain.catalogue import REGISTRY

# Opened by `constancia init`, not by a form.
NOT_BY_FORM: Final = frozenset({"LedgerOpened"})
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "week": (
        "ProgressReported",
        "DeliverableSubmitted",
        "DeliverableRevised",
        "MilestoneCompleted",
        "WorkStarted",
        "GatheringConvened",
        "GatheringHeld",
    ),
    "decide": ("DecisionProposed", "VoteCast", "DecisionSigned", "DissentRecorded", "ScopeChangeProposed"),
    "judge": (
        "DeliverableAccepted",
        "DeliverableRejected",
        "DeliverableContested",
        "EntryContested",
        "EntryAcknowledged",
        "ResponseGiven",
        "ComplaintFiled",
        "AllegationMade",
    ),
    "agree": (
        "AgreementDrafted",
        "AgreementTextFrozen",
        "AgreementSigned",
        "CommitmentProposed",
        "CommitmentAdopted",
        "ScopeChanged",
        "CommitmentStatusDecided",
    ),
    "people": (
        "RepresentativeAppointed",
        "RepresentativeRevoked",
        "KeyRegistered",
        "KeyEndorsed",
        "KeyRotated",
        "KeyRevoked",
        "KeyCompromised",
        "PartyRegistered",
    ),
}
OTHER: Final = "other"
# What the parties do every week: as one word in an address and in the terminal, in both languages.
SHORT_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "AgreementSigned": ("firmar-acuerdo", "sign-agreement"),
    "DecisionProposed": ("proponer-decision", "propose-decision"),
    "DecisionSigned": ("firmar-decision", "sign-decision"),
    "DeliverableAccepted": ("aceptar", "accept"),
    "DeliverableContested": ("impugnar-entregable", "contest-deliverable"),
    "DeliverableRevised": ("corregir-entrega", "revise"),
    "DeliverableSubmitted": ("entregar", "hand-in"),
    "EntryContested": ("impugnar", "contest"),
    "GatheringHeld": ("reunion", "gathering"),
    "ProgressReported": ("avance", "progress"),
    "ResponseGiven": ("responder", "answer"),
    "ScopeChangeProposed": ("cambio-de-alcance", "scope-change"),
    "VoteCast": ("votar", "vote"),
}


def groups(edition: int) -> dict[str, list[str]]:
    """Give the acts that can be prepared under an edition of the law, by group.

    Args:
        edition: The edition in force.
    """
    known = [
        name
        for name, cls in REGISTRY.items()
        if name not in NOT_BY_FORM and cls.SINCE <= edition <= (cls.UNTIL or edition)
    ]
    listed = {group: [name for name in names if name in known] for group, names in _GROUPS.items()}
    grouped = {name for names in listed.values() for name in names}
    return listed | {OTHER: [name for name in known if name not in grouped]}


def type_of(name: str) -> str | None:
    """Give the type that a name in an address or in the terminal means: its own, or a short one in either language."""
    if name in REGISTRY and name not in NOT_BY_FORM:
        return name
    return next((type_name for type_name, names in SHORT_NAMES.items() if name in names), None)


def name_in(type_name: str, lang: str) -> str:
    """Give the name of a type in an address: the short one of a language where it has one."""
    names = SHORT_NAMES.get(type_name)
    return type_name if names is None else names[0 if lang == "es" else 1]
