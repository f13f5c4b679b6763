"""The table of complaints: which act moves one from where to where."""

from typing import Final

from constancia.domain.complaints.complaint import ComplaintAct
from constancia.domain.complaints.deciding import ComplaintAdmitted, ComplaintResolved
from constancia.domain.complaints.filing import ComplaintFiled
from constancia.domain.kernel.kind import AggregateKind
from constancia.domain.kernel.machine import NONE

COMPLAINT: Final = AggregateKind(
    ComplaintAct,
    {
        ComplaintFiled: {NONE: "filed"},
        ComplaintAdmitted: {"filed": "admitted"},
        # Withdrawn by its filer it is `withdrawn` in either case.
        ComplaintResolved: {"filed": "dismissed", "admitted": "resolved"},
    },
)
