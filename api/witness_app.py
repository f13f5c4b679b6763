"""A witness over HTTP: C2SP tlog-witness, and a page in plain text that says whose it is and what it has cosigned.

The one place where what the core raises becomes a status. The specification leaves nothing of it open:

    400 malformed · 404 origin unknown · 403 not signed by the log · 409 another size known (the body says which) ·
    422 another root for the known size, or a bad proof · 200 cosigned

What it has cosigned last of a log is at `<prefix>/<hex SHA-256 of the origin>/checkpoint`, for anybody who does not
want to ask the log.

It says nothing of what comes before: 429 with Retry-After, unread, to an address of which too many requests came to
nothing (api.rates); 413 and 408 to a body that is too long or too slow. A log asks again later, as after any fault.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from constancia.api.http.limits.rates import Attempts, Rates, address_of_client
from constancia.api.http.settings import Settings
from constancia.api.http.text_headers import TextHeaders
from constancia.ledger.witnesses.protocol import CALL, MAX_REQUEST_BYTES, SIZE_MEDIA_TYPE, parse_request
from constancia.ledger.witnesses.subtree import CALL as SIGN_SUBTREE
from constancia.ledger.witnesses.subtree import sign_subtree
from constancia.ledger.witnesses.witness import (
    BadProof,
    NotCosigned,
    NotSigned,
    RootConflict,
    SizeConflict,
    UnknownLog,
    Witness,
)
from constancia.verify.core.errors import Malformed
from constancia.verify.core.formats.note import COSIGNATURE_MLDSA44, format_vkey

BODY_TIMEOUT_S: Final = 10.0
_LAST_SHOWN: Final = 20
_STATUS: Final[dict[type[Exception], int]] = {
    Malformed: 400,
    NotSigned: 403,
    UnknownLog: 404,
    SizeConflict: 409,
    RootConflict: 422,
    BadProof: 422,
}
_HEADERS: Final = {"Cache-Control": "no-store"}
_log = logging.getLogger(__name__)


class _TooLong(Exception):
    """A body that is longer, or takes longer, than a request may."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def create_witness_app(witness: Witness, prefix: str = "", settings: Settings | None = None) -> Starlette:
    """Build the application.

    Args:
        witness: The witness; the caller closes its store after the server has ended.
        prefix: The submission prefix's path, without a slash at its end.
        settings: The operator's limits.

    Returns:
        The ASGI application.
    """
    rates = Rates(settings or Settings())
    attempts = Attempts(rates)

    signing = _asking(attempts, partial(sign_subtree, witness.cosigner), _moves_nothing)
    can_sign = any(key.type_byte == COSIGNATURE_MLDSA44 for key in witness.cosigner.keys)

    def about(_request: Request) -> bytes:
        return describe(witness).encode()

    def latest(request: Request) -> bytes | None:
        return witness.latest(request.path_params["origin"])

    return Starlette(
        routes=[
            Route(f"{prefix}/{{origin}}/checkpoint", _reading(latest, rates), methods=["GET"]),
            Route(f"{prefix}{CALL}", _asking(attempts, witness.add_checkpoint, _moves), methods=["POST"]),
            Route(f"{prefix}/", _reading(about, rates), methods=["GET"]),
            *([Route(f"{prefix}{SIGN_SUBTREE}", signing, methods=["POST"])] if can_sign else []),
        ],
        middleware=[Middleware(TextHeaders, headers=_HEADERS)],
    )


def _asking(
    attempts: Attempts, ask: Callable[[bytes], bytes], moves: Callable[[bytes], bool]
) -> Callable[[Request], Awaitable[Response]]:
    """Make a handler that gives a request's body to the witness: within the limits, each refusal with its status.

    Args:
        attempts: Counts what came to nothing.
        ask: Takes the body and gives signature lines.
        moves: Whether a body that was answered made a tree grow.
    """

    async def answer(request: Request) -> Response:
        address = address_of_client(request.scope)
        wait = attempts.begin(address)
        if wait is not None:
            return _too_many(wait)
        moved = False
        try:
            body = await _body(request)
            lines = await run_in_threadpool(ask, body)
            moved = moves(body)
        except _TooLong as error:
            # Without this the server would go on reading what is still coming, for nothing.
            return _refused(error.status, "the body is too long or too slow", {"Connection": "close"})
        except (Malformed, NotCosigned) as error:
            return _answer_to(error)
        except ClientDisconnect:
            return _refused(400, "the body did not come whole")  # nobody is there to read it
        except Exception:  # noqa: BLE001 - nothing was cosigned, the log retries, and the operator's log has it
            _log.exception("a request met a fault")
            return _refused(500, "this witness can't cosign now")
        finally:
            attempts.end(address, moved=moved)
        return Response(lines, media_type="text/plain")

    return answer


def _reading(read: Callable[[Request], bytes | None], rates: Rates) -> Callable[[Request], Awaitable[Response]]:
    """Make a handler of what is only read: within the limits, and 404 where there is nothing."""

    async def answer(request: Request) -> Response:
        wait = rates.take("reads", address_of_client(request.scope))
        if wait is not None:
            return _too_many(wait)
        text = await run_in_threadpool(read, request)
        if text is None:
            return _refused(404, "nothing of such a log was cosigned here")
        return Response(text, media_type="text/plain")

    return answer


def describe(witness: Witness) -> str:
    """Say which keys the witness has, what it has cosigned of each log, and what it had to refuse."""
    lines = [f"witness {witness.cosigner.name}", "", *map(format_vkey, witness.cosigner.keys), ""]
    known = witness.store.known()
    for origin in witness.logs:
        at = known.get(origin)
        lines.append(f"log {origin} size {at.size} root {at.root.hex()}" if at else f"log {origin} size 0")
    # Anybody may ask this, and what is stored may be hundreds of megabytes: only what is shown is read.
    count, last = witness.store.refusals(_LAST_SHOWN)
    lines.append(f"evidence {count}")
    lines += [f"  {at} {origin} {reason}" for at, origin, reason in last]
    return "\n".join(lines) + "\n"


async def _body(request: Request) -> bytes:
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                data += chunk
                if len(data) > MAX_REQUEST_BYTES:
                    raise _TooLong(413)
    except TimeoutError:
        raise _TooLong(408) from None
    return bytes(data)


def _moves(body: bytes) -> bool:
    """Tell whether a request that was cosigned made the tree grow: anybody can repeat one that did not."""
    request = parse_request(body)
    return request.checkpoint.size > request.old_size


def _moves_nothing(_body: bytes) -> bool:
    """Count a signed subtree among what came to nothing: its cost is a signature, and there are many subtrees."""
    return False


def _too_many(wait: int) -> Response:
    return _refused(429, "too many requests", {"Retry-After": str(wait), "Connection": "close"})


def _answer_to(error: Malformed | NotCosigned) -> Response:
    if isinstance(error, SizeConflict):
        # Starlette adds a charset to every text/… type given as media_type, and the log compares the type as a whole.
        return Response(f"{error.known}\n", 409, {"Content-Type": SIZE_MEDIA_TYPE})
    return _refused(_STATUS[type(error)], str(error))


def _refused(status: int, why: str, more: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{why}\n", status, more)
