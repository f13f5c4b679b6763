"""What a request's application has, and where it is reached; without the framework, which is loaded after this."""

from starlette.requests import Request

from constancia.api.http.proxies import own_address
from constancia.api.http.settings import Settings
from constancia.ledger.ledger import Ledger


def ledger_of(request: Request) -> Ledger:
    """Return the application's ledger."""
    ledger: Ledger = request.app.state.ledger
    return ledger


def settings_of(request: Request) -> Settings:
    """Return the application's settings."""
    settings: Settings = request.app.state.settings
    return settings


def address_of(request: Request, settings: Settings) -> str:
    """Return the address at which readers reach this server, without a slash at its end; see `own_address`."""
    return own_address(request.scope, settings)
