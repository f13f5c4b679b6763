"""A person who mistypes an address gets a page with the way on; a program gets a problem document."""

import pytest
from tests.api.served import Desk, json_of

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "status"), [("/nada", 404), ("/ES/", 404), ("/es-mx/partes", 404), ("/.env", 404), ("/es?x=1", 400)]
)
@pytest.mark.parametrize(
    ("asked", "lang"), [(None, "es"), ("en-US,en;q=0.9", "en"), ("fr", "es"), ("es-MX,en;q=0.5", "es"), (";;q=x", "es")]
)
def test_browser_gets_a_page(adopted: Desk, path: str, status: int, asked: str | None, lang: str) -> None:
    headers = {"Accept": BROWSER} | ({} if asked is None else {"Accept-Language": asked})
    answer = adopted.http.get(path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{lang}"' in answer.text
    assert f'href="/{lang}/"' in answer.text
    assert f'href="/{"en" if lang == "es" else "es"}/' in answer.text


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/nada", "*/*"), ("/nada", "application/json"), ("/api/v1/nothing", BROWSER), ("/tile/x", BROWSER)]
    + [(path, BROWSER) for path in ("/documents/x", "/checkpoint/x", "/anchors/x", "/static/x", "/.well-known/x")],
)
def test_program_gets_a_problem(adopted: Desk, path: str, accept: str) -> None:
    answer = adopted.http.get(path, headers={"Accept": accept})
    assert (answer.status_code, json_of(answer)["code"]) in {(404, "E_NOT_FOUND"), (400, "E_MALFORMED")}


@pytest.mark.parametrize(("path", "to"), [("/", "/es/"), ("/es", "/es/"), ("/en", "/en/")])
def test_language_without_its_slash_leads_to_the_start(adopted: Desk, path: str, to: str) -> None:
    answer = adopted.http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, to)


def test_reference_has_an_icon(adopted: Desk) -> None:
    assert '<link rel="icon" href="/static/icon.svg"' in adopted.http.get("/api/v1/reference").text
