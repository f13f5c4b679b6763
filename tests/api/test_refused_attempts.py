"""Refused attempts as the interface, the pages and the command line show them."""

import hashlib
import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from tests.api.command_line import run_here
from tests.api.served import App, Desk, document, report, serving
from tests.api.test_dishonest_host import Host
from tests.ledger.world import Signed, text


def run(home: Path, *arguments: str) -> CompletedProcess[str]:
    return run_here(arguments, env={"CONSTANCIA_LANG": "es"}, cwd=home)


def refused_report(desk: Desk, **changed: object) -> Signed:
    """A report under an identifier that is taken."""
    return desk.says("inai", "ProgressReported", "commitment/c1", report(report="r1", **changed))


def test_list_and_bytes_of_refused_attempts(adopted: Desk) -> None:
    sent = [refused_report(adopted, narrative=text(f"n{place}")) for place in range(3)]
    answers = [adopted.post(signed).json() for signed in (*sent, sent[0])]
    page = adopted.http.get("/api/v1/refusals?limit=2")
    listed = page.json()
    assert listed["count"] == 3
    assert [item["times"] for item in listed["items"]] == [2, 1]
    first = listed["items"][0]
    assert (first["code"], first["rule"]) == (answers[0]["code"], answers[0]["rule"])
    assert (first["party"], first["recorded"], first["judged_against"]) == ("inai", None, answers[0]["judged_against"])
    assert 'rel="next"' in page.headers["Link"]
    assert len(adopted.http.get("/api/v1/refusals?start=2").json()["items"]) == 1
    answer = adopted.http.get(f"/api/v1/refusals/{first['sha256']}")
    assert answer.content == document(sent[0])
    assert "immutable" not in answer.headers["Cache-Control"]
    assert adopted.http.get(f"/api/v1/refusals/{'0' * 64}").status_code == 404


def test_strangers_are_not_listed(adopted: Desk) -> None:
    signed = refused_report(adopted)
    raw = signed.statement.replace(b"Avance", b"Ataque")
    assert adopted.post(Signed(statement=raw, signatures=signed.signatures)).status_code == 401
    assert adopted.post(b"{}").status_code == 400
    assert adopted.http.get("/api/v1/refusals").json()["items"] == []


def test_attempt_that_was_recorded_later_says_where(adopted: Desk) -> None:
    too_early = adopted.says("inai", "ProgressReported", "commitment/c2", report(commitment="c2"))
    assert adopted.post(too_early).status_code in (404, 409)
    adopted.play(adopted.world.commitment("c2"))
    index = adopted.post(too_early).json()["index"]
    [item] = adopted.http.get("/api/v1/refusals").json()["items"]
    assert item["recorded"] == index


def test_other_statement_with_the_same_id_is_not_taken_for_it(adopted: Desk) -> None:
    recorded = json.loads(adopted.ledger.log.entry(adopted.ledger.size - 1))["statement"]["id"]
    again = adopted.says("inai", "ProgressReported", "commitment/c1", report(report="r5"), id=recorded)
    assert adopted.post(again).json()["code"] == "E_DUPLICATE"
    assert [item["recorded"] for item in adopted.http.get("/api/v1/refusals").json()["items"]] == [None]


def test_refused_attempt_can_be_cited_and_then_stored_as_a_document(adopted: Desk) -> None:
    signed = refused_report(adopted)
    adopted.post(signed)
    [item] = adopted.http.get("/api/v1/refusals").json()["items"]
    cited = {"description": text("Intento rechazado"), "sha256": item["sha256"]}
    adopted.take(adopted.says("sfp", "ProgressReported", "commitment/c1", report(report="r9", evidence=[cited])))
    stored = adopted.http.post("/api/v1/documents", content=document(signed))
    assert (stored.status_code, stored.json()["sha256"]) == (201, hashlib.sha256(document(signed)).hexdigest())


@pytest.mark.parametrize(("path", "words"), [("/es/rechazos", "fuera de la cadena"), ("/en/refusals", "outside the")])
def test_page_says_what_the_list_is_and_shows_each_attempt(adopted: Desk, path: str, words: str) -> None:
    empty = adopted.http.get(path).text
    assert words in empty
    adopted.post(refused_report(adopted))
    page = adopted.http.get(path).text
    [item] = adopted.http.get("/api/v1/refusals").json()["items"]
    assert f"/api/v1/refusals/{item['sha256']}" in page
    assert item["code"] in page
    assert path in adopted.http.get("/es/" if path.startswith("/es") else "/en/").text


