"""What a database offers for all that is next to the entries, without its driver."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class TableTransaction(Protocol):
    """A transaction under way. Marks in statements are `?`; rows come as tuples."""

    def execute(self, query: str, params: Sequence[Any] = ()) -> "Rows":
        """Execute a statement."""
        ...

    def erase_from(self, table: str) -> None:
        """Note, with the transaction, that rows of a table were erased whose bytes `sweep` has to take away."""
        ...


class Rows(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """Number of rows that were changed or given."""
        ...

    def fetchone(self) -> Any:
        """Return the next row; None if there is none."""
        ...

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows."""
        ...


class Tables(Protocol):
    """The tables next to the entries. Safe to use from several threads."""

    location: str

    def select(self, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Execute a query, and give its rows.

        Raises:
            StoreUnavailable: The database can't be had.
        """
        ...

    def transaction(self, *, durable: bool = True) -> AbstractContextManager[TableTransaction]:
        """Change tables in one transaction, which is durable, by the standbys too, when the block has ended.

        Args:
            durable: Else nobody waits for a disk or a standby, and a failure may cost what was changed last.

        Raises:
            StoreUnavailable: The database can't be had, the change is not confirmed, or the ledger was moved away.
        """
        ...

    def alone(self) -> AbstractContextManager[object]:
        """Keep others out who ask for the same, within the block."""
        ...

    def confirm(self) -> None:
        """Have it confirmed, by the standbys too, that what was changed until now is durable.

        Raises:
            StoreUnavailable: It is not confirmed, or the database can't be had.
        """
        ...

    def sweep(self) -> None:
        """Make tables again from which something was erased: what was erased is in none of their files any more.

        Raises:
            StoreUnavailable: It could not be done; it is tried again at the next call.
        """
        ...
