"""The door to what needs the driver of PostgreSQL, which is loaded only where a ledger is in PostgreSQL."""

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
        from constancia.ledger.store.postgres import application  # noqa: PLC0415 - see above
    except ImportError as error:
        raise unavailable("E_STORE_DRIVER", error) from error
    return application
