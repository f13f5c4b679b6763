"""Which acts a root makes, which a representative, and whose object each must be (SPEC §6)."""

from typing import Final

ROOT_ACTS: Final = frozenset(
    {
        "MemberOrganizationJoined", "MemberOrganizationLeft", "RepresentativeAppointed",
        "RepresentativeRevoked", "KeyEndorsed", "KeyCompromised", "PartyWithdrew", "LawEditionAdopted",
    }
)  # fmt: skip
EITHER_ACTS: Final = frozenset({"PartyRegistered", "PartyReturned", "KeyRevoked", "CorrectionRecorded"})
OWN_PARTY_ACTS: Final = frozenset(
    {
        "PartyRegistered", "PartyReturned", "MemberOrganizationJoined", "MemberOrganizationLeft",
        "RepresentativeAppointed", "PartyWithdrew",
    }
)  # fmt: skip
OWN_KEY_ACTS: Final = frozenset({"KeyRotated", "KeyRevoked"})  # of a representative
