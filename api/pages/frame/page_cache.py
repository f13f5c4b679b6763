"""A page is made once for the same ledger and day, stored for a while, and not sent again to who has it.

- Z1: a stored page is shown only while nothing that a page can show has changed: size and root, day, witnesses and
  which of them do not answer or were not compared, documents, refused attempts, and the operator's own refusals and
  acceptances. One made before the views had caught up is not stored.
- Z2: an entity tag is made of the page's bytes alone: two processes of one ledger give equal pages one tag.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from constancia.api.http.request.context import address_of, ledger_of, settings_of
from constancia.domain.values.calendar import local_day
from constancia.ledger.ledger import Ledger

_MAX_BYTES: Final = 16 * 1024 * 1024
_OK: Final = 200
_HTML: Final = "text/html"
_NOT_MODIFIED: Final = 304


class PageStore:
    """Pages by what they are made from; the least used go first. Safe to use from several threads."""

    def __init__(self, limit: int = _MAX_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, tuple[bytes, dict[str, str]]] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> tuple[bytes, dict[str, str]] | None:
        """Give a page's body and headers; None where it is not stored."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: str, body: bytes, headers: dict[str, str]) -> None:
        """Store a page; one that is larger than the limit of all is not."""
        if len(body) > self._limit:
            return
        with self._lock:
            former = self._pages.pop(key, None)
            self._size += len(body) - (len(former[0]) if former else 0)
            self._pages[key] = (body, headers)
            while self._size > self._limit:
                _key, (dropped, _headers) = self._pages.popitem(last=False)
                self._size -= len(dropped)


async def made_once(request: Request, make: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give the page that a request asks for, made once for what it is made from, with an ETag.

    Args:
        request: The request.
        make: Makes the page.

    Returns:
        The page; 304 for who has it.
    """
    key = await run_in_threadpool(_key, request)
    store: PageStore = request.app.state.pages
    page = store.get(key)
    if page is None:
        # Asked before the page is made: the views may catch up while it is, and it says that they lag.
        lagged = _is_behind(ledger_of(request))
        answer = await make(request)
        # Where something changed meanwhile, or the views lagged behind, the page is sent and not stored.
        is_page = answer.headers.get("content-type", "").startswith(_HTML)  # a citation is of another kind
        is_whole = answer.status_code == _OK and is_page and not lagged
        if not is_whole or key != await run_in_threadpool(_key, request):
            return answer
        body = bytes(answer.body)
        page = body, _headers(body, answer.headers.get("content-language", ""))
        store.put(key, *page)
    body, headers = page
    if headers["ETag"] in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    return Response(body, media_type=_HTML, headers=headers)


def _headers(body: bytes, lang: str) -> dict[str, str]:
    tag = hashlib.sha256(body).hexdigest()[:32]
    return {"ETag": f'"{tag}"', "Cache-Control": "no-cache", "Content-Language": lang}


def _tags(header: str) -> set[str]:
    """Give the tags of If-None-Match; weak ones count, since a page that is equal is the same (RFC 9110 §13.1.2)."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def _is_behind(ledger: Ledger) -> bool:
    return ledger.views.position < ledger.size


def _key(request: Request) -> str:
    """Give the name of a page by all that it is made from."""
    ledger = ledger_of(request)
    parts = (
        address_of(request, settings_of(request)),
        request.url.path,
        request.url.query,
        *state_of(ledger),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def state_of(ledger: Ledger) -> tuple[object, ...]:
    """Give what a page can depend on besides its address: it differs whenever a page may."""
    size, refusal = ledger.size, ledger.refusal
    return (
        size,
        ledger.log.root(size).hex() if size else "",
        local_day(ledger.clock.now(), ledger.state().timezone).isoformat(),
        ledger.witnessing.store.mark(),
        ledger.documents.files.mark(),
        ledger.refused.count,
        sum(row["times"] for row in ledger.refused.absent()),
        None if refusal is None else (refusal.code, refusal.words),
        len(ledger.rollbacks),
        ledger.not_compared,
        sorted(ledger.witness_problems.items()),
    )
