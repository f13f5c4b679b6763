"""Which rows of a list are asked for: of a party, since an entry, what is overdue; and which part of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from constancia.api.http.request.query import Start
from constancia.ledger.views.as_of import MAX_SIZE
from constancia.ledger.views.projections.base import Row

Party = Annotated[str | None, Query(description="Only rows that name this party.")]
Since = Annotated[
    int | None,
    Query(ge=0, le=MAX_SIZE, description="Only rows of which something was recorded at this index or later."),
]
Overdue = Annotated[
    bool | None, Query(description="Only commitments with a milestone that is overdue, or without one.")
]
RowLimit = Annotated[int | None, Query(ge=1, le=1_000, description="Most rows; all by default.")]
# Members whose value is a thing's name and never a party's.
_THINGS: Final = frozenset([
    "agreement", "allegation", "appointment", "assessment", "cancellation", "capacity", "case", "commitment",
    "complaint", "condition", "contest", "correction", "decision", "deliverable", "duty", "gathering",
    "governance_body", "indicator", "kind", "lifecycle", "milestone", "plan", "report", "response", "role",
    "statement", "status", "stands", "stream", "theme", "type",
])  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """What is asked of a list.

    Attributes:
        party: Identifier of a party that a row must name; None for any.
        since: Index from which on something must have been recorded; None for any.
        overdue: Whether a commitment must have an overdue milestone, or must have none; None for any.
        start: How many of the rows that are left to leave out.
        limit: Most rows; None for all.
    """

    party: str | None = None
    since: int | None = None
    overdue: bool | None = None
    start: int = 0
    limit: int | None = None

    def takes(self, row: Row) -> bool:
        """Tell whether a row is asked for."""
        if self.party is not None and not names_party(row, self.party):
            return False
        if self.since is not None and max(indices_in(row), default=-1) < self.since:
            return False
        return self.overdue is None or self.overdue == any(
            milestone["stands"] == "overdue" for milestone in row.get("milestones", ())
        )

    def part_of(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Give the part that is asked for, of the rows that are left."""
        return rows[self.start :] if self.limit is None else rows[self.start : self.start + self.limit]


def names_party(value: object, party: str) -> bool:
    """Tell whether a row names a party, in whatever role.

    Args:
        value: The row, or a part of it.
        party: The party's identifier.
    """
    if isinstance(value, Mapping):
        return any(
            (member == party and name not in _THINGS) or (not isinstance(member, str) and names_party(member, party))
            for name, member in value.items()
        )
    return isinstance(value, list | tuple) and any(item == party or names_party(item, party) for item in value)


def indices_in(value: object) -> Iterator[int]:
    """Yield the indices of the entries that a row names."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            if isinstance(member, int) and (name == "index" or name.endswith("_index")):
                yield member
            else:
                yield from indices_in(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from indices_in(item)


async def filter_of(party: Party = None, since: Since = None, start: Start = 0, limit: RowLimit = None) -> RowFilter:
    """Read what is asked of a list."""
    return RowFilter(party=party, since=since, start=start, limit=limit)


def part_links(request: Request, asked: RowFilter, count: int) -> dict[str, str]:
    """Give the `Link` header to the other parts of a list; empty where all of it is asked for.

    Args:
        request: The request, whose other parameters stay.
        asked: What is asked for.
        count: The number of rows that are left.

    Source: RFC 8288 §3.
    """
    if asked.limit is None:
        return {}
    starts: dict[str, int] = {"first": 0}
    if asked.start > 0:
        starts["prev"] = max(0, min(asked.start, count) - asked.limit)
    if asked.start + asked.limit < count:
        starts["next"] = asked.start + asked.limit
    given: dict[str, Any] = dict(request.query_params)
    links = [
        f'<{request.url.path}?{urlencode({**given, "start": start, "limit": asked.limit})}>; rel="{relation}"'
        for relation, start in starts.items()
    ]
    return {"Link": ", ".join(links)}


TheFilter = Annotated[RowFilter, Depends(filter_of)]