def test_command_line_checks_each_signature_and_removes_one(adopted: Desk, tmp_path: Path) -> None:
    adopted.post(refused_report(adopted))
    adopted.post(refused_report(adopted, narrative=text("n2")))
    folder = adopted.ledger.folder.path
    adopted.ledger.publish()
    for source in (str(folder), adopted.url):
        done = run(tmp_path, "refusals", "--from", source)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("firma válida") == 2
        assert "2 de 2" in done.stdout
    [first, _] = adopted.http.get("/api/v1/refusals").json()["items"]
    assert run(tmp_path, "refusals", "--from", str(folder), "--delete", first["sha256"]).returncode == 0
    assert adopted.http.get("/api/v1/refusals").json()["count"] == 1
    assert run(tmp_path, "refusals", "--from", adopted.url, "--delete", first["sha256"]).returncode != 0


def test_attempt_that_the_server_made_up_is_not_valid(adopted: Desk, tmp_path: Path) -> None:
    """The operator alters an attempt in its file: the signature does not cover it."""
    adopted.post(refused_report(adopted))
    attempts = adopted.ledger.refused
    connection = attempts._connect()
    assert connection is not None
    connection.execute("UPDATE attempts SET document = replace(document, 'Avance', 'Ataque')")
    [[raw]] = connection.execute("SELECT document FROM attempts").fetchall()
    assert b"Ataque" in (raw if isinstance(raw, bytes) else raw.encode())
    done = run(tmp_path, "refusals", "--from", str(adopted.ledger.folder.path))
    assert done.returncode == 76
    assert "FIRMA NO VÁLIDA" in done.stdout


def lines_of(home: Path, source: str) -> tuple[int, list[str]]:
    done = run(home, "refusals", "--from", source)
    return done.returncode, [line for line in done.stdout.splitlines() if " · " in line]


def test_what_a_lying_server_lists_is_not_what_is_printed(adopted: Desk, tmp_path: Path) -> None:
    """Type, stream, party and digest are of the signed document; code and time are said to be the operator's word."""
    adopted.post(refused_report(adopted))
    adopted.post(adopted.says("sfp", "ProgressReported", "commitment/c9", report(commitment="c9")))
    first, second = adopted.http.get("/api/v1/refusals").json()["items"]
    hosts: list[Host] = []

    def wrap(app: App) -> App:
        hosts.append(Host(app))
        return hosts[0]

    def lying(answer: dict[str, object]) -> dict[str, object]:
        lies = {
            "code": "E_LIE", "first_at": "1999-01-01T00:00:00Z", "party": "nosc", "stream": "agreement/lie",
            "type": "AgreementSigned", "key": "0" * 64,
        }  # fmt: skip
        return {**answer, "items": [{**item, **lies} for item in (first, second)] if answer["items"] else []}

    swapped = adopted.http.get(f"/api/v1/refusals/{first['sha256']}").content
    with serving(adopted.ledger, wrap=wrap) as url:
        [host] = hosts
        host.changes = {"/api/v1/refusals": lying}
        code, lines = lines_of(tmp_path, url)
        assert code == 0
        assert [line.partition(" · quien opera el libro dice: ") for line in lines] == [
            (f"firma válida · ProgressReported en {stream} · {party} · {row['sha256']}",
             " · quien opera el libro dice: ", "E_LIE, 1999-01-01T00:00:00Z")
            for row, stream, party in ((first, "commitment/c1", "inai"), (second, "commitment/c9", "sfp"))
        ]  # fmt: skip
        host.changes = {f"/api/v1/refusals/{second['sha256']}": lambda _answer: swapped}
        code, lines = lines_of(tmp_path, url)
    assert code == 76
    assert [line.split(" · ")[0] for line in lines] == ["firma válida", "NO VÁLIDO: no es el documento listado"]
    assert [line.split(" · ")[3] for line in lines] == [first["sha256"], first["sha256"]]


def test_party_that_another_one_s_key_names_is_not_taken_for_the_signer(adopted: Desk, tmp_path: Path) -> None:
    actor = adopted.world.actor("nosc")
    forged = adopted.by(adopted.world.keys["inai"], actor, "ProgressReported", "commitment/c1", report(report="r1"))
    assert adopted.post(forged).status_code >= 400
    [item] = adopted.http.get("/api/v1/refusals").json()["items"]
    assert item["party"] == "inai"
    _code, [line] = lines_of(tmp_path, adopted.url)
    assert "· nosc (firmado con una llave de inai) ·" in line
