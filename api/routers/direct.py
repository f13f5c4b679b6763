"""Which requests are answered directly, and by which routes' functions; see `api.http.server.direct`."""

from fastapi import FastAPI, Request, Response

from constancia.api.http.limits.quotas import Quotas
from constancia.api.http.limits.rates import Rates
from constancia.api.http.server.direct import AnswerStore, Direct, Raising, stored
from constancia.api.http.settings import Settings
from constancia.api.routers import records
from constancia.api.routers.log import entries, log_files
from constancia.domain.values.calendar import local_day
from constancia.ledger.ledger import Ledger

_INDEX = "(0|[1-9][0-9]{0,14})"


def answer_directly(app: FastAPI, ledger: Ledger, settings: Settings, rates: Rates, quotas: Quotas) -> None:
    """Have an application answer some requests directly, all others by its router; before its guards are added.

    Args:
        app: The application.
        ledger: Its ledger.
        settings: The operator's settings.
        rates: The counters of requests.
        quotas: The counters of what parties record.
    """
    store = AnswerStore()

    async def append(request: Request, _rest: str) -> Response:
        return await entries.append_entry(request, ledger, settings, rates, quotas)

    async def receipt(request: Request, rest: str) -> Response:
        return log_files.receipt(rest, request, ledger, ledger.size)

    def of_now() -> object:
        """Rows are made from the state and the day (`ledger/views/projections`); an empty log has no zone yet."""
        size = ledger.size
        zone = zones[0] if zones else None
        if zone is None and size:
            zone = ledger.state().timezone
            zones.append(zone)
        return (size, local_day(ledger.clock.now(), zone)) if zone is not None else object()

    zones: list[str] = []
    lists = "|".join(records.LISTS)
    gets = {
        "/checkpoint()": stored(
            lambda request, _: log_files.checkpoint(request, ledger), store, ledger.log.checkpoint, is_quick=True
        ),
        f"/api/v1/receipts/{_INDEX}": receipt,
        "/tile/(.+)": stored(lambda request, rest: log_files.tile(rest, request, ledger), store),
        f"/api/v1/({lists})": stored(lambda request, rest: records.LISTS[rest](request, ledger), store, of_now),
        f"/api/v1/entries/{_INDEX}": stored(lambda request, rest: entries.get_entry(rest, request, ledger), store),
    }
    app.add_middleware(Direct, gets=gets, posts={"/api/v1/entries()": append})
    app.router.middleware_stack = Raising(app.router.middleware_stack)
