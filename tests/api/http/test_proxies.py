"""The server below a path prefix and behind a real reverse proxy: everything that works without works there too."""

import contextlib
import html
import http.server
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from pydantic import ValidationError
from starlette.routing import Match, Mount
from tests.api.served import Desk, inside, serving
from tests.api.test_receipts import scan
from tests.profile import THOROUGH, sampled
from tests.rows import each_row

from constancia.api.app import create_app
from constancia.api.http.settings import OWN_SEGMENTS, Settings
from constancia.api.opendata.file_cache import MadeFiles
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.verify.core.formats.canonical import canonical

PREFIX = "/libro"
PER_ROUTE = sampled(1, 2)  # addresses of a route; each route is tried, and `make thorough` tries a second address
MADE = ("/bundle.zip", "/data/libro.sqlite")  # the catalogue names their checksums once they are made
NO_LIMITS: dict[str, Any] = {"writes_per_minute": 0, "costly_reads_per_minute": 0, "entries_per_key_per_minute": 0}
ROWS = [projection.name for projection in STATE_PROJECTIONS]
OK = (200, 307)
# A page names its own address, and its tag is of the page.
NOT_COMPARED = ("date", "connection", "content-length", "etag", "transfer-encoding")
HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "date")


@contextlib.contextmanager
def reverse_proxy(upstream: str, *, strips: bool, prefix: str = PREFIX) -> Iterator[str]:
    """A proxy that publishes a server below a prefix; it removes the prefix from requests or does not."""
    client = httpx.Client(base_url=upstream, timeout=30)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.path != prefix and not self.path.startswith(f"{prefix}/"):
                self.send_error(404)
                return
            path = (self.path.removeprefix(prefix) or "/") if strips else self.path
            sent = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "host")}
            sent |= {"Host": "upstream.internal", "X-Forwarded-For": self.client_address[0]}
            sent |= {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "libros.example"}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with client.stream(self.command, path, headers=sent, content=body) as answer:
                raw = b"".join(answer.iter_raw())
                self.send_response_only(answer.status_code)
                for name, value in answer.headers.multi_items():
                    if name not in HOP_BY_HOP:
                        self.send_header(name, value)
                if "transfer-encoding" in answer.headers:  # what came in chunks goes on as a whole
                    self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
            self.wfile.write(raw)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        client.close()


Plainly = Callable[[str], httpx.Response]


@dataclass
class Published:
    """The same ledger, served plainly, and below a prefix through a proxy."""

    plain: str
    proxied: str
    desk: Desk
    without: Plainly
    paths: dict[str, list[str]]
    is_kept: bool

    def get(self, path: str, **headers: str) -> httpx.Response:
        """What the proxy answers to a path that has the prefix already."""
        return self.desk.http.get(f"{self.proxied}{path}", headers=headers)


@pytest.fixture(scope="module")
def plainly(scene: Desk) -> Iterator[Plainly]:
    """What is answered without prefix and proxy; each path is asked once."""
    with inside(scene) as asked:
        yield cache(asked.get)


@pytest.fixture(scope="module")
def paths(scene: Desk, plainly: Plainly) -> dict[str, list[str]]:
    """The paths that are compared; they are looked for once."""
    return all_paths(scene, plainly)


@pytest.fixture(scope="module")
def files() -> MadeFiles:
    """What the server below the prefix makes of the whole ledger: it takes long, and both proxies publish the same."""
    return MadeFiles()


@pytest.fixture(scope="module", params=[True, False], ids=["prefix removed", "prefix kept"])
def published(
    scene: Desk, plainly: Plainly, paths: dict[str, list[str]], files: MadeFiles, request: pytest.FixtureRequest
) -> Iterator[Published]:
    below = Settings(root_path=PREFIX, forwarded_allow_ips="127.0.0.0/8", **NO_LIMITS)

    def with_files(app: Any) -> Any:
        app.state.made = files
        return app

    with (
        serving(scene.ledger, below, with_files) as upstream,
        reverse_proxy(upstream, strips=request.param) as proxied,
    ):
        yield Published(scene.url, proxied, scene, plainly, paths, is_kept=not request.param)


def references(path: str, answer: httpx.Response) -> Iterator[str]:
    """Each address of this server that an answer names: in HTML, in `Location` and `Link`, in problem documents."""
    kind = answer.headers.get("content-type", "")
    named = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text) if "html" in kind else []
    named += re.findall(r"<([^>]*)>", answer.headers.get("link", ""))
    named += [answer.headers["location"]] if "location" in answer.headers else []
    if "problem+json" in kind:
        named.append(answer.json()["type"])
    for one in named:
        joined = urljoin(path, html.unescape(one))
        if not urlsplit(joined).scheme:
            yield joined.partition("#")[0]


