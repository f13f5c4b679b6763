"""The start page before the application is there: a server shows it, and loads the rest behind it.

To load the framework, all routes and what describes them takes a third of a start, and the start page needs none of it.

- F1: what is answered here is what the application answers, field by field.
- F2: any other request waits until the application is there, and is then the application's; so is one for the start
  page that can't be answered here. None has it loaded twice.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.resources import files
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from constancia.api.http.limits.security import as_get, with_headers
from constancia.api.http.proxies import PathPrefix, path_within
from constancia.api.http.request.context import ledger_of
from constancia.api.http.settings import Settings
from constancia.api.pages import home
from constancia.api.pages.frame.frame import Frame
from constancia.api.pages.frame.page_cache import PageStore, made_once
from constancia.api.pages.frame.rows_cache import RowsCache
from constancia.ledger.ledger import Ledger
from constancia.ledger.reader.state_documents import StateDocuments

_PAGES: Final = ("/es/", "/en/")
_STATIC: Final = "/static/"
_FILES: Final = (f"{_STATIC}site.css", f"{_STATIC}icon.svg")  # which the page names
_READS: Final = ("GET", "HEAD")
_LOAD_AFTER_S: Final = 0.1  # the files that the page names come first


def begin(ledger: Ledger, settings: Settings) -> State:
    """Give what an application has from its first request on; what else it needs it adds itself.

    Args:
        ledger: An open ledger.
        settings: The operator's settings.
    """
    return State(
        {
            "ledger": ledger,
            "settings": settings,
            "rows_cache": RowsCache(),
            "pages": PageStore(),
            "state_documents": StateDocuments(),
        }
    )


class FirstPage:
    """Answers the start page until the application is there, and everything by the application from then on.

    Args:
        state: What the application will have; see `begin`.
        load: Makes the application; called once, in a thread of its own.
    """

    def __init__(self, state: State, load: Callable[[], ASGIApp]) -> None:
        self.state = state
        self._load = load
        self._lock = threading.Lock()
        self._whole: Future[ASGIApp] | None = None
        self._app: ASGIApp | None = None
        self._files = StaticFiles(directory=str(files("constancia.api").joinpath("static")))
        self._first = PathPrefix(self._answer, state.settings.root_path)

    def begin_loading(self) -> Future[ASGIApp]:
        """Have the application loaded, if it is not yet; from any thread."""
        with self._lock:
            if self._whole is None:
                loader = ThreadPoolExecutor(1, "constancia-loading")
                self._whole = loader.submit(self._load)
                loader.shutdown(wait=False)
            return self._whole

    def check(self) -> None:
        """Raise what kept the application from being loaded; nothing where it was, or where nobody asked for it."""
        if self._whole is not None and self._whole.done():
            self._whole.result()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if self._app is not None:
            await self._app(scope, receive, send)
        elif self._is_first(scope):
            await self._first(scope, receive, send)
            asyncio.get_running_loop().call_later(_LOAD_AFTER_S, self.begin_loading)
        else:
            await self._by_application(scope, receive, send)

    def _is_first(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] not in _READS or scope["query_string"]:
            return False
        prefix: str = self.state.settings.root_path
        return scope["path"].removeprefix(prefix) in (*_PAGES, *_FILES)

    async def _by_application(self, scope: Scope, receive: Receive, send: Send) -> None:
        loading = asyncio.wrap_future(self.begin_loading())
        self._app = await asyncio.shield(loading)  # a client that leaves ends its own wait alone
        await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does: what its guard refuses and counts are other requests than these."""
        scope["app"] = self
        path, asked = path_within(scope), as_get(scope)
        try:
            if path in _FILES:
                answer = await self._files.get_response(path.removeprefix(_STATIC), asked)
            else:
                answer = await made_once(Request(asked, receive), _made)
        except Exception:  # noqa: BLE001 - it will be the application's too, which says what is amiss
            await self._by_application(scope, receive, send)
            return
        await answer(asked, receive, with_headers(scope, send))


async def _made(request: Request) -> Response:
    return await run_in_threadpool(_start_page, request)


def _start_page(request: Request) -> Response:
    ledger = ledger_of(request)
    return home.summary(Frame(request, ledger, ledger.as_of()))
