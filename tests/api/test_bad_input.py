"""What is no act at all: every kind of bad bytes gets a 4xx problem document, and nothing is written."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from tests.api.served import Desk, document, report, serving
from tests.ledger.world import SCHEMA
from tests.rows import each_row

from constancia.api.routers.log.entries import receipt_document
from constancia.ledger.ledger import Ledger
from constancia.verify.core.formats.canonical import canonical

if TYPE_CHECKING:
    from tests.ledger.world import Signed

C1 = "commitment/c1"
Bytes = Callable[[Desk], bytes]


def good(desk: Desk, **changed: Any) -> bytes:
    return document(desk.says("inai", "ProgressReported", C1, report(**changed)))


def replaced(old: bytes, new: bytes) -> Bytes:
    def case(desk: Desk) -> bytes:
        raw = good(desk)
        assert old in raw
        return raw.replace(old, new, 1)

    return case


def fixed(raw: bytes) -> Bytes:
    return lambda _desk: raw


def nested(levels: int) -> bytes:
    return b'{"signatures":[],"statement":' + b'{"a":' * levels + b"1" + b"}" * levels + b"}"


BAD: dict[str, Bytes] = {
    "nothing": fixed(b""),
    "no JSON": fixed(b"firma"),
    "half an object": lambda desk: good(desk)[:-1],
    "two objects": lambda desk: good(desk) + b"{}",
    "an array": fixed(b"[]"),
    "a number": fixed(b"1"),
    "null": fixed(b"null"),
    "an empty object": fixed(b"{}"),
    "another member": replaced(b',"statement":', b',"sealed":true,"statement":'),
    "no signatures": lambda desk: canonical({"signatures": [], "statement": statement_of(desk)}),
    "signatures that are none": lambda desk: canonical({"signatures": "mine", "statement": statement_of(desk)}),
    "two signatures where one belongs": replaced(
        b'"signatures":[', b'"signatures":[{"key":"' + b"0" * 64 + b'","sig":"AAAA"},'
    ),
    "a signature that is no base64": replaced(b'"sig":"', b'"sig":"*'),
    "a key id in capitals": replaced(b'"key":"', b'"key":"ABC'),
    "a scheme chosen by the message": replaced(b'","sig":', b'","scheme":"none","sig":'),
    "white space": replaced(b'{"signatures"', b'{ "signatures"'),
    "a line feed at the end": lambda desk: good(desk) + b"\n",
    "members in another order": lambda desk: json.dumps(
        {"statement": statement_of(desk), "signatures": [{"key": "0" * 64, "sig": "AAAA"}]}, separators=(",", ":")
    ).encode(),
    "a duplicate key": replaced(b'"commitment":"c1"', b'"commitment":"c1","commitment":"c1"'),
    "an escape that is not needed": replaced(b"Avance", b"\\u0041vance"),
    "a byte-order mark": lambda desk: b"\xef\xbb\xbf" + good(desk),
    "no UTF-8": replaced(b"Avance", b"Avanc\xe9"),
    "UTF-16": lambda desk: good(desk).decode().encode("utf-16"),
    "text that is not NFC": replaced(b"Avance", "Informacio\u0301n".encode()),
    "a bidirectional control": replaced(b"Avance", "Ava\u202ence".encode()),
    "a zero-width space": replaced(b"Avance", "Ava\u200bnce".encode()),
    "a NUL": replaced(b"Avance", b"Ava\\u0000nce"),
    "a lone surrogate": replaced(b"Avance", b"\\ud800"),
    "NaN": replaced(SCHEMA, b'"schema":NaN'),
    "Infinity": replaced(SCHEMA, b'"schema":Infinity'),
    "a float": replaced(SCHEMA, SCHEMA + b".0"),
    "an exponent": replaced(SCHEMA, SCHEMA + b"e0"),
    "minus zero": replaced(SCHEMA, b'"schema":-0'),
    "an integer beyond 2^53": replaced(SCHEMA, b'"schema":9007199254740993'),
    "an integer of five thousand digits": replaced(SCHEMA, b'"schema":' + b"9" * 5_000),
    "true for a number": replaced(SCHEMA, b'"schema":true'),
    "nesting of 17": fixed(nested(17)),
    "nesting of 9,000": fixed(nested(9_000)),
    "a key of capitals": replaced(b'"body"', b'"Body"'),
    "no body": replaced(b'"body":', b'"bodi":'),
    "a body that is a list": lambda desk: canonical(
        {"signatures": [{"key": "0" * 64, "sig": "AAAA"}], "statement": statement_of(desk) | {"body": []}}
    ),
    "an id that is no UUID": replaced(b'"id":"', b'"id":"x'),
    "a mode of its own": replaced(b'"mode":"live"', b'"mode":"secret"'),
    "a time with an offset": replaced(b'Z","stream"', b'+00:00","stream"'),
    "a seen without its root": replaced(b'"seen":{"root"', b'"seen":{"ruut"'),
    "an actor with a name of spaces": replaced(b'"person":"p-inai"', b'"person":"p inai"'),
    "a stream that climbs": replaced(b'"stream":"commitment/c1"', b'"stream":"commitment/../../etc"'),
    "a type of markup": replaced(b'"type":"ProgressReported"', b'"type":"<script>"'),
}


def statement_of(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(good(desk))["statement"]
    return found


@each_row("name", BAD)
def test_bad_bytes_are_malformed_and_the_place_is_named(scene: Desk, name: str) -> None:
    size, root = scene.ledger.size, scene.ledger.log.root()
    answer = scene.post(BAD[name](scene))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "E_MALFORMED"), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["judged_against"]["where"]
    assert (scene.ledger.size, scene.ledger.log.root()) == (size, root)


def test_statement_over_its_size_is_too_large(scene: Desk) -> None:
    answer = scene.post(replaced(b"Avance", b"Avance " * 5_000)(scene))
    assert (answer.status_code, answer.json()["code"]) == (413, "E_TOO_LARGE")


def test_request_over_64_kib_is_too_large_and_is_not_read_to_its_end(scene: Desk) -> None:
    answer = scene.post(b"{" + b" " * 70_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "E_TOO_LARGE")


def test_chunked_request_over_64_kib_is_too_large(scene: Desk) -> None:
    def chunks() -> Any:
        for _ in range(80):
            yield b" " * 1_024

    answer = scene.http.post("/api/v1/entries", content=chunks(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "E_TOO_LARGE")


@each_row("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_other_content_types_are_refused(scene: Desk, kind: str) -> None:
    answer = scene.http.post("/api/v1/entries", content=good(scene), headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "E_CONTENT_TYPE")


def test_compressed_body_is_refused(scene: Desk) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = scene.http.post("/api/v1/entries", content=good(scene), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "E_CONTENT_TYPE")


def test_replayed_statement_is_recorded_once(scene: Desk) -> None:
    raw = scene.ledger.log.entry(4)
    entry = json.loads(raw)
    again = canonical({"signatures": entry["signatures"], "statement": entry["statement"]})
    size = scene.ledger.size
    answer = scene.post(again)
    assert (answer.status_code, answer.json()["index"]) == (200, 4)
    document = {**receipt_document(scene.ledger, 4, scene.ledger.receipt_size(4)), "replayed": True}
    assert answer.content == json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    assert answer.headers["content-type"] == "application/json"
    assert scene.ledger.size == size


PATHS = [
    "/nowhere",
    "/api",
    "/api/v1/nowhere",
    "/api/v1/entries/999999",
    "/api/v1/entries/99999999999999999999",
    "/api/v1/entries/-1",
    "/api/v1/entries/" + "0" * 64,
    "/api/v1/entries/x%00y",
    "/api/v1/agreements/none",
    "/api/v1/commitments/none",
    "/api/v1/commitments/%2e%2e%2fetc",
    "/api/v1/decisions/none",
    "/api/v1/parties/none",
    "/api/v1/receipts/999999",
    "/api/v1/receipts/0?size=999999",
    "/api/v1/state?size=999999",
    "/api/v1/documents/" + "0" * 64,
    "/documents/" + "0" * 64,
    "/documents/..%2f..%2fledger.sqlite",
    "/documents/ledger.sqlite",
    "/tile/0/999",
    "/tile/64/000",
    "/tile/00/000",
    "/tile/0/0",
    "/tile/0/000.p/0",
    "/tile/0/000.p/255",
    "/tile/entries/000.p/01",
    "/tile/../ledger.sqlite",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/e/" + "f" * 64,
    "/es/nada",
    "/en/commitments/none",
    "/fr/",
]


@each_row("path", PATHS)
def test_what_is_not_there_is_a_404(scene: Desk, path: str) -> None:
    answer = scene.http.get(path)
    assert answer.status_code == 404
    if answer.headers["content-type"] == "application/problem+json":
        assert answer.json()["code"] == "E_NOT_FOUND"
    else:
        assert path.startswith(("/es/", "/en/"))


QUERIES = [
    "/api/v1/entries?start=x",
    "/api/v1/entries?start=-1",
    "/api/v1/entries?limit=0",
    "/api/v1/entries?limit=99999999",
    "/api/v1/entries?size=0x10",
    "/api/v1/entries?start=" + "9" * 400,
    "/api/v1/state?size=1e3",
    "/api/v1/state?at=yesterday",
    "/api/v1/state?at=2019-02-30",
    "/api/v1/state?at=99999-01-01",
    "/api/v1/state?at=2019-13",
    "/api/v1/state?at=0001-01-01T00:00:00%2B23:00",
    "/api/v1/state?at=9999-12-31",
    "/api/v1/derived?at=x",
    "/api/v1/proofs/consistency",
    "/api/v1/proofs/consistency?old=a&new=b",
    "/es/registros?start=x",
    "/es/?size=x",
]


@each_row("path", QUERIES)
def test_queries_that_say_nothing_are_a_400_with_the_place(scene: Desk, path: str) -> None:
    answer = scene.http.get(path)
    if path.endswith(("at=9999-12-31", "2B23:00")):
        assert answer.status_code < 500
        return
    assert answer.status_code == 400
    if not path.startswith("/es/"):
        assert answer.json()["code"] == "E_MALFORMED"
        assert answer.json()["judged_against"]


@each_row(
    ("method", "path"),
    [
        ("DELETE", "/api/v1/entries/3"),
        ("PUT", "/api/v1/entries/3"),
        ("PATCH", "/api/v1/commitments/c1"),
        ("POST", "/checkpoint"),
        ("DELETE", "/documents/" + "0" * 64),
        ("POST", "/es/"),
        ("DELETE", "/api/v1/entries"),
        ("POST", "/static/style.css"),
        ("OPTIONS", "/static/nada"),
    ],
)
def test_other_methods_are_a_405_that_names_the_allowed_ones(scene: Desk, method: str, path: str) -> None:
    answer = scene.http.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "E_METHOD")
    assert answer.json()["detail"] == f"this address takes {answer.headers['allow']}"
    assert "GET" in answer.headers["allow"]


def test_bytes_that_are_no_http_get_no_5xx(scene: Desk) -> None:
    port = int(scene.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n")
        assert b" 5" not in link.recv(1_024).split(b"\r\n")[0]


DRAFTS: dict[str, tuple[Any, int, str]] = {
    "not an object": ([], 400, "E_MALFORMED"),
    "nothing": ({}, 400, "E_MALFORMED"),
    "a type that is none": ({"type": "Nothing"}, 400, "E_UNKNOWN_TYPE"),
    "a body of another form": ({"body": {}}, 400, "E_MALFORMED"),
    "a body with a float": ({"body": {"commitment": 1.5}}, 400, "E_MALFORMED"),
    "a body with an emoji of two code points": ({"occurred_on": "2019\u202e"}, 400, "E_MALFORMED"),
    "a seen of no root": ({"seen": {"root": "x", "size": 1}}, 400, "E_MALFORMED"),
    "a signing time of another form": ({"signed_at": "yesterday"}, 400, "E_MALFORMED"),
    "an unknown member": ({"sudo": True}, 400, "E_MALFORMED"),
    "a number for a party": ({"actor": {"capacity": 7}}, 400, "E_MALFORMED"),
    "a body as deep as the sea": ({"body": json.loads("[" * 200 + "]" * 200)}, 400, "E_MALFORMED"),
}


@each_row("name", DRAFTS)
def test_bad_drafts_are_refused(scene: Desk, name: str) -> None:
    changed, status, code = DRAFTS[name]
    base = {
        "actor": scene.world.actor("inai"),
        "body": report(),
        "seen": {"root": scene.ledger.log.root().hex(), "size": scene.ledger.size},
        "type": "ProgressReported",
    }
    wanted = base | changed if changed and isinstance(changed, dict) else changed
    answer = scene.http.post("/api/v1/drafts", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@each_row("raw", [b"", b"{", b"\xff", b'{"type":NaN}', b"[" * 50_000, b"{" + b" " * 70_000])
def test_bad_bytes_as_a_draft_are_a_4xx(scene: Desk, raw: bytes) -> None:
    answer = scene.http.post("/api/v1/drafts", content=raw, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_reader_of_a_ledger_without_its_signer_says_that_it_takes_nothing(scene: Desk, tmp_path: Path) -> None:
    folder = scene.ledger.folder.path
    with (
        Ledger.open(folder, clock=scene.clock, signer=None) as reader,
        serving(reader) as url,
        httpx.Client(base_url=url) as http,
    ):
        answer = http.post("/api/v1/entries", content=good(scene), headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (503, "E_READ_ONLY")
        assert http.get("/es/").status_code == 200


def test_ledger_without_entries_serves_problem_documents_and_no_fault(new: Desk) -> None:
    for path in ("/checkpoint", "/api/v1/ledger", "/api/v1/receipts/0", "/api/v1/entries/0", "/tile/0/000"):
        answer = new.http.get(path)
        assert (path, answer.status_code) == (path, 404)
    for path in ("/es/", "/en/", "/es/registros", "/es/partes", "/es/compromisos", "/api/v1/entries", "/healthz"):
        assert (path, new.http.get(path).status_code) == (path, 200)


def test_good_statement_after_all_that_is_still_taken(adopted: Desk) -> None:
    adopted.post(b"{")
    signed: Signed = adopted.says("inai", "ProgressReported", C1, report())
    assert adopted.post(signed).status_code == 201
