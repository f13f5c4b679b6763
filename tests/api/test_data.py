"""The open data over HTTP: fixed addresses, as of any size and day, nothing ignored, nothing given twice."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from tests.api.served import Desk
from tests.api.test_cancellations import HttpDesk
from tests.ledger.test_privacy import PAPER, PAPER_SHA256, Scene
from tests.rows import each_row

from constancia.api.opendata.tables.all_tables import TABLES
from constancia.verify.audit.run import audit
from constancia.verify.report.findings import Verdict
from constancia.verify.sources.source import open_source
from constancia.verify.trust.trust_folder import load_trust

ADDRESSES = [f"/{folder}/{table.named(lang)}" for table in TABLES for lang, folder in (("es", "datos"), ("en", "data"))]
PAGES = (
    "acuerdos", "compromisos", "compromisos/c1", "decisiones", "partes", "planes", "quejas", "registros", "vencidos",
)  # fmt: skip


@each_row("address", ADDRESSES)
def test_every_table_is_at_its_addresses(scene: Desk, address: str) -> None:
    name = address.rpartition("/")[2]
    table = scene.http.get(f"{address}.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert table.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert table.content.count(b"\n") == table.content.count(b"\r\n") > 0
    document = scene.http.get(f"{address}.json").json()
    assert (document["table"], document["size"]) == (name, scene.ledger.size)
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert len(rows) - 1 == len(document["items"])
    for answer in (table, scene.http.get(f"{address}.json")):
        assert answer.headers["access-control-allow-origin"] == "*"
        asked = {"If-None-Match": answer.headers["etag"]}
        again = scene.http.get(answer.request.url.path, headers=asked)
        assert (again.status_code, again.content) == (304, b"")


@each_row(
    ("address", "status", "code"),
    [
        ("/data/nada.csv", 404, "E_NOT_FOUND"),
        ("/data/compromisos.csv", 404, "E_NOT_FOUND"),
        ("/datos/commitments.json", 404, "E_NOT_FOUND"),
        ("/data/votes.csv?nada=1", 400, "E_PARAMETER"),
        ("/data/votes.csv?size=1&size=2", 400, "E_PARAMETER"),
        ("/datos/votos.json?limit=1", 400, "E_PARAMETER"),
        ("/data/votes.csv?size=x", 400, "E_MALFORMED"),
        ("/data/votes.csv?at=ayer", 400, "E_MALFORMED"),
        ("/data/votes.csv?size=999999", 404, "E_NOT_FOUND"),
        ("/data/libro.sqlite?size=1", 400, "E_PARAMETER"),
        ("/bundle.zip?size=1", 400, "E_PARAMETER"),
        ("/data/catalog.jsonld?lang=es", 400, "E_PARAMETER"),
    ],
)
def test_what_is_not_known_is_refused(scene: Desk, address: str, status: int, code: str) -> None:
    answer = scene.http.get(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_past_has_an_address_and_a_tag_of_its_own(scene: Desk) -> None:
    now, then = scene.http.get("/data/entries.json"), scene.http.get("/data/entries.json?size=7")
    assert [row["entry"] for row in then.json()["items"]] == list(range(7))
    assert then.json()["root"] == scene.ledger.log.root(7).hex()
    assert now.headers["etag"] != then.headers["etag"]
    known = scene.http.get("/data/entries.json", params={"known": "2019-02-15"}).json()
    assert all(row["recorded_at"] < "2019-02-16T07" for row in known["items"])
    dated = scene.http.get("/data/commitments.json", params={"at": "2019"}).json()
    assert (dated["at"], dated["first_day"], dated["day"]) == ("2019", "2019-01-01", "2019-12-31")


def test_a_new_entry_is_a_new_file(founded: Desk) -> None:
    """The bundle, too: that it is made again, the test of a withdrawn document shows."""
    addresses = ("/data/entries.csv", "/data/libro.sqlite")
    before = {address: founded.http.get(address).headers["etag"] for address in addresses}
    assert {address: founded.http.get(address).headers["etag"] for address in addresses} == before
    founded.play(founded.world.commitment("c1")[:1])
    after = {address: founded.http.get(address).headers["etag"] for address in addresses}
    assert [address for address in addresses if before[address] == after[address]] == []


def test_big_files_can_be_had_in_part(scene: Desk) -> None:
    whole = scene.http.get("/data/libro.sqlite").content
    assert whole.startswith(b"SQLite format 3\0")
    part = scene.http.get("/data/libro.sqlite", headers={"Range": "bytes=16-99"})
    assert (part.status_code, part.content) == (206, whole[16:100])


def test_bundle_verifies_and_has_pages_tables_and_documents(scene: Desk, tmp_path: Path) -> None:
    answer = scene.http.get("/bundle.zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="libro.zip"'
    path = tmp_path / "libro.zip"
    path.write_bytes(answer.content)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    assert {"index.html", "es/index.html", "en/index.html", "datos/compromisos.csv", "data/votes.csv"} <= names
    assert {"datos/datapackage.json", "verificador.html", "static/site.css", "es/copia/registros/1.html"} <= names
    with open_source(str(path)) as source:
        assert audit(source, load_trust(scene.ledger.folder.path / "trust")).verdict is not Verdict.ALTERED


@each_row("page", PAGES)
def test_pages_lead_to_their_data_as_of_what_they_show(scene: Desk, page: str) -> None:
    text = scene.http.get(f"/es/{page}", params={"size": scene.ledger.size - 1}).text
    links = [part.partition('"')[0] for part in text.split('href="')[1:] if part.startswith("/datos/")]
    assert links
    for link in links:
        assert link.endswith(f"?size={scene.ledger.size - 1}")
        assert scene.http.get(link).status_code == 200


@pytest.mark.parametrize("path", ["/es/datos", "/en/data"])
def test_page_lists_every_table_with_files_that_answer(scene: Desk, path: str) -> None:
    page = scene.http.get(path).text
    assert len(page.encode()) < 50_000
    links = {part.partition('"')[0] for part in page.split('href="')[1:]}
    own = [link for link in links if link.startswith(("/data", "/datos", "/bundle", f"{path}/"))]
    assert len(own) >= 3 * len(TABLES) + 5
    assert [link for link in own if scene.http.get(link).status_code != 200] == []


def test_table_page_keeps_the_table_in_the_other_language(scene: Desk) -> None:
    page = scene.http.get("/es/datos/compromisos").text
    assert "dias_de_atraso" in scene.http.get("/es/datos/hitos").text
    assert 'href="/en/data/commitments"' in page
    english = scene.http.get("/en/data/compromisos")
    assert (english.status_code, "milestones_overdue" in english.text) == (200, True)
    assert scene.http.get("/es/datos/nada").status_code == 404


def test_withdrawn_document_is_in_no_export(adopted: Desk, tmp_path: Path) -> None:
    privacy = Scene(HttpDesk(adopted))  # type: ignore[arg-type]  # the members that it uses
    path = tmp_path / "libro.zip"

    def members() -> dict[str, bytes]:
        path.write_bytes(adopted.http.get("/bundle.zip").content)
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    assert len([name for name, data in members().items() if PAPER in data]) == 2  # for the verifier, and by its title
    privacy.block()
    after = members()
    assert [name for name, data in after.items() if PAPER in data] == []
    document = json.loads(adopted.http.get("/data/documents.json").content)
    [row] = [item for item in document["items"] if item["document"] == PAPER_SHA256]
    assert (row["withdrawn"], row["title_es"]) == (True, None)


def test_empty_ledger_has_empty_tables_and_no_bundle(new: Desk) -> None:
    for table in TABLES:
        assert new.http.get(f"/data/{table.name}.json").json()["items"] == []
    assert new.http.get("/data/libro.sqlite").status_code == 200
    assert new.http.get("/bundle.zip").status_code == 404
    assert new.http.get("/data/catalog.jsonld").status_code == 200
    assert new.http.get("/es/datos").status_code == 200
