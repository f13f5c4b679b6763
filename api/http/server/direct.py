"""What is asked most, answered before the framework looks for its route and for what that needs.

The functions that answer are those of the routes, and the description of the interface is made from the routes; what is
left out is the framework's way to them, which costs more than they do. A request that is in any way out of the ordinary
goes that way.

- D1: the answer to a request is the same, field by field, as the route's own; what is refused, the framework answers.
- D2: only what an address always gives is stored, in a bounded store; and with a mark, what it gives as long as the
  mark is the same. Nothing that a client writes makes a second copy: of a header, only what it comes to counts.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from constancia.api.http.proxies import path_within
from constancia.api.http.representation import IMMUTABLE, prefers_gzip

_MAX_BYTES: Final = 16 * 1024 * 1024
_LARGEST: Final = 512 * 1024
_BESIDE: Final = 2_048  # what an answer takes besides its body and its path: measured 1.5 kB, objects and headers
_SOME: Final = frozenset({b"range", b"if-range", b"if-none-match"})
_OK: Final = 200
_RAISED: Final = "constancia.raised"

Answer = Callable[[Request, str], Awaitable[Response]]
Key = tuple[str, bool]  # path, and whether it is compressed


def _no_mark() -> None:
    """Give none: for what never changes."""


class AnswerStore:
    """Answers that never change, or not while their mark is the same; the least used go first. For several threads.

    Args:
        limit: Most bytes of bodies, with their paths and what each answer takes besides.
    """

    def __init__(self, limit: int = _MAX_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._answers: OrderedDict[Key, tuple[object, Response]] = OrderedDict()
        self._size = 0

    def get(self, key: Key, mark: object = None) -> Response | None:
        """Give an answer; None where it is not stored, or with another mark."""
        with self._lock:
            known = self._answers.get(key)
            if known is None or known[0] != mark:
                return None
            self._answers.move_to_end(key)
            return known[1]

    def put(self, key: Key, answer: Response, mark: object = None) -> None:
        """Store an answer of a whole resource; without a mark, if it is one that never changes."""
        is_forever = answer.headers.get("cache-control") == IMMUTABLE
        if answer.status_code != _OK or len(answer.body) > _LARGEST or (mark is None and not is_forever):
            return
        with self._lock:
            former = self._answers.pop(key, None)
            self._size += _size_of(key, answer) - (_size_of(key, former[1]) if former else 0)
            self._answers[key] = (mark, answer)
            while self._size > self._limit:
                oldest, (_, dropped) = self._answers.popitem(last=False)
                self._size -= _size_of(oldest, dropped)


def _size_of(key: Key, answer: Response) -> int:
    return len(answer.body) + len(key[0]) + _BESIDE


def stored(
    get: Callable[[Request, str], Response],
    store: AnswerStore,
    mark: Callable[[], object] = _no_mark,
    *,
    is_quick: bool = False,
) -> Answer:
    """Give what answers from the store, and where that has nothing, from a thread.

    Args:
        get: The route's function: the request and the rest of its path to its answer.
        store: The store.
        mark: Gives what the answer is made from, in a moment; None for what never changes.
        is_quick: Whether the answer is made faster than a thread is asked for it.
    """

    async def answer(request: Request, rest: str) -> Response:
        accepted: bytes | None = None
        is_plain = True
        for name, value in request.scope["headers"]:
            if name == b"accept-encoding":
                accepted = value if accepted is None else accepted  # as `represent` reads it: the first
            elif name in _SOME:
                is_plain = False
        is_packed = accepted is not None and prefers_gzip(accepted.decode("latin-1"))
        key, now = (path_within(request.scope), is_packed), mark()
        at_hand = store.get(key, now) if is_plain else None
        if at_hand is not None:
            return at_hand
        made = get(request, rest) if is_quick else await run_in_threadpool(get, request, rest)
        if is_plain and now == mark():
            store.put(key, made, now)
        return made

    return answer


class Direct:
    """The way of requests that are in no way out of the ordinary; all others go to the framework.

    Args:
        app: The application inside.
        gets: Pattern of a path → what answers a GET; the pattern's first group is handed on.
        posts: The same for POST.
    """

    def __init__(self, app: ASGIApp, gets: Mapping[str, Answer], posts: Mapping[str, Answer]) -> None:
        self._app = app
        self._table: dict[str, list[tuple[Callable[[str], re.Match[str] | None], Answer]]] = {
            method: [(re.compile(pattern, re.ASCII).fullmatch, answer) for pattern, answer in answers.items()]
            for method, answers in (("GET", gets), ("POST", posts))
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and not scope["query_string"]:
            path = path_within(scope)
            for match, answer in self._table.get(scope["method"], ()):
                matched = match(path)
                if matched is None:
                    continue
                try:
                    response = await answer(Request(scope, receive, send), matched[1])
                except Exception as error:  # noqa: BLE001 - whatever it is, it is answered as that of a route
                    await self._app({**scope, _RAISED: error}, receive, send)
                else:
                    await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Raising:
    """Raises, within the handlers of what is refused, what `Direct` was given in the place of an answer.

    Args:
        router: The router, which has all other requests.
    """

    def __init__(self, router: ASGIApp) -> None:
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        error = scope.get(_RAISED)
        if error is not None:
            raise error
        await self._router(scope, receive, send)
