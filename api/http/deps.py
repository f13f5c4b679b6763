"""Dependencies of the routes: the application's ledger and settings, and the requested size."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request

from constancia.api.http.proxies import own_address
from constancia.api.http.rates import Rates
from constancia.api.http.settings import Settings
from constancia.domain.state import State
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.as_of import AsOf
from constancia.ledger.views.projections import shown_form

MAX_NUMBER = 2**53 - 1  # SPEC §1: no size or index is larger


def ledger_of(request: Request) -> Ledger:
    """Return the application's ledger."""
    ledger: Ledger = request.app.state.ledger
    return ledger


def settings_of(request: Request) -> Settings:
    """Return the application's settings."""
    settings: Settings = request.app.state.settings
    return settings


def rates_of(request: Request) -> Rates:
    """Return the application's rate counters."""
    rates: Rates = request.app.state.rates
    return rates


def known_size(
    ledger: Annotated[Ledger, Depends(ledger_of)],
    size: Annotated[
        int | None, Query(ge=0, le=MAX_NUMBER, description="As of the first n entries; all by default.")
    ] = None,
) -> int:
    """Return the requested size, at most the log's own.

    Raises:
        NotFound: The log is not that long.
    """
    stored = ledger.size
    if size is not None and size > stored:
        raise NotFound(f"the log has {stored} entries, not {size}")
    return stored if size is None else size


def address_of(request: Request, settings: Settings) -> str:
    """Return the address at which readers reach this server, without a slash at its end; see `own_address`."""
    return own_address(request.scope, settings)


def stands(ledger: Ledger, size: int) -> dict[str, Any]:
    """Give what every answer about state names: its size and root."""
    return {"root": ledger.log.root(size).hex(), "size": size}


def as_of_of(ledger: Annotated[Ledger, Depends(ledger_of)], size: Annotated[int, Depends(known_size)]) -> AsOf:
    """Give the state asked about, with the instant at which it is judged."""
    return ledger.as_of(size)


def shows(ledger: Ledger, state: State) -> dict[str, Any]:
    """Give what every answer names that verifiers compare: edition of the law and form, with size and root."""
    return {"edition": state.edition, "form": shown_form(), **stands(ledger, state.size)}


def judged(ledger: Ledger, as_of: AsOf) -> dict[str, Any]:
    """Give what every answer of state projections names: as `shows`, and the day for which rows were computed."""
    return {"day": as_of.day.isoformat(), **shows(ledger, as_of.state)}


TheLedger = Annotated[Ledger, Depends(ledger_of)]
TheSettings = Annotated[Settings, Depends(settings_of)]
TheRates = Annotated[Rates, Depends(rates_of)]
TheSize = Annotated[int, Depends(known_size)]
TheAsOf = Annotated[AsOf, Depends(as_of_of)]
