"""The served description: whole in itself, and true of every answer that the interface gives."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.description.schemas import faults, validator
from tests.api.served import Desk, inside
from tests.api.test_agreement_life import lived

from constancia.api.description.answers import ANSWERS
from constancia.domain.catalogue import REGISTRY

__all__ = ("lived",)
JSON = ("application/json", "application/linkset+json", "application/vnd.dsse.envelope.v1+json")
# What each address takes in the place of its variables, where the ledger has it.
FIRST: dict[str, str] = {"type": "VoteCast", "lang": "es"}
PASTS = ("", "?size=40", "?at=2019-03", "?known=2019-02-15")


@pytest.fixture(scope="module")
def described(scene: Desk) -> dict[str, Any]:
    document: dict[str, Any] = scene.http.get("/openapi.json").json()
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def test_y4_every_reference_leads_to_a_schema(described: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(references(described)) - known == set()
    assert {f"#/components/schemas/{name}" for name in REGISTRY} <= known


def test_y4_every_answer_of_success_has_a_form(described: dict[str, Any]) -> None:
    bare = []
    for method, path, operation in operations(described):
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                bare += [(method, path, kind) for kind, each in answer["content"].items() if "schema" not in each]
    assert bare == []


def test_y5_no_operation_has_the_frameworks_own_errors_nor_a_name_twice(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert sorted(set(names)) == sorted(names)
    assert all(name.replace("_", "").isalpha() and len(name) < 40 for name in names)
    assert "HTTPValidationError" not in json.dumps(described)
    assert [tag["name"] for tag in described["tags"]] == sorted(
        {tag for _, _, operation in operations(described) for tag in operation["tags"]}
    )
    assert described["info"]["license"]["identifier"] == "Apache-2.0"


def filled(desk: Desk, path: str) -> Iterator[str]:
    """An address with what the ledger has in the place of its variables; nothing where it has none."""
    if "{" not in path:
        yield path
        return
    base, _, rest = path.partition("/{")
    if base == "/api/v1/documents":
        return
    if path.startswith("/api/v1/acts"):
        yield path.replace("{type}", "VoteCast")
    elif base in ("/api/v1/entries", "/api/v1/receipts"):
        yield path.replace("{name}", "3")
    elif base == "/api/v1/refusals":
        yield from (f"{base}/{item['sha256']}" for item in desk.http.get(base).json()["items"][:1])
    elif rest == "name}" and base.startswith("/api/v1/"):
        rows = desk.http.get(base).json()["items"]
        yield from (f"{base}/{row['stream'].partition('/')[2]}" for row in rows)


def test_answers_have_the_form_that_is_described(scene: Desk, described: dict[str, Any]) -> None:
    components, wrong, tried = described["components"]["schemas"], [], set[str]()
    with inside(scene) as http:
        for method, path, operation in operations(described):
            if method != "get":
                continue
            forms = {
                kind: validator(content["schema"], components)
                for kind, content in operation["responses"]["200"].get("content", {}).items()
                if kind in JSON
            }
            if not forms:
                continue
            for address in filled(scene, path):
                queries = PASTS if any(each["name"] == "at" for each in operation.get("parameters", ())) else ("",)
                queries = ("?old=2&new=9",) if path.endswith("/consistency") else queries
                for query in queries:
                    answer = http.get(address + query, headers={"Accept": "application/json"})
                    if answer.status_code == 200:
                        tried.add(path)
                        kind = answer.headers["content-type"].partition(";")[0]
                        assert kind in forms, address
                        wrong += [(address + query, fault) for fault in faults(forms[kind], answer.json())]
    assert sorted({(address.partition("?")[0], fault) for address, fault in wrong})[:30] == []
    untried = {"/api/v1/documents", "/api/v1/documents/{sha256}", "/rollbacks.json"}
    refused = {"/api/v1/refusals/{sha256}"}  # there is one where other tests of this scene came first
    assert set(ANSWERS) - tried - refused == untried, "those have tests of their own"


def test_parts_past_the_end_and_slow_bodies_are_described(scene: Desk) -> None:
    described = scene.http.get("/openapi.json").json()["paths"]
    operations = [operation for each in described.values() for operation in each.values()]
    assert "408" in described["/api/v1/entries"]["post"]["responses"]
    assert all(("408" in each["responses"]) == ("requestBody" in each) for each in operations)
    assert sum("206" in each["responses"] for each in operations) >= 5
    assert all(("416" in each["responses"]) == ("206" in each["responses"]) for each in operations)


def test_description_is_sent_once_and_then_only_its_tag(scene: Desk) -> None:
    first = scene.http.get("/openapi.json")
    again = scene.http.get("/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert scene.http.get("/api/v1/acts/Nada/schema.json").json()["code"] == "E_NOT_FOUND"
