"""No parameter of an address is ignored: every GET route refuses what it does not take, and says what it does take.

The table of routes is the application's own, so that a new route is in it by itself.
"""

import re
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount
from starlette.testclient import TestClient
from tests.api.served import UNLIMITED, Desk, Inside, inside
from tests.profile import THOROUGH

from constancia.api.app import create_app
from constancia.api.http.request.query import CheckedFiles, CheckedRoute, Router, query_types, take_in

# Numbers as programming languages write them; each would be read as one.
ODD_NUMBERS: Final = ("+5", "1_0", "1.0", "5\n", " 5", "05", "5 ", "1e0", "-0")
AS_OF: Final = frozenset({"size", "known", "at"})
VALID: Final[Mapping[str, str]] = {
    "after": "x",
    "at": "2019-03-01",
    "a": "2019-03-31",
    "about": "commitment/c1",
    "before": "3",
    "commitment": "c1",
    "compromiso": "c1",
    "content": "hash",
    "contested": "1",
    "copied": "3",
    "de": "2019-03-01",
    "decides": "ScopeChanged",
    "from": "2019-03-01",
    "kind": "seat",
    "known": "2019-03-01",
    "late": "1",
    "limit": "1",
    "new": "2",
    "old": "1",
    "parte": "inai",
    "party": "inai",
    "q": "foro",
    "overdue": "true",
    "since": "3",
    "size": "5",
    "start": "0",
    "status": "adopted",
    "to": "2019-03-31",
    "what": "vote",
    "who": "ap-inai",
}
# Values that no form of a parameter allows.
INVALID: Final[Mapping[str, tuple[str, ...]]] = {
    "at": (
        "", " ", "ayer", "#", "#-1", "#1.5", "#9007199254740992", "-1", "80", "2019-13", "2019-02-30", "2019-3",
        "2019/2020", "../2019", "2019-03-01T24:00:00Z", "2019-03-01T10:00:60Z", "2019-03-01T10:00:00+25:00",
        "2019-W01T10", "٢٠١٩", "99999", "2019-03-01\n", "＃80", "null",
    ),
    "a": ("ayer", "2019-13", "80"),
    "before": ("-1", "x", *ODD_NUMBERS),
    "content": ("everything", ""),
    "contested": ("2", "yes"),
    "copied": ("-1", "x", "", *ODD_NUMBERS),
    "de": ("ayer", "2019-13", "80"),
    "from": ("yesterday", "2019-13", "80"),
    "kind": ("seats", ""),
    "known": ("", "mañana", "2019-13", "2019/2020", "9999", "2500-01-01T00:00:00Z", "#-1", "80"),
    "late": ("2", "yes"),
    "limit": ("0", "-1", "all", "", "1.5", "9007199254740993", *ODD_NUMBERS),
    "new": ("-1", "x", "", *ODD_NUMBERS),
    "old": ("-1", "x", "", *ODD_NUMBERS),
    "overdue": ("maybe", ""),
    "since": ("-1", "x", "", *ODD_NUMBERS),
    "size": ("-1", "x", "", "1.5", "#5", "9007199254740992", "2019-03", "0x10", "५", *ODD_NUMBERS),
    "start": ("-1", "x", "", "9007199254740992", *ODD_NUMBERS),
    "to": ("tomorrow", "2019-13", "80"),
    "what": ("everything", "Vote"),
}  # fmt: skip
# Any text will do: it finds something, or nothing.
ANY_TEXT: Final = frozenset(
    {"about", "after", "commitment", "compromiso", "decides", "parte", "party", "q", "status", "who"}
)
# Pages of two moments: each has its own parameter.
OF_TWO: Final = frozenset({"/es/cambios", "/en/changes"})
CONFLICTS: Final[tuple[Mapping[str, str], ...]] = (
    {"size": "5", "known": "2019-03-01"},
    {"size": "5", "known": "#5"},
    {"size": "5", "at": "#5"},
    {"size": "5", "at": "#6"},
    {"known": "#5", "at": "#5"},
    {"known": "2019-03-01", "at": "#5"},
    {"known": "2019-03-01T10:00:00Z", "at": "#5"},
    {"size": "5", "known": "2019-03-01", "at": "2019-03-01"},
)


