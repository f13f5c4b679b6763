"""The projections that the pages and the interface read, one file each."""

from typing import Final

from constancia.ledger.views.projections.agreements import AGREEMENTS
from constancia.ledger.views.projections.allegations import ALLEGATIONS
from constancia.ledger.views.projections.base import Projection
from constancia.ledger.views.projections.citations import CITATIONS
from constancia.ledger.views.projections.commitment_status import COMMITMENT_STATUS
from constancia.ledger.views.projections.corrections import CORRECTIONS
from constancia.ledger.views.projections.decisions import DECISIONS
from constancia.ledger.views.projections.deliverable_register import DELIVERABLE_REGISTER
from constancia.ledger.views.projections.governance import GOVERNANCE
from constancia.ledger.views.projections.parties import PARTIES
from constancia.ledger.views.projections.signature_matrix import SIGNATURE_MATRIX
from constancia.ledger.views.projections.timeline import TIMELINE

PROJECTIONS: Final[tuple[Projection, ...]] = (
    AGREEMENTS,
    ALLEGATIONS,
    CITATIONS,
    COMMITMENT_STATUS,
    CORRECTIONS,
    DECISIONS,
    DELIVERABLE_REGISTER,
    GOVERNANCE,
    PARTIES,
    SIGNATURE_MATRIX,
    TIMELINE,
)
# Counts up whenever a row's form changes: rows of another version are thrown away and made again.
VERSION: Final = 1
