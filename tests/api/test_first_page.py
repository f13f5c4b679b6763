"""Before the application is there, the start page is answered as the application would, and all else waits for it."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import PersistenceError
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message
from tests.api.served import UNLIMITED, Desk, Inside
from tests.ledger.template import Templates
from tests.profile import THOROUGH
from tests.warm import WARM
from tests.witness_process import ROOT

from constancia.api.app import create_app
from constancia.api.first_page import FirstPage, begin
from constancia.api.http.settings import Settings
from constancia.api.pages import home

PREFIX = "/libro"
FIRST = ("/es/", "/en/", "/static/site.css", "/static/icon.svg")
PAGE = {"Accept": "text/html"}
FIELDS: tuple[dict[str, str], ...] = (
    {}, PAGE, {"Accept-Encoding": "gzip"}, {"Range": "bytes=0-9"}, {"If-None-Match": "*"}, {"If-None-Match": "TAG"},
    {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"},
)  # fmt: skip

TOLD_APART = FIELDS[::5]  # where nothing is sent but the head: as it is, and not changed


def first_page(desk: Desk, settings: Settings = UNLIMITED, load: Callable[[], ASGIApp] | None = None) -> FirstPage:
    """The start page before there is an application; by default there will be none."""

    def never() -> ASGIApp:
        raise AssertionError("nothing but the start page was asked for")

    return FirstPage(begin(desk.ledger, settings), load or never)


def shown(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.headers.items())


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_f1_it_is_answered_as_by_the_application(scene: Desk, prefix: str) -> None:
    scene.ledger.views.wait()  # a page that says that they lag has no tag
    settings = UNLIMITED.model_copy(update={"root_path": prefix})
    differing, statuses = [], set()
    with closing(Inside(create_app(scene.ledger, settings), scene.url)) as whole:
        for path in dict.fromkeys([prefix + path for path in FIRST] + list(FIRST)):
            tag = whole.get(path).headers["ETag"]
            is_here = THOROUGH or path.startswith(prefix)  # below another prefix the path is what differs
            tried = [("GET", asked) for asked in (FIELDS if is_here else FIELDS[:1])]
            for method, asked in [*tried, *(("HEAD", asked) for asked in (FIELDS if THOROUGH else TOLD_APART))]:
                fields = {name: value.replace("TAG", tag) for name, value in asked.items()}
                with closing(Inside(first_page(scene, settings), scene.url)) as before:  # which has nothing stored yet
                    answers = [shown(each.request(method, path, headers=fields)) for each in (before, before, whole)]
                statuses.add(answers[2][0])
                if answers != [answers[2]] * 3:
                    differing.append((method, path, fields, answers))
    assert differing == []
    assert statuses >= {200, 304}


async def asked(app: ASGIApp, path: str, query: bytes = b"") -> int:
    """The status with which an application answers."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    parts = [b""]

    async def receive() -> Message:
        if not parts:
            await asyncio.Event().wait()  # the client stays
        return {"type": "http.request", "body": parts.pop(), "more_body": False}

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query, "root_path": "", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    await app(scope, receive, send)
    status: int = sent[0]["status"]
    return status


def test_f2_all_else_waits_for_the_application_which_is_loaded_once(scene: Desk) -> None:
    has_begun, may_come, loads = threading.Event(), threading.Event(), list[str]()

    def load() -> ASGIApp:
        loads.append(threading.current_thread().name)
        has_begun.set()
        assert may_come.wait(60)
        return create_app(scene.ledger, UNLIMITED, begun=app.state)

    app = first_page(scene, load=load)

    async def play() -> list[int]:
        statuses = [await asked(app, "/es/")]
        leaving = asyncio.create_task(asked(app, "/es/acuerdos"))
        waiting = [asyncio.create_task(asked(app, path)) for path in ("/healthz", "/es/compromisos", "/es/nada")]
        waiting.append(asyncio.create_task(asked(app, "/es/", b"size=3")))
        await asyncio.to_thread(has_begun.wait, 60)
        leaving.cancel()
        statuses += [await asked(app, path) for path in FIRST]
        statuses += [task.done() for task in waiting]
        may_come.set()
        return [*statuses, *await asyncio.gather(*waiting)]

    assert asyncio.run(play()) == [200, *[200] * len(FIRST), *[False] * 4, 200, 200, 404, 200]
    assert loads == ["constancia-loading_0"]
    app.check()
    assert asyncio.run(asked(app, "/es/acuerdos")) == 200


def test_f2_it_is_loaded_soon_after_the_page_was_shown(scene: Desk) -> None:
    loaded = threading.Event()

    def load() -> ASGIApp:
        loaded.set()
        return create_app(scene.ledger, UNLIMITED)

    app = first_page(scene, load=load)

    async def play() -> bool:
        await asked(app, "/en/")
        return await asyncio.to_thread(loaded.wait, 60)

    assert asyncio.run(play())


def test_f2_what_it_can_not_answer_the_application_does(scene: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_frame: object) -> None:
        raise PersistenceError("the database is away")

    monkeypatch.setattr(home, "summary", away)
    whole = create_app(scene.ledger, UNLIMITED)
    before = TestClient(first_page(scene, load=lambda: whole))
    answers = [shown(each.get("/es/", headers=PAGE)) for each in (before, TestClient(whole))]
    assert answers[0] == answers[1]
    assert answers[0][0] == 503
    for path in ("/es", "/", "/es/?nada=1", "/static/none.css", "/openapi.json"):
        answers = [
            shown(TestClient(each).get(path, follow_redirects=False))
            for each in (first_page(scene, load=lambda: whole), whole)
        ]
        assert answers[0] == answers[1], path


def test_what_keeps_it_from_being_loaded_is_said_and_loaded_no_more(scene: Desk) -> None:
    begun = []

    def load() -> ASGIApp:
        begun.append(1)
        raise ImportError("a library is missing", name="a_library")

    app = first_page(scene, load=load)
    app.check()
    for _ in range(2):
        with pytest.raises(ImportError):
            asyncio.run(asked(app, "/healthz"))
    assert asyncio.run(asked(app, "/es/")) == 200
    with pytest.raises(ImportError):
        app.check()
    assert begun == [1]


def code_of(lines: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", lines, *arguments], capture_output=True, check=False, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".import")},
    )  # fmt: skip


@pytest.mark.slow
def test_command_whose_application_can_not_be_loaded_ends(templates: Templates, tmp_path: Path) -> None:
    templates.founded.copy_to(tmp_path / "ledger")
    lines = f"{WARM}import sys; sys.modules['constancia.api.app'] = None\nfrom constancia.api.cli import main; main()"
    done = code_of(lines, "--lang", "en", "serve", "--dir", str(tmp_path / "ledger"), "--read-only", "--port", "0")
    assert done.returncode not in (0, None), done.stderr
    assert "constancia.api.app" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_of_the_framework_is_loaded_for_it() -> None:
    done = code_of("import sys, constancia.api.first_page, json; print(json.dumps([*sys.modules]))")
    loaded = set(json.loads(done.stdout))
    assert "constancia.api.pages.home" in loaded
    unwanted = {
        "fastapi",
        "limits",
        "cryptography.x509",
        "constancia.api.app",
        "constancia.api.description.openapi",
        "constancia.api.pages.routes",
    }
    assert not loaded & unwanted
