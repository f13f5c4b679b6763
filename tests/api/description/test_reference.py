"""The reference of the interface is one page: every operation, every error, and nothing from another host."""

import re
from html.parser import HTMLParser

from tests.api.served import Desk

from constancia.api.http.problems import ALL_CODES


class Addresses(HTMLParser):
    """What a page loads or leads to, and its elements that are never closed but should be."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def test_page_has_every_operation_and_every_error_and_loads_nothing_from_elsewhere(adopted: Desk) -> None:
    answer = adopted.http.get("/api/v1/reference")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert len(answer.content) < 50_000
    described = adopted.http.get("/openapi.json").json()
    page = Addresses()
    page.feed(answer.text)
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    assert {operation["operationId"] for operation in operations} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    for codes in ("/en/codes", "/es/codigos"):  # where the page and each problem document's type lead
        assert f'href="{codes}"' in answer.text
        assert [code for code in ALL_CODES if code not in adopted.http.get(codes).text] == []
    assert page.scripts == 0
    inside = [address for address in page.found if address.startswith("/")]
    assert [address for address in page.found if not address.startswith(("/", "#"))] == []
    assert [address for address in inside if adopted.http.get(address).status_code != 200] == []
    assert {address[1:] for address in page.found if address.startswith("#")} <= set(page.ids)
    assert not re.search(r"https?://(?!json-schema)", answer.text)


def test_description_and_catalogue_lead_to_it(adopted: Desk) -> None:
    assert adopted.http.get("/openapi.json").json()["externalDocs"]["url"] == "/api/v1/reference"
    [links] = adopted.http.get("/.well-known/api-catalog").json()["linkset"]
    [documentation] = links["service-doc"]
    assert adopted.http.get(documentation["href"]).text.startswith("<!doctype html>")
    tag = adopted.http.get("/api/v1/reference").headers["etag"]
    assert adopted.http.get("/api/v1/reference", headers={"If-None-Match": tag}).status_code == 304
