"""The addresses of every kind of page and of every table that a ledger has, from the application's own routers."""

from collections.abc import Iterator, Sequence
from typing import Final

from fastapi import APIRouter
from fastapi.routing import APIRoute

from constancia.api.forms.purposes import groups, name_in
from constancia.api.opendata.tables.all_tables import TABLES
from constancia.api.pages.frame.frame import _PAGES_OF
from constancia.api.pages.routes import ROUTERS
from constancia.api.signing.pages import key_page, pending_page, receipt_page
from constancia.domain.identity.appointment import Appointment
from constancia.ledger.ledger import Ledger
from constancia.ledger.views.projections import STATE_PROJECTIONS

_KINDS: Final = {section: kind for kind, section in _PAGES_OF.items()}
# What a page without a name takes besides: a word to look for, the two days to compare.
_ASKED: Final = {"/es/buscar": "?q=compromiso", "/es/cambios": "?de=2019-06-01&a=2020-01-01"}
# Lists that begin at their end: the other end is asked for too.
_PAGED: Final = {"/es/registros": "?start=0", "/es/compromisos": "?start=24", "/es/decisiones": "?start=50"}

_SIGNING: Final = (key_page.router, pending_page.router, receipt_page.router)
_FILES: Final = (".zip", ".pdf", ".bib", ".json")  # made for who asks for them, and no pages


def spread(names: Sequence[str], count: int) -> list[str]:
    """Give at most so many of them, evenly, with the first and the last."""
    if len(names) <= count:
        return list(names)
    return [names[round(place * (len(names) - 1) / (count - 1))] for place in range(count)]


def names_of(ledger: Ledger, section: str) -> list[str]:
    """Give the names that pages of a section have."""
    if section == "registros":
        return [str(index) for index in range(ledger.size)]
    if section == "datos":
        return [table.named("es") for table in TABLES]
    prefix = f"{_KINDS[section]}/"
    streams = [stream for stream in ledger.state().aggregates if stream.startswith(prefix)]
    return [stream.removeprefix(prefix) for stream in streams]


def _named(ledger: Ledger, parameter: str) -> list[str]:
    """Give what a path's parameter can be that is no name in a section."""
    state = ledger.state()
    if parameter == "what":
        return [name_in(name, "es") for names in groups(state.edition).values() for name in names]
    made = list(state.of(Appointment))
    return sorted({each.appointment if parameter == "appointment" else each.person for each in made})


def pages(ledger: Ledger, count: int = 5) -> Iterator[tuple[str, list[str]]]:
    """Yield each kind of page, by its route in Spanish, with up to `count` addresses.

    Args:
        ledger: The ledger that is served.
        count: Most addresses of a kind.
    """
    seen = set()
    for route in _routes((*ROUTERS, *_SIGNING)):
        path = route.path
        if not path.startswith("/es/") or "GET" not in (route.methods or ()) or path in seen or path.endswith(_FILES):
            continue
        seen.add(path)
        parameter = path.partition("{")[2].partition("}")[0]
        if not parameter:
            yield path, [path + _ASKED.get(path, "")]
            if path in _PAGED:
                yield f"{path} (otra parte)", [path + _PAGED[path]]
            continue
        names = names_of(ledger, path.split("/")[2]) if parameter == "name" else _named(ledger, parameter)
        chosen = spread(names, count)
        if chosen:
            yield path, [path.replace(f"{{{parameter}}}", name) for name in chosen]
    yield "/es/ (as of a past size)", [f"/es/?size={ledger.size // 2}"]
    yield "/es/ (as of a past day)", ["/es/?at=2019-09-01"]


def files() -> Iterator[tuple[str, list[str]]]:
    """Yield each table of the open data, each list of the interface, and what else grows with the ledger."""
    for table in TABLES:
        for form in ("csv", "json"):
            path = f"/datos/{table.named('es')}.{form}"
            yield path, [path]
    for projection in STATE_PROJECTIONS:
        path = f"/api/v1/{projection.name}"
        yield path, [path]
    for path in ("/api/v1/state", "/api/v1/derived", "/api/v1/validity", "/api/v1/ogp", "/api/v1/popolo"):
        yield path, [path]
    for path in ("/feeds/es/all.atom", "/feeds/es/all.ics", "/datos/datapackage.json", "/checkpoint", "/healthz"):
        yield path, [path]


def _routes(routers: Sequence[APIRouter]) -> Iterator[APIRoute]:
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route
