"""The door to everything that needs the driver of PostgreSQL: it is loaded when a ledger is in PostgreSQL, never else."""

from typing import TYPE_CHECKING

from constancia.ledger.store.postgres_errors import unavailable

if TYPE_CHECKING:
    from types import ModuleType


def postgres() -> "ModuleType":
    """Give the module that opens ledgers in PostgreSQL.

    Raises:
        StoreUnavailable: The driver is not installed (`E_STORE_DRIVER`).
    """
    try:
        from constancia.ledger.store import postgres_application  # noqa: PLC0415 - see above
    except ImportError as error:
        raise unavailable("E_STORE_DRIVER", error) from error
    return postgres_application
