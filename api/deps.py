"""What every route gets: the ledger and the settings of the application, and the size that is asked about."""

from typing import Annotated

from fastapi import Depends, Query, Request

from constancia.api.settings import Settings
from constancia.ledger.application import Ledger
from constancia.ledger.errors import NotFound


def ledger_of(request: Request) -> Ledger:
    """Give the application's ledger."""
    ledger: Ledger = request.app.state.ledger
    return ledger


def settings_of(request: Request) -> Settings:
    """Give the application's settings."""
    settings: Settings = request.app.state.settings
    return settings


def known_size(
    ledger: Annotated[Ledger, Depends(ledger_of)],
    size: Annotated[int | None, Query(ge=1, description="State as of the first n entries; all by default.")] = None,
) -> int:
    """Give the size asked about, at most the log's own.

    Raises:
        NotFound: The log is not that long.
    """
    if size is not None and size > ledger.size:
        raise NotFound(f"the log has {ledger.size} entries, not {size}")
    return ledger.size if size is None else size


TheLedger = Annotated[Ledger, Depends(ledger_of)]
TheSettings = Annotated[Settings, Depends(settings_of)]
TheSize = Annotated[int, Depends(known_size)]
