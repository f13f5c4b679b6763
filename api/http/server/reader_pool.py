"""Reading by processes of their own: what only reads is handed to one of them, and the writer's interpreter is free.

A request goes to a reader as it is within the application, after limits and guards, and its answer comes back, over a
Unix socket in a private folder; a connection is for one request. `reader_side.py` is the other side. What a reader does
not answer, the server answers itself: it is always correct, and only slower.

- W1: an answer by a reader is the one that the server itself would give, and its limits and counters count once.
- W2: a reader answers from at least as many entries as the server had when the request came, and from none that the
  server has not confirmed.
- W3: where no reader is there, one is late, or ends before its answer began, the server answers. One that ends within
  an answer ends the client's connection; a client that leaves ends the reader's work.
- W4: a reader that was late is asked nothing for a while: one that is frozen holds up a request now and then, not all.
"""

import asyncio
import contextlib
import json
import logging
import struct
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from constancia.api.http.problems import NOTED
from constancia.api.http.proxies import path_within
from constancia.ledger.ledger import Ledger

LENGTH: Final = struct.Struct(">I")
BEGUN_S: Final = 60.0  # until an answer begins; the server then makes it itself
# What is answered at once from memory, and what only the process that writes knows.
_API: Final = frozenset(f"/api/v1/{name}" for name in ("integrity", "ledger", "witnesses"))
_OWN: Final = _API | {"/checkpoint", "/healthz", "/rollbacks.json", "/es/integridad", "/en/integrity"}
# Large files are made once, and the catalogue names the checksums of those that are there: it is one process's to say.
_MADE: Final = ("/bundle.zip", "/data/", "/datos/", "/es/datos", "/en/data")
_IN_MEMORY: Final = "/tile/"
_BODY: Final = frozenset({b"content-length", b"transfer-encoding"})
_PASSED_ON: Final = ("path", "root_path", "scheme", "http_version", "client", "server")
_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Reader:
    """A reader process, as the server sees it.

    Attributes:
        socket: Where it answers.
        is_ready: Whether it does.
        under_way: Requests that it has.
        rests_until: When it is asked again, in the event loop's time, after it was late.
    """

    socket: Path
    is_ready: bool = False
    under_way: int = 0
    rests_until: float = 0.0


class Unanswered(Exception):
    """The reader has not begun to answer."""


class Readers:
    """Hands requests that only read to readers; all others, and what they do not answer, to the application.

    Args:
        app: The application inside.
        ledger: The ledger that the server writes.
        readers: The reader processes.
    """

    def __init__(self, app: ASGIApp, ledger: Ledger, readers: Sequence[Reader]) -> None:
        self._app = app
        self._ledger = ledger
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        ready = list(self._ready()) if self._may_be_read(scope) else []
        if not ready:
            await self._app(scope, receive, send)
            return
        is_made = path_within(scope).startswith(_MADE)
        reader = ready[0] if is_made else min(ready, key=lambda each: each.under_way)
        reader.under_way += 1
        try:
            await self._forward(reader, scope, receive, send)
        except Unanswered as error:
            _log.info("the server answers itself: %s", error)
        else:
            return
        finally:
            reader.under_way -= 1
        await self._app(scope, receive, send)

    def _ready(self) -> Iterator[Reader]:
        now = asyncio.get_running_loop().time()
        return (reader for reader in self._readers if reader.is_ready and reader.rests_until <= now)

    def _may_be_read(self, scope: Scope) -> bool:
        """Tell whether a reader may answer: not while pages say that nothing is signed, which it can't know."""
        if scope["type"] != "http" or scope["method"] != "GET" or self._ledger.refusal is not None:
            return False
        path = path_within(scope)
        return path not in _OWN and not path.startswith(_IN_MEMORY) and _BODY.isdisjoint(dict(scope["headers"]))

    async def _forward(self, reader: Reader, scope: Scope, receive: Receive, send: Send) -> None:
        answering = asyncio.create_task(self._answer(reader, scope, send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                await answering
        finally:
            for task in (answering, leaving):
                task.cancel()
            await asyncio.wait({answering, leaving})

    async def _answer(self, reader: Reader, scope: Scope, send: Send) -> None:
        """Have a reader answer, and send what it gives.

        Raises:
            Unanswered: It gave nothing.
            ClientDisconnect: It ended within its answer; the client's connection ends too.
        """
        asked = request_bytes(scope, self._ledger.size)
        async with contextlib.aclosing(_messages(reader.socket, asked)) as messages:
            try:
                async with asyncio.timeout(BEGUN_S):
                    head = json.loads(await anext(messages))
                    body = await anext(messages)
            except (OSError, EOFError, TimeoutError, StopAsyncIteration) as error:
                if isinstance(error, TimeoutError):
                    reader.rests_until = asyncio.get_running_loop().time() + BEGUN_S
                raise Unanswered(repr(error)) from error
            scope.get(NOTED, []).extend(head["codes"])
            fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]]
            begin: Message = {"type": "http.response.start", "status": head["status"], "headers": fields}
            try:
                async for following in messages:
                    await _send_part(send, begin, body, is_last=False)
                    begin, body = {}, following
            except (OSError, EOFError) as error:
                if begin:
                    raise Unanswered(repr(error)) from error
                _log.warning("a reader ended within its answer: %r", error)
                raise ClientDisconnect from error
            await _send_part(send, begin, body, is_last=True)


async def _send_part(send: Send, begin: Message, body: bytes, *, is_last: bool) -> None:
    if begin:
        await send(begin)
    await send({"type": "http.response.body", "body": body, "more_body": not is_last})


async def _messages(socket: Path, asked: bytes) -> AsyncGenerator[bytes]:
    """Ask a reader, and give the parts of its answer: the head, and those of the body, of which there is at least one.

    Raises:
        OSError: The reader is not there.
        EOFError: It ended before its answer did.
    """
    source, sink = await asyncio.open_unix_connection(socket)
    try:
        sink.write(asked)
        while length := LENGTH.unpack(await source.readexactly(LENGTH.size))[0]:
            yield await source.readexactly(length - 1) if length > 1 else b""
    finally:
        sink.transport.abort()


def part(data: bytes) -> bytes:
    """Give a part of an answer as it is sent: its length and one more, as zero is the end of an answer."""
    return LENGTH.pack(len(data) + 1) + data


def request_bytes(scope: Scope, size: int) -> bytes:
    """Give a request as a reader reads it: a line of JSON.

    Args:
        scope: The request's.
        size: How many entries the answer must at least be made from.
    """
    passed: dict[str, Any] = {name: scope.get(name) for name in _PASSED_ON}
    texts = {name: scope[name].decode("latin-1") for name in ("raw_path", "query_string")}
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return json.dumps({**passed, **texts, "headers": fields, "size": size}).encode() + b"\n"


async def _left(receive: Receive) -> None:
    """Wait until the client has left; a request without a body has nothing else to say."""
    message: Message = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
