"""A ledger as of a size and a day: the one reader of state projections, for pages and interface."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from constancia.domain.kernel.calendar import local_day
from constancia.domain.state import State
from constancia.ledger.errors import NotFound
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.views.projections.base import Row

_BY_NAME: Final = {projection.name: projection for projection in STATE_PROJECTIONS}


@dataclass(frozen=True, slots=True)
class AsOf:
    """The state after the first entries, judged at an instant.

    Attributes:
        state: The state; shared, and not to be changed.
        at: The instant, with its zone. Rows depend on its day in the ledger's zone only.
    """

    state: State
    at: datetime

    @property
    def size(self) -> int:
        """Number of entries known."""
        return self.state.size

    @property
    def day(self) -> date:
        """The day in the ledger's zone."""
        return local_day(self.at, self.state.timezone)

    def rows(self, name: str) -> list[Row]:
        """Give all rows of a projection."""
        return list(_BY_NAME[name].rows(self.state, self.day))

    def row(self, name: str, stream: str) -> Row:
        """Give the row of a stream.

        Raises:
            NotFound: There is none.
        """
        projection = _BY_NAME[name]
        row = projection.row(self.state, stream, self.day)
        if row is None:
            raise NotFound(f"there is no {stream}")
        return row