@pytest.fixture(scope="module")
def routes(scene: Desk) -> Mapping[str, frozenset[str]]:
    """Every GET route's path, with something in place of what varies, and the parameters that it takes."""
    found: dict[str, frozenset[str]] = {}
    for context in iter_route_contexts(create_app(scene.ledger, UNLIMITED).routes):
        route = context.original_route
        if isinstance(route, Mount):
            assert isinstance(route.app, CheckedFiles), f"{route.path}: another application checks no parameter"
            found[f"{route.path}/site.css"] = frozenset()
            continue
        assert isinstance(route, APIRoute), f"{route}: only the framework's own routes are checked"
        if "GET" in (route.methods or ()):
            found[re.sub(r"\{\w+(?::path)?\}", "0", route.path)] = frozenset(dict(query_types(route.dependant)))
    return found


@pytest.fixture(scope="module")
def in_a_language(routes: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """The routes without the pages in English, which are those in Spanish; by `make thorough` with them."""
    return {path: takes for path, takes in routes.items() if THOROUGH or not path.startswith("/en/")}


@pytest.fixture(scope="module")
def asked(scene: Desk) -> Iterator[Inside]:
    with inside(scene) as asked:
        yield asked


def problems_of(answer: httpx.Response, code: str) -> Iterator[str]:
    """What is wrong with a refusal of an address."""
    if answer.status_code != 400:
        yield f"status {answer.status_code}"
    elif answer.headers["content-type"] != "application/problem+json":
        yield f"type {answer.headers['content-type']}"
    elif answer.json()["code"] != code:
        yield f"code {answer.json()['code']}"
    elif answer.headers.get("cache-control") != "no-store" or "etag" in answer.headers:
        yield "it may be cached"


def test_the_table_has_every_route(routes: Mapping[str, frozenset[str]]) -> None:
    assert len(routes) > 60
    assert {name for takes in routes.values() for name in takes} == set(VALID) == set(INVALID) | ANY_TEXT
    dated = {path for path, takes in routes.items() if takes >= AS_OF}
    pages = {path for path in routes if path.startswith(("/es/", "/en/")) and not path.endswith(".zip")}
    assert pages - OF_TWO <= dated, "a page that does not say what it is as of"
    for name in ("agreements", "bodies", "commitments", "decisions", "deliverables", "derived", "state", "validity"):
        assert f"/api/v1/{name}" in dated


def test_unknown_parameter_is_refused_and_named(asked: Inside, routes: Mapping[str, frozenset[str]]) -> None:
    """Each name on some routes, and one of them on every other: the same reader is behind all."""
    wrong = []
    for number, (path, takes) in enumerate(routes.items()):
        for name in ("nonsense", "Size", "at ", "size[]", "") if THOROUGH or number % 8 == 0 else ("nonsense",):
            answer = asked.get(path, params=[(name, "1")])
            wrong += [(path, name, fault) for fault in problems_of(answer, "E_PARAMETER")]
            judged = answer.json()["judged_against"] if answer.status_code == 400 else {}
            if judged != {"parameter": name, "problem": "unknown", "takes": sorted(takes)}:
                wrong.append((path, name, str(judged)))
    assert wrong == []


def test_parameter_given_twice_is_refused(asked: Inside, in_a_language: Mapping[str, frozenset[str]]) -> None:
    """The same value and another where the parameter comes first, one of the two by turns on every other route."""
    wrong, tried = [], set[str]()
    for number, (path, takes) in enumerate(in_a_language.items()):
        for name in takes:
            both = (VALID[name], "2")
            for other in (both[number % 2],) if name in tried and not THOROUGH else both:
                answer = asked.get(path, params=[(name, VALID[name]), (name, other)])
                wrong += [(path, name, fault) for fault in problems_of(answer, "E_PARAMETER")]
        tried |= takes
    assert wrong == []


def test_value_of_another_form_is_refused(asked: Inside, in_a_language: Mapping[str, frozenset[str]]) -> None:
    """Each value where the parameter comes first, one by turns on every other route: one reader is behind all."""
    wrong, tried = [], set[str]()
    for number, (path, takes) in enumerate(in_a_language.items()):
        for name in takes & set(INVALID):
            values = INVALID[name]
            for value in (values[number % len(values)],) if name in tried and not THOROUGH else values:
                answer = asked.get(path, params={name: value})
                wrong += [(path, name, value, fault) for fault in problems_of(answer, "E_MALFORMED")]
        tried |= takes
    assert wrong == []


def test_two_answers_to_how_much_was_known_are_refused(
    asked: Inside, in_a_language: Mapping[str, frozenset[str]]
) -> None:
    """Each pair on some routes, and one of them, in turn, on every other: the same reader is behind all."""
    wrong = []
    dated = [path for path, takes in in_a_language.items() if takes >= AS_OF]
    for number, path in enumerate(dated):
        for pair in CONFLICTS if THOROUGH or number % 8 == 0 else (CONFLICTS[number % 8],):
            answer = asked.get(path, params=pair)
            wrong += [(path, str(pair), fault) for fault in problems_of(answer, "E_MALFORMED")]
    assert wrong == []


def test_browser_reads_in_its_language_what_is_wrong(asked: Inside, routes: Mapping[str, frozenset[str]]) -> None:
    wrong = []
    for path in routes:
        if path.startswith(("/es/", "/en/")):
            dated = ("?size=1&size=2", "?size=5&known=2019", "?at=ayer", "?size=x")
            for query in ("?nonsense=1", *(dated if THOROUGH else dated[len(path) % 4 :][:1])):
                answer = asked.get(path + query, headers={"Accept": "text/html"})
                is_page = answer.headers["content-type"].startswith("text/html")
                says = (
                    "Esta dirección tiene un error" if path.startswith("/es/") else "There is an error in this address"
                )
                if (answer.status_code, is_page, says in answer.text) != (400, True, True):
                    wrong.append((path, query, answer.status_code))
    assert wrong == []


def test_a_longer_log_than_there_is_was_not_found(asked: Inside, in_a_language: Mapping[str, frozenset[str]]) -> None:
    """Asked in each of three ways; a page, which has much to write each time, in one of them by turns."""
    wrong, ways = [], ({"size": "9000"}, {"known": "#9000"}, {"at": "#9000"})
    for number, (path, takes) in enumerate(in_a_language.items()):
        is_page = path.startswith(("/es/", "/en/"))
        for wanted in (ways[number % 3],) if is_page and takes >= AS_OF and not THOROUGH else ways:
            if takes >= set(wanted):
                answer = asked.get(path, params=wanted)
                wrong += [(path, str(wanted))] if answer.status_code != 404 else []
    assert wrong == []


@pytest.mark.parametrize("path", ["/api/v1/parties", "/api/v1/validity", "/en/parties"])
@pytest.mark.parametrize("value", ["0001", "9999", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z"])
def test_first_and_last_days_of_the_calendar_are_days(asked: Inside, path: str, value: str) -> None:
    assert asked.get(path, params={"at": value}).status_code == 200


def test_route_is_described_when_it_is_first_asked_and_once() -> None:
    described: list[str] = []

    class Noted(CheckedRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            described.append(self.path)
            return super().get_route_handler()

    router = Router(prefix="/of", route_class=Noted)

    @router.get("/{name}", summary="One")
    @router.get("/all/of/them")
    def get(name: str = "all") -> dict[str, str]:
        return {"name": name}

    app = FastAPI(generate_unique_id_function=lambda route: f"{route.name}_{route.path.count('/')}")
    take_in(app, router)
    http = TestClient(app)
    assert http.get("/elsewhere").status_code == 404
    assert http.post("/of/a").status_code == 405
    assert described == []
    assert [http.get("/of/a").json(), http.get("/of/b").json()] == [{"name": "a"}, {"name": "b"}]
    assert described == ["/of/{name}"]
    operation = app.openapi()["paths"]["/of/{name}"]["get"]
    assert (operation["operationId"], operation["summary"]) == ("get_2", "One")
    assert sorted(described) == ["/of/all/of/them", "/of/{name}"]


def test_route_that_another_thread_describes_meanwhile_has_all_of_it() -> None:
    """Who looked and saw nothing is answered although the description has come since: what the look-up then calls."""
    router = Router()

    @router.get("/{name}")
    def get(name: str) -> dict[str, str]:
        return {"name": name}

    [route] = router.routes
    assert isinstance(route, CheckedRoute)
    described = route.dependant
    for name in ("dependant", "path_regex", "app"):
        assert route.__getattr__(name) is vars(route)[name]
    assert route.dependant is described
    with pytest.raises(AttributeError):
        route.__getattr__("nothing_of_a_route")
