"""What HTTP itself requires: headers, other sites, slow and packed bodies, documents, a server that can't go on."""

import contextlib
import hashlib
import socket
import sqlite3
import threading
from pathlib import Path

import pytest
from tests.api.served import Desk, desk_in, document, later, report, serving
from tests.ledger.counting import counted_calls
from tests.ledger.world import doc, text

from constancia.api.http.limits.security import CSP
from constancia.api.http.settings import Settings
from constancia.domain.catalogue import REGISTRY
from constancia.ledger.assembly import Options
from constancia.ledger.views.projections import STATE_PROJECTIONS
from constancia.ledger.witnesses.rollback_records import StoreContradiction
from constancia.verify.core.formats.canonical import parse_canonical
from constancia.verify.core.formats.statement import parse_statement

PAGES = (
    "/es/",
    "/en/entries",
    "/api/v1/entries",
    "/checkpoint",
    "/healthz",
    "/openapi.json",
    "/nada",
    "/static/site.css",
)


@pytest.mark.parametrize("path", PAGES)
def test_h1_every_answer_forbids_scripts_frames_sniffing_and_referrers(scene: Desk, path: str) -> None:
    headers = scene.http.get(path).headers
    assert headers["content-security-policy"] == CSP
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert "set-cookie" not in headers
    assert "server" not in headers


