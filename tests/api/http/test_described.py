"""What the interface answers is what its description names: status, media type, and the members of a problem."""

from collections.abc import Iterator
from typing import Any

import httpx
from tests.api.served import Desk, Inside, inside
from tests.profile import sampled

PLACES = ("0", "999999999", "c" * 300, "rm")
HEADERS: tuple[dict[str, str], ...] = (
    {"Accept": "text/plain"},
    {"Range": "bytes=0-3"},
    {"If-None-Match": "*"},
    {"Origin": "https://elsewhere.example"},
)
QUERIES = ("?size=1", "?size=99999999", "?nada=1", "?at=2019-03-01")
BODIES = (b"", b"{}", b"x" * 70_000)
TYPES = ("application/json", "text/plain")
PROBLEM = {"code", "instance", "status", "title", "type"}


def filled(path: str) -> Iterator[str]:
    start, _, rest = path.partition("{")
    if not rest:
        yield path
        return
    for place in PLACES:
        yield start + place + rest.partition("}")[2]


def asked(http: httpx.Client, within: Inside, path: str, method: str) -> Iterator[httpx.Response]:
    """Ask for an operation's places in every way; each way at one of them, by turns, and by `make thorough` at all."""
    places = list(filled(path))
    if method == "post":
        for place in places:
            yield from (
                http.post(place, content=body, headers={"Content-Type": one}) for body in BODIES for one in TYPES
            )
            yield http.post(place, content=b"{}", headers={"Origin": "https://elsewhere.example"})
        return
    ways: list[tuple[str, dict[str, str]]] = [*((query, {}) for query in QUERIES), *(("", each) for each in HEADERS)]
    for number, (query, headers) in enumerate(ways):
        # A turn more for the headers, so that no place has the same number of both.
        turn = (number + number // len(places)) % len(places)
        for place in sampled([places[turn]], places):
            yield within.request(method.upper(), place + query, headers=headers)


def undescribed(answer: httpx.Response, responses: dict[str, Any]) -> str | None:
    """Give what the description of an operation does not say of an answer."""
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    described = responses.get(str(answer.status_code))
    if described is None:
        return f"{answer.status_code} {media_type}"
    if answer.content and media_type not in described.get("content", {}):
        return f"{answer.status_code} {media_type}"
    if media_type == "application/problem+json" and not set(answer.json()) >= PROBLEM:
        return f"{answer.status_code} without {PROBLEM - set(answer.json())}"
    return None


def test_every_answer_is_described(scene: Desk) -> None:
    described = scene.http.get("/openapi.json").json()
    missing: set[tuple[str, str, str]] = set()
    with inside(scene) as within:
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                for answer in asked(scene.http, within, path, method):
                    what = undescribed(answer, operation["responses"])
                    missing |= {(method, path, what)} if what else set()
    assert sorted(missing) == []
