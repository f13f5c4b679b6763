"""Requests drawn from a seed: the quick way and the router give one answer, status, headers and bytes."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

import pytest
from starlette.types import ASGIApp, Message
from tests.api.http.server.test_direct import without_direct
from tests.api.http.test_proxies import PREFIX
from tests.api.served import UNLIMITED, Desk, document
from tests.profile import THOROUGH

from constancia.api.app import create_app
from constancia.api.routers.records import LISTS

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]
Fields = list[tuple[bytes, bytes]]
COUNT = 6_000 if THOROUGH else 150
METHODS = (
    *["GET"] * 8, *["HEAD"] * 3, "OPTIONS", *["POST"] * 4, "PUT", "DELETE", "PATCH", "TRACE", "get", "CONNECT", "QUERY",
)  # fmt: skip
NAMES = (
    "0", "3", "03", "%33", "+3", "-1", "3%20", "3%0a", "{last}", "{size}", "999999999999999", "9" * 40, "{leaf}",
    "{LEAF}", "{id}", "%D9%A3", "3/", "", "3.0", "3e0", "%EF%BC%93", "%33%00",
)  # fmt: skip
TILES = (
    "0/000", "0/000.p/{size}", "0/000.p/1", "0/000.p/0", "0/000.p/256", "0/000.p/007", "entries/000.p/{size}",
    "entries/000", "entries/000.p%2f{size}", "", "/", "0/9", "63/000", "64/000", "%30/000.p/{size}",
    "entries/000.p/{size}%0a", "0/%E2%80%A8",
)  # fmt: skip
PATHS = (
    "/checkpoint", "/checkpoint/", "//checkpoint", "/Checkpoint", "/checkpoint%0a", "/%63heckpoint", "/checkpoint%00",
    "/checkpoint%3Fa=1", "/checkpoint/.", *(f"/api/v1/{of}/{name}" for of in ("receipts", "entries") for name in NAMES),
    *(f"/tile/{name}" for name in TILES), *(f"/api/v1/{name}" for name in LISTS), "/api/v1/parties/", "/api/v1/PARTIES",
    *["/api/v1/entries"] * 20, "/api/v1/entries/", "/api//v1/entries", "/api/v1/entries%2f", "/api/v1/%65ntries",
)  # fmt: skip
FIELDS: Sequence[tuple[bytes, bytes]] = (
    *((b"accept", value) for value in (b"application/json", b"text/html", b"APPLICATION/JSON", b"*/*")),
    *((b"accept-encoding", value) for value in (b"gzip", b"gzip;q=0", b"*", b"\xff", b"identity;q=0", b"", b"br")),
    *((b"range", value) for value in (b"bytes=0-9", b"bytes=99999999-", b"bytes=-5", b"x=1")),
    *((b"if-none-match", value) for value in (b"*", b'W/"x", "{leaf}"', b"")),
    (b"if-range", b'"x"'), (b"if-match", b'"x"'), (b"origin", b"https://e.example"), (b"sec-fetch-site", b"cross-site"),
    (b"cookie", b"a=\xff"), (b"content-length", b"5"), (b"content-length", b"70000"), (b"content-length", b"+5"),
    (b"content-encoding", b"gzip"), (b"content-encoding", b""), (b"x-http-method-override", b"DELETE"),
)  # fmt: skip
TYPES = (*[b"application/json"] * 6, b"text/json", b"", b"application/json, text/plain", b"Application/JSON;a=b")
QUERIES = (*[b""] * 8, b"a=1", b"size=1", b"size=", b"&", b"%", b"limit=1", b"at=2019-03-01")


def bodies(sound: bytes) -> list[bytes]:
    """A statement that may be recorded once, what is nearly one, and what is none."""
    return [
        sound, sound + b"\n", b"\xef\xbb\xbf" + sound, sound[:-1], sound[:-1] + b',"v":1}', sound + b" " * 70_000,
        sound + b" " * (65_536 - len(sound)), sound.replace(b'"mode"', b'"mode":"live","mode"', 1),
        sound.replace(b'"signatures"', b'"signatures":[],"signatures"', 1), sound[:-1] + b',"statement":{}}',
        sound.replace(b'"schema":', b'"schema":0', 1), b"", b"{}", b"[", b'{"a":' * 2_000, b"1" * 5_000,
        b'{"signatures":[],"statement":""}', b'{"signatures":[],"statement":"\\ud800"}', b"x" * 65_537,
    ]  # fmt: skip


async def asked(app: ASGIApp, scope: dict[str, object], parts: Sequence[bytes | None]) -> Answer:
    """Ask an application; a part that is None is a client that leaves."""
    sent: list[Message] = []
    left: Iterator[tuple[int, bytes | None]] = iter(enumerate(parts, start=1))

    async def receive() -> Message:
        number, part = next(left, (0, None))
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": number < len(parts)}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(dict(scope), receive, send)
    return sent[0]["status"], sorted(sent[0]["headers"]), b"".join(part.get("body", b"") for part in sent[1:])


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_drawn_requests_are_answered_as_by_the_router(adopted: Desk, prefix: str) -> None:
    settings = UNLIMITED.model_copy(update={"root_path": prefix})
    whole, plain = create_app(adopted.ledger, settings), without_direct(adopted.ledger, settings)
    sound = document(adopted.world.allege("c1"))
    size, leaf = adopted.ledger.size, adopted.ledger.log.leaf_hash(3).hex()
    words = {"size": size, "last": size - 1, "leaf": leaf, "LEAF": leaf.upper(), "id": "0" * 36}
    draw = random.Random(f"direct {prefix}")  # noqa: S311 - cases, no secrets
    differing, statuses = [], set()
    for _ in range(COUNT):
        path = draw.choice(["", prefix]) + draw.choice(PATHS).format(**words)
        method = draw.choice(METHODS)
        fields: Fields = [(name, value.replace(b"{leaf}", leaf.encode())) for name, value in draw.choices(FIELDS, k=2)]
        fields = fields[: draw.randrange(3)]
        parts: list[bytes | None] = [b""]
        if method in {"POST", "PUT", "PATCH"}:
            fields += [(b"content-type", draw.choice(TYPES))]
            body = draw.choice(bodies(sound))
            cut = draw.randrange(len(body) + 1)
            parts = draw.choice([[body], [body[:cut], b"", body[cut:]], [body[:cut], None]])
        scope: dict[str, object] = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": unquote(path), "raw_path": path.encode(), "query_string": draw.choice(QUERIES),
            "root_path": "", "headers": fields, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
        }  # fmt: skip
        answers = [asyncio.run(asked(app, scope, parts)) for app in (whole, plain)]
        statuses |= {answer[0] for answer in answers}
        if answers[0] != answers[1] and {answer[0] for answer in answers} != {200, 201}:  # the second time it is there
            differing.append((method, path, fields, parts, answers))
    assert differing == []
    assert max(statuses) < 500
    assert statuses >= {200, 400, 404, 405, 415}