ROUTES: list[Any] = []


def routes_of(desk: Desk) -> list[Any]:
    """All routes of the application, those of its routers too: the same for each ledger, and described once."""
    if not ROUTES:
        for route in create_app(desk.ledger, Settings()).router.routes:
            ROUTES.extend(getattr(getattr(route, "original_router", None), "routes", [route]))
    return ROUTES


@cache
def route_of(path: str) -> str:
    """The route that answers a path without its query, after `routes_of`; empty if there is none."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return next((str(route.path) for route in ROUTES if route.matches(scope)[0] is Match.FULL), "")


def cited(desk: Desk) -> str:
    """The SHA-256 of a document that an entry cites."""
    entries = desk.http.get("/api/v1/entries?limit=500").text
    return str(re.findall(r'"sha256":"([0-9a-f]{64})"', entries)[0])


def all_paths(desk: Desk, without: Plainly) -> dict[str, list[str]]:
    """Paths of every route: those that nothing links to, and a few of each that the plain server's answers name."""
    routes = routes_of(desk)
    size, leaf = desk.ledger.size, desk.ledger.log.leaf_hash(3).hex()
    todo = deque([*MADE, "/", "/es", "/api/v1/nothing", "/es/nada", "/api/v1/receipts/x", f"/es/?size={size - 2}"])
    todo += ["/api/v1/entries?limit=5&start=10", f"/api/v1/entries/{leaf}", "/api/v1/entries/3/dsse"]
    todo += [f"/api/v1/proofs/consistency?old=2&new={size}", "/tile/0/000.p/3", f"/tile/entries/000.p/{size}"]
    todo += ["/anchors/SHA256SUMS", f"/api/v1/documents/{cited(desk)}"]
    todo += [re.sub(r"\{[^}]*\}", "nada", str(route.path)) for route in routes]
    lists = [f"/api/v1/{name}" for name in ROWS]
    todo += lists
    known: dict[str, list[str]] = {}
    seen = set()
    while todo:
        path = todo.popleft()
        route = route_of(urlsplit(path).path)
        if path in seen or len(known.setdefault(route, [])) >= PER_ROUTE + 9 * (not route):
            continue
        seen.add(path)
        known[route].append(path)
        answer = without(path)
        todo.extend(references(path, answer))
        if path in lists and answer.status_code == 200:
            name = [row["stream"].partition("/")[2] for row in answer.json()["items"]][:1]
            todo.append("/".join([path, *(name or ["none"])]))
    return known


def of_each_kind(published: Published) -> dict[str, list[str]]:
    """Of the paths one for each form of answer below each of the server's segments: a page, a row, a file, a tile."""
    kinds = dict[tuple[str, str], tuple[str, str]]()
    for route, paths in published.paths.items():
        for path in paths:
            form = published.without(path).headers.get("content-type", "")
            kinds.setdefault((urlsplit(path).path.split("/")[1], form), (route, path))
    return {route: [path for of, path in kinds.values() if of == route] for route, _path in kinds.values()}


def a_few(named: set[str]) -> list[str]:
    """Of addresses that one route answers and that ask for the same, a few; all that no route answers."""
    kinds: dict[Any, list[str]] = {}
    for address in sorted(named):
        asked = urlsplit(address)
        route = route_of(asked.path.removeprefix(PREFIX))
        kinds.setdefault((route, *sorted(parse_qs(asked.query))) if route else address, []).append(address)
    return [address for alike in kinds.values() for address in alike[:PER_ROUTE]]


def shown(answer: httpx.Response, published: Published | None = None) -> tuple[int, str, dict[str, str]]:
    """An answer's status, text and headers; as they would be without the prefix, if it came from below it."""
    headers = {name: value for name, value in answer.headers.items() if name not in NOT_COMPARED}
    # Where passkeys belong follows from the address; so does the code that leads there; the time is the server's.
    text = re.sub(
        r'"relying_party": ?\{[^}]*\}|"now": ?"[^"]*"|data-base="[^"]*"|<svg [^>]*class="qr-code".*?</svg>',
        "",
        answer.text,
    )
    text = text.replace("http://localhost:", "http://127.0.0.1:")  # as which passkeys know this machine
    if published is None:
        return answer.status_code, text, headers
    text = text.replace(f"https://libros.example{PREFIX}", published.plain).replace(f"{PREFIX}/", "/")
    return answer.status_code, text, {name: value.replace(f"{PREFIX}/", "/") for name, value in headers.items()}


