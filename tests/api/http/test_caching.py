"""What can be withdrawn or change is never given by a cache without asking: each address that answers is looked at.

The table of routes is the application's own, so that a new route is in it by itself.
"""

import re
from pathlib import Path
from typing import Final

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount
from tests.api.served import UNLIMITED, Desk, Inside, report
from tests.api.test_cancellations import HttpDesk
from tests.ledger.test_privacy import PAPER, PAPER_SHA256, Scene

from constancia.api.app import create_app
from constancia.verify.wire.tiles import tile_path

ROOT: Final = Path(__file__).resolve().parents[3]
# What an address gives forever: no cancellation touches an entry, a tile or an anchor.
FOREVER: Final = {
    "/api/v1/entries/{name}", "/api/v1/entries/{name}/dsse", "/tile/{path:path}",
}  # fmt: skip


@pytest.fixture
def scene(adopted: Desk) -> Scene:
    return Scene(HttpDesk(adopted))  # type: ignore[arg-type]  # the members that it uses


def test_only_what_the_log_gives_forever_is_given_without_asking(adopted: Desk, scene: Scene) -> None:
    refused = adopted.says("inai", "ProgressReported", "commitment/c1", report(report="r1"))
    assert adopted.post(refused).status_code == 409
    [attempt] = adopted.http.get("/api/v1/refusals").json()["items"]
    places = {
        "/documents/{sha256}": f"/documents/{PAPER_SHA256}",
        "/api/v1/documents/{sha256}": f"/api/v1/documents/{PAPER_SHA256}",
        "/api/v1/refusals/{sha256}": f"/api/v1/refusals/{attempt['sha256']}",
        "/tile/{path:path}": f"/{tile_path(0, 0, adopted.ledger.size)}",
        "/e/{leaf_hash}": f"/e/{scene.entry}",
    }
    answered, forever = set(), set()
    app = create_app(adopted.ledger, UNLIMITED)
    inside = Inside(app, adopted.url)
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount) or not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
            continue
        address = places.get(route.path) or re.sub(r"\{[\w:]+\}", "0", route.path)
        answer = inside.get(address)
        answered |= {route.path} if answer.status_code < 400 else set()
        control = answer.headers["cache-control"]
        forever |= {route.path} if "immutable" in control else set()
        longest = int((re.findall(r"max-age=(\d+)", control) or ["0"])[0])
        assert route.path in FOREVER or longest <= 300, f"{route.path} is given for {longest} s without asking"
    inside.close()
    assert forever == FOREVER
    assert answered >= {*places, *FOREVER, "/api/v1/ogp.csv", "/api/v1/receipts/{name}", "/checkpoint"}


def test_document_is_asked_for_again_and_its_tag_spares_the_bytes(adopted: Desk, scene: Scene) -> None:
    address = f"/documents/{PAPER_SHA256}"
    first = adopted.http.get(address)
    assert (first.content, first.headers["cache-control"]) == (PAPER, "no-cache")
    asked = {"If-None-Match": first.headers["etag"]}
    again = adopted.http.get(address, headers=asked)
    assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "no-cache")
    scene.block()
    for headers in (asked, {"Range": "bytes=0-3"}, {}):
        answer = adopted.http.get(address, headers=headers)
        assert (answer.status_code, answer.headers["cache-control"]) == (410, "no-store")


def test_example_of_a_web_server_has_documents_asked_for_again() -> None:
    text = (ROOT / "docs" / "OPEN-LOG.md").read_text(encoding="utf-8")
    [block] = re.findall(r"location ~ [^{]*documents/ \{(.*?)\n    \}", text, re.DOTALL)
    assert re.findall(r'add_header Cache-Control "(.*?)"', block) == ["no-cache"]