def test_h2_any_page_may_read_what_is_public(scene: Desk) -> None:
    elsewhere = {"Origin": "https://elsewhere.example"}
    for path in ("/api/v1/entries", "/checkpoint", "/tile/entries/000.p/1", "/openapi.json"):
        assert scene.http.get(path, headers=elsewhere).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in scene.http.get("/es/", headers=elsewhere).headers


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=str,
)
def test_h2_another_sites_page_may_not_write(scene: Desk, headers: dict[str, str]) -> None:
    size = scene.ledger.size
    for path in ("/api/v1/entries", "/api/v1/drafts", "/api/v1/documents"):
        answer = scene.http.post(path, content=b"{}", headers=headers | {"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (403, "E_CROSS_SITE")
    assert scene.ledger.size == size


def test_h2_our_own_page_and_no_page_at_all_may_write(adopted: Desk) -> None:
    signed = adopted.says("inai", "ProgressReported", "commitment/c1", report(report="r8"))
    assert adopted.post(signed, Origin=adopted.url).status_code == 201


def test_h3_slow_body_is_refused_and_others_are_served_meanwhile(adopted: Desk) -> None:
    with serving(adopted.ledger, Settings(body_timeout_s=0.5)) as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
            link.sendall(
                b"POST /api/v1/entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100\r\n\r\n{"
            )
            assert adopted.http.get("/healthz").status_code == 200
            answer = b""
            while chunk := link.recv(4_096):
                answer += chunk
                if b"E_TIMEOUT" in answer:
                    break
    assert answer.startswith(b"HTTP/1.1 408")


def test_h3_packed_body_is_refused(scene: Desk) -> None:
    answer = scene.post(b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (415, "E_CONTENT_TYPE")


def test_h3_long_body_is_refused_before_it_is_read(scene: Desk) -> None:
    port = int(scene.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(
            b"POST /api/v1/entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 999999999\r\n\r\n"
        )
        assert link.recv(4_096).startswith(b"HTTP/1.1 413")


def test_head_has_the_headers_of_get_and_no_body(scene: Desk) -> None:
    for path in ("/es/", "/checkpoint", "/api/v1/entries/0", "/api/v1/state", "/healthz"):
        asked, got = scene.http.head(path), scene.http.get(path)
        assert (asked.status_code, asked.content) == (200, b"")
        assert asked.headers["content-length"] == got.headers["content-length"]


TEXT = b"# Informe\n"
SCRIPT = b"<script>alert(1)</script>"


def cited(desk: Desk, data: bytes, media_type: str) -> str:
    sent = doc(data) | {"media_type": media_type}
    body = {"commitment": "c1", "deliverable": "e1", "document": sent, "version": 1}
    desk.take(desk.says("sfp", "DeliverableSubmitted", "deliverable/c1.e1", body))
    return str(sent["sha256"])


def test_document_is_kept_once_an_entry_cites_it(adopted: Desk) -> None:
    early = adopted.http.post("/api/v1/documents", content=TEXT)
    assert (early.status_code, early.json()["code"]) == (403, "E_NOT_CITED")
    name = cited(adopted, TEXT, "text/markdown")
    first = adopted.http.post("/api/v1/documents", content=TEXT)
    assert (first.status_code, first.json()["sha256"]) == (201, name)
    assert adopted.http.post("/api/v1/documents", content=TEXT).status_code == 200
    shown = adopted.http.get(f"/documents/{name}")
    assert (shown.content, shown.headers["content-type"]) == (TEXT, "text/plain; charset=utf-8")
    assert shown.headers["content-security-policy"].startswith("sandbox")
    about = adopted.http.get(f"/api/v1/documents/{name}").json()
    assert (about["is_kept"], [one["index"] for one in about["cited_by"]]) == (True, [adopted.ledger.size - 1])


def test_document_of_an_active_kind_comes_as_a_file(adopted: Desk) -> None:
    name = cited(adopted, SCRIPT, "text/html")
    adopted.http.post("/api/v1/documents", content=SCRIPT)
    answer = adopted.http.get(f"/documents/{name}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_document_altered_on_the_disk_is_not_served(adopted: Desk) -> None:
    name = cited(adopted, TEXT, "text/markdown")
    adopted.http.post("/api/v1/documents", content=TEXT)
    path = adopted.ledger.folder.documents / name
    path.chmod(0o600)
    path.write_bytes(b"# Otro\n")
    answer = adopted.http.get(f"/documents/{name}")
    assert (answer.status_code, answer.json()["code"]) == (500, "E_DAMAGED")
    assert b"Otro" not in answer.content


def test_ledger_that_has_stopped_says_so_and_still_reads(adopted: Desk) -> None:
    # Another writer's batch, past the guards of the store: ours can't follow, and the writer stops as it must.
    size = adopted.ledger.size
    with contextlib.closing(sqlite3.connect(adopted.ledger.folder.path / "ledger.sqlite")) as store, store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f"DROP TRIGGER {name}")
        row = (size, size + 1, hashlib.sha256(b"x").digest(), "nota")
        store.execute("INSERT INTO batches VALUES (?, ?, ?, ?)", row)
    signed = adopted.says("inai", "ProgressReported", "commitment/c1", report(report="r8"))
    answer = adopted.post(signed)
    assert (answer.status_code, answer.json()["code"]) == (503, "E_STOPPED")
    assert int(answer.headers["retry-after"]) > 0
    health = adopted.http.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (503, "failed")
    assert adopted.http.get("/api/v1/entries/0").status_code == 200


def test_fault_of_ours_is_a_problem_document_that_tells_nothing_else(
    adopted: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> bytes:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(adopted.ledger.log, "checkpoint", fail)
    answer = adopted.http.get("/checkpoint")
    assert (answer.status_code, answer.json()["code"]) == (500, "E_INTERNAL")
    assert "secret" not in answer.text
    assert answer.headers["connection"] == "close", "a client must not send its next request to it"
    assert adopted.http.get("/api/v1/entries/0").status_code == 200


def test_same_statement_from_many_at_once_is_one_entry(adopted: Desk) -> None:
    body = document(adopted.says("inai", "ProgressReported", "commitment/c1", report(report="r8")))
    size, answers = adopted.ledger.size, list[tuple[int, int]]()

    def send() -> None:
        answer = adopted.post(body)
        answers.append((answer.status_code, answer.json()["index"]))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == [(200, size)] * 7 + [(201, size)]
    assert adopted.ledger.size == size + 1


def test_description_of_the_interface_names_every_answer(scene: Desk) -> None:
    described = scene.http.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    problems = []
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            said = operation["responses"]
            good = [one for status, one in said.items() if status[0] == "2"]
            if not operation.get("summary") or not operation.get("description"):
                problems.append((path, method, "no words"))
            is_json = path.startswith("/api/") and not path.startswith("/api/v1/receipts")
            if is_json and not any(_has_example(one, described) for one in good):
                problems.append((path, method, "no example"))
    assert problems == []


def _has_example(answer: dict[str, object], described: dict[str, object]) -> bool:
    text_of = str(answer)
    if "'example'" in text_of:
        return True
    name = text_of.partition("#/components/schemas/")[2].partition("'")[0]
    schemas = described["components"]["schemas"]  # type: ignore[index]
    return name in schemas and "example" in str(schemas[name])


def test_examples_have_the_form_of_what_is_answered(scene: Desk) -> None:
    paths = scene.http.get("/openapi.json").json()["paths"]
    scene.ledger.views.wait()
    for path in (f"/api/v1/{projection.name}" for projection in STATE_PROJECTIONS):
        example = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        answer = scene.http.get(path).json()
        assert set(answer) == set(example)
        for item in answer["items"]:
            assert set(item) <= set().union(*example["items"]), path
    for path in ("/api/v1/derived", "/healthz"):
        example = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
        assert set(scene.http.get(path).json()) == set(example), path
    draft = paths["/api/v1/drafts"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert draft["type"] in REGISTRY


def test_draft_gives_sentences_bytes_and_the_verdict_beforehand(scene: Desk) -> None:
    size = scene.ledger.size
    seen = {"root": scene.ledger.log.root(size).hex(), "size": size}
    wanted = {
        "actor": scene.world.actor("inai"), "body": report(report="r9", narrative=text("Va")), "seen": seen,
        "type": "ProgressReported", "key": scene.world.keys["inai"].key_id,
    }  # fmt: skip
    answer = scene.http.post("/api/v1/drafts", json=wanted)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["verdict"] == {"accepted": True}
    assert set(found["sentence"]) == {"es", "en"}
    ahead = scene.http.post("/api/v1/drafts", json=wanted | {"seen": seen | {"size": size + 9}}).json()
    assert ahead["verdict"]["refusal"]["code"] == "E_SEEN_AHEAD"
    for known in (size, 3):
        forged = scene.http.post("/api/v1/drafts", json=wanted | {"seen": {"root": "00" * 32, "size": known}}).json()
        assert forged["verdict"]["refusal"]["code"] == "E_SEEN_CONTRADICTS"
    fast_clock = scene.http.post("/api/v1/drafts", json=wanted | {"signed_at": "2099-01-01T00:00:00Z"}).json()
    assert '"signed_at":"2099-01-01T00:00:00Z"' in fast_clock["statement"]
    assert fast_clock["verdict"]["refusal"]["code"] == "E_DATE"
    assert scene.ledger.size == size


def test_pages_of_entries_are_linked_to_the_end(scene: Desk) -> None:
    path, seen = "/api/v1/entries?limit=7", 0
    while path:
        answer = scene.http.get(path)
        seen += len(answer.json()["entries"])
        path = answer.links.get("next", {}).get("url", "")
    assert seen == scene.ledger.size


@pytest.mark.parametrize("code", ["E_ROLLED_BACK", "E_CLOCK"])
def test_ledger_that_must_not_sign_reads_and_says_why(tmp_path: Path, code: str) -> None:
    """A restored copy beside what was published of the longer log; a clock that jumped while the server ran."""
    with desk_in(tmp_path / "d", options=Options(guard_clock=code == "E_CLOCK")) as desk:
        desk.ledger.documents.put(b"charter")
        desk.play(desk.world.founding())
        signed = desk.says("inai", "PartyNameRecorded", "party/inai", NAMED)
        if code == "E_CLOCK":
            later(desk, days=3653)
        else:
            guard = desk.ledger._core.rollback_guard
            assert guard is not None
            guard._found = [StoreContradiction(by="log/checkpoint", code="ahead", size=99)]
        answer = desk.post(signed)
        assert (answer.status_code, answer.json()["code"]) == (503, code)
        assert int(answer.headers["retry-after"]) > 0
        health = desk.http.get("/healthz")
        assert (health.status_code, health.json()["writable"]) == (503, False)
        [problem] = health.json()["problems"]
        assert problem["code"] == code
        assert desk.http.get("/api/v1/integrity").json()["refusal"]["code"] == code
        for path, words in (("/es/", "sólo da lectura"), ("/en/", "only reads")):
            page = desk.http.get(path)
            assert page.status_code == 200
            assert words in page.text
            assert code in page.text
        assert desk.http.get("/rollbacks.json").status_code == 404


NAMED = {"lang": "es", "name": "Uno", "official": False, "party": "inai", "used_in": "Acta"}


@pytest.mark.parametrize(
    ("words", "parsed"), [("Al pie de la letra. ", {}), ("No consta: 日本. ", {"parse_canonical": 1})]
)
def test_statement_handed_in_is_parsed_once(adopted: Desk, words: str, parsed: dict[str, int]) -> None:
    """Or not at all: by the patterns of entries, which the first allegation teaches the body's form."""
    adopted.take(adopted.world.allege("c1"))
    adopted.ledger.views.wait()
    with counted_calls(parse_canonical, parse_statement) as calls:
        adopted.take(adopted.world.allege("c1", words=words))
        adopted.ledger.views.wait()
    assert dict(calls) == parsed


@pytest.mark.parametrize(
    "path",
    ["/checkpoint%0a", "/tile/0/000%0a", "/tile/0/000.p/1%0a", "/es/acerca%0a", "/api/v1/entries/0%0D", "/%c2%85"],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_address_has_a_control_character(scene: Desk, method: str, path: str) -> None:
    for kind in ("application/json", "text/html"):
        answer = scene.http.request(method, path, headers={"Accept": kind})
        assert answer.status_code == 404
        if method == "GET" and kind == "application/json":
            assert answer.json()["code"] == "E_NOT_FOUND"