def compared(answer: tuple[int, str, dict[str, str]], published: Published) -> tuple[int, str, dict[str, str]]:
    """An answer without its entity tag, where its bytes name the server's own address: other bytes, another tag."""
    status, text, headers = answer
    left_out = "etag" if published.plain in text else ""
    return status, text, {name: value for name, value in headers.items() if name != left_out}


def test_every_route_answers_the_same_below_the_prefix(published: Published) -> None:
    for made in MADE:
        published.get(PREFIX + made)
    # A proxy that keeps the prefix differs in what one place takes off each path: for that the kinds of answers do.
    is_sample = published.is_kept and not THOROUGH
    kinds = of_each_kind(published)
    paths = kinds if is_sample else published.paths
    # That a page asked for again is not sent again, each kind of answer shows here, each page test_big_pages.py.
    again = {path for some in (published.paths if THOROUGH else kinds).values() for path in some}
    routes = routes_of(published.desk)
    gets = {route.path for route in routes if isinstance(route, Mount) or "GET" in route.methods}
    assert is_sample or gets - set(paths) == set(), "each route is tried"
    differing, named, known = [], set[str](), dict[str, int]()
    for path in (one for some in paths.values() for one in some):
        plain, below = published.without(path), published.get(PREFIX + path)
        known[PREFIX + path] = below.status_code
        named.update(references(PREFIX + path, below))
        if "qr.svg" in path and below.status_code == 200:
            assert scan(below.content).startswith(f"https://libros.example{PREFIX}/e/")
        elif below.headers.get("content-type") == "application/pdf":  # the address is within what is compressed
            assert (plain.status_code, below.status_code) == (200, 200)
        elif path == "/openapi.json":
            described = plain.json()
            about = {**described["externalDocs"], "url": PREFIX + described["externalDocs"]["url"]}
            assert below.json() == {**described, "externalDocs": about, "servers": [{"url": PREFIX}]}
        elif compared(shown(plain), published) != compared(shown(below, published), published):
            differing.append((path, shown(plain), shown(below, published)))
        if path in again and (tag := below.headers.get("etag")):
            assert published.get(PREFIX + path, **{"If-None-Match": tag}).status_code == 304
    outside = [one for one in named if not one.startswith(f"{PREFIX}/")]
    few = a_few(named)
    status = {one: known[one] if one in known else published.get(one).status_code for one in few}
    plainly = {one: published.without(one.removeprefix(PREFIX)).status_code for one in few}
    assert (differing, outside, status) == ([], [], plainly)
    # The other language of a page that is not there, and documents that this ledger does not keep.
    assert {
        one for one, code in status.items() if code not in OK and "/documents/" not in one and "nada" not in one
    } == set()
    assert len(named) > (50 if is_sample else 100)


def test_the_same_page_in_the_other_language_and_the_prefix_itself(published: Published) -> None:
    page = published.get(f"{PREFIX}/es/compromisos").text
    assert f'href="{PREFIX}/en/commitments"' in page
    assert published.get(PREFIX).headers["location"] == f"{PREFIX}/es/"
    assert published.get(f"{PREFIX}/").headers["location"] == f"{PREFIX}/es/"


def test_what_is_handed_in_below_the_prefix_is_answered_there(published: Published) -> None:
    http, address, entry = published.desk.http, published.proxied + PREFIX, published.desk.ledger.log.entry(4)
    parsed = json.loads(entry)
    as_json = {"Content-Type": "application/json"}
    body = canonical({"signatures": parsed["signatures"], "statement": parsed["statement"]})
    again = http.post(f"{address}/api/v1/entries", content=body, headers=as_json)
    assert (again.status_code, again.headers["location"]) == (200, f"{PREFIX}/api/v1/entries/4")
    assert published.get(again.headers["location"]).content == entry
    for path, sent, code in (("entries", b"{}", "E_MALFORMED"), ("drafts", b"{}", "E_MALFORMED")):
        found = http.post(f"{address}/api/v1/{path}", content=sent, headers=as_json).json()
        assert (found["instance"], found["type"]) == (f"{PREFIX}/api/v1/{path}", f"{PREFIX}/en/codes#{code}")
    # A page below the prefix, whose `Host` the proxy replaced, may write; a page of another site may not.
    origins = {"page": "https://libros.example", "other": "https://malo.example"}
    status = {
        name: http.post(f"{address}/api/v1/entries", content=body, headers=as_json | {"Origin": origin}).status_code
        for name, origin in origins.items()
    }
    assert status == {"page": 200, "other": 403}


def test_own_segments_are_those_of_the_routes(scene: Desk) -> None:
    assert {route.path.split("/")[1] for route in routes_of(scene)} - {""} == OWN_SEGMENTS


