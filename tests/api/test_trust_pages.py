"""Verify, integrity, and a copy to alter: what a visitor can check, said in both languages and true."""

import re
from pathlib import Path

import httpx
import pytest
from tests.api.served import Desk, serving
from tests.api.test_witnesses import ledger_of, wait_for_quorum
from tests.ledger.witness_scene import Scene

from constancia.api.http.proxies import is_of_this_machine
from constancia.api.http.settings import Settings
from constancia.api.pages.altered_copy import KINDS, altered_copy


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


@pytest.mark.parametrize("path", ["/es/verificar", "/en/verify", "/es/integridad", "/en/integrity"])
def test_the_head_that_a_page_names_is_the_logs(scene: Desk, path: str) -> None:
    page = scene.http.get(path)
    assert page.status_code == 200
    shown = words(page.text).replace(" ", "")
    assert scene.ledger.log.leaf_hash(0).hex() in shown
    assert "python -m constancia.verify" in page.text
    if "integ" in path:
        assert scene.ledger.log.root().hex() in shown


def test_an_earlier_size_is_named_with_its_own_root(scene: Desk) -> None:
    shown = words(scene.http.get("/es/integridad?size=9").text).replace(" ", "")
    assert scene.ledger.log.root(9).hex() in shown


def test_each_witness_is_named_with_what_it_cosigned_and_where_it_is_asked(witnessed: Scene) -> None:
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    with serving(ledger) as url:
        page = httpx.get(f"{url}/es/integridad").text
    rows = re.findall(r"<li><p><strong>(.*?)</strong>(.*?)</li>", page)
    assert [name for name, _row in rows] == ["w1", "w2", "w3"]  # each once, whatever its keys
    assert "<h2>Testigos, hoy</h2>" in page
    for (_name, row), real in zip(rows[:2], witnessed.real, strict=True):
        assert f"firmó {ledger.size} registros" in row
        assert f'<a href="{real.url}">' in row  # the page is read on the witnesses' own machine
    assert "todavía no ha firmado" in rows[2][1]
    assert "unreachable" in rows[2][1]


def test_what_is_witnessed_is_said_of_the_size_that_the_page_shows(witnessed: Scene) -> None:
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    size = ledger.size
    assert witnessed.desk is not None
    witnessed.desk.adopt()
    wait_for_quorum(ledger)
    with serving(ledger) as url:
        past = words(httpx.get(f"{url}/es/integridad?size={size}").text)
        now = words(httpx.get(f"{url}/es/integridad").text)
    assert f"Atestiguado por w1, w2 hasta el registro {size - 1}." in past
    assert re.search(rf"Atestiguado por w1, w2, .*?, hasta el registro {ledger.size - 1}\.", now)


def test_an_address_of_this_machine_is_shown_to_its_reader_alone(witnessed: Scene) -> None:
    ledger = ledger_of(witnessed)
    wait_for_quorum(ledger)
    away = Settings(public_url="https://libro.example", costly_reads_per_minute=0)
    with serving(ledger, away) as url:
        page = httpx.get(f"{url}/es/integridad").text
    assert "127.0.0.1" not in page
    assert "https://libro.example --trust" in page


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8100", True), ("http://[::1]/w", True), ("http://localhost:1", True),
        ("http://w1.localhost./", True), ("https://inai.example", False), ("http://10.0.0.1", False), ("", False),
        ("https://localhost.example", False),
    ],
)  # fmt: skip
def test_an_address_of_this_machine_is_known_by_its_host(url: str, expected: bool) -> None:
    assert is_of_this_machine(url) is expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("path", "verdict"), [("/es/pruebe", "ALTERADO"), ("/en/try", "ALTERED")])
def test_an_altered_copy_is_caught_in_words(scene: Desk, path: str, verdict: str, kind: str) -> None:
    before = scene.ledger.log.root()
    page = scene.http.get(f"{path}?what={kind}")
    report = re.search(r'<pre class="report">(.*?)</pre>', page.text, re.DOTALL)
    assert report is not None, page.text
    assert report.group(1).startswith(f"{verdict}  copia-alterada.zip")
    assert scene.ledger.log.root() == before
    assert scene.http.get(f"{path}?what={kind}").text == page.text


def test_a_copy_in_which_nothing_is_altered_is_not_called_altered(scene: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "deadline", lambda entries: len(entries) - 1)
    assert altered_copy(scene.ledger, "deadline", "es").verdict == "inconclusive"


def test_an_alteration_of_no_kind_is_refused_and_an_empty_ledger_has_nothing_to_alter(new: Desk) -> None:
    assert new.http.get("/es/pruebe?what=everything").status_code == 400


def test_nothing_stays_on_disk(scene: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    altered_copy(scene.ledger, "vote", "es")
    assert list(tmp_path.iterdir()) == []
