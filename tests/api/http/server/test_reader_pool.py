"""What readers answer is what the server answers: every route, the same bytes and headers; and who answers when not."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from tests.api.http.test_proxies import MADE, PREFIX, all_paths, routes_of
from tests.api.served import UNLIMITED, Desk, Inside, inside, serving
from tests.api.signing.test_draft_page import act
from tests.api.test_witnesses import ledger_of, wait_for_quorum
from tests.ledger.witness_scene import LONG_S, Scene

from constancia.api.app import create_app
from constancia.api.cli.operator.follower import Follower
from constancia.api.http.server import reader_pool
from constancia.api.http.server.metrics import Meters, RequestMeter
from constancia.api.http.server.reader_pool import Reader, part
from constancia.api.http.server.reader_side import MAX_REQUEST_BYTES, ReaderServer
from constancia.api.http.settings import Settings
from constancia.api.opendata.file_cache import MadeFiles
from constancia.ledger.assembly import Options
from constancia.ledger.ledger import Ledger

BY_THE_SERVER = {"Content-Length": "0"}  # a request that may have a body is none that only reads
PATIENCE_S = 20


@contextlib.contextmanager
def answered_at(path: Path, answer: Callable[..., Any]) -> Iterator[Reader]:
    """Answer the connections of a Unix socket, in a loop and thread of their own."""
    started = threading.Event()
    ends: list[Callable[[], object]] = []

    async def run() -> None:
        ended = asyncio.Event()
        async with await asyncio.start_unix_server(answer, path, limit=MAX_REQUEST_BYTES):
            ends.append(partial(asyncio.get_running_loop().call_soon_threadsafe, ended.set))
            started.set()
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert started.wait(PATIENCE_S)
    try:
        yield Reader(socket=path, is_ready=True)
    finally:
        ends[0]()
        thread.join(PATIENCE_S)


@dataclass
class Beside:
    """A reader of a desk's ledger: another opening of the same folder."""

    desk: Desk
    reader: Reader
    answered: list[str] = field(default_factory=list)


@contextlib.contextmanager
def beside(
    desk: Desk, folder: Path, settings: Settings = UNLIMITED, files: MadeFiles | None = None
) -> Iterator[Beside]:
    size = desk.ledger.size
    with Ledger.open(desk.ledger.folder.path, clock=desk.clock, signer=None, options=Options(most=size)) as ledger:
        app = create_app(ledger, settings)
        app.user_middleware.clear()
        app.state.made = files or app.state.made
        following = Follower(ledger, size)
        ledger.views.catch_up()
        answered: list[str] = []

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            answered.append(scope["path"])
            await app(scope, receive, send)

        async def reach(size: int) -> bool:
            return await run_in_threadpool(following.reach, size)

        with answered_at(folder / "s", ReaderServer(noting, reach)) as reader:
            yield Beside(desk, reader, answered)


