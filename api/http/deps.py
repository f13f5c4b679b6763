"""Dependencies of the routes: the application's ledger and settings, and the requested size."""

from typing import Annotated, Any

from fastapi import Depends, Request

from constancia.api.http.limits.quotas import Quotas
from constancia.api.http.limits.rates import Rates
from constancia.api.http.request.context import ledger_of, settings_of
from constancia.api.http.request.paging import Page
from constancia.api.http.request.query import AtSize, KnownBy, Limit, OnDay, Start
from constancia.api.http.settings import Settings
from constancia.api.text.i18n import LANGUAGES, tr
from constancia.domain.state import State
from constancia.ledger.errors import NotFound
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections import shown_form
from constancia.ledger.views.reading import Reading, ReadingNote


# A dependency that is no coroutine runs in the framework's thread pool; those that only look something up need none.
async def _ledger(request: Request) -> Ledger:
    return ledger_of(request)


async def _settings(request: Request) -> Settings:
    return settings_of(request)


async def _rates(request: Request) -> Rates:
    rates: Rates = request.app.state.rates
    return rates


async def _quotas(request: Request) -> Quotas:
    quotas: Quotas = request.app.state.quotas
    return quotas


TheLedger = Annotated[Ledger, Depends(_ledger)]
TheSettings = Annotated[Settings, Depends(_settings)]
TheRates = Annotated[Rates, Depends(_rates)]
TheQuotas = Annotated[Quotas, Depends(_quotas)]


async def known_size(ledger: TheLedger, size: AtSize = None) -> int:
    """Return the requested size, at most the log's own.

    Raises:
        NotFound: The log is not that long.
    """
    stored = ledger.size
    if size is not None and size > stored:
        raise NotFound(f"the log has {stored} entries, not {size}")
    return stored if size is None else size


async def page_of_entries(
    settings: TheSettings,
    size: Annotated[int, Depends(known_size)],
    start: Start = 0,
    limit: Limit = None,
) -> Page:
    """Return the part of the log that a list of entries is to show.

    Raises:
        NotFound: The log is not that long.
    """
    return Page(start=start, limit=limit or settings.page_size, size=size)


def stands(ledger: Ledger, size: int) -> dict[str, Any]:
    """Give what every answer about state names: its size and root."""
    return {"root": ledger.log.root(size).hex(), "size": size}


def reading_of(ledger: TheLedger, size: AtSize = None, known: KnownBy = None, at: OnDay = None) -> Reading:
    """Give the state as of what is asked: what was known by then, and what was valid on that day.

    Raises:
        NotFound: The log is not that long.
        Malformed: Another form, or two of them say how much was known.
    """
    return ledger.as_of(size, known=known, at=at)


def shows(ledger: Ledger, state: State) -> dict[str, Any]:
    """Give what every answer names that verifiers compare: edition of the law and form, with size and root."""
    return {"edition": state.edition, "form": shown_form(), **stands(ledger, state.size)}


def judged(ledger: Ledger, reading: Reading) -> dict[str, Any]:
    """Give what every answer of state projections names: as `shows`, and the day for which rows were computed.

    Where a day was asked it is named as it was asked (`at`), with the first of its possible days; `day` is the last.
    """
    as_of = reading.as_of
    named = {} if as_of.day is None else {"at": as_of.day, "first_day": as_of.first.isoformat()}
    noted = [_noted(note) for note in reading.notes]
    more = {"notes": noted} if noted else {}
    return {"day": as_of.last.isoformat(), **named, **more, **shows(ledger, reading.known)}


def _noted(note: ReadingNote) -> dict[str, str]:
    return {
        "code": note.code,
        "since": note.since,
        **{f"text_{lang}": tr(lang, f"note.{note.code}", since=note.since) for lang in LANGUAGES},
    }


TheSize = Annotated[int, Depends(known_size)]
ThePage = Annotated[Page, Depends(page_of_entries)]
TheReading = Annotated[Reading, Depends(reading_of)]
