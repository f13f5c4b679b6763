"""The side of a reader process: it takes requests from the server's, and answers them; see `reader_pool.py`."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Scope

from constancia.api.http.problems import NOTED
from constancia.api.http.server.reader_pool import LENGTH, part

MAX_REQUEST_BYTES: Final = 1024 * 1024  # a head has at most 32 KiB, and JSON writes a byte as six
_END: Final = LENGTH.pack(0)
_log = logging.getLogger(__name__)

Reach = Callable[[int], Awaitable[bool]]


class ReaderServer:
    """Answers the connections of a Unix socket, each with one request.

    Args:
        app: The application, without limits and guards, which the server has.
        reach: Reads on until the ledger has that many entries; tells whether it has them.
    """

    def __init__(self, app: ASGIApp, reach: Reach) -> None:
        self._app = app
        self._reach = reach
        self._under_way: set[asyncio.Task[None]] = set()

    async def __call__(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio calls this in a task
        self._under_way.add(task)
        try:
            asked = json.loads(await source.readline())
            if await self._reach(asked.pop("size")):
                await self._answer(asked, source, sink)
        except (OSError, ValueError) as error:
            _log.debug("the server did not wait for the answer: %r", error)
        finally:
            self._under_way.discard(task)
            sink.close()

    async def drained(self, seconds: float) -> None:
        """Wait, for a bounded time, until what is under way is answered."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def _answer(self, asked: dict[str, Any], source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        codes: list[str] = []
        has_asked = False

        async def receive() -> Message:
            nonlocal has_asked
            if not has_asked:
                has_asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await source.read()  # the server sends no more, and ends the connection when the client leaves
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if sink.is_closing():  # as uvicorn has it, what is sent to who has left is dropped
                return
            if message["type"] == "http.response.start":
                fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
                head = {"status": message["status"], "headers": fields, "codes": codes}
                sink.write(part(json.dumps(head).encode()))
                return
            sink.write(part(message.get("body", b"")))
            if not message.get("more_body", False):
                sink.write(_END)
            with contextlib.suppress(OSError):
                await sink.drain()

        await self._app(_scope(asked, codes), receive, send)


def _scope(asked: dict[str, Any], codes: list[str]) -> Scope:
    texts = {name: asked[name].encode("latin-1") for name in ("raw_path", "query_string")}
    ends = {name: tuple(asked[name]) if asked[name] is not None else None for name in ("client", "server")}
    return {
        **asked,
        **texts,
        **ends,
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": "GET",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in asked["headers"]],
        NOTED: codes,
    }