def plain(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    fields = [pair for pair in answer.headers.multi_items() if pair[0] != "date"]
    return answer.status_code, answer.content, sorted(fields)  # a stored page has them in another order


def differing(http: httpx.Client | Inside, method: str, path: str, **headers: str) -> list[Any]:
    """What a reader and the server itself answer, where that is not the same."""
    handed, itself = (http.request(method, path, headers=headers | more) for more in ({}, BY_THE_SERVER))
    return [] if plain(handed) == plain(itself) else [method, path, headers, plain(handed), plain(itself)]


def test_w1_every_route_is_answered_alike(scene: Desk, tmp_path: Path) -> None:
    scene.ledger.views.wait()
    with (
        beside(scene, tmp_path, files=(files := MadeFiles())) as read,
        inside(scene, readers=[read.reader], files=files) as http,
    ):
        for path in MADE:  # the catalogue names what is made; both make it of the ledger's folder, and it takes long
            assert http.get(path, headers=BY_THE_SERVER).status_code == 200
        handed = cache(http.get)
        paths = all_paths(scene, handed)
        gets = {route.path for route in routes_of(scene) if isinstance(route, Mount) or "GET" in route.methods}
        assert gets - set(paths) == set(), "each route is tried"
        every = {path for some in paths.values() for path in some}
        assert every - set(read.answered) - {path for path in every if "?" in path or path.startswith("/tile/")} == {
            "/api/v1/integrity", "/api/v1/ledger", "/api/v1/witnesses", "/checkpoint", "/healthz", "/rollbacks.json",
            "/es/integridad", "/en/integrity",
        }  # fmt: skip
        count = len(read.answered)
        assert http.get("/es/", headers=BY_THE_SERVER).status_code == 200
        assert len(read.answered) == count, "this is how the server itself is asked"
        both = [(path, plain(handed(path)), plain(http.get(path, headers=BY_THE_SERVER))) for path in every]
        assert [each for each in both if each[1] != each[2]] == []


def test_w1_pages_have_the_same_tag_where_the_server_knows_more(witnessed: Scene, tmp_path: Path) -> None:
    """Only who writes asks the witnesses: who does not answer is no part of most pages, and so of their tags."""
    desk = witnessed.desk
    assert desk is not None
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    until = time.monotonic() + LONG_S
    while "w3" not in ledger.witness_problems:
        assert time.monotonic() < until
        time.sleep(0.02)
    ledger.views.wait()
    served = Desk(ledger, desk.world, desk.clock, httpx.Client(), "")
    with (
        beside(served, tmp_path) as read,
        serving(ledger, readers=[read.reader]) as url,
        httpx.Client(base_url=url, timeout=PATIENCE_S) as http,
    ):
        assert [found for path in ("/es/", "/en/commitments") if (found := differing(http, "GET", path))] == []
        tag = {"If-None-Match": http.get("/es/").headers["etag"]}
        assert http.get("/es/", headers=tag | BY_THE_SERVER).status_code == 304
    assert len(read.answered) == 3


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_w1_every_kind_of_request_is_answered_alike(scene: Desk, tmp_path: Path, prefix: str) -> None:
    scene.ledger.views.wait()
    settings = Settings(root_path=prefix, forwarded_allow_ips="127.0.0.0/8", costly_reads_per_minute=0)
    proxied = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "libros.example"}
    with (
        beside(scene, tmp_path, settings) as read,
        serving(scene.ledger, settings, readers=[read.reader]) as url,
        httpx.Client(base_url=url + prefix, timeout=PATIENCE_S) as http,
    ):
        kinds: list[tuple[str, str, dict[str, str]]] = [
            ("GET", "/es/registros/3", proxied),
            *[("GET", "/openapi.json", proxied)] * bool(prefix),  # without one, every route above shows it
            ("GET", "/api/v1/receipts/3/qr.svg?content=link", proxied),
            ("HEAD", "/es/", {}),
            ("HEAD", "/api/v1/entries/3", {"Range": "bytes=2-9"}),
            ("GET", "/es/", {"If-None-Match": http.get("/es/").headers["etag"]}),
            ("GET", "/es/", {"Accept-Encoding": "gzip"}),
            ("GET", "/", {"Accept-Language": "en"}),
            ("GET", "/e/nada", {"Accept": "text/html", "Accept-Language": "en"}),
            ("GET", "/api/v1/receipts/3", {"Range": "bytes=2-9"}),
            ("GET", "/api/v1/receipts/3", {"Range": "bytes=900000-"}),
            ("GET", "/es/registros?texto=%C3%B3%00", {}),
            ("GET", "/api/v1/entries?limit=no", {}),
            ("OPTIONS", "/es/", {}),
        ]
        assert [found for method, path, sent in kinds if (found := differing(http, method, path, **sent))] == []
    assert len(read.answered) == len(kinds) + 1 - 1  # what is asked first, and not OPTIONS


