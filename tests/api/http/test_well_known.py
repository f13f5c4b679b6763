"""What programs look for by convention: security.txt, the catalogue of the interface, the link to its description."""

from datetime import datetime

import httpx
import pytest
from tests.api.served import Desk, serving

from constancia.api.http.settings import Settings


@pytest.mark.parametrize(
    ("contact", "named"),
    [
        ("seguridad@libro.example", "mailto:seguridad@libro.example"),
        ("https://libro.example/c", "https://libro.example/c"),
    ],
)
def test_security_txt_names_the_operators_contact(scene: Desk, contact: str, named: str) -> None:
    with serving(scene.ledger, Settings(contact=contact, public_url="https://libro.example/libro")) as url:
        answer = httpx.get(f"{url}/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.headers["content-type"].startswith("text/plain")
    assert fields["Contact"] == named
    assert fields["Canonical"] == "https://libro.example/libro/.well-known/security.txt"
    assert datetime.fromisoformat(fields["Expires"]) > scene.ledger.clock.now()


def test_without_a_contact_there_is_no_security_txt(scene: Desk) -> None:
    answer = scene.http.get("/.well-known/security.txt")
    assert (answer.status_code, answer.json()["code"]) == (404, "E_NOT_FOUND")


def test_interface_says_where_it_is_described(scene: Desk) -> None:
    for path in ("/api/v1/ledger", "/api/v1/entries?limit=2", "/api/v1/nothing"):
        answer = scene.http.get(path)
        assert answer.links["service-desc"]["url"] == "/openapi.json"
    assert "next" in scene.http.get("/api/v1/entries?limit=2").links, "links to pages stay"
    assert "service-desc" not in scene.http.get("/es/").links
    [entry] = scene.http.get("/.well-known/api-catalog").json()["linkset"]
    assert scene.http.get(entry["service-desc"][0]["href"]).json()["openapi"].startswith("3.1")
    assert scene.http.get(entry["status"][0]["href"]).status_code == 200
