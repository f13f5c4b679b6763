"""What is asked most, answered before the framework looks for its route and for what that needs.

The functions that answer are those of the routes, and the description of the interface is made from the routes; what is
left out is the framework's way to them, which costs more than they do. A request that is in any way out of the ordinary
goes that way.

- D1: the answer to a request is the same, field by field, as the route's own.
- D2: only what an address always gives is stored, in a bounded store.
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
from constancia.api.http.representation import IMMUTABLE

_MAX_BYTES: Final = 16 * 1024 * 1024
_LARGEST: Final = 512 * 1024
_SOME: Final = frozenset({b"range", b"if-range", b"if-none-match"})
_OK: Final = 200

Answer = Callable[[Request, str], Awaitable[Response]]


class AnswerStore:
    """Answers that never change, by address and accepted codings; the least used go first. For several threads.

    Args:
        limit: Most bytes of bodies.
    """

    def __init__(self, limit: int = _MAX_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, bytes], Response] = OrderedDict()
        self._size = 0

    def get(self, key: tuple[str, bytes]) -> Response | None:
        """Give an answer; None where it is not stored."""
        with self._lock:
            answer = self._answers.get(key)
            if answer is not None:
                self._answers.move_to_end(key)
            return answer

    def put(self, key: tuple[str, bytes], answer: Response) -> None:
        """Store an answer, if it is one that never changes."""
        if answer.status_code != _OK or answer.headers.get("cache-control") != IMMUTABLE:
            return
        if len(answer.body) > _LARGEST:
            return
        with self._lock:
            if key not in self._answers:
                self._answers[key] = answer
                self._size += len(answer.body)
            while self._size > self._limit:
                self._size -= len(self._answers.popitem(last=False)[1].body)


def stored(get: Callable[[Request, str], Response], store: AnswerStore) -> Answer:
    """Give what answers from the store, and where that has nothing, from a thread.

    Args:
        get: The route's function: the request and the rest of its path to its answer.
        store: The store.
    """

    async def answer(request: Request, rest: str) -> Response:
        accepted, is_plain = b"", True
        for name, value in request.scope["headers"]:
            if name == b"accept-encoding":
                accepted += value + b","
            elif name in _SOME:
                is_plain = False
        key = (path_within(request.scope), accepted)
        at_hand = store.get(key) if is_plain else None
        if at_hand is not None:
            return at_hand
        made = await run_in_threadpool(get, request, rest)
        if is_plain:
            store.put(key, made)
        return made

    return answer


class Direct:
    """The way of requests that are in no way out of the ordinary; all others go to the router.

    Args:
        router: The router.
        gets: Pattern of a path → what answers a GET; the pattern's first group is handed on.
        posts: The same for POST.
    """

    def __init__(self, router: ASGIApp, gets: Mapping[str, Answer], posts: Mapping[str, Answer]) -> None:
        self._router = router
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
                if matched is not None:
                    response = await answer(Request(scope, receive, send), matched[1])
                    await response(scope, receive, send)
                    return
        await self._router(scope, receive, send)
