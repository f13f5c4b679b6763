"""The form of the rows of each state projection: what each adds to the documents of the domain's classes.

- Y3: every row of every projection has its form, at each size and on each day. A test compares them.
"""

from typing import Final

from constancia.api.description.agreement_rows import AgreementRow, BodyRow, DecisionRow, ParticipantsRow, SignaturesRow
from constancia.api.description.commitment_rows import CommitmentRow, ConditionsRow, DeliverableRow, OverdueRow, PlanRow
from constancia.api.description.party_rows import DutyRow, PartyRow, SuccessionRow
from constancia.api.description.word_rows import (
    AllegationRow,
    CancellationRow,
    ComplaintRow,
    CorrectionRow,
    GatheringRow,
    ParticipationRow,
    RemarksRow,
    ResponseRow,
    StatementRow,
)

ROWS: Final[dict[str, type]] = {
    "agreements": AgreementRow,
    "allegations": AllegationRow,
    "bodies": BodyRow,
    "cancellations": CancellationRow,
    "commitments": CommitmentRow,
    "complaints": ComplaintRow,
    "conditions": ConditionsRow,
    "corrections": CorrectionRow,
    "decisions": DecisionRow,
    "deliverables": DeliverableRow,
    "duties": DutyRow,
    "gatherings": GatheringRow,
    "overdue": OverdueRow,
    "participants": ParticipantsRow,
    "participation": ParticipationRow,
    "parties": PartyRow,
    "plans": PlanRow,
    "remarks": RemarksRow,
    "responses": ResponseRow,
    "signatures": SignaturesRow,
    "statements": StatementRow,
    "successions": SuccessionRow,
}