def test_w1_requests_are_limited_and_counted_once(adopted: Desk, tmp_path: Path) -> None:
    limited = UNLIMITED.model_copy(update={"costly_reads_per_minute": 3})
    meters = Meters(adopted.ledger)
    with (
        beside(adopted, tmp_path, limited) as read,
        serving(adopted.ledger, limited, lambda app: RequestMeter(app, meters), readers=[read.reader]) as url,
    ):
        assert [httpx.get(f"{url}/api/v1/state").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert httpx.get(f"{url}/api/v1/entries/999").status_code == 404
    assert len(read.answered) == 4
    value = meters.registry.get_sample_value
    assert value("constancia_http_answers_total", {"kind": "api", "status": "200"}) == 3
    assert value("constancia_refused_total", {"code": "E_NOT_FOUND"}) == 1


def test_w2_who_was_answered_reads_what_was_recorded(adopted: Desk, tmp_path: Path) -> None:
    with beside(adopted, tmp_path) as read, serving(adopted.ledger, readers=[read.reader]) as url:
        for _ in range(3):
            index = adopted.take(adopted.world.allege("c1"))["index"]
            for path in (f"/api/v1/entries/{index}", f"/en/entries/{index}", f"/api/v1/receipts/{index}"):
                assert httpx.get(url + path).status_code == 200, path
            assert httpx.get(f"{url}/api/v1/state").json()["size"] == index + 1
    assert len(read.answered) == 12


def test_w2_reader_that_is_behind_leaves_the_answer_to_the_server(adopted: Desk, tmp_path: Path) -> None:
    async def never(_size: int) -> bool:
        return False

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("it answers from fewer entries than there are")

    with (
        answered_at(tmp_path / "s", ReaderServer(app, never)) as reader,
        serving(adopted.ledger, readers=[reader]) as url,
    ):
        assert httpx.get(f"{url}/es/").status_code == 200


def test_w2_reader_reads_no_further_than_the_server_has_confirmed(adopted: Desk) -> None:
    size = adopted.ledger.size
    for _ in range(3):
        adopted.take(adopted.world.allege("c1"))
    folder = adopted.ledger.folder.path
    with Ledger.open(folder, clock=adopted.clock, signer=None, options=Options(most=size)) as ledger:
        following = Follower(ledger, size)
        for wanted, reached in ((size, size), (size + 1, size + 1), (size, size + 1), (size + 3, size + 3)):
            assert following.reach(wanted)
            assert ledger.size == ledger.views.position == reached


async def _leave(_source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    sink.close()


async def _leave_after_the_head(_source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    sink.write(part(b'{"status": 200, "headers": [], "codes": []}') + part(b"half of it"))
    sink.close()


@pytest.mark.parametrize("answer", [None, _leave, _leave_after_the_head], ids=["none", "ends", "ends after the head"])
def test_w3_server_answers_where_no_reader_does(
    adopted: Desk, tmp_path: Path, answer: Callable[..., Any] | None
) -> None:
    with contextlib.ExitStack() as stack:
        reader = Reader(socket=tmp_path / "s", is_ready=True)
        if answer is not None:
            stack.enter_context(answered_at(reader.socket, answer))
        url = stack.enter_context(serving(adopted.ledger, readers=[reader]))
        assert plain(httpx.get(f"{url}/es/acerca")) == plain(httpx.get(f"{url}/es/acerca", headers=BY_THE_SERVER))
        assert reader.under_way == 0


def test_w4_reader_that_was_late_is_left_alone_for_a_while(
    adopted: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    async def frozen(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        asked.append(await source.readline())
        await source.read()  # until the server gives up
        sink.close()

    monkeypatch.setattr(reader_pool, "BEGUN_S", 0.5)
    with answered_at(tmp_path / "s", frozen) as reader, serving(adopted.ledger, readers=[reader]) as url:
        assert httpx.get(f"{url}/es/acerca", timeout=PATIENCE_S).status_code == 200
        reader.rests_until += 1_000  # however slow the machine is
        assert [httpx.get(f"{url}/es/acerca", timeout=PATIENCE_S).status_code for _ in range(3)] == [200, 200, 200]
        assert len(asked) == 1
        reader.rests_until = 0.0
        assert httpx.get(f"{url}/es/acerca", timeout=PATIENCE_S).status_code == 200
    assert len(asked) == 2
    assert reader.rests_until > 0


def test_w2_draft_is_read_by_a_reader_once_it_was_made(scene: Desk, tmp_path: Path) -> None:
    with beside(scene, tmp_path) as read, serving(scene.ledger, readers=[read.reader]) as url:
        made = httpx.post(f"{url}/api/v1/signing/drafts", json=act(scene))
        assert made.status_code == 201, made.text
        for path in ("/es/firmar", "/en/sign", "/es/preparar/listo", "/api/v1/signing/es/drafts"):
            assert httpx.get(f"{url}{path}/{made.json()['draft']}", timeout=PATIENCE_S).status_code == 200, path
    assert len(read.answered) == 4


def test_w3_answer_that_is_cut_ends_the_connection(adopted: Desk, tmp_path: Path) -> None:
    async def cut(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        await source.readline()
        sink.write(part(b'{"status": 200, "headers": [["content-length", "9"]], "codes": []}'))
        sink.write(part(b"abc") + part(b"def"))
        await sink.drain()
        sink.close()

    with answered_at(tmp_path / "s", cut) as reader, serving(adopted.ledger, readers=[reader]) as url:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{url}/es/")
        assert httpx.get(f"{url}/healthz").status_code == 200


def test_w3_client_that_leaves_ends_the_readers_work(adopted: Desk, tmp_path: Path) -> None:
    begun, ended = threading.Event(), threading.Event()

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        begun.set()
        assert (await receive())["type"] == "http.disconnect"
        ended.set()

    async def reach(_size: int) -> bool:
        return True

    with (
        answered_at(tmp_path / "s", ReaderServer(app, reach)) as reader,
        serving(adopted.ledger, readers=[reader]) as url,
    ):
        address = httpx.URL(url)
        with socket.create_connection((address.host, address.port or 0)) as client:
            client.sendall(b"GET /es/ HTTP/1.1\r\nHost: libro\r\n\r\n")
            assert begun.wait(PATIENCE_S)
        assert ended.wait(PATIENCE_S)