@contextlib.contextmanager
def calling_from(address: str, url: str, **headers: str) -> Iterator[httpx.Client]:
    """A client whose connections come from an address of this machine."""
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=url, transport=transport, headers=headers, timeout=30) as client:
        yield client


SPOOFED = {
    "Forwarded": "for=192.0.2.9;host=malo.example;proto=https",
    "X-Forwarded-For": "192.0.2.9",
    "X-Forwarded-Host": "malo.example",
    "X-Forwarded-Prefix": "/malo",
    "X-Forwarded-Proto": "https",
    "X-Script-Name": "/malo",
}
SHOWN = ("/es/registros/3", "/api/v1/receipts/3/qr.svg?content=link", "/", "/api/v1/entries?limit=2")


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_headers_from_an_unbelieved_address_change_nothing(scene: Desk, prefix: str) -> None:
    settings = Settings(root_path=prefix, forwarded_allow_ips="127.0.0.3", **NO_LIMITS)
    with (
        serving(scene.ledger, settings) as url,
        calling_from("127.0.0.2", url) as plain,
        calling_from("127.0.0.2", url, Host="malo.example", **SPOOFED) as liar,
        calling_from("127.0.0.3", url, **SPOOFED) as proxy,
    ):
        # What describes the interface names where it is below a prefix alone.
        for path in (*SHOWN, *["/openapi.json"] * bool(prefix or THOROUGH)):
            honest, spoofed = plain.get(path), liar.get(path)
            assert shown(honest) == shown(spoofed), path
            assert "malo" not in spoofed.text + str(spoofed.headers)
        assert scan(plain.get(SHOWN[1]).content).startswith(f"{url}{prefix}/e/")
        assert scan(proxy.get(SHOWN[1]).content).startswith(f"https://malo.example{prefix}/e/"), "it is believed"


@pytest.fixture(scope="module")
def believing(scene: Desk) -> Iterator[str]:
    """A server that believes a proxy on this machine."""
    with serving(scene.ledger, Settings(forwarded_allow_ips="127.0.0.1", **NO_LIMITS)) as url:
        yield url


@each_row("host", ["a b", "a/b", "a@b", '"><script>', "", "x" * 300, "a:b", "a:1:2", "á.example"])
def test_a_forwarded_host_of_another_form_is_not_taken(believing: str, host: str) -> None:
    sent = {"X-Forwarded-Host": host.encode("latin-1")}
    answer = httpx.get(f"{believing}{SHOWN[1]}", headers=sent)  # type: ignore[arg-type]
    assert scan(answer.content).startswith(f"{believing}/e/")


def test_by_default_this_machine_is_believed_for_addresses_and_not_for_the_host(scene: Desk) -> None:
    with serving(scene.ledger, Settings(**NO_LIMITS)) as url, calling_from("127.0.0.1", url, **SPOOFED) as proxy:
        assert scan(proxy.get(SHOWN[1]).content).startswith(url.replace("http:", "https:"))


def test_limits_count_the_client_that_a_believed_proxy_names(scene: Desk) -> None:
    limit = 3
    settings = Settings(costly_reads_per_minute=limit, forwarded_allow_ips="127.0.0.3,127.0.0.4")
    with serving(scene.ledger, settings) as url:
        with calling_from("127.0.0.2", url) as liar:
            said = [liar.get("/api/v1/state", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(limit + 1)]
            assert [one.status_code for one in said] == [200] * limit + [429]
        with calling_from("127.0.0.3", url) as proxy:
            # What a client claims stands before what proxies add, and only what the last unbelieved one added counts.
            said = [
                proxy.get("/api/v1/state", headers={"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.7, 127.0.0.4"})
                for n in range(limit + 1)
            ]
            assert [one.status_code for one in said] == [200] * limit + [429]
            assert proxy.get("/api/v1/state", headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 200


@each_row(
    "given",
    [
        *({"root_path": one} for one in ("libro", "/a b", "/a//b", "/..", "/a/../b", "/es", "/api/x", "/a?b", "//x")),
        *({"forwarded_allow_ips": one} for one in ("*", "nginx", "10.0.0.0/33", "127.0.0.1;::1")),
        {"root_path": "/libro", "public_url": "https://constancia.example/otro"},
    ],
)
def test_settings_that_can_t_be_meant_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings(**given)  # type: ignore[arg-type]


def test_public_url_and_prefix_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Settings(public_url="https://constancia.example/libro/")
    assert (made.root_path, made.public_url) == ("/libro", "https://constancia.example/libro")
    made = Settings(public_url="https://constancia.example", root_path="/libro/")
    assert (made.root_path, made.public_url) == ("/libro", "https://constancia.example/libro")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.1.2.3/8, ::1")
    assert Settings().believed_proxies == ["10.0.0.0/8", "::1/128"]
