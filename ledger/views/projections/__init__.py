"""The projections that pages, interface and level L4 read, one file each.

State projections are served as `/api/v1/<name>` and compared by L4 under the same name: a new one is a file in a room
of these and a line in the table. Entry projections are stored. May import: `subjects`.
"""

from functools import cache
from typing import Final

from constancia.domain.facts.derive import FORM as FACTS_FORM
from constancia.domain.state import state_form
from constancia.domain.values.form_number import form_number
from constancia.ledger.views.projections.base import EntryProjection, StateProjection
from constancia.ledger.views.projections.citations import CITATIONS
from constancia.ledger.views.projections.commitments.agreements import AGREEMENTS
from constancia.ledger.views.projections.commitments.commitments import COMMITMENTS
from constancia.ledger.views.projections.commitments.conditions import CONDITIONS
from constancia.ledger.views.projections.commitments.deliverables import DELIVERABLES
from constancia.ledger.views.projections.commitments.duties import DUTIES
from constancia.ledger.views.projections.commitments.overdue import OVERDUE
from constancia.ledger.views.projections.commitments.plans import PLANS
from constancia.ledger.views.projections.commitments.signatures import SIGNATURES
from constancia.ledger.views.projections.governance.bodies import BODIES
from constancia.ledger.views.projections.governance.decisions import DECISIONS
from constancia.ledger.views.projections.governance.participants import PARTICIPANTS
from constancia.ledger.views.projections.governance.parties import PARTIES
from constancia.ledger.views.projections.governance.successions import SUCCESSIONS
from constancia.ledger.views.projections.participation.gatherings import GATHERINGS
from constancia.ledger.views.projections.participation.participation import PARTICIPATION
from constancia.ledger.views.projections.participation.responses import RESPONSES
from constancia.ledger.views.projections.remarks.allegations import ALLEGATIONS
from constancia.ledger.views.projections.remarks.cancellations import CANCELLATIONS
from constancia.ledger.views.projections.remarks.complaints import COMPLAINTS
from constancia.ledger.views.projections.remarks.corrections import CORRECTIONS
from constancia.ledger.views.projections.remarks.remarks import REMARKS
from constancia.ledger.views.projections.remarks.statements import STATEMENTS
from constancia.ledger.views.projections.timeline import TIMELINE

STATE_PROJECTIONS: Final[tuple[StateProjection, ...]] = (
    AGREEMENTS,
    ALLEGATIONS,
    BODIES,
    CANCELLATIONS,
    COMMITMENTS,
    COMPLAINTS,
    CORRECTIONS,
    DECISIONS,
    DELIVERABLES,
    OVERDUE,
    CONDITIONS,
    DUTIES,
    PARTICIPANTS,
    PARTIES,
    PLANS,
    REMARKS,
    GATHERINGS,
    PARTICIPATION,
    RESPONSES,
    SIGNATURES,
    STATEMENTS,
    SUCCESSIONS,
)
ENTRY_PROJECTIONS: Final[tuple[EntryProjection, ...]] = (CITATIONS, TIMELINE)
# Counts up whenever a row's form changes: stored rows of another version are thrown away and made again.
VERSION: Final = 5
# Counts up whenever rows lie in the database in another way; what is served of them is what it was.
_STORED: Final = 2


@cache
def shown_form() -> int:
    """Give the number of the form of rows and derived facts; they hold parts of aggregates, so it is of these too."""
    return form_number(VERSION, FACTS_FORM, state_form())


@cache
def stored_form() -> int:
    """Give the number of the form in which rows are stored: of theirs, and of how they lie in the database."""
    return form_number(_STORED, shown_form())
