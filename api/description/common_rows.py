"""What the rows of several projections have in common."""

from typing import Any, Literal, NotRequired, TypedDict

from constancia.api.description.forms import extends
from constancia.domain.kernel.aggregate import Mark
from constancia.domain.remarks.entry_standing import ContestStanding
from constancia.domain.remarks.remarked_entry import EntryResponse

Answer = Literal["yes", "no", "possibly"]
EntryStanding = Literal["asserted", "acknowledged", "contested", "answered"]


class Row(TypedDict):
    """What every row may have: of a day, whether it is sure, and the members that would be different otherwise."""

    certainty: NotRequired[Literal["yes", "possibly"]]
    otherwise: NotRequired[dict[str, Any] | None]


@extends(ContestStanding)
class ContestRow(TypedDict):
    """A contest, with whether it is open."""

    is_open: bool


class WordsOnEntry(Row):
    """What was said of an entry, and its standing."""

    acknowledged: list[Mark]
    contests: list[ContestRow]
    responses: list[EntryResponse]
    standing: EntryStanding
