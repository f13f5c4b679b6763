"""Builds the HTTP application from a ledger and settings; nothing happens at import time."""

import json
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.resources import files

from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import State

from constancia.api.description.openapi import describe, operation_id
from constancia.api.description.reference import reference_page
from constancia.api.first_page import begin
from constancia.api.http import problems
from constancia.api.http.limits.quotas import Quotas
from constancia.api.http.limits.rates import Rates
from constancia.api.http.limits.security import Guard
from constancia.api.http.proxies import PathPrefix, path_within, prefix_of
from constancia.api.http.representation import REVALIDATED, represent
from constancia.api.http.request.query import CheckedFiles, CheckedQuery, take_in
from constancia.api.http.schemas import DraftRequest, ReceiptDocument, with_common_answers
from constancia.api.http.server.reader_pool import Reader, Readers
from constancia.api.http.settings import Settings
from constancia.api.opendata.file_cache import MadeFiles
from constancia.api.pages import routes as pages
from constancia.api.pages import wrong_address
from constancia.api.pages.integrity.altered_copy import AlteredCopies
from constancia.api.pages.records import copy_pages
from constancia.api.pages.search_index import SearchIndex
from constancia.api.routers import acts, data, direct, drafts, exchange, health, records, state, verifier, well_known
from constancia.api.routers.log import documents, entries, log_files, provenance, refusals, witnesses
from constancia.api.signing.drafts import DraftLimits, DraftStore
from constancia.api.signing.pages import key_page, pending_page, ready_page, receipt_page, sign_page, verifier_module
from constancia.domain.kernel.problems import Refusal
from constancia.ledger.errors import LedgerError, NotFound, StoreUnavailable
from constancia.ledger.ledger import Ledger
from constancia.verify.core.errors import Malformed

SUMMARY = "Accountability ledger: signed statements in a transparency log, and what follows from them."


def _shown(app: FastAPI, ledger: Ledger) -> Callable[[Response, Request], Response]:
    """Show a browser that asked for a page, in words, what was refused; programs get the document."""

    def shown(answer: Response, request: Request) -> Response:
        if not wrong_address.is_for_people(request) or "text/html" not in request.headers.get("accept", ""):
            return answer
        request.scope["app"] = app  # a refusal before the application is entered has none
        document = json.loads(bytes(answer.body))
        problems.note_code(request.scope, document["code"])
        try:
            page = wrong_address.refused(wrong_address.of_a_page(request), ledger, document)
        except (PersistenceError, StoreUnavailable):  # the ledger's own pages need its database too
            page = wrong_address.unanswered(wrong_address.of_a_page(request), document)
        page.headers["Cache-Control"] = "no-store"
        if "Retry-After" in answer.headers:
            page.headers["Retry-After"] = answer.headers["Retry-After"]
        return page

    return shown


def _show_refusals(app: FastAPI, shown: Callable[[Response, Request], Response]) -> None:
    """Answer what was refused as `shown` gives it."""

    @app.exception_handler(LedgerError)
    def on_ledger(request: Request, error: LedgerError) -> Response:
        return shown(problems.from_ledger(error, request.url.path), request)

    @app.exception_handler(PersistenceError)
    def on_store(request: Request, error: PersistenceError) -> Response:
        return shown(problems.from_store(error, request.url.path), request)

    @app.exception_handler(Refusal)
    def on_refusal(request: Request, error: Refusal) -> Response:
        return shown(problems.from_refusal(error, request.url.path), request)

    @app.exception_handler(Malformed)
    def on_malformed(request: Request, error: Malformed) -> Response:
        return shown(problems.from_malformed(error, request.url.path), request)

    @app.exception_handler(RequestValidationError)
    def on_validation(request: Request, error: RequestValidationError) -> Response:
        return shown(problems.from_validation(error, request.url.path), request)


_describing = threading.Lock()


def _description(app: FastAPI, prefix: str) -> bytes:
    """Give the OpenAPI document, made once, by one thread: the library completes its models then."""
    with _describing:
        if app.state.description is None:
            document = with_common_answers(describe(app, (DraftRequest, ReceiptDocument), prefix))
            app.state.description = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        described: bytes = app.state.description
    return described


def _guard(app: FastAPI, shown: Callable[[Response, Request], Response], readers: Sequence[Reader]) -> None:
    """Add what every request meets before the application; the last one added comes first."""
    ledger, rates, settings = app.state.ledger, app.state.rates, app.state.settings
    if readers:
        app.add_middleware(Readers, ledger=ledger, readers=readers)
    app.add_middleware(Guard, rates=rates, settings=settings, shown=shown)
    app.add_middleware(PathPrefix, prefix=settings.root_path)


