"""What the tests' process makes once instead of each time, because making it costs more than the test does.

- httpx reads the certificates of the system for each client: a fiftieth of a second, and the tests speak HTTP in clear.
- FastAPI describes each route again for each application that includes it: most tests that serve a ledger make one.

Both are what the libraries made, shared; where a library is another than the one expected, nothing is shared.

- httpx gives up after five seconds where nobody says for how long it waits: on a busy machine an answer takes longer,
  and nothing is wrong. The program says it wherever it asks.

- uvicorn looks ten times in a second whether it should end, and then waits for as long before it looks whether somebody
  is still connected: nothing in one process's life, but hundreds of tests end a server each.
"""

import asyncio
import contextlib
import itertools
import os
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import uvicorn
from fastapi import routing
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from httpx._transports import default

PATIENCE_S: Final = 60


@cache
def install() -> None:
    """Share them in this process."""
    vars(DEFAULT_TIMEOUT_CONFIG).update(dict.fromkeys(("connect", "read", "write", "pool"), PATIENCE_S))
    vars(default)["create_ssl_context"] = _by_authorities(vars(default)["create_ssl_context"])
    contexts = getattr(routing, "_EffectiveRouteContext", None)
    if contexts is not None and hasattr(contexts, "from_api_route"):
        _share_routes(contexts)


def _by_authorities(make: Callable[..., Any]) -> Callable[..., Any]:
    """Share what is made by the same arguments and the same file of authorities."""
    made = cache(lambda _authorities, *given, **named: make(*given, **named))
    return lambda *given, **named: made(os.environ.get("SSL_CERT_FILE"), *given, **named)


def _share_routes(contexts: Any) -> None:
    described = contexts.from_api_route
    made: dict[Any, Any] = {}

    def from_api_route(*, original_route: Any, include_context: Any) -> Any:
        asked = {**vars(include_context), "dependency_overrides_provider": None}  # the application; no test overrides
        name = (id(original_route), repr(sorted(asked.items(), key=lambda pair: pair[0])))
        if name not in made:
            # The route is remembered with it, so that no other can have its id.
            made[name] = (described(original_route=original_route, include_context=include_context), original_route)
        return made[name][0]

    contexts.from_api_route = from_api_route


class PromptEnd:
    """The end of a server that runs in a thread: when it is wanted, and not up to a third of a second later."""

    def __init__(self, server: uvicorn.Server) -> None:
        """Take the place of what the server does between its start and its end; it has not been started yet."""
        self._server = server
        self._begun: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        vars(server).update(main_loop=self._main_loop, shutdown=self._shutdown)

    def now(self) -> None:
        """Have it end; called from another thread."""
        self._server.should_exit = True
        for loop, wanted in self._begun:
            loop.call_soon_threadsafe(wanted.set)

    async def _main_loop(self) -> None:
        wanted = asyncio.Event()
        self._begun.append((asyncio.get_running_loop(), wanted))
        for tick in itertools.count():
            if await self._server.on_tick(tick) or wanted.is_set():
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wanted.wait(), 0.1)

    async def _shutdown(self, sockets: object = None) -> None:
        for listener in self._server.servers:
            listener.close()
        state = self._server.server_state
        for connection in list(state.connections):
            connection.shutdown()
        for _ in range(4_000):  # of five thousandths of a second
            if not (state.connections or state.tasks):
                return
            await asyncio.sleep(0.005)