def copy_app(ledger: Ledger, settings: Settings) -> FastAPI:
    """Build the application whose pages become files of a bundle; it is asked by the process itself alone.

    Args:
        ledger: An open ledger that does not grow.
        settings: The operator's settings.

    Returns:
        The ASGI application: without limits and without an address, with the copy's own pages.
    """
    limits = {"costly_reads_per_minute": 0, "writes_per_minute": 0, "public_url": None, "root_path": ""}
    app = create_app(ledger, settings.model_copy(update=limits))
    take_in(app, copy_pages.router)
    app.state.is_copy = True
    return app


def create_app(
    ledger: Ledger, settings: Settings, readers: Sequence[Reader] = (), begun: State | None = None
) -> FastAPI:
    """Build the application.

    Args:
        ledger: An open ledger; the caller closes it after the server has ended.
        settings: The operator's settings.
        readers: Processes that answer what only reads.
        begun: What it has from the first request on, where requests came before it; see `first_page`.

    Returns:
        The ASGI application.
    """
    app = FastAPI(
        title="constancia",
        summary=SUMMARY,
        version=version("constancia"),
        docs_url=None,  # the library's own pages load third-party files
        redoc_url=None,
        openapi_url=None,  # it is a route like the others, below
        generate_unique_id_function=operation_id,
        redirect_slashes=False,
        dependencies=[CheckedQuery],
        # Nothing of a visitor's request goes anywhere because a variable of the process says so; and to look whether
        # it should costs each request some 10 µs. Versions of the framework that have none of it take no notice.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state = begun or begin(ledger, settings)
    app.state.altered = AlteredCopies()
    app.state.is_copy = False
    app.state.search_index = SearchIndex(ledger.log)
    app.state.description = None  # made when it is first asked for
    app.state.drafts = DraftStore(
        ledger.folder.drafts,
        clock=ledger.clock,
        limits=DraftLimits(days=settings.draft_days, rows=settings.max_drafts),
        writable=ledger.is_writable,
    )
    problems.install(app)
    shown = _shown(app, ledger)
    _show_refusals(app, shown)
    app.state.made = MadeFiles()
    app.state.make_app = copy_app
    app.state.rates = Rates(settings)
    app.state.quotas = quotas = Quotas(ledger, settings)
    direct.answer_directly(app, ledger, settings, app.state.rates, quotas)
    _guard(app, shown, readers)
    for module in (
        acts,
        entries,
        drafts,
        log_files,
        witnesses,
        records,
        state,
        exchange,
        provenance,
        documents,
        data,
        refusals,
        health,
        verifier,
        well_known,
    ):
        take_in(app, module.router)
    signing = (
        verifier_module.router,
        sign_page.data_router,
        receipt_page.router,
        sign_page.router,
        key_page.router,
        ready_page.router,
        pending_page.router,
        pending_page.feeds,
    )
    for router in (*pages.ROUTERS, *signing):
        take_in(app, router)
    static = files("constancia.api").joinpath("static")
    app.mount("/static", CheckedFiles(directory=str(static)), name="static")

    @app.exception_handler(NotFound)
    async def on_not_found(request: Request, error: NotFound) -> Response:
        is_page = path_within(request.scope).startswith(pages.PATHS)
        if is_page or (wrong_address.is_for_people(request) and "text/html" in request.headers.get("accept", "")):
            problems.note_code(request.scope, "E_NOT_FOUND")
            return await run_in_threadpool(wrong_address.not_found, wrong_address.of_a_page(request), ledger)
        return problems.from_ledger(error)

    @app.exception_handler(404)
    async def on_no_route(request: Request, _error: Exception) -> Response:
        return await on_not_found(request, NotFound("there is nothing at this address"))

    @app.get("/es", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    def start(request: Request) -> Response:
        return RedirectResponse(f"{prefix_of(request.scope)}/es/", 307)

    @app.get("/en", include_in_schema=False)
    def start_in_english(request: Request) -> Response:
        return RedirectResponse(f"{prefix_of(request.scope)}/en/", 307)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> Response:
        prefix = prefix_of(request.scope)
        body = _description(app, prefix)
        return represent(request, body, media_type="application/json", cache=REVALIDATED, may_compress=True)

    @app.get("/api/v1/reference", include_in_schema=False)
    def reference(request: Request) -> Response:
        prefix = prefix_of(request.scope)
        page = reference_page(json.loads(_description(app, prefix)), prefix).encode()
        media_type = "text/html; charset=utf-8"
        return represent(request, page, media_type=media_type, cache=REVALIDATED, may_compress=True)

    return app
